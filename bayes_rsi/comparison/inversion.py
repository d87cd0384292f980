"""Inversion: the numbers of a lever that reproduce somebody's probabilities, all else held.

Invariant: numbers come back only if, put back in, they give the probabilities to `TOLERANCE` and
leave enough futures that agree with the past (`CONTRADICTED`); otherwise nothing comes back, which
means "not possible with this alone".
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from bayes_rsi.comparison.levers import Lever

__all__ = [
    "CONTRADICTED",
    "TOLERANCE",
    "Answer",
    "Target",
    "allowed",
    "contradicted",
    "share_by",
    "solve_one",
    "solve_pair",
]

#: Half a percentage point.
TOLERANCE = 0.005
#: Share of the futures that may contradict the past: that no event of the card has happened yet.
CONTRADICTED = 0.5
#: Sought closer than that, and at most so often.
_CLOSE, _TRIES = 2e-4, 30
#: Shares of the way to an end at which a passage is looked for.
STEPS = (0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1.0)


@dataclass(frozen=True)
class Target:
    """A probability to be reproduced.

    Parameters
    ----------
    year : float
        Decimal year.
    share : float
        P(event by then).
    bound : {"exact", "lower", "upper"}
        Whether more, or less, is meant too.
    """

    year: float
    share: float
    bound: str = "exact"

    def met_by(self, share: float) -> bool:
        """Say whether a probability is what was meant.

        To `TOLERANCE`, and to a tenth of a small one.

        Parameters
        ----------
        share : float
            P(event by the year).

        Returns
        -------
        bool
            Whether it is.
        """
        close = min(TOLERANCE, max(_CLOSE, 0.1 * self.share))
        above, below = share >= self.share - close, share <= self.share + close
        return {"exact": above and below, "lower": above, "upper": below}[self.bound]


@dataclass(frozen=True)
class Answer:
    """Numbers of a lever and what they give.

    Parameters
    ----------
    numbers : tuple of float
        In the order of the lever's labels.
    shares : tuple of float
        P(event by each target's year).
    contradicted : float
        Share of the futures in which an event of the card would have happened by the as-of date.
    """

    numbers: tuple[float, ...]
    shares: tuple[float, ...]
    contradicted: float


def share_by(years: np.ndarray, year: float) -> float:
    """Give P(event by a time) from draws of its date.

    Parameters
    ----------
    years : numpy.ndarray
        Decimal years, nan where known facts are contradicted; shape (path,).
    year : float
        Decimal year.

    Returns
    -------
    float
        Share of the draws that are not nan; nan when all are.
    """
    known = int(np.count_nonzero(~np.isnan(years)))
    return float(np.count_nonzero(years <= year) / known) if known else math.nan


def contradicted(years: np.ndarray) -> float:
    """Give the share of futures that contradict the past.

    Parameters
    ----------
    years : numpy.ndarray
        As for `share_by`.

    Returns
    -------
    float
        Share of nan.
    """
    return float(np.isnan(years).mean())


def allowed(lever: Lever) -> float:
    """Give the share of futures that may contradict the past.

    Parameters
    ----------
    lever : Lever
        At our own numbers.

    Returns
    -------
    float
        `CONTRADICTED`, or our own share where that is more.
    """
    return max(CONTRADICTED, contradicted(lever.years(lever.ours)))


def solve_one(lever: Lever, target: Target, others: tuple[Target, ...]) -> Answer | None:
    """Move the first number of a lever until one probability is right.

    Parameters
    ----------
    lever : Lever
        Its other number, if any, stays ours.
    target : Target
        The probability, reproduced exactly whatever its bound.
    others : tuple of Target
        Whose probabilities the answer reports too, in their order.

    Returns
    -------
    Answer or None
        The solution nearest to ours; None when there is none within the bounds of the lever, or
        more futures than `allowed` contradict the past there.
    """
    rest = lever.ours[1:]
    place = _solve(
        lambda x: share_by(lever.years((x, *rest)), target.year),
        target.share,
        lever.ours[0],
        lever.bounds[0],
        lever.logarithmic[0],
    )
    return None if place is None else _kept(lever, _answer(lever, (place, *rest), others))


def solve_pair(lever: Lever, first: Target, second: Target) -> Answer | None:
    """Move both numbers of a lever until two probabilities are right.

    Parameters
    ----------
    lever : Lever
        With one number the pair can only come out right by luck.
    first, second : Target
        The probabilities.

    Returns
    -------
    Answer or None
        The least that does it: our own numbers where they do, the first number alone where that
        does, else both, with bounds met as equalities where that leaves enough futures. None when
        it is not possible with this lever alone.
    """
    targets = (first, second)
    alone = (solve_one(lever, target, targets) for target in targets)
    for simple in (_answer(lever, lever.ours, targets), *alone):
        if simple is not None and _met(simple, targets):
            return simple
    if len(lever.ours) < 2:
        return None
    return _both(lever, first, second)


def _both(lever: Lever, first: Target, second: Target) -> Answer | None:
    """Move both numbers: the second along the answers to the first probability."""
    found: dict[float, float] = {}

    def later(spread: float) -> float:
        start = found[min(found, key=lambda s: abs(s - spread))] if found else lever.ours[0]
        place = _solve(
            lambda x: share_by(lever.years((x, spread)), first.year),
            first.share,
            start,
            lever.bounds[0],
            lever.logarithmic[0],
        )
        if place is None:
            return math.nan
        found[spread] = place
        return share_by(lever.years((place, spread)), second.year)

    def answer(spread: float) -> Answer | None:
        if spread not in found:  # the search ended where the first probability has no answer
            return None
        both = _kept(lever, _answer(lever, (found[spread], spread), (first, second)))
        return both if both is not None and _met(both, (first, second)) else None

    spread = _solve(later, second.share, lever.ours[1], lever.bounds[1], lever.logarithmic[1])
    equal = None if spread is None else answer(spread)
    if equal is not None or second.bound == "exact":
        return equal
    # Where equality contradicts the past, going further need not.
    points = _outward(lever.ours[1], lever.bounds[1], lever.logarithmic[1])
    told = (answer(x) for x in points if x in found or not math.isnan(later(x)))
    return next((one for one in told if one is not None), None)


def _answer(lever: Lever, numbers: tuple[float, ...], targets: tuple[Target, ...]) -> Answer:
    years = lever.years(numbers)
    shares = tuple(share_by(years, target.year) for target in targets)
    return Answer(numbers, shares, contradicted(years))


def _kept(lever: Lever, answer: Answer) -> Answer | None:
    return answer if answer.contradicted <= allowed(lever) else None


def _met(answer: Answer, targets: tuple[Target, ...]) -> bool:
    return all(target.met_by(share) for target, share in zip(targets, answer.shares, strict=True))


def _scale(logarithmic: bool) -> tuple[Callable[[float], float], Callable[[float], float]]:
    return (math.log, math.exp) if logarithmic else (float, float)


def _outward(start: float, bounds: tuple[float, float], logarithmic: bool) -> list[float]:
    """Give places from a start to both ends in growing steps, the nearest first."""
    to, back = _scale(logarithmic)
    low, high = to(bounds[0]), to(bounds[1])
    here = min(max(to(start), low), high)
    places = [here + share * (end - here) for end in (low, high) for share in STEPS]
    return [back(x) for x in sorted(places, key=lambda x: abs(x - here))]


def _solve(
    share: Callable[[float], float],
    wanted: float,
    start: float,
    bounds: tuple[float, float],
    logarithmic: bool,
) -> float | None:
    """Find where a share takes a value: outward from the start until it is passed, then between."""
    to, back = _scale(logarithmic)

    def off(x: float) -> float:
        # Nothing where it is close enough, which ends the search.
        apart = share(x) - wanted
        return 0.0 if abs(apart) <= _CLOSE else apart

    here = back(min(max(to(start), to(bounds[0])), to(bounds[1])))
    begin = off(here)
    if begin == 0.0 or math.isnan(begin):
        return here if begin == 0.0 else None
    before = {False: here, True: here}  # by side
    for x in _outward(start, bounds, logarithmic):
        side = x > here
        if math.isnan(before[side]):
            continue  # nothing can be told beyond
        value = off(x)
        if value == 0.0:
            return x
        if (value > 0) != (begin > 0) and not math.isnan(value):
            return _between(off, before[side], x, logarithmic)
        before[side] = math.nan if math.isnan(value) else x
    return None


def _between(
    off: Callable[[float], float], inner: float, outer: float, logarithmic: bool
) -> float | None:
    """Find where a share is right between a place below and one above."""
    to, back = _scale(logarithmic)

    def scaled(x: float) -> float:
        value = off(back(x))
        if math.isnan(value):
            raise _Untold
        return value

    try:
        found = brentq(scaled, to(inner), to(outer), maxiter=_TRIES, disp=False)
    except _Untold:
        return None
    return back(float(found))


class _Untold(Exception):
    """A probability that nobody can tell: all futures contradict the past."""
