"""From a fit to a forecast: what is handed on, and what must not move."""

from __future__ import annotations

from dataclasses import replace

import handmade
import numpy as np
import pytest
from handmade import certain, judged

from bayes_rsi.errors import ModelError
from bayes_rsi.forecasting.project import FRONTIER_UNTIL, forecast
from bayes_rsi.units import year_of_date


def project(*events, posterior=None, seed=None, **settings):
    return forecast(handmade.fit(handmade.card(*events, **settings), posterior), seed)


def years(found, event):
    return found.events["event_year"].sel(event=event).values


def test_a_forecast_has_the_documented_shape(hand_fit):
    found = forecast(hand_fit)
    sizes = {"event": 2, "chain": 2, "draw": 50, "replicate": 3}
    assert dict(found.events.sizes) == sizes
    assert {name: values.dims for name, values in found.events.items()} == dict.fromkeys(
        ("event_year", "never", "binding"), tuple(sizes)
    )
    assert found.events["event"].values.tolist() == ["school", "work"]
    assert found.events["never"].dtype == bool
    assert found.events.attrs == {
        "horizon_year": float(year_of_date("2060-12-31")),
        "requirements": {"school": ["exam", "one"], "work": ["one", "paper"]},
        "left_out": {"school": [], "work": []},
    }
    assert found.frontier["frontier"].dims == ("chain", "draw", "date")
    assert found.frontier["growth"].equals(hand_fit.tree["posterior"]["growth"])
    assert found.frontier["date"].dtype == np.dtype("datetime64[ns]")
    assert found.titles == {"school": "School", "work": "Work"}


def test_origin_and_verdict_are_those_of_the_fit(hand_fit):
    found = forecast(hand_fit)
    assert found.tag is hand_fit.tag
    assert found.verdict is hand_fit.verdict


def test_binding_points_at_the_labels_of_its_event():
    hard = handmade.event("hard", {"exam": certain(2.0), "later": certain(2.0**18)})
    assert project(hard).binding("hard") == {"exam": 0.0, "later": 1.0}


def test_the_frontier_asked_about_the_past_is_the_posterior(hand_fit):
    frontier = forecast(hand_fit).frontier["frontier"]
    past = hand_fit.tree["posterior"]["frontier"]
    assert np.array_equal(frontier.sel(date=past["date"]).values, past.values)


def test_the_frontier_is_kept_to_its_day_and_goes_on_by_steps(hand_fit):
    day = forecast(hand_fit).frontier["date"].values
    assert day[-1] <= np.datetime64(FRONTIER_UNTIL) < day[-1] + np.timedelta64(92, "D")
    assert np.all(np.diff(day) > np.timedelta64(0, "ns"))


def test_the_same_seed_is_the_same_forecast_and_another_is_not(hand_fit):
    default, same, other = (forecast(hand_fit, seed) for seed in (None, handmade.TAG.seed, 8))
    assert default.events.identical(same.events)
    assert default.frontier.identical(same.frontier)
    moved = years(default, "school") != years(other, "school")
    assert moved.mean() > 0.9


def test_another_event_moves_no_draw(hand_fit):
    alone, beside = project(hand_fit.card.events["school"]), forecast(hand_fit)
    assert np.array_equal(years(alone, "school"), years(beside, "school"), equal_nan=True)
    assert alone.frontier.identical(beside.frontier)


@pytest.mark.parametrize("lead", [0.0, 1.0])
def test_a_longer_horizon_moves_no_date_within_the_shorter(lead):
    event = handmade.event(
        "e", {"one": judged("lognormal", 2.0**16, 2.0)}, lead=certain(lead), never=0.1
    )
    short, longer = project(event, horizon="2030-12-31"), project(event, horizon="2050-12-31")
    end = short.events.attrs["horizon_year"]
    one, other = years(short, "e"), years(longer, "e")
    within = other <= end
    assert 0.2 < within.mean() < 0.9
    assert np.array_equal(one[within], other[within])
    assert np.array_equal(np.isnan(one), np.isnan(other))
    late = ~within & ~np.isnan(other)
    assert np.all(one[late] > end)
    assert short.probability_by("2030-12-31", "e") == longer.probability_by("2030-12-31", "e")


def test_the_longest_lead_of_a_card_is_followed_beyond_the_horizon():
    autonomy = {"one": judged("lognormal", 2.0**16, 2.0)}
    events = [
        handmade.event(name, autonomy, lead=certain(lead))
        for name, lead in (("at once", 0.0), ("ahead", 2.0))
    ]
    short, longer = (project(*events, horizon=f"{end}-12-31") for end in (2030, 2050))
    one, other = (years(found, "ahead") for found in (short, longer))
    within = other <= short.events.attrs["horizon_year"]
    assert within.mean() > 0.1
    np.testing.assert_array_equal(one[within], other[within])


@pytest.mark.parametrize("horizon", ["2030-12-31", "2031-02-15"])
def test_never_within_and_after_the_horizon_are_all_there_is(horizon):
    """Whether the horizon is a knot or lies between two."""
    event = handmade.event("e", {"one": judged("lognormal", 2.0**18, 2.0)}, never=0.1)
    found = project(event, horizon=horizon, replicates=40)
    within = found.probability_by(found.horizon, "e")
    rest = found.never("e").p + found.after_horizon("e").p
    assert within + rest == pytest.approx(1.0)


def test_the_prior_can_be_asked_too(hand_fit):
    found = forecast(hand_fit, group="prior")
    assert found.events.sizes["chain"] == 1
    past = hand_fit.tree["prior"]["frontier"]
    assert np.array_equal(found.frontier["frontier"].sel(date=past["date"]).values, past.values)
    assert found.tag is hand_fit.tag


def test_a_narrow_world_has_its_date_in_closed_form():
    """Constant growth of 2 a year from 2^10 min; 2^16 min needs 3 years; 0.3 ahead, 1.2 behind."""
    event = handmade.event(
        "e",
        {"one": certain(2.0**16)},
        lead=certain(0.3),
        taste_gap=certain(0.7),
        taste_free=0.0,
        adoption=certain(0.5),
    )
    found = project(event, posterior=handmade.line(2.0, 10.0), trend="constant")
    assert years(found, "e") == pytest.approx(handmade.YEARS[-1] + 3.0 - 0.3 + 1.2, abs=1e-6)


def test_a_fit_whose_series_cannot_serve_is_refused(hand_fit):
    bad = handmade.event("school", {"pass": "unaided"})
    with pytest.raises(ModelError, match=r"event 'school', requirement 'pass': .*'unaided'"):
        forecast(replace(hand_fit, card=handmade.card(bad)))
