"""Paths of the frontier: the posterior's past, and its law continued.

Invariant: at knots up to the as-of date a path *is* the posterior's frontier, draw by draw, and a
longer horizon leaves every earlier value as it was.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from bayes_rsi import names
from bayes_rsi.cards import Card
from bayes_rsi.forecasting.dice import dice
from bayes_rsi.transitions import TRANSITIONS, future
from bayes_rsi.units import year_of_date

__all__ = ["Paths", "continued"]


@dataclass(frozen=True)
class Paths:
    """Released frontier over time, piecewise linear between its knots.

    Parameters
    ----------
    years : numpy.ndarray
        Knots, decimal years, shape (knot,), increasing.
    values : numpy.ndarray
        Doublings, shape (path, knot), non-decreasing along the knots. Paths run over chain, draw
        and replicate, the last one fastest.
    shape : tuple of int
        Numbers of chains, draws and replicates.
    """

    years: np.ndarray
    values: np.ndarray
    shape: tuple[int, int, int]

    def at(self, years: np.ndarray) -> np.ndarray:
        """Interpolate.

        Parameters
        ----------
        years : numpy.ndarray
            Decimal years, shape (n,); outside of the knots the nearest one counts.

        Returns
        -------
        numpy.ndarray
            Doublings, shape (path, n).
        """
        inside = np.clip(years, self.years[0], self.years[-1])
        right = np.clip(np.searchsorted(self.years, inside), 1, len(self.years) - 1)
        share = (inside - self.years[right - 1]) / np.diff(self.years)[right - 1]
        return self.values[:, right - 1] * (1 - share) + self.values[:, right] * share

    def reached(self, threshold: np.ndarray) -> np.ndarray:
        """Give the first time at which each path is at or above its threshold.

        Parameters
        ----------
        threshold : numpy.ndarray
            Doublings, shape (path,); infinite: out of reach.

        Returns
        -------
        numpy.ndarray
            Decimal years, shape (path,): the first knot when the path starts above, infinity when
            the last knot is below.
        """
        below = np.sum(self.values < threshold[:, None], axis=1)
        right = np.clip(below, 1, len(self.years) - 1)
        row = np.arange(len(threshold))
        low, high = self.values[row, right - 1], self.values[row, right]
        # A threshold out of reach makes the share infinite or nan; `where` below sets it aside.
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.clip((threshold - low) / (high - low), 0.0, 1.0)
            crossing = self.years[right - 1] + share * np.diff(self.years)[right - 1]
        crossing = np.where(below == 0, self.years[0], crossing)
        return np.where(below == len(self.years), np.inf, crossing)


def continued(
    draws: xr.Dataset, card: Card, until: float, seed: int, *, common: bool = False
) -> Paths:
    """Continue the frontier of a posterior (or prior) beyond its last knot.

    Parameters
    ----------
    draws : xarray.Dataset
        ``frontier`` (chain, draw, date), ``growth`` and the trend's parameters.
    card : Card
        Trend, step and number of replicates.
    until : float
        Decimal year that the paths reach at least.
    seed : int
        Seed of the future.
    common : bool, default False
        Whether every draw has the same futures, so that what becomes of it is a function of it.

    Returns
    -------
    Paths
        The past's knots, then steps of ``card.forecast.step_years``.

    Notes
    -----
    The future starts from the growth at the as-of date and follows the trend's law, the functions
    that the model used for the past.
    """
    past = draws[names.FRONTIER].transpose(names.CHAIN, names.DRAW, names.DATE)
    known = year_of_date(past[names.DATE].values)
    step, replicates = card.forecast.step_years, card.forecast.replicates
    count = max(int(np.ceil((until - known[-1]) / step - 1e-9)), 1)
    shape = (past.sizes[names.CHAIN], past.sizes[names.DRAW], replicates)
    before = np.repeat(past.values.reshape(-1, len(known)), replicates, axis=0)
    law = TRANSITIONS[card.trend]
    parameters = {name: np.repeat(_flat(draws, name), replicates)[:, None] for name in law.priors}
    # Time comes first, so that a longer horizon adds numbers and moves none.
    size = replicates if common else before.shape[0]
    noise = dice(seed, "frontier").standard_normal((count, size)).T
    noise = np.tile(noise, (before.shape[0] // size, 1))
    growth = np.repeat(_flat(draws, names.GROWTH), replicates)
    gain = growth[:, None] * future(law, noise, parameters, step)
    years = np.concatenate([known, known[-1] + step * np.arange(1, count + 1)])
    return Paths(years, np.concatenate([before, before[:, -1:] + gain], axis=1), shape)


def _flat(draws: xr.Dataset, name: str) -> np.ndarray:
    return draws[name].transpose(names.CHAIN, names.DRAW).values.ravel()
