"""Curves of a series: where it climbs and how steeply, in coordinates that the scores pin down.

Invariant: the priors are those of the card on difficulty and on log slope, whatever the height of
the curve; the sampler only sees them through a point in the middle of the scores.

A series that is far from its ceiling says little about it: a lower ceiling with a steeper curve
fits as well, and in the plain parameterisation the sampler crept along that ridge (bulk-ESS 176 of
4,000 and 33 divergences, all in one series). So it moves the steepness at the series' mean score,
the tilt, and how far the curve has come at the middle of the systems that were scored, the rise:

    tilt: slope of the score (or of its logit) by place where the expected score is the mean (the
          anchor), times the width of the places of the scored systems, which is what scores fix
    rise: slope there * (middle of the scored systems - anchor)

For a given height and width these are linear in log slope and, for a given slope, in difficulty, so
the normal priors of the card carry over with their mean and standard deviation transformed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from bayes_rsi.model.setting import Setting

__all__ = ["Curves", "begun", "below_one", "curves", "middle"]

#: The anchor stays inside these shares of the range: at the ends it would be a point at infinity.
INNER = (0.05, 0.6)
#: How far from the middle one more score would lie, which no series has: it keeps the width of
#: series with one score above zero; years.
ALONE = 0.5
#: Anchor of a series without scores, and the number of scores that count as much as it does. A
#: series with few scores is held by its prior, which is about difficulty, so its anchor stays near.
MIDDLE, WORTH = 0.4, 5
#: Sharpness of the bend that keeps the anchor below a ceiling lower than the mean score.
BEND = 8


@dataclass(frozen=True)
class Curves:
    """Logistic curves in the population's frame.

    Parameters
    ----------
    difficulty : tensor
        Place at half of the height, shape (series of the kind,).
    slope : tensor
        Logit per unit of place, same shape.
    """

    difficulty: Any
    slope: Any

    def climbed(self, setting: Setting, kind: str, more: Any = 0.0) -> Any:
        """Give the share of its height that each score's curve has climbed.

        Parameters
        ----------
        setting : Setting
            Panel and capabilities.
        kind : str
            Kind of metric.
        more : tensor or float
            Logits to add, shape (scores of the kind,).

        Returns
        -------
        tensor
            In (0, 1), shape (scores of the kind,).
        """
        which = setting.rows(kind).series
        above = setting.places(kind) - self.difficulty[which]
        return pt.sigmoid(self.slope[which] * above + more)


def curves(
    setting: Setting, kind: str, share: Any, steeper: Any, log_slope: tuple[Any, Any]
) -> Curves:
    """Add difficulty and slope of the series of one kind to the model on the context stack.

    Parameters
    ----------
    setting : Setting
        Panel, card and the shared part of the model.
    kind : str
        Kind of metric; the variables are ``<kind>_log_tilt`` and ``<kind>_rise``.
    share : tensor
        Share of its height that a curve has climbed at the mean score, shape (series of the kind,).
    steeper : tensor
        Log of the tilt over the slope, same shape. A straight line has share 0.5 and steeper 0.
    log_slope : tuple
        Prior mean and standard deviation of the natural logarithm of the slope.

    Returns
    -------
    Curves
        One curve for each series of the kind.
    """
    dims, centre = f"{kind}_series", _centre(setting, kind)
    wide = _log_width(setting, kind, centre)
    log_tilt = pm.Normal(f"{kind}_log_tilt", log_slope[0] + steeper + wide, log_slope[1], dims=dims)
    tilt, slope = pt.exp(log_tilt - wide), pt.exp(log_tilt - wide - steeper)
    beyond = pt.log(share / (1 - share)) / slope
    aim, miss = setting.aim(kind)
    rise = pm.Normal(f"{kind}_rise", tilt * (centre - aim - beyond), tilt * miss, dims=dims)
    return Curves(centre - rise / tilt - beyond, slope)


def begun(model: pm.Model) -> dict[str, np.ndarray]:
    """Give where the sampler should begin: the middle of the scores at that of their systems.

    From the mean of their prior a chain once began so far off that noise explained its scores, and
    it stayed there.

    Parameters
    ----------
    model : pymc.Model
        With curves of any kinds.

    Returns
    -------
    dict of str to numpy.ndarray
        Zero for each rise, shape (series of the kind,).
    """
    sizes = {name: len(labels) for name, labels in model.coords.items()}
    kinds = [v.name.removesuffix("_rise") for v in model.free_RVs if v.name.endswith("_rise")]
    return {f"{kind}_rise": np.zeros(sizes[f"{kind}_series"]) for kind in kinds}


def middle(setting: Setting, kind: str, height: np.ndarray) -> np.ndarray:
    """Give the mean height of each series' scores, drawn to `MIDDLE` where they are few.

    Parameters
    ----------
    setting : Setting
        The panel.
    kind : str
        Kind of metric.
    height : numpy.ndarray
        Scores as shares of a range, shape (scores of the kind,).

    Returns
    -------
    numpy.ndarray
        Inside of `INNER`, shape (series of the kind,).
    """
    where, size = setting.rows(kind).series, len(setting.design.series_of(kind))
    total, count = np.bincount(where, height, size), np.bincount(where, minlength=size)
    return np.clip((total + WORTH * MIDDLE) / (count + WORTH), *INNER)


def below_one(share: Any) -> Any:
    """Bend a share so that it stays below one.

    Parameters
    ----------
    share : tensor
        Positive.

    Returns
    -------
    tensor
        Nearly the same below 0.6, never one.
    """
    return share * (1 + share**BEND) ** (-1 / BEND)


def _centre(setting: Setting, kind: str) -> Any:
    """Give the mean place of the systems behind each series' scores."""
    rows, size = setting.rows(kind), len(setting.design.series_of(kind))
    count = np.bincount(rows.series, minlength=size)
    parts = setting.places(kind) / count[rows.series]
    return pt.inc_subtensor(pt.zeros(size)[rows.series], parts)  # sums where series repeat


def _log_width(setting: Setting, kind: str, centre: Any) -> Any:
    """Give the logarithm of how far apart the systems behind each series' scores are.

    With their drift: capability and release go together, so scores say what slope and drift give
    together, and little of each.
    """
    rows, size = setting.rows(kind), len(setting.design.series_of(kind))
    count = np.bincount(rows.series, minlength=size)
    apart = (setting.places(kind) - centre[rows.series]) ** 2
    total = pt.inc_subtensor(pt.zeros(size)[rows.series], apart)
    return 0.5 * pt.log((total + ALONE**2) / (count + 1))
