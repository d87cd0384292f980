"""Human level: when the frontier scores what people do, series by series.

Invariant: the futures are those of the forecast's events, so a series that an event requires is
dated here as it is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from bayes_rsi import names
from bayes_rsi.errors import ModelError, refuse_other
from bayes_rsi.forecasting.drifts import seen_from
from bayes_rsi.forecasting.futures import Futures
from bayes_rsi.forecasting.parity import PARITY_KINDS, parity
from bayes_rsi.forecasting.result import Forecast
from bayes_rsi.units import as_date, date_of_year, year_of_date

__all__ = ["ASSUMES", "HumanLevel", "human_level"]

#: What is assumed, in one line.
ASSUMES = (
    "the expected score of a system at the frontier of released systems counts, without "
    "measurement noise, and the human baseline is exact"
)
#: Days by which probabilities are stated: the last ones are the article's.
DAYS = (date(2026, 12, 31), date(2027, 12, 31), date(2028, 12, 31))
_QUANTILES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}


@dataclass(frozen=True)
class HumanLevel:
    """When each series comes to its human baseline.

    Parameters
    ----------
    as_of : str
        ISO date of the forecast.
    table : pandas.DataFrame
        One row for each series with a baseline, the earliest median first: ``series``, ``human``
        (in the unit of the series), ``reached`` (P(at or above it by the as-of date)), a column
        ``by <day>`` for each day, ``p10``, ``p50``, ``p90`` (dates; None: out of reach, or after
        the horizon) and ``out_of_reach`` (P(not by the horizon)).
    assumes : str
        In one line.
    """

    as_of: str
    table: pd.DataFrame
    assumes: str = ASSUMES


def human_level(forecast: Forecast, days: Sequence[str | date] = DAYS) -> HumanLevel:
    """Date human level on every fitted series that has a human baseline.

    Parameters
    ----------
    forecast : Forecast
        Ours; it may be one that `bayes_rsi.given` has put under a condition.
    days : sequence of str or date, optional
        ISO dates by which probabilities are stated. Default: the ends of 2026, 2027 and 2028.

    Returns
    -------
    HumanLevel
        Baselines are in `data/benchmarks.csv`, with what they rest on.

    Raises
    ------
    ModelError
        When the forecast has no futures, none of its series has a baseline, or a day is after the
        horizon.

    Examples
    --------
    >>> found = rsi.human_level(forecast)
    >>> bool((found.table["by 2028-12-31"] >= found.table["by 2027-12-31"]).all())
    True
    """
    refuse_other(forecast, Forecast, "human_level", "bayes_rsi.forecast")
    futures, until = forecast.all_futures("human_level"), [as_date(day) for day in days]
    if late := [day for day in until if day > forecast.horizon]:
        raise ModelError(
            f"human_level: got {late[0]}, expected a day up to the horizon {forecast.horizon}"
        )
    known = ~np.isnan(forecast.years(forecast.event_names[0]).values.ravel())
    rows = [_row(futures, series, known, until) for series in _having(futures)]
    table = pd.DataFrame(rows).sort_values(["_middle", "series"], ignore_index=True)
    return HumanLevel(forecast.tag.as_of, table.drop(columns="_middle"))


def _having(futures: Futures) -> list[str]:
    panel = futures.panel
    usable = np.isin(panel["kind"].values, list(PARITY_KINDS)) & ~np.isnan(panel["human"].values)
    found = [str(name) for name in panel[names.SERIES].values[usable]]
    if not found:
        raise ModelError(
            "human_level: got a forecast none of whose series has a human baseline, expected one "
            "that has; fill 'human' in benchmarks.csv, or use a card with more series"
        )
    return found


def _row(
    futures: Futures, series: str, known: np.ndarray, until: Sequence[date]
) -> dict[str, object]:
    point = parity(futures.draws, futures.panel, series)
    seen = seen_from(futures.paths, futures.draws, futures.panel, series)
    years = seen.reached(np.repeat(point, futures.paths.shape[2]))[known]
    middles = {key: np.quantile(years, p, method="higher") for key, p in _QUANTILES.items()}
    return {
        "series": series,
        "human": float(futures.panel["human"].sel({names.SERIES: series}).item()),
        "reached": float(np.mean(years <= futures.span[0])),
        **{f"by {day}": float(np.mean(years <= float(year_of_date(day)))) for day in until},
        **{k: date_of_year(float(y)) if np.isfinite(y) else None for k, y in middles.items()},
        "out_of_reach": float(np.mean(years > futures.span[1])),
        "_middle": float(middles["p50"]),
    }
