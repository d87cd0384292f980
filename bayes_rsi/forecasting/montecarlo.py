"""Monte Carlo error of a share of draws.

Invariant: the error accounts for the autocorrelation of the chains, by ArviZ's effective sample
size.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from bayes_rsi import names

__all__ = ["share_and_error"]


def share_and_error(flags: xr.DataArray) -> tuple[float, float]:
    """Give the mean of an indicator and its Monte Carlo standard error.

    The replicates of one posterior draw are averaged first; the error is then sd / sqrt(ESS) over
    chains and draws. Missing flags are left out: the mean is a ratio, its error by linearisation.

    Parameters
    ----------
    flags : xarray.DataArray
        0, 1 or nan, dims (chain, draw, replicate).

    Returns
    -------
    tuple of float
        Share in [0, 1] and its standard error.

    Notes
    -----
    Vehtari et al. (2021), https://doi.org/10.1214/20-BA1221.
    """
    from arviz_stats.base import (
        array_stats,  # 1 s to import: kept off the path of `import bayes_rsi`
    )

    values = flags.transpose(names.CHAIN, names.DRAW, names.REPLICATE).values.astype(float)
    kept = ~np.isnan(values)
    share = float(np.nansum(values) / kept.sum())
    residual = np.where(kept, values - share, 0.0).mean(-1) / kept.mean()
    if np.ptp(residual) == 0.0:
        return share, 0.0
    ess = float(array_stats.ess(residual, chain_axis=0, draw_axis=1, method="mean"))
    return share, float(residual.std(ddof=1) / np.sqrt(ess))
