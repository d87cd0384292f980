"""The frontier as a series sees it: with the drift of the series.

Invariant: the drift counts from the mean release behind the scores of a series, as in
`bayes_rsi.model.drifts`, and the best so far from the first of these releases; a draw without
drifts sees the frontier as it is.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from bayes_rsi import names
from bayes_rsi.forecasting.paths import Paths
from bayes_rsi.units import year_of_date

__all__ = ["drift_of", "middles", "seen_from"]


def middles(panel: xr.Dataset) -> xr.DataArray:
    """Give the mean, over the scores of each series, of the release of the system scored.

    Parameters
    ----------
    panel : xarray.Dataset
        The scores that were fitted.

    Returns
    -------
    xarray.DataArray
        Decimal years (series).
    """
    release = year_of_date(panel["released"].sel(system=panel["score_system"]).values)
    labels = panel[names.SERIES].values
    size, order = labels.size, np.argsort(labels)
    where = order[np.searchsorted(labels, panel["score_series"].values, sorter=order)]
    mean = np.bincount(where, release, size) / np.maximum(np.bincount(where, minlength=size), 1)
    return xr.DataArray(mean, {names.SERIES: labels}, names.SERIES)


def drift_of(draws: xr.Dataset, series: str) -> xr.DataArray | None:
    """Give the drift of a series.

    Parameters
    ----------
    draws : xarray.Dataset
        Posterior or prior.
    series : str
        One that was fitted.

    Returns
    -------
    xarray.DataArray or None
        Doublings per year, dims of the draws; None where the series does not drift.
    """
    if names.SERIES_DRIFT_DOUBLINGS not in draws:
        return None
    if series not in draws[names.DRIFTING_SERIES].values:
        return None
    return draws[names.SERIES_DRIFT_DOUBLINGS].sel({names.DRIFTING_SERIES: series})


def seen_from(paths: Paths, draws: xr.Dataset, panel: xr.Dataset, series: str) -> Paths:
    """Give the frontier as a series sees it.

    Parameters
    ----------
    paths : Paths
        The frontier.
    draws : xarray.Dataset
        The posterior (or prior) that the paths continue.
    panel : xarray.Dataset
        The scores that were fitted.
    series : str
        One of the panel.

    Returns
    -------
    Paths
        ``frontier + drift * (year - middle of the series)``, the best so far: where the drift
        outweighs growth, the best system stays that of an earlier day. It begins with the first
        release that is scored on the series: a line through what was scored says nothing of systems
        years before, which nobody ran on it.
    """
    drift = drift_of(draws, series)
    if drift is None:
        return paths
    each = np.repeat(drift.transpose(names.CHAIN, names.DRAW).values.ravel(), paths.shape[2])
    middle = float(middles(panel).sel({names.SERIES: series}))
    first = max(_first(panel, series), float(paths.years[0]))
    later = paths.years > first
    years = np.concatenate([[first], paths.years[later]])
    values = np.concatenate([paths.at(years[:1]), paths.values[:, later]], axis=1)
    leaning = values + each[:, None] * (years - middle)
    return Paths(years, np.maximum.accumulate(leaning, axis=1), paths.shape)


def _first(panel: xr.Dataset, series: str) -> float:
    """Give the first release that is scored on a series, decimal year."""
    scored = panel["score_system"].values[panel["score_series"].values == series]
    return float(year_of_date(panel["released"].sel(system=scored).values).min())
