"""The band holds as often as it says, and what is miscalibrated leaves it."""

from __future__ import annotations

import numpy as np
import pytest
from arviz_stats.ecdf_utils import ecdf_pit
from scipy.stats import kstwobign, norm

from bayes_rsi.score.calibration import (
    band_of_blocks,
    band_of_uniform,
    covered,
    pit_ecdf,
    reliability,
)

PLACE = np.arange(1, 100) / 100


def share_inside(values: np.ndarray, level: float) -> float:
    low, high = band_of_uniform(values.shape[1], PLACE, level, 4000, 1)
    ecdf = np.stack([np.searchsorted(np.sort(row), PLACE, side="right") for row in values])
    ecdf = ecdf / values.shape[1]
    return float(np.mean(np.all((ecdf >= low) & (ecdf <= high), axis=1)))


@pytest.mark.parametrize("count", [30, 300])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_the_band_holds_uniform_numbers_as_often_as_it_says(count, level):
    values = np.random.default_rng(7).random((2000, count))
    # At least: counts are whole numbers. A binomial of 2,000 at 0.95 has a sd of 0.005.
    assert level - 0.02 <= share_inside(values, level) <= level + 0.04


def test_the_band_is_about_as_wide_as_that_of_arviz():
    values = np.random.default_rng(3).random(200)
    points, _, low, high = ecdf_pit(values, 0.95, 4000, rng=np.random.default_rng(1))
    ours = band_of_uniform(200, np.asarray(points), 0.95, 4000, 1)
    inner = slice(5, -5)
    assert (ours[1] - ours[0])[inner] == pytest.approx((high - low)[inner], abs=0.04)


@pytest.mark.parametrize("power", [0.6, 1.7])
def test_biased_forecasts_leave_the_band(power):
    values = np.random.default_rng(3).random(300)
    assert pit_ecdf(values).attrs["inside"] == 1
    assert pit_ecdf(values**power).attrs["inside"] == 0


def test_narrow_forecasts_leave_the_band():
    values = np.random.default_rng(3).beta(0.5, 0.5, 300)
    assert pit_ecdf(values).attrs["inside"] == 0


def blocked(rng, blocks, size, common):
    """Uniform values that depend on each other within blocks: normals with a common part."""
    shared = np.repeat(rng.normal(size=blocks), size)
    own = rng.normal(size=blocks * size)
    return norm.cdf(np.sqrt(common) * shared + np.sqrt(1 - common) * own)


def held_by_blocks(blocks, size, common, worlds=200):
    rng, labels = np.random.default_rng(4), np.repeat(np.arange(blocks), size)
    found = [blocked(rng, blocks, size, common) for _ in range(worlds)]
    return [
        np.mean([pit_ecdf(pit, repeats=400, blocks=of).attrs["inside"] for pit in found])
        for of in (labels, None)
    ]


@pytest.mark.parametrize("blocks", [30, 150])
def test_the_band_of_blocks_holds_dependent_values_where_that_of_independent_ones_does_not(blocks):
    by_blocks, as_independent = held_by_blocks(blocks, 10, 0.4)
    assert by_blocks >= 0.9
    assert as_independent < 0.7


def test_blocks_of_one_give_the_band_of_kolmogorov():
    values = (np.arange(400) + 0.5) / 400
    low, high = band_of_blocks(values, np.arange(400), PLACE, 0.95, 4000, 1)
    half = kstwobign.ppf(0.95) / np.sqrt(400)
    assert (high - low)[20:-20] / 2 == pytest.approx(half, rel=0.08)


def test_biased_forecasts_leave_the_band_of_blocks():
    pit, of = blocked(np.random.default_rng(2), 150, 10, 0.4), np.repeat(np.arange(150), 10)
    assert pit_ecdf(pit, blocks=of).attrs["inside"] == 1
    assert pit_ecdf(pit**1.6, blocks=of).attrs["inside"] == 0


def test_no_value_no_band():
    with pytest.raises(ValueError, match="expected at least one"):
        pit_ecdf(np.array([]))


def test_uniform_places_are_covered_as_often_as_said():
    assert covered((np.arange(1000) + 0.5) / 1000, 0.8).mean() == pytest.approx(0.8)


def test_reliability_by_hand():
    table = reliability(np.array([0.0, 0.1, 0.3, 1.0]), np.array([0, 1, 1, 1]))
    assert table["count"].values.tolist() == [2, 1, 0, 0, 1]
    assert table["stated"].values[[0, 1, 4]] == pytest.approx([0.05, 0.3, 1.0])
    assert table["happened"].values[[0, 1, 4]] == pytest.approx([0.5, 1.0, 1.0])
    assert np.isnan(table["happened"].values[2])
