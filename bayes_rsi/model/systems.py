"""Frontier and systems: a stochastic frontier, without choosing a state of the art by hand.

Invariant: the frontier equals the calendar at the two pins, so capability is measured in effective
years: a system at 2025.0 is as capable as the frontier's straight line between the pins says for
2025.0. Doublings are a linear function of this scale, added by `bayes_rsi.model.horizon`.

    capability_i = frontier(release_i) - (behind of the tier + gap_i) * exp(lab effect) + eps_i
    gap_i ~ Exponential(mean gap of the tier),  eps_i ~ Normal(0, system_scatter)

The frontier is the envelope of the flagships, which are behind by nothing but their gaps. Small and
open systems are behind it on average, and vary about that by less than an exponential of that mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from bayes_rsi import names
from bayes_rsi.cards import Card
from bayes_rsi.model.design import TIERS, Design
from bayes_rsi.model.drifts import drifting, drifts, leaning, middles, stretching
from bayes_rsi.model.effects import lab_effect
from bayes_rsi.model.frame import frame_of
from bayes_rsi.model.priors import variable
from bayes_rsi.transitions import TRANSITIONS, past

__all__ = ["Latents", "latents"]


@dataclass(frozen=True)
class Latents:
    """Tensors that the likelihoods build on.

    Parameters
    ----------
    frontier : tensor
        Frontier at the knots, effective years since the later pin, shape (date,).
    rate : tensor
        Growth of the frontier at the last knot, effective years per year, scalar.
    place : tensor
        Capability of each system in the population's frame, ``(capability - level) / pace``,
        shape (system,).
    drift : tensor
        What a year of release adds to the place of a system on each series, shape
        (drifting_series,).
    level, pace : tensor
        Origin and unit of the frame, scalars.
    """

    frontier: Any
    rate: Any
    place: Any
    drift: Any
    level: Any
    pace: Any

    def places(self, design: Design, rows: np.ndarray) -> Any:
        """Give the capability of the system of each score, with the drift of its series.

        Parameters
        ----------
        design : Design
            Arrays of the panel.
        rows : numpy.ndarray
            Positions along ``score``, shape (n,), of series that drift.

        Returns
        -------
        tensor
            In the frame, shape (n,).
        """
        system, series = design.system_index(rows), design.series_index(rows)
        age = design.released[system] - middles(design)[series]
        return self.place[system] + self.drift[np.searchsorted(drifting(design), series)] * age

    def in_frame(self, clock: Any) -> Any:
        """Move effective years into the frame.

        Parameters
        ----------
        clock : tensor
            Effective years since the later pin.

        Returns
        -------
        tensor
            Place in the frame, same shape.
        """
        return (clock - self.level) / self.pace


def latents(design: Design, card: Card) -> Latents:
    """Add the frontier and the capabilities to the model on the context stack.

    Parameters
    ----------
    design : Design
        Arrays of the panel.
    card : Card
        Priors and trend.

    Returns
    -------
    Latents
        What the likelihoods build on.
    """
    frontier, rate = _frontier(design, card)
    gap = _of_tier(design, [variable(card, f"gap_{tier}") for tier in TIERS])
    behind = _of_tier(design, [0.0, *(variable(card, f"behind_{tier}") for tier in TIERS[1:])])
    scatter = variable(card, "system_scatter")
    stretch = pt.exp(lab_effect(design, card))
    frame = frame_of(design)
    drift = drifts(design, card)
    at_release = design.interpolated(frontier, design.released)
    capability = pm.CustomDist(
        names.CAPABILITY_CLOCK,
        at_release - behind * stretch,
        scatter,
        gap * stretch,
        leaning(design, drift),
        stretching(design, drift),
        logp=_log_density,
        random=_draw,
        support_point=_typical,
        transform=frame,
        dims=names.SYSTEM,
    )
    level, pace = frame.level_and_pace(capability)
    place = (capability - level) / pace
    return Latents(frontier, rate, place, drift, level, pace)


def _of_tier(design: Design, values: list[Any]) -> Any:
    """Give each system the value of its tier, shape (system,)."""
    # Not a stack under an index: PyTensor makes a scalar node for each system of that, and 40% of
    # the time of compilation went there.
    return sum(value * (design.tier == tier) for tier, value in enumerate(values))


def _log_density(
    capability: Any, frontier: Any, scatter: Any, gap: Any, lean: Any, stretch: Any
) -> Any:
    """Give the log density of capability: below the frontier by an exponential and a normal.

    `pm.ExGaussian` turns to a plain normal where the gap is below a twentieth of the scatter, a
    jump that chains with small gaps of a leading lab ran into. The formula holds well beyond.
    """
    del lean, stretch  # for the sampler's coordinates only
    below, ratio = frontier - capability, scatter / gap
    tail = pm.logcdf(pm.Normal.dist(0.0, 1.0), below / scatter - ratio)
    return -pt.log(gap) + 0.5 * ratio**2 - below / gap + tail


def _draw(
    frontier: np.ndarray,
    scatter: np.ndarray,
    gap: np.ndarray,
    lean: np.ndarray,
    stretch: np.ndarray,
    rng: np.random.Generator,
    size: Any = None,
) -> np.ndarray:
    del lean, stretch
    return frontier - rng.exponential(gap, size=size) - rng.normal(0.0, scatter, size=size)


def _typical(
    rv: Any, size: Any, frontier: Any, scatter: Any, gap: Any, lean: Any, stretch: Any
) -> Any:
    """Give a value from which the frame has a pace: a gap below the frontier."""
    del rv, size, scatter, lean, stretch
    return frontier - gap


def _waves(count: int) -> np.ndarray:
    """Give an orthogonal matrix from waves, slow ones first, to steps of the random walk.

    Independent standard normals stay that under a rotation. Scores fix slow changes of the growth
    rate and leave fast ones to the prior; in these coordinates the sampler sees them apart.
    """
    return np.linalg.svd(np.tri(count))[2].T


def _frontier(design: Design, card: Card) -> tuple[Any, Any]:
    """Give the frontier at the knots, and its growth at the last one, by the calendar's clock."""
    step, count = float(design.knots[1] - design.knots[0]), len(design.knots) - 2
    law = TRANSITIONS[card.trend]
    parameters = {name: variable(card, name) for name in law.priors}
    steps: Any = pt.zeros(count)
    if law.walks:
        waves = pm.Normal(names.GROWTH_WAVE, 0.0, 1.0, dims=names.STEP)
        steps = pt.sum(_waves(count) * waves, axis=1)
    gain = past(law, steps, parameters, step, xp=pt)
    early, late = design.interpolated(gain, design.pins)
    rate = float(design.pins[1] - design.pins[0]) / (late - early)
    frontier = pm.Deterministic(names.FRONTIER_CLOCK, rate * (gain - late), dims=names.DATE)
    return frontier, rate
