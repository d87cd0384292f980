"""Curves of the fraction series: where each climbs, and how steeply.

Invariant: the priors are those of the card on difficulty and on log slope, for every ceiling; the
sampler only sees them through a point that the scores pin down.

A series that is far from its ceiling says little about it: a lower ceiling with a steeper curve
fits as well, and in the plain parameterisation the sampler crept along that ridge (bulk-ESS 176 of
4,000 and 33 divergences, all in one series). So it moves the steepness at the series' mean score,
the tilt, and how far the curve has come at the middle of the systems that were scored, the rise:

    tilt: logit per unit of place where the expected score equals the mean score (the anchor)
    rise: tilt * (middle of the scored systems - anchor), in logits

For given ceilings these are linear in log slope and, for a given slope, in difficulty, so the
normal priors of the card carry over with their mean and standard deviation transformed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from bayes_rsi import names
from bayes_rsi.cards import Card
from bayes_rsi.model.design import Design
from bayes_rsi.model.priors import variable
from bayes_rsi.model.systems import Latents
from bayes_rsi.units import year_of_date

__all__ = ["Curves", "curves"]

#: The anchor stays inside these shares of the range: at the ends it would be a point at infinity.
INNER = (0.05, 0.6)
#: Anchor of a series without scores, and the number of scores that count as much as it does. A
#: series with few scores is held by its prior, which is about difficulty, so its anchor stays near.
MIDDLE, WORTH = 0.4, 10
#: Sharpness of the bend that keeps the anchor below a ceiling lower than the mean score.
BEND = 8


@dataclass(frozen=True)
class Curves:
    """Logistic curves in the population's frame.

    Parameters
    ----------
    difficulty : tensor
        Place at half of the range, shape (fraction_series,).
    slope : tensor
        Logit per unit of place, shape (fraction_series,).
    """

    difficulty: Any
    slope: Any


def curves(design: Design, card: Card, latent: Latents, ceiling: Any) -> Curves:
    """Add difficulty and slope of the fraction series to the model on the context stack.

    Parameters
    ----------
    design : Design
        Arrays of the panel.
    card : Card
        Priors of slope and difficulty.
    latent : Latents
        Frontier and capabilities.
    ceiling : tensor
        Ceilings, shape (fraction_series,).

    Returns
    -------
    Curves
        One curve for each fraction series.
    """
    floor, middle = _anchor(design)
    share = _below_one(middle * (1 - floor) / (ceiling - floor))
    flatter = pt.log((1 - share) / (1 - middle))
    typical, varying = variable(card, "slope_typical"), variable(card, "slope_spread")
    log_tilt = pm.Normal("log_tilt", pt.log(typical) + flatter, varying, dims=names.FRACTION_SERIES)
    tilt, slope = pt.exp(log_tilt), pt.exp(log_tilt - flatter)
    beyond = pt.log(share / (1 - share)) / slope
    aim = latent.in_frame(_target(design, card, latent)) + beyond
    miss = variable(card, "difficulty_spread") / latent.pace
    centre = _centre(design)
    rise = pm.Normal("rise", tilt * (centre - aim), tilt * miss, dims=names.FRACTION_SERIES)
    return Curves(centre - rise / tilt - beyond, slope)


def _target(design: Design, card: Card, latent: Latents) -> Any:
    """Give what a new benchmark is aimed at: the frontier of its day and a little beyond."""
    years = year_of_date(design.panel["series_released"].values[design.series_of("fraction")])
    return pt.dot(design.interpolation(years), latent.frontier) + variable(card, "difficulty_ahead")


def _anchor(design: Design) -> tuple[np.ndarray, np.ndarray]:
    """Give floors, and mean scores as shares of the range from floor to 1."""
    series = design.series_of("fraction")
    rows = design.scores_of("fraction")
    where = np.searchsorted(series, design.series_index(rows))
    total = np.bincount(where, design.panel["value"].values[rows], len(series))
    count = np.bincount(where, minlength=len(series))
    floor = np.nan_to_num(design.panel["floor"].values[series])
    shares = (total - count * floor) / (1 - floor)
    return floor, np.clip((shares + WORTH * MIDDLE) / (count + WORTH), *INNER)


def _centre(design: Design) -> np.ndarray:
    """Give the mean place of each series' scores, were every system as good as its date says."""
    years = design.released - np.average(design.released, weights=design.n_scores)
    rows, series = design.scores_of("fraction"), design.series_of("fraction")
    where = np.searchsorted(series, design.series_index(rows))
    total = np.bincount(where, years[design.system_index(rows)], len(series))
    return total / np.bincount(where, minlength=len(series))


def _below_one(share: Any) -> Any:
    return share * (1 + share**BEND) ** (-1 / BEND)
