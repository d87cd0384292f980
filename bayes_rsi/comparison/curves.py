"""One curve through the probabilities that somebody published.

Invariant: a curve passes exactly through the two points it was made from.

    normal:  P(T <= t) = (1 - never) Phi((t - mean) / sd)
    Weibull: P(T <= t) = (1 - never) (1 - exp(-((t - start) / scale) ** shape))
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

__all__ = ["Curve", "normal_through", "rates", "weibull_through"]

Point = tuple[float, float]

#: Natural logarithm of the longest time, years, that a curve may speak of.
LONGEST = 100.0


@dataclass(frozen=True)
class Curve:
    """A distribution of the date of an event through two points.

    Parameters
    ----------
    family : {"normal", "weibull"}
        Shape.
    first, second : float
        Normal: mean (decimal year) and standard deviation (years). Weibull: scale (years) and
        shape.
    start : float
        Decimal year from which a Weibull counts; nan for a normal.
    never : float
        Probability that the event never comes.
    """

    family: str
    first: float
    second: float
    start: float
    never: float

    def by(self, year: float) -> float:
        """Give P(event by a time).

        Parameters
        ----------
        year : float
            Decimal year.

        Returns
        -------
        float
            In [0, 1 - never].
        """
        if self.family == "normal":
            share = NormalDist(self.first, self.second).cdf(year)
        else:
            since = max(year - self.start, 0.0)
            share = -math.expm1(-((since / self.first) ** self.second))
        return (1 - self.never) * share

    @property
    def median(self) -> float:
        """Decimal year by which half of the probability has come; infinite where none has."""
        share = 0.5 / (1 - self.never)
        if share >= 1:
            return math.inf
        if self.family == "normal":
            return NormalDist(self.first, self.second).inv_cdf(share)
        log_time = math.log(self.first) + math.log(-math.log1p(-share)) / self.second
        return self.start + math.exp(log_time) if log_time < LONGEST else math.inf


def normal_through(first: Point, second: Point, never: float = 0.0) -> Curve | None:
    """Give the normal curve through two points.

    Parameters
    ----------
    first, second : tuple of float
        Decimal year and probability by then.
    never : float
        Probability that the event never comes.

    Returns
    -------
    Curve or None
        None where no such curve passes: probabilities at 0, at 1 - never or beyond, or not rising.

    Examples
    --------
    >>> round(normal_through((2028.0, 0.3), (2029.0, 0.6)).second, 2)
    1.29
    """
    if not _rising(first, second, never):
        return None
    low, high = (NormalDist().inv_cdf(p / (1 - never)) for _, p in (first, second))
    sd = (second[0] - first[0]) / (high - low)
    return Curve("normal", first[0] - sd * low, sd, math.nan, never)


def weibull_through(first: Point, second: Point, start: float, never: float = 0.0) -> Curve | None:
    """Give the Weibull curve through two points.

    Parameters
    ----------
    first, second : tuple of float
        Decimal year and probability by then.
    start : float
        Decimal year from which it counts: the day of the forecast.
    never : float
        Probability that the event never comes.

    Returns
    -------
    Curve or None
        None where no such curve passes.

    Examples
    --------
    >>> round(weibull_through((2028.0, 0.3), (2029.0, 0.6), 2026.34).second, 1)
    2.0
    """
    if not _rising(first, second, never) or first[0] <= start:
        return None
    low, high = (math.log(-math.log1p(-p / (1 - never))) for _, p in (first, second))
    since = [math.log(year - start) for year, _ in (first, second)]
    shape = (high - low) / (since[1] - since[0])
    log_scale = since[0] - low / shape
    if log_scale > LONGEST:  # through points that hardly differ
        return None
    return Curve("weibull", math.exp(log_scale), shape, start, never)


def rates(points: Sequence[Point]) -> np.ndarray:
    """Give the constant hazard in each period between points.

    ``-ln((1 - P later) / (1 - P earlier)) / years between``

    Parameters
    ----------
    points : sequence of tuple of float
        Decimal years, increasing, and probabilities by then, not falling.

    Returns
    -------
    numpy.ndarray
        Per year, shape (points - 1,); infinite where the event becomes certain.

    Examples
    --------
    >>> rates([(2027.0, 0.0), (2028.0, 0.3), (2029.0, 0.6)]).round(2)
    array([0.36, 0.56])
    """
    years, shares = (np.array(values, dtype=float) for values in zip(*points, strict=True))
    with np.errstate(divide="ignore"):
        survived = np.log1p(-shares)
    return -np.diff(survived) / np.diff(years)


def _rising(first: Point, second: Point, never: float) -> bool:
    return first[0] < second[0] and 0 < first[1] < second[1] < 1 - never
