"""What each series and each lab contributes: the forecast without its scores.

Invariant: the scores are taken out of the posterior by reweighting its draws; where k-hat says that
this cannot be relied on there is no such number, only a first-order one, and a refit is needed.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from bayes_rsi import names
from bayes_rsi.errors import ModelError
from bayes_rsi.forecasting.futures import Futures
from bayes_rsi.forecasting.montecarlo import error_of_mean
from bayes_rsi.forecasting.weights import smoothed

__all__ = ["leaving_out"]

#: How often the judged quantities are drawn for each future: it makes the errors smaller.
TIMES = 16


def leaving_out(futures: Futures, event: str, year: float) -> pd.DataFrame:
    """Leave out the scores of each series, and of each lab's systems.

    Parameters
    ----------
    futures : Futures
        Behind a forecast, with the log likelihood of its scores.
    event : str
        Name of the event.
    year : float
        Decimal year.

    Returns
    -------
    pandas.DataFrame
        ``what`` (series or lab), ``name``, ``n_scores``, ``k_hat``, ``ess``, ``change`` of P(event
        by then) without them and its ``mcse``: nan where k-hat is above its limit and a refit is
        needed; ``linear`` and ``linear_mcse``: the change to first order, minus the covariance of
        the probability with the log likelihood of the scores (the infinitesimal jackknife), which
        tells sign and size where few scores matter, and where many do may even have the wrong sign.
        Sorted: reliable ones first, largest change first.

    Raises
    ------
    ModelError
        When the log likelihood was not kept.

    Notes
    -----
    Giordano and Broderick (2023), https://arxiv.org/abs/2305.06466.
    """
    told = futures.log_likelihood
    if told is None:
        raise ModelError(
            "explain: got a fit without log_likelihood, expected that of each score to leave "
            "series out; fit again"
        )
    values = told.transpose(names.CHAIN, names.DRAW, names.SCORE).values
    chances = futures.chances(event, year, TIMES)
    rows = []
    for what, labels in _labels(futures, told[names.SCORE].values).items():
        for name in np.unique(labels):
            chosen = labels == name
            lost = values[..., chosen].sum(axis=-1, dtype=float)
            rows.append({"what": what, "name": str(name), "n_scores": int(chosen.sum())})
            rows[-1] |= _without(lost, chances) | _linear(lost, chances)
    table = pd.DataFrame(rows)
    order = table[["change", "linear"]].abs().sort_values(["change", "linear"], ascending=False)
    return table.loc[order.index].reset_index(drop=True)


def _labels(futures: Futures, scores: np.ndarray) -> Mapping[str, np.ndarray]:
    """Give series and lab of each score, in the order of the log likelihood."""
    panel = futures.panel.sel({names.SCORE: scores})
    lab = dict(zip(panel[names.SYSTEM].values, panel["lab"].values, strict=True))
    labs = np.array([str(lab[system]) for system in panel["score_system"].values])
    return {"series": panel["score_series"].values.astype(str), "lab": labs}


def _without(lost: np.ndarray, chances: np.ndarray) -> dict[str, float]:
    weights = smoothed(-lost)
    found = {"k_hat": weights.k_hat, "ess": weights.ess}
    if not weights.reliable:
        return found | {"change": np.nan, "mcse": np.nan}
    before, after = chances.mean(), float(np.average(chances, weights=weights.values))
    residual = weights.values * (chances - after) - (chances - before)
    return found | {
        "change": after - float(before),
        "mcse": error_of_mean(residual[..., None]),
    }


def _linear(lost: np.ndarray, chances: np.ndarray) -> dict[str, float]:
    products = -(lost - lost.mean()) * (chances - chances.mean())
    change = float(products.mean())
    return {"linear": change, "linear_mcse": error_of_mean((products - change)[..., None])}
