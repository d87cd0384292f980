"""Progress on a series beyond that of general capability.

Invariant: a drift counts from the mean release behind the scores of the series (a system counts
once for each of its scores), so it moves neither its difficulty nor the average capability of the
systems scored.

    place on a series = place + drift of the series * (release - mean release of the series)
    drift of a series = drift of its domain + Normal(0, series_drift_spread)

Labs work towards some benchmarks and leave others, so that systems of the same capability get
better or worse at a series with time. Domains drift against general reasoning, on which most
systems are scored: with a reference there is nothing to rotate. Horizons have a rate of their own
instead.

Deviations of single systems in a domain are not here: they are part of a series' noise. They were
tried (normal, one for each of 339 pairs of system and domain). As deviations the sampler took five
times as many steps for each draw; as places of their own it left modes of some ceilings apart.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pymc.logprob.transforms import Transform

from bayes_rsi import names
from bayes_rsi.cards import Card
from bayes_rsi.model.design import Design
from bayes_rsi.model.priors import variable

__all__ = [
    "HELD",
    "REFERENCE_DOMAIN",
    "Partly",
    "domains",
    "drifting",
    "drifts",
    "leaning",
    "middles",
    "stretching",
]

REFERENCE_DOMAIN = "general_reasoning"
#: How much of the drift of its scores the place of a system gives way to, and how much of that of
#: all scores the differences between systems do, about.
YIELD = 0.6
#: Sum of squared years of release, about their mean, from which on the scores of a series hold its
#: drift better than its prior does, about.
HELD = 8.0


class Partly(Transform):
    """Transform of values about zero whose spread is estimated: ``value / spread ** free``.

    The sampler sees a value in spreads where its prior holds it (free is 1), and as it is where
    scores do (0). One way for all has steps that are too long somewhere: in spreads, what scores
    fix becomes ever narrower as the spread grows: the three divergences of runs of 2024-09-30 that
    were looked at lay there, with the drift of MMLU.

    Parameters
    ----------
    free : numpy.ndarray
        In [0, 1], shape of the values.
    """

    name = "partly"
    ndim_supp = 0

    def __init__(self, free: np.ndarray) -> None:
        self.free = free

    def forward(self, value: Any, *inputs: Any) -> Any:
        """Give the coordinates of values.

        Parameters
        ----------
        value : tensor
            Values.
        *inputs : tensor
            Parameters of the distribution, of which the last is the spread, scalar.

        Returns
        -------
        tensor
            Shape of the values.
        """
        return value / inputs[-1] ** self.free

    def backward(self, value: Any, *inputs: Any) -> Any:
        """Give the values of coordinates, the inverse of `forward`.

        Parameters
        ----------
        value : tensor
            Coordinates.
        *inputs : tensor
            Parameters of the distribution, of which the last is the spread, scalar.

        Returns
        -------
        tensor
            Shape of the coordinates.
        """
        return value * inputs[-1] ** self.free

    def log_jac_det(self, value: Any, *inputs: Any) -> Any:
        """Give log |d value / d coordinate|, for each.

        Parameters
        ----------
        value : tensor
            Coordinates.
        *inputs : tensor
            Parameters of the distribution, of which the last is the spread, scalar.

        Returns
        -------
        tensor
            Shape of the coordinates.
        """
        return self.free * pt.log(inputs[-1]) + pt.zeros_like(value)


def domains(design: Design) -> np.ndarray:
    """Give the domains beside the reference.

    Parameters
    ----------
    design : Design
        Arrays of the panel.

    Returns
    -------
    numpy.ndarray
        Names, sorted, shape (domain,).
    """
    found = np.unique(design.panel["domain"].values)
    return found[found != REFERENCE_DOMAIN]


def drifting(design: Design) -> np.ndarray:
    """Give the series that drift: all but those of horizons.

    Parameters
    ----------
    design : Design
        Arrays of the panel.

    Returns
    -------
    numpy.ndarray
        Positions along ``series``, increasing.
    """
    return np.flatnonzero(design.panel["kind"].values != "horizon")


def drifts(design: Design, card: Card) -> Any:
    """Add how much faster than general capability systems get better at each series.

    Parameters
    ----------
    design : Design
        Arrays of the panel.
    card : Card
        Priors ``domain_drift`` and ``series_drift_spread``.

    Returns
    -------
    tensor
        Per year of release, in the population's frame, shape (drifting_series,).
    """
    chosen = drifting(design)
    if not chosen.size:
        return pt.zeros(0)
    drift = pm.Normal(
        names.SERIES_DRIFT_OWN,
        0.0,
        variable(card, names.SERIES_DRIFT_SPREAD),
        transform=Partly(_free(design)),
        dims=names.DRIFTING_SERIES,
    )
    known = domains(design)
    if known.size:
        of = design.panel["domain"].values[chosen]
        where = np.clip(np.searchsorted(known, of), 0, known.size - 1)
        common = variable(card, names.DOMAIN_DRIFT, dims=names.DOMAIN)
        drift = drift + pt.where(known[where] == of, common[where], 0.0)
    return pm.Deterministic(names.SERIES_DRIFT, drift, dims=names.DRIFTING_SERIES)


def middles(design: Design) -> np.ndarray:
    """Give the mean, over the scores of each series, of the release of the system scored.

    Parameters
    ----------
    design : Design
        Arrays of the panel.

    Returns
    -------
    numpy.ndarray
        Decimal years, shape (series,).
    """
    rows = np.arange(design.panel.sizes[names.SCORE])
    of, size = design.series_index(rows), design.panel.sizes[names.SERIES]
    total = np.bincount(of, design.released[design.system_index(rows)], size)
    return total / np.maximum(np.bincount(of, minlength=size), 1)


def _free(design: Design) -> np.ndarray:
    """Give how little the scores of each series say about its drift, shape (drifting_series,)."""
    rows = np.arange(design.panel.sizes[names.SCORE])
    of, size = design.series_index(rows), design.panel.sizes[names.SERIES]
    age = design.released[design.system_index(rows)] - middles(design)[of]
    return HELD / (HELD + np.bincount(of, age**2, size)[drifting(design)])


def leaning(design: Design, drift: Any) -> Any:
    """Give by how much the places of systems give way to the drifts of their series.

    Scores fix the sum of place and drift: a series on which seventy systems have their only score
    can drift a little more if all of them move. In coordinates that move along the sampler sees
    the drift apart (bulk-ESS of that of MMLU: 700 of 10,000 without it).

    Parameters
    ----------
    design : Design
        Arrays of the panel.
    drift : tensor
        Of each series, shape (drifting_series,).

    Returns
    -------
    tensor
        In the population's frame, shape (system,).
    """
    series = design.series_index(np.arange(design.panel.sizes[names.SCORE]))
    rows = np.flatnonzero(np.isin(series, drifting(design)))
    system, where = design.system_index(rows), np.searchsorted(drifting(design), series[rows])
    age = design.released[system] - middles(design)[series[rows]]
    share = YIELD * age / design.n_scores[system]
    size = design.panel.sizes[names.SYSTEM]
    return pt.inc_subtensor(pt.zeros(size)[system], drift[where] * share)


def stretching(design: Design, drift: Any) -> Any:
    """Give by how much the differences between systems give way to what all series drift together.

    Where all series drift, their curves are less steep for the same progress over the years, and
    the differences between systems of one day are larger. Scores hardly tell the three apart, and
    the sampler crept along that ridge.

    Parameters
    ----------
    design : Design
        Arrays of the panel.
    drift : tensor
        Of each series, shape (drifting_series,).

    Returns
    -------
    tensor
        Logarithm of a factor, the same for all systems, shape (system,).
    """
    series = design.series_index(np.arange(design.panel.sizes[names.SCORE]))
    count = np.bincount(series, minlength=design.panel.sizes[names.SERIES])[drifting(design)]
    mean = pt.sum(drift * (count / max(count.sum(), 1)))
    return YIELD * mean * np.ones(design.panel.sizes[names.SYSTEM])
