"""Where a logistic curve, averaged over normal differences between tasks, crosses a success rate.

Invariant: exact to 1e-4 logits for spreads up to `WIDEST`, and refused beyond (the tests integrate
by other means); a rate of one half is crossed at zero whatever the spread.
"""

from __future__ import annotations

import numpy as np

from bayes_rsi.errors import ModelError

__all__ = ["WIDEST", "crossing"]

#: Widest spread of the tasks, logits, for which the grid below is fine enough.
WIDEST = 40.0
# The trapezoid rule converges exponentially for an analytic function that vanishes at both ends:
# at this step the error is below exp(-2 pi^2 / (step * spread)), 1e-5 at the widest spread.
_STEP = 0.04
_Z = np.arange(-8.0, 8.0 + _STEP / 2, _STEP)
_WEIGHT = np.exp(-0.5 * _Z**2) / np.exp(-0.5 * _Z**2).sum()
_KNOTS = 801


def crossing(spread: np.ndarray, success: float) -> np.ndarray:
    """Solve E[logistic(x + spread * Z)] = success for x, with Z standard normal.

    Parameters
    ----------
    spread : numpy.ndarray
        Standard deviation between tasks, logits, from 0 to `WIDEST`; any shape.
    success : float
        Success rate, between 0 and 1, both excluded.

    Returns
    -------
    numpy.ndarray
        x, logits above the point of one half; shape of `spread`.

    Raises
    ------
    ModelError
        When a spread is out of range or not finite.

    Examples
    --------
    >>> crossing(np.array([0.0, 2.0]), 0.8).round(2).tolist()
    [1.39, 2.23]
    """
    widest = float(np.max(spread, initial=0.0))
    if not (np.all(spread >= 0) and widest <= WIDEST):
        raise ModelError(
            f"got tasks that differ by {widest:.3g} logits (standard deviation), expected 0 to "
            f"{WIDEST:g}; the posterior is unusable: look at its verdict and at the human times"
        )
    knots = np.linspace(0.0, widest, _KNOTS)
    return np.interp(spread, knots, _solve(knots, success))


def _solve(knots: np.ndarray, success: float) -> np.ndarray:
    """Bisect: the average is increasing in x, and x lies within the bounds for any spread here."""
    logit = np.log(success / (1 - success))
    reach = np.abs(logit) * (1 + knots) + 1.0
    low, high = -reach, reach
    for _ in range(60):
        middle = (low + high) / 2
        # The logistic function as a tanh, which cannot overflow.
        curve = 0.5 + 0.5 * np.tanh((middle[:, None] + knots[:, None] * _Z) / 2)
        short = curve @ _WEIGHT < success
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return (low + high) / 2
