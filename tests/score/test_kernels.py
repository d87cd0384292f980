"""Scores against closed forms, an independent library, and the property that makes them scores."""

from __future__ import annotations

import numpy as np
import pytest
import scoringrules
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from bayes_rsi.score.kernels import (
    brier,
    crps,
    interval_score,
    log_score,
    log_score_binary,
    pit,
    width,
)

#: Draws that stand for a normal without noise: its quantiles.
NORMAL = norm.ppf((np.arange(20_000) + 0.5) / 20_000)
OUTCOMES = np.array([-3.0, -0.7, 0.0, 0.2, 2.5])

numbers = st.floats(-50, 50)
samples = st.lists(numbers, min_size=1, max_size=30).map(np.array)
shares = st.integers(0, 20).map(lambda n: n / 20)


@pytest.mark.parametrize(("mean", "sd"), [(0.0, 1.0), (2.0, 0.3)])
def test_crps_of_a_normal_is_the_closed_form(mean, sd):
    z = (OUTCOMES - mean) / sd
    exact = sd * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi))
    draws = np.tile(mean + sd * NORMAL, (len(OUTCOMES), 1))
    assert crps(draws, OUTCOMES) == pytest.approx(exact, abs=2e-4)


@given(samples, numbers)
def test_crps_agrees_with_scoringrules(draws, seen):
    other = scoringrules.crps_ensemble(seen, draws, estimator="nrg")
    assert float(crps(draws, np.array(seen))) == pytest.approx(float(other), abs=1e-9)


def test_crps_of_one_draw_is_the_absolute_error():
    assert crps(np.array([[1.0], [4.0]]), np.array([3.0, 4.0])).tolist() == [2.0, 0.0]


@pytest.mark.parametrize(("low", "high"), [(0.5, np.inf), (-np.inf, -0.3), (-0.4, 0.9), (0.2, 0.2)])
def test_crps_of_a_censored_figure_is_the_integral_outside_its_ends(low, high):
    grid = np.linspace(-9, 9, 400_001)
    truth = (norm.cdf(grid) - (grid >= np.where(np.isfinite(low), low, high))) ** 2
    outside = (grid < low) | (grid > high)
    exact = np.trapezoid(truth * outside, grid)
    assert float(crps(NORMAL, np.array(low), np.array(high))) == pytest.approx(exact, abs=3e-4)


@given(samples, samples, numbers)
def test_crps_is_proper_where_all_forecasts_count_up_to_a_limit(truth, other, limit):
    """Whether it is reached or not; the court, which knows no limit before, is not as strict."""

    def mean(draws):
        seen, upper = np.minimum(truth, limit), np.where(truth < limit, truth, np.inf)
        pairs = zip(seen, upper, strict=True)
        held = np.minimum(draws, limit)
        return np.mean([float(crps(held, np.array(low), np.array(high))) for low, high in pairs])

    assert mean(truth) <= mean(other) + 1e-9


@given(samples, numbers, st.floats(0, 10))
def test_ends_that_meet_are_an_exact_figure(draws, seen, bin_width):
    point = np.array(seen)
    assert float(crps(draws, point, point)) == pytest.approx(float(crps(draws, point)), abs=1e-9)
    width = bin_width + 0.1
    assert log_score(draws, point, width, point) == log_score(draws, point, width)
    assert pit(draws, point, np.array(0.5), point) == pit(draws, point, np.array(0.5))
    assert interval_score(draws, point, 0.8, point) == interval_score(draws, point, 0.8)


def test_a_forecast_between_the_ends_loses_nothing():
    draws, low, high = np.array([2.0, 3.0, 9.0]), np.array(1.0), np.array(np.inf)
    assert float(crps(draws, low, high)) == 0.0
    assert float(log_score(draws, low, 0.25, high)) == pytest.approx(-np.log(3.5 / 4))
    assert float(interval_score(draws, low, 0.5, high)) == pytest.approx(float(width(draws, 0.5)))
    below = draws - 9
    assert float(crps(below, low, high)) > 1
    assert float(interval_score(below, low, 0.5, high)) > float(width(below, 0.5))


def test_an_outcome_without_ends_is_refused():
    with pytest.raises(ValueError, match="expected one of which something is known"):
        crps(NORMAL, np.array(-np.inf), np.array(np.inf))


def test_pit_of_censored_figures_is_uniform():
    rng = np.random.default_rng(5)
    draws, truth = rng.normal(size=(20_000, 99)), rng.normal(size=20_000)
    seen = np.minimum(truth, 0.4)
    upper = np.where(truth > 0.4, np.inf, seen)
    places = np.sort(pit(draws, seen, rng.random(20_000), upper))
    assert np.abs(places - (np.arange(20_000) + 0.5) / 20_000).max() < 0.015


def test_interval_score_agrees_with_scoringrules():
    draws = np.tile(NORMAL, (len(OUTCOMES), 1))
    lower, upper = np.quantile(NORMAL, [0.1, 0.9])
    other = scoringrules.interval_score(OUTCOMES, lower, upper, 0.2)
    assert interval_score(draws, OUTCOMES, 0.8) == pytest.approx(other)


def test_width_of_a_normal_is_the_closed_form():
    assert float(width(NORMAL, 0.9)) == pytest.approx(2 * norm.ppf(0.95), abs=1e-3)


def test_log_score_of_a_normal_is_that_of_the_mass_of_the_bin():
    left = np.floor(OUTCOMES / 0.25) * 0.25
    mass = norm.cdf(left + 0.25) - norm.cdf(left)
    draws = np.tile(NORMAL, (len(OUTCOMES), 1))
    assert log_score(draws, OUTCOMES, 0.25) == pytest.approx(-np.log(mass / 0.25), abs=0.03)


def test_log_score_stays_finite_where_no_draw_is_near():
    assert float(log_score(np.zeros(99), np.array(10.0), 1.0)) == pytest.approx(np.log(200))


@pytest.mark.parametrize("bin_width", [0.0, -1.0])
def test_a_bin_needs_a_width(bin_width):
    with pytest.raises(ValueError, match="expected a positive one"):
        log_score(NORMAL, np.array(0.0), bin_width)


@pytest.mark.parametrize("level", [0.0, 1.0, 80.0])
def test_a_level_is_a_share(level):
    with pytest.raises(ValueError, match="a share between 0 and 1"):
        interval_score(NORMAL, np.array(0.0), level)


def expected(score, draws, truth):
    """Mean score of a sample when each value of `truth` is as likely."""
    return float(np.mean([score(draws, np.array(value)) for value in truth]))


@given(samples, samples)
def test_crps_is_proper(truth, other):
    assert expected(crps, truth, truth) <= expected(crps, other, truth) + 1e-9


@given(st.lists(st.integers(-5, 5), min_size=2, max_size=30), st.integers(-6, 6))
def test_interval_score_is_proper(values, shift):
    """Over many draws the quantiles of the truth do best; here the truth is repeated often."""
    truth = np.sort(np.repeat(np.array(values, float), 50))
    ours = expected(lambda d, y: interval_score(d, y, 0.8), truth, truth)
    for moved in (truth + shift, truth * 1.3, truth * 0.6):
        theirs = expected(lambda d, y: interval_score(d, y, 0.8), moved, truth)
        assert ours <= theirs + 0.02 * (1 + abs(ours))


@given(shares, shares)
def test_brier_and_log_score_of_events_are_proper(truth, told):
    def mean(score, p):
        return truth * score(p, 1) + (1 - truth) * score(p, 0)

    assert mean(brier, truth) <= mean(brier, told) + 1e-12
    # Up to the half draw that keeps the score finite.
    log = [mean(lambda p, x: log_score_binary(p, x, 10**6), p) for p in (truth, told)]
    assert log[0] <= log[1] + 1e-4


@given(st.lists(shares, min_size=1, max_size=9), st.integers(0, 1))
def test_brier_agrees_with_scoringrules(told, happened):
    ours = brier(np.array(told), np.full(len(told), happened))
    other = scoringrules.brier_score(np.full(len(told), float(happened)), np.array(told))
    assert ours == pytest.approx(other)


def test_log_score_of_an_event_never_says_impossible():
    assert float(log_score_binary(np.array(0.0), np.array(1), 99)) == pytest.approx(np.log(200))


@pytest.mark.parametrize("mass", [0.0, 0.4])
def test_pit_of_the_truth_is_uniform_even_with_a_point_mass(mass):
    rng = np.random.default_rng(5)
    values = np.maximum(rng.normal(size=(20_000, 40)), norm.ppf(mass) if mass else -np.inf)
    places = pit(values[:, 1:], values[:, 0], rng.random(len(values)))
    assert np.quantile(places, [0.1, 0.5, 0.9]) == pytest.approx([0.1, 0.5, 0.9], abs=0.012)


def test_pit_of_a_wrong_forecast_is_not_uniform():
    rng = np.random.default_rng(5)
    places = pit(rng.normal(size=(2000, 39)) / 3, rng.normal(size=2000), rng.random(2000))
    assert np.mean(np.abs(places - 0.5) <= 0.4) < 0.5
