"""How far a system that no fit has seen is below the frontier of its release.

Invariant: this is the law of `model.systems` drawn forwards, in one place for all who need it:

    capability = frontier(release) - below * doublings per effective year
    below = (behind of the tier + gap) * exp(lab effect) - e
    gap ~ Exponential(mean gap of the tier),  e ~ Normal(0, system scatter)
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from bayes_rsi import names

__all__ = ["below_frontier", "doublings_per_year"]


def below_frontier(
    draws: xr.Dataset, tiers: np.ndarray, labs: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Draw how far new systems are below the frontier of their release.

    Parameters
    ----------
    draws : xarray.Dataset
        Posterior, its draws along ``sample``, or along ``draw`` of a single chain. A tier without
        a variable ``behind_…`` is behind by its gap alone.
    tiers, labs : numpy.ndarray
        Their tiers and labs (str), shape (draw, ...); a lab without an effect has the usual gap.
    rng : numpy.random.Generator
        Stream.

    Returns
    -------
    numpy.ndarray
        Effective years, same shape; negative above the frontier.

    Examples
    --------
    >>> below_frontier(draws, np.array([["flagship"]]), np.array([["Meta"]]), rng)  # doctest: +SKIP
    """

    def of(name: str, **labels: str) -> np.ndarray:
        return np.asarray(draws[name].sel(labels).values.reshape(-1, *[1] * (tiers.ndim - 1)))

    step = rng.standard_exponential(tiers.shape)
    gap = np.zeros(tiers.shape)
    for tier in np.unique(tiers):
        own = of(f"gap_{tier}") * step
        if f"behind_{tier}" in draws:
            own = own + of(f"behind_{tier}")
        gap = np.where(tiers == tier, own, gap)
    effects = draws[names.LAB].values if names.LAB_EFFECT in draws else np.array([], dtype=str)
    for lab in np.intersect1d(labs, effects):
        gap = np.where(labs == lab, gap * np.exp(of(names.LAB_EFFECT, lab=str(lab))), gap)
    return gap - of("system_scatter") * rng.standard_normal(tiers.shape)


def doublings_per_year(frontier: np.ndarray, clock: np.ndarray) -> np.ndarray:
    """Give the doublings of one effective year: the frontier is stored on both scales.

    Parameters
    ----------
    frontier, clock : numpy.ndarray
        Doublings and effective years at the same dates, shape (draw, date).

    Returns
    -------
    numpy.ndarray
        Shape (draw,).

    Examples
    --------
    >>> doublings_per_year(np.array([[0.0, 3.0]]), np.array([[-1.5, 0.0]]))
    array([2.])
    """
    return np.asarray((frontier[:, -1] - frontier[:, 0]) / (clock[:, -1] - clock[:, 0]))
