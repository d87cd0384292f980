"""What a system of a capability scores on a series: the model's likelihoods, forwards.

Invariant: for the scores that were fitted, draws made here have the distribution of the model's own
posterior predictive (`tests/checks/court/test_observing.py`); on the scale of `scale`.

    fraction   floor + (ceiling - floor) logistic(slope (capability - difficulty)), with the
               binomial noise of the trials, over-dispersion and rounding, clipped to [0, 1]
    horizon    at_level + stretch (capability - at_level) + offset + deviation of the system, with
               the system's own share of the published error and the noise of the analysis
    speedup    limit logistic(slope (capability - difficulty)) + noise
    ratio      slope (capability - parity) + noise
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bayes_rsi import names
from bayes_rsi.checks.court.futures import Futures
from bayes_rsi.checks.court.scale import to_scale
from bayes_rsi.model.design import REFERENCES

__all__ = ["Question", "observed"]


@dataclass(frozen=True)
class Question:
    """What is observed.

    Parameters
    ----------
    series : str
        Id of a series of the panel.
    trials : int
        Trials behind a share; 0: those of the series' items, or one hundred.
    system : str
        Name of the system when the panel may know it, else empty.
    """

    series: str
    trials: int = 0
    system: str = ""


def observed(
    world: Futures, capability: np.ndarray, question: Question, rng: np.random.Generator
) -> np.ndarray:
    """Draw figures.

    Parameters
    ----------
    world : Futures
        The fit, continued.
    capability : numpy.ndarray
        Doublings, shape (future, ...).
    question : Question
        On which series.
    rng : numpy.random.Generator
        Stream.

    Returns
    -------
    numpy.ndarray
        On the scale, same shape.
    """
    kind = str(world.panel["kind"].sel(series=question.series).item())
    return _KINDS[kind](world, capability, question, rng)


def _fraction(
    world: Futures, capability: np.ndarray, question: Question, rng: np.random.Generator
) -> np.ndarray:
    floor = float(np.nan_to_num(_about(world, question, "floor")))
    difficulty, slope, ceiling, more = _each(
        world,
        capability,
        {names.FRACTION_SERIES: question.series},
        *(names.DIFFICULTY, names.SLOPE, names.CEILING, "overdispersion"),
    )
    (rounding,) = _each(world, capability, {}, "rounding")
    mean = floor + (ceiling - floor) / (1 + np.exp(-slope * (capability - difficulty)))
    items = question.trials or np.nan_to_num(_about(world, question, "n_items")) or 100
    variance = mean * (1 - mean) * (1 / items + more**2) + rounding**2
    drawn = mean + np.sqrt(variance) * rng.standard_normal(capability.shape)
    return to_scale("fraction", np.clip(drawn, 0.0, 1.0))


def _horizon(
    world: Futures, capability: np.ndarray, question: Question, rng: np.random.Generator
) -> np.ndarray:
    at_level, extra, share = _each(
        world, capability, {}, "horizon_at_level", "horizon_noise", "horizon_own_share"
    )
    mean = capability
    if question.series != _reference(world):
        label = {names.HORIZON_SERIES: question.series}
        stretch, offset = _each(world, capability, label, "horizon_stretch", "horizon_offset")
        mean = at_level + stretch * (capability - at_level) + offset
    own = np.sqrt((share * _published_sd(world, question.series)) ** 2 + extra**2)
    error = own * rng.standard_normal(capability.shape)
    return np.asarray(mean + _deviation(world, capability, question.system, rng) + error)


def _deviation(
    world: Futures, capability: np.ndarray, system: str, rng: np.random.Generator
) -> np.ndarray:
    """Give by how much systems are better at long work than their capability says."""
    (scatter,) = _each(world, capability, {}, "horizon_scatter")
    if system in world.draws[names.HORIZON_SYSTEM].values:
        label = {names.HORIZON_SYSTEM: system}
        (raw,) = _each(world, capability, label, "horizon_deviation_raw")
        return np.asarray(scatter * raw)
    return np.asarray(scatter * rng.standard_normal(capability.shape))


def _reference(world: Futures) -> str:
    return next(name for name in REFERENCES if name in world.panel["series"].values)


def _published_sd(world: Futures, series: str) -> float:
    """Give the median published standard deviation of the series, of all where it has none."""
    sd = world.panel["sd_log2"].values
    for rows in (world.panel["score_series"].values == series, np.full(len(sd), True)):
        given = sd[rows & ~np.isnan(sd)]
        if given.size:
            return float(np.median(given))
    return 0.0


def _speedup(
    world: Futures, capability: np.ndarray, question: Question, rng: np.random.Generator
) -> np.ndarray:
    difficulty, slope, limit, noise = _each(
        world,
        capability,
        {names.SPEEDUP_SERIES: question.series},
        *(names.SPEEDUP_DIFFICULTY, names.SPEEDUP_SLOPE, names.SPEEDUP_LIMIT, "speedup_noise"),
    )
    mean = limit / (1 + np.exp(-slope * (capability - difficulty)))
    return np.asarray(mean + noise * rng.standard_normal(capability.shape))


def _ratio(
    world: Futures, capability: np.ndarray, question: Question, rng: np.random.Generator
) -> np.ndarray:
    label = {names.RATIO_SERIES: question.series}
    even, slope = _each(world, capability, label, names.RATIO_DIFFICULTY, names.RATIO_SLOPE)
    (noise,) = _each(world, capability, {}, "ratio_noise")
    mean = slope * (capability - even)
    return np.asarray(mean + noise * rng.standard_normal(capability.shape))


#: One line for each kind of series.
_KINDS: dict[str, Callable[[Futures, np.ndarray, Question, np.random.Generator], np.ndarray]] = {
    "fraction": _fraction,
    "horizon": _horizon,
    "speedup": _speedup,
    "ratio": _ratio,
}


def _about(world: Futures, question: Question, name: str) -> float:
    return float(world.panel[name].sel(series=question.series).item())


def _each(
    world: Futures, capability: np.ndarray, labels: dict[str, str], *wanted: str
) -> list[np.ndarray]:
    """Give quantities in a shape that goes with that of the capability."""
    shape = (-1, *[1] * (capability.ndim - 1))
    return [world.of(name, **labels).reshape(shape) for name in wanted]
