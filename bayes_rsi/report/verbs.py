"""Answers of the verbs as plain text: words first, then aligned tables.

Invariant: the first line is the verdict of the convergence gates, the last says what is assumed, no
line is wider than `WIDTH`, and a probability has its Monte Carlo error where one is known.
"""

from __future__ import annotations

from typing import Protocol

import pandas as pd

from bayes_rsi.comparison.compounding import Compounding
from bayes_rsi.comparison.forecasters import Compared
from bayes_rsi.comparison.given import Given
from bayes_rsi.comparison.human_level import HumanLevel
from bayes_rsi.comparison.information import Information
from bayes_rsi.forecasting.result import Forecast
from bayes_rsi.report.tables import aligned, moved_text, wrapped
from bayes_rsi.report.verb_parts import (
    NAME_OF_SERIES,
    answer_text,
    number,
    points,
    shortened,
)
from bayes_rsi.tags import Verdict

__all__ = [
    "compared_text",
    "compounding_text",
    "given_text",
    "human_level_text",
    "information_text",
    "updated_text",
]


class Updated(Protocol):
    """What is written of an update; it is made in a room that this one does not import."""

    before: Forecast
    after: Forecast
    rows: pd.DataFrame
    gone: float
    passing: float
    table: pd.DataFrame
    k_hat: float
    ess: float
    refitted: bool
    why: str
    asked: str
    seconds: float
    assumes: str


def given_text(found: Given, verdict: Verdict) -> str:
    """Write a conditioned forecast.

    Parameters
    ----------
    found : Given
        From `bayes_rsi.given`.
    verdict : Verdict
        Of the posterior behind it.

    Returns
    -------
    str
        What was asked, how likely it is, what moves.
    """
    said = (
        f"Given '{found.condition}', which has a probability of {points(found.probability.p)} ± "
        f"{points(found.probability.mcse)}%: {found.n_kept:,} futures are left, worth "
        f"{found.ess:,.0f} independent draws."
    )
    rows = [["", "", "before", "given", "change"]]
    for row in found.table.to_dict("records"):
        if row["unit"] == "probability":
            numbers = [points(row["before"]), points(row["given"])]
            change = f"{100 * row['change']:+.1f} ± {points(row['mcse'])}"
        elif row["unit"] == "date":
            numbers, change = [row["before"], row["given"]], ""
        else:
            numbers = [f"{row['before']:.2f}", f"{row['given']:.2f}"]
            change = f"{row['change']:+.2f}"
        rows.append([row["event"], row["quantity"], *map(str, numbers), change])
    title = (
        "What it moves (probabilities in percent, changes in points; growth in doublings a year)"
    )
    return answer_text(verdict, wrapped(said), f"{title}\n{aligned(rows)}", assumes=found.assumes)


def compounding_text(found: Compounding, verdict: Verdict) -> str:
    """Write what is left of an accuracy.

    Parameters
    ----------
    found : Compounding
        From `bayes_rsi.compounding`.
    verdict : Verdict
        Of the posterior behind it.

    Returns
    -------
    str
        By number of generations and by day.
    """
    said = (
        f"With {100 * found.accuracy:g}% kept by each generation, "
        + ", ".join(
            f"{100 * row['kept']:.4g}% is left after {row['generations']}"
            for _, row in found.by_generation.iterrows()
        )
        + f". Generations count from {found.event}."
    )
    by_count = [["generations", "left", "10% of futures by", "half by", "90% by"]]
    for _, row in found.by_generation.iterrows():
        days = (f"{row[p]:%Y-%m}" if row[p] is not None else "later" for p in _QUANTILES)
        by_count.append([str(row["generations"]), f"{100 * row['kept']:.4g}%", *days])
    by_day = [["by", "happened", "generations then (10%, 50%, 90%)", "left then", "half lost"]]
    for _, row in found.by_day.iterrows():
        counts = ", ".join(number(row[p], ".0f") for p in _QUANTILES)
        left = number(100 * row["kept"], ".1f", "%")
        lost = f"{points(row['half_lost'])}%"
        by_day.append(
            [f"{row['date']:%Y-%m-%d}", f"{points(row['happened'])}%", counts, left, lost]
        )
    return answer_text(
        verdict, wrapped(said), aligned(by_count), aligned(by_day), assumes=found.assumes
    )


def compared_text(found: Compared, verdict: Verdict) -> str:
    """Write what others say beside what we say.

    Parameters
    ----------
    found : Compared
        Others' probabilities and ours.
    verdict : Verdict
        Of the posterior behind ours.

    Returns
    -------
    str
        Each event or condition with everybody who spoke about it.
    """
    rows = [["what", "by", "theirs", "ours", "points", "who", "said on"]]
    for _, row in found.table.iterrows():
        said = f"{_BOUNDS[row['bound']]}{points(row['theirs'])}%"
        cells = (f"{row['date']:%Y-%m-%d}", said, f"{points(row['ours'])}%")
        who, what = _cut(row["forecaster"], NAME_OF_FORECASTER), _cut(row["event"], CONDITION)
        day = f"{row['forecast_date']:%Y-%m}"
        rows.append([what, *cells, f"{row['points']:+.1f}", who, day])
    notes = "'points': ours minus theirs. Quantiles are told as probabilities, a median as 50%."
    return answer_text(verdict, f"{aligned(rows)}\n{wrapped(notes)}", assumes=found.assumes)


def human_level_text(found: HumanLevel, verdict: Verdict) -> str:
    """Write when each series comes to its human baseline.

    Parameters
    ----------
    found : HumanLevel
        From `bayes_rsi.human_level`.
    verdict : Verdict
        Of the posterior behind it.

    Returns
    -------
    str
        The earliest first.
    """
    sure, count = int((found.table["reached"] > 0.5).sum()), len(found.table)
    said = (
        f"Of {count} series with a human baseline the frontier of released systems is more likely "
        f"than not above it on {sure} by {found.as_of}."
    )
    asked = [str(name) for name in found.table.columns if str(name).startswith("by ")]
    heads = [f"by {day.removeprefix('by ')[:7]}" for day in asked]
    rows = [["series", "human", "reached", *heads, "median", "80% interval"]]
    never = found.table["out_of_reach"] == 1
    for _, row in found.table[~never].iterrows():
        ends = [f"{row[p]:%Y-%m}" if row[p] is not None else "later" for p in _QUANTILES]
        shares = (f"{points(row[name])}%" for name in ("reached", *asked))
        cells = (f"{row['human']:.3g}", *shares, ends[1], f"{ends[0]} to {ends[2]}")
        rows.append([shortened(str(row["series"]), NAME_OF_SERIES), *cells])
    notes = "'later': out of reach, or after the simulated horizon."
    if never.any():
        notes += (
            " Not reached in any future, as no curve gets to a score of all items: "
            f"{', '.join(found.table.loc[never, 'series'])}."
        )
    told = f"{aligned(rows)}\n{wrapped(notes)}"
    return answer_text(verdict, wrapped(said), told, assumes=found.assumes)


def information_text(found: Information, verdict: Verdict) -> str:
    """Write what measurements can be expected to tell.

    Parameters
    ----------
    found : Information
        From `bayes_rsi.value_of_information`.
    verdict : Verdict
        Of the posterior behind it.

    Returns
    -------
    str
        The most telling first; of an event that comes in no future by that day, or in every one,
        that there is nothing to tell.
    """
    best, now = found.table.iloc[0], found.probability
    said = f"P({found.event} by {found.day}) = {points(now.p)} ± {points(now.mcse)}%"
    if pd.isna(best["resolved"]):
        comes = "no future of the forecast has it" if now.p < 0.5 else "every future has it"
        told = f"{said}: {comes} by then, so there is nothing that a measurement could tell."
        return answer_text(verdict, wrapped(told), assumes=found.assumes)
    said += (
        f". '{best['measurement']}' can be expected to move that by {points(best['move'])} points"
        + (", most of the measurements below." if len(found.table) > 1 else ".")
    )
    rows = [["", "move", "if low", "if high", "resolved"]]
    for _, row in found.table.iterrows():
        resolved = f"{points(row['resolved'])} ± {points(row['resolved_mcse'])}"
        cells = (points(row["move"]), points(row["low"]), points(row["high"]), resolved)
        rows.append([row["measurement"][:NAME], *cells])
    title = (
        "Points that P can be expected to move by, P after an outcome at its 10% and at its 90% "
        "quantile, percent of the variance"
    )
    return answer_text(
        verdict, wrapped(said), f"{wrapped(title)}\n{aligned(rows)}", assumes=found.assumes
    )


def updated_text(found: Updated, verdict: Verdict) -> str:
    """Write what new scores moved.

    Parameters
    ----------
    found : Updated
        From `bayes_rsi.update`.
    verdict : Verdict
        Of the posterior with them.

    Returns
    -------
    str
        How it was done, what moved, and by which rows.
    """
    count = f"{len(found.rows)} new score{'s' if len(found.rows) != 1 else ''}"
    if found.refitted:
        said = f"{count}; fitted again, because reweighting met {found.why}."
    else:
        said = (
            f"{count}; the draws were reweighted in {found.seconds:.2f} s (k-hat "
            f"{found.k_hat:.2f}, worth {found.ess:,.0f} independent draws), not fitted again."
        )
    rows = [["new score", "value", "known on", "" if found.refitted else "shift, points"]]
    for _, row in found.rows.iterrows():
        shift = "" if found.refitted else f"{100 * row['shift']:+.2f}"
        name = " on ".join((row["system"], row["series"]))
        rows.append([name[:NAME], f"{row['value']:.4g}", f"{row['known_on']:%Y-%m-%d}", shift])
    title = "The new scores"
    if not found.refitted:
        title += f", and what each did to P({found.asked})"
    if not found.refitted and found.gone:
        rows.append(["figures replaced or known no more", "", "", f"{100 * found.gone:+.2f}"])
    day, what = found.after.tag.as_of, "the new scores"
    if day != found.before.tag.as_of:  # time that passes without an event moves dates too
        what += f", and no event until {day},"
        said += _waited(found, day)
        if not found.refitted:
            rows.append([f"no event until {day}", "", "", f"{100 * found.passing:+.2f}"])
    moves = moved_text(found.table, [what], ("before", "after"))
    parts = [wrapped(said), moves, f"{title}\n{aligned(rows)}"]
    if not found.refitted:
        parts.append(wrapped(_KEPT.format(found.before.tag.as_of)))
    return answer_text(verdict, *parts, assumes=found.assumes)


#: Longest name in the first column of a table.
NAME = 60
#: Characters of a forecaster's name, and of what is asked, that a table has room for.
NAME_OF_FORECASTER, CONDITION = 22, 28
#: How somebody's number is meant.
_BOUNDS = {"exact": "", "lower": ">= ", "upper": "<= "}
_KEPT = (
    "The stored forecast stays as it is, and the other commands answer from it, as of {}; in "
    "Python `found.after` can be asked further."
)


def _cut(text: object, room: int) -> str:
    whole = str(text)
    return whole if len(whole) <= room else f"{whole[: room - 2]}.."


def _waited(found: Updated, day: str) -> str:
    """Say what would have come by a day, and what its not having come does."""
    before = found.before
    had = ", ".join(f"{points(before.probability_by(day, n))}% for {n}" for n in before.event_names)
    text = f" It is taken as known that none of the events had happened by {day} (before: {had})"
    if not found.refitted:
        return f"{text}."
    moved = f"{100 * found.passing:+.1f} points without any score"
    return f"{text}, which moves P({found.asked}) by {moved}."


_QUANTILES = ("p10", "p50", "p90")
