"""Paths repeat the past, continue its law, and cross thresholds where they should."""

from __future__ import annotations

import handmade
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from bayes_rsi.forecasting.paths import Paths, continued

END = float(handmade.YEARS[-1])
#: Statistical checks below raise a false alarm in one seed of a million; the seeds are fixed.
FALSE_ALARM = 1e-6


def straight(levels, rates) -> Paths:
    """Give straight lines from 2020 on, `levels` in 2020, with uneven knots."""
    years = np.array([2020.0, 2020.25, 2021.0, 2024.0, 2030.0])
    values = np.add(np.outer(rates, years - 2020.0), np.asarray(levels)[:, None])
    return Paths(years, values, (1, len(values), 1))


@st.composite
def climbing(draw) -> Paths:
    """Give paths that never fall, with plateaus and uneven knots."""
    knots, paths = draw(st.integers(2, 6)), draw(st.integers(1, 4))
    lengths = draw(st.lists(st.floats(0.05, 2.0), min_size=knots - 1, max_size=knots - 1))
    gains = st.one_of(st.just(0.0), st.floats(1e-3, 3.0))
    rows = st.lists(gains, min_size=knots, max_size=knots)
    values = np.cumsum([draw(rows) for _ in range(paths)], axis=1)
    return Paths(2024.0 + np.cumsum([0.0, *lengths]), values, (1, paths, 1))


def walked(paths: Paths, threshold: np.ndarray) -> list[float]:
    """Give the first time at or above the threshold, segment after segment."""
    found = []
    for values, wanted in zip(paths.values, threshold, strict=True):
        year = paths.years[0] if values[0] >= wanted else np.inf
        for k in range(len(values) - 1):
            if values[k] < wanted <= values[k + 1]:
                share = (wanted - values[k]) / (values[k + 1] - values[k])
                year = paths.years[k] + share * (paths.years[k + 1] - paths.years[k])
                break
        found.append(year)
    return found


# --- between the knots ---------------------------------------------------------------------------


def test_at_a_knot_the_value_is_that_of_the_knot():
    paths = continued(handmade.draws(), handmade.card(), END + 3, seed=1)
    assert np.array_equal(paths.at(paths.years), paths.values)


@given(climbing(), st.lists(st.floats(2020.0, 2040.0), min_size=1, max_size=9))
def test_between_knots_paths_are_straight_and_outside_they_stay(paths, years):
    wanted = [np.interp(years, paths.years, values) for values in paths.values]
    assert paths.at(np.array(years)) == pytest.approx(np.array(wanted), abs=1e-9)


# --- crossing a threshold ------------------------------------------------------------------------


def test_a_straight_line_crosses_where_algebra_says():
    levels, rates = np.array([0.0, 1.0, -2.0]), np.array([1.0, 2.5, 0.5])
    threshold = np.array([0.1, 4.0, 2.9])
    crossed = straight(levels, rates).reached(threshold)
    assert crossed == pytest.approx(2020.0 + (threshold - levels) / rates, abs=1e-9)


def test_a_path_that_starts_above_has_reached_at_the_first_knot():
    assert (
        straight([5.0, 5.0], [1.0, 0.0]).reached(np.array([4.9, -np.inf])).tolist() == [2020.0] * 2
    )


def test_what_the_last_knot_does_not_reach_is_never_reached():
    crossed = straight([0.0, 0.0, 0.0], [1.0, 1.0, 0.0]).reached(np.array([10.0, 10.001, np.inf]))
    assert crossed.tolist() == [2030.0, np.inf, np.inf]


@given(climbing(), st.data())
def test_crossings_are_those_of_a_slow_walk(paths, data):
    # Values of the knots themselves are drawn too: there the first time is easily missed.
    knots = st.sampled_from(sorted(set(paths.values.ravel())))
    each = st.one_of(knots, st.floats(-1.0, 20.0), st.just(np.inf))
    size = len(paths.values)
    threshold = np.array(data.draw(st.lists(each, min_size=size, max_size=size)))
    assert paths.reached(threshold) == pytest.approx(np.array(walked(paths, threshold)), abs=1e-9)


@given(climbing(), st.floats(0.0, 1.0))
def test_when_a_path_crosses_it_is_at_its_threshold(paths, share):
    first, last = paths.values[:, 0], paths.values[:, -1]
    assume(np.all(last > first))
    threshold = first + share * (last - first)
    at = np.diagonal(paths.at(paths.reached(threshold)))
    assert at == pytest.approx(threshold, abs=1e-9)


# --- the past ------------------------------------------------------------------------------------


def test_the_past_is_the_posterior_draw_by_draw():
    draws = handmade.draws()
    paths = continued(draws, handmade.card(), END + 10, seed=1)
    assert paths.shape == (handmade.CHAINS, handmade.DRAWS, handmade.REPLICATES)
    past = paths.at(handmade.YEARS).reshape(*paths.shape, -1)
    for replicate in range(handmade.REPLICATES):
        assert np.array_equal(past[:, :, replicate], draws["frontier"].values)


def test_the_order_of_dimensions_does_not_matter():
    draws, card = handmade.draws(), handmade.card()
    turned = draws.transpose("date", "draw", "chain", ...)
    one, other = (continued(each, card, END + 5, seed=1) for each in (draws, turned))
    assert np.array_equal(one.values, other.values)


# --- the future ----------------------------------------------------------------------------------


@pytest.mark.parametrize("trend", ["constant", "drifting"])
@pytest.mark.parametrize("later", [0.1, 1.0, 40.0])
def test_a_longer_horizon_moves_nothing_that_was_there(trend, later):
    draws, card = handmade.draws(), handmade.card(trend=trend)
    short = continued(draws, card, END + 3.0, seed=1)
    longer = continued(draws, card, END + 3.0 + later, seed=1)
    size = len(short.years)
    assert len(longer.years) > size
    assert np.array_equal(longer.years[:size], short.years)
    assert np.array_equal(longer.values[:, :size], short.values)


@pytest.mark.parametrize(
    ("until", "steps"), [(END - 9, 1), (END, 1), (END + 0.25, 1), (END + 0.3, 2), (END + 1, 4)]
)
def test_knots_go_on_by_steps_to_the_horizon(until, steps):
    years = continued(handmade.draws(), handmade.card(), until, seed=1).years
    assert np.array_equal(years[: len(handmade.YEARS)], handmade.YEARS)
    assert years[len(handmade.YEARS) :] == pytest.approx(END + 0.25 * np.arange(1, steps + 1))


def test_the_same_seed_is_the_same_future_and_another_is_not():
    draws, card = handmade.draws(), handmade.card()
    first, again, other = (continued(draws, card, END + 2, seed) for seed in (1, 1, 2))
    assert np.array_equal(first.values, again.values)
    changed = first.values != other.values
    assert changed[:, len(handmade.YEARS) :].all()
    assert not changed[:, : len(handmade.YEARS)].any()


def test_frontiers_do_not_fall():
    paths = continued(handmade.draws(drift=2.0), handmade.card(), END + 20, seed=1)
    assert np.all(np.diff(paths.values, axis=1) >= 0)


def test_constant_growth_goes_on_at_the_last_rate():
    draws = handmade.draws()
    paths = continued(draws, handmade.card(trend="constant"), END + 8, seed=1)
    years = np.array([END + 0.1, END + 1.0, END + 7.9])
    rate = np.repeat(draws["growth"].values.ravel(), handmade.REPLICATES)
    level = np.repeat(draws["frontier"].values[..., -1].ravel(), handmade.REPLICATES)
    assert paths.at(years) == pytest.approx(level[:, None] + np.outer(rate, years - END), rel=1e-12)


def test_a_trend_without_drift_needs_no_drift():
    draws, card = handmade.draws(), handmade.card(trend="constant")
    bare = continued(draws.drop_vars("growth_drift"), card, END + 4, seed=1)
    assert np.array_equal(bare.values, continued(draws, card, END + 4, seed=1).values)


def standardised(trend: str = "drifting", step: float = 0.25, years: float = 20.0) -> np.ndarray:
    """Give change of log growth since the as-of date over the drift, shape (path, step)."""
    draws = handmade.draws(drift=0.4)
    card = handmade.card(trend=trend, step_years=step, replicates=100)
    paths = continued(draws, card, END + years, seed=11)
    future = paths.values[:, len(handmade.YEARS) - 1 :]
    start = np.repeat(draws["growth"].values.ravel(), 100)[:, None]
    drift = np.repeat(draws["growth_drift"].values.ravel(), 100)[:, None]
    return np.log(np.diff(future, axis=1) / step / start) / drift


@pytest.mark.parametrize("step", [0.25, 0.5])
def test_drifting_growth_spreads_as_the_root_of_time(step):
    """The variance of log growth after t years is drift^2 t: chi-squared, 10,000 paths."""
    change = standardised(step=step)
    size = len(change)
    for years in (step, 1.0, 5.0, 20.0):
        z = change[:, round(years / step) - 1]
        low, high = stats.chi2.ppf([FALSE_ALARM / 2, 1 - FALSE_ALARM / 2], size)
        assert low < np.sum(z**2) / years < high, years
        assert abs(np.mean(z)) < stats.norm.isf(FALSE_ALARM / 2) * np.sqrt(years / size), years


def test_drift_has_no_memory_and_no_pull():
    """Changes have variance drift^2 dt; those of steps and of replicates are unrelated."""
    steps = np.diff(standardised(), axis=1, prepend=0.0)
    low, high = stats.chi2.ppf([FALSE_ALARM / 2, 1 - FALSE_ALARM / 2], steps.size)
    assert low < np.sum(steps**2) / 0.25 < high
    limit = stats.norm.isf(FALSE_ALARM / 2)
    for one, other in [(steps[:, :-1], steps[:, 1:]), (steps[0::2], steps[1::2])]:
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < limit / np.sqrt(one.size)


def test_every_draw_drifts_by_its_own_drift():
    """Draws without drift go on in a straight line, their neighbours do not."""
    draws = handmade.draws()
    still = draws["draw"] % 2 == 0
    draws["growth_drift"] = draws["growth_drift"].where(~still, 0.0)
    paths = continued(draws, handmade.card(), END + 2, seed=1)
    future = paths.values[:, len(handmade.YEARS) - 1 :].reshape(*paths.shape, -1)
    bend = np.abs(np.diff(future, n=2)).max(axis=-1)
    assert bend[:, still.values].max() < 1e-9
    assert bend[:, ~still.values].min() > 1e-4


def test_with_common_futures_what_becomes_of_a_draw_is_a_function_of_it():
    draws, card = handmade.draws(), handmade.card()
    whole = continued(draws, card, END + 3, seed=1, common=True)
    alone = continued(draws.isel(chain=[1], draw=[4]), card, END + 3, seed=1, common=True)
    row = (1 * handmade.DRAWS + 4) * handmade.REPLICATES
    assert np.array_equal(whole.values[row : row + handmade.REPLICATES], alone.values)
    assert np.ptp(alone.values[:, -1]) > 0.0
