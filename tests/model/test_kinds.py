"""Speed-ups, ratios and counts: log densities against SciPy's, and the card's priors on curves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr
from scipy import special, stats

from bayes_rsi.cards import Card
from bayes_rsi.errors import ModelError
from bayes_rsi.model.build import LIKELIHOODS, build
from bayes_rsi.units import year_of_date

SEEDS = range(4)
#: Kind: its difficulty and its slope, told in doublings.
TOLD = {
    "speedup": ("speedup_difficulty", "speedup_slope_per_doubling"),
    "ratio": ("ratio_parity", "ratio_slope_per_doubling"),
    "count": ("count_difficulty", "count_slope_per_doubling"),
}


def beyond(world: Any, values: dict[str, np.ndarray], kind: str) -> np.ndarray:
    """Slope times (capability - difficulty) of each score of a kind."""
    rows = world.rows(kind)
    difficulty, slope = (world.of(values, name, rows["score_series"]) for name in TOLD[kind])
    return slope * (world.drifted(values, kind) - difficulty)


def expected(world: Any, values: dict[str, np.ndarray], kind: str) -> np.ndarray:
    rows, logit = world.rows(kind), beyond(world, values, kind)
    value, series = rows["value"].values, rows["score_series"]
    if kind == "count":
        return stats.binom.logpmf(value, rows["n_trials"].values, special.expit(logit))
    if kind == "ratio":
        return stats.norm.logpdf(np.log2(value), logit, values["ratio_noise"])
    mean = world.of(values, "speedup_limit", series) * special.expit(logit)
    return stats.norm.logpdf(np.log2(value), mean, world.of(values, "speedup_noise", series))


def test_every_kind_is_here_or_has_a_file_of_its_own() -> None:
    assert TOLD.keys() | {"fraction"} == LIKELIHOODS.keys()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", TOLD)
def test_log_density_is_that_of_scipy(kinds: Any, kind: str, seed: int) -> None:
    values = kinds.at(kinds.point(seed))
    np.testing.assert_allclose(values[f"logp {kind}"], expected(kinds, values, kind), rtol=1e-6)


@pytest.mark.parametrize("kind", TOLD)
def test_a_density_at_another_capability_is_seen(kinds: Any, kind: str) -> None:
    values = kinds.at(kinds.point(1))
    wrong = expected(kinds, values | {"capability": values["capability"] + 0.1}, kind)
    assert not np.allclose(values[f"logp {kind}"], wrong, rtol=1e-4)


def log_slope_and_place(values: dict[str, np.ndarray], kind: str) -> np.ndarray:
    difficulty, slope = (values[name] for name in TOLD[kind])
    rate = values["horizon_rate"]
    return np.array([np.log(slope * rate), (difficulty - values["horizon_at_level"]) / rate])


def on_difficulty(world: Any, values: dict[str, np.ndarray], kind: str) -> np.ndarray:
    """Log density of difficulty about the frontier of the series' day, per unit of place."""
    level, pace = world.frame(values)
    panel = world.panel
    as_of = float(year_of_date(panel.attrs["as_of"]))
    knots = as_of - world.card.knot_years * np.arange(len(values["frontier_clock"]))[::-1]
    released = year_of_date(panel["series_released"].values[panel["kind"].values == kind])
    aim = np.interp(released, knots, values["frontier_clock"]) + values["difficulty_ahead"]
    years = level + pace * log_slope_and_place(values, kind)[1]
    return stats.norm.logpdf(years, aim, values["difficulty_spread"]) + np.log(pace)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", TOLD)
def test_sampled_coordinates_imply_the_priors_of_the_card(kinds: Any, kind: str, seed: int) -> None:
    point, step = kinds.point(seed), 1e-5
    values, names = kinds.at(point), (f"{kind}_log_tilt", f"{kind}_rise")
    columns = []
    for name in names:
        up, down = (kinds.at(point | {name: point[name] + sign * step}) for sign in (1, -1))
        moved = log_slope_and_place(up, kind) - log_slope_and_place(down, kind)
        columns.append(moved / (2 * step))
    jacobian = np.linalg.slogdet(np.transpose(columns, (2, 0, 1)))[1]
    median, sigma = kinds.card.prior(f"{kind}_slope").parameters
    slope = stats.norm.logpdf(log_slope_and_place(values, kind)[0], np.log(median), sigma)
    found = sum(values[f"logp {name}"] for name in names) - jacobian
    np.testing.assert_allclose(found, slope + on_difficulty(kinds, values, kind), rtol=1e-6)
    assert (np.abs(jacobian) > 1e-3).all()


def test_priors_that_kinds_share_are_one_variable(kinds: Any) -> None:
    names = [rv.name for rv in kinds.model.free_RVs]
    assert names.count("difficulty_ahead") == names.count("difficulty_spread") == 1
    # Three are mean and deviation of coordinates; three are for what this panel has none of.
    unused = {"count_slope", "ratio_slope", "speedup_slope", "harness_spread", "lab_spread"}
    unused |= {"overdispersion_common"}
    unused |= {"label_error_audited", "label_error_unaudited"}  # one vector: test_ceilings
    assert kinds.card.priors.keys() - set(names) == unused


def test_a_kind_without_a_likelihood_is_refused(panel: xr.Dataset, card: Card) -> None:
    broken = panel.copy(deep=True)
    kind = broken["kind"].values.copy()
    kind[1] = "index"
    with pytest.raises(ModelError, match=r"got series of kind 'index'.*take it out of 'kinds'"):
        build(broken.assign(kind=("series", kind)), card)
