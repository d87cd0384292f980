"""From predictive samples to rows of the long table.

Invariant: one row is one number of one forecaster on one question, in the columns of a forecast hub
(https://hubverse.io): `output_type` and `output_type_id` say what `value` is.

    quantile       at `output_type_id`, on the scale
    score          `crps` and `log_score` (scale), `pit`; `crps_points` of shares, in the share
    probability    of an event, at its level
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi import names
from bayes_rsi.checks.court.events import probabilities
from bayes_rsi.checks.court.scale import from_scale, held
from bayes_rsi.score.kernels import crps
from bayes_rsi.score.sample import sample_scores

__all__ = ["COLUMNS", "DRAWS", "answers"]

#: Size of every predictive sample, of a backtest and of what is registered.
DRAWS = 2000

#: Columns of the long table.
COLUMNS = (
    "origin_date",
    "horizon",
    "target",
    "model",
    "output_type",
    "output_type_id",
    "value",
    "observed",
)
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)


def answers(
    model: str, samples: xr.DataArray, asked: pd.DataFrame, events: pd.DataFrame
) -> pd.DataFrame:
    """Write what one forecaster said about the questions of one day.

    Parameters
    ----------
    model : str
        Name of the forecaster.
    samples : xarray.DataArray
        Dims (target, draw), on the scale.
    asked : pandas.DataFrame
        From `targets.targets`.
    events : pandas.DataFrame
        From `events.event_targets`.

    Returns
    -------
    pandas.DataFrame
        With `COLUMNS`; the target without its day, which has a column. ``observed`` of a censored
        figure is its lower end. Questions without a value have probabilities of events only.
    """
    table = asked.set_index("target")
    samples = _inside(samples, table["metric"])
    answered = [str(name) for name in samples[names.TARGET].values]
    scored = [name for name in answered if not np.isnan(table["observed"][name])]
    parts = [_scored(samples.sel({names.TARGET: scored}), table.loc[scored])] if scored else []
    if len(events):
        parts.append(_events(samples, events))
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    if not len(rows):  # a forecaster that has too little to go by on this day
        return pd.DataFrame(columns=list(COLUMNS))
    day = rows["target"].str.partition("|")
    rows = rows.assign(origin_date=day[0], target=day[2], model=model)
    return rows[list(COLUMNS)]


def _inside(samples: xr.DataArray, metric: pd.Series) -> xr.DataArray:
    """Hold samples inside the scale: beyond it no outcome can be, whoever forecasts."""
    kinds = metric.loc[[str(name) for name in samples[names.TARGET].values]]
    values = samples.values.copy()
    for kind in kinds.unique():
        where = (kinds == kind).to_numpy()
        values[where] = held(kind, values[where])
    return samples.copy(data=values)


def _scored(samples: xr.DataArray, table: pd.DataFrame) -> pd.DataFrame:
    ends = table[["observed", "upper"]].rename_axis(names.TARGET).to_xarray()
    found = sample_scores(samples, ends["observed"], ends["upper"])
    levels = np.quantile(samples.values, QUANTILES, axis=1)
    parts = [_long(table, "quantile", f"{q:g}", v) for q, v in zip(QUANTILES, levels, strict=True)]
    parts += [
        _long(table, "score", name, found[name].values) for name in ("crps", "log_score", "pit")
    ]
    shares = (table["metric"] == "fraction").to_numpy()
    if shares.any():
        part = table[shares]
        drawn = from_scale("fraction", samples.values[shares])
        points = crps(drawn, *(from_scale("fraction", part[end]) for end in ("observed", "upper")))
        parts.append(_long(part, "score", "crps_points", points))
    return pd.concat(parts)


def _events(samples: xr.DataArray, events: pd.DataFrame) -> pd.DataFrame:
    told = probabilities(samples, events)
    table = events.set_index("target").loc[told.index].rename(columns={"happened": "observed"})
    return _long(table, "probability", "", told.to_numpy())


def _long(table: pd.DataFrame, kind: str, which: str, values: Iterable[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "target": table.index.to_numpy(dtype=str),
            "horizon": table["months"].to_numpy(),
            "output_type": kind,
            "output_type_id": which,
            "value": np.asarray(values),
            "observed": table["observed"].to_numpy(dtype=float),
        }
    )
