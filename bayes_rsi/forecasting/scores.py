"""Expected scores at a place on a series, and the noise of a single figure.

Invariant: the expected score is the inverse of `bayes_rsi.forecasting.parity` (a test holds both
together); the noise is that of the model's likelihoods.
"""

from __future__ import annotations

import numpy as np

from bayes_rsi import names
from bayes_rsi.errors import ModelError
from bayes_rsi.forecasting.futures import Futures

__all__ = ["expected_score", "score_noise"]


def expected_score(futures: Futures, series: str, place: np.ndarray) -> np.ndarray:
    """Give the expected score on a series, on the scale of its noise.

    Parameters
    ----------
    futures : Futures
        Behind a forecast.
    series : str
        A share of items, a speed-up or a ratio.
    place : numpy.ndarray
        Capability with the drift of the series (`bayes_rsi.forecasting.drifts.seen_from`),
        doublings, shape (path,).

    Returns
    -------
    numpy.ndarray
        Shape (path,): a share, or log2 of a speed-up or a ratio.

    Raises
    ------
    ModelError
        When the series is of another kind.
    """
    kind = _kind(futures, series)
    if kind == "fraction":
        floor = float(np.nan_to_num(futures.panel["floor"].sel({names.SERIES: series}).item()))
        where = {names.FRACTION_SERIES: series}
        difficulty, slope, ceiling = _all(
            futures, where, names.DIFFICULTY, names.SLOPE, names.CEILING
        )
        return floor + (ceiling - floor) * _logistic(slope * (place - difficulty))
    if kind == "speedup":
        where = {names.SPEEDUP_SERIES: series}
        difficulty, slope, limit = _all(
            futures, where, names.SPEEDUP_DIFFICULTY, names.SPEEDUP_SLOPE, names.SPEEDUP_LIMIT
        )
        return limit * _logistic(slope * (place - difficulty))
    where = {names.RATIO_SERIES: series}
    even, slope = _all(futures, where, names.RATIO_DIFFICULTY, names.RATIO_SLOPE)
    return slope * (place - even)


def score_noise(futures: Futures, series: str, expected: np.ndarray) -> np.ndarray:
    """Give the standard deviation of a published figure about its expectation.

    Parameters
    ----------
    futures : Futures
        Behind a forecast.
    series : str
        A share of items, a speed-up or a ratio.
    expected : numpy.ndarray
        From `expected_score`, shape (path,).

    Returns
    -------
    numpy.ndarray
        Shape (path,).
    """
    kind = _kind(futures, series)
    if kind == "fraction":
        items = float(futures.panel["n_items"].sel({names.SERIES: series}).item())
        over = futures.flat_of(names.OVERDISPERSION, {names.FRACTION_SERIES: series})
        binomial = np.clip(expected * (1 - expected), 0.0, None)
        return np.sqrt(binomial * (1 / items + over**2) + futures.flat(names.ROUNDING) ** 2)
    if kind == "speedup":
        return futures.flat_of(names.SPEEDUP_NOISE, {names.SPEEDUP_SERIES: series})
    return futures.flat(names.RATIO_NOISE)


def _kind(futures: Futures, series: str) -> str:
    kind = str(futures.panel["kind"].sel({names.SERIES: series}).item())
    if kind not in ("fraction", "speedup", "ratio"):
        raise ModelError(
            f"series '{series}': got kind '{kind}', expected fraction, speedup or ratio"
        )
    return kind


def _all(futures: Futures, where: dict[str, str], *wanted: str) -> list[np.ndarray]:
    return [futures.flat_of(name, where) for name in wanted]


def _logistic(x: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -700, 700))))
