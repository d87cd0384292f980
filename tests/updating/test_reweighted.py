"""From weights to a forecast: the table, and draws taken as often as they weigh."""

from __future__ import annotations

from dataclasses import replace

import handmade
import numpy as np
import pytest

from bayes_rsi.forecasting.montecarlo import error_of_mean
from bayes_rsi.forecasting.project import forecast
from bayes_rsi.forecasting.summary import median_growth
from bayes_rsi.forecasting.weights import smoothed, weighted_share
from bayes_rsi.tags import Verdict
from bayes_rsi.units import date_of_year
from bayes_rsi.updating.reweighted import passing, reweighted, table_of


@pytest.fixture(scope="module")
def moved_forecast():
    fit = handmade.whole_fit()
    before = forecast(fit)
    growth = fit.tree["posterior"]["growth"].values
    weights = smoothed(0.8 * (growth - growth.mean()))
    tag = replace(fit.tag, as_of="2026-09-30")
    return fit, before, weights, *reweighted(fit, before, weights, tag, Verdict(()))


def test_the_table_is_a_weighted_share(moved_forecast):
    _, before, weights, _, _ = moved_forecast
    table = table_of(before, weights, before.tag.as_of).set_index(["event", "quantity"])
    years = before.years("end_to_end").values
    flags = np.where(np.isnan(years), np.nan, years <= handmade.year_of_date("2028-12-31"))
    row = table.loc[("end_to_end", "by 2028-12-31")]
    assert row["before"] == before.probability_by("2028-12-31")
    assert row["after"] == weighted_share(flags, weights.values)[0]
    assert row["change"] > 3 * row["mcse"] > 0
    assert table.loc[("", "median growth"), "change"] > 0


def test_resampled_draws_say_what_the_weights_say(moved_forecast):
    _, before, weights, fit, after = moved_forecast
    table = table_of(before, weights, after.tag.as_of).set_index(["event", "quantity"])
    row = table.loc[("end_to_end", "by 2030-12-31")]
    assert after.probability_by("2030-12-31") == pytest.approx(row["after"], abs=0.02)
    growth = weights.values * before.frontier["growth"].values
    assert fit.tree["posterior"]["growth"].mean().item() == pytest.approx(growth.mean(), abs=0.02)


def test_resampled_draws_have_the_errors_of_the_weights():
    """Copies are no new draws: of few weights the error is that of few draws."""
    fit = handmade.whole_fit(size=1000, replicates=2)
    before = forecast(fit)
    growth = fit.tree["posterior"]["growth"].values
    years, day = before.years("end_to_end"), "2029-12-31"
    flags = (years <= float(handmade.year_of_date(day))).where(years.notnull()).values
    errors = []
    for tilt in (0.0, 0.7, 1.0):
        ratios = tilt * (growth - growth.mean()) / growth.std()
        weights = smoothed(ratios)
        *_, after = reweighted(fit, before, weights, fit.tag, Verdict(()))
        p, residual = weighted_share(flags, weights.values)
        told = after.share_by(day)
        assert told.p == pytest.approx(p, abs=0.01)
        assert told.mcse == pytest.approx(error_of_mean(residual), rel=0.2)
        errors.append(told.mcse)
    assert errors[2] > 2 * errors[0]


def test_what_would_have_happened_by_the_new_day_is_left_out(moved_forecast):
    _, before, weights, _, after = moved_forecast
    known = float(handmade.year_of_date("2026-09-30"))
    happened = np.zeros(after.years("engineering").shape, dtype=bool)
    for name in after.event_names:
        years = after.years(name).values
        assert np.nanmin(years) > known
        happened |= np.isnan(years)
    assert happened.any()
    for name in after.event_names:  # what one event has not done is known of the futures of all
        assert np.isnan(after.years(name).values[happened]).all()
        assert (after.events["binding"].sel(event=name).values[happened] == -1).all()
    mass = weights.values
    assert passing(before, mass, before.tag.as_of, "engineering", "2027-12-31") == 0
    asked = "engineering", "2027-12-31"
    then = table_of(before, weights, after.tag.as_of).set_index(["event", "quantity"])
    now = table_of(before, weights, before.tag.as_of).set_index(["event", "quantity"])
    key = ("engineering", "by 2027-12-31")
    shift = then.loc[key, "after"] - now.loc[key, "after"]
    assert passing(before, mass, after.tag.as_of, *asked) == pytest.approx(shift)
    assert shift < -0.001


def test_resampled_futures_keep_their_own_dice(moved_forecast):
    """Dated again, every future has the date that the resampled forecast gives it."""
    *_, after = moved_forecast
    for name in after.event_names:
        again = after.futures.folded(after.futures.scene(name).dates().year)
        np.testing.assert_array_equal(again.values, after.years(name).values)


def test_resampled_futures_keep_their_own_pace(moved_forecast):
    _, before, *_, after = moved_forecast
    own = before.futures.uniform("generation")
    np.testing.assert_array_equal(after.futures.uniform("generation"), own[after.futures.rows])
    assert (after.futures.rows != np.arange(own.size)).any()


def test_the_median_after_is_of_the_futures_that_are_left():
    before, day = forecast(handmade.whole_fit(size=200)), "2028-12-31"
    table = table_of(before, smoothed(np.zeros((2, 200))), day).set_index(["event", "quantity"])
    row = table.loc[("engineering", "median date")]
    years = before.years("engineering").values
    limit = float(handmade.year_of_date(day))
    gone = (before.events["event_year"] <= limit).any("event").values
    left = np.sort(years[~gone & ~np.isnan(years)])
    assert row["after"] == f"{date_of_year(left[(left.size - 1) // 2]):%Y-%m}"
    assert row["after"] > row["before"]


def test_never_and_growth_after_are_of_the_futures_that_are_left(moved_forecast):
    _, before, weights, _, _ = moved_forecast
    day = "2027-12-31"
    table = table_of(before, weights, day).set_index(["event", "quantity"])["after"]
    lost = (before.events["event_year"] <= float(handmade.year_of_date(day))).any("event")
    assert lost.mean() > 0.05
    years = before.years("end_to_end").where(~lost)
    never = before.events["never"].sel(event="end_to_end").where(years.notnull())
    assert table["end_to_end", "never"] == weighted_share(never.values, weights.values)[0] > 0
    assert table["", "median growth"] == median_growth(before, weights.values, lost)
    assert table["", "median growth"] < median_growth(before, weights.values)
