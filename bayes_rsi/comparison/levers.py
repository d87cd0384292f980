"""What could be believed otherwise about one event: one lever for each judged number, and growth.

Invariant: a lever set to our own numbers gives our own dates, and nothing but what it names is
changed, on the same futures (one uniform for each judged quantity, one path for each future). What
it names is changed for all events of the card: the frontier, and a quantity that another event
judges by the same numbers. Else somebody would believe two things of it, and futures in which
another event has happened by the as-of date would not be seen. The shares
`never` and `taste_free` change for the one event alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from bayes_rsi import names
from bayes_rsi.cards import FAMILIES, Event, Prior
from bayes_rsi.forecasting.events import required
from bayes_rsi.forecasting.futures import Futures
from bayes_rsi.forecasting.paths import Paths
from bayes_rsi.units import year_of_date

__all__ = ["OURS", "Lever", "faster", "levers", "with_prior"]

#: Priors with a place and a spread: how far each may be moved. Factors of our own for a lognormal
#: and for spreads, multiples of the standard deviation for a mean.
FACTOR, SPREAD, STEPS = 1e4, (0.02, 8.0), 50.0
#: Growth: factor on the future growth rate, and change of its natural logarithm per year.
FASTER, ACCELERATION = (0.05, 20.0), (-3.0, 3.0)
#: Unit of a factor on our own growth.
OURS = "times ours"
#: Answers of a lever that are remembered, each of the size of the futures.
KEPT = 64
#: Longest lead that is followed beyond the last day asked for.
LONGEST = 0.99999


@dataclass(frozen=True, eq=False)
class Lever:
    """Numbers that can be set, and the dates that follow.

    Parameters
    ----------
    name : str
        Such as ``"autonomy"``, ``"taste_gap"``, ``"never"``, ``"growth"``.
    unit : str
        Of the first number.
    labels : tuple of str
        Names of its one or two numbers.
    ours : tuple of float
        The card's numbers.
    bounds : tuple of tuple of float
        Where each number is looked for.
    logarithmic : tuple of bool
        Whether each number is looked for on a logarithmic scale.
    years : callable
        From numbers to draws of the date, decimal years, shape (path,); see `Dates.year`.
    """

    name: str
    unit: str
    labels: tuple[str, ...]
    ours: tuple[float, ...]
    bounds: tuple[tuple[float, float], ...]
    logarithmic: tuple[bool, ...]
    years: Callable[[Sequence[float]], np.ndarray]


def levers(futures: Futures, event: str, until: float) -> list[Lever]:
    """Give the levers of one event.

    Parameters
    ----------
    futures : Futures
        Behind a forecast.
    event : str
        Name of the event.
    until : float
        Decimal year of the last day that will be asked for; what is later may be given as never.

    Returns
    -------
    list of Lever
        Requirements, lags, never, the probability of no taste gap, growth. Priors of a family
        without place and spread have none.
    """
    chosen = futures.event(event)
    near = _until(futures, until)
    judged = [item.name for item in required(chosen, futures.panel)]
    judged += ["lead", "taste_gap", "adoption"]
    found = [_of_prior(futures, event, name, near) for name in judged if _movable(chosen, name)]
    found.append(_share(futures, event, "never", 0.0, 0.999))
    if chosen.taste_gap is not None:
        found.append(_share(futures, event, "taste_free", 0.0, 1.0))
    found.append(_growth(futures, event, near))
    return [replace(one, years=_remembered(one.years)) for one in found]


def _remembered(years: Callable[[Sequence[float]], np.ndarray]) -> Callable[..., np.ndarray]:
    """Keep the last answers: a search asks again for where it ended, and for our own numbers."""
    kept = lru_cache(maxsize=KEPT)(years)
    return lambda numbers: kept(tuple(map(float, numbers)))


def with_prior(event: Event, name: str, prior: Prior) -> Event:
    """Put another prior into an event.

    Parameters
    ----------
    event : Event
        From a card.
    name : str
        A requirement with a judged horizon, or a lag.
    prior : Prior
        Instead of the card's.

    Returns
    -------
    Event
        Otherwise the same.
    """
    if name in {item.name for item in event.requirements}:
        items = (replace(i, prior=prior) if i.name == name else i for i in event.requirements)
        return replace(event, requirements=tuple(items))
    changed: dict[str, Any] = {name: prior}
    return replace(event, **changed)


def faster(paths: Paths, known: int, factor: float, acceleration: float) -> Paths:
    """Change how fast the frontier grows after the as-of date.

    ``growth'(t) = growth(t) * factor * exp(acceleration * (t - as-of date))``, by steps.

    Parameters
    ----------
    paths : Paths
        The frontier.
    known : int
        Number of knots of the past, which stay.
    factor : float
        Of the growth rate, from the as-of date on.
    acceleration : float
        Further change of its natural logarithm, per year.

    Returns
    -------
    Paths
        With the same knots.
    """
    middle = (paths.years[known - 1 : -1] + paths.years[known:]) / 2 - paths.years[known - 1]
    gain = np.diff(paths.values[:, known - 1 :], axis=1) * factor * np.exp(acceleration * middle)
    future = paths.values[:, known - 1 : known] + np.cumsum(gain, axis=1)
    return replace(paths, values=np.concatenate([paths.values[:, :known], future], axis=1))


def _prior(event: Event, name: str) -> Prior | None:
    """Give the prior of a requirement or of a lag; None where the event has none."""
    items = {item.name: item.prior for item in event.requirements}
    found: Prior | None = items[name] if name in items else getattr(event, name, None)
    return found


def _movable(event: Event, name: str) -> bool:
    prior = _prior(event, name)
    return prior is not None and prior.family in ("lognormal", "normal")


def _alike(futures: Futures, event: Event, name: str) -> list[Event]:
    """Give the events that judge a quantity by the same numbers, the event among them."""

    def numbers(one: Event) -> tuple[object, ...]:
        prior = _prior(one, name)
        return () if prior is None else (prior.family, *prior.parameters)

    return [one for one in futures.card.events.values() if numbers(one) == numbers(event)]


def _until(futures: Futures, until: float) -> Paths:
    """Cut the paths where no day asked for can depend on them any more."""
    leads = (float(event.lead.quantile(LONGEST)) for event in futures.card.events.values())
    last = until + max(leads)
    size = int(np.searchsorted(futures.paths.years, last)) + 1
    years, values = futures.paths.years[:size], futures.paths.values[:, :size]
    return Paths(years, np.ascontiguousarray(values), futures.paths.shape)


def _of_prior(futures: Futures, event: str, name: str, near: Paths) -> Lever:
    chosen = futures.event(event)
    prior, alike = _prior(chosen, name), _alike(futures, chosen, name)
    assert prior is not None  # one that is `_movable`
    place, spread = prior.parameters
    lognormal = prior.family == "lognormal"
    wide = (place / FACTOR, place * FACTOR)
    straight = (place - STEPS * spread, place + STEPS * spread)

    def years(numbers: Sequence[float]) -> np.ndarray:
        other = replace(prior, parameters=tuple(numbers))
        changed = {one.name: with_prior(one, name, other) for one in alike}
        return futures.redated(event, changed, near)

    return Lever(
        name=name,
        unit=prior.unit,
        labels=FAMILIES[prior.family],
        ours=prior.parameters,
        bounds=(
            wide if lognormal else straight,
            SPREAD if lognormal else (spread / 50, spread * 8),
        ),
        logarithmic=(lognormal, True),
        years=years,
    )


def _share(futures: Futures, event: str, name: str, low: float, high: float) -> Lever:
    chosen = futures.event(event)

    def years(numbers: Sequence[float]) -> np.ndarray:
        changed: dict[str, Any] = {name: numbers[0]}
        return futures.redated(event, {event: replace(chosen, **changed)})

    return Lever(
        name=name,
        unit="probability",
        labels=("share",),
        ours=(getattr(chosen, name),),
        bounds=((low, high),),
        logarithmic=(False,),
        years=years,
    )


def _growth(futures: Futures, event: str, near: Paths) -> Lever:
    as_of = year_of_date(futures.draws[names.DATE].values)[-1]
    known = int(np.searchsorted(near.years, as_of + 1e-9))

    def years(numbers: Sequence[float]) -> np.ndarray:
        return futures.redated(event, moved=faster(near, known, numbers[0], numbers[1]))

    return Lever(
        name="growth",
        unit=OURS,
        labels=("factor", "acceleration"),
        ours=(1.0, 0.0),
        bounds=(FASTER, ACCELERATION),
        logarithmic=(True, False),
        years=years,
    )
