"""A figure of simulation-based calibration: how far ranks are from uniform ones.

Invariant: what is drawn are the places given; the same places give the same file, byte for byte.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bayes_rsi.report.figure import COLOURS

__all__ = ["Panel", "pit_figure"]

#: About as many places are drawn: more do not show, and make the file as many times as large.
SHOWN = 33


@dataclass(frozen=True, eq=False)
class Panel:
    """One panel of the figure.

    Parameters
    ----------
    title : str
        Above it.
    places : pandas.DataFrame
        One row for each simulation, one column for each quantity.
    band : xarray.Dataset
        ``low`` and ``high`` over ``place``, for as many uniform places; attribute ``level``.
    named : sequence of str
        Quantities drawn in colour and named; the others are grey.
    """

    title: str
    places: pd.DataFrame
    band: xr.Dataset
    named: Sequence[str]


def pit_figure(panels: Mapping[str, Panel]) -> Figure:
    """Draw, for each panel, the ECDF of the places of every quantity less that of uniform ones.

    Parameters
    ----------
    panels : mapping of str to Panel
        In the order in which they are drawn, row by row.

    Returns
    -------
    matplotlib.figure.Figure
        Two columns, 10 inches wide.

    Notes
    -----
    Säilynoja, Bürkner and Vehtari (2022), https://doi.org/10.1007/s11222-022-10090-6.
    """
    rows = -(-len(panels) // 2)
    figure = Figure(figsize=(10, 3.6 * rows), layout="constrained")
    axes = figure.subplots(rows, 2, squeeze=False).ravel()
    for one, panel in zip(axes, panels.values(), strict=False):
        _draw(one, panel)
    for one in axes[len(panels) :]:
        one.set_axis_off()
    return figure


def _draw(axes: Axes, panel: Panel) -> None:
    band = panel.band.isel(place=slice(None, None, max(1, panel.band.sizes["place"] // SHOWN)))
    at = band["place"].values
    low, high = band["low"].values - at, band["high"].values - at
    axes.fill_between(
        at,
        low,
        high,
        color="#DDDDDD",
        lw=0,
        label=f"{panel.band.attrs['level']:.0%} band of all places",
    )
    for name in panel.places:
        if name not in panel.named:
            axes.plot(at, _above_uniform(panel.places[name], at), color="#999999", lw=0.5)
    for name, colour in zip(panel.named, COLOURS, strict=False):
        axes.plot(at, _above_uniform(panel.places[name], at), color=colour, label=name)
    axes.set_title(f"{panel.title}, {len(panel.places)} simulations", fontsize=10)
    axes.set_xlabel("place of the truth among the posterior's draws", fontsize=8)
    axes.set_ylabel("ECDF less that of uniform places", fontsize=8)
    axes.legend(loc="upper right", fontsize=7, frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)


def _above_uniform(places: pd.Series, at: np.ndarray) -> np.ndarray:
    values = np.sort(places.to_numpy())
    return np.asarray(np.searchsorted(values, at, side="right") / len(values) - at)
