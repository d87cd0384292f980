"""Horizons: the log density against SciPy's, every kind of censoring, and what a doubling is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor
import pytest
import xarray as xr
from scipy import stats

from bayes_rsi.model.horizon import FAR, _log_mass, bounds, published_sd

SEEDS = range(4)
REFERENCE = "metr_th11_p50"
#: `_log_mass` takes the mass from the upper tail whatever the side of the mean.


def mean_and_sd(world: Any, values: dict[str, np.ndarray], rows: xr.Dataset) -> tuple[Any, Any]:
    """What the module says of log2 minutes, from capabilities in doublings.

    The reference series *is* capability, so that its offset and stretch are not looked at.
    """
    capability = world.of(values, "capability", rows["score_system"])
    deviation = world.of(values, "horizon_deviation_raw", rows["score_system"])
    own = rows["score_series"].values != REFERENCE
    stretch = np.where(own, world.of(values, "horizon_stretch", rows["score_series"]), 1.0)
    offset = np.where(own, world.of(values, "horizon_offset", rows["score_series"]), 0.0)
    level = values["horizon_at_level"]
    mean = level + stretch * (capability - level) + offset + values["horizon_scatter"] * deviation
    published = rows["sd_log2"].fillna(world.panel["sd_log2"].median()).values
    own_sd = np.sqrt(1 - values["horizon_shared"]) * published
    return mean, np.hypot(own_sd, values["horizon_noise"])


def log_mass(mean: Any, sd: Any, rows: xr.Dataset) -> np.ndarray:
    """Log probability of where a censored horizon lies, from the tail that keeps precision."""
    value, kind = np.log2(rows["value"].values), rows["censoring"].values
    low, high = (np.log2(rows[side].values) for side in ("lower", "upper"))
    inside = []
    for a, b in (((low - mean) / sd, (high - mean) / sd), ((mean - high) / sd, (mean - low) / sd)):
        larger, smaller = stats.norm.logcdf(b), stats.norm.logcdf(a)
        with np.errstate(divide="ignore"):  # the other tail, which `where` sets aside
            inside.append(larger + np.log1p(-np.exp(smaller - larger)))
    return np.select(
        [kind == "right", kind == "left"],
        [stats.norm.logsf(value, mean, sd), stats.norm.logcdf(value, mean, sd)],
        np.where(mean > (low + high) / 2, inside[0], inside[1]),
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_a_measured_horizon_is_normal_about_its_capability(either: Any, seed: int) -> None:
    values = either.at(either.point(seed))
    rows = either.rows("horizon", censored=False)
    mean, sd = mean_and_sd(either, values, rows)
    expected = stats.norm.logpdf(np.log2(rows["value"].values), mean, sd)
    np.testing.assert_allclose(values["logp horizon"], expected, rtol=1e-8)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_censored_horizon_has_the_mass_of_where_it_lies(either: Any, seed: int) -> None:
    values = either.at(either.point(seed))
    rows = either.rows("horizon", censored=True)
    assert set(rows["censoring"].values) == {"right", "left", "interval"}
    mean, sd = mean_and_sd(either, values, rows)
    expected = log_mass(mean, sd, rows)
    np.testing.assert_allclose(values["logp horizon_censored"], expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("missing", ["deviation", "published error", "noise", "stretch"])
def test_a_wrong_density_is_seen(world: Any, missing: str) -> None:
    """Leave one part of the formula out: the comparison above must not hold any more."""
    values = world.at(world.point(1))
    rows = world.rows("horizon", censored=False)
    spoiled = dict(values)
    if missing == "deviation":
        spoiled["horizon_scatter"] = np.array(0.0)
    elif missing == "published error":
        spoiled["horizon_shared"] = np.array(1.0)
    elif missing == "noise":
        spoiled["horizon_noise"] = np.array(0.0)
    else:
        spoiled["horizon_stretch"] = np.ones(2)
    mean, sd = mean_and_sd(world, spoiled, rows)
    wrong = stats.norm.logpdf(np.log2(rows["value"].values), mean, sd)
    assert not np.allclose(values["logp horizon"], wrong, rtol=1e-6)


def test_the_reference_series_has_offset_0_and_stretch_1(world: Any) -> None:
    """Its own offset and stretch change nothing, those of another series that series alone."""
    series = list(world.model.coords["horizon_series"])
    plain, cut = (
        world.rows("horizon", censored=flag)["score_series"].values for flag in (False, True)
    )
    point = world.point(2)
    before = world.at(point)
    for name in ("horizon_offset", "horizon_stretch_log__"):
        for place, moved in enumerate(series):
            other = point[name].copy()
            other[place] += 0.5
            after = world.at(point | {name: other})
            for density, rows in (("logp horizon", plain), ("logp horizon_censored", cut)):
                changed = before[density] != after[density]
                expected = (rows == moved) & (moved != REFERENCE)
                np.testing.assert_array_equal(changed, expected)


def test_the_reference_series_is_measured_in_doublings(world: Any, prior: xr.DataTree) -> None:
    """Its predictions scatter about capability itself; the 80% series lies elsewhere."""
    drawn, told = prior.prior_predictive["horizon"], prior.prior["capability"]
    rows = world.rows("horizon", censored=False)
    of_reference = rows["score_series"].values == REFERENCE
    away = drawn.values - told.sel(system=rows["score_system"].values).values
    spread = np.std(away, axis=(0, 1))
    centre = np.median(away, axis=(0, 1)) / (spread / np.sqrt(drawn.sizes["draw"]))
    assert (np.abs(centre[of_reference]) < 4).all()
    assert (spread[of_reference] < 1.5).all()
    assert (spread[~of_reference] > 1.8).all()  # the offset's prior has a deviation of 2


@pytest.mark.parametrize("shift", [-12.0, -6.0, 6.0, 12.0])
def test_a_far_horizon_keeps_a_finite_mass(world: Any, shift: float) -> None:
    """A sampler that starts far away must find the way back from either side."""
    point = world.point(0, spread=0.0)
    point["horizon_at_level"] = point["horizon_at_level"] + shift
    values = world.at(point)
    rows = world.rows("horizon", censored=True)
    expected = log_mass(*mean_and_sd(world, values, rows), rows)
    assert np.isfinite(expected).all()
    np.testing.assert_allclose(values["logp horizon_censored"], expected, rtol=1e-6, atol=1e-9)


def test_the_shared_error_is_its_share_of_a_typical_published_one(prior: xr.DataTree) -> None:
    """A standard normal, scaled; no score may depend on it, so its posterior is its prior."""
    drawn = prior.prior
    scale = np.sqrt(drawn["horizon_shared"]) * 0.6  # median of the reference's, a missing one too
    unit = (drawn["horizon_suite_error"] / scale).values.ravel()
    np.testing.assert_allclose(unit, drawn["horizon_suite_error_raw"].values.ravel(), rtol=1e-9)


def test_the_typical_error_is_that_of_the_reference(remade: Any, panel: xr.Dataset) -> None:
    of_reference = panel["score_series"] == REFERENCE
    world = remade(panel.assign(sd_log2=panel["sd_log2"].where(of_reference, 3.0)))
    values = world.at(world.point(2))
    told = values["horizon_suite_error"] / values["horizon_suite_error_raw"]
    assert told == pytest.approx(np.sqrt(values["horizon_shared"]) * 0.6)


def stated_mass(lower: float, mean: float, sd: float, upper: float) -> float:
    arguments = (np.array([x], dtype=float) for x in (lower, mean, sd, upper))
    return float(pytensor.function([], _log_mass(*arguments), mode="FAST_COMPILE")()[0])


@pytest.mark.parametrize("z", [-3.0, 0.0, 3.0, 10.0, 40.0, 100.0])
def test_right_censored_mass_is_precise_however_far_the_mean_is_below(z):
    assert stated_mass(z, 0.0, 1.0, z + FAR) == pytest.approx(stats.norm.logsf(z), rel=1e-6)


@pytest.mark.parametrize("z", [0.0, 3.0, 10.0, 40.0])
def test_interval_mass_is_precise_however_far_the_mean_is_below(z):
    high, low = stats.norm.logsf(z), stats.norm.logsf(z + 2.0)
    expected = high + np.log1p(-np.exp(low - high))
    assert stated_mass(z, 0.0, 1.0, z + 2.0) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("z", [-3.0, 0.0, 3.0])
def test_left_censored_mass_near_the_bound(z):
    assert stated_mass(-z - FAR, 0.0, 1.0, -z) == pytest.approx(stats.norm.logcdf(-z), rel=1e-6)


@pytest.mark.parametrize("z", [8.0, 10.0, 40.0])
def test_left_censored_mass_is_precise_however_far_the_mean_is_above(z):
    assert stated_mass(-z - FAR, 0.0, 1.0, -z) == pytest.approx(stats.norm.logcdf(-z), rel=1e-6)


def test_bounds_are_open_on_the_side_that_is_not_known(arrays):
    rows = arrays.scores_of("horizon", censored=True)
    lower, upper = bounds(arrays, rows)
    picked = arrays.panel.isel(score=rows)
    found = dict(zip(picked["censoring"].values, zip(lower, upper, strict=True), strict=True))
    assert found["interval"] == pytest.approx((np.log2(10.0), np.log2(40.0)))
    assert found["right"] == pytest.approx((np.log2(960.0), np.log2(960.0) + FAR))
    assert found["left"] == pytest.approx((np.log2(1.0) - FAR, np.log2(1.0)))


def test_a_missing_published_sd_is_the_median_one(arrays):
    rows = arrays.scores_of("horizon")
    told = arrays.panel["sd_log2"].values[rows]
    found = published_sd(arrays, rows)
    missing = np.isnan(told)
    assert missing.sum() == 1
    np.testing.assert_array_equal(found[~missing], told[~missing])
    assert found[missing] == pytest.approx(np.median(told[~missing]))


def test_a_deviation_is_shared_by_the_horizons_of_a_system(world):
    systems = list(world.model.coords["horizon_system"])
    assert systems == sorted(set(systems), key=list(world.panel["system"].values).index)
    point = world.point(2, spread=0.05)
    raw = point["horizon_deviation_raw"].copy()
    raw[systems.index("Alpha 2")] += 1.0
    before, after = world.at(point), world.at(point | {"horizon_deviation_raw": raw})
    rows = world.rows("horizon", censored=False)
    changed = before["logp horizon"] != after["logp horizon"]
    assert changed.sum() == 2
    assert set(rows["score_system"].values[changed]) == {"Alpha 2"}
