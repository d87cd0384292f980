"""What all baselines share: how they are asked, and how they draw.

Invariant: the draws of a target depend on the seed, the baseline and the target, and on no other
target; a best score never falls below the best known, and a record lies above it, for everybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
import pandas as pd
import xarray as xr
from scipy.stats import t as student_t

from bayes_rsi import names
from bayes_rsi.checks.court.past import Past
from bayes_rsi.forecasting.dice import dice
from bayes_rsi.units import year_of_date

__all__ = ["Baseline", "Line", "each", "fitted_line", "gathered", "moment", "student"]


class Baseline(Protocol):
    """A forecaster of the court."""

    def __call__(self, past: Past, targets: pd.DataFrame, draws: int, seed: int) -> xr.DataArray:
        """Forecast.

        Parameters
        ----------
        past : Past
            What was known.
        targets : pandas.DataFrame
            What is asked, from `targets.targets`; its outcomes may not be looked at.
        draws : int
            Size of each predictive sample.
        seed : int
            Seed.

        Returns
        -------
        xarray.DataArray
            Dims (target, draw), on the scale; only the targets that it can speak about.
        """


class Line:
    """A straight line by least squares, with the distribution of a new point.

    At x a new point is ``a + b x + s sqrt(1 + 1/n + (x - mean)^2 / Sxx) T``, T of Student's t with
    n - 2 degrees of freedom and s^2 the residual sum of squares over n - 2: a prediction interval,
    not one of the mean. With weights, of mean 1, every sum over points is weighted.

    Parameters
    ----------
    x, y : numpy.ndarray
        Points, at least three, x not all equal.
    weights : numpy.ndarray, optional
        How often each point counts, positive, in any unit. Default: all alike (ordinary least
        squares).
    """

    def __init__(self, x: np.ndarray, y: np.ndarray, weights: np.ndarray | None = None) -> None:
        weights = np.ones(len(x)) if weights is None else weights / weights.mean()
        self.count, self.middle = len(x), float(np.average(x, weights=weights))
        centred = x - self.middle
        self.spread = float(weights @ centred**2)
        self.slope = float((weights * centred) @ y) / self.spread
        self.height = float(np.average(y, weights=weights))
        rest = y - self.height - self.slope * centred
        self.sd = float(np.sqrt(weights @ rest**2 / (self.count - 2)))

    def at(self, x: float) -> tuple[float, float, int]:
        """Give the distribution of a new point.

        Parameters
        ----------
        x : float
            Where.

        Returns
        -------
        tuple
            Centre, scale and degrees of freedom of Student's t.
        """
        away = x - self.middle
        scale = self.sd * np.sqrt(1 + 1 / self.count + away**2 / self.spread)
        return self.height + self.slope * away, float(scale), self.count - 2


def fitted_line(
    x: np.ndarray, y: np.ndarray, least: int = 4, weights: np.ndarray | None = None
) -> Line | None:
    """Fit a line, if there are points enough.

    Parameters
    ----------
    x, y : numpy.ndarray
        Points.
    least : int, default 4
        Fewest points; with three, one degree of freedom is left, and no score of a forecast with
        the tails of a Cauchy distribution says much.
    weights : numpy.ndarray, optional
        As in `Line`.

    Returns
    -------
    Line or None
        None with fewer points or a single x.
    """
    return Line(x, y, weights) if len(x) >= least and np.ptp(x) > 0 else None


def moment(row: Any) -> float:
    """Give the time that a target is about.

    Parameters
    ----------
    row : named tuple
        A row of `targets.targets`.

    Returns
    -------
    float
        Decimal year: the horizon of a best score, else the release of the system.
    """
    return float(year_of_date(row.known_on if row.kind == "best" else row.released))


def student(
    place: tuple[float, float, int], draws: int, rng: np.random.Generator, row: Any
) -> np.ndarray:
    """Draw from Student's t, raised to the best known or cut there as the target demands.

    Parameters
    ----------
    place : tuple
        Centre, scale, degrees of freedom.
    draws : int
        How many.
    rng : numpy.random.Generator
        Stream of the target.
    row : named tuple
        The target: `best` raises draws to the best known, `record` draws above it only.

    Returns
    -------
    numpy.ndarray
        Shape (draws,).
    """
    centre, scale, freedom = place
    scale = max(scale, 1e-6)
    tail = rng.random(draws)
    if row.kind == "record":
        tail = tail * student_t.sf((row.known_best - centre) / scale, freedom)
    values = centre + scale * student_t.isf(tail, freedom)
    return values if row.kind == "named" else np.maximum(values, row.known_best)


def each(
    name: str, targets: pd.DataFrame, seed: int, kinds: tuple[str, ...], metrics: tuple[str, ...]
) -> Iterator[tuple[Any, np.random.Generator]]:
    """Give the targets that a baseline may speak about, each with its stream.

    Parameters
    ----------
    name : str
        Of the baseline.
    targets : pandas.DataFrame
        From `targets.targets`.
    seed : int
        Seed.
    kinds, metrics : tuple of str
        Kinds of question and of series; no metric means all.

    Yields
    ------
    tuple
        Row and stream.
    """
    for row in targets.itertuples():
        if row.kind in kinds and (not metrics or row.metric in metrics):
            yield row, dice(seed, f"{name} {row.target}")


def gathered(found: dict[str, np.ndarray], draws: int) -> xr.DataArray:
    """Put samples together.

    Parameters
    ----------
    found : dict of str to numpy.ndarray
        Target to draws.
    draws : int
        Size of each sample.

    Returns
    -------
    xarray.DataArray
        Dims (target, draw).
    """
    values = np.stack(list(found.values())) if found else np.zeros((0, draws))
    coords: dict[str, Any] = {names.TARGET: np.array(list(found), dtype=str)}
    return xr.DataArray(values, dims=(names.TARGET, names.DRAW), coords=coords)
