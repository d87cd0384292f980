"""What somebody must believe, as plain text.

Invariant: words first, then aligned tables; no line is wider than `tables.WIDTH`.
"""

from __future__ import annotations

import math

import pandas as pd

from bayes_rsi.comparison.implied import Implied
from bayes_rsi.comparison.words import level, spread_moved
from bayes_rsi.report.tables import aligned, wrapped
from bayes_rsi.report.verb_parts import NOTHING, answer_text, points
from bayes_rsi.tags import Verdict

__all__ = ["implied_text"]


def implied_text(found: Implied, verdict: Verdict) -> str:
    """Write what somebody must believe.

    Parameters
    ----------
    found : Implied
        From `bayes_rsi.implied`.
    verdict : Verdict
        Of the posterior behind it.

    Returns
    -------
    str
        The paragraph, hazards, curves, and what each lever would have to be.
    """
    parts = [
        wrapped(f"{found.forecaster} on: {found.question} (our event: {found.event})"),
        wrapped(found.words),
        _hazards(found.hazards),
        _curves(found.curves),
        _beliefs(found),
    ]
    return answer_text(verdict, *parts, assumes=found.assumes)


def _hazards(table: pd.DataFrame) -> str:
    """Write the hazards; ours begin where our evidence ends, which may be later than theirs."""
    rows = [["from", "to", "theirs", "ours", "theirs a year", "ours a year"]]
    for _, row in table.iterrows():
        rates = (f"{row[f'{side}_rate']:.2f}" for side in ("theirs", "ours"))
        shares = (f"{points(row[side])}%" for side in ("theirs", "ours"))
        rows.append([f"{row['start']}", f"{row['end']}", *shares, *rates])
    began = table["ours_start"].iloc[0]
    note = f"\nOurs begin with our as-of date, {began}." if began > table["start"].iloc[0] else ""
    return f"Chance in each period if not before, and as a rate\n{aligned(rows)}{note}"


def _curves(curves: pd.DataFrame) -> str:
    if curves.empty:
        return ""
    rows = [["whose", "curve", "never", "median", "shape"]]
    for _, row in curves.iterrows():
        normal = row["family"] == "normal"
        shape = f"sd {row['second']:.2f} years" if normal else f"shape {row['second']:.2f}"
        median = "none" if pd.isna(row["median"]) else f"{row['median']:%Y-%m}"
        rows.append([row["whose"], row["family"], f"{points(row['never'])}%", median, shape])
    return "Single curves through the last two probabilities\n" + aligned(rows)


def _beliefs(found: Implied) -> str:
    """Write what each lever would have to be: for one of two numbers, and for all of theirs."""
    days = [f"by {day:%Y-%m}" for day in found.points["date"]]
    aim = f"for {'both' if len(days) < 3 else 'first and last'}" if len(days) > 1 else "for it"
    several = len(days) > 1
    single = [["", "ours", f"only {days[0]}", f"only {days[-1]}"]]
    whole = [["", "ours", aim, "then", "against", "at most"]]
    for _, row in found.beliefs.iterrows():
        lever = [str(row["lever"]), _value(row, "ours")]
        single.append([*lever, _value(row, "for_first"), _value(row, "for_second")])
        then = [_points_of(row, "pair", several), f"{100 * row['contradicted']:.0f}%"]
        then = then if row["possible"] else [NOTHING, NOTHING]
        whole.append([*lever, _pair(row), *then, _points_of(row, "most", several)])
    told = f"What would give their numbers, all else as ours\n{aligned(whole)}\n" + wrapped(
        "'against' is the share of futures in which this or another event of the card would have "
        "happened by our as-of date; they are left out. 'at most' is how far the lever gets by its "
        "first number alone, 'then' with both."
    )
    if not several:
        return told
    return f"What would give one of their numbers, all else as ours\n{aligned(single)}\n\n{told}"


def _pair(row: pd.Series) -> str:
    if not row["possible"]:
        return "not possible alone"
    spread = f", {row['spread']} {row['pair_spread']:.2g}" if spread_moved(row) else ""
    return f"{_value(row, 'pair')}{spread}"


def _points_of(row: pd.Series, name: str, several: bool) -> str:
    """Write what a lever gives at the first and the last of several days, or at the only one."""
    sides = ("first", "second") if several else ("first",)
    return ", ".join(points(row[f"{name}_{side}"]) for side in sides) + "%"


def _value(row: pd.Series, column: str) -> str:
    value = float(row[column])
    other = row["pair"] if column == "ours" else row["ours"]
    return NOTHING if math.isnan(value) else level(value, row["unit"], float(other))
