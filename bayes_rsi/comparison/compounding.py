"""Error accumulation: what is left of an accuracy per generation after many generations.

Invariant: after n generations of accuracy a, a ** n is left; the number of generations by a day is
a draw of each future, none before the event.

    generations(day) = floor((day - T*) / pace) where T* <= day, else 0
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from bayes_rsi.cards import Prior
from bayes_rsi.errors import ModelError, refuse_other
from bayes_rsi.forecasting.result import Forecast
from bayes_rsi.units import as_date, date_of_year, year_of_date

__all__ = ["ASSUMES", "Compounding", "compounding", "kept"]

#: What is assumed, in one line.
ASSUMES = (
    "each generation keeps the same share of what the one before had, independently, and follows "
    "it after a pace that stays as the card judges it"
)
#: Days by which generations are counted, and numbers of generations that are dated: the article's.
DAYS = tuple(date(year, 12, 31) for year in (2028, 2030, 2032, 2035, 2040))
GENERATIONS = (50, 500)


@dataclass(frozen=True)
class Compounding:
    """What is left by date and by number of generations.

    Parameters
    ----------
    accuracy : float
        Share that one generation keeps.
    event : str
        From which generations are counted.
    by_day : pandas.DataFrame
        Columns ``date``, ``happened`` (P(event by then)), ``p10``, ``p50``, ``p90`` (generations by
        then, where it happened), ``kept`` (mean share left where it happened) and ``half_lost``
        (P(less than half is left), over all futures).
    by_generation : pandas.DataFrame
        Columns ``generations``, ``kept``, ``p10``, ``p50``, ``p90`` (days on which so many are
        reached; None: never or after the horizon).
    assumes : str
        In one line.
    """

    accuracy: float
    event: str
    by_day: pd.DataFrame
    by_generation: pd.DataFrame
    assumes: str = ASSUMES


def kept(accuracy: float, generations: float | np.ndarray) -> np.ndarray:
    """Give what is left after some generations: accuracy ** generations.

    Parameters
    ----------
    accuracy : float
        Share that one generation keeps, in (0, 1].
    generations : float or array
        Number of generations, not negative.

    Returns
    -------
    numpy.ndarray
        Share in [0, 1], shape of `generations`.

    Raises
    ------
    ModelError
        When the accuracy is no share.

    Examples
    --------
    >>> round(float(kept(0.999, 50)), 4), round(float(kept(0.999, 500)), 3)
    (0.9512, 0.606)
    """
    if not 0 < accuracy <= 1:
        raise ModelError(
            f"got an accuracy of {accuracy} per generation, expected a share above 0 and at most "
            "1; write 0.999 for 99.9%"
        )
    return np.asarray(accuracy, dtype=float) ** np.asarray(generations, dtype=float)


def compounding(
    forecast: Forecast,
    accuracy: float = 0.999,
    event: str = "end_to_end",
    days: Sequence[str | date] = DAYS,
    generations: Sequence[int] = GENERATIONS,
) -> Compounding:
    """Add up the errors of generations that build their successors.

    Parameters
    ----------
    forecast : Forecast
        From `bayes_rsi.forecast`.
    accuracy : float, default 0.999
        Share that one generation keeps; the article's example.
    event : str, default "end_to_end"
        From which generations are counted.
    days : sequence of str or date
        ISO dates of days by which they are counted; those after the horizon are left out.
    generations : sequence of int
        Numbers of generations whose day is asked for.

    Returns
    -------
    Compounding
        By day and by number of generations.

    Raises
    ------
    ModelError
        When the card says nothing about the pace of generations, the accuracy is no share, or a
        number of generations none.

    Examples
    --------
    >>> compounding(forecast).by_day.columns.tolist()
    ['date', 'happened', 'p10', 'p50', 'p90', 'kept', 'half_lost']
    """
    refuse_other(forecast, Forecast, "compounding", "bayes_rsi.forecast")
    kept(accuracy, 0)
    if wrong := [n for n in generations if n != int(n) or n < 0]:
        raise ModelError(
            f"compounding: got {wrong[0]} generations, expected whole numbers from 0 on"
        )
    futures = forecast.all_futures("compounding")
    pace = _pace(futures.event(event).generation, event).quantile(futures.uniform("generation"))
    years = forecast.years(event).values.ravel()
    known = ~np.isnan(years)
    years, pace = years[known], pace[known]
    wanted = [day for day in map(as_date, days) if day <= forecast.horizon]
    by_day = pd.DataFrame([_by_day(day, years, pace, accuracy) for day in wanted])
    rows = [_reached(n, years, pace, accuracy, forecast.horizon) for n in generations]
    return Compounding(accuracy, event, by_day, pd.DataFrame(rows, dtype=object))


def _pace(prior: Prior | None, event: str) -> Prior:
    if prior is None:
        raise ModelError(
            f"event '{event}': got a card without a pace of generations, expected a table "
            f"[events.{event}.generation] in years; add one with its reason"
        )
    return prior


def _by_day(day: date, years: np.ndarray, pace: np.ndarray, accuracy: float) -> dict[str, object]:
    happened = years <= float(year_of_date(day))
    since = np.where(happened, float(year_of_date(day)) - np.where(happened, years, 0.0), 0.0)
    count = np.floor(since / pace)
    left, counted = kept(accuracy, count), count[happened]
    some = counted.size > 0
    quantiles = np.quantile(counted, [0.1, 0.5, 0.9], method="higher") if some else [np.nan] * 3
    return {
        "date": pd.Timestamp(day),
        "happened": float(happened.mean()),
        **dict(zip(("p10", "p50", "p90"), map(float, quantiles), strict=True)),
        "kept": float(left[happened].mean()) if some else np.nan,
        "half_lost": float((left < 0.5).mean()),
    }


def _reached(
    count: int, years: np.ndarray, pace: np.ndarray, accuracy: float, horizon: date
) -> dict[str, object]:
    """Date a number of generations."""
    found = np.quantile(years + count * pace, [0.1, 0.5, 0.9], method="higher")
    last = float(year_of_date(horizon))
    days = [date_of_year(float(year)) if year <= last else None for year in found]
    row: dict[str, object] = {"generations": count, "kept": float(kept(accuracy, count))}
    return row | dict(zip(("p10", "p50", "p90"), days, strict=True))
