"""Dates of events: what must be true, when it is, and what lies between capability and the fact.

Invariant: every judged number comes from the card, through one uniform draw for each named
quantity. Events of one card therefore agree: with the same threshold for both, end-to-end
automation never comes before the engineering that it needs.

    T_eng = max over requirements of (first t with frontier(t) >= threshold) - lead
    T*    = T_eng + taste gap (0 with probability taste_free) + adoption; never, with its share
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from bayes_rsi import names
from bayes_rsi.cards import Card, Event, Prior, Requirement
from bayes_rsi.errors import ModelError, did_you_mean
from bayes_rsi.forecasting.dice import dice
from bayes_rsi.forecasting.paths import Paths
from bayes_rsi.units import doublings

__all__ = ["Dates", "check_events", "dates", "parity"]


@dataclass(frozen=True)
class Dates:
    """Draws of the date of one event.

    Parameters
    ----------
    year : numpy.ndarray
        Decimal years, shape (path,): infinite for never or beyond the horizon, nan where the event
        would have happened by the as-of date, against what is known.
    never : numpy.ndarray
        Bool, the judged never, shape (path,).
    binding : numpy.ndarray
        Position of the requirement met last, shape (path,); -1 where never or contradicted.
    """

    year: np.ndarray
    never: np.ndarray
    binding: np.ndarray


def check_events(card: Card, panel: xr.Dataset) -> None:
    """Refuse a card whose requirements the panel cannot serve, before anything expensive.

    Parameters
    ----------
    card : Card
        Its events.
    panel : xarray.Dataset
        The scores that will be fitted.

    Raises
    ------
    ModelError
        When a requirement names a series that is not fitted, is no share of items, or has no
        human baseline.
    """
    known = [str(name) for name in panel[names.SERIES].values]
    for event in card.events.values():
        for item in event.requirements:
            if item.kind == "parity":
                _check_parity(item, event, panel, known)


def _check_parity(item: Requirement, event: Event, panel: xr.Dataset, known: list[str]) -> None:
    where = f"event '{event.name}', requirement '{item.name}'"
    if item.series not in known:
        raise ModelError(
            f"{where}: got series '{item.series}', expected one that is fitted. "
            f"{did_you_mean(item.series, known)}"
        )
    series = panel.sel({names.SERIES: item.series})
    if str(series["kind"].item()) != "fraction" or np.isnan(series["human"].item()):
        raise ModelError(
            f"{where}: got series '{item.series}' of kind '{series['kind'].item()}' with human "
            f"baseline {series['human'].item()}, expected a share of items with a human baseline; "
            "state it in the column 'human' of benchmarks.csv, or require a judged horizon"
        )


def dates(
    event: Event, paths: Paths, draws: xr.Dataset, panel: xr.Dataset, as_of: float, seed: int
) -> Dates:
    """Draw the date of an event on each path.

    Parameters
    ----------
    event : Event
        From the card.
    paths : Paths
        The frontier.
    draws : xarray.Dataset
        The posterior (or prior) that the paths continue.
    panel : xarray.Dataset
        Floors and human baselines.
    as_of : float
        Decimal year by which the event had not happened.
    seed : int
        Seed of the judged quantities.

    Returns
    -------
    Dates
        One date for each path.
    """
    size = len(paths.values)
    met = np.stack(
        [paths.reached(_threshold(item, paths, draws, panel, seed)) for item in event.requirements]
    )
    lags = _judged(event.taste_gap, "taste_gap", size, seed)
    lags = np.where(dice(seed, "taste_free").random(size) < event.taste_free, 0.0, lags)
    lags = lags + _judged(event.adoption, "adoption", size, seed)
    never = dice(seed, "never").random(size) < event.never
    year = met.max(axis=0) - _judged(event.lead, "lead", size, seed) + lags
    year = np.where(never, np.inf, year)
    past = year <= as_of
    year = np.where(past, np.nan, np.where(year > paths.years[-1], np.inf, year))
    binding = np.where(never | past, -1, met.argmax(axis=0))
    return Dates(year, never, binding)


def parity(
    draws: xr.Dataset, panel: xr.Dataset, series: str, expected: float | None = None
) -> np.ndarray:
    """Give the capability at which the expected score on a series equals its human baseline.

    ``difficulty + logit((human - floor) / (ceiling - floor)) / slope``

    Parameters
    ----------
    draws : xarray.Dataset
        ``difficulty``, ``slope`` and ``ceiling`` (chain, draw, fraction_series).
    panel : xarray.Dataset
        Floors and human baselines.
    series : str
        A series that is a share of items.
    expected : float or None
        Another score than the human baseline, fraction.

    Returns
    -------
    numpy.ndarray
        Doublings, shape (chain * draw,): infinite where the ceiling is at or below the score,
        minus infinity where the floor is at or above it.
    """
    at = {names.FRACTION_SERIES: series}
    difficulty, slope, ceiling = (
        draws[name].sel(at).transpose(names.CHAIN, names.DRAW).values.ravel()
        for name in (names.DIFFICULTY, names.SLOPE, names.CEILING)
    )
    row = panel.sel({names.SERIES: series})
    floor = float(np.nan_to_num(row["floor"].item()))
    human = row["human"].item() if expected is None else expected
    share = np.clip((human - floor) / (ceiling - floor), 0.0, 1.0)
    with np.errstate(divide="ignore"):  # a share of 0 or 1 is out of range, so infinite
        return difficulty + (np.log(share) - np.log1p(-share)) / slope


def _threshold(
    item: Requirement, paths: Paths, draws: xr.Dataset, panel: xr.Dataset, seed: int
) -> np.ndarray:
    if item.prior is None:
        return np.repeat(parity(draws, panel, item.series), paths.shape[2])
    judged = _judged(item.prior, f"requirement {item.name}", len(paths.values), seed)
    return np.asarray(doublings(judged))


def _judged(prior: Prior | None, name: str, size: int, seed: int) -> np.ndarray:
    """Draw through quantiles: one uniform serves every event, whatever its prior."""
    if prior is None:
        return np.zeros(size)
    return prior.quantile(dice(seed, name).random(size))
