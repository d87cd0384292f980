"""Parity points: the place on a series at which its expected score equals a given one.

A place is a capability with the drift of the series (`bayes_rsi.forecasting.drifts.seen_from`).
Invariant: one inverse for each kind of metric whose series can be required by an event, the exact
inverse of the expected score in `bayes_rsi.model`; out of reach is infinite, never a number.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import xarray as xr

from bayes_rsi import names

__all__ = ["PARITY_KINDS", "parity"]


def parity(
    draws: xr.Dataset, panel: xr.Dataset, series: str, expected: float | None = None
) -> np.ndarray:
    """Give the place on a series at which its expected score equals its human baseline.

    fraction: ``difficulty + logit((human - floor) / (ceiling - floor)) / slope``;
    speedup: ``difficulty + logit(log2(human) / limit) / slope``;
    ratio: ``parity + log2(human) / slope``.

    Parameters
    ----------
    draws : xarray.Dataset
        Difficulty, slope and height of the series (chain, draw, series of the kind).
    panel : xarray.Dataset
        Kinds, floors and human baselines.
    series : str
        A series of a kind in `PARITY_KINDS`.
    expected : float or None
        Another score than the human baseline, in the unit of the series.

    Returns
    -------
    numpy.ndarray
        Doublings, to be compared with the frontier as the series sees it (`seen_from`) and not with
        the frontier itself, shape (chain * draw,): infinite where the score is at or above what can
        be reached, minus infinity where it is at or below what chance or no change gives.

    Examples
    --------
    >>> doublings = parity(fit.tree["posterior"].to_dataset(), fit.panel, "paperbench")
    >>> len(doublings) == fit.tree["posterior"]["growth"].size
    True
    """
    row = panel.sel({names.SERIES: series})
    human = float(row["human"].item() if expected is None else expected)
    inverse = PARITY_KINDS[str(row["kind"].item())]
    return inverse(draws, series, human, float(np.nan_to_num(row["floor"].item())))


def _fraction(draws: xr.Dataset, series: str, human: float, floor: float) -> np.ndarray:
    difficulty, slope, ceiling = _flat(
        draws, names.FRACTION_SERIES, series, names.DIFFICULTY, names.SLOPE, names.CEILING
    )
    reachable = ceiling > np.maximum(human, floor)
    share = (human - floor) / np.where(reachable, ceiling - floor, 1.0)
    return np.where(reachable, _inverse(difficulty, slope, share), np.inf)


def _speedup(draws: xr.Dataset, series: str, human: float, floor: float) -> np.ndarray:
    del floor  # no change is a speed-up of one
    wanted = (names.SPEEDUP_DIFFICULTY, names.SPEEDUP_SLOPE, names.SPEEDUP_LIMIT)
    difficulty, slope, limit = _flat(draws, names.SPEEDUP_SERIES, series, *wanted)
    return _inverse(difficulty, slope, np.log2(human) / limit)


def _ratio(draws: xr.Dataset, series: str, human: float, floor: float) -> np.ndarray:
    del floor
    wanted = (names.RATIO_DIFFICULTY, names.RATIO_SLOPE)
    even, slope = _flat(draws, names.RATIO_SERIES, series, *wanted)
    return np.asarray(even + np.log2(human) / slope)


#: Kinds of metric that have a parity point.
PARITY_KINDS: dict[str, Callable[[xr.Dataset, str, float, float], np.ndarray]] = {
    "fraction": _fraction,
    "speedup": _speedup,
    "ratio": _ratio,
}


def _flat(draws: xr.Dataset, dim: str, series: str, *wanted: str) -> list[np.ndarray]:
    picked = draws[list(wanted)].sel({dim: series})
    return [picked[name].transpose(names.CHAIN, names.DRAW).values.ravel() for name in wanted]


def _inverse(difficulty: np.ndarray, slope: np.ndarray, share: np.ndarray) -> np.ndarray:
    inside = np.clip(share, 0.0, 1.0)
    with np.errstate(divide="ignore"):  # a share of 0 or 1 is out of range, so infinite
        return np.asarray(difficulty + (np.log(inside) - np.log1p(-inside)) / slope)
