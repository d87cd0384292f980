"""Draws, quantiles and densities of a prior against SciPy's."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bayes_rsi.cards import FAMILIES, Prior
from bayes_rsi.errors import CardError


def prior(family: str, *parameters: float) -> Prior:
    """A prior of some family."""
    return Prior("x", family, parameters, "1", "For tests.", "judgement")


CASES = [
    (prior("normal", -1.5, 2.0), stats.norm(-1.5, 2.0)),
    (prior("normal", 0.0, 0.01), stats.norm(0.0, 0.01)),
    (prior("lognormal", 120000.0, 2.08), stats.lognorm(2.08, scale=120000.0)),
    (prior("lognormal", 0.005, 0.5), stats.lognorm(0.5, scale=0.005)),
    (prior("halfnormal", 0.4), stats.halfnorm(scale=0.4)),
    (prior("beta", 1.2, 18.0), stats.beta(1.2, 18.0)),
    (prior("beta", 0.5, 0.5), stats.beta(0.5, 0.5)),
    (prior("beta", 1.0, 1.0), stats.beta(1.0, 1.0)),
    (prior("scaled_beta", 1.5, 6.0, 0.3), stats.beta(1.5, 6.0, scale=0.3)),
    (prior("scaled_beta", 1.0, 1.0, 12.0), stats.uniform(0.0, 12.0)),
]
each = pytest.mark.parametrize(
    ("own", "scipy"), CASES, ids=[f"{own.family}{own.parameters}" for own, _ in CASES]
)


def test_every_family_is_held_against_scipy() -> None:
    assert {own.family for own, _ in CASES} == set(FAMILIES)


@each
def test_quantiles(own: Prior, scipy: stats.rv_continuous) -> None:
    p = np.array([[0.0, 1e-6, 0.05, 0.3], [0.5, 0.9, 1 - 1e-6, 1.0]])
    np.testing.assert_allclose(own.quantile(p), scipy.ppf(p), rtol=1e-9, atol=1e-14)
    assert own.quantile(p).shape == p.shape
    assert own.quantile(0.5).shape == ()


@each
def test_densities_at_usual_and_unusual_places(own: Prior, scipy: stats.rv_continuous) -> None:
    middle = scipy.ppf(np.linspace(0.001, 0.999, 41))
    x = np.r_[middle, -np.inf, -3.0, 0.0, 1.0, 7.0, np.inf, np.nan]
    with np.errstate(divide="ignore", over="ignore"):
        expected = scipy.logpdf(x)
    np.testing.assert_allclose(own.log_density(x), expected, rtol=1e-9, atol=1e-11)
    assert own.log_density(x.reshape(2, -1)).shape == (2, x.size // 2)


@each
def test_draws_follow_the_distribution(own: Prior, scipy: stats.rv_continuous) -> None:
    draws = own.draw(np.random.default_rng(11), (50, 80))
    assert draws.shape == (50, 80)
    # The seed is fixed, so this cannot fail by chance; a wrong family gives p below 1e-20.
    assert stats.kstest(draws.ravel(), scipy.cdf).pvalue > 0.01


def test_a_wrong_distribution_is_seen_by_the_check_of_draws() -> None:
    draws = prior("lognormal", 1.0, 0.5).draw(np.random.default_rng(11), 4000)
    assert stats.kstest(draws, stats.lognorm(0.55, scale=1.0).cdf).pvalue < 1e-3


@pytest.mark.parametrize("own", [own for own, _ in CASES], ids=lambda own: own.family)
def test_the_same_seed_gives_the_same_draws(own: Prior) -> None:
    one, two = (own.draw(np.random.default_rng(5), 7) for _ in range(2))
    np.testing.assert_array_equal(one, two)


@given(
    st.sampled_from([own for own, _ in CASES]),
    # SciPy's quantiles of a beta fall in the eighth digit where p is 1e-300.
    st.lists(st.just(0.0) | st.floats(1e-12, 1), min_size=2, max_size=9),
)
def test_quantiles_do_not_fall(own: Prior, p: list[float]) -> None:
    values = own.quantile(sorted(p))
    assert (values[1:] >= values[:-1]).all()


@given(st.sampled_from([own for own, _ in CASES]), st.floats(0.01, 0.99))
def test_density_is_the_slope_of_what_quantiles_say(own: Prior, p: float) -> None:
    """d quantile / dp = 1 / density: the two methods speak of one distribution."""
    step = 1e-6 * min(p, 1 - p)
    below, at, above = own.quantile([p - step, p, p + step])
    slope = (above - below) / (2 * step)
    assert math.log(1 / slope) == pytest.approx(float(own.log_density(at)), abs=1e-3)


@pytest.mark.parametrize("p", [-0.1, 1.1, math.nan, [0.5, math.nan]])
def test_what_is_no_probability_is_refused(p: object) -> None:
    with pytest.raises(CardError, match=r"prior 'x': got p = .*probabilities in \[0, 1\]"):
        prior("normal", 0.0, 1.0).quantile(p)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("family", "parameters", "match"),
    [
        ("lognorm", (1.0, 1.0), "family 'lognorm'. Did you mean 'lognormal'"),
        ("normal", (1.0,), "got 1 parameters. Expected mean, sd"),
        ("halfnormal", (1.0, 2.0), "got 2 parameters. Expected sd"),
        ("normal", (0.0, 0.0), r"got sd = 0\.0. Expected a positive"),
        ("normal", (math.nan, 1.0), "got mean = nan. Expected a finite"),
        ("beta", (1.0, math.inf), "got beta = inf. Expected a positive, finite"),
        ("lognormal", (-1.0, 1.0), r"got median = -1\.0"),
    ],
)
def test_numbers_that_are_no_distribution_are_refused(
    family: str, parameters: tuple[float, ...], match: str
) -> None:
    with pytest.raises(CardError, match=match):
        prior(family, *parameters)


def test_parameters_are_floats_whatever_was_given() -> None:
    assert prior("normal", 0, 1) == prior("normal", 0.0, 1.0)
    assert all(type(value) is float for value in prior("normal", 0, 1).parameters)


def test_a_prior_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError, match="family"):
        prior("normal", 0.0, 1.0).family = "beta"  # type: ignore[misc]
