"""Trajectories as plain text: what the frontier scores on every series, now and later.

Invariant: numbers are in the unit of their series, and no line is wider than `WIDTH`.
"""

from __future__ import annotations

import math

from bayes_rsi.comparison.trajectories import Trajectories
from bayes_rsi.report.tables import WIDTH, aligned, wrapped
from bayes_rsi.report.verb_parts import NAME_OF_SERIES, NOTHING, answer_text, shortened
from bayes_rsi.tags import Verdict
from bayes_rsi.units import MINUTES_PER_HOUR

__all__ = ["NEAR", "in_unit", "trajectories_text"]

#: A share this close to its ceiling has little left to tell.
NEAR = 0.05
#: From here on the power of ten is told.
LONG = 1e6


def trajectories_text(found: Trajectories, verdict: Verdict) -> str:
    """Write what the frontier scores on each series.

    Parameters
    ----------
    found : Trajectories
        From `bayes_rsi.trajectories`.
    verdict : Verdict
        Of the posterior behind it.

    Returns
    -------
    str
        How many series are nearly used up, then one line for each.
    """
    rows = [["series", "scores", "best", "now", found.until, "80% interval", "ceiling"]]
    for _, row in found.table.iterrows():
        best, now, low, middle, high, ceiling = (
            in_unit(row[name], row["kind"])
            for name in ("best", "now", "p10", "p50", "p90", "ceiling_p50")
        )
        interval = f"{low} to {high}"
        name = shortened(str(row["series"]), NAME_OF_SERIES)
        rows.append([name, str(row["scores"]), best, now, middle, interval, ceiling])
    notes = (
        f"'now' is {found.as_of}; 'best' is the highest figure that was fitted, by whatever system "
        "and harness. Horizons are work time, speed-ups and ratios are factors."
    )
    if found.left_out:
        notes += f" Without curves, as they count: {', '.join(found.left_out)}."
    table = aligned(rows)
    if max(map(len, table.splitlines())) > WIDTH:
        table = aligned(rows, gap=1)
    told = f"{table}\n{wrapped(notes)}"
    return answer_text(verdict, wrapped(_used_up(found)), told, assumes=found.assumes)


def in_unit(value: float, kind: str) -> str:
    """Write a score in the unit of its series.

    Parameters
    ----------
    value : float
        A share, a factor, a ratio or minutes; nan if missing.
    kind : str
        Kind of metric.

    Returns
    -------
    str
        Such as ``"94.4%"``, ``"569x"``, ``"2,435 h"``.

    Examples
    --------
    >>> in_unit(0.944, "fraction"), in_unit(90.0, "horizon")
    ('94.4%', '1.5 h')
    """
    if math.isnan(value):
        return NOTHING
    if kind == "fraction":
        return f"{100 * value:.3g}%"
    if kind == "horizon":
        hours = value / MINUTES_PER_HOUR
        return f"{_short(hours)} h" if hours >= 1 else f"{_short(value)} min"
    return f"{_short(value)}x"


def _short(number: float) -> str:
    if number >= LONG:
        return f"{number:.0e}"
    return f"{number:,.0f}" if number >= 99.5 else f"{number:.2g}"


def _used_up(found: Trajectories) -> str:
    """Say how many shares are close to their ceilings."""
    shares = found.table[found.table["kind"] == "fraction"]
    if shares.empty:
        return ""
    now, then = (int((shares[name] <= NEAR).sum()) for name in ("left_now", "left"))
    told = ": there is little that these can tell of what comes after" if then else ""
    return (
        f"Of {len(shares)} share{'s' * (len(shares) > 1)} of items, a system at the frontier of "
        f"released systems is expected within {100 * NEAR:.0f} points of the ceiling on {now} by "
        f"{found.as_of} and on {then} by {found.until}{told}."
    )
