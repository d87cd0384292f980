"""Whether forecasts mean what they say: coverage, the distribution of the PIT, reliability.

Invariant: everything is read off the PIT or the stated probabilities; nothing is fitted.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

__all__ = ["band_of_blocks", "band_of_uniform", "covered", "pit_ecdf", "reliability"]


def covered(pit: np.ndarray, level: float) -> np.ndarray:
    """Say which outcomes lay in their central interval, ``|PIT - 1/2| <= level / 2``.

    By the randomised PIT, so that a point mass at the end of an interval counts with its share.

    Parameters
    ----------
    pit : numpy.ndarray
        From `kernels.pit`, any shape.
    level : float
        Nominal coverage.

    Returns
    -------
    numpy.ndarray
        Flags, same shape.

    Examples
    --------
    >>> covered(np.array([0.5, 0.95]), 0.8).tolist()
    [True, False]
    """
    return np.asarray(np.abs(pit - 0.5) <= level / 2)


def pit_ecdf(
    pit: np.ndarray,
    level: float = 0.95,
    repeats: int = 4000,
    seed: int = 1,
    points: int = 99,
    *,
    blocks: np.ndarray | None = None,
) -> xr.Dataset:
    """Give the empirical distribution of the PIT and the band in which calibrated ones lie.

    Parameters
    ----------
    pit : numpy.ndarray
        Shape (target,), at least one.
    level : float, default 0.95
        Of the simultaneous band.
    repeats : int, default 4000
        Simulations behind the band.
    seed : int, default 1
        Their seed.
    points : int, default 99
        Number of places at which both are told.
    blocks : numpy.ndarray, optional
        Label of the block of each value, such as its system, shape (target,); default: all are
        independent.

    Returns
    -------
    xarray.Dataset
        Over ``place`` in (0, 1): ``ecdf``, ``low``, ``high``; attributes ``inside`` and ``blocks``
        (0 or 1), ``level`` and ``count``. The band is that of independent
        outcomes (`band_of_uniform`), or of outcomes that depend on each other within blocks
        (`band_of_blocks`).

    Notes
    -----
    Säilynoja, Bürkner and Vehtari (2022), https://doi.org/10.1007/s11222-022-10090-6.

    Examples
    --------
    >>> pit_ecdf(np.linspace(0.01, 0.99, 50)).attrs["inside"]
    1
    """
    if not len(pit):
        raise ValueError("got no PIT value, expected at least one")
    place = np.arange(1, points + 1) / (points + 1)
    ecdf = np.searchsorted(np.sort(pit), place, side="right") / len(pit)
    if blocks is None:
        low, high = band_of_uniform(len(pit), place, level, repeats, seed)
    else:
        low, high = band_of_blocks(pit, blocks, place, level, repeats, seed)
    inside = bool(np.all((ecdf >= low) & (ecdf <= high)))
    return xr.Dataset(
        {"ecdf": ("place", ecdf), "low": ("place", low), "high": ("place", high)},
        coords={"place": place},
        attrs={
            "inside": int(inside),
            "level": level,
            "count": len(pit),
            "blocks": int(blocks is not None),
        },
    )


def band_of_uniform(
    count: int, place: np.ndarray, level: float, repeats: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Give a band that holds the whole ECDF of uniform numbers with a probability.

    Pointwise intervals of the simulated ECDFs, all of one pointwise level; that level is the
    widest needed by as many simulations as the band is to hold.

    Parameters
    ----------
    count : int
        How many uniform numbers.
    place : numpy.ndarray
        Where the ECDF is looked at, shape (place,).
    level : float
        Probability that it lies inside everywhere.
    repeats, seed : int
        Simulations and their seed.

    Returns
    -------
    tuple of numpy.ndarray
        Lower and upper end, shape (place,).
    """
    rng = np.random.default_rng(seed)
    # Numbers up to each place: counts of the cells between places, added up.
    cells = np.diff(place, prepend=0.0, append=1.0)
    below = rng.multinomial(count, cells, size=repeats)[:, :-1].cumsum(axis=1)
    ordered = np.sort(below, axis=0)
    at_most, at_least = np.empty_like(below), np.empty_like(below)
    for column, (known, each) in enumerate(zip(ordered.T, below.T, strict=True)):
        at_most[:, column] = np.searchsorted(known, each, "right")
        at_least[:, column] = repeats - np.searchsorted(known, each)
    # The smaller tail of the most extreme place of each simulation.
    tail = np.minimum(at_most, at_least).min(axis=1)
    rank = int(np.quantile(tail, 1 - level, method="lower"))
    low, high = ordered[max(rank - 1, 0)], ordered[repeats - max(rank, 1)]
    return low / count, high / count


def band_of_blocks(
    pit: np.ndarray, blocks: np.ndarray, place: np.ndarray, level: float, repeats: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Give a band that holds the ECDF of calibrated PITs with a probability, dependent in blocks.

    Whole blocks are drawn with replacement. With F the ECDF and F* that of a repeat, the band is
    ``place +- c``, and c the level's quantile of the largest ``|F* - F|`` of a repeat. What blocks
    have in common makes it too narrow.

    Parameters
    ----------
    pit : numpy.ndarray
        Shape (target,).
    blocks : numpy.ndarray
        Label of the block of each, same shape.
    place : numpy.ndarray
        Where the ECDF is looked at, shape (place,).
    level : float
        Probability that it lies inside everywhere.
    repeats, seed : int
        Bootstrap samples and their seed.

    Returns
    -------
    tuple of numpy.ndarray
        Lower and upper end, shape (place,), inside of [0, 1].
    """
    _, where = np.unique(np.asarray(blocks, dtype=str), return_inverse=True)
    size = int(where.max()) + 1
    below = np.zeros((size, len(place)))
    np.add.at(below, where, pit[:, None] <= place)
    times = np.random.default_rng(seed).multinomial(size, np.full(size, 1 / size), size=repeats)
    count = np.bincount(where, minlength=size)
    off = (times @ below) / (times @ count)[:, None] - below.sum(axis=0) / len(pit)
    half = np.quantile(np.abs(off).max(axis=1), level)
    return np.clip(place - half, 0, 1), np.clip(place + half, 0, 1)


def reliability(
    probability: np.ndarray, happened: np.ndarray, edges: np.ndarray | None = None
) -> xr.Dataset:
    """Give how often events happened that had been given about the same probability.

    Parameters
    ----------
    probability : numpy.ndarray
        Stated, in [0, 1], shape (event,).
    happened : numpy.ndarray
        0 or 1, same shape.
    edges : numpy.ndarray, optional
        Ends of the bins. Default: fifths.

    Returns
    -------
    xarray.Dataset
        Over ``bin`` (its middle): ``stated`` (mean), ``happened`` (share) and ``count``; nan in
        bins without an event.

    Examples
    --------
    >>> reliability(np.array([0.1, 0.15]), np.array([0, 1]))["happened"].values[0]
    np.float64(0.5)
    """
    ends = np.linspace(0, 1, 6) if edges is None else np.asarray(edges)
    where = np.clip(np.searchsorted(ends, probability, side="right") - 1, 0, len(ends) - 2)
    size = len(ends) - 1
    count = np.bincount(where, minlength=size)
    told, came = (np.bincount(where, values, size) for values in (probability, happened))
    some = np.where(count > 0, count, np.nan)
    return xr.Dataset(
        {
            "stated": ("bin", told / some),
            "happened": ("bin", came / some),
            "count": ("bin", count),
        },
        coords={"bin": (ends[:-1] + ends[1:]) / 2},
    )
