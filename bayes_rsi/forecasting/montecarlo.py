"""Monte Carlo error of a share of draws.

Invariant: the error accounts for the autocorrelation of the chains, by ArviZ's effective sample
size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from bayes_rsi import names

__all__ = ["Share", "effective_size", "error_of_mean", "share_and_error"]


@dataclass(frozen=True)
class Share:
    """A probability with its Monte Carlo standard error.

    Parameters
    ----------
    p : float
        Share of the draws.
    mcse : float
        Its Monte Carlo standard error.
    """

    p: float
    mcse: float


def share_and_error(flags: xr.DataArray) -> Share:
    """Give the mean of an indicator and its Monte Carlo standard error.

    The replicates of one posterior draw are averaged first; the error is then sd / sqrt(ESS) over
    chains and draws. Missing flags are left out: the mean is a ratio, its error by linearisation.

    Parameters
    ----------
    flags : xarray.DataArray
        0, 1 or nan, dims (chain, draw, replicate).

    Returns
    -------
    Share
        In [0, 1], with its standard error.

    Notes
    -----
    Vehtari et al. (2021), https://doi.org/10.1214/20-BA1221.
    """
    values = flags.transpose(names.CHAIN, names.DRAW, names.REPLICATE).values.astype(float)
    kept = ~np.isnan(values)
    share = float(np.nansum(values) / kept.sum())
    return Share(share, error_of_mean(np.where(kept, values - share, 0.0) / kept.mean()))


def error_of_mean(residuals: np.ndarray) -> float:
    """Give the Monte Carlo standard error of a mean.

    Parameters
    ----------
    residuals : numpy.ndarray
        Contributions of the draws, mean zero, shape (chain, draw, replicate).

    Returns
    -------
    float
        sd / sqrt(ESS) over chains and draws, the replicates averaged first.
    """
    averaged = residuals.mean(-1)
    if np.ptp(averaged) == 0.0:
        return 0.0
    return float(averaged.std(ddof=1) / np.sqrt(_ess(averaged)))


def effective_size(weights: np.ndarray) -> float:
    """Give how many independent posterior draws weighted ones are worth.

    Kish's size of the weights, ``sum(w)^2 / sum(w^2)`` over posterior draws, times the sampling
    efficiency of the chains (at most 1).

    Parameters
    ----------
    weights : numpy.ndarray
        Not negative, shape (chain, draw) or (chain, draw, replicate); replicates are averaged.

    Returns
    -------
    float
        Between 0 and the number of posterior draws.

    Notes
    -----
    Kish (1965), Survey Sampling; Vehtari et al. (2021), https://doi.org/10.1214/20-BA1221.
    """
    averaged = weights.mean(-1) if weights.ndim == 3 else weights
    if not averaged.any():
        return 0.0
    size = averaged.sum() ** 2 / np.sum(averaged**2)
    if np.ptp(averaged) == 0.0:
        return float(size)
    return float(size * min(1.0, _ess(averaged) / averaged.size))


def _ess(values: np.ndarray) -> float:
    from arviz_stats.base import (
        array_stats,  # 1 s to import: kept off the path of `import bayes_rsi`
    )

    return float(array_stats.ess(values, chain_axis=0, draw_axis=1, method="mean"))
