"""Persistence: nothing changes, as uncertain as the past was.

Invariant: no drift; the median is what was known.

    best    y + d, d drawn from the changes of the best over the same time in the past, with either
            sign as likely, raised to y: half of the draws say that the record stands
    record  y + |d|, d not 0, with the time from the release of the record holder to that of the
            system
    named   m + s sqrt(1 + 1/n) T, T of Student's t with n - 1 degrees of freedom, m and s the mean
            and standard deviation of the scores of the same tier on the series whose systems were
            released in the last year (of all tiers, then of all years, where they are fewer than
            three)

Changes are those of the series itself, or of all series of its metric where it has fewer than six
months of them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi.checks.court.baselines.protocol import each, gathered, moment, student
from bayes_rsi.checks.court.past import MONTH, Past

__all__ = ["persistence"]

#: Months of changes, and scores, below which others' are taken.
LEAST_MONTHS, LEAST_SCORES = 6, 3


def persistence(past: Past, targets: pd.DataFrame, draws: int, seed: int) -> xr.DataArray:
    """Forecast that nothing changes.

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
        As `protocol.Baseline` says; all kinds of question and of series.

    References
    ----------
    Cramer et al. (2022), https://doi.org/10.1073/pnas.2113561119, for symmetric past changes.
    """
    found = {}
    for row, rng in each("persistence", targets, seed, ("named", "record", "best"), ()):
        sample = (
            _level(past, row, draws, rng) if row.kind == "named" else _still(past, row, draws, rng)
        )
        if sample is not None:
            found[row.target] = sample
    return gathered(found, draws)


def _still(past: Past, row: Any, draws: int, rng: np.random.Generator) -> np.ndarray | None:
    records = past.records(row.series)[0]
    if not len(records):  # all figures of the series are censored
        return None
    start = past.origin if row.kind == "best" else records[-1]
    lead = max(moment(row) - start, MONTH)
    steps = _steps(past, row, lead)
    if row.kind == "record":
        steps = steps[steps > 0]
    if not len(steps):
        return None
    drawn = rng.choice(steps, draws)
    if row.kind == "best":
        drawn = np.maximum(drawn * rng.choice([-1.0, 1.0], draws), 0.0)
    return np.asarray(row.known_best + drawn)


def _steps(past: Past, row: Any, lead: float) -> np.ndarray:
    own = past.changes(row.series, lead)
    if len(own) >= LEAST_MONTHS and (row.kind == "best" or own.max() > 0):
        return own
    alike = past.figures["series"][past.figures["metric"] == row.metric].unique()
    return np.concatenate([past.changes(name, lead) for name in alike])


def _level(past: Past, row: Any, draws: int, rng: np.random.Generator) -> np.ndarray | None:
    rows = past.of(row.series)
    recent = rows[rows["released"] > past.origin - 1]
    for chosen in (recent[recent["tier"] == row.tier], recent, rows):
        if len(chosen) >= LEAST_SCORES:
            y = chosen["y"].to_numpy()
            scale = y.std(ddof=1) * np.sqrt(1 + 1 / len(y))
            return student((float(y.mean()), float(scale), len(y) - 1), draws, rng, row)
    return None
