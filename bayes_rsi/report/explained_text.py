"""What a probability is made of, as plain text.

Invariant: words first, then aligned tables; no line is wider than `tables.WIDTH`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from bayes_rsi.comparison.explain import Explanation
from bayes_rsi.report.tables import aligned, wrapped
from bayes_rsi.report.verb_parts import NOTHING, SHOWN, answer_text, number, points
from bayes_rsi.tags import Verdict
from bayes_rsi.units import readable_minutes

__all__ = ["explained_text"]


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
        f"P({found.event} by {found.day}) = {points(found.probability.p)} ± "
        f"{points(found.probability.mcse)}%. Of the uncertainty whether it happens by then, "
        f"{100 * judged.p:.0f}% is judgement, {100 * parts['data']:.0f}% is what the scores leave "
        f"open about today, and {100 * parts['chance']:.0f}% is chance in the growth to come."
    )
    tables = [
        "Shares of the variance in percent, ± Monte Carlo standard error\n"
        + aligned(_shares(found.shares))
        + _counted(found),
        wrapped(
            "Each quantity at its 10% and its 90% quantile, never at none and at twice ours, "
            "taste_free at 0% and at 100%: P in percent"
        )
        + "\n"
        + aligned(_tornado(found.tornado)),
        "Doubling the trust in a component, to first order: P in points, the median in years\n"
        + aligned(_scaled(found.sensitivity)),
        _left_out(found.leaving_out),
        _alternatives(found.alternatives),
    ]
    return answer_text(verdict, wrapped(said), *tables, assumes=found.assumes)


def _shares(table: pd.DataFrame) -> list[list[str]]:
    rows = [["", "kind", "alone", "Shapley", "with all it touches"]]
    for _, row in table.sort_values("shapley", ascending=False).iterrows():
        cells = (
            f"{points(row[name])} ± {points(row[f'{name}_mcse'])}"
            for name in ("first", "shapley", "total")
        )
        rows.append([row["input"], row["kind"], *cells])
    return rows


def _counted(found: Explanation) -> str:
    """Say what the shares are about, where that is not the probability above them."""
    if f"{found.counted:.3f}" == f"{found.probability.p:.3f}":
        return ""
    return "\n" + wrapped(
        f"These shares are about {points(found.counted)}%: futures in which an event of the card "
        "would have happened by the as-of date are left out everywhere else, but count here, for "
        "only so are the inputs independent."
    )


def _tornado(table: pd.DataFrame) -> list[list[str]]:
    rows = [["", "low", "high", "P at low", "P at high", "change"]]
    for _, row in table.iterrows():
        ends = [_end(row["unit"], float(row[end])) for end in ("low", "high")]
        change = f"{100 * row['change']:+.1f} ± {points(row['mcse'])}"
        rows.append([row["input"], *ends, points(row["p_low"]), points(row["p_high"]), change])
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
        changes = (f"{100 * row[day]:+.1f} ± {points(row[f'{day}_mcse'])}" for day in days)
        median = number(row["median"], "+.2f")
        if median != NOTHING:
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
            change = f"{100 * row['change']:+.1f} ± {points(row['mcse'])}"
        linear = f"{100 * row['linear']:+.1f} ± {points(row['linear_mcse'])}"
        cells = (f"{row['n_scores']}", f"{row['k_hat']:.2f}", change, linear)
        rows.append([row["what"], row["name"], *cells])
    note = wrapped(
        f"Without the scores of a series or of a lab, in points. Of {len(table)} only {sound} can "
        "be taken out by reweighting (k-hat at most 0.7); for the others the first order is a "
        "hint that may have the wrong sign, and `--refit series:NAME` or `--refit lab:NAME` tells."
    )
    return f"{note}\n{aligned(rows)}"


def _alternatives(table: pd.DataFrame) -> str:
    if table.empty:
        return ""
    rows: list[Sequence[str]] = [["", "median", "P", "change"]]
    for _, row in table.iterrows():
        change = f"{100 * row['change']:+.1f} ± {points(row['mcse'])}"
        rows.append([row["what"], row["median"], points(row["p"]), change])
    return "Fitted again with one thing changed: P in percent\n" + aligned(rows)
