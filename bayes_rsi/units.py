"""Units of the package: work time in minutes, capability in doublings, dates in decimal years.

Invariant: this is the only place that knows how long a work-day is and how a date becomes a number;
every conversion has an inverse and the round trip is exact to a day.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from bayes_rsi.errors import DateError

__all__ = [
    "DAYS_PER_YEAR",
    "MINUTES_PER_HOUR",
    "WORK_TIME",
    "as_date",
    "date_of_year",
    "doublings",
    "minutes",
    "readable_minutes",
    "year_of_date",
]

MINUTES_PER_HOUR = 60.0
#: Mean length of a Gregorian year; growth rates are per such a year.
DAYS_PER_YEAR = 365.2425
#: Work time in minutes, by the conventions of METR's reports (a work-year is 2,000 h).
WORK_TIME = {
    "minute": 1.0,
    "hour": 60.0,
    "work-day": 8 * 60.0,
    "work-week": 40 * 60.0,
    "work-month": 167 * 60.0,
    "work-year": 2000 * 60.0,
}
_EPOCH = np.datetime64("2000-01-01", "D")


def as_date(value: str | date | datetime | np.datetime64 | pd.Timestamp) -> date:
    """Read a calendar date.

    Parameters
    ----------
    value : str, date, datetime, numpy.datetime64 or pandas.Timestamp
        A date; strings are ISO, ``YYYY-MM-DD``.

    Returns
    -------
    datetime.date
        The day, without a time.

    Raises
    ------
    DateError
        When it is text that is not an ISO date, a number, or no date at all; a year alone is no
        day.

    Examples
    --------
    >>> as_date("2028-12-31")
    datetime.date(2028, 12, 31)
    """
    day: object = pd.Timestamp(value) if isinstance(value, np.datetime64) else value
    if isinstance(day, date) and not pd.isna(day):  # NaT passes for a date
        return day.date() if isinstance(day, datetime) else day
    try:
        return date.fromisoformat(day.strip() if isinstance(day, str) else "")
    except ValueError:
        message = f"got {value!r}, expected an ISO date such as '2028-12-31'"
        raise DateError(message) from None


def year_of_date(dates: object) -> np.ndarray:
    """Turn dates into decimal years: 2000 plus days since 2000-01-01 over 365.2425.

    Parameters
    ----------
    dates : date, str, numpy.datetime64 or array of them
        Any shape.

    Returns
    -------
    numpy.ndarray
        Decimal years, same shape, float64; nan where an array of days has none. A uniform scale:
        differences are exact time.

    Raises
    ------
    DateError
        When one of them is not a day. NumPy would take the text of a year for its first of January,
        and a number for days since 1970.

    Examples
    --------
    >>> float(year_of_date("2000-01-01"))
    2000.0
    """
    values = np.asarray(dates)
    if values.dtype.kind != "M":
        whole = [as_date(value) for value in values.ravel().tolist()]
        values = np.array(whole, dtype="datetime64[D]").reshape(values.shape)
    days = (values.astype("datetime64[D]") - _EPOCH) / np.timedelta64(1, "D")
    return np.asarray(2000.0 + days / DAYS_PER_YEAR)


def date_of_year(year: float) -> date:
    """Turn a decimal year into the nearest calendar date, the inverse of `year_of_date`.

    Parameters
    ----------
    year : float
        Decimal year on the scale of `year_of_date`.

    Returns
    -------
    datetime.date
        The nearest day.

    Examples
    --------
    >>> date_of_year(float(year_of_date("2028-12-31")))
    datetime.date(2028, 12, 31)
    """
    return date(2000, 1, 1) + timedelta(days=round((year - 2000.0) * DAYS_PER_YEAR))


def doublings(time_in_minutes: object) -> np.ndarray:
    """Give capability in doublings, log2 of a time horizon in minutes.

    Parameters
    ----------
    time_in_minutes : float or array
        Positive, minutes, any shape.

    Returns
    -------
    numpy.ndarray
        Doublings, same shape.

    Examples
    --------
    >>> float(doublings(1024))
    10.0
    """
    return np.log2(np.asarray(time_in_minutes, dtype=float))


def minutes(capability: object) -> np.ndarray:
    """Give the time horizon in minutes of a capability in doublings, inverse of `doublings`.

    Parameters
    ----------
    capability : float or array
        Doublings, any shape.

    Returns
    -------
    numpy.ndarray
        Minutes, same shape.

    Examples
    --------
    >>> float(minutes(10))
    1024.0
    """
    return np.exp2(np.asarray(capability, dtype=float))


def readable_minutes(value: float) -> str:
    """Write a work time as people say it.

    Parameters
    ----------
    value : float
        Minutes.

    Returns
    -------
    str
        Such as ``"4.0 min"``, ``"12 h"``, ``"1.2 work-months"``, ``"3.0 work-years"``.

    Examples
    --------
    >>> readable_minutes(720)
    '12 h'
    """
    for name, size in (("work-year", 2000 * 60.0), ("work-month", 167 * 60.0), ("h", 60.0)):
        if value >= size:
            number = value / size
            unit = name if name == "h" or f"{number:.2g}" == "1" else f"{name}s"
            return f"{_two_digits(number)} {unit}"
    return f"{_two_digits(value)} min"


def _two_digits(number: float) -> str:
    return f"{number:,.0f}" if number >= 10 else f"{number:.1f}"
