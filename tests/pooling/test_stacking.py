"""Weights against closed forms, an optimiser that knows nothing of them, and at the limits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import softmax

from bayes_rsi.pooling.stacking import counted_once, stack

EVEN = np.array([0.5, 0.5])


def objective(weights, log_density, counts, prior, strength) -> float:
    """What the weights maximise, from its formula."""
    pooled = np.log(np.exp(log_density) @ weights)
    return float(counts @ pooled + strength * prior @ np.log(weights))


def random_case(seed: int, outcomes: int = 40, members: int = 4):
    rng = np.random.default_rng(seed)
    logs = rng.normal(-1.0, 0.8, (outcomes, members))
    return logs, rng.random(outcomes), rng.dirichlet(np.ones(members)), 5.0 * rng.random()


def test_two_members_have_their_known_optimum():
    # a outcomes have density 2 under the first and 1 under the second, b the other way round:
    # a / (1 + w) = b / (2 - w), so w = (2 a - b) / (a + b).
    a, b = 7, 5
    density = np.array([[2.0, 1.0]] * a + [[1.0, 2.0]] * b)
    found = stack(np.log(density), np.ones(a + b), EVEN, strength=0.0)
    assert found == pytest.approx([(2 * a - b) / (a + b), (2 * b - a) / (a + b)], abs=1e-6)


def test_who_is_always_better_gets_all_but_what_the_prior_holds_back():
    # With density ratio r at n outcomes, q = 1/2 and strength s the optimum solves
    # n (r - 1) / (1 + (r - 1) w) + s / 2 (1 / w - 1 / (1 - w)) = 0.
    n, ratio, strength = 12, 3.0, 4.0
    found = stack(np.log([[ratio, 1.0]] * n), np.ones(n), EVEN, strength)
    w = found[0]
    slope = n * (ratio - 1) / (1 + (ratio - 1) * w) + strength / 2 * (1 / w - 1 / (1 - w))
    assert slope == pytest.approx(0.0, abs=1e-6)
    assert 0.5 < w < 1
    # The other has no mass left when the ratio is infinite: n + s q of n + s.
    sure = stack(np.log([[1.0, 1e-300]] * n), np.ones(n), EVEN, strength)
    assert sure[0] == pytest.approx((n + strength / 2) / (n + strength))
    assert stack(np.log([[ratio, 1.0]] * n), np.ones(n), EVEN, 0.0) == pytest.approx([1, 0])


def test_a_strong_prior_stays_and_no_outcome_leaves_it():
    logs, counts, prior, _ = random_case(1)
    assert stack(logs, counts, prior, 1e9) == pytest.approx(prior, abs=1e-6)
    assert stack(logs[:0], counts[:0], prior, 3.0) == pytest.approx(prior)
    assert stack(logs, 0 * counts, prior, 0.0) == pytest.approx(prior)


def test_members_that_say_the_same_keep_the_prior():
    logs, counts, prior, strength = random_case(2)
    same = np.repeat(logs[:, :1], prior.size, axis=1)
    assert stack(same, counts, prior, strength) == pytest.approx(prior)


@pytest.mark.parametrize("seed", range(5))
def test_a_general_optimiser_finds_no_better_weights(seed):
    logs, counts, prior, strength = random_case(seed)

    def loss(free):
        return -objective(softmax(free), logs, counts, prior, strength)

    best = softmax(minimize(loss, np.zeros(prior.size), tol=1e-12).x)
    assert stack(logs, counts, prior, strength) == pytest.approx(best, abs=2e-4)
    found = objective(stack(logs, counts, prior, strength), logs, counts, prior, strength)
    assert found >= objective(best, logs, counts, prior, strength) - 1e-9


@given(
    seed=st.integers(0, 10_000),
    outcomes=st.integers(0, 6),
    members=st.integers(1, 5),
    strength=st.floats(0, 1e6),
    scale=st.floats(0, 300),
)
def test_weights_sum_to_one_and_are_not_negative(seed, outcomes, members, strength, scale):
    logs, counts, prior, _ = random_case(seed, outcomes, members)
    found = stack(scale * logs, counts, prior, strength)
    assert found.sum() == pytest.approx(1.0)
    assert (found >= 0).all()


def test_a_common_factor_of_an_outcome_does_not_matter():
    logs, counts, prior, strength = random_case(3)
    moved = logs + np.random.default_rng(4).normal(0, 200, (len(logs), 1))
    assert stack(moved, counts, prior, strength) == pytest.approx(
        stack(logs, counts, prior, strength)
    )


def test_an_outcome_that_is_told_often_counts_once():
    logs, _, prior, strength = random_case(5, outcomes=3)
    often = np.concatenate([logs, np.repeat(logs[:1], 9, axis=0)])
    counts = counted_once(np.array(["a", "b", "c", *["a"] * 9]))
    assert counts.sum() == pytest.approx(3)
    assert stack(often, counts, prior, strength) == pytest.approx(
        stack(logs, np.ones(3), prior, strength)
    )


def test_what_cannot_be_weighed_is_refused():
    logs, counts, prior, strength = random_case(6)
    logs[3, 1] = -np.inf
    with pytest.raises(ValueError, match="a log density that is not finite"):
        stack(logs, counts, prior, strength)
    with pytest.raises(ValueError, match="prior weights with sum 2"):
        stack(logs[:3], counts[:3], 2 * prior, strength)
