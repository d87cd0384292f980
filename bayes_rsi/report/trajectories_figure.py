"""One figure: a panel for each series with its scores, the frontier's curve and the ceiling.

Invariant: what is drawn is what the trajectories hold.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

from bayes_rsi import names
from bayes_rsi.comparison.trajectories import Trajectories
from bayes_rsi.forecasting.result import Forecast
from bayes_rsi.report.figure import COLOURS, WORK_TICKS, stamp
from bayes_rsi.report.trajectories_text import in_unit

__all__ = ["trajectories_figure"]

#: Panels in a row, and their size in inches.
COLUMNS, WIDE, HIGH = 4, 3.4, 2.5
#: Inches for the title above the panels and the legend below.
WORDS = 0.9
#: Share of its width that a panel shows before the first score.
EDGE = 0.03
#: Mark, size and meaning of a score: what is known as a bound points to where it may lie.
MARKS = {
    "none": ("o", 2, "score, by release of the system"),
    "right": ("^", 3, "score: at least"),
    "left": ("v", 3, "score: at most"),
}
BETWEEN = "score: between bounds"
_GREY = "#555555"


def trajectories_figure(found: Trajectories, forecast: Forecast) -> Figure:
    """Draw scores, what the frontier is expected to score, and the ceiling, series by series.

    Parameters
    ----------
    found : Trajectories
        From `bayes_rsi.trajectories`.
    forecast : Forecast
        What they are of: its origin, and whether its gates passed, stand above.

    Returns
    -------
    matplotlib.figure.Figure
        Four panels in a row, each 3.4 by 2.5 inches; axes of horizons and factors are logarithmic.

    Examples
    --------
    >>> found = rsi.trajectories(forecast, ["paperbench", "exam"])  # doctest: +SKIP
    >>> trajectories_figure(found, forecast).savefig("trajectories.svg")  # doctest: +SKIP
    """
    count = len(found.table)
    columns = min(COLUMNS, count)
    rows = -(-count // columns)
    size = (max(columns, 2) * WIDE, rows * HIGH + WORDS)
    figure = Figure(figsize=size, layout="constrained")
    stamp(figure, forecast)
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes, name in zip(grid, found.table["series"], strict=False):
        _draw(axes, found, str(name))
    for axes in grid[count:]:
        axes.set_axis_off()
    handles = {
        label: handle
        for axes in grid[:count]
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    figure.legend(
        handles.values(),
        handles.keys(),
        loc="outside lower center",
        ncols=3,
        fontsize=7,
        frameon=False,
    )
    return figure


def _draw(axes: Axes, found: Trajectories, series: str) -> None:
    (row,) = found.table[found.table["series"] == series].to_dict("records")
    drawn = found.curves[["expected", "figure"]]
    curves = drawn.sel({names.SERIES: series}).dropna(names.DATE)
    days = curves[names.DATE].values
    _draw_ceiling(axes, row["ceiling_p10"], row["ceiling_p50"], row["ceiling_p90"])
    _band(axes, days, curves["figure"], 0.12, "80% of figures of a frontier system")
    _band(axes, days, curves["expected"], 0.3, "80% of its expected score")
    middle = curves["expected"].isel({names.QUANTILE: 1})
    axes.plot(days, middle, color=COLOURS[0], lw=1.2, label="its expected score, median")
    _draw_scores(axes, found, series)
    if not np.isnan(row["human"]):
        axes.axhline(row["human"], color=COLOURS[2], lw=0.8, ls=":", label="people")
    as_of = date.fromisoformat(found.as_of)
    axes.axvline(float(date2num(as_of)), color=_GREY, lw=0.6, ls="--", label="as of")
    first = found.scores.loc[found.scores["series"] == series, "released"].min()
    _scale(axes, str(row["kind"]), curves, first.to_datetime64())
    axes.set_title(series, fontsize=8)


def _draw_ceiling(axes: Axes, low: float, middle: float, high: float) -> None:
    if not np.isnan(middle):
        axes.axhspan(low, high, color=COLOURS[1], alpha=0.12, lw=0)
        axes.axhline(middle, color=COLOURS[1], lw=0.8, label="ceiling, median and 80%")


def _band(axes: Axes, days: np.ndarray, curve: xr.DataArray, alpha: float, label: str) -> None:
    low, _, high = curve.transpose(names.QUANTILE, names.DATE).values
    axes.fill_between(days, low, high, color=COLOURS[0], alpha=alpha, lw=0, label=label)


def _draw_scores(axes: Axes, found: Trajectories, series: str) -> None:
    rows = found.scores[found.scores["series"] == series]
    between = rows[rows["censoring"] == "interval"]
    for _, row in between.iterrows():
        axes.vlines(
            row["released"], row["lower"], row["upper"], color="black", lw=0.8, label=BETWEEN
        )
    rows = rows.drop(between.index)
    for censoring, part in rows.groupby("censoring"):
        mark, size, label = MARKS[str(censoring)]
        axes.plot(
            part["released"].to_numpy(),
            part["value"].to_numpy(),
            mark,
            ms=size,
            color="black",
            alpha=0.7,
            label=label,
        )


def _scale(axes: Axes, kind: str, curves: xr.Dataset, first: np.datetime64) -> None:
    if kind == "fraction":
        axes.set_ylim(-0.02, 1.02)
    else:
        axes.set_yscale("log")
        axes.yaxis.set_minor_locator(NullLocator())
    if kind == "horizon":
        low, high = axes.get_ylim()
        shown = {name: size for name, size in WORK_TICKS.items() if low <= size <= high}
        axes.set_yticks(list(shown.values()), list(shown))
    else:
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: in_unit(value, kind)))
    last = curves[names.DATE].values[-1]
    axes.set_xlim(first - (last - first) * EDGE, last)
    locator = AutoDateLocator(minticks=2, maxticks=5)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=6)
