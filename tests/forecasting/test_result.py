"""Shares, quantiles and errors of a forecast whose draws can be counted by hand."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
import toy
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from bayes_rsi.errors import DateError, ModelError
from bayes_rsi.forecasting.montecarlo import Share, share_and_error
from bayes_rsi.forecasting.summary import HEADLINE_DAYS, by_quarter, quantile_label, summary

DAYS = st.dates(date(2026, 7, 1), date(2075, 12, 31))


@pytest.fixture(scope="module")
def forecast():
    return toy.forecast()


@pytest.mark.parametrize(
    ("day", "count"),
    [
        ("2026-12-31", 0),
        ("2027-06-29", 0),
        ("2027-06-30", 20),
        ("2028-12-31", 40),
        ("2035-12-31", 120),
        ("2075-12-31", 170),
    ],
)
def test_probabilities_are_shares_of_all_draws(forecast, day, count):
    assert forecast.probability_by(day) == pytest.approx(count / 200)


def test_draws_that_contradict_the_past_leave_numerator_and_denominator(forecast):
    assert forecast.contradicted() == pytest.approx(40 / 200)
    share = forecast.share_by("2027-12-31", "proof_of_concept")
    assert share.p == pytest.approx(80 / 160)
    assert forecast.never("proof_of_concept").p == pytest.approx(4 / 160)


@pytest.mark.parametrize("event", toy.COUNTS)
def test_never_after_and_within_the_horizon_sum_to_one(forecast, event):
    within = forecast.probability_by(forecast.horizon, event)
    assert within + forecast.after_horizon(event).p + forecast.never(event).p == pytest.approx(1)


def test_never_and_after_the_horizon_are_told_apart(forecast):
    assert forecast.never().p == pytest.approx(14 / 200)
    assert forecast.after_horizon().p == pytest.approx(16 / 200)


@given(st.lists(DAYS, min_size=2, max_size=8))
def test_the_curve_rises_and_agrees_with_single_days(days):
    forecast, days = toy.forecast(), sorted(days)
    curve = forecast.curve(days)
    assert np.all(np.diff(curve) >= 0)
    assert curve == pytest.approx([forecast.probability_by(day) for day in days])


@given(
    st.lists(st.sampled_from(["2027-01-01", "2040-01-01", "later", "never", "past"]), min_size=2)
)
def test_shares_sum_to_one_whatever_the_draws(kinds):
    kept = [kind for kind in kinds if kind != "past"] or ["never"]
    counts = dict.fromkeys(kinds, 0) | dict.fromkeys(kept, 1)
    counts[kept[0]] += toy.SIZE - sum(counts.values())
    forecast = toy.forecast({"event": counts})
    within = forecast.probability_by(toy.HORIZON, "event")
    rest = forecast.after_horizon("event").p + forecast.never("event").p
    assert within + rest == pytest.approx(1)


def test_quantiles_are_dates_or_nothing(forecast):
    found = forecast.quantiles()
    assert found[0.05] == date(2027, 6, 30)
    assert found[0.5] == date(2031, 6, 30)
    assert found[0.75] == date(2050, 6, 30)
    assert found[0.9] is None
    assert found[0.95] is None


def test_labels_put_never_after_the_horizon(forecast):
    # 85% come within the horizon, 8% after it, 7% never.
    event = summary(forecast, "end_to_end")
    assert quantile_label(event, 0.5) == "2031-06"
    assert quantile_label(event, 0.9) == "after 2075"
    assert quantile_label(event, 0.95) == "never"


def test_summary_states_only_days_ahead(forecast):
    later = toy.forecast(tag=toy.TAG.__class__(**(toy.TAG.as_dict() | {"as_of": "2027-12-31"})))
    assert list(summary(forecast, "end_to_end").probability_by) == list(HEADLINE_DAYS)
    assert list(summary(later, "end_to_end").probability_by) == list(HEADLINE_DAYS[2:])


def test_binding_shares_sum_to_one(forecast):
    assert sum(forecast.binding().values()) == pytest.approx(1)
    none = toy.forecast({"event": {"never": 200}})
    assert none.binding("event") == {"autonomy": 0.0, "replication": 0.0}


def test_an_unknown_event_has_a_suggestion(forecast):
    with pytest.raises(ModelError, match="Did you mean 'end_to_end'"):
        forecast.probability_by("2028-12-31", "end_to_ned")
    for event in (None, 0, ["end_to_end"]):
        with pytest.raises(ModelError, match=r"got event .*, expected one of this forecast"):
            forecast.probability_by("2028-12-31", event)


@pytest.mark.parametrize("year", [2028, 2028.5, True])
def test_a_year_is_no_day(forecast, year):
    asked = [forecast.probability_by, forecast.share_by, forecast.never_if_none_by]
    for ask in [*asked, lambda day: forecast.curve([day])]:
        with pytest.raises(DateError, match=f"got {year}, expected an ISO date"):
            ask(year)


def test_a_day_after_the_horizon_is_refused(forecast):
    late = forecast.horizon + timedelta(days=1)
    asked = [forecast.probability_by, forecast.share_by, forecast.never_if_none_by]
    for ask in [*asked, lambda day: forecast.curve([forecast.horizon, day])]:
        with pytest.raises(ModelError, match=r"day 2076-01-01, .*up to .*2075-12-31.*\[forecast\]"):
            ask(late)
    for days in (["2028-01-01", None], np.array(["2028-01-01", "NaT"], "M8[D]"), "2028-01-01"):
        with pytest.raises(DateError, match="expected an ISO date"):
            forecast.curve(days)
    assert forecast.curve([forecast.horizon]) == forecast.probability_by(forecast.horizon)


def flags(values: np.ndarray) -> xr.DataArray:
    return xr.DataArray(values, dims=("chain", "draw", "replicate"))


def test_error_of_independent_draws_is_binomial():
    values = np.random.default_rng(1).random((4, 1000, 1)) < 0.3
    found = share_and_error(flags(values.astype(float)))
    share, error = found.p, found.mcse
    assert share == pytest.approx(values.mean())
    assert error == pytest.approx(np.sqrt(0.3 * 0.7 / 4000), rel=0.1)


def test_replicates_of_one_draw_are_not_counted_as_independent():
    one = (np.random.default_rng(1).random((4, 1000, 1)) < 0.3).astype(float)
    error = share_and_error(flags(one)).mcse
    assert share_and_error(flags(np.repeat(one, 8, axis=2))).mcse == pytest.approx(error)


def test_error_of_sticky_chains_is_larger():
    steady = (np.random.default_rng(1).random((4, 100, 1)) < 0.3).astype(float)
    sticky = np.repeat(steady, 10, axis=1)  # each draw ten times: a tenth of the information
    ratio = share_and_error(flags(sticky)).mcse / share_and_error(flags(steady)).mcse
    assert ratio == pytest.approx(1.0, abs=0.2)


def test_error_is_zero_where_all_draws_agree():
    assert share_and_error(flags(np.ones((2, 10, 3)))) == Share(1.0, 0.0)


def test_missing_draws_widen_the_error():
    values = (np.random.default_rng(1).random((4, 1000, 1)) < 0.5).astype(float)
    full = share_and_error(flags(values)).mcse
    values[:, ::2] = np.nan
    assert share_and_error(flags(values)).mcse == pytest.approx(full * np.sqrt(2), rel=0.1)


def test_never_given_that_nothing_came_is_a_share_of_those_left():
    forecast = toy.forecast()
    day = "2028-12-31"
    by, never = forecast.probability_by(day), forecast.never().p
    assert forecast.never_if_none_by(day).p == pytest.approx(never / (1 - by))
    assert forecast.never_if_none_by(day).p > never


def test_quarter_by_quarter_hazards_multiply_to_the_probability(forecast):
    table = by_quarter(forecast, "end_to_end")
    assert table["date"].dt.date.iloc[0] == date(2026, 9, 30)
    assert table["date"].dt.date.iloc[-1] == date(2050, 12, 31)
    for row in table.itertuples():
        assert row.p == forecast.probability_by(row.date.date())
    waits = np.cumprod(1 - table["hazard"])
    assert 1 - waits.to_numpy() == pytest.approx(table["p"].to_numpy())
    # 20 of 200 draws have it on 2027-06-30, and none before.
    june = table[table["date"] == "2027-06-30"].iloc[0]
    assert (june["p"], june["hazard"]) == (0.1, 0.1)


def test_what_is_sure_has_no_hazard_any_more():
    table = by_quarter(toy.forecast({"work": {"2027-06-30": 200}}), "work")
    after = table[table["date"] > "2027-06-30"]
    assert (after["p"] == 1).all()
    assert after["hazard"].isna().all()
    assert table["hazard"].notna().sum() == 4
