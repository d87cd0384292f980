"""From draws to ranks, and from ranks to a verdict.

Invariant: if the draws are independent ones of the distribution that the truth is from, places are
uniform, whatever the number of draws and whatever ties there are.

Notes
-----
Talts et al. (2018), https://arxiv.org/abs/1804.06788; Modrák et al. (2023),
https://doi.org/10.1214/23-BA1404; Säilynoja, Bürkner and Vehtari (2022),
https://doi.org/10.1007/s11222-022-10090-6.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import xarray as xr
from arviz_stats.base import array_stats
from scipy import stats

from bayes_rsi import names
from bayes_rsi.score.calibration import band_of_uniform

__all__ = ["LEVEL", "band", "place", "smallest_ess", "thinned", "verdict"]

#: Level of the simultaneous band.
LEVEL = 0.99
#: Where the ECDF is looked at, and the simulations behind the band.
POINTS, REPEATS = np.arange(1, 100) / 100, 20_000
BAND_SEED = 1


def smallest_ess(draws: xr.Dataset) -> float:
    """Give the smallest bulk effective sample size of some scalars.

    Parameters
    ----------
    draws : xarray.Dataset
        Scalars (chain, draw).

    Returns
    -------
    float
        Effective draws; 0 where one does not vary.
    """
    sizes = [
        float(
            array_stats.ess(
                values.transpose(names.CHAIN, names.DRAW).values,
                chain_axis=0,
                draw_axis=1,
                method="bulk",
            )
        )
        for values in draws.data_vars.values()
    ]
    return float(np.nan_to_num(np.min(sizes)))


def thinned(sizes: tuple[int, int], effective: float, most: int, least: int) -> np.ndarray:
    """Give the draws of each chain to keep, so that those kept are nearly independent.

    Parameters
    ----------
    sizes : tuple of int
        Chains, and draws of each.
    effective : float
        Smallest effective sample size.
    most, least : int
        Bounds of how many draws to keep in all.

    Returns
    -------
    numpy.ndarray
        Positions along ``draw``, increasing.

    Examples
    --------
    >>> thinned((2, 100), 8.0, most=50, least=4).tolist()
    [0, 33, 66, 99]
    """
    chains, draws = sizes
    kept = int(np.clip(effective, least, most)) // chains
    return np.unique(np.linspace(0, draws - 1, max(kept, 1)).astype(int))


def place(truth: float, draws: np.ndarray, uniform: float) -> float:
    """Give the place of the truth among draws, in (0, 1), ties broken at random.

    Parameters
    ----------
    truth : float
        The quantity behind the scores.
    draws : numpy.ndarray
        The same of the posterior, any shape.
    uniform : float
        Uniform random number.

    Returns
    -------
    float
        ``(draws below + uniform * (ties + 1)) / (draws + 1)``.

    Examples
    --------
    >>> place(2.5, np.array([1.0, 2.0, 3.0]), 0.5)
    0.625
    """
    below, ties = np.sum(draws < truth), np.sum(draws == truth)
    return float((below + uniform * (ties + 1)) / (draws.size + 1))


@cache
def band(count: int) -> xr.Dataset:
    """Give the band that holds the whole ECDF of so many uniform places.

    Parameters
    ----------
    count : int
        Number of simulations.

    Returns
    -------
    xarray.Dataset
        ``low`` and ``high`` over ``place``; attribute ``level``.
    """
    low, high = band_of_uniform(count, POINTS, LEVEL, REPEATS, BAND_SEED)
    ends = {"low": ("place", low), "high": ("place", high)}
    return xr.Dataset(ends, {"place": POINTS}, {"level": LEVEL})


def verdict(places: pd.DataFrame) -> pd.DataFrame:
    """Judge the places of each quantity.

    Parameters
    ----------
    places : pandas.DataFrame
        One row for each simulation, one column for each quantity.

    Returns
    -------
    pandas.DataFrame
        One row for each quantity: ``count``; ``mean`` place (0.5; above it, the posterior lies too
        low); ``spread``, the standard deviation of the places over that of uniform ones (above 1,
        the posterior is too narrow); ``inside``, whether the ECDF stays in the band; ``p``, of the
        exact Kolmogorov-Smirnov test; ``p_of_all``, the same after Holm's correction.

    Notes
    -----
    Holm (1979), https://www.jstor.org/stable/4615733: the chance that any quantity of a right model
    has a corrected p below a level is at most that level, however they depend on each other.
    """
    limits = band(len(places))
    rows = {}
    for name, values in places.items():
        ecdf = np.searchsorted(np.sort(values), POINTS, side="right") / len(values)
        inside = (ecdf >= limits["low"].values) & (ecdf <= limits["high"].values)
        rows[name] = {
            "count": len(values),
            "mean": float(values.mean()),
            "spread": float(values.std() * np.sqrt(12.0)),
            "inside": bool(inside.all()),
            "p": float(stats.kstest(values, "uniform").pvalue),
        }
    table = pd.DataFrame(rows).T.rename_axis("quantity")
    table = table.astype({"count": int, "mean": float, "spread": float, "inside": bool, "p": float})
    return table.assign(p_of_all=_holm(table["p"].to_numpy()))


def _holm(p: np.ndarray) -> np.ndarray:
    order = np.argsort(p)
    corrected = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    found = np.empty_like(p)
    found[order] = np.minimum(corrected, 1.0)
    return found
