"""Answers of the verbs as plain text: words first, then aligned tables.

Invariant: the first line is the verdict of the convergence gates, the last says what is assumed, no
line is wider than `WIDTH`, and a probability has its Monte Carlo error where one is known.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

import pandas as pd

from bayes_rsi.comparison.compounding import Compounding
from bayes_rsi.comparison.explain import Explanation
from bayes_rsi.comparison.given import Given
from bayes_rsi.comparison.implied import Implied
from bayes_rsi.comparison.information import Information
from bayes_rsi.report.tables import aligned, moved_text, wrapped
from bayes_rsi.tags import Verdict
from bayes_rsi.units import readable_minutes

__all__ = [
    "compounding_text",
    "explained_text",
    "given_text",
    "implied_text",
    "information_text",
    "updated_text",
]


class Updated(Protocol):
    """What is written of an update; it is made in a room that this one does not import."""

    rows: pd.DataFrame
    table: pd.DataFrame
    k_hat: float
    ess: float
    refitted: bool
    why: str
    asked: str
    seconds: float
    assumes: str


#: Rows of long tables that are shown; the rest is in the document.
SHOWN = 12
_NAN = "-"


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
        f"Given '{found.condition}', which has a probability of {_points(found.probability.p)} ± "
        f"{_points(found.probability.mcse)}%: {found.n_kept:,} futures are left, worth "
        f"{found.ess:,.0f} independent draws."
    )
    rows = [["", "", "before", "given", "change"]]
    for row in found.table.to_dict("records"):
        if row["unit"] == "probability":
            numbers = [_points(row["before"]), _points(row["given"])]
            change = f"{100 * row['change']:+.1f} ± {_points(row['mcse'])}"
        elif row["unit"] == "date":
            numbers, change = [row["before"], row["given"]], ""
        else:
            numbers = [f"{row['before']:.2f}", f"{row['given']:.2f}"]
            change = f"{row['change']:+.2f}"
        rows.append([row["event"], row["quantity"], *map(str, numbers), change])
    title = (
        "What it moves (probabilities in percent, changes in points; growth in doublings a year)"
    )
    return _text(verdict, wrapped(said), f"{title}\n{aligned(rows)}", assumes=found.assumes)


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
    hazards = [["from", "to", "theirs", "ours", "theirs a year", "ours a year"]]
    for _, row in found.hazards.iterrows():
        rates = (f"{row[f'{side}_rate']:.2f}" for side in ("theirs", "ours"))
        shares = (f"{_points(row[side])}%" for side in ("theirs", "ours"))
        hazards.append([f"{row['start']}", f"{row['end']}", *shares, *rates])
    parts = [
        wrapped(f"{found.forecaster} on: {found.question}"),
        wrapped(found.words),
        "Chance in each period if not before, and as a rate\n" + aligned(hazards),
        _curves(found.curves),
        "What would give their numbers, all else as ours\n" + aligned(_beliefs(found)),
    ]
    return _text(verdict, *parts, assumes=found.assumes)


def explained_text(found: Explanation, verdict: Verdict) -> str:
    """Write what a probability is made of.

    Parameters
    ----------
    found : Explanation
        From `bayes_rsi.explain`.
    verdict : Verdict
        Of the posterior behind it.

    Returns
    -------
    str
        Data against judgement, tornado, power-scaling, what series and labs contribute.
    """
    judged = found.judged()
    parts = found.shares.set_index("kind")["shapley"]
    said = (
        f"P({found.event} by {found.day}) = {_points(found.probability.p)} ± "
        f"{_points(found.probability.mcse)}%. Of the uncertainty whether it happens by then, "
        f"{100 * judged.p:.0f}% is judgement, {100 * parts['data']:.0f}% is what the scores leave "
        f"open about today, and {100 * parts['chance']:.0f}% is chance in the growth to come."
    )
    tables = [
        "Shares of the variance in percent, ± Monte Carlo standard error\n"
        + aligned(_shares(found.shares)),
        "Each quantity at its 10% and its 90% quantile: P in percent\n"
        + aligned(_tornado(found.tornado)),
        "Doubling the trust in a component, to first order: P in points, the median in years\n"
        + aligned(_scaled(found.sensitivity)),
        _left_out(found.leaving_out),
        _alternatives(found.alternatives),
    ]
    return _text(verdict, wrapped(said), *tables, assumes=found.assumes)


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
        counts = ", ".join(_number(row[p], ".0f") for p in _QUANTILES)
        left = _number(100 * row["kept"], ".1f", "%")
        lost = f"{_points(row['half_lost'])}%"
        by_day.append(
            [f"{row['date']:%Y-%m-%d}", f"{_points(row['happened'])}%", counts, left, lost]
        )
    return _text(verdict, wrapped(said), aligned(by_count), aligned(by_day), assumes=found.assumes)


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
        The most telling first.
    """
    best = found.table.iloc[0]
    said = (
        f"P({found.event} by {found.day}) = {_points(found.probability.p)} ± "
        f"{_points(found.probability.mcse)}%. Of these, '{best['measurement']}' would tell most: "
        f"it can be expected to move that by {_points(best['move'])} points."
    )
    rows = [["", "expected move", "after a low one", "after a high one", "resolved"]]
    for _, row in found.table.iterrows():
        resolved = f"{_points(row['resolved'])} ± {_points(row['resolved_mcse'])}"
        cells = (_points(row["move"]), _points(row["low"]), _points(row["high"]), resolved)
        rows.append([row["measurement"], *cells])
    title = (
        "Points that P moves by, P after an outcome at its 10% and at its 90% quantile, percent of "
        "the variance"
    )
    return _text(
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
        rows.append([name[:60], f"{row['value']:.4g}", f"{row['known_on']:%Y-%m-%d}", shift])
    title = "The new scores"
    if not found.refitted:
        title += f", and what each did to P({found.asked})"
    moves = moved_text(found.table, ["the new scores"], ("before", "after"))
    return _text(verdict, wrapped(said), moves, f"{title}\n{aligned(rows)}", assumes=found.assumes)


_QUANTILES = ("p10", "p50", "p90")


def _text(verdict: Verdict, *parts: str, assumes: str) -> str:
    whole = [wrapped(verdict.sentence()), *parts, wrapped(f"Assumes: {assumes}.")]
    return "\n\n".join(part for part in whole if part) + "\n"


def _points(share: object) -> str:
    return f"{100 * float(str(share)):.1f}"


def _number(value: float, form: str, unit: str = "") -> str:
    return _NAN if math.isnan(value) else f"{value:{form}}{unit}"


def _curves(curves: pd.DataFrame) -> str:
    if curves.empty:
        return ""
    rows = [["whose", "curve", "never", "median", "shape"]]
    for _, row in curves.iterrows():
        normal = row["family"] == "normal"
        shape = f"sd {row['second']:.2f} years" if normal else f"shape {row['second']:.2f}"
        median = "none" if pd.isna(row["median"]) else f"{row['median']:%Y-%m}"
        rows.append([row["whose"], row["family"], f"{_points(row['never'])}%", median, shape])
    return "Single curves through the last two probabilities\n" + aligned(rows)


def _beliefs(found: Implied) -> list[list[str]]:
    days = [f"by {day:%Y-%m}" for day in found.points["date"]]
    pair = "for both" if len(days) > 1 else f"for {days[0]}"
    header = ["", "ours", f"only {days[0]}", f"only {days[-1]}", pair, "then", "at most"]
    rows = [header]
    for _, row in found.beliefs.iterrows():
        spread = ""
        if row["spread"] and row["possible"]:
            spread = f", {row['spread']} {row['pair_spread']:.2g}"
        both = f"{_value(row, 'pair')}{spread}" if row["possible"] else "not possible alone"
        then = f"{_points(row['pair_first'])}, {_points(row['pair_second'])}%"
        rows.append(
            [
                str(row["lever"]),
                _value(row, "ours"),
                _value(row, "for_first"),
                _value(row, "for_second"),
                both,
                then if row["possible"] else _NAN,
                f"{_points(row['most_first'])}, {_points(row['most_second'])}%",
            ]
        )
    return rows


def _value(row: pd.Series, column: str) -> str:
    value = float(row[column])
    if math.isnan(value):
        return _NAN
    if row["unit"] == "minutes":
        return readable_minutes(value)
    return f"{value:.2g}{' y' if row['unit'] == 'years' else ''}"


def _shares(table: pd.DataFrame) -> list[list[str]]:
    rows = [["", "kind", "alone", "Shapley", "with all it touches"]]
    for _, row in table.sort_values("shapley", ascending=False).iterrows():
        cells = (
            f"{_points(row[name])} ± {_points(row[f'{name}_mcse'])}"
            for name in ("first", "shapley", "total")
        )
        rows.append([row["input"], row["kind"], *cells])
    return rows


def _tornado(table: pd.DataFrame) -> list[list[str]]:
    rows = [["", "low", "high", "P at low", "P at high", "change"]]
    for _, row in table.iterrows():
        ends = [_end(row["unit"], float(row[end])) for end in ("low", "high")]
        change = f"{100 * row['change']:+.1f} ± {_points(row['mcse'])}"
        rows.append([row["input"], *ends, _points(row["p_low"]), _points(row["p_high"]), change])
    return rows


def _end(unit: str, value: float) -> str:
    if unit == "minutes":
        return readable_minutes(value)
    if unit == "doublings":
        return readable_minutes(2.0**value)
    if unit == "probability":
        return f"{100 * value:.0f}%"
    return f"{value:.2f} {'y' if unit == 'years' else 'a year'}"


def _scaled(table: pd.DataFrame) -> list[list[str]]:
    days = [str(c)[: -len("_mcse")] for c in table.columns if str(c).endswith("_mcse")][:-1]
    rows = [["", "kind", "psense", *(f"by {day}" for day in days), "median"]]
    for _, row in table.head(SHOWN).iterrows():
        changes = (f"{100 * row[day]:+.1f} ± {_points(row[f'{day}_mcse'])}" for day in days)
        median = _number(row["median"], "+.2f")
        if median != _NAN:
            median += f" ± {row['median_mcse']:.2f}"
        rows.append([row["component"], row["kind"], f"{row['psense']:.3f}", *changes, median])
    return rows


def _left_out(table: pd.DataFrame) -> str:
    if table.empty:
        return ""
    sound = int(table["change"].notna().sum())
    rows = [["", "", "scores", "k-hat", "change of P", "to first order"]]
    for _, row in table.head(sound + SHOWN).iterrows():
        change = "refit needed"
        if not math.isnan(row["change"]):
            change = f"{100 * row['change']:+.1f} ± {_points(row['mcse'])}"
        linear = f"{100 * row['linear']:+.1f} ± {_points(row['linear_mcse'])}"
        cells = (f"{row['n_scores']}", f"{row['k_hat']:.2f}", change, linear)
        rows.append([row["what"], row["name"], *cells])
    note = wrapped(
        f"Without the scores of a series or of a lab, in points. Of {len(table)} only {sound} can "
        "be taken out by reweighting (k-hat at most 0.7); for the others the first order tells "
        "sign and size, and `--refit series:NAME` or `--refit lab:NAME` the truth."
    )
    return f"{note}\n{aligned(rows)}"


def _alternatives(table: pd.DataFrame) -> str:
    if table.empty:
        return ""
    rows: list[Sequence[str]] = [["", "median", "P", "change"]]
    for _, row in table.iterrows():
        change = f"{100 * row['change']:+.1f} ± {_points(row['mcse'])}"
        rows.append([row["what"], row["median"], _points(row["p"]), change])
    return "Fitted again with one thing changed: P in percent\n" + aligned(rows)
