"""One figure: the frontier with its future, and the probability of each event by date.

Invariant: what is drawn is what the forecast and the comparison hold; the same content gives the
same file, byte for byte.
"""

from __future__ import annotations

import io
import textwrap
from datetime import date, timedelta
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.figure import Figure

from bayes_rsi import names
from bayes_rsi.forecasting.result import Forecast
from bayes_rsi.pooling.pool import Pool
from bayes_rsi.report.points import horizon_points
from bayes_rsi.units import WORK_TIME

__all__ = ["COLOURS", "WORK_TICKS", "figure_bytes", "forecast_figure", "stamp"]

#: Last day of the left panel and of the right one.
FRONTIER_UNTIL, EVENTS_UNTIL = date(2032, 12, 31), date(2040, 12, 31)
#: Colours that people with any colour vision tell apart (Okabe and Ito).
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
_GREY = "#555555"
#: Letters of a title that an inch holds, wide ones too.
LETTERS = 10
#: Work times that an axis is labelled with, minutes.
WORK_TICKS = {
    "1 second": 1 / 60,
    "1 minute": 1.0,
    "1 hour": WORK_TIME["hour"],
    "1 work-day": WORK_TIME["work-day"],
    "1 work-week": WORK_TIME["work-week"],
    "1 work-month": WORK_TIME["work-month"],
    "1 work-year": WORK_TIME["work-year"],
    "10 work-years": 10 * WORK_TIME["work-year"],
    "100 work-years": 100 * WORK_TIME["work-year"],
    "1,000 work-years": 1e3 * WORK_TIME["work-year"],
    "100,000 work-years": 1e5 * WORK_TIME["work-year"],
}


def forecast_figure(
    forecast: Forecast, comparisons: pd.DataFrame, panel: xr.Dataset, forms: Pool | None = None
) -> Figure:
    """Draw the frontier with its future, and the curves of the events.

    Parameters
    ----------
    forecast : Forecast
        What was forecast.
    comparisons : pandas.DataFrame
        From `bayes_rsi.compare`; drawn as points; may be empty.
    panel : xarray.Dataset
        The scores behind the fit; its METR time horizons are drawn.
    forms : Pool, optional
        Forms of the trend: a thin line for each, a thick dashed one for their pool.

    Returns
    -------
    matplotlib.figure.Figure
        Two panels, 12 by 5 inches.

    Examples
    --------
    >>> table = rsi.compare(forecast, "clark")
    >>> forecast_figure(forecast, table, fit.panel).savefig("forecast.svg")  # doctest: +SKIP
    """
    figure = Figure(figsize=(12, 5), layout="constrained")
    left, right = figure.subplots(1, 2)
    _draw_frontier(left, forecast, panel)
    _draw_events(right, forecast)
    if forms is not None:
        _draw_forms(right, forecast, forms)
    _draw_theirs(right, forecast, comparisons)
    right.legend(loc="best", fontsize=8)
    stamp(figure, forecast)
    return figure


def stamp(figure: Figure, forecast: Forecast) -> None:
    """Write above a figure where it comes from, and whether it can be relied on.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Gets a title.
    forecast : Forecast
        What is drawn.
    """
    tag = forecast.tag
    note = f"card {tag.card}, evidence known by {tag.as_of}, seed {tag.seed}"
    if forecast.condition:
        note += f", given {forecast.condition}"
    lines = textwrap.wrap(note, int(LETTERS * figure.get_figwidth()))
    if not forecast.verdict.passed:
        lines.insert(0, "CONVERGENCE GATES FAILED: do not rely on this figure")
    colour = _GREY if forecast.verdict.passed else "#C00000"
    figure.suptitle("\n".join(lines), fontsize=9, color=colour)


def figure_bytes(figure: Figure, kind: str = "svg") -> bytes:
    """Give a figure as the content of a file.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure.
    kind : str, default "svg"
        A format that matplotlib writes.

    Returns
    -------
    bytes
        The same for the same figure: identifiers have a fixed salt, and no date is noted.
    """
    metadata = {"Date": None} if kind == "svg" else None
    buffer = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "bayes_rsi"}):
        figure.savefig(buffer, format=kind, metadata=metadata)
    return buffer.getvalue()


def _draw_frontier(axes: Axes, forecast: Forecast, panel: xr.Dataset) -> None:
    dates = forecast.frontier[names.DATE].values
    kept = forecast.frontier_quantiles().isel({names.DATE: dates <= np.datetime64(FRONTIER_UNTIL)})
    days = kept[names.DATE].values
    # Doublings on a linear axis are work time on a logarithmic one, and cannot overflow.
    low, middle, high = kept.transpose(..., names.DATE).values
    axes.fill_between(days, low, high, color=COLOURS[0], alpha=0.2, lw=0, label="80% band")
    axes.plot(days, middle, color=COLOURS[0], label="frontier of released systems, median")
    _draw_points(axes, panel)
    known = date.fromisoformat(forecast.tag.as_of)
    axes.axvline(
        float(date2num(known)), color=_GREY, lw=0.8, ls="--", label=f"as of {forecast.tag.as_of}"
    )
    marks = np.log2(list(WORK_TICKS.values()))
    # The band may leave the panel, where a number of work-years says nothing; the median stays.
    bottom, top = max(low.min(), marks[0]), max(middle.max(), min(high.max(), marks[-1]))
    axes.set_yticks(marks, list(WORK_TICKS))
    axes.set_ylim(bottom - 0.5, top + 0.5)
    axes.set_xlim(days[0], days[-1])
    axes.set_title("Work time of tasks done with 50% success (METR TH1.1 scale)", fontsize=10)
    axes.legend(loc="upper left", fontsize=8, frameon=False)
    _bare(axes)


def _draw_points(axes: Axes, panel: xr.Dataset) -> None:
    points = horizon_points(panel)
    for at_least, rows in points.groupby("at_least"):
        errors = np.array([rows["middle"] - rows["low"], rows["high"] - rows["middle"]])
        axes.errorbar(
            rows["released"].to_numpy(),
            rows["middle"].to_numpy(),
            yerr=None if at_least else errors,
            fmt="^" if at_least else "o",
            ms=4 if at_least else 3,
            lw=0.7,
            color="black",
            label="METR: at least" if at_least else "METR, by release of the system, 95%",
        )


def _draw_events(axes: Axes, forecast: Forecast) -> None:
    days = _months(date.fromisoformat(forecast.tag.as_of), min(EVENTS_UNTIL, forecast.horizon))
    for name, colour in _colours(forecast).items():
        curve = 100 * forecast.curve(days, name)
        axes.plot(np.array(days, "datetime64[D]"), curve, color=colour, label=_short(name))
    axes.set_xlim(float(date2num(days[0])), float(date2num(days[-1])))
    axes.set_ylim(0, 100)
    axes.set_title("Probability that it has happened, percent", fontsize=10)
    axes.grid(axis="y", lw=0.4, color="#DDDDDD")
    _bare(axes)


def _draw_forms(axes: Axes, forecast: Forecast, forms: Pool) -> None:
    """Draw the curves of each form of the trend and of their pool, in the colour of the event."""
    shown = {name: c for name, c in _colours(forecast).items() if name in forms.events}
    thin, dashed = "forms of the trend", "their pool"
    for name, colour in shown.items():
        for member in forms.members.values():
            _draw_curve(axes, member.curves, name, color=colour, lw=0.6, alpha=0.6, label=thin)
            thin = "_"  # one entry in the legend
        _draw_curve(axes, forms.curves, name, color=colour, lw=2.2, ls="--", label=dashed)
        dashed = "_"


def _draw_curve(axes: Axes, curves: xr.DataArray, event: str, **style: Any) -> None:
    last = min(np.datetime64(EVENTS_UNTIL), curves[names.DATE].values[-1])
    curve = curves.sel({names.EVENT: event, names.DATE: slice(None, last)})
    axes.plot(curve[names.DATE].values, 100 * curve.values, **style)


def _draw_theirs(axes: Axes, forecast: Forecast, comparisons: pd.DataFrame) -> None:
    """Draw others' probabilities; a triangle points to where more than a bound may lie."""
    marks = {"exact": "o", "lower": "^", "upper": "v"}
    words = {"exact": "", "lower": ", at least", "upper": ", at most"}
    colours = _colours(forecast)
    for key, rows in comparisons.groupby(["forecaster", "event", "bound"]):
        who, event, bound = map(str, key)
        axes.plot(
            rows["date"].to_numpy(),
            100 * rows["theirs"].to_numpy(),
            marks[bound],
            color=colours.get(event, _GREY),
            mec="black",
            clip_on=False,
            label=f"{who} on {_short(event)}{words[bound]}",
        )


def _colours(forecast: Forecast) -> dict[str, str]:
    return {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(forecast.event_names)}


def _short(name: str) -> str:
    return name.replace("_", " ")


def _months(first: date, last: date) -> list[date]:
    """Give days about a month apart, both ends included."""
    count = max(2, round((last - first).days / 30.4) + 1)
    steps = np.linspace(0, (last - first).days, count)
    return [first + timedelta(days=round(step)) for step in steps]


def _bare(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)
