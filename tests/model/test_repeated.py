"""Several figures of one system on one series share noise, and a single one is as before."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from bayes_rsi.model.design import design
from bayes_rsi.model.repeated import repeated_labels


def test_only_pairs_with_several_figures_have_something_in_common(again, panel, card):
    assert repeated_labels(design(again.panel, card)).tolist() == ["exam|Alpha 2"]
    assert repeated_labels(design(panel, card)).size == 0
    assert again.model.coords["repeated"] == ("exam|Alpha 2",)


def moments(world: Any, values: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean without deviation, variance of counting and rounding, variance of the overdispersion."""
    rows = world.rows("fraction")
    of = rows["score_series"]
    difficulty, slope, ceiling, over = (
        world.of(values, name, of) for name in ("difficulty", "slope", "ceiling", "overdispersion")
    )
    logit = slope * (world.drifted(values, "fraction") - difficulty)
    floor = rows["floor"].fillna(0.0).values
    mean = floor + (ceiling - floor) / (1 + np.exp(-logit))
    even = mean * (1 - mean)
    return mean, even / rows["n_trials"].values + values["rounding"] ** 2, even * over**2


def repeats(world: Any) -> np.ndarray:
    rows = world.rows("fraction")
    return (rows["score_series"].values == "exam") & (rows["score_system"].values == "Alpha 2")


@pytest.mark.parametrize("seed", range(3))
def test_figures_given_what_they_share_are_independent(again, seed):
    values = again.at(again.point(seed))
    mean, counting, over = moments(again, values)
    chosen, share = repeats(again), values["overdispersion_common"]
    assert chosen.sum() == 3
    centre = mean + np.sqrt(share * over) * values["repeated_deviation"][0]
    expected = stats.norm.logpdf(
        again.rows("fraction")["value"].values, centre, np.sqrt(counting + (1 - share) * over)
    )
    found = values["logp fraction"]
    np.testing.assert_allclose(found[chosen], expected[chosen], rtol=1e-6)
    # The checker is not blind: independent figures have another density.
    alone = stats.norm.logpdf(
        again.rows("fraction")["value"].values, mean, np.sqrt(counting + over)
    )
    assert not np.allclose(found[chosen], alone[chosen], rtol=1e-3)
    single = ~chosen & (again.rows("fraction")["value"].values > 0)
    single &= again.rows("fraction")["value"].values < 1
    np.testing.assert_allclose(found[single], alone[single], rtol=1e-6)


def test_integrated_over_what_they_share_they_are_jointly_normal(again):
    """Gauss-Hermite over the shared deviation against the joint normal with equal correlation."""
    values = again.at(again.point(5))
    chosen, share = repeats(again), values["overdispersion_common"]
    mean, counting, over = (part[chosen] for part in moments(again, values))
    score = again.rows("fraction")["value"].values[chosen]
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    own = np.sqrt(counting + (1 - share) * over)
    centre = mean + np.sqrt(share * over) * nodes[:, None]
    each = stats.norm.pdf(score, centre, own).prod(axis=1)
    integrated = (weights * each).sum() / np.sqrt(2 * np.pi)
    covariance = np.diag(counting + (1 - share) * over) + share * np.sqrt(np.outer(over, over))
    expected = stats.multivariate_normal.pdf(score, mean, covariance)
    assert integrated == pytest.approx(expected, rel=1e-6)
