"""Likelihood of scores that are a share of items.

Invariant: the expected score lies between floor and ceiling, whatever the capability.

    mean = floor + (ceiling - floor) * logistic(slope * (place - difficulty) + harness + reporter)
    variance = mean (1 - mean) (1 / n_trials + overdispersion^2) + rounding^2
    score = Normal(mean, sqrt(variance)), censored to [0, 1]

Figures of one system on one series share a part of the overdispersion (`repeated`).

The censored normal keeps scores of exactly 0 and 1 legal. A beta-binomial does so too, but took six
times as long in a prototype (299 s against 46 s for the same draws) for similar estimates.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from pytensor.tensor import TensorConstant

from bayes_rsi import names
from bayes_rsi.cards import Card
from bayes_rsi.model.ceilings import ceilings
from bayes_rsi.model.curves import Curves, below_one, curves, middle
from bayes_rsi.model.effects import harness
from bayes_rsi.model.priors import variable
from bayes_rsi.model.repeated import common
from bayes_rsi.model.setting import Setting

__all__ = ["fraction"]


def fraction(setting: Setting) -> None:
    """Add the fraction scores to the model on the context stack.

    Parameters
    ----------
    setting : Setting
        Panel, card and the shared part of the model.
    """
    design, card, rows = setting.design, setting.card, setting.rows("fraction")
    where = rows.series
    floor = np.nan_to_num(design.panel["floor"].values[design.series_of("fraction")])
    ceiling = ceilings(design, card)
    curve = _curves(setting, floor, ceiling)
    climbed = curve.climbed(setting, "fraction", harness(design, card))
    mean = floor[where] + (ceiling - floor)[where] * climbed
    spread, noise, shared = (
        _spread(card)[where],
        variable(card, names.ROUNDING),
        common(design, card),
    )
    even = mean * (1 - mean)
    variance = even * (1 / rows.trials + shared.rest * spread**2) + noise**2
    pm.CustomDist(
        names.FRACTION,
        mean + shared.deviation * spread * pt.sqrt(even),
        variance,
        logp=_log_density,
        random=_draw,
        observed=rows.value,
        dims=names.FRACTION_SCORE,
    )
    dims, scale = names.FRACTION_SERIES, setting.scale
    pm.Deterministic(names.DIFFICULTY, scale.doublings(curve.difficulty), dims=dims)
    pm.Deterministic(names.SLOPE, curve.slope / scale.rate, dims=dims)


def _curves(setting: Setting, floor: np.ndarray, ceiling: Any) -> Curves:
    rows, card = setting.rows("fraction"), setting.card
    height = (rows.value - floor[rows.series]) / (1 - floor[rows.series])
    anchor = middle(setting, "fraction", height)
    share = below_one(anchor * (1 - floor) / (ceiling - floor))
    # The tilt is that of the logit of the score, seen from the floor to one.
    steeper = pt.log((1 - share) / (1 - anchor))
    typical, varying = variable(card, "slope_typical"), variable(card, "slope_spread")
    return curves(setting, "fraction", share, steeper, (pt.log(typical), varying))


def _spread(card: Card) -> Any:
    typical = variable(card, "overdispersion_typical")
    spread = variable(card, "overdispersion_spread")
    log = pm.Normal("log_overdispersion", pt.log(typical), spread, dims=names.FRACTION_SERIES)
    return pm.Deterministic(names.OVERDISPERSION, pt.exp(log), dims=names.FRACTION_SERIES)


def _log_density(value: Any, mean: Any, variance: Any) -> Any:
    """Give the log density of a normal censored to [0, 1], tails only for the rows that need them.

    `pm.Censored` computes both tails for every row, and nearly all rows lie inside.
    """
    standard = pm.Normal.dist(0.0, 1.0)
    inside = -0.5 * ((value - mean) ** 2 / variance + pt.log(2 * np.pi * variance))
    # Scores that are constants tell their rows now, others (simulated ones) in every run.
    told = value.data if isinstance(value, TensorConstant) else value
    for at_edge, edge in ((told <= 0.0, -mean), (told >= 1.0, mean - 1.0)):
        known = isinstance(at_edge, np.ndarray)
        rows = np.flatnonzero(at_edge) if known else pt.flatnonzero(at_edge)
        if not known or rows.size:
            tail = pm.logcdf(standard, edge[rows] / pt.sqrt(variance[rows]))
            inside = pt.set_subtensor(inside[rows], tail)
    return inside


def _draw(
    mean: np.ndarray, variance: np.ndarray, rng: np.random.Generator, size: Any = None
) -> np.ndarray:
    return np.clip(rng.normal(mean, np.sqrt(variance), size=size), 0.0, 1.0)
