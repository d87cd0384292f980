"""Scores of one sample of predictions against what was seen: arrays in, arrays out.

Invariant: the last axis of `samples` is the draws; smaller is better for every score; a score of an
exact figure is proper, so that nobody gains by reporting anything but what they believe. NumPy
only: the library that the tests compare with, scoringrules, loads numba, which takes seconds.

What was seen may be known to lie between two ends only (a censored figure): then ``observed`` is
the lower end and ``upper`` the upper one, either of them infinite where that side is open. Nothing
is asked of a forecast about where between the ends the outcome lies. Proper it is where forecasts
count up to a limit whether it is reached or not; where outcomes below it are scored against whole
forecasts, somebody who knew the limit would gain by cutting his draws at it.
"""

from __future__ import annotations

import numpy as np

__all__ = ["brier", "crps", "interval_score", "log_score", "log_score_binary", "pit", "width"]


def crps(samples: np.ndarray, observed: np.ndarray, upper: np.ndarray | None = None) -> np.ndarray:
    """Give the continuous ranked probability score of a sample.

    ``CRPS = E|X - y| - E|X - X'| / 2`` with X, X' independent draws of the sample, which is the
    integral of ``(F(x) - 1{y <= x})^2`` for its empirical distribution F. Of a censored figure the
    integral leaves out what lies between its ends: the threshold-weighted score, with draws and
    outcome between the ends as one point.

    Parameters
    ----------
    samples : numpy.ndarray
        Predictions, shape (..., draw).
    observed : numpy.ndarray
        What was seen, shape (...).
    upper : numpy.ndarray, optional
        Its upper end, same shape; default: it is known exactly.

    Returns
    -------
    numpy.ndarray
        In the unit of the samples, shape (...); 0 for certainty that came true.

    References
    ----------
    Gneiting and Raftery (2007), https://doi.org/10.1198/016214506000001437; Gneiting and Ranjan
    (2011), https://doi.org/10.1198/jbes.2010.08110, for the weighted one.

    Examples
    --------
    >>> float(crps(np.array([0.0, 2.0]), np.array(1.0)))
    0.5
    >>> float(crps(np.array([0.0, 2.0]), np.array(1.0), np.array(np.inf)))  # at least 1
    0.25
    """
    seen = np.asarray(observed, dtype=float)
    if upper is not None:
        samples, seen = _closed(samples, seen, np.asarray(upper, dtype=float))
    count = samples.shape[-1]
    ordered = np.sort(samples, axis=-1)
    weights = (2 * np.arange(1, count + 1) - count - 1) / count**2
    off = np.abs(ordered - seen[..., None]).mean(-1)
    return np.asarray(off - ordered @ weights)


def _closed(
    samples: np.ndarray, lower: np.ndarray, upper: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Take the stretch between two ends out of the line: draws, and what is known, without it."""
    if np.any(~np.isfinite(lower) & ~np.isfinite(upper)):
        raise ValueError("got an outcome without any end, expected one of which something is known")
    low, high = lower[..., None], upper[..., None]
    below = np.where(np.isfinite(low), np.minimum(samples, low), 0.0)
    above = np.where(np.isfinite(high), np.maximum(samples - high, 0.0), 0.0)
    return below + above, np.where(np.isfinite(lower), lower, 0.0)


def log_score(
    samples: np.ndarray, observed: np.ndarray, bin_width: float, upper: np.ndarray | None = None
) -> np.ndarray:
    """Give minus the log density of what was seen, by the share of draws in its bin.

    Bins are ``[k w, (k + 1) w)``. With n of N draws in the bin of y,
    ``-log((n + 1/2) / (N + 1) / w)``: the estimate of Krichevsky and Trofimov for "in the bin or
    not", so the score is finite, and the same number of draws must stand behind scores that are
    compared. A kernel density would need a bandwidth, which has no good value for a sample with
    many equal draws (a record that may stand); the bin also makes ties harmless. Of a censored
    figure it is minus the log probability of the stretch between its ends, n the draws there.

    Parameters
    ----------
    samples : numpy.ndarray
        Predictions, shape (..., draw).
    observed : numpy.ndarray
        What was seen, shape (...).
    bin_width : float
        w, in the unit of the samples, positive.
    upper : numpy.ndarray, optional
        Its upper end, same shape; default: it is known exactly.

    Returns
    -------
    numpy.ndarray
        Natural logarithm, shape (...).

    Examples
    --------
    >>> float(log_score(np.array([0.1, 0.2, 5.0]), np.array(0.3), 1.0).round(3))
    0.47
    """
    if bin_width <= 0:
        raise ValueError(f"got a bin of width {bin_width}, expected a positive one")
    low = np.asarray(observed, dtype=float)
    high = low if upper is None else np.asarray(upper, dtype=float)
    exact = high == low
    inside = np.floor(samples / bin_width) == np.floor(low / bin_width)[..., None]
    between = (samples >= low[..., None]) & (samples <= high[..., None])
    share = (np.where(exact[..., None], inside, between).sum(-1) + 0.5) / (samples.shape[-1] + 1)
    return np.asarray(np.where(exact, np.log(bin_width), 0.0) - np.log(share))


def interval_score(
    samples: np.ndarray, observed: np.ndarray, level: float, upper: np.ndarray | None = None
) -> np.ndarray:
    """Give the interval score of the central interval of a sample.

    ``(u - l) + 2 / a * (l - y)+ + 2 / a * (y - u)+`` with a = 1 - level and l, u the quantiles
    a / 2 and 1 - a / 2. Of a censored figure, y is the point between its ends that is nearest.

    Parameters
    ----------
    samples : numpy.ndarray
        Predictions, shape (..., draw).
    observed : numpy.ndarray
        What was seen, shape (...).
    level : float
        Nominal coverage, in (0, 1).
    upper : numpy.ndarray, optional
        Its upper end, same shape; default: it is known exactly.

    Returns
    -------
    numpy.ndarray
        In the unit of the samples, shape (...).

    References
    ----------
    Gneiting and Raftery (2007), section 6.2.

    Examples
    --------
    >>> float(interval_score(np.array([0.0, 1.0]), np.array(3.0), 0.5).round(2))
    9.5
    """
    first, last = _ends(samples, level)
    low, outside = np.asarray(observed), 2 / (1 - level)
    high = low if upper is None else np.asarray(upper)
    below, above = np.maximum(first - high, 0), np.maximum(low - last, 0)
    return np.asarray(last - first + outside * (below + above))


def width(samples: np.ndarray, level: float) -> np.ndarray:
    """Give the width of the central interval of a sample: its sharpness.

    Parameters
    ----------
    samples : numpy.ndarray
        Predictions, shape (..., draw).
    level : float
        Nominal coverage, in (0, 1).

    Returns
    -------
    numpy.ndarray
        In the unit of the samples, shape (...).

    Examples
    --------
    >>> float(width(np.linspace(0, 1, 11), 0.8).round(3))
    0.8
    """
    lower, upper = _ends(samples, level)
    return np.asarray(upper - lower)


def pit(
    samples: np.ndarray,
    observed: np.ndarray,
    uniform: np.ndarray,
    upper: np.ndarray | None = None,
) -> np.ndarray:
    """Give the probability integral transform, randomised among ties.

    ``(#{X < y} + V (#{X = y} + 1)) / (N + 1)`` with V uniform: exactly uniform when y and the N
    draws are exchangeable, point masses or not. Of a censored figure, draws between its ends are
    ties.

    Parameters
    ----------
    samples : numpy.ndarray
        Predictions, shape (..., draw).
    observed : numpy.ndarray
        What was seen, shape (...).
    uniform : numpy.ndarray
        V, numbers in [0, 1], shape (...).
    upper : numpy.ndarray, optional
        Upper end of what was seen, same shape; default: it is known exactly.

    Returns
    -------
    numpy.ndarray
        In [0, 1], shape (...).

    References
    ----------
    Czado, Gneiting and Held (2009), https://doi.org/10.1111/j.1541-0420.2009.01191.x.

    Examples
    --------
    >>> float(pit(np.array([1.0, 2.0, 3.0]), np.array(2.5), np.array(0.5)))
    0.625
    """
    low = np.asarray(observed)[..., None]
    high = low if upper is None else np.asarray(upper)[..., None]
    below, tied = (samples < low).sum(-1), ((samples >= low) & (samples <= high)).sum(-1)
    return np.asarray((below + uniform * (tied + 1)) / (samples.shape[-1] + 1))


def brier(probability: np.ndarray, happened: np.ndarray) -> np.ndarray:
    """Give the Brier score, ``(p - x)^2``.

    Parameters
    ----------
    probability : numpy.ndarray
        Of the event, in [0, 1], any shape.
    happened : numpy.ndarray
        0 or 1, same shape.

    Returns
    -------
    numpy.ndarray
        In [0, 1], same shape.

    Examples
    --------
    >>> float(brier(np.array(0.5), np.array(1)))
    0.25
    """
    return np.asarray((np.asarray(probability) - np.asarray(happened)) ** 2)


def log_score_binary(
    probability: np.ndarray, happened: np.ndarray, draws: int | np.ndarray
) -> np.ndarray:
    """Give minus the log probability of what happened.

    The probability is the share of so many draws, n of N, read as ``(n + 1/2) / (N + 1)``: no
    sample can say that something is impossible.

    Parameters
    ----------
    probability : numpy.ndarray
        Share of the draws with the event, any shape.
    happened : numpy.ndarray
        0 or 1, same shape.
    draws : int or numpy.ndarray
        N.

    Returns
    -------
    numpy.ndarray
        Natural logarithm, same shape.

    Examples
    --------
    >>> float(log_score_binary(np.array(0.5), np.array(1), 100).round(3))
    0.693
    """
    kept = (np.asarray(probability) * draws + 0.5) / (np.asarray(draws) + 1)
    return np.asarray(-np.log(np.where(np.asarray(happened) == 1, kept, 1 - kept)))


def _ends(samples: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    if not 0 < level < 1:
        raise ValueError(f"got level {level}, expected a share between 0 and 1")
    lower, upper = np.quantile(samples, [(1 - level) / 2, (1 + level) / 2], axis=-1)
    return np.asarray(lower), np.asarray(upper)
