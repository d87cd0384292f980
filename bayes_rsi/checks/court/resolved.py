"""How well events that have resolved were forecast, from the long table of a backtest.

Invariant: pure; two forecasters are compared on the events that both answered.
"""

from __future__ import annotations

import pandas as pd
import xarray as xr

from bayes_rsi.checks.court.answers import DRAWS
from bayes_rsi.score.calibration import reliability
from bayes_rsi.score.kernels import brier, log_score_binary

__all__ = ["event_scores", "event_table", "events_against", "events_reliability"]


def event_table(table: pd.DataFrame, draws: int = DRAWS) -> pd.DataFrame:
    """Give every probability of an event with what happened.

    Parameters
    ----------
    table : pandas.DataFrame
        What was forecast.
    draws : int, default 2000
        Size of the samples behind the probabilities.

    Returns
    -------
    pandas.DataFrame
        ``model``, ``origin``, ``months``, ``event``, ``probability``, ``happened``, ``brier``,
        ``log_score``.
    """
    rows = table[table["output_type"] == "probability"]
    told, came = rows["value"].to_numpy(dtype=float), rows["observed"].to_numpy(dtype=float)
    return pd.DataFrame(
        {
            "model": rows["model"].to_numpy(),
            "origin": rows["origin_date"].to_numpy(),
            "months": rows["horizon"].to_numpy(),
            "event": rows["target"].str.split("|").str[1].to_numpy(),
            "probability": told,
            "happened": came,
            "brier": brier(told, came),
            "log_score": log_score_binary(told, came, draws),
        }
    )


def event_scores(table: pd.DataFrame) -> pd.DataFrame:
    """Give each forecaster's scores of events.

    Parameters
    ----------
    table : pandas.DataFrame
        What was forecast.

    Returns
    -------
    pandas.DataFrame
        Index forecaster: ``events`` answered, ``happened`` (share), mean ``probability``,
        ``brier`` and ``log_score``.
    """
    return _means(event_table(table), "model", ["happened", "probability", "brier", "log_score"])


def events_against(table: pd.DataFrame, ours: str) -> pd.DataFrame:
    """Compare one forecaster of events with every other, on those that both answered.

    Parameters
    ----------
    table : pandas.DataFrame
        What was forecast.
    ours : str
        Name of the forecaster.

    Returns
    -------
    pandas.DataFrame
        Index ``baseline``: ``events`` and mean ``brier`` and ``log_score`` of both.
    """
    rows = event_table(table)
    mine = rows[rows["model"] == ours].drop(columns=["model", "probability", "happened"])
    both = rows[rows["model"] != ours].merge(
        mine, on=["origin", "months", "event"], suffixes=("_theirs", "_ours"), validate="m:1"
    )
    columns = ["brier_ours", "brier_theirs", "log_score_ours", "log_score_theirs"]
    return _means(both.rename(columns={"model": "baseline"}), "baseline", columns)


def events_reliability(table: pd.DataFrame, model: str) -> xr.Dataset:
    """Give the reliability diagram of one forecaster's events.

    Parameters
    ----------
    table : pandas.DataFrame
        What was forecast.
    model : str
        Name of the forecaster.

    Returns
    -------
    xarray.Dataset
        From `score.calibration.reliability`.
    """
    rows = event_table(table)
    rows = rows[rows["model"] == model]
    return reliability(rows["probability"].to_numpy(), rows["happened"].to_numpy())


def _means(rows: pd.DataFrame, by: str, columns: list[str]) -> pd.DataFrame:
    """Give the number of events and means of columns."""
    groups = rows.groupby(by)
    means = groups[columns].mean()
    means.insert(0, "events", groups.size())
    return means
