"""Expected scores at a place on a series, and the noise of a single figure.

Invariant: the expected score is the inverse of `bayes_rsi.forecasting.parity` (a test holds both
together); the noise is that of the model's likelihoods.
"""

from __future__ import annotations

import numpy as np

from bayes_rsi import names
from bayes_rsi.errors import ModelError
from bayes_rsi.forecasting.frontier import reference_of
from bayes_rsi.forecasting.futures import Futures

__all__ = ["SCORED_KINDS", "expected_score", "horizon_sd", "score_noise"]

#: Kinds of metric whose series have an expected score at a place.
SCORED_KINDS = ("fraction", "horizon", "ratio", "speedup")


def expected_score(futures: Futures, series: str, place: np.ndarray) -> np.ndarray:
    """Give the expected score on a series, on the scale of its noise.

    Parameters
    ----------
    futures : Futures
        Behind a forecast.
    series : str
        Of a kind in `SCORED_KINDS`.
    place : numpy.ndarray
        Capability with the drift of the series (`bayes_rsi.forecasting.drifts.seen_from`),
        doublings, shape (..., path).

    Returns
    -------
    numpy.ndarray
        Shape (..., path): a share, or log2 of a speed-up, of a ratio or of minutes.

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
    if kind == "horizon":
        return _expected_horizon(futures, series, place)
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
        Of a kind in `SCORED_KINDS`.
    expected : numpy.ndarray
        From `expected_score`, shape (..., path).

    Returns
    -------
    numpy.ndarray
        Broadcasts with `expected`. Of a horizon it includes how much systems differ at long work.
    """
    kind = _kind(futures, series)
    if kind == "fraction":
        items = float(futures.panel["n_items"].sel({names.SERIES: series}).item())
        over = futures.flat_of(names.OVERDISPERSION, {names.FRACTION_SERIES: series})
        binomial = np.clip(expected * (1 - expected), 0.0, None)
        return np.sqrt(binomial * (1 / items + over**2) + futures.flat(names.ROUNDING) ** 2)
    if kind == "speedup":
        return futures.flat_of(names.SPEEDUP_NOISE, {names.SPEEDUP_SERIES: series})
    if kind == "horizon":
        return np.hypot(futures.flat(names.HORIZON_SCATTER), horizon_sd(futures))
    return futures.flat(names.RATIO_NOISE)


def horizon_sd(futures: Futures) -> np.ndarray:
    """Give the noise of a horizon with a published interval as wide as the median one.

    Parameters
    ----------
    futures : Futures
        Behind a forecast.

    Returns
    -------
    numpy.ndarray
        Standard deviation of log2 minutes, shape (path,).
    """
    published = futures.panel["sd_log2"].values
    given = published[~np.isnan(published)]
    typical = float(np.median(given)) if given.size else 0.0
    own = np.sqrt(1 - futures.flat(names.HORIZON_SHARED)) * typical
    return np.hypot(own, futures.flat(names.HORIZON_NOISE))


def _expected_horizon(futures: Futures, series: str, place: np.ndarray) -> np.ndarray:
    """Give the expected log2 minutes, the inverse of `bayes_rsi.forecasting.frontier.on_series`."""
    if series == reference_of(futures.panel):
        return place
    where = {names.HORIZON_SERIES: series}
    offset, stretch = _all(futures, where, names.HORIZON_OFFSET, names.HORIZON_STRETCH)
    level = futures.flat(names.HORIZON_AT_LEVEL)
    return np.asarray(level + stretch * (place - level) + offset)


def _kind(futures: Futures, series: str) -> str:
    kind = str(futures.panel["kind"].sel({names.SERIES: series}).item())
    if kind not in SCORED_KINDS:
        expected = ", ".join(SCORED_KINDS)
        raise ModelError(f"series '{series}': got kind '{kind}', expected one of {expected}")
    return kind


def _all(futures: Futures, where: dict[str, str], *wanted: str) -> list[np.ndarray]:
    return [futures.flat_of(name, where) for name in wanted]


def _logistic(x: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -700, 700))))
