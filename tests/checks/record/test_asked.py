"""What is asked: the questions of the backtest, from what is known alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bayes_rsi.checks.court.arrivals import arrivals, like
from bayes_rsi.checks.court.comings import quiet
from bayes_rsi.checks.court.events import figures, reached
from bayes_rsi.checks.court.scale import EDGE
from bayes_rsi.checks.court.targets import targets
from bayes_rsi.checks.record.asked import asked_ahead, open_levels, series_of, targets_of
from bayes_rsi.evidence import panel

DAY = "2025-06-30"


@pytest.fixture(scope="module")
def asked(known) -> pd.DataFrame:
    return asked_ahead(known)


def test_best_scores_are_asked_as_the_backtest_asks_them(asked, evidence, card):
    theirs = targets(evidence, card, DAY).query("kind == 'best'").set_index("target")
    ours = asked.set_index("target")
    assert len(theirs) > 50
    assert set(theirs.index) <= set(ours.index)
    for column in ("series", "metric", "months", "known_on", "known_best"):
        assert (ours.loc[theirs.index, column] == theirs[column]).all(), column


def test_nothing_later_than_the_day_is_looked_at(asked, known):
    assert asked_ahead(known).equals(asked)
    assert asked["known_on"].dropna().min() > pd.Timestamp(DAY)
    assert set(asked["series"]) == set(series_of(known))


def test_every_tier_of_a_series_is_asked_at_four_releases(asked, known):
    rows = asked[(asked["kind"] == "system") & (asked["series"] == "gpqa_diamond")]
    assert set(rows["tier"]) == set(like(known, "gpqa_diamond")["tier"])
    days = rows.groupby("tier")["released"].apply(
        lambda each: each.dt.strftime("%Y-%m-%d").tolist()
    )
    assert (days.map(tuple) == ("2025-06-30", "2025-09-30", "2025-12-31", "2026-06-30")).all()


def test_records_are_asked_on_horizons_only(asked):
    rows = asked[asked["kind"] == "record"]
    assert set(rows["metric"]) == {"horizon"}
    assert rows["known_best"].notna().all()
    assert asked["target"].is_unique


def test_levels_are_open_on_the_day(seen, card, known):
    found = {event.name: event for event in open_levels(seen, card, known)}
    assert {"paperbench_human", "swe_bench_verified_90", "metr_th10_p80_hour"} <= set(found)
    assert found["paperbench_human"].level == 0.414
    # Reached before: gpqa by humans' 81%, an hour of work at 50%.
    assert not {"gpqa_diamond_human", "metr_50_1h", "metr_th10_p50_hour"} & set(found)
    rows = figures(seen, card, DAY)
    assert all(reached(rows, event) is False for event in found.values())


def test_a_level_that_a_censored_figure_may_have_reached_is_not_asked(evidence, card, small_fit):
    names = {event.name for event in open_levels(evidence, card, small_fit.panel)}
    assert "metr_th11_p50_work-week" not in names
    assert "metr_th11_p80_work-week" in names


def test_levels_of_a_suite_that_another_one_replaced_are_not_asked(evidence, card):
    """METR's first suite got its last figures months before its second one did."""
    names = {event.name for event in open_levels(evidence, card, panel(evidence))}
    assert "metr_th11_p80_work-week" in names
    assert not [name for name in names if name.startswith("metr_th10_")]


def test_a_level_of_all_items_is_not_asked(evidence, card):
    """Forecasts of shares end half a point below: they cannot tell 99.5% from all."""
    everything = panel(evidence)
    humans = everything["human"].to_series()
    kinds = everything["kind"].to_series()
    all_items = humans[(kinds == "fraction") & (humans > 1 - EDGE)].index
    names = {event.name for event in open_levels(evidence, card, everything)}
    assert len(all_items) > 3
    assert not {f"{name}_human" for name in all_items} & names


def test_levels_are_answered_by_best_scores(seen, card, known, asked):
    levels = open_levels(seen, card, known)
    rows = targets_of(levels, known)
    assert len(rows) == 3 * len(levels)
    assert set(rows["best"]) <= set(asked["target"])
    best = asked.set_index("target")["known_best"]
    assert (rows["level"].to_numpy() > best[rows["best"]].to_numpy()).all()


@pytest.mark.parametrize("series", ["swe_bench_verified", "paperbench", "mmlu"])
def test_how_often_nothing_comes_is_that_of_the_arrivals(known, series):
    rng = np.random.default_rng(1)
    drawn = arrivals(known, series, (2025.5, 2025.75), 4000, rng, at_least=0)
    none = (drawn.there.sum(axis=1) == 0).mean()
    ages = like(known, series)["age"].to_numpy()
    assert quiet(ages, np.array([0.25])) == pytest.approx(none, abs=0.03)
