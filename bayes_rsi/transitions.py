"""Dynamics of the frontier, shared by the PyMC model and the NumPy projector.

Invariant: one law per trend; called with NumPy or with PyTensor arrays it computes the same numbers
(tests/test_transitions.py holds both to 1e-10), so the past and the future of a forecast obey one
law. No randomness here: standard normal steps come in, gains of capability go out.

Every trend is a drive, the pace of the people and machines at work, and a bend, what that work
brings in capability:

    progress H(t): integral of the drive from the as-of date on, negative before; the drive is one
                   at the as-of date, so progress is in years at today's rate
    gain     G(t): bend of H(t), with G = 0 and dG/dH = 1 at the as-of date, in the same unit

Closed forms of the bend need no solver and have exact gradients.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["TRANSITIONS", "Transition", "future", "past", "walk"]

#: Where the series of log(1 - u) / u takes over from the quotient.
NEAR_ZERO = 1e-5
#: Largest exponent: a past this steep has no likelihood left, and stays finite.
STEEPEST = 50.0

Parameters = Mapping[str, Any]


@dataclass(frozen=True)
class Transition:
    """The law of one trend.

    Parameters
    ----------
    priors : tuple of str
        Parameters, by the names of the card's priors.
    walks : bool
        Whether the drive's logarithm walks at random, with parameter ``growth_drift``.
    before : callable or None
        Drive of an interval relative to that without it, from the ages of its two ends.
    bend : callable
        Gain of capability from progress and parameters.
    """

    priors: tuple[str, ...]
    walks: bool
    before: Callable[..., Any] | None
    bend: Callable[..., Any]


def walk(steps: Any, drift: Any, step_years: float, xp: Any = np) -> Any:
    """Let a logarithm walk at random, without pull to earlier values.

    ``log h(t + dt) = log h(t) + drift * sqrt(dt) * z``

    Parameters
    ----------
    steps : array
        Standard normal steps z, shape (..., n).
    drift : array
        Standard deviation of log h after one year, shape () or (..., 1).
    step_years : float
        dt, years.
    xp : module
        ``numpy`` or ``pytensor.tensor``.

    Returns
    -------
    array
        Change of log h since the start after each step, shape (..., n).

    Examples
    --------
    >>> walk(np.array([1.0, -1.0]), 0.5, 0.25)
    array([0.25, 0.  ])
    """
    return xp.cumsum(steps * drift * np.sqrt(step_years), axis=-1)


def past(
    law: Transition, steps: Any, parameters: Parameters, step_years: float, xp: Any = np
) -> Any:
    """Give the gain at each knot up to the as-of date, relative to it.

    Parameters
    ----------
    law : Transition
        The trend.
    steps : array
        Standard normal steps between the n + 1 intervals of n + 2 knots, shape (..., n).
    parameters : mapping of str to array
        By the names in ``law.priors``, each of shape () or (..., 1).
    step_years : float
        Length of an interval, years.
    xp : module
        ``numpy`` or ``pytensor.tensor``.

    Returns
    -------
    array
        Years at today's rate, negative and rising to 0, shape (..., n + 2).
    """
    start = xp.zeros_like(steps[..., :1])
    if law.walks:
        log = walk(steps, parameters["growth_drift"], step_years, xp)
        log = xp.concatenate([start, log], axis=-1)
        log = log - log[..., -1:]
    else:
        log = xp.concatenate([start, xp.zeros_like(steps)], axis=-1)
    drive = xp.exp(log)
    if law.before is not None:
        older = step_years * np.arange(_count(steps) + 1, 0, -1)
        drive = drive * law.before(older - step_years, older, parameters, xp)
    gone = xp.cumsum(drive[..., ::-1] * step_years, axis=-1)[..., ::-1]
    return law.bend(xp.concatenate([-gone, start], axis=-1), parameters, xp)


def future(
    law: Transition, steps: Any, parameters: Parameters, step_years: float, xp: Any = np
) -> Any:
    """Give the gain after each step from the as-of date on.

    Parameters
    ----------
    law : Transition
        The trend.
    steps : array
        Standard normal steps, shape (..., n).
    parameters : mapping of str to array
        By the names in ``law.priors``, each of shape () or (..., 1).
    step_years : float
        Length of a step, years.
    xp : module
        ``numpy`` or ``pytensor.tensor``.

    Returns
    -------
    array
        Years at today's rate, rising, shape (..., n).
    """
    log = (
        walk(steps, parameters["growth_drift"], step_years, xp)
        if law.walks
        else xp.zeros_like(steps)
    )
    progress = xp.cumsum(xp.exp(log) * step_years, axis=-1)
    return law.bend(progress, parameters, xp)


def _count(steps: Any) -> int:
    size = steps.shape[-1] if isinstance(steps, np.ndarray) else steps.type.shape[-1]
    return int(size)


def straight(progress: Any, parameters: Parameters, xp: Any) -> Any:
    """Gain what is worked for: ``G = H``."""
    del parameters, xp
    return progress


def feeding_back(progress: Any, parameters: Parameters, xp: Any) -> Any:
    """Let capability speed up (or slow down) its own growth.

    ``dG/dH = exp(feedback * G)``, so ``G = -log(1 - feedback * H) / feedback``. Growth is bounded
    by ``feedback_cap`` times that of the as-of date, beyond which G is a straight line; without
    the bound it would be infinite at ``H = 1 / feedback``. With F in doublings and growth g at the
    as-of date this is ``dF/dt = g 2^(kappa (F - F_now))``, ``kappa = feedback / (g log 2)``:
    recursive self-improvement for kappa > 0, no increasing returns for kappa < 0.

    Parameters
    ----------
    progress : array
        H, years at today's rate, shape (..., n).
    parameters : mapping of str to array
        ``feedback`` (change of log growth per year at today's rate) and ``feedback_cap``.
    xp : module
        ``numpy`` or ``pytensor.tensor``.

    Returns
    -------
    array
        G, same shape.
    """
    feedback, cap = parameters["feedback"], parameters["feedback_cap"]
    edge = 1 - 1 / cap
    beyond = feedback * progress > edge
    inside = xp.where(beyond, edge / xp.where(beyond, feedback, 1.0), progress)
    power = feedback * inside
    small = xp.abs(power) < NEAR_ZERO
    safe = xp.where(small, NEAR_ZERO, power)
    factor = xp.where(small, 1 + power / 2, -xp.log1p(-safe) / safe)
    return inside * factor + cap * (progress - inside)


def levelling_off(progress: Any, parameters: Parameters, xp: Any) -> Any:
    """Let growth fall in proportion to the room that is left.

    ``dG/dH = 1 - G / room``, so ``G = room (1 - exp(-H / room))``: never more than ``room``.

    Parameters
    ----------
    progress : array
        H, years at today's rate, shape (..., n).
    parameters : mapping of str to array
        ``room``, years at today's rate.
    xp : module
        ``numpy`` or ``pytensor.tensor``.

    Returns
    -------
    array
        G, same shape.
    """
    room = parameters["room"]
    return -room * xp.expm1(xp.minimum(-progress / room, STEEPEST))


def one_break(newer: np.ndarray, older: np.ndarray, parameters: Parameters, xp: Any) -> Any:
    """Give the drive of intervals when it changed once, ``break_age`` years before the as-of date.

    Before the break the drive was ``exp(-break_size)``; in the interval of the break it is the
    mean, so the frontier is continuous in the date of the break.

    Parameters
    ----------
    newer, older : numpy.ndarray
        Ages of the ends of the intervals, years before the as-of date, shape (n,).
    parameters : mapping of str to array
        ``break_age`` (years) and ``break_size`` (change of log growth).
    xp : module
        ``numpy`` or ``pytensor.tensor``.

    Returns
    -------
    array
        Shape (..., n).
    """
    share = xp.clip((older - parameters["break_age"]) / (older - newer), 0.0, 1.0)
    return 1 + share * xp.expm1(-parameters["break_size"])


#: One line for each trend.
TRANSITIONS: dict[str, Transition] = {
    "constant": Transition((), False, None, straight),
    "drifting": Transition(("growth_drift",), True, None, straight),
    "break": Transition(("break_age", "break_size"), False, one_break, straight),
    "feedback": Transition(("growth_drift", "feedback", "feedback_cap"), True, None, feeding_back),
    "saturating": Transition(("growth_drift", "room"), True, None, levelling_off),
}
