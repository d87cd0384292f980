"""What can be asked of the next year before anyone knows its systems.

Invariant: from what is known on the day alone; a question has the name that the backtest would give
it, and is settled by the backtest's own rules (`court.targets`, `court.events`).

    best     the best score of a series after 3, 6 and 12 months, given that something new became
             known on it by then
    new      whether something new becomes known on it by then
    system   the score of a system of a tier that has been run on the series, released after 0, 3,
             6 and 12 months
    record   the value of a system that sets a record on a horizon series, released then
    level    whether a level of a series is reached by then: those of the backtest, human parity,
             and units of work time on horizon series, as far as they are open
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi.cards import Card
from bayes_rsi.checks.court.arrivals import every
from bayes_rsi.checks.court.bounds import surely
from bayes_rsi.checks.court.events import EVENTS, Event, figures, reached
from bayes_rsi.checks.court.scale import EDGE, KINDS, to_scale
from bayes_rsi.checks.court.targets import MONTHS, until
from bayes_rsi.evidence import Evidence
from bayes_rsi.units import WORK_TIME

__all__ = ["RELEASES", "asked_ahead", "open_levels", "series_of", "targets_of"]

#: Releases of the systems that are asked about, months after the day.
RELEASES = (0, *MONTHS)


def asked_ahead(panel: xr.Dataset) -> pd.DataFrame:
    """Give the questions about scores.

    Parameters
    ----------
    panel : xarray.Dataset
        What is known.

    Returns
    -------
    pandas.DataFrame
        One row for each: ``target`` (``day|kind|series|...``), ``origin``, ``kind``, ``months``,
        ``series``, ``metric``, ``known_best`` (scale; of ``best`` and ``record``) and
        ``known_value`` (the same, unit of the series), ``known_on`` (of ``best`` the day it is
        about), ``released`` and ``tier``; ``lab`` and ``system`` are empty: nobody knows them.

    Examples
    --------
    >>> from bayes_rsi.evidence import panel
    >>> sorted(asked_ahead(panel(rsi.load_evidence("2026-06-30"))).kind.unique())
    ['best', 'record', 'system']
    """
    rows: list[dict[str, Any]] = []
    of_all = every(panel)["tier"]
    for series in series_of(panel):
        tiers = of_all.loc[series]
        value, holder = _best(panel, series)
        common = {"series": series, "metric": _kind(panel, series), "known_value": value}
        rows += [common | {"kind": "best", "months": count} for count in MONTHS]
        kinds = [("system", str(tier)) for tier in sorted(set(tiers))]
        if common["metric"] == "horizon":
            kinds.append(("record", str(tiers[holder])))
        rows += [
            common | {"kind": kind, "tier": tier, "months": count}
            for kind, tier in kinds
            for count in RELEASES
        ]
    return _described(pd.DataFrame(rows), str(panel.attrs["as_of"]))


def series_of(panel: xr.Dataset) -> list[str]:
    """Give the series that are asked about.

    Parameters
    ----------
    panel : xarray.Dataset
        What is known.

    Returns
    -------
    list of str
        Those of a kind that is forecast.
    """
    return [str(name) for name in panel["series"].values if _kind(panel, str(name)) in KINDS]


def open_levels(evidence: Evidence, card: Card, panel: xr.Dataset) -> list[Event]:
    """Give the levels that nobody has reached yet.

    Parameters
    ----------
    evidence : Evidence
        What is known.
    card : Card
        Chooses the rows.
    panel : xarray.Dataset
        The same, as fitted.

    Returns
    -------
    list of Event
        Levels of the backtest; ``<series>_human``, parity with the human baseline of a series; and
        ``<series>_work-day`` and so on, of the suite of each reliability that got the latest
        figure. A level that a censored figure may have reached is not asked about, nor is one of
        all items, where the scale has ended.
    """
    held, day = series_of(panel), str(panel.attrs["as_of"])
    human = {name: float(panel["human"].sel(series=name)) for name in held}
    rows = figures(evidence, card, day)
    found = [event for event in EVENTS if set(event.series) & set(held)]
    found += [Event(f"{s}_human", (s,), value) for s, value in human.items() if np.isfinite(value)]
    found += [
        Event(f"{name}_{unit}", (name,), minutes)
        for name in _followed(panel, rows)
        for unit, minutes in WORK_TIME.items()
    ]
    told = (event for event in found if not _beyond(panel, event, held))
    return [event for event in told if reached(rows, event) is False]


def _followed(panel: xr.Dataset, rows: pd.DataFrame) -> list[str]:
    """Give the suite of each reliability that got the latest figure: others are retired."""
    series = pd.Series(
        {
            name: float(panel["reliability"].sel(series=name))
            for name in series_of(panel)
            if _kind(panel, name) == "horizon"
        }
    )
    latest = rows.groupby("series")["known_on"].max().reindex(series.index)
    return [
        str(name) for name in series.index if latest[name] == latest[series == series[name]].max()
    ]


def _beyond(panel: xr.Dataset, event: Event, held: Sequence[str]) -> bool:
    """Say whether a level lies where the scale of forecasts has ended: within `EDGE` of all."""
    name = next(name for name in event.series if name in held)
    return _kind(panel, name) == "fraction" and event.level > 1 - EDGE


def _kind(panel: xr.Dataset, series: str) -> str:
    return str(panel["kind"].sel(series=series).item())


def _best(panel: xr.Dataset, series: str) -> tuple[float, str]:
    """Give the best figure of a series, of an interval its lower end, and who holds it."""
    columns = ("value", "lower", "upper", "censoring", "score_system", "score_series")
    rows = pd.DataFrame({name: panel[name].values for name in columns})
    worth = surely(rows[rows["score_series"] == series])
    top = int(np.argmax(worth.to_numpy()))
    return float(worth.iloc[top]), str(rows.loc[worth.index, "score_system"].iloc[top])


def _described(rows: pd.DataFrame, day: str) -> pd.DataFrame:
    best, system = rows["kind"] == "best", rows["kind"] == "system"
    pairs = zip(rows["metric"], rows["known_value"], strict=True)
    scaled = [float(to_scale(str(metric), value)) for metric, value in pairs]
    then = pd.Series([until(day, count) for count in rows["months"]])
    what = rows["months"].astype(str) + "m"
    what = what.where(~system, rows["tier"].astype(str) + "|" + what)
    return rows.assign(
        target=day + "|" + rows["kind"] + "|" + rows["series"] + "|" + what,
        origin=day,
        known_best=np.where(system, np.nan, scaled),
        known_on=then.where(best),
        released=then.where(~best),
        tier=rows["tier"].fillna(""),
        lab="",
        system="",
    )


def targets_of(levels: Sequence[Event], panel: xr.Dataset) -> pd.DataFrame:
    """Give the questions about levels.

    Parameters
    ----------
    levels : sequence of Event
        From `open_levels`.
    panel : xarray.Dataset
        What is known.

    Returns
    -------
    pandas.DataFrame
        One row for each level and horizon: ``target`` (that of the backtest), ``event``,
        ``months``, ``series``, ``level`` (scale) and ``best``, the question about the best score
        that answers it.
    """
    held, day = series_of(panel), str(panel.attrs["as_of"])
    rows = []
    for event in levels:
        name = next(name for name in event.series if name in held)
        level = float(to_scale(_kind(panel, name), event.level))
        rows += [
            {
                "target": f"{day}|event|{event.name}|{count}m",
                "event": event.name,
                "months": count,
                "series": name,
                "level": level,
                "best": f"{day}|best|{name}|{count}m",
            }
            for count in MONTHS
        ]
    return pd.DataFrame(rows, columns=["target", "event", "months", "series", "level", "best"])
