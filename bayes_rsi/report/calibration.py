"""One figure: whether forecasts meant what they said, of quantities and of events.

Invariant: what is drawn is what `score.calibration` found; the same content gives the same file.
"""

from __future__ import annotations

from collections.abc import Mapping

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bayes_rsi.report.figure import COLOURS

__all__ = ["calibration_figure"]


def calibration_figure(
    ecdfs: Mapping[str, xr.Dataset], reliabilities: Mapping[str, xr.Dataset]
) -> Figure:
    """Draw the distribution of the PIT and the reliability of stated probabilities.

    Parameters
    ----------
    ecdfs : mapping of str to xarray.Dataset
        Forecaster to what `score.calibration.pit_ecdf` gives; the band drawn is that of the first.
    reliabilities : mapping of str to xarray.Dataset
        Forecaster to what `score.calibration.reliability` gives.

    Returns
    -------
    matplotlib.figure.Figure
        Two panels, 10 by 4.5 inches. Left: ECDF of the PIT less that of a uniform one, above zero
        where outcomes were lower than forecast; right: share that happened against probability.

    Examples
    --------
    >>> from bayes_rsi.score.calibration import pit_ecdf
    >>> pits = {"baseline": pit_ecdf(np.array([0.2, 0.4, 0.9]))}
    >>> calibration_figure(pits, {}).savefig("calibration.svg")
    """
    figure = Figure(figsize=(10, 4.5), layout="constrained")
    left, right = figure.subplots(1, 2)
    _pits(left, ecdfs)
    _events(right, reliabilities)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
        if axes.get_legend_handles_labels()[1]:
            axes.legend(frameon=False, fontsize="small")
    return figure


def _pits(axes: Axes, ecdfs: Mapping[str, xr.Dataset]) -> None:
    for number, (name, found) in enumerate(ecdfs.items()):
        place = found["place"].values
        if not number:
            low, high = found["low"].values - place, found["high"].values - place
            axes.fill_between(place, low, high, color="0.85", label=_band_name(found))
        line = found["ecdf"].values - place
        axes.plot(place, line, color=COLOURS[number % len(COLOURS)], label=name)
    axes.axhline(0.0, color="0.5", linewidth=0.8)
    axes.set_xlabel("PIT")
    axes.set_ylabel("ECDF less uniform")


def _band_name(found: xr.Dataset) -> str:
    whose = "systems as blocks" if found.attrs["blocks"] else "independent outcomes"
    return f"{found.attrs['level']:.0%} band, {whose}"


def _events(axes: Axes, reliabilities: Mapping[str, xr.Dataset]) -> None:
    axes.plot([0, 1], [0, 1], color="0.5", linewidth=0.8)
    for number, (name, found) in enumerate(reliabilities.items()):
        some = found.isel(bin=found["count"].values > 0)
        colour = COLOURS[number % len(COLOURS)]
        axes.plot(some["stated"], some["happened"], color=colour, marker="o", label=name)
        if not number:
            for one in range(some.sizes["bin"]):
                point = some.isel(bin=one)
                at = (float(point["stated"]), float(point["happened"]))
                axes.annotate(f"{int(point['count'])}", at, (4, -10), textcoords="offset points")
    axes.set_xlabel("probability stated")
    axes.set_ylabel("share that happened")
