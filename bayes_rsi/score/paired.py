"""Who was better: paired differences of scores, with a bootstrap by blocks.

Invariant: both sides are scored on the same targets, and targets of one block stay together: the
figures of one system, told from several origins on several series, are one surprise, not twenty.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Comparison", "block_bootstrap"]


@dataclass(frozen=True)
class Comparison:
    """Ours against theirs.

    Parameters
    ----------
    ours, theirs : float
        Mean score of each.
    ratio : float
        ``ours / theirs``, of scores that are positive; below 1 we were better.
    ratio_low, ratio_high : float
        Ends of its interval.
    difference : float
        ``ours - theirs``; below 0 we were better.
    difference_low, difference_high : float
        Ends of its interval.
    pairs, blocks : int
        Numbers of targets and of blocks.
    """

    ours: float
    theirs: float
    ratio: float
    ratio_low: float
    ratio_high: float
    difference: float
    difference_low: float
    difference_high: float
    pairs: int
    blocks: int


def block_bootstrap(
    ours: np.ndarray,
    theirs: np.ndarray,
    blocks: np.ndarray,
    seed: int = 1,
    level: float = 0.9,
    repeats: int = 4000,
) -> Comparison:
    """Compare the mean scores of two forecasters on the same targets.

    Blocks are drawn with replacement, all of their targets with them; the interval is that of the
    percentiles over the repeats.

    Parameters
    ----------
    ours, theirs : numpy.ndarray
        Scores, shape (target,), smaller is better.
    blocks : numpy.ndarray
        Label of the block of each target, such as its system, shape (target,).
    seed : int, default 1
        Seed of the bootstrap.
    level : float, default 0.9
        Of the intervals.
    repeats : int, default 4000
        Number of bootstrap samples.

    Returns
    -------
    Comparison
        Means, ratio and difference with their intervals.

    Raises
    ------
    ValueError
        When there is no target, or lengths differ.

    References
    ----------
    Künsch (1989), https://doi.org/10.1214/aos/1176347265, for blocks; here they are given.

    Examples
    --------
    >>> block_bootstrap(np.array([1.0, 2.0]), np.array([2.0, 4.0]), np.array(["a", "b"])).ratio
    0.5
    """
    if not len(ours) or not len(ours) == len(theirs) == len(blocks):
        sizes = f"{len(ours)}, {len(theirs)} and {len(blocks)}"
        raise ValueError(
            f"got {sizes} scores and blocks, expected as many of each, and at least one"
        )
    _, where = np.unique(np.asarray(blocks, dtype=str), return_inverse=True)
    sums = np.stack([np.bincount(where, values) for values in (ours, theirs, np.ones(len(ours)))])
    rng, size = np.random.default_rng(seed), sums.shape[1]
    # How often each block is drawn in a repeat, all of them at once.
    times = rng.multinomial(size, np.full(size, 1 / size), size=repeats)
    our_sum, their_sum, count = sums @ times.T
    ends = [(1 - level) / 2, (1 + level) / 2]
    with np.errstate(divide="ignore", invalid="ignore"):  # nothing lost: the ratio has no value
        ratio_low, ratio_high = np.quantile(our_sum / their_sum, ends)
        ratio = float(np.sum(ours) / np.sum(theirs))
    low, high = np.quantile((our_sum - their_sum) / count, ends)
    mean, other = float(np.mean(ours)), float(np.mean(theirs))
    return Comparison(
        mean,
        other,
        ratio,
        float(ratio_low),
        float(ratio_high),
        mean - other,
        float(low),
        float(high),
        len(ours),
        size,
    )
