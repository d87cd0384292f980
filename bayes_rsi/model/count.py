"""Likelihood of counts with exposure: problems solved out of those attempted.

Invariant: a count never exceeds its exposure.

    solved = Binomial(attempted, logistic(slope * (place - difficulty)))

Such a series has one or two counts, so it says little about its own slope; it is in the model
because the posterior of its difficulty says when such problems would fall in numbers.
"""

from __future__ import annotations

import numpy as np
import pymc as pm

from bayes_rsi import names
from bayes_rsi.model.curves import curves
from bayes_rsi.model.priors import parameters
from bayes_rsi.model.setting import Setting

__all__ = ["count"]


def count(setting: Setting) -> None:
    """Add the counts to the model on the context stack.

    Parameters
    ----------
    setting : Setting
        Panel, card and the shared part of the model.
    """
    card, rows, dims = setting.card, setting.rows("count"), names.COUNT_SERIES
    median, sigma = parameters(card, "count_slope", "lognormal")
    flat = np.zeros(len(setting.design.series_of("count")))
    curve = curves(setting, "count", flat + 0.5, flat, (np.log(median), sigma))
    which, difficulty, slope = rows.series, curve.difficulty, curve.slope
    pm.Binomial(
        names.COUNT,
        n=rows.trials,
        logit_p=slope[which] * (setting.places("count") - difficulty[which]),
        observed=rows.value.astype("int64"),
        dims=names.COUNT_SCORE,
    )
    pm.Deterministic(names.COUNT_DIFFICULTY, setting.scale.doublings(difficulty), dims=dims)
    pm.Deterministic(names.COUNT_SLOPE, slope / setting.scale.rate, dims=dims)
