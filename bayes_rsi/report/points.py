"""METR's published time horizons as points with intervals, for the figure.

Invariant: only scores of the panel are given, that is only those that the fit has seen.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi import names
from bayes_rsi.units import doublings

__all__ = ["horizon_points"]

_Z95 = NormalDist().inv_cdf(0.975)


def horizon_points(panel: xr.Dataset) -> pd.DataFrame:
    """Give METR's time horizons in a panel.

    Parameters
    ----------
    panel : xarray.Dataset
        From `bayes_rsi.evidence.panel`.

    Returns
    -------
    pandas.DataFrame
        One row for each score of the first of `names.HORIZON_REFERENCES` that the panel holds, by
        release:
        ``series``, ``system``, ``released`` (datetime64), ``middle``, ``low`` and ``high``
        (log2 minutes; the 95% interval, or the published bounds; equal to ``middle`` without one)
        and ``at_least`` (bool: the true value lies above ``middle``).
    """
    series = panel["score_series"].values
    references = names.HORIZON_REFERENCES
    found = next((name for name in references if name in series), references[0])
    scores = panel.isel({names.SCORE: series == found})
    systems = scores["score_system"].values
    middle = doublings(scores["value"].values)
    low, high = _bounds(scores, middle)
    frame = pd.DataFrame(
        {
            "series": found,
            "system": systems,
            "released": panel["released"].sel({names.SYSTEM: systems}).values,
            "middle": middle,
            "low": low,
            "high": high,
            "at_least": scores["censoring"].values == "right",
        }
    )
    return frame.sort_values("released", ignore_index=True)


def _bounds(scores: xr.Dataset, middle: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    half = _Z95 * np.nan_to_num(scores["sd_log2"].values)
    bounded = scores["censoring"].values == "interval"
    low = np.where(bounded, scores["lower"].values, np.exp2(middle - half))
    high = np.where(bounded, scores["upper"].values, np.exp2(middle + half))
    # Of a score that says only "at least", the interval around it says nothing.
    open_above = scores["censoring"].values == "right"
    low, high = (np.where(open_above, middle, doublings(bound)) for bound in (low, high))
    return low, high
