"""Conditions on named quantities at dates, as objects.

Invariant: a condition says of every future whether it meets it; it is about the frontier of
released systems and what is expected at it, without the noise of a measurement.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import xarray as xr

from bayes_rsi import names
from bayes_rsi.errors import ConditionError, did_you_mean
from bayes_rsi.forecasting.drifts import seen_from
from bayes_rsi.forecasting.frontier import on_day, on_series, reliable_series
from bayes_rsi.forecasting.futures import Futures
from bayes_rsi.forecasting.parity import PARITY_KINDS, parity
from bayes_rsi.units import MINUTES_PER_HOUR, as_date, date_of_year, doublings, year_of_date

__all__ = ["COMPARISONS", "Condition", "EventBy", "GrowthIs", "HorizonIs", "ScoreIs", "plain"]

#: Ways to compare.
COMPARISONS = (">=", "<=", ">", "<")


class Condition(ABC):
    """Something that is true of a future or not."""

    @abstractmethod
    def met(self, futures: Futures) -> np.ndarray:
        """Say of which futures it is true.

        Parameters
        ----------
        futures : Futures
            Behind a forecast.

        Returns
        -------
        numpy.ndarray
            Bool, shape (path,).
        """

    @abstractmethod
    def __str__(self) -> str:
        """Give the condition as the grammar writes it."""


@dataclass(frozen=True)
class HorizonIs(Condition):
    """The time horizon of the frontier of released systems on a day.

    Parameters
    ----------
    comparison : {">=", "<=", ">", "<"}
        How it compares.
    minutes : float
        With what, positive.
    day : str or date
        ISO date.
    reliability : int, default 50
        Percent: 50 or 80, where a series of that reliability is fitted.

    Examples
    --------
    >>> str(HorizonIs(">=", 6000, "2026-12-31"))
    'horizon p50 >= 100 h on 2026-12-31'
    """

    comparison: str
    minutes: float
    day: str | date
    reliability: int = 50

    def __post_init__(self) -> None:
        """Refuse what is no comparison, no time or no day."""
        _check(self, self.comparison, self.day)
        if not 0 < self.minutes < np.inf:
            raise ConditionError(f"horizon: got {self.minutes} minutes, expected a positive number")

    def met(self, futures: Futures) -> np.ndarray:
        """Compare the frontier with the threshold, on each path.

        Parameters
        ----------
        futures : Futures
            Behind a forecast.

        Returns
        -------
        numpy.ndarray
            Bool, shape (path,).
        """
        threshold: float | np.ndarray = float(doublings(self.minutes))
        if self.reliability != 50:
            threshold = on_series(
                futures, reliable_series(futures.panel, self.reliability), float(threshold)
            )
        return _compared(on_day(futures.paths, self.day), self.comparison, threshold)

    def __str__(self) -> str:
        """Give the condition as the grammar writes it."""
        hours = self.minutes >= MINUTES_PER_HOUR
        time = f"{self.minutes / MINUTES_PER_HOUR:g} h" if hours else f"{self.minutes:g} min"
        return f"horizon p{self.reliability} {self.comparison} {time} on {as_date(self.day)}"


@dataclass(frozen=True)
class ScoreIs(Condition):
    """The expected score of a system at the frontier on a day.

    Parameters
    ----------
    series : str
        Series of the panel; blanks, hyphens and capitals do not count: ``"SWE-bench Pro"``.
    comparison : {">=", "<=", ">", "<"}
        How it compares.
    value : float
        With what, in the unit of the series: a share, a speed-up, a ratio, minutes.
    day : str or date
        ISO date.
    written : str, optional
        Unit that stood beside the number, which the series must have: ``%`` or one of time.

    Examples
    --------
    >>> str(ScoreIs("SWE-bench Pro", ">=", 0.9, "2026-12-31"))
    'swe_bench_pro >= 0.9 by 2026-12-31'
    """

    series: str
    comparison: str
    value: float
    day: str | date
    written: str = field(default="", compare=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse what is no comparison, no number or no day."""
        _check(self, self.comparison, self.day)
        if not np.isfinite(self.value):
            raise ConditionError(f"{self.series}: got {self.value}, expected a finite number")

    def met(self, futures: Futures) -> np.ndarray:
        """Compare the frontier with the capability that such a score needs, on each path.

        Parameters
        ----------
        futures : Futures
            Behind a forecast.

        Returns
        -------
        numpy.ndarray
            Bool, shape (path,).
        """
        series = _series(futures.panel, self.series)
        kind = str(futures.panel["kind"].sel({names.SERIES: series}).item())
        _check_unit(series, kind, self.written)
        _check_value(series, kind, self.value)
        if kind == "horizon":
            threshold = on_series(futures, series, float(doublings(self.value)))
            frontier = futures.paths
        else:
            point = parity(futures.draws, futures.panel, series, self.value)
            threshold = np.repeat(point, futures.paths.shape[2])
            frontier = seen_from(futures.paths, futures.draws, futures.panel, series)
        return _compared(on_day(frontier, self.day), self.comparison, threshold)

    def __str__(self) -> str:
        """Give the condition as the grammar writes it."""
        return f"{plain(self.series)} {self.comparison} {self.value:g} by {as_date(self.day)}"


@dataclass(frozen=True)
class EventBy(Condition):
    """Whether an event has happened by a day.

    Parameters
    ----------
    event : str
        Event of the card.
    day : str or date
        ISO date, after the as-of date.
    happened : bool, default True
        False: it has not happened by then.

    Examples
    --------
    >>> str(EventBy("end_to_end", "2028-12-31", happened=False))
    'not end_to_end by 2028-12-31'
    """

    event: str
    day: str | date
    happened: bool = True

    def __post_init__(self) -> None:
        """Refuse what is no day."""
        _check(self, COMPARISONS[0], self.day)

    def met(self, futures: Futures) -> np.ndarray:
        """Compare the date of the event with the day, on each path.

        Parameters
        ----------
        futures : Futures
            Behind a forecast.

        Returns
        -------
        numpy.ndarray
            Bool, shape (path,); False where a future contradicts what is known.
        """
        years, day = self._years(futures), float(year_of_date(as_date(self.day)))
        if not futures.span[0] < day <= futures.span[1] + 1e-9:
            raise ConditionError(
                f"{self}: got day {as_date(self.day)}, expected one after the as-of date "
                f"{date_of_year(futures.span[0])} and up to the horizon "
                f"{date_of_year(futures.span[1])}"
            )
        return ~np.isnan(years) & ((years <= day) == self.happened)

    def _years(self, futures: Futures) -> np.ndarray:
        return np.asarray(futures.scene(self.event).dates().year)

    def __str__(self) -> str:
        """Give the condition as the grammar writes it."""
        return f"{'' if self.happened else 'not '}{self.event} by {as_date(self.day)}"


@dataclass(frozen=True)
class GrowthIs(Condition):
    """The growth of the frontier at the as-of date.

    Parameters
    ----------
    comparison : {">=", "<=", ">", "<"}
        How it compares.
    value : float
        With what, doublings of the time horizon per year.

    Examples
    --------
    >>> str(GrowthIs(">=", 4))
    'growth >= 4'
    """

    comparison: str
    value: float

    def __post_init__(self) -> None:
        """Refuse what is no comparison or no number."""
        _check(self, self.comparison, "2000-01-01")
        if not np.isfinite(self.value):
            raise ConditionError(f"growth: got {self.value}, expected a finite number")

    def met(self, futures: Futures) -> np.ndarray:
        """Compare the growth of the posterior, on each path.

        Parameters
        ----------
        futures : Futures
            Behind a forecast.

        Returns
        -------
        numpy.ndarray
            Bool, shape (path,).
        """
        return _compared(futures.flat(names.GROWTH), self.comparison, self.value)

    def __str__(self) -> str:
        """Give the condition as the grammar writes it."""
        return f"growth {self.comparison} {self.value:g}"


def plain(name: str) -> str:
    """Write a name as identifiers are written: small letters, digits and _.

    Parameters
    ----------
    name : str
        As people write it.

    Returns
    -------
    str
        Such as ``"swe_bench_pro"``.

    Examples
    --------
    >>> plain("SWE-bench Pro")
    'swe_bench_pro'
    """
    return re.sub(r"[^a-z0-9]+", "_", name.strip().casefold()).strip("_")


def _check(condition: Condition, comparison: str, day: str | date) -> None:
    what = type(condition).__name__
    if comparison not in COMPARISONS:
        raise ConditionError(
            f"{what}: got comparison '{comparison}', expected one of {' '.join(COMPARISONS)}"
        )
    try:
        as_date(day)
    except ValueError as error:
        raise ConditionError(f"{what}: {error}") from None


def _check_unit(series: str, kind: str, written: str) -> None:
    """Refuse a unit that a series does not have: 4 hours are no speed-up."""
    expected = ""
    if written == "%" and kind not in ("fraction", "ratio"):
        expected = "a unit of time" if kind == "horizon" else "a number alone"
    elif written not in ("", "%") and kind != "horizon":
        expected = "a share, or %" if kind == "fraction" else "a number alone"
    if expected:
        raise ConditionError(f"{series}: got '{written}' for a {kind}, expected {expected}")


def _check_value(series: str, kind: str, value: float) -> None:
    """Refuse a score that the unit of the series does not have."""
    expected = ""
    if kind == "fraction" and not 0 <= value <= 1:
        expected = "a share from 0 to 1, or with % up to 100%"
    elif kind in ("speedup", "ratio", "horizon") and value <= 0:
        expected = "a positive number"
    elif kind not in (*PARITY_KINDS, "horizon"):
        kinds = ", ".join((*PARITY_KINDS, "horizon"))
        raise ConditionError(f"{series}: got a series of kind '{kind}', expected one of {kinds}")
    if expected:
        raise ConditionError(f"{series}: got {value:g} for a {kind}, expected {expected}")


def _compared(values: np.ndarray, comparison: str, threshold: float | np.ndarray) -> np.ndarray:
    """Compare; on continuous quantities an equal sign makes no difference."""
    return values >= threshold if comparison.startswith(">") else values < threshold


def _series(panel: xr.Dataset, wanted: str) -> str:
    known = [str(name) for name in panel[names.SERIES].values]
    if plain(wanted) in known:
        return plain(wanted)
    hint = did_you_mean(plain(wanted), known)
    raise ConditionError(f"got series '{wanted}', expected one of the fitted ones. {hint}")
