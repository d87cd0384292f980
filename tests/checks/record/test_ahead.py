"""What a fit says ahead: the draws of the backtest, later systems score higher, sound rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import toy

from bayes_rsi.checks.court.arrivals import like
from bayes_rsi.checks.court.comings import quiet
from bayes_rsi.checks.court.events import Event, probabilities
from bayes_rsi.checks.court.ours import predictions
from bayes_rsi.checks.record.ahead import LEVELS, dates_ahead, samples_ahead, scores_ahead
from bayes_rsi.checks.record.asked import asked_ahead, targets_of

DAY = "2026-06-30"


@pytest.fixture(scope="module")
def samples(small_fit):
    return samples_ahead(small_fit, 300)


@pytest.fixture(scope="module")
def levels(small_fit):
    return [Event("paperbench_human", ("paperbench",), 0.414)]


@pytest.fixture(scope="module")
def rows(samples, small_fit, levels):
    return scores_ahead(samples, small_fit.panel, levels, "baseline")


def test_every_question_is_answered_with_numbers(samples, small_fit):
    asked = asked_ahead(small_fit.panel)
    assert set(samples["target"].values) == set(asked["target"])
    assert np.isfinite(samples.values).all()


def test_best_scores_are_those_that_the_backtest_draws(samples, small_fit):
    asked = asked_ahead(small_fit.panel).query("kind == 'best'")
    theirs = predictions(small_fit, asked, 300, small_fit.tag.seed)
    assert theirs.identical(samples.sel(target=theirs["target"]))


def test_the_same_fit_gives_the_same_answers(samples, small_fit):
    assert samples_ahead(small_fit, 300).identical(samples)


@pytest.mark.parametrize("series", ["swe_bench_verified", "metr_th11_p50"])
def test_later_releases_score_higher_and_flagships_highest(samples, series):
    middle = {
        (tier, count): float(samples.sel(target=f"{DAY}|system|{series}|{tier}|{count}m").median())
        for tier in ("flagship", "open")
        for count in (0, 12)
    }
    assert middle["flagship", 12] > middle["flagship", 0] + 0.3
    assert middle["flagship", 0] > middle["open", 0]


def test_quantiles_are_in_the_unit_of_the_series_and_do_not_fall(rows):
    told = rows[rows["output_type"] == "quantile"]
    groups = told.groupby("target")
    assert (groups.size() == len(LEVELS)).all()
    assert groups["value"].apply(lambda each: each.is_monotonic_increasing).all()
    shares = told[told["target"].str.contains("paperbench")]["value"]
    assert shares.between(0, 1).all()


def test_a_best_score_says_how_likely_the_old_one_stands(rows, samples):
    row = rows[(rows["target"] == "best|paperbench|3m") & (rows["output_type"] == "cdf")].iloc[0]
    drawn = samples.sel(target=f"{DAY}|best|paperbench|3m").values
    assert row["value"] == pytest.approx((drawn == drawn.min()).mean())
    assert float(row["output_type_id"]) == 0.244


def test_a_level_is_reached_only_if_something_comes(rows, samples, small_fit, levels):
    asked = targets_of(levels, small_fit.panel)
    given = probabilities(samples, asked.assign(comes=1.0))
    told = rows.set_index("target")["value"]
    for row in asked.itertuples():
        comes = told[f"new|paperbench|{row.months}m"]
        assert told[f"level|paperbench_human|{row.months}m"] == pytest.approx(
            comes * given[row.target]
        )
    ages = like(small_fit.panel, "paperbench")["age"].to_numpy()
    assert told["new|paperbench|12m"] == pytest.approx(
        1 - quiet(ages, np.array([1.0]))[0], abs=1e-3
    )


def test_events_of_the_card_are_those_of_the_forecast():
    forecast = toy.forecast()
    table = dates_ahead(forecast)
    told = table.set_index("target")["value"]
    assert told["event|end_to_end|2027-12-31"] == 0.1  # 20 of 200
    assert told["event|end_to_end|never"] == 0.07
    years = [f"event|end_to_end|{year}-12-31" for year in range(2026, 2036)]
    assert told[years].is_monotonic_increasing
    dates = table[table["target"] == "date|end_to_end"].set_index("output_type_id")["value"]
    assert dates["0.05"] == pytest.approx(2027.5, abs=0.01)
    assert dates["0.95"] == np.inf
    assert list(pd.unique(table["origin_date"])) == [DAY]
