"""What became known after a day, as questions that could have been asked on that day.

Invariant: a pure function of the evidence and the day; every value scored became known after the
day, and on a series that the evidence of the day holds with enough scores.

Three kinds of question, all on the scale of `scale`:

    named    the score of a system on a series it had not been run on. Release date, tier and lab of
             the system are given, as they are when its score is awaited; one figure for each pair,
             the first to become known (on one day the highest effort, then the first by name).
    record   the value of a system that set a record on a horizon series: its lower end is more than
             the best figure of the day, as published, and than what every system released before
             it may have reached. That it is a record is given, so it says how high the frontier is
             and not whether it moved.
    best     the best score of a series at a horizon, at least the best known on the day. Asked only
             where something new became known by then: a series that nobody runs any more would
             give its old best for ever, to everybody's credit. Of horizons it has no value and
             resolves events only: suites are retired while systems go on, and how high their
             frontier is, is what `record` asks.

A censored figure is asked like any other; its outcome is what lies between its ends.

`named` and `record` are asked once for each day, in the first horizon that holds the day on which
they became known, up to the end of the evidence; `best` at each horizon up to that end. The same
figure is asked from several days, and may be asked as `named`, `record` and `best`: `outcomes`
counts figures, not questions.

Dates. A row whose `known_on_basis` is `release` is dated by the release of its system, because
nothing better is known: it may have become known weeks or months later. As a target it leaks
nothing into the past, for its system did not exist on the day; it may count as known by a horizon
that it missed. As evidence it may leak: of systems released just before the day some scores are
seen that came after it. All forecasters see the same, so comparisons are fair, while their scores
may flatter all of them. `basis` is told with each target.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

import numpy as np
import pandas as pd

from bayes_rsi.cards import Card
from bayes_rsi.checks.court.bounds import bounds, surely
from bayes_rsi.checks.court.scale import KINDS, to_scale
from bayes_rsi.evidence import Evidence, cut
from bayes_rsi.evidence.schema import EFFORTS
from bayes_rsi.evidence.selection import not_excluded, not_named, select
from bayes_rsi.evidence.vintages import KEY

__all__ = [
    "COLUMNS",
    "MONTHS",
    "TEST_ORIGINS",
    "outcomes",
    "seen_on",
    "targets",
    "until",
]

#: Horizons, months after the day.
MONTHS = (3, 6, 12)
#: Days on which nothing is tuned.
TEST_ORIGINS = ("2025-12-31", "2026-03-31")
#: Columns of `targets`.
COLUMNS = (
    "target",
    "origin",
    "months",
    "kind",
    "series",
    "metric",
    "domain",
    "system",
    "released",
    "tier",
    "lab",
    "known_on",
    "basis",
    "n_trials",
    "scaffold_family",
    "reporter",
    "value",
    "observed",
    "upper",
    "known_best",
    "block",
)
_PAIR = ["series", "system"]


def targets(
    evidence: Evidence, card: Card, origin: str | date, months: Sequence[int] = MONTHS
) -> pd.DataFrame:
    """Give what is asked from a day.

    Parameters
    ----------
    evidence : Evidence
        All that is known by now.
    card : Card
        Its ``[evidence]`` table chooses the rows, as for a fit.
    origin : str or datetime.date
        The day.
    months : sequence of int
        Horizons, increasing.

    Returns
    -------
    pandas.DataFrame
        One row for each question, sorted by `target`, with `COLUMNS`: ``target`` (id, unique over
        days), ``origin``, ``months``, ``kind`` (`named`, `record`, `best`), ``series``, ``metric``
        (kind of series), ``domain``; ``system`` (that of the figure; of `best` who held it) with
        ``released``, ``tier``, ``lab``; ``known_on`` (of `best` the horizon), ``basis``,
        ``n_trials`` (0 if unknown), ``scaffold_family``, ``reporter``; ``value`` (unit of the
        series); ``observed`` and ``upper``, the ends between which it lies (scale; equal where it
        is not censored). All three are nan where the question has no value of its own and resolves
        events only: a best score that a censored figure may exceed, or of horizons. ``known_best``
        (scale; nan for `named`); ``block`` (system, for the bootstrap).

    Raises
    ------
    EvidenceError
        When the day has no evidence.

    Examples
    --------
    >>> asked = targets(rsi.load_evidence(), card, "2025-12-31")
    >>> sorted(asked.kind.unique())
    ['best', 'named', 'record']
    """
    known = seen_on(evidence, card, origin, card.evidence.min_scores)
    kinds = evidence.series.set_index("series")["kind"]
    known = known[known["series"].map(kinds).isin(KINDS)]
    best = surely(known).groupby(known["series"]).max()
    before = evidence.scores[evidence.scores["known_on"] <= pd.Timestamp(origin)]
    ends = [(count, until(origin, count)) for count in months]
    last = min(ends[-1][1], pd.Timestamp(evidence.as_of))
    later = _later(evidence, card, before, last, best.index)
    named = _named(later, before, ends)
    horizons = named[named["series"].map(kinds) == "horizon"]
    parts = [named, _records(horizons, later, best)]
    for count, day in ends:
        if day <= pd.Timestamp(evidence.as_of):
            new = _new(seen_on(evidence, card, day, 1), before)
            top = _best(known, new[new["series"].isin(best.index)], count, day)
            kept = top["series"].map(kinds) != "horizon"
            parts.append(top.assign(value=top["value"].where(kept)))
    rows = pd.concat(parts, ignore_index=True)
    rows = rows.assign(known_best=rows["series"].map(best))
    table = _described(rows, evidence, pd.Timestamp(origin))
    return table.sort_values("target").reset_index(drop=True)


def until(origin: str | date, months: int) -> pd.Timestamp:
    """Give the day so many months later; the end of a month goes to the end of a month.

    Parameters
    ----------
    origin : str or datetime.date
        The day.
    months : int
        How many.

    Returns
    -------
    pandas.Timestamp
        The day.

    Examples
    --------
    >>> str(until("2025-06-30", 6).date())
    '2025-12-31'
    """
    day = pd.Timestamp(origin)
    if day.is_month_end:
        return day + pd.offsets.MonthEnd(months)
    return day + pd.DateOffset(months=months)


def outcomes(table: pd.DataFrame) -> dict[str, int]:
    """Count what stands behind the questions.

    Parameters
    ----------
    table : pandas.DataFrame
        From `targets`, of one or several days.

    Returns
    -------
    dict of str to int
        ``pairs`` of day and question that have a value; ``figures``, distinct pairs of series and
        system behind them: the independent outcomes at most; ``systems`` and ``series``.
    """
    scored = table[table["observed"].notna()]
    return {
        "pairs": len(scored),
        "figures": len(scored[_PAIR].drop_duplicates()),
        "systems": int(scored["system"].nunique()),
        "series": int(scored["series"].nunique()),
    }


def seen_on(
    evidence: Evidence, card: Card, day: str | date | pd.Timestamp, min_scores: int
) -> pd.DataFrame:
    """Give the rows that a fit would see on a day.

    Parameters
    ----------
    evidence : Evidence
        Up to the day, or later.
    card : Card
        Chooses the rows.
    day : str, date or pandas.Timestamp
        The day.
    min_scores : int
        Fewest rows of a series.

    Returns
    -------
    pandas.DataFrame
        Rows of the scores.
    """
    seen = cut(evidence, day)
    return select(seen, **(asdict(card.evidence) | {"min_scores": min_scores}))


def _later(
    evidence: Evidence, card: Card, before: pd.DataFrame, last: pd.Timestamp, asked: pd.Index
) -> pd.DataFrame:
    """Give all rows of the asked series that became known after the day, in every vintage."""
    rows = not_excluded(evidence.scores.drop(before.index))
    rows = not_named(rows, evidence.series, card.evidence.exclude)
    released = evidence.systems.set_index("system")["released"]
    rows = rows[rows["series"].isin(asked) & (rows["known_on"] <= last)]
    rows = rows.assign(released=rows["system"].map(released))
    return rows[rows["released"] <= last]


def _new(rows: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Keep what was not published on the day in any vintage."""
    old = pd.MultiIndex.from_frame(before[list(KEY)])
    return rows[~pd.MultiIndex.from_frame(rows[list(KEY)]).isin(old)]


def _named(
    later: pd.DataFrame, before: pd.DataFrame, ends: list[tuple[int, pd.Timestamp]]
) -> pd.DataFrame:
    """Give the first figure of each new pair of series and system."""
    old = pd.MultiIndex.from_frame(before[_PAIR])
    rows = later[~pd.MultiIndex.from_frame(later[_PAIR]).isin(old)]
    first = rows[rows["known_on"] == rows.groupby(_PAIR)["known_on"].transform("min")]
    rank = first["effort"].map(EFFORTS.index).astype(int)  # of no rows a text
    ordered = first.assign(rank=-rank).sort_values(["rank", *KEY], kind="stable")
    one = ordered.drop_duplicates(_PAIR).drop(columns="rank")
    return one.assign(kind="named", months=_bucket(one["known_on"], ends))


def _bucket(days: pd.Series, ends: list[tuple[int, pd.Timestamp]]) -> np.ndarray:
    lasts = np.array([day for _, day in ends], dtype="datetime64[ns]")
    places = np.searchsorted(lasts, days.to_numpy(dtype="datetime64[ns]"))
    return np.array([count for count, _ in ends])[places]


def _records(horizons: pd.DataFrame, later: pd.DataFrame, best: pd.Series) -> pd.DataFrame:
    """Keep horizons surely above the best that was known and above all that was released before."""
    rivals = _measured(later)
    rivals = rivals.assign(reach=bounds(rivals)[1])
    kept = []
    for row in horizons.assign(least=bounds(horizons)[0]).itertuples():
        rival = (rivals["series"] == row.series) & (rivals["system"] != row.system)
        rival &= (rivals["released"] <= row.released) & (rivals["reach"] >= row.least)
        kept.append(bool(row.least > best[str(row.series)]) and not rival.any())
    return horizons[np.array(kept, dtype=bool)].assign(kind="record")


def _measured(rows: pd.DataFrame) -> pd.DataFrame:
    """Leave out what was censored at first and measured later."""
    exact = rows["censoring"] == "none"
    measured = pd.MultiIndex.from_frame(rows.loc[exact, _PAIR])
    return rows[exact | ~pd.MultiIndex.from_frame(rows[_PAIR]).isin(measured)]


def _best(known: pd.DataFrame, new: pd.DataFrame, months: int, day: pd.Timestamp) -> pd.DataFrame:
    """Give, for each series with something new by the day, who is ahead then."""
    both = pd.concat([known[known["series"].isin(new["series"])], new])
    order = both.sort_values(["value", *KEY], ascending=[False, *[True] * len(KEY)])
    top = order.drop_duplicates("series").assign(kind="best", months=months, known_on=day)
    # What lies beyond the suite, or depends on how cheating counts, might be the best.
    open_end = both[both["censoring"].isin(["right", "interval"])]
    reach = bounds(open_end)[1].groupby(open_end["series"]).max()
    sure = ~(top["series"].map(reach).astype(float) >= top["value"])
    return top.assign(value=top["value"].where(sure))


def _described(rows: pd.DataFrame, evidence: Evidence, origin: pd.Timestamp) -> pd.DataFrame:
    series = evidence.series.set_index("series")
    systems = evidence.systems.set_index("system")
    day = str(origin.date())
    metric = rows["series"].map(series["kind"])
    items = rows["n_items"].fillna(rows["series"].map(series["n_items"])).fillna(0)
    trials = np.round(items * rows["n_seeds"].fillna(1)).astype(int)
    lower, upper = (_scaled(metric, end.where(rows["value"].notna())) for end in bounds(rows))
    return rows.assign(
        target=_labels(rows, day),
        origin=day,
        metric=metric,
        domain=rows["series"].map(series["domain"]),
        tier=rows["system"].map(systems["tier"]),
        lab=rows["system"].map(systems["lab"]),
        released=rows["system"].map(systems["released"]),
        basis=rows["known_on_basis"],
        n_trials=np.where(metric == "fraction", trials, 0),
        observed=lower,
        upper=upper,
        known_best=_scaled(metric, rows["known_best"].where(rows["kind"] != "named")),
        block=rows["system"],
    )[list(COLUMNS)]


def _labels(rows: pd.DataFrame, day: str) -> list[str]:
    what = np.where(rows["kind"] == "best", rows["months"].astype(str) + "m", rows["system"])
    parts = zip(rows["kind"], rows["series"], what, strict=True)
    return ["|".join([day, *part]) for part in parts]


def _scaled(metric: pd.Series, values: pd.Series) -> np.ndarray:
    scaled = values.to_numpy(dtype=float).copy()  # an open end is as open on the scale
    for kind in KINDS:
        where = (metric == kind).to_numpy() & np.isfinite(scaled)
        scaled[where] = to_scale(kind, values.to_numpy(dtype=float)[where])
    return scaled
