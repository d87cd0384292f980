"""Noise ceilings: label errors bound what any system can score.

Invariant: ``ceiling = 1 - label_error * (1 - scored_correct)`` lies in (0, 1]; audited series use
the audit's weighted counts, the others the card's prior alone; switched off it is exactly 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from bayes_rsi import names
from bayes_rsi.cards import Card
from bayes_rsi.model.design import Design
from bayes_rsi.model.priors import parameters, variable

__all__ = ["audit_counts", "ceilings"]


def ceilings(design: Design, card: Card) -> Any:
    """Add the ceilings of the fraction series to the model on the context stack.

    Parameters
    ----------
    design : Design
        Arrays of the panel.
    card : Card
        Priors ``label_error`` (beta) and ``scored_correct`` (beta).

    Returns
    -------
    tensor
        Ceiling, fraction, shape (fraction_series,).
    """
    size = len(design.series_of("fraction"))
    if not card.use_ceilings:
        return pm.Deterministic(names.CEILING, pt.ones(size), dims=names.FRACTION_SERIES)
    alpha, beta = parameters(card, "label_error", "beta")
    flawed, sound = audit_counts(design)
    error = pm.Beta("label_error", alpha + flawed, beta + sound, dims=names.FRACTION_SERIES)
    correct = variable(card, "scored_correct", dims=names.FRACTION_SERIES)
    return pm.Deterministic(
        names.CEILING, 1.0 - error * (1.0 - correct), dims=names.FRACTION_SERIES
    )


def audit_counts(design: Design) -> tuple[np.ndarray, np.ndarray]:
    """Give the weighted counts of flawed and sound items behind each fraction series.

    Parameters
    ----------
    design : Design
        Arrays of the panel.

    Returns
    -------
    tuple of numpy.ndarray
        Flawed and sound, shape (fraction_series,); zero where nothing was audited.
    """
    chosen = design.series_of("fraction")
    flawed = design.panel["audit_flawed"].values[chosen]
    sound = design.panel["audit_sound"].values[chosen]
    return flawed.astype(float), sound.astype(float)
