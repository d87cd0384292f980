"""Which systems will be measured on a series by a day: how many, when released, of which tier.

Invariant: from the panel alone, by the same rule for every series; the numbers behind it are counts
of what was measured, not judgement.

    how many     by `comings`, given that it is not zero, since a question about a best score says
                 that something new was measured
    each         looks like a system on the series that was released in the last year: its tier, its
                 lab and its figures there, with their scaffold families and reporters
    known        at any time until the horizon, all as likely (batches are in the number alone)
    released     before that by the delay of a figure that came after the first day of its series,
                 on the series if there are three of them, else on any
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi.checks.court.comings import comings
from bayes_rsi.units import year_of_date

__all__ = ["LEAST", "Arrivals", "arrivals", "conditions", "every", "like"]

#: Fewest systems that others are likened to.
LEAST = 3
#: More figures of one system than these do not move the best of them.
MOST_FIGURES = 3


@dataclass(frozen=True, eq=False)
class Arrivals:
    """Newcomers of each future; slots that stay empty are marked.

    Parameters
    ----------
    there : numpy.ndarray
        Flags, shape (future, slot).
    released : numpy.ndarray
        Decimal years, same shape.
    tier, lab : numpy.ndarray
        Tiers and labs (str), same shape.
    figures : numpy.ndarray
        Figures on the series, from 1 to `MOST_FIGURES`, same shape.
    family, reporter : numpy.ndarray
        Scaffold families and reporters (str) of the figures, shape (future, slot, figure).
    """

    there: np.ndarray
    released: np.ndarray
    tier: np.ndarray
    lab: np.ndarray
    figures: np.ndarray
    family: np.ndarray
    reporter: np.ndarray


def arrivals(
    panel: xr.Dataset,
    series: str,
    span: tuple[float, float],
    count: int,
    rng: np.random.Generator,
    *,
    at_least: int = 1,
    delayed: bool = True,
) -> Arrivals:
    """Draw the newcomers of a series.

    Parameters
    ----------
    panel : xarray.Dataset
        What was known.
    series : str
        Id of the series.
    span : tuple of float
        Decimal years from and until which they become known.
    count : int
        Number of futures.
    rng : numpy.random.Generator
        Stream.
    at_least : int, default 1
        Fewest newcomers: 1 where it is given that there are some, else 0.
    delayed : bool, default True
        Whether they were released before they became known; if not, `span` is that of releases on
        a series that is known to be run until its end.

    Returns
    -------
    Arrivals
        Shape (count, slot).
    """
    table = like(panel, series)
    recent = table[table["recent"]]
    ages = table["age"] if delayed else _today(panel) - table["released"]
    chances = comings(ages.to_numpy(), max(span[1] - span[0], 1e-3), runs=not delayed)
    chances[:at_least] = 0.0
    number = _numbers(chances, count, rng)
    alike = recent if len(recent) >= LEAST else table
    shape = (count, max(int(number.max()), 1))
    who = rng.integers(0, len(alike), shape)
    known = rng.uniform(*span, shape)
    released = known - rng.choice(_delays(panel, series), shape) if delayed else known
    return Arrivals(
        there=np.arange(shape[1]) < number[:, None],
        released=released,
        tier=alike["tier"].to_numpy(dtype=str)[who],
        lab=alike["lab"].to_numpy(dtype=str)[who],
        figures=np.minimum(alike["figures"].to_numpy()[who], MOST_FIGURES),
        family=conditions(panel, series, alike.index, "scaffold_family")[who],
        reporter=conditions(panel, series, alike.index, "reporter")[who],
    )


def conditions(panel: xr.Dataset, series: str, systems: pd.Index, name: str) -> np.ndarray:
    """Give under which conditions systems were measured on a series.

    Parameters
    ----------
    panel : xarray.Dataset
        What was known.
    series : str
        Id of the series.
    systems : pandas.Index
        Systems on the series.
    name : {"scaffold_family", "reporter"}
        Which condition.

    Returns
    -------
    numpy.ndarray
        Of the first figures, shape (system, `MOST_FIGURES`), repeated where there are fewer.
    """
    rows = panel["score_series"].values == series
    values = pd.Series(panel[name].values[rows], index=panel["score_system"].values[rows])
    return np.array(
        [
            np.resize(values[values.index == system].to_numpy(dtype=str), MOST_FIGURES)
            for system in systems
        ]
    )


def like(panel: xr.Dataset, series: str) -> pd.DataFrame:
    """Give the systems of a series.

    Parameters
    ----------
    panel : xarray.Dataset
        What was known.
    series : str
        Id of the series.

    Returns
    -------
    pandas.DataFrame
        Index ``system``; ``tier``, ``lab``, ``figures``, ``released``, ``known`` (its first figure,
        decimal years), ``age`` (years since then, on the panel's day), ``delay`` (nan for those of
        the series' first day) and ``recent`` (released within a year before that day).
    """
    return _systems(panel, panel["score_series"].values == series).droplevel("series")


def every(panel: xr.Dataset) -> pd.DataFrame:
    """Give the systems of all series.

    Parameters
    ----------
    panel : xarray.Dataset
        What was known.

    Returns
    -------
    pandas.DataFrame
        Index ``series``, ``system``; columns as in `like`.
    """
    return _systems(panel, np.full(panel.sizes["score"], True))


def _systems(panel: xr.Dataset, rows: np.ndarray) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "series": panel["score_series"].values[rows],
            "system": panel["score_system"].values[rows],
            "known": year_of_date(panel["first_known"].values[rows]),
        }
    )
    of_system = frame.groupby(["series", "system"])["known"]
    table = pd.DataFrame({"known": of_system.min(), "figures": of_system.size()})
    of = panel.sel(system=table.index.get_level_values("system").to_numpy())
    table["tier"], table["lab"] = of["tier"].values, of["lab"].values
    table["released"] = year_of_date(of["released"].values)
    later = table["known"] > table.groupby("series")["known"].transform("min")
    table["delay"] = (table["known"] - table["released"]).clip(lower=0).where(later)
    table["age"] = _today(panel) - table["known"]
    table["recent"] = table["released"] > _today(panel) - 1
    return table


def _today(panel: xr.Dataset) -> float:
    return float(year_of_date(panel.attrs["as_of"]))


def _numbers(chances: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Draw how many, of the chances of each number."""
    return rng.choice(len(chances), size=count, p=chances / chances.sum())


def _delays(panel: xr.Dataset, series: str) -> np.ndarray:
    own = like(panel, series)["delay"].dropna().to_numpy()
    if len(own) >= LEAST:
        return np.asarray(own)
    pooled = every(panel)["delay"].dropna().to_numpy()
    return np.asarray(pooled) if len(pooled) else np.zeros(1)
