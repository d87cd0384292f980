"""What is asked became known after the day, was not known on it, and nothing later matters."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from bayes_rsi.checks.court.scale import EDGE, KINDS, from_scale, to_scale
from bayes_rsi.checks.court.targets import (
    COLUMNS,
    MONTHS,
    outcomes,
    targets,
    until,
)
from bayes_rsi.evidence import cut
from bayes_rsi.evidence.schema import EFFORTS
from bayes_rsi.evidence.selection import not_excluded, select

DAYS = ("2024-06-30", "2025-03-31", "2025-09-30", "2026-03-31")


@pytest.fixture(scope="module")
def asked(evidence, card):
    return {day: targets(evidence, card, day) for day in DAYS}


def changed(evidence, like="metr_th10_p50", **columns):
    """Evidence with one more figure: a copy of the last row of a series, with other cells."""
    rows = evidence.scores
    row = not_excluded(rows[rows["series"] == like]).iloc[[-1]]
    return replace(evidence, scores=pd.concat([rows, row.assign(**columns)], ignore_index=True))


# --- time ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", DAYS)
def test_every_figure_became_known_after_the_day_within_its_horizon(asked, evidence, day):
    rows = asked[day]
    last = rows["months"].map({count: until(day, count) for count in MONTHS})
    assert (rows["known_on"] > pd.Timestamp(day)).all()
    assert (rows["known_on"] <= last).all()
    assert (rows["known_on"] <= pd.Timestamp(evidence.as_of)).all()
    shorter = {3: 0, 6: 3, 12: 6}
    named = rows[rows["kind"] != "best"]
    first = named["months"].map({c: until(day, shorter[c]) for c in MONTHS})
    assert (named["known_on"] > first).all()


@pytest.mark.parametrize("day", DAYS)
def test_no_named_pair_had_a_figure_on_the_day(asked, evidence, day):
    before = evidence.scores[evidence.scores["known_on"] <= pd.Timestamp(day)]
    known = set(zip(before["series"], before["system"], strict=True))
    named = asked[day][asked[day]["kind"] != "best"]
    assert not known & set(zip(named["series"], named["system"], strict=True))


@pytest.mark.parametrize("day", DAYS)
def test_every_series_was_in_the_evidence_of_the_day(asked, evidence, card, day):
    chosen = card.evidence
    seen = select(cut(evidence, day), chosen.kinds, chosen.exclude, chosen.min_scores)
    assert set(asked[day]["series"]) <= set(seen["series"])


def test_what_became_known_after_the_longest_horizon_changes_nothing(evidence, card):
    day = "2024-12-31"
    whole = targets(evidence, card, day)
    early = targets(cut(evidence, until(day, 12)), card, day)
    pd.testing.assert_frame_equal(whole, early)


def test_horizons_beyond_the_end_are_not_asked_of_best_scores(asked):
    assert set(asked["2025-09-30"].query("kind == 'best'")["months"]) == {3, 6}
    assert set(asked["2026-03-31"]["months"]) == {3}


def test_months_end_where_months_end():
    assert until("2024-06-30", 3) == pd.Timestamp("2024-09-30")
    assert until("2025-08-31", 6) == pd.Timestamp("2026-02-28")
    assert until("2025-05-15", 6) == pd.Timestamp("2025-11-15")


# --- values --------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", DAYS)
def test_best_scores_never_fall_and_are_those_of_the_tables(asked, evidence, card, day):
    chosen = card.evidence
    best = asked[day].query("kind == 'best' and metric == 'fraction'")
    for count, rows in best.groupby("months"):
        seen = select(cut(evidence, until(day, count)), chosen.kinds, chosen.exclude, 1)
        highest = to_scale("fraction", seen.groupby("series")["value"].max()[rows["series"]])
        expected = np.maximum(highest, rows["known_best"])
        assert rows["observed"].to_numpy() == pytest.approx(expected)
    assert (best["observed"] >= best["known_best"]).all()
    assert (best["observed"] > best["known_best"]).mean() > 0.5


def test_records_of_2025_by_hand(asked):
    rows = asked["2025-09-30"].query("kind == 'record' and series == 'metr_th10_p50'")
    assert set(rows["system"]) == {
        "Claude Opus 4.1",
        "GPT-5",
        "GPT-5.1-Codex-Max",
        "Claude Opus 4.5",
    }
    opus = rows.set_index("system").loc["Claude Opus 4.5"]
    assert opus["observed"] == pytest.approx(np.log2(288.904952))
    assert opus["known_best"] == pytest.approx(np.log2(112.230447))


def test_a_record_lies_above_all_that_was_released_before_it(evidence, card):
    day = "2025-09-30"
    strong = changed(evidence, system="Grok 4", value=200.0, known_on=pd.Timestamp("2025-12-01"))
    rows = targets(strong, card, day).query("kind == 'record' and series == 'metr_th10_p50'")
    # Grok 4 came out in July 2025, with 200 minutes now: only Claude Opus 4.5 exceeds it later.
    assert set(rows["system"]) == {"Grok 4", "Claude Opus 4.5"}


def test_what_equals_the_best_known_is_no_record(asked, evidence, card):
    plain = asked["2025-09-30"].query("kind == 'record' and series == 'metr_th10_p50'")
    values = evidence.scores["value"]
    best = values[np.isclose(values, 2 ** plain["known_best"].iloc[0])].iloc[0]
    tie = changed(evidence, system="Grok 4", value=best, known_on=pd.Timestamp("2025-12-01"))
    rows = targets(tie, card, "2025-09-30")
    rows = rows.query("kind == 'record' and series == 'metr_th10_p50'")
    assert set(rows["system"]) == set(plain["system"])


def test_of_two_systems_of_one_day_only_the_better_is_a_record(evidence, card):
    strong = changed(evidence, system="Grok 4", value=400.0, known_on=pd.Timestamp("2025-12-01"))
    released = strong.systems.set_index("system")["released"]
    released["Grok 4"] = released["Claude Opus 4.5"]
    together = replace(strong, systems=strong.systems.assign(released=released.to_numpy()))
    rows = targets(together, card, "2025-09-30")
    rows = rows.query("kind == 'record' and series == 'metr_th10_p50'")
    assert "Grok 4" in set(rows["system"])
    assert "Claude Opus 4.5" not in set(rows["system"])


def test_trials_are_items_times_seeds(evidence, card):
    more = changed(
        evidence, "swe_bench_verified", system="Grok 4", n_items=100, n_seeds=3,
        known_on=pd.Timestamp("2025-12-01"),
    )  # fmt: skip
    rows = targets(more, card, "2025-09-30").set_index("target")
    assert rows.loc["2025-09-30|named|swe_bench_verified|Grok 4", "n_trials"] == 300


def test_the_first_published_value_counts_and_a_revision_does_not(evidence, card):
    first = changed(evidence, system="Grok 4", value=99.0, known_on=pd.Timestamp("2025-12-01"))
    rows = targets(first, card, "2025-09-30").set_index("target")
    row = rows.loc["2025-09-30|named|metr_th10_p50|Grok 4"]
    assert row["value"] == 99.0
    assert row["known_on"] == pd.Timestamp("2025-12-01")


@pytest.mark.parametrize("censoring", ["right", "interval"])
def test_a_censored_figure_at_the_top_leaves_the_best_open(evidence, card, censoring):
    day = "2025-09-30"
    sealed = changed(
        evidence,
        "swe_bench_verified",
        system="Grok 4",
        value=0.99,
        lower=0.1,
        upper=1.0,
        censoring=censoring,
        known_on=pd.Timestamp("2026-02-01"),
    )
    question = f"{day}|best|swe_bench_verified|6m"
    plain = targets(evidence, card, day).set_index("target").loc[question, "observed"]
    assert not np.isnan(plain)
    assert np.isnan(targets(sealed, card, day).set_index("target").loc[question, "observed"])


def test_a_censored_figure_is_asked_with_the_ends_between_which_it_lies(asked):
    rows = asked["2026-03-31"].set_index("target")
    mythos = rows.loc["2026-03-31|named|metr_th11_p50|Claude Mythos Preview"]  # above 16 h
    assert (mythos["observed"], mythos["upper"]) == (pytest.approx(np.log2(960)), np.inf)
    sol = rows.loc["2026-03-31|named|metr_th11_p50|GPT-5.6 Sol"]  # as cheating counts
    assert [2 ** sol["observed"], 2 ** sol["upper"]] == pytest.approx([678, 16200])
    exact = rows[rows["value"].notna() & ~rows["system"].isin([mythos["system"], sol["system"]])]
    assert (exact["observed"] == exact["upper"]).all()


def test_a_censored_horizon_is_a_record_where_it_surely_is_one(asked, evidence, card):
    rows = asked["2026-03-31"].query("kind == 'record' and series == 'metr_th11_p50'")
    # At least 16 h, where 14.5 h were known. What came after it need not exceed it.
    assert set(rows["system"]) == {"Claude Mythos Preview"}
    low = changed(
        evidence, "metr_th11_p50", system="Grok 4", value=400.0, lower=300.0, upper=9000.0,
        censoring="interval", known_on=pd.Timestamp("2026-04-01"), vintage="2026-04-01",
    )  # fmt: skip
    found = targets(low, card, "2026-03-31").query("kind == 'record'")
    assert "Grok 4" not in set(found["system"])
    assert "Claude Mythos Preview" not in set(found.query("series == 'metr_th11_p50'")["system"])


def test_the_point_in_an_interval_is_no_bar_for_records(evidence, card):
    """What lies somewhere between 678 and 16,200 minutes is known to be 678, not 4,260."""
    day, known = "2025-09-30", "2025-09-01"
    wide = {"censoring": "interval", "lower": 200.0, "upper": 5000.0, "value": 1000.0}
    other = changed(evidence, known_on=pd.Timestamp(known), system="GPT-5 mini", **wide)
    before, after = (targets(e, card, day).set_index("target") for e in (evidence, other))
    held = after[(after["series"] == "metr_th10_p50") & (after["kind"] == "record")]
    assert len(held)
    assert set(held.index) <= set(before.index)
    assert set(held["known_best"]) == {np.log2(200.0)}


def test_of_one_day_the_highest_effort_is_asked_about(asked, evidence):
    found = 0
    for rows in asked.values():
        named = rows[(rows["kind"] == "named") & (rows["metric"] == "fraction")]
        for row in named.itertuples():
            same = not_excluded(evidence.scores)
            same = same[(same["series"] == row.series) & (same["system"] == row.system)]
            same = same[same["known_on"] == row.known_on]
            rank = same["effort"].map(EFFORTS.index)
            if rank.nunique() > 1:
                found += 1
                assert row.value in set(same["value"][rank == rank.max()])
    assert found > 10


def test_what_was_censored_at_first_is_a_rival_as_it_was_measured_later(evidence, card):
    day, common = "2026-03-31", {"like": "metr_th11_p50", "system": "GPT-5.4"}
    cut_off = changed(
        evidence, **common, value=330.0, censoring="right", lower=np.nan, upper=np.nan,
        known_on=pd.Timestamp("2026-04-05"), vintage="2026-04-05",
    )  # fmt: skip
    # GPT-5.4 came out before Claude Mythos Preview and was measured in May: 342 minutes.
    found = targets(cut_off, card, day).query("kind == 'record' and series == 'metr_th11_p50'")
    assert set(found["system"]) == {"Claude Mythos Preview"}


def test_the_best_horizon_of_a_suite_resolves_events_only(asked):
    """Systems go on when a suite is retired, so its best says nothing about their frontier."""
    rows = pd.concat(asked.values()).query("metric == 'horizon'")
    assert rows.query("kind == 'best'")["observed"].isna().all()
    assert (rows["kind"] == "best").any()
    assert rows.query("kind != 'best'")["observed"].notna().all()


def test_excluded_rows_and_series_are_not_asked(asked, card):
    for rows in asked.values():
        assert not set(card.evidence.exclude) & set(rows["series"])
    everything = pd.concat(asked.values())
    assert set(everything["metric"]) <= set(KINDS)
    assert "mle_bench_low" not in set(everything["series"])  # context


# --- the table -----------------------------------------------------------------------------------


def test_columns_ids_and_order(asked):
    for rows in asked.values():
        assert tuple(rows.columns) == COLUMNS
        assert rows["target"].is_unique
        assert rows["target"].is_monotonic_increasing
        assert rows["block"].eq(rows["system"]).all()
        assert rows.loc[rows["kind"] == "named", "known_best"].isna().all()


def test_the_order_of_the_tables_does_not_matter(evidence, card, asked):
    mixed = replace(evidence, scores=evidence.scores.sample(frac=1, random_state=3))
    pd.testing.assert_frame_equal(targets(mixed, card, "2025-03-31"), asked["2025-03-31"])


def test_pairs_are_many_and_outcomes_fewer(asked):
    count = outcomes(pd.concat(asked.values()))
    assert count["pairs"] > 200
    assert count["systems"] < count["figures"] < count["pairs"]


def test_outcomes_count_a_figure_once(asked):
    rows = asked["2025-03-31"]
    named = rows[rows["kind"] == "named"].head(3)
    assert outcomes(pd.concat([named, named]))["figures"] == 3
    assert outcomes(pd.concat([named, named]))["pairs"] == 6


# --- the scale -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_the_scale_is_increasing_and_has_an_inverse(kind):
    values = np.linspace(EDGE, 1 - EDGE, 50)
    scaled = to_scale(kind, values)
    assert (np.diff(scaled) > 0).all()
    assert from_scale(kind, scaled) == pytest.approx(values)


def test_shares_of_none_and_all_are_half_a_point_inside():
    assert from_scale("fraction", to_scale("fraction", [0.0, 1.0])) == pytest.approx([0.005, 0.995])
