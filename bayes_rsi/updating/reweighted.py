"""From weights to numbers and draws: the headline with both sides on the same futures.

Invariant: every future keeps its path and its judged quantities; only how much it counts changes.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi import names
from bayes_rsi.forecasting.dice import dice
from bayes_rsi.forecasting.futures import Futures
from bayes_rsi.forecasting.montecarlo import error_of_mean
from bayes_rsi.forecasting.paths import Paths
from bayes_rsi.forecasting.result import Forecast
from bayes_rsi.forecasting.summary import HEADLINE_DAYS, median_growth
from bayes_rsi.forecasting.weights import Weights, weighted_median, weighted_share
from bayes_rsi.posterior import Fit
from bayes_rsi.tags import Tag, Verdict
from bayes_rsi.units import as_date, date_of_year, year_of_date

__all__ = ["passing", "picked", "reweighted", "table_of"]


def table_of(before: Forecast, weights: Weights, as_of: str) -> pd.DataFrame:
    """Put the headline without and with the new scores side by side.

    Parameters
    ----------
    before : Forecast
        Without them.
    weights : Weights
        Of its posterior draws.
    as_of : str
        ISO date of the new scores: what would have happened by then is left out.

    Returns
    -------
    pandas.DataFrame
        Columns as `bayes_rsi.comparison.moved.moved` has them, but that a median without a date is
        "later or never"; the errors know that both sides are the same futures.
    """
    rows: list[tuple[object, ...]] = []
    days = [d for d in HEADLINE_DAYS if as_date(as_of) < d <= before.horizon]
    happened = _happened(before.events, as_of).transpose(names.CHAIN, names.DRAW, names.REPLICATE)
    for name in before.event_names:
        years = before.years(name).transpose(names.CHAIN, names.DRAW, names.REPLICATE).values
        later = np.where(happened.values, np.nan, years)
        medians = _median(years, None), _median(later, weights)
        rows.append((name, "median date", "date", *medians, None, None))
        flag = before.events[names.NEVER].sel({names.EVENT: name})
        never = flag.transpose(names.CHAIN, names.DRAW, names.REPLICATE).values
        for day in days:
            limit = float(year_of_date(day))
            flags = [np.where(np.isnan(y), np.nan, y <= limit) for y in (years, later)]
            rows.append(_row(name, f"by {day}", flags[0], flags[1], weights))
        flags = [np.where(np.isnan(y), np.nan, never) for y in (years, later)]
        rows.append(_row(name, "never", flags[0], flags[1], weights))
    rows.append(_growth(before, weights, happened))
    columns = ["event", "quantity", "unit", "before", "after", "change", "mcse"]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def passing(before: Forecast, mass: np.ndarray, as_of: str, event: str, day: str) -> float:
    """Give what the time that passed without an event does to P(event by a day).

    Parameters
    ----------
    before : Forecast
        Without the new scores.
    mass : numpy.ndarray
        Weights of its draws, shape (chain, draw): those that the new scores give, or ones for what
        time does by itself.
    as_of : str
        ISO date of the new scores.
    event, day : str
        Whose probability.

    Returns
    -------
    float
        Change of the probability so weighted; 0 where no time passed.
    """
    order = (names.CHAIN, names.DRAW, names.REPLICATE)
    years = before.years(event).transpose(*order)
    came = (years <= float(year_of_date(as_date(day)))).where(years.notnull())
    later = came.where(~_happened(before.events, as_of)).transpose(*order)
    shares = [weighted_share(flags.values, mass)[0] for flags in (came, later)]
    return shares[1] - shares[0]


def reweighted(
    fit: Fit, before: Forecast, weights: Weights, tag: Tag, verdict: Verdict
) -> tuple[Fit, Forecast]:
    """Resample posterior draws by their weights, with everything that belongs to them.

    Parameters
    ----------
    fit : Fit
        What was sampled.
    before : Forecast
        Its forecast.
    weights : Weights
        Of its draws.
    tag : Tag
        Origin of the result.
    verdict : Verdict
        With the gates of the weights.

    Returns
    -------
    tuple of Fit and Forecast
        With as many draws, some more than once.
    """
    index = picked(weights.values, fit.tag.seed)
    posterior = _resampled(fit.tree["posterior"].to_dataset(), index, weights.values.shape)
    groups = {"posterior": posterior}
    groups |= {name: fit.tree[name].to_dataset() for name in ("prior",) if name in fit.tree}
    new_fit = Fit(fit.card, fit.panel, xr.DataTree.from_dict(groups), verdict, tag)
    futures = before.all_futures("update")
    shape = futures.paths.shape
    rows = (index[:, None] * shape[2] + np.arange(shape[2])).ravel()
    paths = Paths(futures.paths.years, futures.paths.values[rows], shape)
    events = _resampled(before.events, index, weights.values.shape)
    happened = _happened(events, tag.as_of)
    events[names.EVENT_YEAR] = events[names.EVENT_YEAR].where(~happened)
    events[names.BINDING] = events[names.BINDING].where(~happened, -1)
    frontier = _resampled(before.frontier, index, weights.values.shape)
    span = (float(year_of_date(as_date(tag.as_of))), futures.span[1])
    again = Futures(futures.card, futures.panel, posterior, paths, span, futures.seed, None, rows)
    return new_fit, Forecast(tag, verdict, events, frontier, before.titles, again)


def picked(weights: np.ndarray, seed: int) -> np.ndarray:
    """Choose draws by systematic resampling: each as often as its weight, up to one.

    In the order of the chains, so that copies of a draw are neighbours: effective sizes and errors
    of what is made of them then know that they are copies.

    Parameters
    ----------
    weights : numpy.ndarray
        Mean one, shape (chain, draw).
    seed : int
        Seed of the single uniform.

    Returns
    -------
    numpy.ndarray
        Positions in the flattened draws, increasing, shape (chain * draw,).
    """
    rng = dice(seed, "resampling")
    share = np.cumsum(weights.ravel()) / weights.sum()
    places = (rng.random() + np.arange(weights.size)) / weights.size
    return np.minimum(np.searchsorted(share, places), weights.size - 1)


def _happened(events: xr.Dataset, as_of: str) -> xr.DataArray:
    """Say in which futures an event has happened by a day (chain, draw, replicate)."""
    return (events[names.EVENT_YEAR] <= float(year_of_date(as_date(as_of)))).any(names.EVENT)


def _resampled(data: xr.Dataset, index: np.ndarray, shape: tuple[int, int]) -> xr.Dataset:
    chain, draw = (
        xr.DataArray(part.reshape(shape), dims=(names.CHAIN, names.DRAW))
        for part in np.unravel_index(index, shape)
    )
    coords = {dim: data[dim].values for dim in (names.CHAIN, names.DRAW)}
    return data.isel({names.CHAIN: chain, names.DRAW: draw}).assign_coords(coords)


def _row(
    event: str, quantity: str, old: np.ndarray, new: np.ndarray, weights: Weights
) -> tuple[object, ...]:
    ones = np.ones_like(weights.values)
    (p, first), (q, second) = (weighted_share(old, ones), weighted_share(new, weights.values))
    return event, quantity, "probability", p, q, q - p, error_of_mean(second - first)


def _median(years: np.ndarray, weights: Weights | None) -> str:
    mass = np.ones(years.shape[:2]) if weights is None else weights.values
    middle = weighted_median(years, np.broadcast_to(mass[..., None], years.shape))
    return f"{date_of_year(middle):%Y-%m}" if np.isfinite(middle) else "later or never"


def _growth(before: Forecast, weights: Weights, happened: xr.DataArray) -> tuple[object, ...]:
    old, new = median_growth(before), median_growth(before, weights.values, happened)
    return "", "median growth", "doublings per year", old, new, new - old, None
