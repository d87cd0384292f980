"""The headline of a forecast: which dates, intervals and shares are stated for each event.

Invariant: text, document and comparison take their numbers from here, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi import names
from bayes_rsi.forecasting.montecarlo import Share
from bayes_rsi.forecasting.result import Forecast
from bayes_rsi.forecasting.weights import weighted_median

__all__ = [
    "HEADLINE_DAYS",
    "INTERVALS",
    "QUARTERS_UNTIL",
    "EventSummary",
    "by_quarter",
    "median_growth",
    "quantile_label",
    "summary",
]

#: Days by which the probability of each event is stated.
HEADLINE_DAYS = tuple(date(year, 12, 31) for year in (2026, 2027, 2028, 2030, 2035))
#: Last day of what is stated quarter by quarter, or the horizon if that is earlier.
QUARTERS_UNTIL = date(2050, 12, 31)
#: Central intervals of the date of each event, in percent.
INTERVALS = (50, 80, 90)


@dataclass(frozen=True)
class EventSummary:
    """What is stated about one event.

    Parameters
    ----------
    name, title : str
        Identifier, and one line for people.
    probability_by : mapping of date to Share
        P(event by a day) for those of `HEADLINE_DAYS` after the as-of date and within the horizon.
    never_if_none_by : mapping of date to Share
        P(judged never | not by that day), for those of these days that some draws pass without it.
    quantiles : mapping of float to date or None
        Date of the event by probability; None where it is never, or after the horizon.
    never, after_horizon : Share
        P(judged never), P(it comes, but after the horizon).
    contradicted : float
        Share of draws left out because an event of the card would have happened by then.
    binding : mapping of str to float
        Requirement to P(it is the last one met).
    left_out : tuple of str
        Requirements that could not be told: no score on their series was known.
    horizon : datetime.date
        Last simulated day.
    """

    name: str
    title: str
    probability_by: Mapping[date, Share]
    never_if_none_by: Mapping[date, Share]
    quantiles: Mapping[float, date | None]
    never: Share
    after_horizon: Share
    contradicted: float
    binding: Mapping[str, float]
    left_out: tuple[str, ...]
    horizon: date

    def interval(self, percent: int) -> tuple[float, float]:
        """Give the probabilities that bound a central interval.

        Parameters
        ----------
        percent : int
            One of `INTERVALS`.

        Returns
        -------
        tuple of float
            Two keys of `quantiles`.

        Examples
        --------
        >>> EventSummary.interval(None, 80)
        (0.1, 0.9)
        """
        return (100 - percent) / 200, (100 + percent) / 200


def summary(forecast: Forecast, event: str) -> EventSummary:
    """Sum up one event of a forecast.

    Parameters
    ----------
    forecast : Forecast
        Holds the event.
    event : str
        Name of the event.

    Returns
    -------
    EventSummary
        Probabilities, quantiles and shares.

    Raises
    ------
    ModelError
        When the forecast holds no such event.
    """
    known = date.fromisoformat(forecast.tag.as_of)
    days = [day for day in HEADLINE_DAYS if known < day <= forecast.horizon]
    by = {day: forecast.share_by(day, event) for day in days}
    return EventSummary(
        name=event,
        title=forecast.titles.get(event, event),
        probability_by=MappingProxyType(by),
        never_if_none_by=MappingProxyType(
            {day: forecast.never_if_none_by(day, event) for day in days if by[day].p < 1}
        ),
        quantiles=MappingProxyType(forecast.quantiles(event)),
        never=forecast.never(event),
        after_horizon=forecast.after_horizon(event),
        contradicted=forecast.contradicted(),
        binding=MappingProxyType(forecast.binding(event)),
        left_out=tuple(forecast.events.attrs["left_out"][event]),
        horizon=forecast.horizon,
    )


def by_quarter(forecast: Forecast, event: str) -> pd.DataFrame:
    """Give the probability of an event, and its hazard, quarter by quarter.

    Parameters
    ----------
    forecast : Forecast
        Holds the event.
    event : str
        Name of the event.

    Returns
    -------
    pandas.DataFrame
        One row for each end of a quarter after the as-of date: ``date``; ``p``, P(event by then);
        ``hazard``, P(it comes in the quarter | not before), nan once it is sure. The first quarter
        is what is left of it.

    Raises
    ------
    ModelError
        When the forecast holds no such event.

    Examples
    --------
    >>> by_quarter(forecast, "end_to_end")["p"].is_monotonic_increasing
    True
    """
    known = date.fromisoformat(forecast.tag.as_of)
    ends = pd.date_range(known, min(QUARTERS_UNTIL, forecast.horizon), freq="QE")
    days = [day.date() for day in ends if day.date() > known]
    p = np.asarray(forecast.curve(days, event), dtype=float)
    before = np.concatenate([[0.0], p[:-1]])
    hazard = np.divide(p - before, 1 - before, out=np.full(p.size, np.nan), where=before < 1)
    return pd.DataFrame({names.DATE: pd.to_datetime(days), "p": p, "hazard": hazard})


def quantile_label(event: EventSummary, probability: float) -> str:
    """Write a quantile of the date of an event, to the month.

    Never is later than any date, so an infinite quantile is never only where less than P(never)
    lies above it.

    Parameters
    ----------
    event : EventSummary
        Holds the quantile.
    probability : float
        A key of its `quantiles`.

    Returns
    -------
    str
        Such as ``"2029-03"``, ``"after 2075"`` or ``"never"``.
    """
    day = event.quantiles[probability]
    if day is not None:
        return f"{day:%Y-%m}"
    return "never" if probability > 1 - event.never.p else f"after {event.horizon.year}"


def median_growth(
    forecast: Forecast, mass: np.ndarray | None = None, lost: xr.DataArray | None = None
) -> float:
    """Give the median growth at the as-of date of the futures that agree with what is known.

    `Forecast.growth` is what the scores tell; that no event has happened tells of growth too, and
    what is compared with probabilities of events has to be of the same futures.

    Parameters
    ----------
    forecast : Forecast
        Without condition.
    mass : numpy.ndarray, optional
        Weights of its draws, shape (chain, draw).
    lost : xarray.DataArray, optional
        Further futures that do not agree, bool, dims (chain, draw, replicate).

    Returns
    -------
    float
        Doublings per year.

    Examples
    --------
    >>> median_growth(forecast) > 0
    True
    """
    counts = forecast.events[names.EVENT_YEAR].notnull().all(names.EVENT)
    counts = counts if lost is None else counts & ~lost
    share = counts.mean(names.REPLICATE).transpose(names.CHAIN, names.DRAW).values
    growth = forecast.frontier[names.GROWTH].transpose(names.CHAIN, names.DRAW).values
    return weighted_median(growth, share if mass is None else share * mass)
