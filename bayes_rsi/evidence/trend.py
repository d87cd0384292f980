"""The published yardstick: days per doubling of METR's time horizon.

Invariant: two vintages of METR's data give the doubling times that METR published for them, to 0.01
day (`tests/evidence/test_doubling_time.py`). It describes the past by one straight line and is no
forecast; models do not use it.
"""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi.errors import EvidenceError, Problem, did_you_mean
from bayes_rsi.units import as_date, doublings

__all__ = ["HORIZON_SERIES", "doubling_time", "records"]

#: METR's time horizon at 50% reliability, suite TH1.1.
HORIZON_SERIES = "metr_th11_p50"


def doubling_time(
    source: xr.Dataset | pd.DataFrame,
    since: str | date | datetime | np.datetime64 | pd.Timestamp | None = None,
    series: str = HORIZON_SERIES,
) -> float:
    """Give the days per doubling of the record time horizon.

    One over the slope of the ordinary least squares line of log2(minutes) on the day of release,
    over the systems of `records` that were released on or after `since`. Whether a system set a
    record is decided over all earlier systems, also those before `since`.

    Parameters
    ----------
    source : xarray.Dataset or pandas.DataFrame
        As in `records`. The vintage is that of the panel. METR's own line goes through figures of
        TH1.1 that were carried over from TH1.0: `panel(cut(evidence, "2026-01-30"),
        carried_over=True)`.
    since : date-like, optional
        First day of release that counts; METR uses 2019-01-01 and 2023-01-01. Default: all.
    series : str, default "metr_th11_p50"
        The series, when `source` is a panel.

    Returns
    -------
    float
        Days per doubling, positive: a record rises by definition.

    Raises
    ------
    EvidenceError
        When fewer than two records are left, or `source` lacks the series.

    References
    ----------
    Kwa et al. (2025), Measuring AI Ability to Complete Long Tasks, arXiv:2503.14499; the rule was
    recovered from the published doubling times and METR's published estimates.

    Examples
    --------
    >>> import pandas as pd
    >>> days = pd.to_datetime(["2024-01-01", "2024-07-01", "2024-12-31"])
    >>> frame = pd.DataFrame({"system": ["a", "b", "c"], "released": days, "value": [1, 2, 4]})
    >>> round(doubling_time(frame), 1)
    182.5
    """
    frame = records(source, series)
    if since is not None:
        frame = frame[frame["released"] >= pd.Timestamp(as_date(since))]
    if len(frame) < 2:
        hint = "Choose an earlier `since` or a later as-of date."
        raise _refused(f"{len(frame)} records", "at least two records", hint)
    days = frame["released"].to_numpy().astype("datetime64[D]").astype("int64")
    return float(1.0 / _slope(days.astype(float), doublings(frame["value"])))


def records(source: xr.Dataset | pd.DataFrame, series: str = HORIZON_SERIES) -> pd.DataFrame:
    """Give the systems that set a record when they came out.

    A system holds a record when its value exceeds the value of every system released before it or
    on the same day (so one day has one record at most, and an equal value is none). Figures beyond
    what the suite can measure (any censoring) are left out, as METR leaves them out of its trend.

    Parameters
    ----------
    source : xarray.Dataset or pandas.DataFrame
        A panel; or columns `system`, `released` (datetime64), `value` (minutes) and, optionally,
        `censoring`.
    series : str, default "metr_th11_p50"
        The series, when `source` is a panel.

    Returns
    -------
    pandas.DataFrame
        Columns `system`, `released`, `value`, sorted by release.

    Raises
    ------
    EvidenceError
        When the panel does not hold the series, or holds two values of one system.
    """
    frame = _of_series(source, series) if isinstance(source, xr.Dataset) else source
    if "censoring" in frame:
        frame = frame[frame["censoring"] == "none"]
    twice = frame["system"][frame["system"].duplicated()].tolist()
    if twice:
        hint = "Choose one scaffold, effort and reporter per system."
        raise _refused(", ".join(twice), "one value per system", hint)
    ordered = frame.sort_values(["released", "value"], ascending=[True, False])
    before = ordered["value"].astype("float64").cummax().shift(fill_value=-np.inf)
    columns = ["system", "released", "value"]
    return ordered.loc[ordered["value"] > before, columns].reset_index(drop=True)


def _of_series(panel: xr.Dataset, series: str) -> pd.DataFrame:
    known = panel["series"].values.tolist()
    if series not in known:
        raise _refused(series, "a series of the panel", did_you_mean(series, known))
    rows = panel.isel(score=np.flatnonzero(panel["score_series"].values == series))
    names = rows["score_system"].values
    return pd.DataFrame(
        {
            "system": names,
            "released": panel["released"].sel(system=names).values,
            "value": rows["value"].values,
            "censoring": rows["censoring"].values,
        }
    )


def _slope(x: np.ndarray, y: np.ndarray) -> float:
    centred = x - x.mean()
    return float(centred @ y / (centred @ centred))


def _refused(got: str, expected: str, hint: str) -> EvidenceError:
    return EvidenceError([Problem("doubling_time", None, None, got, expected, hint)])
