"""Likelihood of speed-ups: how many times faster the code of a system runs.

Invariant: the expected speed-up lies between 1 and the limit of the hardware.

    log2 speed-up = limit * logistic(slope * (place - difficulty)) + Normal(0, noise of the series)

Published figures are the best or the mean of few runs, so the noise is that of whole results.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from bayes_rsi import names
from bayes_rsi.model.curves import Curves, below_one, curves, middle
from bayes_rsi.model.priors import parameters, variable
from bayes_rsi.model.setting import Setting

__all__ = ["speedup"]


def speedup(setting: Setting) -> None:
    """Add the speed-ups to the model on the context stack.

    Parameters
    ----------
    setting : Setting
        Panel, card and the shared part of the model.
    """
    card, rows, dims = setting.card, setting.rows("speedup"), names.SPEEDUP_SERIES
    limit = variable(card, names.SPEEDUP_LIMIT, dims=dims)
    noise = variable(card, "speedup_noise", dims=dims)
    gained = np.log2(rows.value)
    curve = _curves(setting, gained, limit)
    pm.Normal(
        names.SPEEDUP,
        limit[rows.series] * curve.climbed(setting, "speedup"),
        noise[rows.series],
        observed=gained,
        dims=names.SPEEDUP_SCORE,
    )
    difficulty = setting.scale.doublings(curve.difficulty)
    pm.Deterministic(names.SPEEDUP_DIFFICULTY, difficulty, dims=dims)
    pm.Deterministic(names.SPEEDUP_SLOPE, curve.slope / setting.scale.rate, dims=dims)


def _curves(setting: Setting, gained: np.ndarray, limit: Any) -> Curves:
    typical = parameters(setting.card, names.SPEEDUP_LIMIT, "lognormal")[0]
    anchor = typical * middle(setting, "speedup", gained / typical)
    share = below_one(anchor / limit)
    steeper = pt.log(limit * share * (1 - share))
    median, sigma = parameters(setting.card, "speedup_slope", "lognormal")
    return curves(setting, "speedup", share, steeper, (np.log(median), sigma))
