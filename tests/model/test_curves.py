"""The sampled coordinates of a curve imply the card's priors on slope and difficulty.

Analytically, with a numerical Jacobian, and in draws from the prior.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pymc as pm
import pytest
import xarray as xr
from scipy import stats

from bayes_rsi.cards import Card
from bayes_rsi.model.build import build, start
from bayes_rsi.model.design import Design
from bayes_rsi.units import year_of_date

SEEDS = range(4)
#: Of each of the six tests of a distribution (two quantities, three series) on a correct model.
FALSE_ALARM = 1e-3


def slope_and_difficulty(values: dict[str, np.ndarray]) -> np.ndarray:
    """Log slope and difficulty in the population's frame, from what is told in doublings."""
    rate = values["horizon_rate"]
    place = (values["difficulty"] - values["horizon_at_level"]) / rate
    return np.array([np.log(values["slope"] * rate), place])


def log_jacobian(world: Any, point: dict[str, np.ndarray], step: float = 1e-5) -> np.ndarray:
    """log |d(log slope, difficulty) / d(log_tilt, rise)| of each series, central differences.

    The pair of a series depends on no other series, so all are moved at once.
    """
    columns = []
    for name in ("fraction_log_tilt", "fraction_rise"):
        up, down = (world.at(point | {name: point[name] + sign * step}) for sign in (1, -1))
        columns.append((slope_and_difficulty(up) - slope_and_difficulty(down)) / (2 * step))
    return np.linalg.slogdet(np.transpose(columns, (2, 0, 1)))[1]


def of_the_card(world: Any, arrays: Design, values: dict[str, np.ndarray]) -> np.ndarray:
    """Log density of log slope and of difficulty as the card words them, per unit of place."""
    log_slope, place = slope_and_difficulty(values)
    level, pace = world.frame(values)
    series = list(world.model.coords["fraction_series"])
    released = year_of_date(world.panel["series_released"].sel(series=series).values)
    aim = np.interp(released, arrays.knots, values["frontier_clock"]) + values["difficulty_ahead"]
    difficulty = stats.norm.logpdf(level + pace * place, aim, values["difficulty_spread"])
    slope = stats.norm.logpdf(log_slope, np.log(values["slope_typical"]), values["slope_spread"])
    return slope + difficulty + np.log(pace)


def sampled(values: dict[str, np.ndarray]) -> np.ndarray:
    return values["logp fraction_log_tilt"] + values["logp fraction_rise"]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_joint_density_is_that_of_the_card(either: Any, arrays: Design, seed: int) -> None:
    point = either.point(seed)
    values = either.at(point)
    found = sampled(values) - log_jacobian(either, point)
    np.testing.assert_allclose(found, of_the_card(either, arrays, values), rtol=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_missing_jacobian_is_seen(either: Any, arrays: Design, seed: int) -> None:
    values = either.at(either.point(seed))
    wrong = np.abs(sampled(values) - of_the_card(either, arrays, values))
    assert (wrong > 1e-3).all()


@pytest.mark.parametrize("part", ["slope_typical", "slope_spread", "difficulty_ahead"])
def test_another_prior_in_the_density_is_seen(world: Any, arrays: Design, part: str) -> None:
    point = world.point(0)
    values = world.at(point)
    wrong = of_the_card(world, arrays, values | {part: values[part] * 1.1})
    assert not np.allclose(sampled(values) - log_jacobian(world, point), wrong, rtol=1e-4)


@pytest.mark.parametrize("seed", SEEDS)
def test_log_slope_alone_has_the_prior_of_the_card(either: Any, seed: int) -> None:
    values = either.at(either.point(seed))
    log_slope, _ = slope_and_difficulty(values)
    expected = stats.norm.logpdf(log_slope, np.log(values["slope_typical"]), values["slope_spread"])
    np.testing.assert_allclose(values["logp fraction_log_tilt"], expected, rtol=1e-8)


def test_curves_begin_at_the_middle_of_the_scored_systems(either: Any) -> None:
    """From the prior's mean a chain could begin where noise explains all, and stay there."""
    found = start(either.model, either.panel, either.card)["fraction_rise"]
    assert found.shape == (len(either.model.coords["fraction_series"]),)
    assert (found == 0).all()


# --- prior predictive ----------------------------------------------------------------------------

CURVES = [
    "slope",
    "difficulty",
    "frontier",
    "frontier_clock",
    "horizon_rate",
    "slope_typical",
    "slope_spread",
    "difficulty_ahead",
    "difficulty_spread",
]


@pytest.fixture(scope="module")
def curves_of_the_prior(panel: xr.Dataset, card: Card) -> xr.Dataset:
    """Enough prior draws to tell distributions apart; the seed is fixed."""
    with build(panel, card):
        return pm.sample_prior_predictive(
            2000,
            var_names=CURVES,
            # One draw in some thousands has a ceiling below its floor, and no curve: not with this.
            random_seed=5,
            compile_kwargs={"mode": "FAST_COMPILE"},
        )["prior"].to_dataset()


def uniform(prior: xr.Dataset, world: Any) -> dict[str, np.ndarray]:
    """Places of slopes and difficulties in the distributions that the card gives them.

    Uniform where the model's priors are the card's, however the sampler's coordinates are made.
    """
    clock, told = prior["frontier_clock"], prior["frontier"]
    # Doublings are linear in effective years: two knots give the line.
    rate = (told[..., -1] - told[..., 0]) / (clock[..., -1] - clock[..., 0])
    per_place = np.log(prior["slope"] * prior["horizon_rate"])
    slope = (per_place - np.log(prior["slope_typical"])) / prior["slope_spread"]
    years = clock[..., -1] + (prior["difficulty"] - told[..., -1]) / rate
    series = world.panel.sel(series=years["fraction_series"].values)["series_released"]
    as_of = float(year_of_date(world.panel.attrs["as_of"]))
    knots = as_of - world.card.knot_years * np.arange(clock.sizes["date"])[::-1]
    at = [np.interp(year, knots, np.arange(len(knots))) for year in year_of_date(series.values)]
    aimed = _at(clock.values, np.array(at))
    miss = years.values - aimed - prior["difficulty_ahead"].values[..., None]
    difficulty = miss / prior["difficulty_spread"].values[..., None]
    return {
        "slope": stats.norm.cdf(slope.transpose(..., "fraction_series").values),
        "difficulty": stats.norm.cdf(difficulty),
    }


def _at(values: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Interpolate along the last axis at fractional positions."""
    left = np.minimum(place.astype(int), values.shape[-1] - 2)
    share = place - left
    return values[..., left] * (1 - share) + values[..., left + 1] * share


@pytest.mark.parametrize("name", ["slope", "difficulty"])
def test_priors_of_the_curves_are_those_of_the_card(
    curves_of_the_prior: xr.Dataset, world: Any, name: str
) -> None:
    places = uniform(curves_of_the_prior, world)[name].reshape(-1, 3)
    for series in places.T:
        assert stats.kstest(series, "uniform").pvalue > FALSE_ALARM


@pytest.mark.parametrize("name", ["slope", "difficulty"])
def test_another_prior_of_the_curves_is_seen(
    curves_of_the_prior: xr.Dataset, world: Any, name: str
) -> None:
    other = {"slope": "slope_typical", "difficulty": "difficulty_ahead"}[name]
    moved = curves_of_the_prior.assign({other: curves_of_the_prior[other] + 0.2})
    places = uniform(moved, world)[name].reshape(-1, 3)
    assert all(stats.kstest(series, "uniform").pvalue < FALSE_ALARM for series in places.T)


def log_width(world: Any, values: dict[str, np.ndarray]) -> np.ndarray:
    """How far apart the systems behind each series' scores are, with their drift."""
    panel, (level, pace) = world.panel, world.frame(values)
    labels = panel["system"].values.tolist()
    system = [labels.index(name) for name in panel["score_system"].values]
    of, release = panel["score_series"].values, year_of_date(panel["released"].values)[system]
    place = ((values["capability_clock"] - level) / pace)[system]
    drift = dict(zip(world.model.coords["drifting_series"], values["series_drift"], strict=True))
    found = []
    for name in world.model.coords["fraction_series"]:
        mine = of == name
        drifted = place[mine] + drift[name] * (release[mine] - release[mine].mean())
        total = np.sum((drifted - drifted.mean()) ** 2)
        found.append(np.log((total + 0.5**2) / (mine.sum() + 1)) / 2)
    return np.array(found)


@pytest.mark.parametrize("moved", ["series_drift_own", "capability_clock"])
def test_the_sampled_tilt_is_that_over_the_width_of_the_scored_systems(
    world: Any, moved: str
) -> None:
    """So that systems that come apart, by themselves or by a drift, leave their scores alone."""
    point = world.point(1)
    values = world.at(point)
    rng = np.random.default_rng(3)
    key = next(name for name in point if name.startswith(moved))
    other = world.at(point | {key: point[key] + 0.3 * rng.normal(size=len(point[key]))})
    found = slope_and_difficulty(other)[0] - slope_and_difficulty(values)[0]
    assert found == pytest.approx(log_width(world, values) - log_width(world, other))
    assert np.abs(found).max() > 1e-3
