"""Likelihood of time horizons, and the scale on which results are told: doublings.

Invariant: the reference series (METR TH1.1, 50%) has offset 0 and stretch 1, so that its expected
log2 minutes *is* capability in doublings.

    log2 minutes = at_level + rate * stretch_s * place + offset_s + deviation_i + error
    error ~ Normal(0, sqrt((1 - shared) * published sd^2 + horizon_noise^2))

A system's deviation is shared by its 50% and 80% horizons on both suites. The published interval is
split: the tasks and human times of a suite are the same for all systems, so a share of its variance
is one error that moves them together. Doublings are what the suite measures; what lies between that
and the length of tasks in the world, `horizon_suite_error`, is drawn from its prior (no score can
tell it), and matters where somebody judges a horizon in minutes. Other suites' is part of their
offset. Values beyond what the suite can measure are right-censored, estimates that depend on how
cheating is scored are interval-censored.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from bayes_rsi import names
from bayes_rsi.cards import Card
from bayes_rsi.model.design import Design
from bayes_rsi.model.priors import variable
from bayes_rsi.model.scale import Scale
from bayes_rsi.model.systems import Latents
from bayes_rsi.units import doublings

__all__ = ["bounds", "horizon", "published_sd"]

FAR = 64.0


def published_sd(design: Design, rows: np.ndarray) -> np.ndarray:
    """Give the published standard deviation of log2 minutes, the median one where none is given.

    Parameters
    ----------
    design : Design
        Arrays of the panel.
    rows : numpy.ndarray
        Positions along ``score``.

    Returns
    -------
    numpy.ndarray
        Doublings, shape (rows,).
    """
    sd = design.panel["sd_log2"].values
    given = sd[~np.isnan(sd)]
    return np.where(np.isnan(sd), np.median(given) if given.size else 0.0, sd)[rows]


def bounds(design: Design, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the interval in which each censored horizon lies.

    Parameters
    ----------
    design : Design
        Arrays of the panel.
    rows : numpy.ndarray
        Positions of censored scores.

    Returns
    -------
    tuple of numpy.ndarray
        Lower and upper bound, log2 minutes, shape (rows,). An open side is `FAR` doublings away:
        infinite in effect, while its gradient stays finite.
    """
    picked = design.panel.isel({names.SCORE: rows})
    value, kind = picked["value"].values, picked["censoring"].values
    inside = kind == "interval"
    lower = doublings(np.where(inside, picked["lower"].values, value))
    upper = doublings(np.where(inside, picked["upper"].values, value))
    return np.where(kind == "left", upper - FAR, lower), np.where(
        kind == "right", lower + FAR, upper
    )


def horizon(design: Design, card: Card, latent: Latents) -> Scale:
    """Add the time horizons to the model on the context stack.

    Parameters
    ----------
    design : Design
        Arrays of the panel.
    card : Card
        Priors of the scale and of the noise.
    latent : Latents
        Frontier and capabilities.

    Returns
    -------
    Scale
        What a doubling is.
    """
    scale = Scale(variable(card, names.HORIZON_AT_LEVEL), variable(card, "horizon_rate"))
    if not design.reference:
        return scale  # evidence from before the first horizon: the card's prior alone
    plain, cut = (
        design.scores_of("horizon", censored=False),
        design.scores_of("horizon", censored=True),
    )
    shared, extra = variable(card, names.HORIZON_SHARED), variable(card, names.HORIZON_NOISE)
    mean_of = _means(design, card, latent, scale, np.concatenate([plain, cut]))
    _suite_error(design, shared)
    pm.Normal(
        names.HORIZON,
        mean_of[: len(plain)],
        _own_sd(design, plain, shared, extra),
        observed=doublings(design.panel["value"].values[plain]),
        dims=names.HORIZON_SCORE,
    )
    if len(cut):
        lower, upper = bounds(design, cut)
        pm.CustomDist(
            names.HORIZON_CENSORED,
            mean_of[len(plain) :],
            _own_sd(design, cut, shared, extra),
            upper,
            logp=_log_mass,
            random=_draw,
            observed=lower,
            dims=names.CENSORED_SCORE,
        )
    return scale


def _own_sd(design: Design, rows: np.ndarray, shared: Any, extra: Any) -> Any:
    return pt.sqrt((1 - shared) * published_sd(design, rows) ** 2 + extra**2)


def _suite_error(design: Design, shared: Any) -> None:
    rows = design.scores_of("horizon")
    of_reference = design.panel["score_series"].values[rows] == design.reference
    typical = np.median(published_sd(design, rows[of_reference]))
    raw = pm.Normal("horizon_suite_error_raw", 0.0, 1.0)
    pm.Deterministic(names.SUITE_ERROR, pt.sqrt(shared) * typical * raw)


def _means(design: Design, card: Card, latent: Latents, scale: Scale, rows: np.ndarray) -> Any:
    series = design.series_of("horizon")
    where = np.searchsorted(series, design.series_index(rows))
    systems = np.unique(design.system_index(rows))
    who = np.searchsorted(systems, design.system_index(rows))
    free = design.panel["series"].values[series] != design.reference
    offset = variable(card, names.HORIZON_OFFSET, dims=names.HORIZON_SERIES) * free
    stretch = variable(card, names.HORIZON_STRETCH, dims=names.HORIZON_SERIES) ** free.astype(float)
    raw = pm.Normal(names.HORIZON_DEVIATION, 0.0, 1.0, dims=names.HORIZON_SYSTEM)
    deviation = variable(card, names.HORIZON_SCATTER) * raw
    place = latent.place[systems][who]
    return scale.at_level + scale.rate * stretch[where] * place + offset[where] + deviation[who]


def _log_mass(lower: Any, mean: Any, sd: Any, upper: Any) -> Any:
    """Log probability of (lower, upper), from the side of the mean that keeps precision."""
    standard = pm.Normal.dist(0.0, 1.0)
    beyond = mean > (lower + upper) / 2
    near = pt.where(beyond, upper - mean, mean - lower) / sd
    far = pt.where(beyond, lower - mean, mean - upper) / sd
    log_near, log_far = pm.logcdf(standard, near), pm.logcdf(standard, far)
    return log_near + pt.log1p(-pt.exp(log_far - log_near))


def _draw(
    mean: np.ndarray, sd: np.ndarray, upper: np.ndarray, rng: np.random.Generator, size: Any
) -> np.ndarray:
    """Draw what a suite without limit would have measured."""
    del upper
    return rng.normal(mean, sd, size=size)
