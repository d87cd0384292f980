"""Expected scores at a place on a series, and the noise of a single figure.

Invariant: the expected score is the inverse of `bayes_rsi.forecasting.parity` and of
`bayes_rsi.forecasting.frontier.on_series` (tests hold them together); the noise is that of the
model's likelihoods.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bayes_rsi import names
from bayes_rsi.errors import ModelError
from bayes_rsi.forecasting.frontier import reference_of
from bayes_rsi.forecasting.futures import Futures

__all__ = ["SCORED_KINDS", "expected_score", "horizon_sd", "score_noise"]


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
    expected, _ = _of(futures, series)
    return expected(futures, series, place)


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

    Raises
    ------
    ModelError
        When the series is of another kind.
    """
    _, noise = _of(futures, series)
    return noise(futures, series, expected)


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


def _fraction(futures: Futures, series: str, place: np.ndarray) -> np.ndarray:
    floor = float(np.nan_to_num(futures.panel["floor"].sel({names.SERIES: series}).item()))
    where = {names.FRACTION_SERIES: series}
    difficulty, slope, ceiling = _all(futures, where, names.DIFFICULTY, names.SLOPE, names.CEILING)
    return floor + (ceiling - floor) * _logistic(slope * (place - difficulty))


def _fraction_noise(futures: Futures, series: str, expected: np.ndarray) -> np.ndarray:
    items = float(futures.panel["n_items"].sel({names.SERIES: series}).item())
    over = futures.flat_of(names.OVERDISPERSION, {names.FRACTION_SERIES: series})
    binomial = np.clip(expected * (1 - expected), 0.0, None)
    return np.sqrt(binomial * (1 / items + over**2) + futures.flat(names.ROUNDING) ** 2)


def _horizon(futures: Futures, series: str, place: np.ndarray) -> np.ndarray:
    if series == reference_of(futures.panel):
        return place
    where = {names.HORIZON_SERIES: series}
    offset, stretch = _all(futures, where, names.HORIZON_OFFSET, names.HORIZON_STRETCH)
    level = futures.flat(names.HORIZON_AT_LEVEL)
    return np.asarray(level + stretch * (place - level) + offset)


def _horizon_noise(futures: Futures, series: str, expected: np.ndarray) -> np.ndarray:
    return np.hypot(futures.flat(names.HORIZON_SCATTER), horizon_sd(futures))


def _speedup(futures: Futures, series: str, place: np.ndarray) -> np.ndarray:
    wanted = (names.SPEEDUP_DIFFICULTY, names.SPEEDUP_SLOPE, names.SPEEDUP_LIMIT)
    difficulty, slope, limit = _all(futures, {names.SPEEDUP_SERIES: series}, *wanted)
    return limit * _logistic(slope * (place - difficulty))


def _speedup_noise(futures: Futures, series: str, expected: np.ndarray) -> np.ndarray:
    return futures.flat_of(names.SPEEDUP_NOISE, {names.SPEEDUP_SERIES: series})


def _ratio(futures: Futures, series: str, place: np.ndarray) -> np.ndarray:
    where = {names.RATIO_SERIES: series}
    even, slope = _all(futures, where, names.RATIO_DIFFICULTY, names.RATIO_SLOPE)
    return slope * (place - even)


def _ratio_noise(futures: Futures, series: str, expected: np.ndarray) -> np.ndarray:
    return futures.flat(names.RATIO_NOISE)


_Function = Callable[[Futures, str, np.ndarray], np.ndarray]
#: Kinds of metric whose series have an expected score at a place: that score, and its noise.
SCORED_KINDS: dict[str, tuple[_Function, _Function]] = {
    "fraction": (_fraction, _fraction_noise),
    "horizon": (_horizon, _horizon_noise),
    "ratio": (_ratio, _ratio_noise),
    "speedup": (_speedup, _speedup_noise),
}


def _of(futures: Futures, series: str) -> tuple[_Function, _Function]:
    kind = str(futures.panel["kind"].sel({names.SERIES: series}).item())
    if kind not in SCORED_KINDS:
        expected = ", ".join(SCORED_KINDS)
        raise ModelError(f"series '{series}': got kind '{kind}', expected one of {expected}")
    return SCORED_KINDS[kind]


def _all(futures: Futures, where: dict[str, str], *wanted: str) -> list[np.ndarray]:
    return [futures.flat_of(name, where) for name in wanted]


def _logistic(x: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -700, 700))))
