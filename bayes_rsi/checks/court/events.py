"""Small events that have resolved: stand-ins for the large one, which has not.

Invariant: an event is a level of a series, reached when a figure at or above it became known; its
probability is that something new becomes known on the series (`comings`, the same for everybody)
times the share of the draws of the best score, given that, which are there.

They are the levels that the article behind this project reads its argument from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi import names
from bayes_rsi.cards import Card
from bayes_rsi.checks.court.bounds import bounds, surely
from bayes_rsi.checks.court.comings import quiet
from bayes_rsi.checks.court.scale import to_scale
from bayes_rsi.checks.court.targets import MONTHS, seen_on, until
from bayes_rsi.evidence import Evidence, cut
from bayes_rsi.evidence.selection import known, not_excluded
from bayes_rsi.evidence.vintages import first_known
from bayes_rsi.units import year_of_date

__all__ = ["EVENTS", "Event", "event_targets", "figures", "probabilities", "reached", "silent"]

_HOUR = 60.0


@dataclass(frozen=True)
class Event:
    """A level of a benchmark.

    Parameters
    ----------
    name : str
        Identifier.
    series : tuple of str
        Series on which it counts; asked of the first one that the evidence of a day holds.
    level : float
        In the unit of the series.
    settled_by : tuple of str
        Further series, of any role, on which it counts: corrected gradings.
    """

    name: str
    series: tuple[str, ...]
    level: float
    settled_by: tuple[str, ...] = ()


_METR = ("metr_th11_p50", "metr_th10_p50")
#: Events of the backtest.
EVENTS = (
    Event("metr_50_1h", _METR, 1 * _HOUR),
    Event("metr_50_4h", _METR, 4 * _HOUR),
    Event("metr_50_8h", _METR, 8 * _HOUR),
    Event("metr_50_16h", _METR, 16 * _HOUR),
    Event("swe_bench_verified_50", ("swe_bench_verified",), 0.5),
    Event("swe_bench_verified_80", ("swe_bench_verified",), 0.8),
    Event("swe_bench_verified_90", ("swe_bench_verified",), 0.9),
    Event("core_bench_hard_90", ("core_bench_hard",), 0.9),
    Event("mle_bench_50", ("mle_bench_all",), 0.5),
)


def event_targets(
    evidence: Evidence,
    card: Card,
    origin: str,
    months: Sequence[int] = MONTHS,
    events: Sequence[Event] = EVENTS,
) -> pd.DataFrame:
    """Give the events that were open on a day and have resolved at a horizon.

    Parameters
    ----------
    evidence : Evidence
        All that is known by now.
    card : Card
        Chooses the rows.
    origin : str
        The day.
    months : sequence of int
        Horizons.
    events : sequence of Event
        What is asked.

    Returns
    -------
    pandas.DataFrame
        One row for each event and horizon up to the end of the evidence: ``target``, ``origin``,
        ``months``, ``event``, ``series``, ``level`` (scale), ``best`` (the question about the best
        score that answers it, as in `targets`), ``known_best``, ``comes`` (probability that
        something new becomes known on the series by then), ``happened`` (0 or 1). A censored
        figure reaches the levels up to its lower end; a level above that end, and not above its
        upper one, is not resolved, and the event is not in the table.
    """
    seen = seen_on(evidence, card, origin, card.evidence.min_scores)
    ends = {count: until(origin, count) for count in months}
    ends = {count: day for count, day in ends.items() if day <= pd.Timestamp(evidence.as_of)}
    before = figures(evidence, card, origin)
    after = {count: figures(evidence, card, day) for count, day in ends.items()}
    known_for, rows = _ages(seen, cut(evidence, origin).scores, origin), []
    for event in events:
        name = next((name for name in event.series if name in set(seen["series"])), None)
        if name is None or reached(before, event) is not False:
            continue
        metric = str(evidence.series.set_index("series")["kind"][name])
        best = surely(seen[seen["series"] == name]).max()
        for count, rows_then in after.items():
            came = reached(rows_then, event)
            if came is not None:
                years = year_of_date(ends[count]) - year_of_date(origin)
                rows.append(
                    {
                        "target": f"{origin}|event|{event.name}|{count}m",
                        "origin": origin,
                        "months": count,
                        "event": event.name,
                        "series": name,
                        "metric": metric,
                        "level": float(to_scale(metric, event.level)),
                        "best": f"{origin}|best|{name}|{count}m",
                        "known_best": float(to_scale(metric, best)),
                        "comes": float(1 - quiet(known_for[name], years)[0]),
                        "happened": int(came),
                    }
                )
    return pd.DataFrame(rows)


def probabilities(samples: xr.DataArray, asked: pd.DataFrame) -> pd.Series:
    """Give the probability of each event.

    Parameters
    ----------
    samples : xarray.DataArray
        Predictions of best scores given that something new becomes known, dims (target, draw).
    asked : pandas.DataFrame
        From `event_targets`, or another table with its ``target``, ``best``, ``level``, ``comes``.

    Returns
    -------
    pandas.Series
        By target; only events whose question was answered.
    """
    held = set(samples[names.TARGET].values.tolist())
    told = asked[asked["best"].isin(held)]
    drawn = samples.sel({names.TARGET: told["best"].to_numpy(dtype=str)}).values
    share = (drawn >= told["level"].to_numpy(dtype=float)[:, None]).mean(axis=1)
    return pd.Series(told["comes"].to_numpy(dtype=float) * share, told["target"].to_list())


def silent(asked: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Give the questions about best scores that events need and that nothing new came to settle.

    Parameters
    ----------
    asked : pandas.DataFrame
        From `targets.targets`.
    events : pandas.DataFrame
        From `event_targets`, of the same day.

    Returns
    -------
    pandas.DataFrame
        Rows with `targets.COLUMNS` that have no value, one for each series and horizon.
    """
    if not len(events):
        return asked.iloc[:0]
    rows = events[~events["best"].isin(asked["target"])].drop_duplicates("best")
    ends = [until(day, count) for day, count in zip(rows["origin"], rows["months"], strict=True)]
    rows = rows.assign(target=rows["best"], kind="best", known_on=pd.to_datetime(ends), n_trials=0)
    return rows.reindex(columns=asked.columns).astype(asked.dtypes.to_dict())


def _ages(seen: pd.DataFrame, every: pd.DataFrame, origin: str) -> dict[str, np.ndarray]:
    """Give, by series, the years since each of its systems became known there."""
    days = seen.assign(first=first_known(seen, every))
    first = days.groupby(["series", "system"])["first"].min()
    today = float(year_of_date(origin))
    return {
        str(name): today - year_of_date(days.to_numpy()) for name, days in first.groupby("series")
    }


def figures(evidence: Evidence, card: Card, day: str | pd.Timestamp) -> pd.DataFrame:
    """Give the figures by which levels are reached on a day.

    Parameters
    ----------
    evidence : Evidence
        Up to the day, or later.
    card : Card
        Chooses the rows.
    day : str or pandas.Timestamp
        The day.

    Returns
    -------
    pandas.DataFrame
        Rows of the scores; ``fitted`` tells those that a fit would see from all others.
    """
    also = not_excluded(known(evidence.scores, pd.Timestamp(day).date()))
    parts = [seen_on(evidence, card, day, 1).assign(fitted=True), also.assign(fitted=False)]
    return pd.concat(parts, ignore_index=True)


def reached(rows: pd.DataFrame, event: Event) -> bool | None:
    """Say whether a level was reached.

    Parameters
    ----------
    rows : pandas.DataFrame
        From `figures`.
    event : Event
        Series and level.

    Returns
    -------
    bool or None
        None where a censored figure leaves it open.
    """
    counts = np.where(rows["fitted"], rows["series"].isin(event.series), False)
    also = np.where(rows["fitted"], False, rows["series"].isin(event.settled_by))
    on = rows[counts | also]
    lower, upper = bounds(on)
    if (lower >= event.level).any():
        return True
    return None if (upper >= event.level).any() else False
