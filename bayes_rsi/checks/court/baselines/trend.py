"""Straight lines through the records: the published way to extrapolate time horizons.

Invariant: the doubling time of the line is the one that METR published for the same window and
vintage (`tests/checks/court/test_baselines.py`); the interval is that of a new point.

    log2 minutes of a record = a + b (release) + s sqrt(1 + 1/n + (x - mean)^2 / Sxx) T

by ordinary least squares over the records released since the beginning of the window, T of
Student's t with n - 2 degrees of freedom. Whether a system set a record is decided over all earlier
ones. Kwa et al. (2025), https://arxiv.org/abs/2503.14499.
"""

from __future__ import annotations

import pandas as pd
import xarray as xr

from bayes_rsi.checks.court.baselines.protocol import (
    Line,
    each,
    fitted_line,
    gathered,
    moment,
    student,
)
from bayes_rsi.checks.court.past import Past

__all__ = ["line_of", "trend_18_months", "trend_2019", "trend_2023"]


def line_of(past: Past, series: str, since: float) -> Line | None:
    """Fit the line of a horizon series.

    Parameters
    ----------
    past : Past
        What was known.
    series : str
        Its id.
    since : float
        Decimal year of the first release that counts.

    Returns
    -------
    Line or None
        Log2 minutes over decimal years; None with fewer than four records.
    """
    years, values = past.records(series)
    return fitted_line(years[years >= since], values[years >= since])


def trend_2019(past: Past, targets: pd.DataFrame, draws: int, seed: int) -> xr.DataArray:
    """Forecast horizons by the line since 2019.

    Parameters
    ----------
    past : Past
        What was known.
    targets : pandas.DataFrame
        What is asked.
    draws, seed : int
        Size of the samples, and seed.

    Returns
    -------
    xarray.DataArray
        As `protocol.Baseline` says; records and best of horizon series.
    """
    return _trend("ols_2019", 2019.0, past, targets, draws, seed)


def trend_2023(past: Past, targets: pd.DataFrame, draws: int, seed: int) -> xr.DataArray:
    """Forecast horizons by the line since 2023.

    Parameters
    ----------
    past : Past
        What was known.
    targets : pandas.DataFrame
        What is asked.
    draws, seed : int
        Size of the samples, and seed.

    Returns
    -------
    xarray.DataArray
        As `protocol.Baseline` says; records and best of horizon series.
    """
    return _trend("ols_2023", 2023.0, past, targets, draws, seed)


def trend_18_months(past: Past, targets: pd.DataFrame, draws: int, seed: int) -> xr.DataArray:
    """Forecast horizons by the line of the last 18 months before the day.

    Parameters
    ----------
    past : Past
        What was known.
    targets : pandas.DataFrame
        What is asked.
    draws, seed : int
        Size of the samples, and seed.

    Returns
    -------
    xarray.DataArray
        As `protocol.Baseline` says; records and best of horizon series.
    """
    return _trend("ols_18_months", past.origin - 1.5, past, targets, draws, seed)


def _trend(
    name: str, since: float, past: Past, targets: pd.DataFrame, draws: int, seed: int
) -> xr.DataArray:
    found = {}
    for row, rng in each(name, targets, seed, ("record", "best"), ("horizon",)):
        line = line_of(past, row.series, since)
        if line is not None:
            found[row.target] = student(line.at(moment(row)), draws, rng, row)
    return gathered(found, draws)
