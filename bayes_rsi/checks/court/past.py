"""What a simple forecaster sees of the evidence: figures on the scale, and records over time.

Invariant: made from a panel alone, so it holds nothing that became known after the panel's day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi.checks.court.scale import KINDS, to_scale
from bayes_rsi.units import year_of_date

__all__ = ["Past", "past_of"]

MONTH = 1 / 12


@dataclass(frozen=True, eq=False)
class Past:
    """Figures of one panel.

    Parameters
    ----------
    origin : float
        Day of the panel, decimal year.
    figures : pandas.DataFrame
        Uncensored figures of the kinds in `scale.KINDS`: ``series``, ``metric``, ``system``,
        ``tier``, ``released``, ``known_on`` (decimal years), ``y`` (scale), ``scaffold_family``.
    floor : pandas.Series
        Chance level of each series, share; 0 where there is none.
    """

    origin: float
    figures: pd.DataFrame
    floor: pd.Series

    def of(self, series: str) -> pd.DataFrame:
        """Give the figures of one series.

        Parameters
        ----------
        series : str
            Its id.

        Returns
        -------
        pandas.DataFrame
            Rows of `figures`.
        """
        return self.figures[self.figures["series"] == series]

    def records(self, series: str) -> tuple[np.ndarray, np.ndarray]:
        """Give the records of a series in the order of release.

        Parameters
        ----------
        series : str
            Its id.

        Returns
        -------
        tuple of numpy.ndarray
            Release (decimal years, increasing) and value (scale, increasing); of one day the best.
        """
        rows = self.of(series).sort_values(["released", "y"], ascending=[True, False])
        values = rows["y"].to_numpy()
        before = np.concatenate([[-np.inf], np.maximum.accumulate(values)[:-1]])
        return rows["released"].to_numpy()[values > before], values[values > before]

    def changes(self, series: str, lead: float) -> np.ndarray:
        """Give by how much the best of a series had risen after a time, month by month.

        Parameters
        ----------
        series : str
            Its id.
        lead : float
            Years.

        Returns
        -------
        numpy.ndarray
            ``best(t) - best(t - lead)`` for t at monthly steps back from the day of the panel as
            long as ``t - lead`` is not before the first record; not negative, may be empty.
        """
        years, values = self.records(series)
        if not len(years):  # all of its figures are censored
            return np.zeros(0)
        count = int(np.floor((self.origin - lead - years[0]) / MONTH)) + 1
        if count < 1:
            return np.zeros(0)
        ends = self.origin - MONTH * np.arange(count)
        now, then = (np.searchsorted(years, day, "right") - 1 for day in (ends, ends - lead))
        return np.asarray(values[now] - values[np.maximum(then, 0)])


def past_of(panel: xr.Dataset) -> Past:
    """Read a panel.

    Parameters
    ----------
    panel : xarray.Dataset
        From `bayes_rsi.evidence.panel`.

    Returns
    -------
    Past
        As of the panel's day.
    """
    of_series = panel.sel(series=panel["score_series"].values)
    of_system = panel.sel(system=panel["score_system"].values)
    frame = pd.DataFrame(
        {
            "series": panel["score_series"].values,
            "metric": of_series["kind"].values,
            "system": panel["score_system"].values,
            "tier": of_system["tier"].values,
            "released": year_of_date(of_system["released"].values),
            "known_on": year_of_date(panel["known_on"].values),
            "scaffold_family": panel["scaffold_family"].values,
            "value": panel["value"].values,
        }
    )
    kept = frame[(panel["censoring"].values == "none") & frame["metric"].isin(KINDS)]
    parts = [
        rows.assign(y=to_scale(str(kind), rows["value"])) for kind, rows in kept.groupby("metric")
    ]
    figures = pd.concat(parts).sort_index().drop(columns="value").reset_index(drop=True)
    floor = pd.Series(np.nan_to_num(panel["floor"].values), index=panel["series"].values)
    return Past(float(year_of_date(panel.attrs["as_of"])), figures, floor)
