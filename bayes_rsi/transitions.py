"""Dynamics of the frontier, shared by the PyMC model and the NumPy projector.

Invariant: one function per trend; called with NumPy or with PyTensor arrays it computes the same
numbers (tests/test_transitions.py holds both to 1e-10), so the past and the future of a forecast
obey one law. No randomness here: standard normal steps come in, log growth rates go out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["TRANSITIONS", "accumulate", "constant", "drifting"]


def constant(steps: Any, drift: Any, step_years: float, xp: Any = np) -> Any:
    """Keep the growth rate: dF/dt = g.

    Parameters
    ----------
    steps : array
        Standard normal steps, shape (..., n); only their shape is used.
    drift : array
        Ignored; there so that all trends are called alike.
    step_years : float
        Length of a step, years.
    xp : module
        ``numpy`` or ``pytensor.tensor``.

    Returns
    -------
    array
        Change of the natural log of the growth rate after each step, shape (..., n): zeros.
    """
    del drift, step_years
    return xp.zeros_like(steps)


def drifting(steps: Any, drift: Any, step_years: float, xp: Any = np) -> Any:
    """Let the log growth rate walk at random, without pull to earlier rates.

    ``log g(t + dt) = log g(t) + drift * sqrt(dt) * z``

    Parameters
    ----------
    steps : array
        Standard normal steps z, shape (..., n).
    drift : array
        Standard deviation of log g after one year, shape () or (..., 1).
    step_years : float
        dt, years.
    xp : module
        ``numpy`` or ``pytensor.tensor``.

    Returns
    -------
    array
        Change of log g since the start after each step, shape (..., n).

    Examples
    --------
    >>> drifting(np.array([1.0, -1.0]), 0.5, 0.25)
    array([0.25, 0.  ])
    """
    return xp.cumsum(steps * drift * np.sqrt(step_years), axis=-1)


def accumulate(log_growth: Any, step_years: float, xp: Any = np) -> Any:
    """Add up growth: the capability gained at the end of each step.

    Parameters
    ----------
    log_growth : array
        Natural log of the growth rate in each step, shape (..., n).
    step_years : float
        Length of a step, years.
    xp : module
        ``numpy`` or ``pytensor.tensor``.

    Returns
    -------
    array
        Gain since the start, shape (..., n), in the unit of the rate times years.
    """
    return xp.cumsum(xp.exp(log_growth) * step_years, axis=-1)


TRANSITIONS: dict[str, Callable[..., Any]] = {"constant": constant, "drifting": drifting}
