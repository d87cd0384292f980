"""What somebody must believe whose probabilities differ from ours.

Invariant: every statement is about published probabilities and our futures; numbers of a lever are
given only if, put back in, they reproduce the probabilities to half a point.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from bayes_rsi.comparison.curves import Curve, normal_through, rates, weibull_through
from bayes_rsi.comparison.forecasters import compare
from bayes_rsi.comparison.inversion import (
    Answer,
    Target,
    allowed,
    contradicted,
    share_by,
    solve_one,
    solve_pair,
)
from bayes_rsi.comparison.levers import Lever, levers
from bayes_rsi.comparison.words import Story, told
from bayes_rsi.errors import ModelError, did_you_mean, refuse_other
from bayes_rsi.forecasting.result import Forecast
from bayes_rsi.units import as_date, date_of_year, year_of_date

__all__ = ["ASSUMES", "Implied", "implied"]

#: What is assumed, in one line.
ASSUMES = (
    "all else is held: our futures, our other judgements; only the numbers named in a row change; "
    "numbers with which more than half of the futures contradict the past do not count"
)

#: Later medians have no date, and neither have those before our era.
_LAST_YEAR = 9999.0
#: Points along a lever at which the most that it can do is looked for.
GRID = 25


@dataclass(frozen=True)
class Implied:
    """What a forecaster's probabilities imply.

    Parameters
    ----------
    forecaster, event : str
        Whose, and of what.
    question : str
        What they were asked, or said: of several questions about the event the one that they
        answered last; of equals that with most numbers.
    points : pandas.DataFrame
        Columns ``date``, ``bound``, ``theirs``, ``ours``, ``mcse``.
    hazards : pandas.DataFrame
        One row for each period between the points, the first from the day before which the event
        is not expected: ``start``, ``ours_start`` (our as-of date at the earliest: it had not
        happened then), ``end``, ``theirs``, ``ours`` (P(in the period | not before)),
        ``theirs_rate``, ``ours_rate`` (constant hazard, per year).
    curves : pandas.DataFrame
        Single curves through the last two points, ours through our probabilities on the same days:
        ``whose``, ``family``, ``never``, ``median`` (date or None), ``first`` and ``second`` (see
        `Curve`); empty with one point.
    beliefs : pandas.DataFrame
        One row for each lever: ``lever``, ``unit``, ``number`` and ``ours``; ``for_first`` and
        ``for_second`` (what gives one probability alone, its spread held) with ``then_second`` and
        ``then_first`` (what the other one is then); ``pair``, ``spread``, ``pair_spread``,
        ``our_spread``, ``pair_first``, ``pair_second`` (what gives both) with ``contradicted``
        (share of futures that would then contradict that no event of the card has happened);
        ``most_first`` and ``most_second`` (the most that the lever can do); ``possible``. Missing:
        not possible with this alone, while at most half of the futures contradict the past.
    words : str
        One paragraph of plain words.
    assumes : str
        In one line.
    """

    forecaster: str
    event: str
    question: str
    points: pd.DataFrame
    hazards: pd.DataFrame
    curves: pd.DataFrame
    beliefs: pd.DataFrame
    words: str
    assumes: str = ASSUMES

    def __repr__(self) -> str:
        """Give the words instead of the tables."""
        return f"Implied({self.words} Tables: points, hazards, curves, beliefs)"


def implied(
    forecast: Forecast,
    forecaster: str = "clark",
    event: str | None = None,
    not_before: str | date | None = None,
    forecasts: pd.DataFrame | None = None,
    progress: Callable[[str, float | None], None] | None = None,
) -> Implied:
    """Say what somebody must believe, if all else is as we have it.

    Parameters
    ----------
    forecast : Forecast
        Ours, without condition.
    forecaster : str, default "clark"
        As for `compare`.
    event : str, optional
        Which event, when they speak about several. Default: the one with most probabilities.
    not_before : str or date, optional
        Day until which they do not expect it; their first hazard counts from it. Default: the day
        of their forecast.
    forecasts : pandas.DataFrame, optional
        Table of forecasts, as for `compare`.
    progress : callable, optional
        Told the lever that is solved for, and the share of them done, in [0, 1]; on all evidence it
        takes half a minute.

    Returns
    -------
    Implied
        Hazards, curves, beliefs and words.

    Raises
    ------
    EvidenceError
        When no forecaster is meant, or nothing of theirs can be compared.
    ModelError
        When they say nothing about the event, or the forecast has no futures.

    Examples
    --------
    >>> print(implied(forecast, "clark", not_before="2026-12-31").words)
    Jack Clark says 30% by 2027-12-31, at least 60% by 2028-12-31; ...
    """
    refuse_other(forecast, Forecast, "implied", "bayes_rsi.forecast")
    futures = forecast.what_if("implied")
    said = compare(forecast, forecaster, forecasts)
    rows = _rows(said[said["event"].isin(forecast.event_names)], forecaster, event)
    name = str(rows["event"].iloc[0])
    targets = _targets(rows)
    start = _start(rows, not_before)
    found = levers(futures, name, max(target.year for target in targets))
    tell = progress or (lambda lever, share: None)
    solved = []
    for number, lever in enumerate(found):
        tell(lever.name, number / len(found))
        solved.append(_belief(lever, targets[0], targets[-1]))
    beliefs = pd.DataFrame(solved)
    hazards = _hazards(rows, start, forecast)
    curves = _curves(rows, forecast)
    points = rows[["date", "bound", "theirs", "ours", "mcse"]].reset_index(drop=True)
    who, question = (str(rows[column].iloc[0]) for column in ("forecaster", "question"))
    words = told(Story(who, name, points, hazards, curves, beliefs, forecast))
    return Implied(who, name, question, points, hazards, curves, beliefs, words)


def _rows(rows: pd.DataFrame, forecaster: str, event: str | None) -> pd.DataFrame:
    events = rows["event"].value_counts()
    if events.empty:
        raise ModelError(
            f"implied: got forecaster '{forecaster}', who speaks of horizons or scores, expected "
            "one with dated probabilities of an event; `compare` puts theirs beside ours"
        )
    name = str(events.index[0]) if event is None else event
    if name not in events.index:
        hint = did_you_mean(name, map(str, events.index))
        raise ModelError(f"implied: got event '{name}', expected one they speak about. {hint}")
    kept = rows[rows["event"] == name]
    said = kept.groupby("question").agg(day=("forecast_date", "max"), numbers=("date", "size"))
    question = said.sort_values(["day", "numbers"], ascending=False, kind="stable").index[0]
    return kept[kept["question"] == question].sort_values("date").drop_duplicates("date")


def _targets(rows: pd.DataFrame) -> list[Target]:
    years = year_of_date(rows["date"].to_numpy().astype("datetime64[D]"))
    found = zip(years, rows["theirs"], rows["bound"], strict=True)
    return [Target(float(year), float(share), str(bound)) for year, share, bound in found]


def _start(rows: pd.DataFrame, not_before: str | date | None) -> date:
    start = as_date(rows["forecast_date"].max() if not_before is None else not_before)
    first = as_date(rows["date"].min())
    if start >= first:
        raise ModelError(
            f"implied: got not_before {start}, expected a day before their first one, {first}"
        )
    return start


def _hazards(rows: pd.DataFrame, start: date, forecast: Forecast) -> pd.DataFrame:
    days = [start, *map(as_date, rows["date"])]
    known = as_date(forecast.tag.as_of)
    name, ours = str(rows["event"].iloc[0]), max(start, known)
    table: dict[str, object] = {"start": days[:-1], "ours_start": [ours, *days[1:-1]]}
    table["end"] = days[1:]
    before = forecast.share_by(ours, name).p if ours > known else 0.0
    for side, first, share in (("theirs", start, 0.0), ("ours", ours, before)):
        years = [float(year_of_date(day)) for day in (first, *days[1:])]
        shares = np.array([share, *rows[side]])
        table[side] = np.diff(shares) / (1 - shares[:-1])
        table[f"{side}_rate"] = rates(list(zip(years, shares.tolist(), strict=True)))
    return pd.DataFrame(table)


def _curves(rows: pd.DataFrame, forecast: Forecast) -> pd.DataFrame:
    columns = ["whose", "family", "never", "median", "first", "second"]
    if len(rows) < 2:
        return pd.DataFrame(columns=columns)
    never = forecast.never(str(rows["event"].iloc[0])).p
    start = float(year_of_date(as_date(rows["forecast_date"].max())))
    table = []
    for side in ("theirs", "ours"):
        years = [float(year_of_date(as_date(day))) for day in rows["date"]]
        last = list(zip(years, map(float, rows[side]), strict=True))[-2:]
        for mass in (0.0, never):
            both = (
                normal_through(last[0], last[1], mass),
                weibull_through(last[0], last[1], start, mass),
            )
            table += [[side, *_curve(curve)] for curve in both if curve is not None]
    return pd.DataFrame(table, columns=columns)


def _curve(curve: Curve) -> list[object]:
    day = date_of_year(curve.median) if 1.0 < curve.median < _LAST_YEAR else None
    return [curve.family, curve.never, day, curve.first, curve.second]


def _belief(lever: Lever, first: Target, second: Target) -> dict[str, object]:
    """Invert one lever."""
    both = (first, second)
    one, other = (solve_one(lever, target, both) for target in both)
    pair = solve_pair(lever, first, second)
    most = max(_reachable(lever, both), key=sum)
    two = len(lever.labels) > 1
    return {
        "lever": lever.name,
        "unit": lever.unit,
        "number": lever.labels[0],
        "ours": lever.ours[0],
        "for_first": _part(one, 0),
        "then_second": one.shares[1] if one else np.nan,
        "for_second": _part(other, 0),
        "then_first": other.shares[0] if other else np.nan,
        "pair": _part(pair, 0),
        "spread": lever.labels[1] if two else "",
        "our_spread": lever.ours[1] if two else np.nan,
        "pair_spread": _part(pair, 1) if two else np.nan,
        "pair_first": pair.shares[0] if pair else np.nan,
        "pair_second": pair.shares[1] if pair else np.nan,
        "contradicted": pair.contradicted if pair else np.nan,
        "most_first": most[0],
        "most_second": most[1],
        "possible": pair is not None,
    }


def _part(answer: Answer | None, position: int) -> float:
    return np.nan if answer is None else answer.numbers[position]


def _reachable(lever: Lever, targets: Sequence[Target]) -> Iterable[tuple[float, ...]]:
    """Give the probabilities along a lever's first number, where few futures contradict the past.

    Our own number is among them.
    """
    limit, (low, high) = allowed(lever), lever.bounds[0]
    scale = np.geomspace if lever.logarithmic[0] else np.linspace
    for place in (lever.ours[0], *scale(low, high, GRID)):
        years = lever.years((float(place), *lever.ours[1:]))
        if contradicted(years) <= limit:
            yield tuple(share_by(years, target.year) for target in targets)
