"""Noise ceilings: label errors bound what any system can score.

Invariant: ``ceiling = 1 - label_error * (1 - scored_correct)`` lies in (0, 1]; switched off it is
exactly 1.

    label_error_b ~ Beta(typical * worth, (1 - typical) * worth)
    flawed items found by an audit ~ Binomial(weighted items looked at, label_error_b)

Audits are observations, so that series without one share what the audited ones teach. The worked
example is ImageNet: about 6% of its validation labels are wrong or ambiguous (docs/ceilings.md).
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

__all__ = ["audit_counts", "audited", "ceilings"]


def ceilings(design: Design, card: Card) -> Any:
    """Add the ceilings of the fraction series to the model on the context stack.

    Parameters
    ----------
    design : Design
        Arrays of the panel.
    card : Card
        Priors ``label_error_typical``, ``label_error_worth`` and ``scored_correct``.

    Returns
    -------
    tensor
        Ceiling, fraction, shape (fraction_series,).
    """
    size = len(design.series_of("fraction"))
    if not card.use_ceilings:
        return pm.Deterministic(names.CEILING, pt.ones(size), dims=names.FRACTION_SERIES)
    typical, worth = variable(card, "label_error_typical"), variable(card, "label_error_worth")
    error = pm.Beta(
        "label_error", typical * worth, (1 - typical) * worth, dims=names.FRACTION_SERIES
    )
    _audits(design, error)
    correct = variable(card, "scored_correct", dims=names.FRACTION_SERIES)
    return pm.Deterministic(
        names.CEILING, 1.0 - error * (1.0 - correct), dims=names.FRACTION_SERIES
    )


def _audits(design: Design, error: Any) -> None:
    flawed, sound = audit_counts(design)
    seen = audited(design)
    if seen.size:
        pm.CustomDist(
            names.AUDIT,
            error[seen],
            (flawed + sound)[seen],
            logp=_log_binomial,
            random=_draw,
            observed=flawed[seen],
            dims=names.AUDITED_SERIES,
        )


def _log_binomial(flawed: Any, error: Any, total: Any) -> Any:
    """Give the log binomial density but for a constant; weighted counts are no whole numbers."""
    return flawed * pt.log(error) + (total - flawed) * pt.log1p(-error)


def _draw(
    error: np.ndarray, total: np.ndarray, rng: np.random.Generator, size: Any = None
) -> np.ndarray:
    return rng.binomial(np.round(total).astype(int), error, size=size).astype(float)


def audited(design: Design) -> np.ndarray:
    """Give the fraction series that an audit speaks for.

    Parameters
    ----------
    design : Design
        Arrays of the panel.

    Returns
    -------
    numpy.ndarray
        Positions among the fraction series, increasing.
    """
    flawed, sound = audit_counts(design)
    return np.flatnonzero(flawed + sound > 0)


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
