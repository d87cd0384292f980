"""Trajectories: what the frontier scores on every series, past and to come, under its ceiling.

Invariant: curves are quantiles of futures that contradict nothing known, on the frontier that the
forecast's events are dated by; nothing is drawn anew but the noise of a figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi import names
from bayes_rsi.errors import ModelError, did_you_mean, refuse_other
from bayes_rsi.forecasting.conditions import plain
from bayes_rsi.forecasting.dice import dice
from bayes_rsi.forecasting.drifts import seen_from
from bayes_rsi.forecasting.futures import Futures
from bayes_rsi.forecasting.paths import Paths
from bayes_rsi.forecasting.result import Forecast
from bayes_rsi.forecasting.scores import SCORED_KINDS, expected_score, score_noise
from bayes_rsi.units import as_date, year_of_date

__all__ = ["ASSUMES", "QUANTILES", "Trajectories", "trajectories"]

#: What is assumed, in one line.
ASSUMES = (
    "a system at the frontier of released systems is scored with an average harness and reporter; "
    "most systems lie below"
)
#: Probabilities of the quantiles of every curve: the median and an 80% interval.
QUANTILES = (0.1, 0.5, 0.9)
#: Futures that the quantiles are taken of, at most: the error of a median is a few hundredths of
#: the interval.
MOST = 4000
#: Doublings at which a factor or a time ends: decades ahead it could not be held as a number.
FAR = 64.0
#: Days between points of a curve, and from the as-of date to the end where none is asked for.
STEP, AHEAD = 30, 730


@dataclass(frozen=True, eq=False)
class Trajectories:
    """What the frontier scores on each series over time.

    Parameters
    ----------
    as_of, until : str
        ISO dates of the forecast and of the end of the curves.
    table : pandas.DataFrame
        One row for each series: ``series``, ``kind``, ``scores`` (number fitted), ``best`` (highest
        of them; of one between bounds the lower, of an upper bound nothing), ``human`` (baseline,
        nan without one), ``now`` (median expected score at the frontier on the as-of date),
        ``p10``, ``p50``, ``p90`` (the same on the last day) and ``ceiling_p10``, ``ceiling_p50``,
        ``ceiling_p90`` (highest expected score; nan where there is no limit), all in the unit of
        the series: a share, a factor, a ratio, minutes. ``left_now`` and ``left``: how far a share
        is expected below its ceiling on both days, median over futures (nan of other kinds).
    curves : xarray.Dataset
        In the same units, dims (series, quantile, date): ``expected``, the score expected of a
        system at the frontier, ``figure``, a single published figure of such a system, and
        ``left``, how far a share is expected below its ceiling (nan of other kinds). nan
        before the release of the first system that was scored.
    scores : pandas.DataFrame
        What was fitted: ``series``, ``system``, ``released``, ``value``, ``censoring``, ``lower``
        and ``upper`` (of one between bounds, else nan).
    left_out : tuple of str
        Series without curves: of counts, which depend on what is attempted.
    assumes : str
        In one line.
    """

    as_of: str
    until: str
    table: pd.DataFrame
    curves: xr.Dataset
    scores: pd.DataFrame
    left_out: tuple[str, ...]
    assumes: str = ASSUMES


def trajectories(
    forecast: Forecast, series: Sequence[str] = (), until: str | date | None = None
) -> Trajectories:
    """Give what the frontier of released systems scores on each series, past and to come.

    Parameters
    ----------
    forecast : Forecast
        Ours; it may be one that `bayes_rsi.given` has put under a condition.
    series : sequence of str, optional
        Fitted series; blanks, hyphens and capitals do not count. Default: all that have curves.
    until : str or date, optional
        ISO date of the end of the curves. Default: two years after the as-of date.

    Returns
    -------
    Trajectories
        Draw them with `bayes_rsi.report.trajectories_figure.trajectories_figure`.

    Raises
    ------
    ModelError
        When the forecast has no futures, a series is not fitted or counts, or the day is not
        between the as-of date and the horizon.

    Examples
    --------
    >>> found = rsi.trajectories(forecast, ["PaperBench"])
    >>> found.table["series"].tolist()
    ['paperbench']
    """
    refuse_other(forecast, Forecast, "trajectories", "bayes_rsi.forecast")
    futures, last = forecast.all_futures("trajectories"), _last_day(forecast, until)
    wanted, left_out = _chosen(futures.panel, series)
    known = ~np.isnan(forecast.years(forecast.event_names[0]).values.ravel())
    some = _thinned(futures, known, float(year_of_date(last)))
    scores = _scores(futures.panel, wanted)
    days = _days(scores["released"].min().date(), as_date(forecast.tag.as_of), last)
    curves = xr.concat(
        [_curve(some, name, days, rows) for name, rows in _each(scores, wanted)],
        xr.DataArray(np.array(wanted, dtype=str), dims=names.SERIES, name=names.SERIES),
    )
    table = pd.DataFrame(
        [
            _row(some, name, rows, curves.sel({names.SERIES: name}), forecast.tag.as_of)
            for name, rows in _each(scores, wanted)
        ]
    )
    return Trajectories(forecast.tag.as_of, f"{last}", table, curves, scores, left_out)


def _last_day(forecast: Forecast, until: str | date | None) -> date:
    first = as_date(forecast.tag.as_of)
    last = min(first + timedelta(AHEAD), forecast.horizon) if until is None else as_date(until)
    if not first < last <= forecast.horizon:
        raise ModelError(
            f"trajectories: got until {last}, expected a day after the as-of date {first} and up "
            f"to the horizon {forecast.horizon}"
        )
    return last


def _chosen(panel: xr.Dataset, series: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """Give the series to be shown, and those that cannot be."""
    fitted = [str(name) for name in panel[names.SERIES].values]
    shown = [
        n for n, kind in zip(fitted, panel["kind"].values, strict=True) if kind in SCORED_KINDS
    ]
    wanted = [plain(name) for name in ([series] if isinstance(series, str) else series)]
    for name in wanted:
        if name not in shown:
            counts = "a count, which depends on what is attempted and has no curve; leave it out"
            hint = counts if name in fitted else f"not fitted. {did_you_mean(name, shown)}"
            raise ModelError(
                "trajectories: expected shares, speed-ups, ratios and horizons of this forecast, "
                f"got series '{name}': {hint}"
            )
    left_out = () if wanted else tuple(name for name in fitted if name not in shown)
    return list(dict.fromkeys(wanted)) or shown, left_out


def _thinned(futures: Futures, known: np.ndarray, until: float) -> Futures:
    """Keep some futures, evenly spaced, each as a draw of its own, and no knot beyond the end."""
    keep = np.flatnonzero(known)
    if not keep.size:
        raise ModelError(
            "trajectories: got a forecast without a future that agrees with what is known, "
            "expected one with some; take a condition back, or ask for something likelier"
        )
    keep = keep[:: -(-keep.size // MOST)]
    chains, draws, replicates = futures.paths.shape
    places = np.unravel_index(keep // replicates, (chains, draws))
    order = (names.CHAIN, names.DRAW)
    picked = {dim: xr.DataArray([at], dims=order) for dim, at in zip(order, places, strict=True)}
    needed = futures.draws.drop_dims(names.SYSTEM, errors="ignore").drop_vars(order)
    last = int(np.searchsorted(futures.paths.years, until)) + 1
    paths = Paths(futures.paths.years[:last], futures.paths.values[keep, :last], (1, keep.size, 1))
    some = needed.isel(picked).assign_coords(chain=[0], draw=np.arange(keep.size))
    return replace(futures, draws=some, paths=paths, log_likelihood=None, rows=None)


def _scores(panel: xr.Dataset, wanted: Sequence[str]) -> pd.DataFrame:
    systems = panel["score_system"].values
    table = pd.DataFrame(
        {
            "series": panel["score_series"].values,
            "system": systems,
            "released": panel["released"].sel({names.SYSTEM: systems}).values,
            "value": panel["value"].values,
            **{name: panel[name].values for name in ("censoring", "lower", "upper")},
        }
    )
    return table[table["series"].isin(list(wanted))].reset_index(drop=True)


def _each(scores: pd.DataFrame, wanted: Sequence[str]) -> list[tuple[str, pd.DataFrame]]:
    return [(name, scores[scores["series"] == name]) for name in wanted]


def _days(first: date, as_of: date, last: date) -> np.ndarray:
    """Give days at even distances, the as-of date and the last day among them."""
    back = range(0, (as_of - first).days + STEP, STEP)
    ahead = range(STEP, (last - as_of).days, STEP)
    days = {as_of - timedelta(n) for n in back} | {as_of + timedelta(n) for n in ahead} | {last}
    return np.array(sorted(days), dtype="datetime64[ns]")


def _curve(futures: Futures, series: str, days: np.ndarray, rows: pd.DataFrame) -> xr.Dataset:
    """Give quantiles of the expected score and of a figure from the first release on."""
    seen = seen_from(futures.paths, futures.draws, futures.panel, series)
    expected = expected_score(futures, series, seen.at(year_of_date(days)).T)
    noise = dice(futures.seed, f"trajectory {series}").standard_normal(futures.size)
    figure = expected + noise * score_noise(futures, series, expected)
    before = days < rows["released"].min().to_datetime64()
    dims = (names.QUANTILE, names.DATE)
    curves = {
        name: (dims, np.where(before, np.nan, np.quantile(values, QUANTILES, axis=-1)))
        for name, values in (
            ("expected", _in_unit(futures, series, expected)),
            ("figure", _in_unit(futures, series, figure)),
            ("left", _left(futures, series, expected)),
        )
    }
    return xr.Dataset(curves, {names.QUANTILE: list(QUANTILES), names.DATE: days})


def _in_unit(futures: Futures, series: str, values: np.ndarray) -> np.ndarray:
    """Turn the scale of the noise into the unit of the series, as far as that says something."""
    if _kind(futures, series) == "fraction":
        return np.clip(values, 0.0, 1.0)
    return np.exp2(np.clip(values, -FAR, FAR))


def _kind(futures: Futures, series: str) -> str:
    return str(futures.panel["kind"].sel({names.SERIES: series}).item())


def _row(
    futures: Futures, series: str, rows: pd.DataFrame, curves: xr.Dataset, as_of: str
) -> dict[str, object]:
    now, then = curves.sel({names.DATE: as_of}), curves.isel({names.DATE: -1})
    middle = {names.QUANTILE: 0.5}
    labels = [f"p{100 * p:.0f}" for p in QUANTILES]
    reached = rows["lower"].fillna(rows["value"])[rows["censoring"] != "left"]
    return {
        "series": series,
        "kind": _kind(futures, series),
        "scores": len(rows),
        "best": float(reached.max()),
        "human": float(futures.panel["human"].sel({names.SERIES: series}).item()),
        "now": float(now["expected"].sel(middle)),
        **dict(zip(labels, then["expected"].values.tolist(), strict=True)),
        **dict(zip([f"ceiling_{key}" for key in labels], _ceiling(futures, series), strict=True)),
        "left_now": float(now["left"].sel(middle)),
        "left": float(then["left"].sel(middle)),
    }


def _left(futures: Futures, series: str, expected: np.ndarray) -> np.ndarray:
    """Give how far a share is expected below its ceiling, future by future; nan of other kinds."""
    if _kind(futures, series) != "fraction":
        return np.full_like(expected, np.nan)
    return futures.flat_of(names.CEILING, {names.FRACTION_SERIES: series}) - expected


def _ceiling(futures: Futures, series: str) -> list[float]:
    """Give quantiles of the highest expected score, nan where there is none."""
    kind = _kind(futures, series)
    if kind == "fraction":
        highest = futures.flat_of(names.CEILING, {names.FRACTION_SERIES: series})
    elif kind == "speedup":
        highest = np.exp2(futures.flat_of(names.SPEEDUP_LIMIT, {names.SPEEDUP_SERIES: series}))
    else:
        return [np.nan] * len(QUANTILES)
    return [float(value) for value in np.quantile(highest, QUANTILES)]
