"""The export for Metaculus: closed forms, the rules for any forecast, and how far it moves one."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest
import toy
from hypothesis import given
from hypothesis import strategies as st

from bayes_rsi.errors import DateError, ModelError
from bayes_rsi.report.metaculus import (
    MetaculusCdf,
    broken_rules,
    metaculus_cdf,
    metaculus_document,
    metaculus_text,
    standardised,
)

POINTS = 201
PLACES = np.linspace(0.0, 1.0, POINTS)


def test_a_uniform_forecast_stays_uniform():
    found = standardised(PLACES, open_lower=False, open_upper=False)
    assert found == pytest.approx(PLACES, abs=1e-10)


def test_an_open_upper_bound_takes_a_thousandth_and_a_hundredth_is_spread():
    raw = 0.6 * PLACES**2
    found = standardised(raw, open_lower=False, open_upper=True)
    share = 0.01 + 1e-6
    assert found == pytest.approx((0.999 - share) * raw + share * PLACES, abs=1e-10)


def test_a_forecast_of_never_keeps_the_smallest_steps_only():
    found = standardised(np.zeros(POINTS), open_lower=False, open_upper=True)
    assert found[0] == 0.0
    assert found == pytest.approx(0.010001 * PLACES, abs=1e-10)


def test_a_single_day_is_cut_to_the_largest_step_and_the_rest_raised():
    raw = (PLACES >= 0.5).astype(float)
    found = standardised(raw, open_lower=False, open_upper=False)
    steps = np.diff(found)
    # All other steps are alike, so they share what the high one leaves.
    assert steps.max() == pytest.approx(0.2, abs=1e-5)
    others = np.delete(steps, np.argmax(steps))
    assert others == pytest.approx(0.8 / 199, abs=1e-6)


def test_what_lies_before_a_closed_bound_is_taken_away():
    raw = 0.2 + 0.8 * PLACES
    found = standardised(raw, open_lower=False, open_upper=False)
    assert found == pytest.approx(PLACES, abs=1e-10)


def test_nothing_between_closed_bounds_is_refused():
    with pytest.raises(ModelError, match="lies wholly beyond a closed bound"):
        standardised(np.full(POINTS, 0.3), open_lower=False, open_upper=False)


@st.composite
def distributions(draw):
    """Any distribution at the points: smooth, with jumps, mostly outside, or flat."""
    weights = draw(st.lists(st.floats(0, 1), min_size=1, max_size=30))
    places = draw(st.lists(st.integers(0, POINTS), min_size=len(weights), max_size=len(weights)))
    mass = np.zeros(POINTS + 1)  # the last one lies beyond the range
    np.add.at(mass, places, weights)
    mass += draw(st.sampled_from([1e-9, 1e-4, 0.1])) * np.ones(POINTS + 1)
    return np.clip(np.cumsum(mass / mass.sum())[:-1], 0.0, 1.0)


@given(distributions(), st.booleans(), st.booleans())
def test_the_rules_hold_and_the_change_is_bounded(raw, open_lower, open_upper):
    found = standardised(raw, open_lower=open_lower, open_upper=open_upper)
    assert broken_rules(found, open_lower=open_lower, open_upper=open_upper) == []
    bottom, top = 0.0 if open_lower else raw[0], 1.0 if open_upper else raw[-1]
    within = (raw - bottom) / (top - bottom)
    too_high = np.maximum(np.diff(within) - 0.1999, 0.0).sum()
    assert np.abs(found - within).max() <= 0.0111 + too_high


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda ok: ok[:-1], "200 values, expected 201"),
        (lambda ok: np.maximum(ok, ok[20]), "a step of 0, expected at least 5e-05"),
        (lambda ok: np.where(PLACES > 0.5, ok + 0.25, ok), "expected at most 0.2"),
        (lambda ok: ok + 1e-6, "at the lower bound, expected 0: it is closed"),
        (lambda ok: ok / ok[-1], "1 at the upper bound, expected at most 0.999: it is open"),
    ],
)
def test_a_broken_rule_is_seen(change, message):
    sound = standardised(0.5 * PLACES, open_lower=False, open_upper=True)
    assert broken_rules(sound, open_lower=False, open_upper=True) == []
    assert message in "; ".join(broken_rules(change(sound), open_lower=False, open_upper=True))


def test_the_rules_of_the_other_bounds_are_seen():
    sound = standardised(0.1 + 0.5 * PLACES, open_lower=True, open_upper=True)
    assert broken_rules(sound, open_lower=True, open_upper=True) == []
    (told,) = broken_rules(sound - sound[0], open_lower=True, open_upper=True)
    assert told == "0 at the lower bound, expected at least 0.001: it is open"
    (told,) = broken_rules(sound, open_lower=True, open_upper=False)
    assert "at the upper bound, expected 1: it is closed" in told


# --- of a forecast -------------------------------------------------------------------------------


def asked(**options):
    return metaculus_cdf(
        toy.forecast(), "end_to_end", date(2026, 6, 30), date(2046, 6, 30), **options
    )


def test_a_forecast_is_read_at_even_distances_and_never_lies_beyond():
    found = asked()
    # By hand, of 200: 20 by the middle of 2027, 40 a year later, 120 in 2031, never before 2046.
    assert [found.raw[n] for n in (0, 9, 11, 21, 49, 51, 200)] == pytest.approx(
        [0, 0, 0.1, 0.2, 0.2, 0.6, 0.6]
    )
    assert found.values[-1] == pytest.approx(0.989 * 0.6 + 0.01, abs=1e-5)
    assert broken_rules(found.values, open_lower=False, open_upper=True) == []
    # The step of 40% in one day is what Metaculus does not take.
    assert found.moved == pytest.approx(np.abs(found.values - found.raw).max())
    assert found.moved > 0.1
    assert found.left_out == 0


def test_draws_that_contradict_what_is_known_do_not_count():
    found = metaculus_cdf(
        toy.forecast(), "proof_of_concept", date(2026, 7, 1), date(2040, 1, 1), open_lower=True
    )
    assert found.raw[-1] == pytest.approx(156 / 160)


def test_the_document_has_what_the_question_has():
    forecast, found = toy.forecast(), asked()
    document = metaculus_document(found, forecast)
    told = [
        datetime.fromtimestamp(document["scaling"][f"range_{end}"], UTC) for end in ("min", "max")
    ]
    assert [f"{day:%Y-%m-%dT%H:%M}" for day in told] == ["2026-06-30T00:00", "2046-06-30T00:00"]
    assert document["continuous_cdf"] == found.values.tolist()
    assert document["above_upper_bound"] == pytest.approx(0.4)
    assert document["tag"] == forecast.tag.as_dict()
    assert (document["open_lower_bound"], document["open_upper_bound"]) == (False, True)


@pytest.mark.parametrize(
    ("lower", "upper"), [("2040-01-01", "2030-01-01"), ("2026-07-01", "2090-01-01")]
)
def test_a_range_that_cannot_be_answered_is_refused(lower, upper):
    bounds = (date.fromisoformat(day) for day in (lower, upper))
    with pytest.raises(ModelError, match=f"range from {lower} to {upper}.*horizon 2075-12-31"):
        metaculus_cdf(toy.forecast(), "end_to_end", *bounds)


def test_bounds_are_days_as_text_too_and_no_years():
    found = metaculus_cdf(toy.forecast(), "end_to_end", "2026-06-30", "2046-06-30")
    assert (found.lower, found.upper) == (date(2026, 6, 30), date(2046, 6, 30))
    with pytest.raises(DateError, match="got 2046, expected an ISO date"):
        metaculus_cdf(toy.forecast(), "end_to_end", "2026-06-30", 2046)


def test_an_unknown_event_is_refused():
    with pytest.raises(ModelError, match="Did you mean 'end_to_end'"):
        metaculus_cdf(toy.forecast(), "end_to_ned", date(2026, 7, 1), date(2046, 7, 1))


def test_what_lies_beyond_closed_bounds_is_left_out_and_moves_nothing():
    """A line of draws: given the bounds it is a line again."""
    line = np.linspace(0.3, 0.9, 201)
    days = date(2027, 1, 1), date(2030, 1, 1)
    closed = {"open_lower": False, "open_upper": False}
    found = MetaculusCdf(
        "end_to_end", *days, **closed, values=standardised(line, **closed), raw=line
    )
    assert found.left_out == pytest.approx(0.4)
    assert found.inside == pytest.approx(np.linspace(0, 1, 201))
    assert found.moved < 1e-6
    text = " ".join(metaculus_text(found, toy.forecast()).split())
    assert "40.0% of the forecast lies beyond closed bounds" in text
