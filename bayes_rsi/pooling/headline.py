"""The headline of one fit: what is kept of it when its draws are not.

Invariant: its numbers are those of the forecast that it was made from, and it carries the tag and
the verdict of that forecast.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi import names
from bayes_rsi.forecasting.montecarlo import Share
from bayes_rsi.forecasting.result import QUANTILES, Forecast
from bayes_rsi.forecasting.summary import EventSummary, summary
from bayes_rsi.tags import Tag, Verdict

__all__ = ["CURVES_UNTIL", "DIGITS", "Headline", "Learnt", "headline", "learnt", "months"]

#: Last day of the curves, or the horizon of the forecast if that is earlier.
CURVES_UNTIL = date(2060, 12, 31)
#: Digits of the curves: a millionth is far below any Monte Carlo error.
DIGITS = 6


@dataclass(frozen=True)
class Learnt:
    """What the scores say of one parameter of the trend, beside what was believed without them.

    Parameters
    ----------
    quantiles : mapping of float to float
        Probability to value, in the unit of the card.
    above_zero : float
        Probability that it is positive.
    prior_quantiles : mapping of float to float
        As `quantiles`, without any score.
    prior_above_zero : float
        As `above_zero`, without any score.
    """

    quantiles: Mapping[float, float]
    above_zero: float
    prior_quantiles: Mapping[float, float]
    prior_above_zero: float


@dataclass(frozen=True, eq=False)
class Headline:
    """What one fit says, without its draws.

    Parameters
    ----------
    tag : Tag
        Origin.
    trend : str
        Trend of the card.
    verdict : Verdict
        Convergence gates.
    growth : mapping of float to float
        Probability to doublings a year at the as-of date.
    events : mapping of str to EventSummary
        What is stated about each event.
    prior_alone : mapping of str to mapping of date to Share
        By event, P(event by a day) of the card without any score.
    curves : xarray.DataArray
        P(event by a day), dims (event, date), at the as-of date and at ends of months; the curve of
        an event levels off below one by what is later or never.
    trend_parameters : mapping of str to Learnt
        By prior of the trend's law, such as ``feedback``.
    """

    tag: Tag
    trend: str
    verdict: Verdict
    growth: Mapping[float, float]
    events: Mapping[str, EventSummary]
    prior_alone: Mapping[str, Mapping[date, Share]]
    curves: xr.DataArray
    trend_parameters: Mapping[str, Learnt] = MappingProxyType({})

    @property
    def days(self) -> list[date]:
        """Days of the curves."""
        return [day.date() for day in pd.DatetimeIndex(self.curves[names.DATE].values)]


def learnt(
    posterior: xr.Dataset, prior: xr.Dataset, parameters: Iterable[str]
) -> Mapping[str, Learnt]:
    """Set what the scores say of some parameters beside their priors.

    Parameters
    ----------
    posterior, prior : xarray.Dataset
        Draws (chain, draw).
    parameters : iterable of str
        Scalar variables of both.

    Returns
    -------
    mapping of str to Learnt
        By parameter.
    """
    return MappingProxyType(
        {
            name: Learnt(*_told(posterior[name].values), *_told(prior[name].values))
            for name in parameters
        }
    )


def _told(draws: np.ndarray) -> tuple[Mapping[float, float], float]:
    quantiles = {p: float(np.quantile(draws, p)) for p in QUANTILES}
    return MappingProxyType(quantiles), float(np.mean(draws > 0))


def headline(
    forecast: Forecast,
    prior: Forecast,
    trend: str,
    trend_parameters: Mapping[str, Learnt] = MappingProxyType({}),
) -> Headline:
    """Take what is kept from a forecast.

    Parameters
    ----------
    forecast : Forecast
        From the posterior.
    prior : Forecast
        Of the same card without any score.
    trend : str
        Trend of the card.
    trend_parameters : mapping of str to Learnt, optional
        From `learnt`.

    Returns
    -------
    Headline
        With all events of the forecast.
    """
    events = {name: summary(forecast, name) for name in forecast.event_names}
    days = months(date.fromisoformat(forecast.tag.as_of), min(CURVES_UNTIL, forecast.horizon))
    return Headline(
        tag=forecast.tag,
        trend=trend,
        verdict=forecast.verdict,
        growth=MappingProxyType(forecast.growth()),
        events=MappingProxyType(events),
        prior_alone=MappingProxyType({n: summary(prior, n).probability_by for n in events}),
        curves=xr.DataArray(
            np.stack([forecast.curve(days, name) for name in events]).round(DIGITS),
            dims=(names.EVENT, names.DATE),
            coords={names.EVENT: list(events), names.DATE: np.array(days, "datetime64[ns]")},
        ),
        trend_parameters=trend_parameters,
    )


def months(first: date, last: date) -> list[date]:
    """Give a day and all ends of months after it, up to another.

    Parameters
    ----------
    first, last : datetime.date
        Both ends.

    Returns
    -------
    list of datetime.date
        Rising; `last` itself only if a month ends on it.

    Examples
    --------
    >>> [str(day) for day in months(date(2026, 6, 30), date(2026, 9, 1))]
    ['2026-06-30', '2026-07-31', '2026-08-31']
    """
    ends = pd.date_range(first, last, freq="ME")
    return [first, *(day.date() for day in ends if day.date() > first)]
