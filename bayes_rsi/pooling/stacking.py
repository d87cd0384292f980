"""Weights of forecasters by how well they forecast: Bayesian stacking with a stated prior.

Invariant: weights are not negative and sum to one, and without outcomes they are the prior's.

A pool says ``p(y) = sum_k w_k p_k(y)``. With the density that each member k gave to each outcome i,
a weight v_i of each outcome, prior weights q_k and their strength s, the weights are the mode of

    sum_i v_i log sum_k w_k p_ik + sum_k (alpha_k - 1) log w_k,   alpha_k = 1 + s q_k

(Yao, Pirs, Vehtari and Gelman, 2022, https://doi.org/10.1214/21-BA1287; without a prior Yao et al.,
2018, https://doi.org/10.1214/17-BA1091). This is concave in w, so there is one mode.
"""

from __future__ import annotations

import numpy as np

__all__ = ["counted_once", "stack"]

#: Iterations at most, and the change of a weight below which they end.
ITERATIONS, ENOUGH = 100_000, 1e-12


def stack(
    log_density: np.ndarray, counts: np.ndarray, prior: np.ndarray, strength: float
) -> np.ndarray:
    """Give the weights of the members of a pool.

    Found by expectation maximisation, of which every step raises the objective and keeps the sum
    of the weights: each outcome's count is shared among the members in proportion to what they
    add to the pool's density, and the shares and the prior's counts are added up.

    Parameters
    ----------
    log_density : numpy.ndarray
        Natural logarithm of the density that each member gave to each outcome, shape (outcome,
        member), finite.
    counts : numpy.ndarray
        v, how much each outcome counts, not negative, shape (outcome,).
    prior : numpy.ndarray
        q, prior weights, not negative, with sum one, shape (member,).
    strength : float
        s, how many outcomes the prior counts as, not negative.

    Returns
    -------
    numpy.ndarray
        w, shape (member,).

    Raises
    ------
    ValueError
        When a density is not finite or the prior weights do not sum to one.

    Examples
    --------
    >>> stack(np.log([[0.2, 0.1]]), np.ones(1), np.array([0.5, 0.5]), strength=0.0).round(2)
    array([1., 0.])
    """
    _check(log_density, prior)
    total = counts.sum() + strength
    weights = prior / prior.sum()
    if total == 0 or counts.sum() == 0:
        return weights
    # Of densities only their ratios within an outcome matter.
    density = np.exp(log_density - log_density.max(axis=1, keepdims=True))
    for _ in range(ITERATIONS):
        joint = density * weights
        shares = counts @ (joint / joint.sum(axis=1, keepdims=True))
        better = (shares + strength * prior) / total
        moved = np.abs(better - weights).max()
        weights = better
        if moved < ENOUGH:
            break
    return weights / weights.sum()


def counted_once(blocks: np.ndarray) -> np.ndarray:
    """Let the outcomes of one block count as one together.

    Parameters
    ----------
    blocks : numpy.ndarray
        Label of each outcome, shape (outcome,).

    Returns
    -------
    numpy.ndarray
        One over the number of outcomes of the block, shape (outcome,).

    Examples
    --------
    >>> counted_once(np.array(["a", "b", "a"]))
    array([0.5, 1. , 0.5])
    """
    _, place, sizes = np.unique(blocks, return_inverse=True, return_counts=True)
    return np.asarray(1.0 / sizes[place])


def _check(log_density: np.ndarray, prior: np.ndarray) -> None:
    if not np.isfinite(log_density).all():
        raise ValueError(
            "got a log density that is not finite, expected a number for every outcome and member; "
            "leave out outcomes that a member did not answer"
        )
    if (prior < 0).any() or abs(prior.sum() - 1) > 1e-6:
        raise ValueError(f"got prior weights with sum {prior.sum():g}, expected 1 and none below 0")
