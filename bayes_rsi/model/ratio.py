"""Likelihood of ratios to what humans reach, which may exceed one.

Invariant: the expected log ratio is linear in capability and zero at parity.

    log2 ratio = slope * (place - parity) + Normal(0, noise)

The noise holds the error of the human denominator, which is measured on few people.
"""

from __future__ import annotations

import numpy as np
import pymc as pm

from bayes_rsi import names
from bayes_rsi.model.curves import curves
from bayes_rsi.model.priors import parameters, variable
from bayes_rsi.model.setting import Setting

__all__ = ["ratio"]


def ratio(setting: Setting) -> None:
    """Add the ratios to the model on the context stack.

    Parameters
    ----------
    setting : Setting
        Panel, card and the shared part of the model.
    """
    card, rows, dims = setting.card, setting.rows("ratio"), names.RATIO_SERIES
    median, sigma = parameters(card, "ratio_slope", "lognormal")
    flat = np.zeros(len(setting.design.series_of("ratio")))
    line = curves(setting, "ratio", flat + 0.5, flat, (np.log(median), sigma))
    place = setting.places("ratio")
    pm.Normal(
        names.RATIO,
        line.slope[rows.series] * (place - line.difficulty[rows.series]),
        variable(card, "ratio_noise"),
        observed=np.log2(rows.value),
        dims=names.RATIO_SCORE,
    )
    pm.Deterministic(names.RATIO_DIFFICULTY, setting.scale.doublings(line.difficulty), dims=dims)
    pm.Deterministic(names.RATIO_SLOPE, line.slope / setting.scale.rate, dims=dims)
