"""A logistic curve through the running maximum of each series, alone.

Invariant: a series is extrapolated from its own records and from nothing else.

    logit((y - floor) / (1 - floor)) = a + b (release) + error

by ordinary least squares over the records of a fraction series, floor its chance level, with the
prediction interval of a new point; a curve from chance to everything. Speed-ups and ratios have no
known upper end, so theirs is the lower branch of such a curve, a line in log2.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi.checks.court.baselines.protocol import (
    each,
    fitted_line,
    gathered,
    moment,
    student,
)
from bayes_rsi.checks.court.past import Past
from bayes_rsi.checks.court.scale import from_scale, to_scale

__all__ = ["logistic"]


def logistic(past: Past, targets: pd.DataFrame, draws: int, seed: int) -> xr.DataArray:
    """Forecast best scores by the curve of their series.

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
        As `protocol.Baseline` says; best of fraction, speed-up and ratio series with at least four
        records.
    """
    found = {}
    metrics = ("fraction", "speedup", "ratio")
    for row, rng in each("logistic", targets, seed, ("best",), metrics):
        years, values = past.records(row.series)
        floor = float(past.floor[row.series]) if row.metric == "fraction" else 0.0
        climbed = _above(values, floor, row.metric)
        line = fitted_line(years, climbed)
        if line is None:
            continue
        asked = row._replace(known_best=float(_above(row.known_best, floor, row.metric)))
        sample = student(line.at(moment(row)), draws, rng, asked)
        # The way there and back rounds; where the record stood, it stood exactly.
        stood = sample <= asked.known_best
        back = np.maximum(_below(sample, floor, row.metric), row.known_best)
        found[row.target] = np.where(stood, row.known_best, back)
    return gathered(found, draws)


def _above(scaled: object, floor: float, metric: str) -> np.ndarray:
    if metric != "fraction":
        return np.asarray(scaled)
    return to_scale(metric, (from_scale(metric, scaled) - floor) / (1 - floor))


def _below(climbed: np.ndarray, floor: float, metric: str) -> np.ndarray:
    if metric != "fraction":
        return climbed
    return to_scale(metric, floor + (1 - floor) * from_scale(metric, climbed))
