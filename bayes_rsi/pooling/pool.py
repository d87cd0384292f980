"""Forms of the trend as one forecast: a mixture with weights, and how far the forms are apart.

Invariant: every pooled probability is the weighted mean of the forms' own, for every day and event,
so it lies between the lowest and the highest of them.

    P(T <= t) = sum_k w_k P_k(T <= t)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi import names
from bayes_rsi.cards import PoolCard
from bayes_rsi.forecasting.montecarlo import Share
from bayes_rsi.forecasting.summary import EventSummary
from bayes_rsi.pooling.headline import Headline
from bayes_rsi.pooling.stacking import counted_once, stack
from bayes_rsi.units import date_of_year, year_of_date

__all__ = ["BAND", "Pool", "Weights", "given_none_yet", "pool", "weigh"]

#: Central share of the weight that the band over forms holds.
BAND = 0.9


@dataclass(frozen=True)
class Weights:
    """Weights of the forms of the trend, and what moved them.

    Parameters
    ----------
    prior, updated : mapping of str to float
        By card, each with sum one. In a `Pool` the latter are also updated by that no event has
        happened by the as-of date.
    log_score : mapping of str to float
        Mean log density of the outcomes by card, each system counted once; empty without any.
    origins : tuple of str
        Days whose backtests count, ISO; empty where the weights are the prior's.
    outcomes, systems : int
        Questions that every member answered, and systems behind them.
    """

    prior: Mapping[str, float]
    updated: Mapping[str, float]
    log_score: Mapping[str, float]
    origins: tuple[str, ...] = ()
    outcomes: int = 0
    systems: int = 0


@dataclass(frozen=True, eq=False)
class Pool:
    """Forms of the trend weighed together.

    Parameters
    ----------
    weights : Weights
        By card.
    members : mapping of str to Headline
        By card.
    events : mapping of str to EventSummary
        The pooled forecast of the events that all members have. Monte Carlo errors take the weights
        as given and are bounds; quantiles are interpolated between ends of months.
    curves : xarray.DataArray
        Pooled P(event by a day), dims (event, date).
    """

    weights: Weights
    members: Mapping[str, Headline]
    events: Mapping[str, EventSummary]
    curves: xr.DataArray

    def each(self, event: str, day: date) -> dict[str, float]:
        """Give P(event by a day) of every member.

        Parameters
        ----------
        event : str
            Name of the event.
        day : datetime.date
            Within the curves; between ends of months the curve is a straight line.

        Returns
        -------
        dict of str to float
            By card; nan outside of the curves.
        """
        return {name: _at(member.curves, event, day) for name, member in self.members.items()}

    def pooled(self, event: str, day: date) -> float:
        """Give the pooled P(event by a day).

        Parameters
        ----------
        event : str
            Name of the event.
        day : datetime.date
            Within the curves.

        Returns
        -------
        float
            Nan outside of the curves.
        """
        return _at(self.curves, event, day)

    def band(self, event: str, day: date) -> tuple[float, float]:
        """Give the range of P(event by a day) over the forms of the trend.

        Parameters
        ----------
        event : str
            Name of the event.
        day : datetime.date
            Within the curves.

        Returns
        -------
        tuple of float
            Lowest and highest value of the forms, after those at either end that have less than
            half of ``1 - BAND`` of the weight together.
        """
        values = self.each(event, day)
        ordered = sorted(values, key=values.__getitem__)
        outside = (1 - BAND) / 2
        return _first(ordered, self.weights.updated, outside, values), _first(
            ordered[::-1], self.weights.updated, outside, values
        )


def weigh(card: PoolCard, densities: pd.DataFrame) -> Weights:
    """Update the prior weights by how well each member forecast.

    Parameters
    ----------
    card : PoolCard
        Prior weights and their strength.
    densities : pandas.DataFrame
        One row for each outcome: a column for each member with the natural logarithm of the density
        that it gave, ``block`` (system) and ``origin`` (ISO). No row: nothing was scored.

    Returns
    -------
    Weights
        The prior's where there is no row. Of one system all outcomes count as one together.
    """
    cards, prior = list(card.members), card.weights
    if not len(densities):
        return Weights(prior, dict(prior), {})
    counts = counted_once(densities["block"].to_numpy(dtype=str))
    logs = densities[cards].to_numpy(dtype=float)
    found = stack(logs, counts, np.array([prior[name] for name in cards]), card.update.strength)
    mean = np.average(logs, axis=0, weights=counts)
    return Weights(
        prior=prior,
        updated=dict(zip(cards, found.tolist(), strict=True)),
        log_score=dict(zip(cards, mean.tolist(), strict=True)),
        origins=tuple(sorted(densities["origin"].unique())),
        outcomes=len(densities),
        systems=int(densities["block"].nunique()),
    )


def pool(members: Mapping[str, Headline], weights: Weights) -> Pool:
    """Pool forms of the trend.

    Parameters
    ----------
    members : mapping of str to Headline
        By card, all of one evidence and as-of date.
    weights : Weights
        Of the same cards, from `given_none_yet`, or as a pool had them before.

    Returns
    -------
    Pool
        With the events that all members have.
    """
    before = _before(members, weights)
    each = {name: weights.updated[name] for name in members}
    shared = [n for n in _any(members).events if all(n in m.events for m in members.values())]
    parts = [
        each[name] * member.curves.sel({names.EVENT: shared}) for name, member in members.items()
    ]
    curves = xr.concat(parts, "card", join="exact").sum("card")
    events = {}
    for name in shared:
        of = {card: member.events[name] for card, member in members.items()}
        contradicted = sum(before[card] * event.contradicted for card, event in of.items())
        events[name] = replace(_mixed(of, each, curves), contradicted=contradicted)
    return Pool(weights, MappingProxyType(dict(members)), MappingProxyType(events), curves)


def given_none_yet(members: Mapping[str, Headline], weights: Weights) -> Weights:
    """Update weights by how likely each form said that no event had happened by the as-of date.

    What the members say is said given that none of their events has, and a mixture that is given
    that has weights in proportion to ``weight * P(none has happened)``.

    Parameters
    ----------
    members : mapping of str to Headline
        By card, all of one evidence and as-of date.
    weights : Weights
        Of the same cards, from `weigh`.

    Returns
    -------
    Weights
        To be used once: a pool keeps them.
    """
    mass = {name: weights.updated[name] * left for name, left in _left(members).items()}
    return replace(weights, updated=_shares(mass))


def _left(members: Mapping[str, Headline]) -> dict[str, float]:
    """Give P(no event by the as-of date) of each form."""
    return {n: 1 - max(e.contradicted for e in m.events.values()) for n, m in members.items()}


def _before(members: Mapping[str, Headline], weights: Weights) -> dict[str, float]:
    """Give what the weights were before `given_none_yet`."""
    return _shares({name: weights.updated[name] / left for name, left in _left(members).items()})


def _shares(mass: Mapping[str, float]) -> dict[str, float]:
    return {name: each / sum(mass.values()) for name, each in mass.items()}


def _any(members: Mapping[str, Headline]) -> Headline:
    return next(iter(members.values()))


def _mixed(
    of: Mapping[str, EventSummary], weights: Mapping[str, float], curves: xr.DataArray
) -> EventSummary:
    """Mix what the members state about one event."""
    first = next(iter(of.values()))
    days = [
        day for day in first.probability_by if all(day in e.probability_by for e in of.values())
    ]
    parts = {card: (weights[card], event) for card, event in of.items()}.values()
    left_out = sorted({name for event in of.values() for name in event.left_out})
    binding = sorted({name for event in of.values() for name in event.binding})
    return EventSummary(
        name=first.name,
        title=first.title,
        probability_by=MappingProxyType(
            {day: _mean([(w, e.probability_by[day]) for w, e in parts]) for day in days}
        ),
        never_if_none_by=MappingProxyType({}),
        quantiles=MappingProxyType(_quantiles(curves, first.name, list(first.quantiles))),
        never=_mean([(w, e.never) for w, e in parts]),
        after_horizon=_mean([(w, e.after_horizon) for w, e in parts]),
        contradicted=sum(w * e.contradicted for w, e in parts),
        binding=MappingProxyType(
            {name: sum(w * e.binding.get(name, 0.0) for w, e in parts) for name in binding}
        ),
        left_out=tuple(left_out),
        horizon=min(event.horizon for event in of.values()),
    )


def _mean(parts: Sequence[tuple[float, Share]]) -> Share:
    """Mix shares; with one seed all members share the dice of what is judged, so errors add up."""
    return Share(sum(w * share.p for w, share in parts), sum(w * share.mcse for w, share in parts))


def _quantiles(
    curves: xr.DataArray, event: str, probabilities: Sequence[float]
) -> dict[float, date | None]:
    """Give dates by which a curve reaches probabilities; None where it does not."""
    curve = curves.sel({names.EVENT: event})
    years, values = year_of_date(curve[names.DATE].values), curve.values
    found: dict[float, date | None] = {}
    for p in probabilities:
        place = int(np.searchsorted(values, p))
        if place == values.size:
            found[p] = None
        elif place == 0:
            found[p] = date_of_year(float(years[0]))
        else:
            sides = slice(place - 1, place + 1)
            found[p] = date_of_year(float(np.interp(p, values[sides], years[sides])))
    return found


def _at(curves: xr.DataArray, event: str, day: date) -> float:
    curve = curves.sel({names.EVENT: event})
    years = year_of_date(curve[names.DATE].values)
    return float(np.interp(year_of_date(day), years, curve.values, left=np.nan, right=np.nan))


def _first(
    ordered: Sequence[str],
    weights: Mapping[str, float],
    outside: float,
    values: Mapping[str, float],
) -> float:
    """Give the first value that is not among the lightest of one end."""
    passed = np.cumsum([weights[name] for name in ordered])
    return values[ordered[min(int(np.searchsorted(passed, outside)), len(ordered) - 1)]]
