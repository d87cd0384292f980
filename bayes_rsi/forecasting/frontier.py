"""The frontier on a day, and on a horizon series: what a threshold there means in doublings.

Invariant: pure; on the reference series a doubling is one of the frontier.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import xarray as xr

from bayes_rsi import names
from bayes_rsi.errors import ConditionError
from bayes_rsi.forecasting.futures import Futures
from bayes_rsi.forecasting.paths import Paths
from bayes_rsi.units import as_date, date_of_year, year_of_date

__all__ = ["on_day", "on_series", "reference_of", "reliable_series"]


def on_day(paths: Paths, day: str | date) -> np.ndarray:
    """Give the frontier on a day.

    Parameters
    ----------
    paths : Paths
        The frontier, or the frontier as a series sees it.
    day : str or date
        ISO date.

    Returns
    -------
    numpy.ndarray
        Doublings, shape (path,).

    Raises
    ------
    ConditionError
        When there is no frontier on that day.
    """
    year = float(year_of_date(as_date(day)))
    first, last = float(paths.years[0]), float(paths.years[-1])
    if not first <= year <= last:
        raise ConditionError(
            f"got day {as_date(day)}, expected one between {date_of_year(first)} and "
            f"{date_of_year(last)}, for which there is a frontier; ask for such a day"
        )
    return paths.at(np.array([year]))[:, 0]


def reference_of(panel: xr.Dataset) -> str:
    """Give the series that defines doublings.

    Parameters
    ----------
    panel : xarray.Dataset
        What was fitted.

    Returns
    -------
    str
        The first of `names.HORIZON_REFERENCES` that is fitted; empty where none is.
    """
    fitted = panel[names.SERIES].values
    return next((name for name in names.HORIZON_REFERENCES if name in fitted), "")


def reliable_series(panel: xr.Dataset, percent: int) -> str:
    """Find the horizon series of a reliability, of the suite that doublings are of or the only one.

    Parameters
    ----------
    panel : xarray.Dataset
        What was fitted.
    percent : int
        Success rate that defines the horizon.

    Returns
    -------
    str
        A series of the panel.

    Raises
    ------
    ConditionError
        When no horizon of that reliability is fitted, or several of other suites are.
    """
    found: list[str] = []
    if "reliability" in panel:
        same = np.isclose(panel["reliability"].values, percent / 100)
        found = panel[names.SERIES].values[same & (panel["kind"].values == "horizon")].tolist()
    if not found:
        raise ConditionError(
            f"got horizon p{percent}, expected a reliability of a fitted horizon series, such as "
            "p50; name the series itself to be exact"
        )
    same_suite = reference_of(panel).replace("_p50", f"_p{percent}")
    if same_suite in found or len(found) == 1:
        return same_suite if same_suite in found else str(found[0])
    raise ConditionError(
        f"got horizon p{percent}, which several fitted series have ({', '.join(found)}), expected "
        "one of them; name the series itself"
    )


def on_series(futures: Futures, series: str, value: float) -> np.ndarray:
    """Give the frontier at which the expected log2 minutes on a horizon series take a value.

    Parameters
    ----------
    futures : Futures
        Behind a forecast.
    series : str
        A horizon series of the panel.
    value : float
        Log2 minutes.

    Returns
    -------
    numpy.ndarray
        Doublings, shape (path,).
    """
    if series == reference_of(futures.panel):
        return np.full(futures.size, value)
    offset, stretch = (
        futures.flat_of(name, {names.HORIZON_SERIES: series})
        for name in (names.HORIZON_OFFSET, names.HORIZON_STRETCH)
    )
    level = futures.flat(names.HORIZON_AT_LEVEL)
    return np.asarray(level + (value - level - offset) / stretch)
