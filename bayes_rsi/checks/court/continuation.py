"""A fit continued beyond its day: frontier, and capability of systems that it has or has not seen.

Invariant: all arrays have the same futures along their first axis, so what is computed of one
future belongs together: its frontier, the systems released in it, and what they score.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from bayes_rsi import names
from bayes_rsi.forecasting.newcomers import below_frontier, doublings_per_year
from bayes_rsi.forecasting.paths import Paths, continued
from bayes_rsi.posterior import Fit

__all__ = ["Continuation", "continuation"]


@dataclass(frozen=True, eq=False)
class Continuation:
    """Draws of a posterior, each with one continuation.

    Parameters
    ----------
    draws : xarray.Dataset
        Posterior, dims chain (of length one) and draw.
    panel : xarray.Dataset
        What was fitted.
    paths : Paths
        Frontier, one path for each draw.
    """

    draws: xr.Dataset
    panel: xr.Dataset
    paths: Paths

    @property
    def count(self) -> int:
        """How many."""
        return int(self.draws.sizes[names.DRAW])

    def of(self, name: str, **labels: str) -> np.ndarray:
        """Give the draws of a quantity.

        Parameters
        ----------
        name : str
            Variable of the posterior.
        **labels : str
            Label along each further dim.

        Returns
        -------
        numpy.ndarray
            Shape (future,).
        """
        return np.asarray(self.draws[name].sel(labels).values.reshape(-1))

    @property
    def doublings_per_year(self) -> np.ndarray:
        """Doublings per effective year, shape (future,)."""
        told, clock = (self.draws[n].values[0] for n in (names.FRONTIER, names.FRONTIER_CLOCK))
        return doublings_per_year(told, clock)

    def frontier(self, years: np.ndarray) -> np.ndarray:
        """Give the frontier at times that differ between futures.

        Parameters
        ----------
        years : numpy.ndarray
            Decimal years, shape (future, ...).

        Returns
        -------
        numpy.ndarray
            Doublings, same shape.
        """
        knots, values = self.paths.years, self.paths.values
        inside = np.clip(years, knots[0], knots[-1])
        right = np.clip(np.searchsorted(knots, inside), 1, len(knots) - 1)
        share = (inside - knots[right - 1]) / np.diff(knots)[right - 1]
        row = np.arange(self.count).reshape(-1, *[1] * (years.ndim - 1))
        return np.asarray(values[row, right - 1] * (1 - share) + values[row, right] * share)

    def newcomers(
        self, years: np.ndarray, tiers: np.ndarray, labs: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Draw the capability of systems from the population.

        Parameters
        ----------
        years : numpy.ndarray
            Their releases, decimal years, shape (future, ...).
        tiers, labs : numpy.ndarray
            Their tiers and labs (str), same shape; a lab without an effect has the usual gap.
        rng : numpy.random.Generator
            Stream.

        Returns
        -------
        numpy.ndarray
            Doublings, same shape.
        """
        below = below_frontier(self.draws, tiers, labs, rng)
        each = self.doublings_per_year.reshape(-1, *[1] * (years.ndim - 1))
        return self.frontier(years) - below * each

    def labels(self, dim: str) -> list[str]:
        """Give the labels along a dim of the posterior.

        Parameters
        ----------
        dim : str
            Its name.

        Returns
        -------
        list of str
            Empty when the fit has no such effect.
        """
        return [str(label) for label in self.draws[dim].values] if dim in self.draws.dims else []

    def has(self, system: str) -> bool:
        """Whether the panel holds a system.

        Parameters
        ----------
        system : str
            Its name.

        Returns
        -------
        bool
            True if its capability has a posterior.
        """
        return system in self.labels(names.SYSTEM)


def continuation(fit: Fit, until: float, count: int, seed: int) -> Continuation:
    """Continue a fit.

    Parameters
    ----------
    fit : Fit
        The fit.
    until : float
        Decimal year that the frontier reaches at least.
    count : int
        How many futures: draws are taken at equal distances through all chains.
    seed : int
        Seed of the continuation.

    Returns
    -------
    Continuation
        As of the fit's day.
    """
    posterior = fit.tree["posterior"].to_dataset()
    total = posterior.sizes[names.CHAIN] * posterior.sizes[names.DRAW]
    place = np.floor((np.arange(count) + 0.5) * total / count).astype(int)
    chosen = xr.Dataset({name: _flat(values, place) for name, values in posterior.items()})
    card = replace(fit.card, forecast=replace(fit.card.forecast, replicates=1))
    return Continuation(chosen, fit.panel, continued(chosen, card, until, seed))


def _flat(values: xr.DataArray, place: np.ndarray) -> xr.DataArray:
    """Take draws of all chains in a row, as one chain."""
    ordered = values.transpose(names.CHAIN, names.DRAW, ...)
    rest = ordered.dims[2:]
    flat = ordered.values.reshape(-1, *ordered.shape[2:])[place][None]
    coords = {dim: ordered[dim] for dim in rest if dim in ordered.coords}
    return xr.DataArray(flat, dims=(names.CHAIN, names.DRAW, *rest), coords=coords)
