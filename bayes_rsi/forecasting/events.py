"""Dates of events: what must be true, when it is, and what lies between capability and the fact.

Invariant: every judged number comes from the card, through one uniform draw for each named
quantity. Events of one card therefore agree: with the same threshold for both, end-to-end
automation never comes before the engineering that it needs.

    T_eng = max over requirements of (first t with frontier(t) >= threshold) - lead
    T*    = T_eng + taste gap (0 with probability taste_free) + adoption; never, with its share

None of a card's events has happened by the as-of date. A future in which one had is none of ours,
whichever event is asked about: they share what is judged, so what one of them has not done tells
about the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from bayes_rsi import names
from bayes_rsi.cards import Card, Event, Prior, Requirement
from bayes_rsi.errors import ModelError, did_you_mean
from bayes_rsi.forecasting.dice import dice
from bayes_rsi.forecasting.drifts import seen_from
from bayes_rsi.forecasting.parity import PARITY_KINDS, parity
from bayes_rsi.forecasting.paths import Paths
from bayes_rsi.units import doublings

__all__ = [
    "Dates",
    "check_events",
    "check_requirements",
    "crossing",
    "dated",
    "dice_of",
    "judged_dice",
    "required",
    "without",
]


@dataclass(frozen=True)
class Dates:
    """Draws of the date of one event.

    Parameters
    ----------
    year : numpy.ndarray
        Decimal years, shape (path,): infinite for never or beyond the horizon, nan where an event
        would have happened by the as-of date, against what is known.
    never : numpy.ndarray
        Bool, the judged never, shape (path,).
    binding : numpy.ndarray
        Position of the requirement met last, shape (path,); -1 where there is no date.
    """

    year: np.ndarray
    never: np.ndarray
    binding: np.ndarray


def check_events(card: Card, panel: xr.Dataset) -> None:
    """Refuse a card whose requirements no panel could serve, before anything expensive.

    Parameters
    ----------
    card : Card
        Its events.
    panel : xarray.Dataset
        The scores that will be fitted.

    Raises
    ------
    ModelError
        When a requirement names no series, one without a parity point or without a human baseline,
        or when no requirement of an event can be served.
    """
    check_requirements(card, panel)
    for event in card.events.values():
        if not required(event, panel):
            series = ", ".join(item.series for item in event.requirements)
            raise ModelError(
                f"event '{event.name}': got no score on {series} by {panel.attrs['as_of']}, "
                "expected one on at least one of them; add a judged horizon to the event or choose "
                "a later as-of date"
            )


def check_requirements(card: Card, panel: xr.Dataset) -> None:
    """Refuse a card whose requirements no scores of these tables could serve, on whatever day.

    Parameters
    ----------
    card : Card
        Its events.
    panel : xarray.Dataset
        Scores of the tables.

    Raises
    ------
    ModelError
        When a requirement names no series, one without a parity point or without a human baseline.
    """
    for event in card.events.values():
        for item in event.requirements:
            if item.kind == "parity":
                _check_parity(item, event, panel)


def required(event: Event, panel: xr.Dataset) -> tuple[Requirement, ...]:
    """Give the requirements of an event that can be told from a panel.

    A requirement whose series has no scores yet is left out, and reports say so: fewer
    requirements make earlier dates.

    Parameters
    ----------
    event : Event
        From the card.
    panel : xarray.Dataset
        The scores that were fitted.

    Returns
    -------
    tuple of Requirement
        In the order of the event.
    """
    known = set(panel[names.SERIES].values.tolist())
    return tuple(r for r in event.requirements if r.kind != "parity" or r.series in known)


def _check_parity(item: Requirement, event: Event, panel: xr.Dataset) -> None:
    where = f"event '{event.name}', requirement '{item.name}'"
    known, absent = panel[names.SERIES].values.tolist(), panel.attrs["absent_series"].split()
    if item.series in absent:
        return
    if item.series not in known:
        raise ModelError(
            f"{where}: got series '{item.series}', expected one of benchmarks.csv. "
            f"{did_you_mean(item.series, [*known, *absent])}"
        )
    series = panel.sel({names.SERIES: item.series})
    kind, human = str(series["kind"].item()), series["human"].item()
    if kind not in PARITY_KINDS:
        raise ModelError(
            f"{where}: got series '{item.series}' of kind '{kind}', expected one of "
            f"{', '.join(PARITY_KINDS)}; require a judged horizon instead"
        )
    if np.isnan(human):
        raise ModelError(
            f"{where}: got series '{item.series}' without a human baseline, expected one; state it "
            "in the column 'human' of benchmarks.csv, or require a judged horizon instead"
        )


def dice_of(item: Requirement) -> str:
    """Give the name of the dice of a requirement's threshold.

    Parameters
    ----------
    item : Requirement
        Of an event.

    Returns
    -------
    str
        One name for all events of a card that call a requirement alike.
    """
    return f"requirement {item.name}"


def judged_dice(event: Event, size: int, seed: int) -> dict[str, np.ndarray]:
    """Draw one uniform for each judged quantity of an event.

    Parameters
    ----------
    event : Event
        From the card.
    size : int
        Number of paths.
    seed : int
        Seed of the judged quantities.

    Returns
    -------
    dict of str to numpy.ndarray
        Shape (path,) each: ``requirement <name>`` of each judged horizon, ``lead``, ``taste_gap``
        and ``taste_free`` where there is a gap, ``adoption`` where there is one, ``never``.
    """
    wanted = [dice_of(item) for item in event.requirements if item.prior is not None]
    wanted += ["lead", "never"]
    wanted += ["taste_gap", "taste_free"] if event.taste_gap is not None else []
    wanted += ["adoption"] if event.adoption is not None else []
    return {name: dice(seed, name).random(size) for name in wanted}


def crossing(
    item: Requirement,
    paths: Paths,
    draws: xr.Dataset,
    panel: xr.Dataset,
    uniform: np.ndarray | None,
) -> np.ndarray:
    """Give when the released frontier meets a requirement.

    Parameters
    ----------
    item : Requirement
        A judged horizon, or parity on a series.
    paths : Paths
        The frontier.
    draws : xarray.Dataset
        The posterior (or prior) that the paths continue.
    panel : xarray.Dataset
        Floors and human baselines.
    uniform : numpy.ndarray or None
        Uniform behind a judged horizon, shape (path,); None for parity.

    Returns
    -------
    numpy.ndarray
        Decimal years, shape (path,).
    """
    if item.prior is None or uniform is None:
        point = parity(draws, panel, item.series)
        seen = seen_from(paths, draws, panel, item.series)
        return seen.reached(np.repeat(point, paths.shape[2]))
    measured = np.asarray(doublings(item.prior.quantile(uniform))) + _suite_error(draws, paths)
    return paths.reached(measured)


def _suite_error(draws: xr.Dataset, paths: Paths) -> np.ndarray | float:
    """Give by how much the reference suite measures more than the length of tasks in the world."""
    if names.SUITE_ERROR not in draws:
        return 0.0
    error = draws[names.SUITE_ERROR].transpose(names.CHAIN, names.DRAW).values.ravel()
    return np.repeat(error, paths.shape[2])


def dated(
    event: Event, met: np.ndarray, uniforms: Mapping[str, np.ndarray], span: tuple[float, float]
) -> Dates:
    """Date an event whose requirements are met at known times.

    Parameters
    ----------
    event : Event
        Lags and never.
    met : numpy.ndarray
        Decimal years, shape (requirement, path).
    uniforms : mapping of str to numpy.ndarray
        As `judged_dice` gives them.
    span : tuple of float
        Decimal years of the as-of date and of the horizon.

    Returns
    -------
    Dates
        One date for each path.
    """
    as_of, horizon = span
    lags = _judged(event.taste_gap, "taste_gap", uniforms)
    if event.taste_gap is not None:
        lags = np.where(uniforms["taste_free"] < event.taste_free, 0.0, lags)
    lags = lags + _judged(event.adoption, "adoption", uniforms)
    never = uniforms["never"] < event.never
    year = met.max(axis=0) - _judged(event.lead, "lead", uniforms) + lags
    year = np.where(never, np.inf, year)
    year = np.where(year <= as_of, np.nan, np.where(year > horizon, np.inf, year))
    return without(Dates(year, never, met.argmax(axis=0)), np.isnan(year))


def without(dates: Dates, contradicted: np.ndarray) -> Dates:
    """Leave out futures that contradict what is known.

    Parameters
    ----------
    dates : Dates
        Of one event.
    contradicted : numpy.ndarray
        Bool, shape (path,).

    Returns
    -------
    Dates
        The same elsewhere.
    """
    year = np.where(contradicted, np.nan, dates.year)
    return Dates(year, dates.never, np.where(np.isfinite(year), dates.binding, -1))


def _judged(prior: Prior | None, name: str, uniforms: Mapping[str, np.ndarray]) -> np.ndarray:
    """Draw through quantiles: one uniform serves every event, whatever its prior."""
    return np.zeros(1) if prior is None else prior.quantile(uniforms[name])
