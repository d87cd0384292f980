"""What could be believed otherwise about one event: one lever for each judged number, and growth.

Invariant: a lever set to our own numbers gives our own dates, and nothing but what it names is
changed, on the same futures (one uniform for each judged quantity, one path for each future).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bayes_rsi import names
from bayes_rsi.cards import FAMILIES, Event, Prior
from bayes_rsi.forecasting.events import dice_of, required
from bayes_rsi.forecasting.futures import Futures, Scene
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
    scene = futures.scene(event)
    paths = _until(futures, scene.event, until)
    found = [_threshold(futures, scene, paths, name) for name in _horizons(futures, scene.event)]
    lags = ("lead", "taste_gap", "adoption")
    found += [_lag(scene, name) for name in lags if _movable(getattr(scene.event, name))]
    found.append(_share(scene, "never", 0.0, 0.999))
    if scene.event.taste_gap is not None:
        found.append(_share(scene, "taste_free", 0.0, 1.0))
    return [*found, _growth(futures, scene, paths)]


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


def _horizons(futures: Futures, event: Event) -> list[str]:
    return [item.name for item in required(event, futures.panel) if _movable(item.prior)]


def _movable(prior: Prior | None) -> bool:
    return prior is not None and prior.family in ("lognormal", "normal")


def _until(futures: Futures, event: Event, until: float) -> Paths:
    """Cut the paths where no day asked for can depend on them any more."""
    last = until + float(event.lead.quantile(LONGEST))
    size = int(np.searchsorted(futures.paths.years, last)) + 1
    years, values = futures.paths.years[:size], futures.paths.values[:, :size]
    return Paths(years, np.ascontiguousarray(values), futures.paths.shape)


def _of_prior(
    name: str, prior: Prior, years: Callable[[Prior], np.ndarray], unit: str = ""
) -> Lever:
    place, spread = prior.parameters
    if prior.family == "lognormal":
        bounds = (place / FACTOR, place * FACTOR)
    else:
        bounds = (place - STEPS * spread, place + STEPS * spread)
    return Lever(
        name=name,
        unit=unit or prior.unit,
        labels=FAMILIES[prior.family],
        ours=prior.parameters,
        bounds=(bounds, SPREAD if prior.family == "lognormal" else (spread / 50, spread * 8)),
        logarithmic=(prior.family == "lognormal", True),
        years=lambda numbers: years(replace(prior, parameters=tuple(numbers))),
    )


def _threshold(futures: Futures, scene: Scene, paths: Paths, name: str) -> Lever:
    items = required(scene.event, futures.panel)
    position = next(i for i, item in enumerate(items) if item.name == name)
    item, uniform = items[position], scene.uniforms[dice_of(items[position])]

    def years(prior: Prior) -> np.ndarray:
        met = scene.met.copy()
        met[position] = futures.met(replace(item, prior=prior), uniform, paths)
        return scene.dates(met=met).year

    assert item.prior is not None  # one of `_horizons`
    return _of_prior(name, item.prior, years)


def _lag(scene: Scene, name: str) -> Lever:
    prior: Prior = getattr(scene.event, name)
    return _of_prior(
        name, prior, lambda other: scene.dates(with_prior(scene.event, name, other)).year
    )


def _share(scene: Scene, name: str, low: float, high: float) -> Lever:
    def years(numbers: Sequence[float]) -> np.ndarray:
        changed: dict[str, Any] = {name: numbers[0]}
        return scene.dates(replace(scene.event, **changed)).year

    return Lever(
        name=name,
        unit="probability",
        labels=("share",),
        ours=(getattr(scene.event, name),),
        bounds=((low, high),),
        logarithmic=(False,),
        years=years,
    )


def _growth(futures: Futures, scene: Scene, paths: Paths) -> Lever:
    items = required(scene.event, futures.panel)
    as_of = year_of_date(futures.draws[names.DATE].values)[-1]
    known = int(np.searchsorted(paths.years, as_of + 1e-9))

    def years(numbers: Sequence[float]) -> np.ndarray:
        changed = faster(paths, known, numbers[0], numbers[1])
        met = [futures.met(i, scene.uniforms.get(dice_of(i)), changed) for i in items]
        return scene.dates(met=np.stack(met)).year

    return Lever(
        name="growth",
        unit=OURS,
        labels=("factor", "acceleration"),
        ours=(1.0, 0.0),
        bounds=(FASTER, ACCELERATION),
        logarithmic=(True, False),
        years=years,
    )
