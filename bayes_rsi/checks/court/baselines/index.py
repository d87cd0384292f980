"""An index of capabilities by least squares, and a line through its frontier.

Invariant: the published form and penalty of the Epoch Capabilities Index, on our rows.

    minimise   sum (sigmoid(a_b (C_i - D_b)) - score)^2
               + 0.1 / (number of parameters) (sum C^2 + sum D^2 + sum a^2)

over the shares (clipped to [0.001, 0.999]) of all systems i and series b; the scale is fixed by one
series with D = 0 and a = 1, the one with the most scores, where Epoch takes Winogrande. Then

    C of a system that was scored    C_i + e,  var e = s^2 / sum a^2 over its scores
    C of another one                 line over release of the C of its tier since 2023, with its
                                     prediction interval
    C of the frontier                line over release of the records of C since 2023, the same
    score                            logit = a_b (C - D_b) + s_b T,  s_b from residuals in logits

s_b is shrunk to the s of all series as if that had been seen five times. Epoch's own numbers cannot
be recomputed: they come from a table of 39 benchmarks, most of which are not on R&D and so not in
ours. What is compared in the tests is the index of systems that both hold.

Ho et al. (2025), A Rosetta Stone for AI benchmarks; https://github.com/epoch-research/eci-public.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi.checks.court.baselines.latent import Latent, predicted
from bayes_rsi.checks.court.past import Past
from bayes_rsi.checks.court.scale import from_scale

__all__ = ["fit_index", "index"]

PENALTY, CLIP, LIMIT = 0.1, 0.001, 10.0
FLATTEST = 0.1
#: When to stop: steps, damping, and share of the sum of squares gained by the last step.
STEPS, STIFF, ENOUGH = 300, 1e12, 1e-7
#: Keeps the fixed slope, which has no derivative, out of the way.
TINY = 1e-9


@dataclass(frozen=True, eq=False)
class _Rows:
    """Scores as arrays of positions."""

    system: np.ndarray
    series: np.ndarray
    score: np.ndarray
    sizes: tuple[int, int]
    fixed: int


def index(
    past: Past, targets: pd.DataFrame, draws: int, seed: int, lent: bool = False
) -> xr.DataArray:
    """Forecast shares by the index.

    Parameters
    ----------
    past : Past
        What was known.
    targets : pandas.DataFrame
        What is asked.
    draws, seed : int
        Size of the samples, and seed.
    lent : bool, default False
        As in `latent.predicted`.

    Returns
    -------
    xarray.DataArray
        As `protocol.Baseline` says; named and best of fraction series.
    """
    rows = past.figures[past.figures["metric"] == "fraction"]
    fitted = fit_index(rows)
    return predicted("eci", fitted, rows, targets, draws, seed, ("fraction",), lent)


def fit_index(rows: pd.DataFrame) -> Latent:
    """Fit capabilities, difficulties and slopes.

    Parameters
    ----------
    rows : pandas.DataFrame
        Figures of kind fraction, from `past.Past`: ``series``, ``system``, ``y`` (logit).

    Returns
    -------
    Latent
        Capabilities, and logit of the score as a line in capability for each series.
    """
    systems, series = np.unique(rows["system"]), np.unique(rows["series"])
    who = np.searchsorted(systems, rows["system"])
    where = np.searchsorted(series, rows["series"])
    score = np.clip(from_scale("fraction", rows["y"]), CLIP, 1 - CLIP)
    fixed = int(np.argmax(np.bincount(where)))
    data = _Rows(who, where, score, (len(systems), len(series)), fixed)
    capability, difficulty, slope = _unpacked(_minimised(data), data)
    shift = difficulty[fixed]
    return Latent.of(
        pd.Series(capability - shift, index=systems),
        pd.DataFrame({"start": -slope * (difficulty - shift), "slope": slope}, index=series),
        rows,
    )


def _minimised(data: _Rows) -> np.ndarray:
    """Minimise by Levenberg's and Marquardt's steps, held inside the bounds.

    `scipy.optimize.least_squares` finds the same minimum (the tests compare) in a minute instead of
    a second, because it factorises the whole Jacobian instead of its square.
    """
    n, m = data.sizes
    flat = np.concatenate([_start(data), np.zeros(m), np.ones(m)])
    low = np.concatenate([np.full(n + m, -LIMIT), np.full(m, FLATTEST)])
    rest, damping = _residuals(flat, data), 1e-2
    for _ in range(STEPS):
        jacobian = _jacobian(flat, data)
        square, pull = jacobian.T @ jacobian, jacobian.T @ rest
        cost = float(rest @ rest)
        while damping < STIFF:
            step = np.linalg.solve(square + damping * np.diag(square.diagonal() + TINY), pull)
            tried = np.clip(flat - step, low, LIMIT)
            left = _residuals(tried, data)
            if left @ left < cost:
                break
            damping *= 4
        else:
            return flat
        gain, flat, rest, damping = cost - float(left @ left), tried, left, damping / 3
        if gain < ENOUGH * cost:
            return flat
    return flat


def _start(data: _Rows) -> np.ndarray:
    """Start each system at its mean logit, which is better than everybody at the same place."""
    logit = np.log(data.score / (1 - data.score))
    size = data.sizes[0]
    mean = np.bincount(data.system, logit, size) / np.bincount(data.system, minlength=size)
    return np.clip(mean, -LIMIT / 2, LIMIT / 2)


def _unpacked(flat: np.ndarray, data: _Rows) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n, m = data.sizes
    slope = flat[n + m :].copy()
    slope[data.fixed] = 1.0
    return flat[:n], flat[n : n + m], slope


def _residuals(flat: np.ndarray, data: _Rows) -> np.ndarray:
    capability, difficulty, slope = _unpacked(flat, data)
    gap = capability[data.system] - difficulty[data.series]
    told = 1 / (1 + np.exp(-slope[data.series] * gap))
    return np.concatenate([told - data.score, _weights(data) * flat])


def _weights(data: _Rows) -> np.ndarray:
    """Give the root of each parameter's penalty; the fixed slope is none."""
    n, m = data.sizes
    weights = np.full(n + 2 * m, np.sqrt(PENALTY / (n + 2 * m - 1)))
    weights[n + m + data.fixed] = 0.0
    return weights


def _jacobian(flat: np.ndarray, data: _Rows) -> np.ndarray:
    n, m = data.sizes
    capability, difficulty, slope = _unpacked(flat, data)
    gap, steep = capability[data.system] - difficulty[data.series], slope[data.series]
    told = 1 / (1 + np.exp(-steep * gap))
    rise = told * (1 - told)
    each = np.arange(len(data.score))
    result: Any = np.zeros((len(each) + n + 2 * m, n + 2 * m))
    result[each, data.system] = rise * steep
    result[each, n + data.series] = -rise * steep
    result[each, n + m + data.series] = np.where(data.series == data.fixed, 0.0, rise * gap)
    rest = np.arange(n + 2 * m)
    result[len(each) + rest, rest] = _weights(data)
    return np.asarray(result)
