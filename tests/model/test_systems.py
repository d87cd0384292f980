"""Frontier and capabilities: the pins hold, the waves are a rotation, the gap is what it says."""

from __future__ import annotations

import numpy as np
import pytensor
import pytest
from pytensor.graph import rewrite_graph
from pytensor.graph.traversal import explicit_graph_inputs, io_toposort
from pytensor.tensor.basic import Join, MakeVector
from scipy import stats

from bayes_rsi.model.build import build
from bayes_rsi.model.systems import _log_density, _waves
from bayes_rsi.units import year_of_date

SEEDS = range(4)
FALSE_ALARM = 0.001


@pytest.mark.parametrize("spread", [0.3, 3.0])
@pytest.mark.parametrize("seed", SEEDS)
def test_the_frontier_equals_the_calendar_at_both_pins(world, arrays, seed, spread):
    point = world.point(seed)
    point["growth_wave"] = spread * np.random.default_rng(seed).normal(
        size=point["growth_wave"].shape
    )
    clock = world.at(point)["frontier_clock"]
    at_pins = np.interp(year_of_date("2026-06-30") - np.array([2.5, 0.5]), arrays.knots, clock)
    np.testing.assert_allclose(at_pins, [-2.0, 0.0], atol=1e-9)
    # The checker is not blind: between the pins the frontier need not be the calendar.
    assert not np.allclose(clock, arrays.knots - arrays.pins[1], atol=1e-3)


def test_the_graph_has_no_node_for_each_system(panel, card):
    """Indexing a stack of scalars does that: 606 nodes on all evidence, 40% of compilation."""
    model = build(panel, card)
    density = rewrite_graph(model.logp(vars=[model["capability_clock"]]), include=["canonicalize"])
    stacks = [
        node
        for node in io_toposort(explicit_graph_inputs([density]), [density])
        if isinstance(node.op, Join | MakeVector)
    ]
    assert max((len(node.inputs) for node in stacks), default=0) < panel.sizes["system"]


@pytest.mark.parametrize("count", [1, 2, 7, 40])
def test_waves_are_orthogonal_and_slow_ones_come_first(count):
    waves = _waves(count)
    np.testing.assert_allclose(waves @ waves.T, np.eye(count), atol=1e-12)
    # Where a wave is exactly zero, another processor rounds to the other side.
    turns = [(np.diff(np.sign(column[abs(column) > 1e-9])) != 0).sum() for column in waves.T]
    assert turns == list(range(count))


@pytest.mark.parametrize("seed", SEEDS)
def test_growth_walks_by_the_drift_that_the_card_means(world, card, seed):
    values = world.at(world.point(seed))
    growth = np.diff(values["frontier_clock"]) / card.knot_years
    steps = np.diff(np.log(growth)) / (values["growth_drift"] * np.sqrt(card.knot_years))
    waves = values["growth_wave"]
    np.testing.assert_allclose(_waves(len(waves)) @ waves, steps, atol=1e-8)


def test_prior_steps_of_log_growth_are_independent_standard_normals(prior, card):
    drawn = prior.prior.to_dataset().stack(sample=("chain", "draw")).transpose(..., "sample")
    growth = np.diff(drawn["frontier_clock"].values, axis=0)
    drift = drawn["growth_drift"].values * np.sqrt(card.knot_years)
    steps = np.diff(np.log(growth), axis=0) / drift
    assert stats.kstest(steps.ravel(), "norm").pvalue > FALSE_ALARM
    between = np.corrcoef(steps)[np.triu_indices(len(steps), 1)]
    # z = atanh(r) sqrt(n - 3), the largest of all pairs (Bonferroni).
    largest = np.abs(np.arctanh(between)).max() * np.sqrt(steps.shape[1] - 3)
    assert largest < stats.norm.isf(FALSE_ALARM / (2 * len(between)))


@pytest.mark.parametrize("seed", SEEDS)
def test_capability_is_below_by_tier_and_an_exponential_and_a_normal(either, arrays, seed):
    values = either.at(either.point(seed))
    frontier = np.interp(arrays.released, arrays.knots, values["frontier_clock"])
    gap = np.array([values[f"gap_{tier}"] for tier in either.panel["tier"].values])
    scatter = values["system_scatter"]
    below = frontier - values["capability_clock"] - either.behind(values)
    expected = stats.exponnorm.logpdf(below, gap / scatter, scale=scatter).sum()
    assert set(either.panel["tier"].values) == {"flagship", "small", "open"}
    np.testing.assert_allclose(values["logp capability_clock"], expected, rtol=1e-6)


def test_prior_gaps_follow_the_same_law(prior, world, arrays):
    drawn = prior.prior.to_dataset().stack(sample=("chain", "draw")).transpose(..., "sample")
    frontier = drawn["frontier_clock"].values.T
    at_release = np.stack([arrays.interpolated(draw, arrays.released) for draw in frontier], axis=1)
    below = at_release - drawn["capability_clock"].values
    scatter = drawn["system_scatter"].values
    gap = np.stack([drawn[f"gap_{tier}"].values for tier in world.panel["tier"].values])
    below = below - world.behind(drawn)
    uniform = stats.exponnorm.cdf(below, gap / scatter, scale=scatter)
    assert stats.kstest(uniform.ravel(), "uniform").pvalue > FALSE_ALARM


@pytest.mark.parametrize("seed", SEEDS)
def test_a_constant_trend_is_the_calendar_itself(plain, arrays, seed):
    values = plain.at(plain.point(seed))
    np.testing.assert_allclose(values["frontier_clock"], arrays.knots - arrays.pins[1], atol=1e-9)
    steps = np.diff(values["frontier"])
    np.testing.assert_allclose(steps, steps[0], rtol=1e-9)
    assert not {"growth_drift", "growth_wave"} & values.keys()


@pytest.mark.parametrize("seed", SEEDS)
def test_capability_in_doublings_is_linear_in_effective_years(world, seed):
    values = world.at(world.point(seed))
    level, pace = world.frame(values)
    for clock, doublings in (
        (values["capability_clock"], values["capability"]),
        (values["frontier_clock"], values["frontier"]),
    ):
        place = (clock - level) / pace
        expected = values["horizon_at_level"] + values["horizon_rate"] * place
        np.testing.assert_allclose(doublings, expected, rtol=1e-9)


@pytest.mark.parametrize("ratio", [0.02, 0.0499, 0.0501, 0.3, 20.0])
def test_the_density_below_the_frontier_has_no_jump(ratio):
    """PyMC's own turns to a plain normal below a ratio of 0.05 of gap and scatter."""
    scatter, below = 0.25, np.linspace(-0.6, 1.2, 7)
    gap, lean = np.full(7, ratio * scatter), np.ones(7)
    found = _log_density(-below, np.zeros(7), np.full(7, scatter), gap, lean, lean)
    expected = stats.exponnorm.logpdf(below, ratio, scale=scatter)
    found = pytensor.function([], found, mode="FAST_COMPILE")()
    np.testing.assert_allclose(found, expected, rtol=1e-6)
