"""What a system of a capability scores on a series: the model's likelihoods, forwards.

Invariant: for the scores that were fitted, draws made here have the distribution of the model's own
posterior predictive (`tests/checks/court/test_ours.py`); on the scale of `scale`.

    place      capability + drift of the series * (release - mean release of the series)
    fraction   floor + (ceiling - floor) logistic(slope (place - difficulty) + harness + reporter),
               with binomial noise of the trials, over-dispersion and rounding, clipped to [0, 1]
    horizon    at_level + stretch (capability - at_level) + offset + deviation of the system, with
               the system's own share of the published variance and the noise of the analysis
    speedup    limit logistic(slope (place - difficulty)) + noise
    ratio      slope (place - parity) + noise

A harness family that the series has not seen is drawn from the spread between families. Effects are
relative to the average score of the series, and the average of few families is itself off that of
all: its variance is spread^2 (1 + sum of the squared shares of the families that were seen).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bayes_rsi import names
from bayes_rsi.checks.court.continuation import Continuation
from bayes_rsi.checks.court.scale import to_scale
from bayes_rsi.forecasting.drifts import drift_of, middles
from bayes_rsi.forecasting.frontier import reference_of
from bayes_rsi.model.effects import SELF

__all__ = ["Question", "observed"]


@dataclass(frozen=True, eq=False)
class Question:
    """What is observed.

    Parameters
    ----------
    series : str
        Id of a series of the panel.
    released : numpy.ndarray
        Releases of the systems, decimal years, of the shape of their capabilities or one for all.
    trials : int
        Trials behind a share; 0: those of the series' items.
    system : str
        Name of the system when the panel may know it, else empty.
    family, reporter : str or numpy.ndarray
        Scaffold family and reporter, of the shape of the capabilities or one for all.
    own : numpy.ndarray or None
        Standard normal deviation that all figures of a system on the series have in common, of the
        shape of the capabilities; None: drawn, for systems with one figure.
    """

    series: str
    released: np.ndarray
    trials: int = 0
    system: str = ""
    family: str | np.ndarray = ""
    reporter: str | np.ndarray = ""
    own: np.ndarray | None = None


def observed(
    world: Continuation, capability: np.ndarray, question: Question, rng: np.random.Generator
) -> np.ndarray:
    """Draw figures.

    Parameters
    ----------
    world : Continuation
        The fit, continued.
    capability : numpy.ndarray
        Doublings, shape (future, ...).
    question : Question
        On which series, under which conditions.
    rng : numpy.random.Generator
        Stream.

    Returns
    -------
    numpy.ndarray
        On the scale, same shape.
    """
    kind = str(world.panel["kind"].sel(series=question.series).item())
    return _KINDS[kind](world, capability, question, rng)


def _place(world: Continuation, capability: np.ndarray, question: Question) -> np.ndarray:
    """Add how far the series has drifted from general capability."""
    drift = drift_of(world.draws, question.series)
    if drift is None:
        return capability
    each = drift.values.reshape(-1, *[1] * (capability.ndim - 1))
    middle = float(middles(world.panel).sel(series=question.series))
    return np.asarray(capability + each * (question.released - middle))


def _conditions(
    world: Continuation, capability: np.ndarray, question: Question, rng: np.random.Generator
) -> np.ndarray:
    """Give what harness and reporter do to the logit of a share."""
    rows = world.panel["score_series"].values == question.series
    own = world.panel["reporter"].values[rows] == SELF
    (offset,) = _each(world, capability, {}, names.REPORTER_OFFSET)
    effect = offset * (np.equal(question.reporter, SELF) - own.mean()) + np.zeros(capability.shape)
    seen, count = np.unique(world.panel["scaffold_family"].values[rows], return_counts=True)
    beyond = np.sqrt(1 + np.sum((count / count.sum()) ** 2))
    known, families = world.labels(names.HARNESS), np.unique(question.family)
    for family in families:
        label = f"{question.series}|{family or 'unstated'}"
        if label in known:
            (more,) = _each(world, capability, {names.HARNESS: label}, names.HARNESS_EFFECT)
        elif family not in seen and known:
            (spread,) = _each(world, capability, {}, names.HARNESS_SPREAD)
            more = spread * beyond * rng.standard_normal(capability.shape)
        else:  # the only family of its series: its effect is in the difficulty
            more = np.zeros(1)
        effect = effect + np.where(np.equal(question.family, family), more, 0.0)
    return np.asarray(effect)


def _fraction(
    world: Continuation, capability: np.ndarray, question: Question, rng: np.random.Generator
) -> np.ndarray:
    floor = float(np.nan_to_num(_about(world, question, "floor")))
    label = {names.FRACTION_SERIES: question.series}
    wanted = (names.DIFFICULTY, names.SLOPE, names.CEILING, names.OVERDISPERSION)
    difficulty, slope, ceiling, more = _each(world, capability, label, *wanted)
    (rounding,) = _each(world, capability, {}, names.ROUNDING)
    logit = slope * (_place(world, capability, question) - difficulty)
    logit = logit + _conditions(world, capability, question, rng)
    mean = floor + (ceiling - floor) / (1 + np.exp(-logit))
    items = question.trials or _about(world, question, "n_items")
    even, common = mean * (1 - mean), _common(world, capability)
    own = _own(world, capability, question, rng)
    variance = even * (1 / items + (1 - common) * more**2) + rounding**2
    drawn = mean + np.sqrt(common * even) * more * own
    drawn = drawn + np.sqrt(variance) * rng.standard_normal(capability.shape)
    return to_scale("fraction", np.clip(drawn, 0.0, 1.0))


def _own(
    world: Continuation, capability: np.ndarray, question: Question, rng: np.random.Generator
) -> np.ndarray:
    """Give what figures of a system on the series share: known, told, or drawn."""
    label = f"{question.series}|{question.system}"
    if label in world.labels(names.REPEATED):
        (own,) = _each(world, capability, {names.REPEATED: label}, names.REPEATED_DEVIATION)
        return own
    return rng.standard_normal(capability.shape) if question.own is None else question.own


def _common(world: Continuation, capability: np.ndarray) -> np.ndarray:
    """Give the share of the noise that figures of a system share; 0 if the fit cannot tell it."""
    if names.COMMON not in world.draws:
        return np.zeros(1)
    (share,) = _each(world, capability, {}, names.COMMON)
    return share


def _horizon(
    world: Continuation, capability: np.ndarray, question: Question, rng: np.random.Generator
) -> np.ndarray:
    wanted = (names.HORIZON_AT_LEVEL, names.HORIZON_NOISE, names.HORIZON_SHARED)
    at_level, extra, shared = _each(world, capability, {}, *wanted)
    mean = capability
    if question.series != reference_of(world.panel):
        label = {names.HORIZON_SERIES: question.series}
        stretch, offset = _each(
            world, capability, label, names.HORIZON_STRETCH, names.HORIZON_OFFSET
        )
        mean = at_level + stretch * (capability - at_level) + offset
    own = np.sqrt((1 - shared) * _published_sd(world, question.series) ** 2 + extra**2)
    error = own * rng.standard_normal(capability.shape)
    return np.asarray(mean + _deviation(world, capability, question.system, rng) + error)


def _deviation(
    world: Continuation, capability: np.ndarray, system: str, rng: np.random.Generator
) -> np.ndarray:
    """Give by how much systems are better at long work than their capability says."""
    (scatter,) = _each(world, capability, {}, names.HORIZON_SCATTER)
    if system in world.labels(names.HORIZON_SYSTEM):
        label = {names.HORIZON_SYSTEM: system}
        (raw,) = _each(world, capability, label, names.HORIZON_DEVIATION)
        return np.asarray(scatter * raw)
    return np.asarray(scatter * rng.standard_normal(capability.shape))


def _published_sd(world: Continuation, series: str) -> float:
    """Give the median published standard deviation of the series, of all where it has none."""
    sd = world.panel["sd_log2"].values
    for rows in (world.panel["score_series"].values == series, np.full(len(sd), True)):
        given = sd[rows & ~np.isnan(sd)]
        if given.size:
            return float(np.median(given))
    return 0.0


def _speedup(
    world: Continuation, capability: np.ndarray, question: Question, rng: np.random.Generator
) -> np.ndarray:
    difficulty, slope, limit, noise = _each(
        world,
        capability,
        {names.SPEEDUP_SERIES: question.series},
        *(names.SPEEDUP_DIFFICULTY, names.SPEEDUP_SLOPE, names.SPEEDUP_LIMIT, names.SPEEDUP_NOISE),
    )
    place = _place(world, capability, question)
    mean = limit / (1 + np.exp(-slope * (place - difficulty)))
    return np.asarray(mean + noise * rng.standard_normal(capability.shape))


def _ratio(
    world: Continuation, capability: np.ndarray, question: Question, rng: np.random.Generator
) -> np.ndarray:
    label = {names.RATIO_SERIES: question.series}
    even, slope = _each(world, capability, label, names.RATIO_DIFFICULTY, names.RATIO_SLOPE)
    (noise,) = _each(world, capability, {}, names.RATIO_NOISE)
    mean = slope * (_place(world, capability, question) - even)
    return np.asarray(mean + noise * rng.standard_normal(capability.shape))


_Observe = Callable[[Continuation, np.ndarray, Question, np.random.Generator], np.ndarray]
#: One line for each kind of series.
_KINDS: dict[str, _Observe] = {
    "fraction": _fraction,
    "horizon": _horizon,
    "speedup": _speedup,
    "ratio": _ratio,
}


def _about(world: Continuation, question: Question, name: str) -> float:
    return float(world.panel[name].sel(series=question.series).item())


def _each(
    world: Continuation, capability: np.ndarray, labels: dict[str, str], *wanted: str
) -> list[np.ndarray]:
    """Give quantities in a shape that goes with that of the capability."""
    shape = (-1, *[1] * (capability.ndim - 1))
    return [world.of(name, **labels).reshape(shape) for name in wanted]
