"""A random walk with drift of the best score.

Invariant: the drift is uncertain too, so intervals widen faster than with the root of time.

    y(h) = y + h m + s sqrt(h + h^2 / n) T

with m and s mean and standard deviation of the n monthly changes of the best score so far, h in
months, T of Student's t with n - 1 degrees of freedom. A best score counts from the day; a record
from the release of the record holder.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi.checks.court.baselines.protocol import each, gathered, moment, student
from bayes_rsi.checks.court.past import MONTH, Past

__all__ = ["walk"]

#: Fewest months of a series' past.
LEAST = 6


def walk(past: Past, targets: pd.DataFrame, draws: int, seed: int) -> xr.DataArray:
    """Forecast that the best goes on as it went.

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
        As `protocol.Baseline` says; records and best of all series with half a year of past and
        more than one record.
    """
    found = {}
    for row, rng in each("walk", targets, seed, ("record", "best"), ()):
        steps = past.changes(row.series, MONTH)
        if len(steps) < LEAST or not steps.any():
            continue
        start = past.origin if row.kind == "best" else past.records(row.series)[0][-1]
        months = max((moment(row) - start) / MONTH, 1.0)
        scale = steps.std(ddof=1) * np.sqrt(months + months**2 / len(steps))
        place = (row.known_best + months * steps.mean(), float(scale), len(steps) - 1)
        found[row.target] = student(place, draws, rng, row)
    return gathered(found, draws)
