"""Effects beside capability: what they are relative to, who has one, and that they are seen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import xarray as xr
from scipy import special, stats

from bayes_rsi.model.design import design
from bayes_rsi.model.effects import _centred, harness_labels, labs


def test_only_series_with_several_harnesses_have_effects(mixed, panel, card):
    found = harness_labels(design(mixed.panel, card))
    assert found.tolist() == ["exam|agent", "exam|other", "exam|unstated"]
    assert harness_labels(design(panel, card)).size == 0


def test_harness_effects_average_to_nothing_over_the_scores_of_a_series():
    known = np.array(["a|x", "a|y", "b|x", "b|y", "b|z"])
    labels = np.repeat(known, [3, 1, 2, 2, 6])
    matrix = _centred(known, labels)
    assert matrix.shape == (5, 3)  # one direction less for each series
    for rows, weights in (([0, 1], [3, 1]), ([2, 3, 4], [2, 2, 6])):
        np.testing.assert_allclose(np.array(weights) @ matrix[rows], 0.0, atol=1e-12)
    # The covariance is that of independent unit effects less their weighted mean.
    share = np.zeros((5, 5))
    share[:2, :2], share[2:, 2:] = [0.75, 0.25], [0.2, 0.2, 0.6]
    left = np.eye(5) - share
    np.testing.assert_allclose(matrix @ matrix.T, left @ left.T, atol=1e-12)


def effects_of(world: Any, values: dict[str, np.ndarray], rows: xr.Dataset) -> np.ndarray:
    """What harness and reporter add to the logit of each share."""
    series = rows["score_series"].values
    own = (rows["reporter"].values == "developer").astype(float)
    own -= np.array([own[series == name].mean() for name in series])
    known = list(world.model.coords["harness"])
    families = rows["scaffold_family"].values
    labels = [f"{s}|{f or 'unstated'}" for s, f in zip(series, families, strict=True)]
    effect = dict(zip(known, values["harness_effect"], strict=True))
    return values["reporter_offset"] * own + [effect.get(label, 0.0) for label in labels]


def density(world: Any, values: dict[str, np.ndarray], effect: Any) -> np.ndarray:
    """Log density of the shares strictly between 0 and 1, with an effect on their logits."""
    rows = world.rows("fraction")
    of = rows["score_series"]
    difficulty, slope, ceiling, over = (
        world.of(values, name, of) for name in ("difficulty", "slope", "ceiling", "overdispersion")
    )
    logit = slope * (world.drifted(values, "fraction") - difficulty) + effect
    floor = rows["floor"].fillna(0.0).values
    mean = floor + (ceiling - floor) * special.expit(logit)
    noise = mean * (1 - mean) * (1 / rows["n_trials"].values + over**2) + values["rounding"] ** 2
    return stats.norm.logpdf(rows["value"].values, mean, np.sqrt(noise))


@pytest.mark.parametrize("seed", range(3))
def test_harness_and_reporter_move_the_logit_of_a_share(mixed, seed):
    values, rows = mixed.at(mixed.point(seed)), mixed.rows("fraction")
    inside = (rows["value"].values > 0) & (rows["value"].values < 1)
    found, effect = values["logp fraction"][inside], effects_of(mixed, values, rows)
    expected = density(mixed, values, effect)[inside]
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert not np.allclose(found, density(mixed, values, 0.0)[inside], rtol=1e-3)
    assert not np.allclose(found, density(mixed, values, -effect)[inside], rtol=1e-3)


def test_labs_with_few_systems_have_no_effect(panel, card, two_labs):
    assert labs(design(panel, card)).size == 0
    # A single lab with enough systems has nothing to differ from.
    assert labs(design(two_labs.panel, card)).size == 0


def test_lab_effects_sum_to_zero_and_stretch_the_gap(two_labs, card, remade):
    card = replace(card, lab_systems=2)
    world = remade(two_labs.panel, card)
    values, arrays = world.at(world.point(1)), design(two_labs.panel, card)
    effect = values["lab_effect"]
    assert effect.sum() == pytest.approx(0.0, abs=1e-9)
    assert np.abs(effect).max() > 0.01
    frontier = np.interp(arrays.released, arrays.knots, values["frontier_clock"])
    gap = np.array([values[f"gap_{tier}"] for tier in two_labs.panel["tier"].values])
    stretch = np.exp(effect[[0, 0, 0, 0, 1, 1]])
    gap, scatter = gap * stretch, values["system_scatter"]
    below = frontier - values["capability_clock"] - world.behind(values) * stretch
    expected = stats.exponnorm.logpdf(below, gap / scatter, scale=scatter).sum()
    np.testing.assert_allclose(values["logp capability_clock"], expected, rtol=1e-6)
