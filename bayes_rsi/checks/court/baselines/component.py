"""Date, first principal component, score: an observational scaling law in time.

Invariant: linear in logits (in log2 where there is no upper end), one component for all series.

    y_ib = m_b + w_b u_i + e,  u_i ~ Normal(0, 1),  e ~ Normal(0, s^2)

by expectation and maximisation over the scores that are there (probabilistic principal components
with missing values), y on the scale and standardised by series; then u over release by ordinary
least squares with prediction intervals, for systems of a tier and for the records, both since 2023,
and back through the line of the series. The sigmoid is that of the scale.

Tipping and Bishop (1999), https://doi.org/10.1111/1467-9868.00196; Ruan, Maddison and Hashimoto
(2024), https://arxiv.org/abs/2405.10938, with compute in the place of the date.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi.checks.court.baselines.latent import Latent, predicted
from bayes_rsi.checks.court.past import Past
from bayes_rsi.checks.court.scale import KINDS

__all__ = ["component", "first_component"]

ROUNDS = 200
SMALLEST = 1e-3


def component(
    past: Past, targets: pd.DataFrame, draws: int, seed: int, lent: bool = False
) -> xr.DataArray:
    """Forecast scores by the first principal component.

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
        As `protocol.Baseline` says; named and best of all series.
    """
    fitted = first_component(past.figures)
    return predicted("component", fitted, past.figures, targets, draws, seed, KINDS, lent)


def first_component(rows: pd.DataFrame) -> Latent:
    """Fit the component.

    Parameters
    ----------
    rows : pandas.DataFrame
        Scores: ``series``, ``system``, ``y``; a system's scores on one series are averaged.

    Returns
    -------
    Latent
        Component of each system, and the line of each series, on the scale of y; the component
        rises with most scores.
    """
    cells = rows.groupby(["series", "system"])["y"].mean().reset_index()
    by_series = cells.groupby("series")["y"]
    middle, unit = by_series.mean(), by_series.std(ddof=0).clip(lower=SMALLEST)
    series, systems = middle.index.to_numpy(), np.unique(cells["system"])
    where = np.searchsorted(series, cells["series"])
    who = np.searchsorted(systems, cells["system"])
    z = ((cells["y"] - middle.iloc[where].to_numpy()) / unit.iloc[where].to_numpy()).to_numpy()
    weight, start, place = _maximised(z, who, where, len(systems), len(series))
    lines = pd.DataFrame(
        {"start": middle.to_numpy() + unit.to_numpy() * start, "slope": unit.to_numpy() * weight},
        index=series,
    )
    return Latent.of(pd.Series(place, index=systems), lines, rows)


def _maximised(
    z: np.ndarray, who: np.ndarray, where: np.ndarray, n: int, m: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    weight, start, variance = np.full(m, 0.8), np.zeros(m), 0.3
    count = np.bincount(where, minlength=m)
    for _ in range(ROUNDS):
        spread = 1 / (1 + np.bincount(who, weight[where] ** 2, n) / variance)
        pull = np.bincount(who, weight[where] * (z - start[where]), n) / variance
        place = spread * pull
        u, square = place[who], place[who] ** 2 + spread[who]
        # The line of each series through (u, z), with the uncertainty of u in its square.
        mean_u, mean_z = np.bincount(where, u, m) / count, np.bincount(where, z, m) / count
        across = np.bincount(where, u * z, m) / count - mean_u * mean_z
        along = np.maximum(np.bincount(where, square, m) / count - mean_u**2, SMALLEST)
        weight = across / along
        start = mean_z - weight * mean_u
        told = start[where] + weight[where] * u
        rest = (z - told) ** 2 + weight[where] ** 2 * spread[who]
        variance = max(float(rest.mean()), SMALLEST)
    sign = 1.0 if weight @ count >= 0 else -1.0
    return sign * weight, start, sign * place
