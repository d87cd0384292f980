"""Who is measured: systems that questions are about are no fair sample of those that are released.

Invariant: from the panel and its posterior alone; of a question nothing but that it is asked.

Good systems are run on many series and weak ones on few, so a pair of series and system, picked
from all that are scored, has a better system in it than its tier has on average. A new system of a
question is therefore like one of its tier that was released in the last year (of all years where
those are fewer than `FEWEST`), the more likely the more series it is on, and is as far behind the
frontier of its release as that one was behind that of its own:

    P(like system j) = series that j is on / sum over the tier
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bayes_rsi import names
from bayes_rsi.checks.court.arrivals import every
from bayes_rsi.checks.court.continuation import Continuation
from bayes_rsi.units import year_of_date

__all__ = ["FEWEST", "Measured", "measured"]

#: Fewest systems of a tier that a new one is likened to; with fewer the tier's own law is better.
FEWEST = 5


@dataclass(frozen=True, eq=False)
class Measured:
    """Systems of a panel, to liken new ones to.

    Parameters
    ----------
    world : Continuation
        The fit, continued.
    behind : numpy.ndarray
        How far each system is behind the frontier of its release, doublings, shape (future,
        system).
    tier : numpy.ndarray
        Tiers (str), shape (system,).
    recent : numpy.ndarray
        Whether it was released in the last year, same shape.
    series : numpy.ndarray
        Number of series that it is on, same shape.
    """

    world: Continuation
    behind: np.ndarray
    tier: np.ndarray
    recent: np.ndarray
    series: np.ndarray

    def newcomer(
        self, year: float, tier: str, lab: str, shape: tuple[int, ...], rng: np.random.Generator
    ) -> np.ndarray:
        """Draw the capability of a system that a question is about.

        Parameters
        ----------
        year : float
            Its release, decimal year.
        tier, lab : str
            Its tier and lab; the lab counts where the tier has too few systems.
        shape : tuple of int
            Futures, and draws of each.
        rng : numpy.random.Generator
            Stream.

        Returns
        -------
        numpy.ndarray
            Doublings, of `shape`.
        """
        years, share = np.full(shape, year), self.shares(tier)
        if share is None:
            return self.world.newcomers(years, np.full(shape, tier), np.full(shape, lab), rng)
        like = rng.choice(share.size, size=shape, p=share)
        future = np.arange(shape[0]).reshape(-1, *[1] * (len(shape) - 1))
        return np.asarray(self.world.frontier(years) - self.behind[future, like])

    def shares(self, tier: str) -> np.ndarray | None:
        """Give how likely a new system of a tier is like each of the panel.

        Parameters
        ----------
        tier : str
            The tier.

        Returns
        -------
        numpy.ndarray or None
            Shape (system,), sums to one; None where the tier has too few systems.
        """
        of_tier = self.tier == tier
        for alike in (of_tier & self.recent, of_tier):
            if alike.sum() >= FEWEST:
                weight = self.series * alike
                return np.asarray(weight / weight.sum())
        return None


def measured(world: Continuation) -> Measured:
    """Read from a panel and its posterior who is measured.

    Parameters
    ----------
    world : Continuation
        The fit, continued.

    Returns
    -------
    Measured
        All systems of the panel.
    """
    table = every(world.panel).reset_index()
    systems = world.labels(names.SYSTEM)
    of_system = table.groupby("system")
    series = of_system.size().reindex(systems).to_numpy(dtype=float)
    recent = of_system["recent"].any().reindex(systems).to_numpy(dtype=bool)
    panel = world.panel.sel({names.SYSTEM: systems})
    capability = world.draws[names.CAPABILITY].transpose(names.CHAIN, names.DRAW, names.SYSTEM)
    released = np.broadcast_to(year_of_date(panel["released"].values), capability.shape[1:])
    behind = world.frontier(released) - capability.values[0]
    return Measured(world, behind, panel["tier"].values.astype(str), recent, series)
