"""Log density ratios of new scores, and whose doing the shift is.

Invariant: the shares of the rows add up to the whole shift: they are the integral, along the way
from no new score to all of them, of what each row adds to it.

    log ratio(draw) = sum over systems of log mean over nodes of exp(sum of its rows) - rows gone
    shift           = integral over t in [0, 1] of Cov_t(f, sum of rows_t),  weights exp(t * rows)

This is the Aumann-Shapley value of a row (Aumann and Shapley 1974; Sundararajan, Taly and Yan 2017,
https://arxiv.org/abs/1703.01365).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import special

__all__ = ["GONE", "Told", "attribution"]

#: Points of the integral along the way, by Gauss and Legendre.
POINTS = 8
#: Label of the part of figures that were replaced, or are known no more.
GONE = "scores that went"


@dataclass(frozen=True, eq=False)
class Told:
    """What new scores say of each posterior draw.

    Parameters
    ----------
    rows : mapping of str to numpy.ndarray
        Label of each new score to its log likelihood, shape (draw, node); rows of one system share
        their nodes.
    systems : mapping of str to str
        Label to system.
    gone : numpy.ndarray
        Log likelihood of the scores that went, shape (draw,).
    """

    rows: Mapping[str, np.ndarray]
    systems: Mapping[str, str]
    gone: np.ndarray

    def log_ratio(self) -> np.ndarray:
        """Give the log of the density with the new scores over that without them.

        Returns
        -------
        numpy.ndarray
            Shape (draw,), up to a constant.
        """
        return self._part(1.0)[0]

    def alone(self, label: str) -> np.ndarray:
        """Give the log of the density with one of the new scores over that without any.

        Parameters
        ----------
        label : str
            Of the score.

        Returns
        -------
        numpy.ndarray
            Shape (draw,), up to a constant.
        """
        return np.asarray(special.logsumexp(self.rows[label], axis=1))

    def _part(self, t: float) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Give the log ratio at `t` of the way, and what each row adds to its slope."""
        total = -t * self.gone
        slopes: dict[str, np.ndarray] = {}
        for system in dict.fromkeys(self.systems.values()):
            mine = {label: self.rows[label] for label in self.rows if self.systems[label] == system}
            together = t * np.sum(list(mine.values()), axis=0)
            total = total + special.logsumexp(together, axis=1) - np.log(together.shape[1])
            weights = special.softmax(together, axis=1)
            slopes |= {label: np.sum(weights * row, axis=1) for label, row in mine.items()}
        return total, slopes


def attribution(told: Told, chances: np.ndarray) -> dict[str, float]:
    """Share out the shift of a probability among the new scores.

    Parameters
    ----------
    told : Told
        What the scores say.
    chances : numpy.ndarray
        P(event by a day) under each draw, shape (draw,).

    Returns
    -------
    dict of str to float
        Label to its part of the shift; `GONE` where there are any. They sum to the
        shift by plain importance weights.
    """
    places, widths = np.polynomial.legendre.leggauss(POINTS)
    found: dict[str, float] = dict.fromkeys(told.rows, 0.0)
    if np.ptp(told.gone):
        found[GONE] = 0.0
    for place, width in zip((places + 1) / 2, widths / 2, strict=True):
        total, slopes = told._part(float(place))
        weights = special.softmax(total)
        centred = weights * (chances - np.sum(weights * chances))
        for label, slope in slopes.items():
            found[label] += float(width * np.sum(centred * slope))
        if np.ptp(told.gone):
            found[GONE] -= float(width * np.sum(centred * told.gone))
    return found
