"""Scores of a record: the backtest's own, states of questions, events that come or do not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from bayes_rsi.cards import load_card
from bayes_rsi.checks.court.answers import answers
from bayes_rsi.checks.court.events import event_targets
from bayes_rsi.checks.court.summary import calibration, scored
from bayes_rsi.checks.court.targets import targets
from bayes_rsi.checks.record.asked import asked_ahead
from bayes_rsi.checks.record.resolution import STATES, resolution
from bayes_rsi.checks.record.scoring import score_record
from bayes_rsi.errors import EvidenceError
from bayes_rsi.evidence import cut

DAY = "2025-06-30"


@pytest.fixture(scope="module")
def found(entry, evidence):
    return resolution(entry, evidence)


@pytest.fixture(scope="module")
def scores(entry, evidence):
    """Score one forecast twice for one card, and one that thinks less of new systems."""
    again = replace(entry, tag=replace(entry.tag, seed=2, data_digest="e" * 64))
    table = entry.table.copy()
    rows = (table["output_type"] == "quantile") & table["target"].str.startswith("system")
    table.loc[rows, "value"] = (table.loc[rows, "value"].astype(float) * 0.3).astype(str)
    worse = replace(entry, tag=replace(entry.tag, card="worse"), table=table)
    return score_record([entry, again, worse], evidence)


@pytest.fixture(scope="module")
def theirs(evidence, card):
    return targets(evidence, card, DAY)


def of_kind(found, kind):
    return found.asked[found.asked["kind"] == kind]


def test_outcomes_are_those_of_the_backtest(found, theirs):
    best = theirs[(theirs["kind"] == "best") & theirs["observed"].notna()]
    ours = of_kind(found, "best")
    assert len(ours) > 50
    assert ours["target"].tolist() == best["target"].tolist()
    assert ours["observed"].tolist() == best["observed"].tolist()


def test_systems_released_since_are_asked_in_their_tier(found, theirs, entry):
    named = theirs[(theirs["kind"] == "named") & (theirs["released"] > pd.Timestamp(DAY))]
    asked = "system|" + named["series"] + "|" + named["tier"]
    kept = named[asked.isin(entry.table["target"].str.rpartition("|")[0])]
    ours = of_kind(found, "system")
    assert len(ours) > 100
    assert set(ours["target"]) == set(kept["target"])
    assert (ours["released"] > pd.Timestamp(DAY)).all()


def test_scores_are_those_of_the_samples_that_were_registered(found, drawn):
    best = of_kind(found, "best")
    ids = best["target"].to_numpy()
    direct, back = (
        scored(answers("a", samples.sel(target=ids), best, pd.DataFrame()), best)
        for samples in (drawn, found.samples)
    )
    pairs = direct.merge(back, on="target", suffixes=("", "_back"))
    assert len(pairs) == len(best)
    assert pairs["crps_back"].mean() == pytest.approx(pairs["crps"].mean(), rel=0.02)
    assert pairs["crps_back"].to_numpy() == pytest.approx(
        pairs["crps"].to_numpy(), rel=0.1, abs=0.02
    )
    assert pairs["log_score_back"].mean() == pytest.approx(pairs["log_score"].mean(), rel=0.05)
    # Ties with the best known are broken by the same number on both sides.
    assert pairs["pit_back"].to_numpy() == pytest.approx(pairs["pit"].to_numpy(), abs=0.02)
    assert (best["observed"] == best["known_best"]).any()


def test_between_two_releases_the_forecast_lies_between(found, drawn):
    row = of_kind(found, "system").iloc[0]
    ours = np.median(found.samples.sel(target=row["target"]))
    start = f"{DAY}|system|{row['series']}|{row['tier']}"
    first, last = (float(drawn.sel(target=f"{start}|{m}m").median()) for m in (0, 12))
    assert first - 0.1 < ours < last + 0.1


def test_levels_are_settled_as_in_the_backtest(found, evidence, card, entry):
    levels = event_targets(evidence, card, DAY, events=entry.levels)
    ours = found.probabilities.query("kind == 'level'")
    assert len(ours) == len(levels) > 20
    told = dict(
        zip(
            "level|" + levels["event"] + "|" + levels["months"].astype(str) + "m",
            levels["happened"],
            strict=True,
        )
    )
    assert dict(zip(ours["target"], ours["observed"], strict=True)) == told
    assert 0 < ours["observed"].mean() < 1


def test_something_new_came_where_there_is_a_best_score(found, theirs):
    ours = found.probabilities.query("kind == 'new'").set_index("target")["observed"]
    came = set(theirs[theirs["kind"] == "best"]["target"].str.partition("|")[2])
    assert {name.replace("new", "best", 1) for name in ours.index[ours == 1]} == came
    assert (ours == 0).any()


def test_every_question_is_in_one_state(found, entry):
    questions = found.questions
    assert set(questions["state"]) <= set(STATES)
    assert questions.index.is_unique
    names = set(entry.table["target"])
    single = [name for name in names if name.split("|")[0] in ("best", "new", "level")]
    assert set(single) <= set(questions.index)
    assert not questions.index.str.contains("never").any()
    waiting = questions[questions["state"] == "waiting"]
    assert (waiting["due"] > pd.Timestamp("2026-06-30")).all()
    void = questions[(questions["state"] == "void") & (questions["kind"] == "best")]
    new = found.probabilities.set_index("target")["observed"]
    assert all(new[name.replace("best", "new", 1)] == 0 for name in void.index)


def test_a_question_waits_until_its_day(entry, evidence):
    early = resolution(entry, cut(evidence, "2025-10-01")).questions
    done = early[early["state"] == "resolved"]
    assert (done.loc[done["kind"] == "best", "due"] == pd.Timestamp("2025-09-30")).all()
    # Systems are scored as they come.
    assert (done["kind"] == "system").any()


@pytest.mark.parametrize("end", [DAY, "2025-06-01"])
def test_before_anything_came_all_wait(entry, evidence, end):
    found = score_record([entry], cut(evidence, end))
    assert found.resolved == 0
    assert len(found.waiting) == len(found.questions) == len(found.questions.drop_duplicates())
    assert not found.forecasts["corrected"].any()
    assert len(found.scores) == len(found.events) == 0
    assert found.document()["resolved"] == 0


def test_where_nothing_was_published_nothing_new_came(entry, evidence):
    silent = replace(cut(evidence, DAY), as_of=date(2025, 12, 31))
    found = resolution(entry, silent)
    assert not len(found.asked)
    told = found.probabilities[found.probabilities["kind"] == "new"]
    assert len(told) > 50
    assert (told["observed"] == 0).all()
    assert len(score_record([entry], silent).events) >= len(told)


def test_an_event_has_not_come_unless_it_is_said(entry, evidence, found):
    nothing = found.probabilities.query("kind == 'event'")
    assert len(nothing) == 2  # the end of 2025, of two events
    assert (nothing["observed"] == 0).all()
    for day, yes in ((date(2025, 12, 31), 1), (date(2026, 1, 1), 0)):  # on the day itself it has
        told = resolution(entry, evidence, {"end_to_end": day}).probabilities
        told = told.query("kind == 'event'")
        rows = dict(zip(told["target"], told["observed"], strict=True))
        # Later questions wait, though they are answered: none of those could be answered by no.
        assert rows == {
            "event|end_to_end|2025-12-31": yes,
            "event|proof_of_concept|2025-12-31": 0,
        }


@pytest.mark.parametrize(
    ("name", "day", "message"),
    [
        ("end_to_ned", date(2026, 5, 1), "Did you mean 'end_to_end'"),
        (
            "end_to_end",
            date(2026, 7, 1),
            "expected a day up to 2026-06-30, where the evidence ends",
        ),
        ("end_to_end", date(2025, 6, 30), "expected a day after 2025-06-30, the first as-of date"),
    ],
)
def test_what_cannot_have_happened_is_refused(entry, evidence, name, day, message):
    with pytest.raises(EvidenceError, match=message):
        score_record([entry], evidence, {name: day})


def test_corrected_evidence_is_told(found, scores):
    assert not found.corrected
    assert sorted(scores.forecasts["corrected"]) == [False, False, True]


# --- the summary ---------------------------------------------------------------------------------


def test_brier_scores_by_hand(scores):
    level = scores.events.query("kind == 'level' and model == 'worse'")
    row = scores.probabilities().loc[("worse", "level")]
    assert row["events"] == len(level)
    square = (level["probability"] - level["happened"]) ** 2
    assert row["brier"] == pytest.approx(square.mean())


def test_counts_add_up(scores):
    counts = scores.kinds()
    assert (counts[list(STATES)].sum(axis=1) == counts["asked"]).all()
    counting = scores.forecasts[scores.forecasts["counts"]]
    assert counts["asked"].sum() == counting["asked"].sum() == len(scores.questions)
    assert counts.loc["best", "resolved"] == (scores.scores["kind"] == "best").sum()


def test_of_two_forecasts_of_a_card_and_day_one_counts(scores, found, entry):
    """The one whose tables still hold what it saw; an outcome counts once for a card."""
    assert len(scores.forecasts) == scores.forecasts.index.nunique() == 3
    counting = scores.forecasts[scores.forecasts["counts"]]
    assert counting["card"].tolist() == ["baseline", "worse"]
    assert entry.name in counting.index
    table = scores.calibration(["kind"])
    one, other = table.loc[("worse", "best")], table.loc[("baseline", "best")]
    assert other["pairs"] == one["pairs"] == len(of_kind(found, "best"))
    assert not scores.scores.duplicated(["model", "target"]).any()


def test_a_forecast_of_the_card_of_now_counts_before_others(entry, evidence):
    cut_short = cut(evidence, "2025-10-01")
    shipped = replace(entry.tag, card_digest=load_card("baseline").digest, seed=7)
    present = replace(entry, tag=shipped)
    counts = score_record([present, entry], cut_short).forecasts["counts"]
    assert counts[present.name]
    assert not counts[entry.name]


def test_a_horizon_alone_can_be_scored(found):
    """As when METR is the first to publish: no share has resolved."""
    horizons = found.asked[found.asked["metric"] == "horizon"]
    samples = found.samples.sel(target=horizons["target"].to_numpy())
    table = calibration(scored(answers("a", samples, horizons, pd.DataFrame()), horizons))
    assert table.loc["a", "pairs"] == len(horizons) > 0
    assert np.isnan(table.loc["a", "crps_points"])


def test_few_systems_make_no_band(scores):
    few = replace(scores, scores=scores.scores[scores.scores["block"].isin(["GPT-5"])])
    assert set(scores.pit_inside()) == {"baseline", "worse"}
    assert few.pit_inside() == {}


def test_a_worse_forecast_scores_worse(scores):
    crps = scores.calibration(["kind"])["crps"]
    assert crps["worse", "system"] > crps["baseline", "system"] + 0.2


def test_questions_are_those_of_the_day(entry, known):
    asked = asked_ahead(known)["target"].str.partition("|")[2]
    assert set(asked) <= set(entry.table["target"])
