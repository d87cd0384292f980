"""From one number for each system to predictive samples: what index and component share.

Invariant: uncertainty of the number, of the line that extrapolates it, and of the score are all in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi.checks.court.baselines.protocol import (
    Line,
    each,
    fitted_line,
    gathered,
    moment,
    student,
)

__all__ = ["Latent", "predicted"]

#: The spread of all series counts as so many scores of each.
WORTH = 5
#: First release of the lines through the frontier and through each tier: a handful of systems of
#: the years before would hold lines down that are asked about the years to come.
SINCE = 2023.0


@dataclass(frozen=True, eq=False)
class Latent:
    """One number for each system, and the scores of each series as a line in it.

    Parameters
    ----------
    place : pandas.Series
        Number of each system.
    error : pandas.Series
        Its standard error.
    lines : pandas.DataFrame
        For each series ``start``, ``slope``, ``sd`` (scale) and ``count`` of scores.
    """

    place: pd.Series
    error: pd.Series
    lines: pd.DataFrame

    @classmethod
    def of(cls, place: pd.Series, lines: pd.DataFrame, rows: pd.DataFrame) -> Latent:
        """Add what the residuals say about errors.

        Parameters
        ----------
        place : pandas.Series
            Number of each system.
        lines : pandas.DataFrame
            ``start`` and ``slope`` of each series.
        rows : pandas.DataFrame
            Scores: ``series``, ``system``, ``y``.

        Returns
        -------
        Latent
            With the spread of each series, shrunk to that of all.
        """
        of = lines.loc[rows["series"]].reset_index(drop=True)
        told = of["start"].to_numpy() + of["slope"].to_numpy() * place[rows["system"]].to_numpy()
        square = pd.Series((rows["y"].to_numpy() - told) ** 2)
        by_series = square.groupby(rows["series"].to_numpy())
        count = by_series.size().reindex(lines.index, fill_value=0)
        mean = float(square.mean())
        sd = np.sqrt(
            (by_series.sum().reindex(lines.index, fill_value=0) + WORTH * mean) / (count + WORTH)
        )
        power = (of["slope"] ** 2).groupby(rows["system"].to_numpy()).sum()
        error = np.sqrt(mean / power.reindex(place.index))
        return cls(place, error, lines.assign(sd=sd, count=count))


def predicted(
    name: str,
    latent: Latent,
    rows: pd.DataFrame,
    targets: pd.DataFrame,
    draws: int,
    seed: int,
    metrics: tuple[str, ...],
    lent: bool = False,
) -> xr.DataArray:
    """Forecast named and best scores from a number for each system.

    Parameters
    ----------
    name : str
        Of the baseline; with ``_weighted`` behind it where it is lent something.
    latent : Latent
        Numbers and lines.
    rows : pandas.DataFrame
        The figures that `latent` was fitted to.
    targets : pandas.DataFrame
        What is asked.
    draws, seed : int
        Size of the samples, and seed.
    metrics : tuple of str
        Kinds of series that it can speak about.
    lent : bool, default False
        Whether it is lent what our own forecasts know of who is measured (`court.measured`): in the
        lines of tiers each system then counts as often as it was scored on a series.

    Returns
    -------
    xarray.DataArray
        As `protocol.Baseline` says.
    """
    name = f"{name}_weighted" if lent else name
    known = rows.drop_duplicates("system").set_index("system")
    dated = pd.DataFrame(
        {
            "released": known["released"].reindex(latent.place.index),
            "tier": known["tier"].reindex(latent.place.index),
            "place": latent.place,
            "weight": rows.groupby("system")["series"].nunique().astype(float) if lent else 1.0,
        }
    ).sort_values(["released", "place"], ascending=[True, False])
    frontier, tiers = _frontier(dated), _by_tier(dated)
    found = {}
    for row, rng in each(name, targets, seed, ("named", "best"), metrics):
        if row.series not in latent.lines.index:
            continue
        if row.kind == "named" and row.system in latent.place.index:
            centre, error = latent.place[row.system], latent.error[row.system]
            place = centre + error * rng.standard_normal(draws)
        else:
            line = frontier if row.kind == "best" else tiers.get(row.tier, tiers["all"])
            if line is None:
                continue
            place = _drawn(line, row, draws, rng)
        series = latent.lines.loc[row.series]
        noise = series["sd"] * rng.standard_t(series["count"] + WORTH, draws)
        sample = series["start"] + series["slope"] * place + noise
        floor = row.known_best if row.kind == "best" else -np.inf
        found[row.target] = np.maximum(sample, floor)
    return gathered(found, draws)


def _drawn(line: Line, row: Any, draws: int, rng: np.random.Generator) -> np.ndarray:
    return student(line.at(moment(row)), draws, rng, row._replace(kind="named"))


def _frontier(dated: pd.DataFrame) -> Line | None:
    before = dated["place"].cummax().shift(fill_value=-np.inf)
    records = dated[(dated["place"] > before) & (dated["released"] >= SINCE)]
    return fitted_line(records["released"].to_numpy(), records["place"].to_numpy())


def _by_tier(dated: pd.DataFrame) -> dict[str, Line | None]:
    dated = dated[dated["released"] >= SINCE]
    lines = {"all": _line(dated, least=4)}
    for tier, part in dated.groupby("tier"):
        line = _line(part, least=8)
        if line is not None:
            lines[str(tier)] = line
    return lines


def _line(dated: pd.DataFrame, least: int) -> Line | None:
    released, place, weight = (dated[name].to_numpy() for name in ("released", "place", "weight"))
    return fitted_line(released, place, least, weight)
