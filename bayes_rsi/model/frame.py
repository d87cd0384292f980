"""The sampler's coordinates of capability: level and pace of the population, then what is left.

Invariant: `Frame` is a bijection with a known Jacobian, so it changes how fast the sampler moves
and nothing else (tests/model/test_frame.py checks the round trip and the Jacobian numerically).

Only differences between capabilities and difficulties are seen by scores: shifting or stretching
all of them together changes little, and in the plain parameterisation these two directions made
the sampler slow (smallest bulk-ESS 75 of 4,000 draws in a prototype; 685 with the frame). The
frame makes the two directions explicit coordinates: the weighted mean of the capabilities and
their weighted regression slope on release date. What is left is told apart from the drifts of the
series by a lean and a stretch (`bayes_rsi.model.drifts`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor.tensor as pt
from pymc.logprob.transforms import Transform

from bayes_rsi.model.design import Design

__all__ = ["Frame", "frame_of"]


class Frame(Transform):
    """Transform of the vector of capabilities.

    ``theta = level + pace * (years + rest)`` with ``rest`` orthogonal to the two functionals
    ``level = a1 . theta`` (weighted mean) and ``pace = a2 . theta`` (weighted regression slope on
    release year).

    Parameters
    ----------
    years : numpy.ndarray
        Release years, shape (system,), at least two distinct.
    weights : numpy.ndarray
        Positive weights, shape (system,), such as the number of scores.
    """

    name = "frame"
    ndim_supp = 1

    def __init__(self, years: np.ndarray, weights: np.ndarray) -> None:
        centred = years - np.average(years, weights=weights)
        self.line = centred
        self.level_weights = weights / weights.sum()
        self.pace_weights = weights * centred / np.sum(weights * centred**2)
        # The two directions take the places of two systems, whose own positions then follow from
        # all others. Heavy ones bear that; GPT-2 in such a place mixed half as fast.
        first = int(np.argmax(np.abs(self.level_weights)))
        self._first = _mirror(self.level_weights, first)
        rotated = self.pace_weights - 2 * self._first * (self._first @ self.pace_weights)
        rotated[first] = 0.0
        second = int(np.argmax(np.abs(rotated)))
        self._second = _mirror(rotated, second)
        self._size = len(years)
        self._order = np.r_[first, second, np.delete(np.arange(self._size), [first, second])]
        self._place = np.argsort(self._order)

    def level_and_pace(self, theta: Any) -> tuple[Any, Any]:
        """Give the weighted mean and the weighted slope on release year.

        Parameters
        ----------
        theta : tensor
            Capabilities, effective years, shape (system,).

        Returns
        -------
        tuple of tensor
            Level (effective years) and pace (effective years per year), both scalars.
        """
        # Sums, not dot products: those of vectors this short gain nothing and compile for seconds.
        return pt.sum(self.level_weights * theta), pt.sum(self.pace_weights * theta)

    def forward(self, value: Any, *inputs: Any) -> Any:
        """Give the coordinates of capabilities.

        Parameters
        ----------
        value : tensor
            Capabilities, effective years, shape (system,).
        *inputs : tensor
            Parameters of the distribution, of which the last two are the lean, added to what is
            left, and the stretch, by whose exponential that is divided before: the same for all
            systems; shape (system,). None: neither.

        Returns
        -------
        tensor
            Level, log pace, then the rest of all but two systems; shape (system,).
        """
        level, pace = self.level_and_pace(value)
        rest = self._free((value - level) / pace - self.line)
        if inputs:
            lean, stretch = inputs[-2:]
            rest = rest * pt.exp(-stretch[0]) + self._free(lean)
        return pt.concatenate([level[None], pt.log(pace)[None], rest])

    def backward(self, value: Any, *inputs: Any) -> Any:
        """Give the capabilities of coordinates, the inverse of `forward`.

        Parameters
        ----------
        value : tensor
            Coordinates, shape (system,).
        *inputs : tensor
            Parameters of the distribution, of which the last two are the lean, added to what is
            left, and the stretch, by whose exponential that is divided before: the same for all
            systems; shape (system,). None: neither.

        Returns
        -------
        tensor
            Capabilities, effective years, shape (system,).
        """
        free = value[2:]
        if inputs:
            lean, stretch = inputs[-2:]
            free = (free - self._free(lean)) * pt.exp(stretch[0])
        rest = pt.concatenate([pt.zeros(2), free])[self._place]
        rest = _reflect(self._first, _reflect(self._second, rest))
        return value[0] + pt.exp(value[1]) * (self.line + rest)

    def _free(self, rest: Any) -> Any:
        """Give the free coordinates of what is left, which has nothing in two directions."""
        return _reflect(self._second, _reflect(self._first, rest))[self._order[2:]]

    def log_jac_det(self, value: Any, *inputs: Any) -> Any:
        """Give log |d theta / d coordinates| up to a constant.

        ``(n - 1) log pace + (n - 2) stretch``; a lean shifts and does not stretch.

        Parameters
        ----------
        value : tensor
            Coordinates, shape (system,).
        *inputs : tensor
            Parameters of the distribution, of which the last is the stretch; none: no stretch.

        Returns
        -------
        tensor
            Scalar.
        """
        stretch = inputs[-1][0] if inputs else 0.0
        return value[1] * (self._size - 1) + stretch * (self._size - 2)


def frame_of(design: Design) -> Frame:
    """Give the frame of the systems of a panel.

    Parameters
    ----------
    design : Design
        Arrays of the panel.

    Returns
    -------
    Frame
        Years since the later pin, systems weighted by their scores.
    """
    return Frame(design.released - design.pins[1], design.n_scores.astype(float))


def _reflect(normal: np.ndarray, x: Any) -> Any:
    return x - 2 * normal * pt.sum(normal * x)


def _mirror(vector: np.ndarray, axis: int) -> np.ndarray:
    """Give the Householder normal that sends `vector` to coordinate axis `axis`."""
    normal = vector / np.linalg.norm(vector)
    normal[axis] -= 1.0
    length = np.linalg.norm(normal)
    return normal / length if length > 0 else normal
