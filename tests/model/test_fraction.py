"""Shares of items: the log density against SciPy's, and curves that stay in their range."""

from __future__ import annotations

from typing import Any

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
import xarray as xr
from scipy import special, stats

from bayes_rsi.cards import Card
from bayes_rsi.model.build import build
from bayes_rsi.model.fraction import _draw, _log_density

SEEDS = range(4)


def expected_scores(world: Any, values: dict[str, np.ndarray], rows: xr.Dataset) -> np.ndarray:
    """The curve of the module, told in doublings, at the capability of each row's system."""
    series = rows["score_series"]
    difficulty, slope, ceiling = (
        world.of(values, name, series) for name in ("difficulty", "slope", "ceiling")
    )
    climb = special.expit(slope * (world.drifted(values, "fraction") - difficulty))
    floor = rows["floor"].fillna(0.0).values
    return floor + (ceiling - floor) * climb


def log_density(
    world: Any, values: dict[str, np.ndarray], rows: xr.Dataset, missing: str = ""
) -> np.ndarray:
    """Normal censored to [0, 1]; `missing` leaves one part of it out."""
    if missing == "ceiling":
        values = values | {"ceiling": np.ones_like(values["ceiling"])}
    mean = expected_scores(world, values, rows)
    trials = rows["n_trials"].values
    over = world.of(values, "overdispersion", rows["score_series"])
    counting = 0.0 if missing == "counting" else 1 / trials
    over = 0.0 if missing == "overdispersion" else over
    rounding = 0.0 if missing == "rounding" else values["rounding"]
    sd = np.sqrt(mean * (1 - mean) * (counting + over**2) + rounding**2)
    score = rows["value"].values
    inside = stats.norm.logpdf(score, mean, sd)
    if missing == "censoring":
        return inside
    ends = [stats.norm.logcdf(0.0, mean, sd), stats.norm.logsf(1.0, mean, sd)]
    return np.select([score <= 0, score >= 1], ends, inside)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_log_density_is_that_of_a_log_density_normal(either: Any, seed: int) -> None:
    values, rows = either.at(either.point(seed)), either.rows("fraction")
    assert {0.0, 1.0} <= set(rows["value"].values)
    expected = log_density(either, values, rows)
    np.testing.assert_allclose(values["logp fraction"], expected, rtol=1e-6)


@pytest.mark.parametrize(
    "missing", ["ceiling", "counting", "overdispersion", "rounding", "censoring"]
)
def test_a_wrong_density_is_seen(world: Any, missing: str) -> None:
    values, rows = world.at(world.point(1)), world.rows("fraction")
    wrong = log_density(world, values, rows, missing)
    assert not np.allclose(values["logp fraction"], wrong, rtol=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_overdispersion_is_hierarchical_on_its_logarithm(world: Any, seed: int) -> None:
    values = world.at(world.point(seed))
    typical, spread = values["overdispersion_typical"], values["overdispersion_spread"]
    expected = stats.norm.logpdf(values["log_overdispersion"], np.log(typical), spread)
    np.testing.assert_allclose(values["logp log_overdispersion"], expected, rtol=1e-9)
    told = np.exp(values["log_overdispersion"])
    np.testing.assert_allclose(values["overdispersion"], told, rtol=1e-12)


def compiled(score: list, mean: list, sd: list, told: str) -> np.ndarray:
    """Compute the density of scores that are constants of the graph, or told at run time."""
    constant, later = pt.constant(np.array(score)), pt.vector("score", dtype="float64")
    inputs, value = ([], constant) if told == "constant" else ([later], later)
    density = _log_density(value, pt.constant(np.array(mean)), pt.constant(np.square(sd)))
    return pytensor.function(inputs, density, mode="FAST_COMPILE")(*[score] * len(inputs))


TOLD = pytest.mark.parametrize("told", ["constant", "later"])


@TOLD
def test_without_scores_at_the_ends_the_density_is_that_of_a_normal(told: str) -> None:
    found = compiled([0.3, 0.69], [0.2, 0.7], [0.1, 0.02], told)
    expected = stats.norm.logpdf([0.3, 0.69], [0.2, 0.7], [0.1, 0.02])
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@TOLD
def test_scores_at_the_ends_have_the_mass_beyond_them(told: str) -> None:
    found = compiled([0.0, 0.5, 1.0], [0.1, 0.5, 0.9], [0.2, 0.2, 0.2], told)
    tail = stats.norm.logcdf(-0.5)
    np.testing.assert_allclose(found, [tail, stats.norm.logpdf(0.0, 0.0, 0.2), tail], rtol=1e-7)


@TOLD
def test_tails_far_beyond_the_ends_stay_finite(told: str) -> None:
    found = compiled([0.0, 1.0], [0.9, 0.1], [0.01, 0.01], told)
    np.testing.assert_allclose(found, stats.norm.logcdf(-90.0), rtol=1e-6)


def test_draws_have_the_mass_at_the_ends_that_the_density_says() -> None:
    # Each count may miss its mean by four standard deviations: a false alarm in 8,000 seeds.
    size = 10_000
    draws = _draw(
        np.array([0.05, 0.9]), np.array([0.01, 0.01]), np.random.default_rng(1), (size, 2)
    )
    counts = np.array([(draws[:, 0] == 0).sum(), (draws[:, 1] == 1).sum()])
    share = np.array([stats.norm.cdf(-0.5), stats.norm.sf(1.0)])
    assert (np.abs(counts - size * share) < 4 * np.sqrt(size * share * (1 - share))).all()
    assert draws.min() == 0.0
    assert draws.max() == 1.0


# --- prior predictive ----------------------------------------------------------------------------


def leaving(expected: np.ndarray, floor: np.ndarray, ceiling: np.ndarray) -> float:
    """Share of curves that leave [floor, ceiling] anywhere, by more than rounding."""
    out = (expected < floor - 1e-4) | (expected > ceiling + 1e-4)
    return float(out.any(axis=-1).mean())


@pytest.fixture(scope="module")
def noiseless(panel: xr.Dataset, card: Card) -> xr.Dataset:
    """Prior draws of scores with the noise taken away: the model's own expected scores."""
    exact = panel.assign(n_trials=panel["n_trials"] * 10**12)
    quiet = {"rounding": 1e-7, "log_overdispersion": np.full(3, -30.0)}
    kept = ["fraction", "ceiling", "difficulty", "slope", "capability", "series_drift_doublings"]
    with pm.do(build(exact, card), quiet):
        drawn = pm.sample_prior_predictive(
            300, var_names=kept, random_seed=3, compile_kwargs={"mode": "FAST_COMPILE"}
        )
    return xr.merge([drawn["prior"].to_dataset(), drawn["prior_predictive"].to_dataset()])


def test_no_expected_score_leaves_its_range_before_any_data(
    noiseless: xr.Dataset, world: Any
) -> None:
    rows = world.rows("fraction")
    expected = noiseless["fraction"].values
    ceiling = noiseless["ceiling"].sel(fraction_series=rows["score_series"].values).values
    floor = rows["floor"].fillna(0.0).values
    assert leaving(expected, floor, ceiling) == 0.0
    # The same check finds the curves that a lower ceiling, or a higher floor, would bound.
    assert leaving(expected, floor, ceiling - 0.05) > 0.05
    assert leaving(expected, floor + 0.05, ceiling) > 0.05


def test_expected_scores_follow_the_curve_that_is_told(noiseless: xr.Dataset, world: Any) -> None:
    rows = world.rows("fraction")
    of = {"fraction_series": rows["score_series"].values}
    curve = noiseless[["ceiling", "difficulty", "slope"]].sel(of)
    capability = noiseless["capability"].sel(system=rows["score_system"].values).values
    series = rows["score_series"].values
    drift = noiseless["series_drift_doublings"].sel(drifting_series=series).values
    capability = capability + drift * world.since_middle(rows)
    climb = special.expit(curve["slope"].values * (capability - curve["difficulty"].values))
    floor = rows["floor"].fillna(0.0).values
    expected = floor + (curve["ceiling"].values - floor) * climb
    np.testing.assert_allclose(noiseless["fraction"].values, expected, atol=1e-5)


def test_predictions_are_shares_and_reach_both_ends(prior: xr.DataTree) -> None:
    drawn = prior["prior_predictive"]["fraction"].values
    assert ((drawn >= 0) & (drawn <= 1)).all()
    assert (drawn == 0).any()
    assert (drawn == 1).any()
