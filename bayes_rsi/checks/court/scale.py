"""The scale on which forecasts of figures are made and scored.

Invariant: increasing, so that a record is a record on both scales; one unit is a doubling, or a
logit, which near one half is a quarter of the range.

    horizon            log2 minutes
    speedup, ratio     log2
    fraction           logit, of the share held inside [0.005, 0.995]
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

__all__ = ["EDGE", "KINDS", "from_scale", "held", "to_scale"]

#: The logit has no value at 0 and 1; half a point is about what a published share is rounded to.
EDGE = 0.005


def _logit(share: np.ndarray) -> np.ndarray:
    inside = np.clip(share, EDGE, 1 - EDGE)
    return np.asarray(np.log(inside) - np.log1p(-inside))


def _share(logit: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-logit)))


_INTO: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "fraction": _logit,
    "horizon": np.log2,
    "ratio": np.log2,
    "speedup": np.log2,
}
_BACK: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "fraction": _share,
    "horizon": np.exp2,
    "ratio": np.exp2,
    "speedup": np.exp2,
}
#: Kinds of series that are forecast.
KINDS = tuple(_INTO)


def to_scale(kind: str, value: object) -> np.ndarray:
    """Move figures of one kind of series to the scale.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    value : float or array
        In the unit of the series, any shape.

    Returns
    -------
    numpy.ndarray
        Same shape.

    Examples
    --------
    >>> float(to_scale("horizon", 8.0))
    3.0
    """
    return np.asarray(_INTO[kind](np.asarray(value, dtype=float)))


def from_scale(kind: str, value: object) -> np.ndarray:
    """Move back to the unit of the series, the inverse of `to_scale` inside its edges.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    value : float or array
        On the scale, any shape.

    Returns
    -------
    numpy.ndarray
        Same shape.

    Examples
    --------
    >>> float(from_scale("fraction", 0.0))
    0.5
    """
    return np.asarray(_BACK[kind](np.asarray(value, dtype=float)))


def held(kind: str, value: np.ndarray) -> np.ndarray:
    """Hold forecasts inside the scale, where outcomes are.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    value : numpy.ndarray
        On the scale, any shape.

    Returns
    -------
    numpy.ndarray
        Same shape; shares inside the logits of `EDGE` and one less, all else as it is.

    Examples
    --------
    >>> held("fraction", np.array([0.0, 9.0])).round(3).tolist()
    [0.0, 5.293]
    """
    if kind != "fraction":
        return np.asarray(value)
    low, high = _logit(np.array([0.0, 1.0]))
    return np.clip(value, low, high)
