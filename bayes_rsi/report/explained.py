"""One figure: whose uncertainty it is, and what each quantity could move.

Invariant: what is drawn is what the explanation holds.
"""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bayes_rsi.comparison.explain import Explanation
from bayes_rsi.report.figure import COLOURS

__all__ = ["explained_figure"]

_KINDS = {"data": COLOURS[0], "chance": COLOURS[4], "judgement": COLOURS[1], "prior": COLOURS[2]}


def explained_figure(found: Explanation) -> Figure:
    """Draw Shapley shares and the tornado.

    Parameters
    ----------
    found : Explanation
        From `bayes_rsi.explain`.

    Returns
    -------
    matplotlib.figure.Figure
        Two panels, 12 by 5 inches.

    Examples
    --------
    >>> explained_figure(rsi.explain(forecast)).savefig("explained.svg")
    """
    figure = Figure(figsize=(12, 5), layout="constrained")
    left, right = figure.subplots(1, 2)
    _draw_shares(left, found.shares.sort_values("shapley"))
    _draw_tornado(right, found.tornado[::-1], found.probability.p)
    figure.suptitle(f"{found.event.replace('_', ' ')} by {found.day}", fontsize=10)
    return figure


def _draw_shares(axes: Axes, table: pd.DataFrame) -> None:
    shown: set[str] = set()
    for _, row in table.iterrows():  # one by one, so that the largest is on top whatever its kind
        kind = str(row["kind"])
        axes.barh(
            str(row["input"]),
            100 * row["shapley"],
            xerr=100 * row["shapley_mcse"],
            color=_KINDS[kind],
            label=kind if kind not in shown else None,
        )
        shown.add(kind)
    axes.set_title("Shapley shares of the variance, percent", fontsize=10)
    axes.legend(loc="lower right", fontsize=8, frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)


def _draw_tornado(axes: Axes, table: pd.DataFrame, middle: float) -> None:
    for _, row in table.iterrows():
        low, high = 100 * row["p_low"], 100 * row["p_high"]
        axes.barh(str(row["input"]), high - low, left=low, color=_KINDS[str(row["kind"])])
        axes.plot(high, str(row["input"]), "k|", ms=12)
    axes.axvline(100 * middle, color="#555555", lw=0.8)
    axes.set_title("Percent at the 10% and (marked) the 90% quantile", fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)
