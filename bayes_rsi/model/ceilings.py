"""Noise ceilings: label errors bound what any system can score.

Invariant: ``ceiling = 1 - label_error * (1 - scored_correct)`` lies in (0, 1]; switched off it is
exactly 1.

    label_error_b ~ label_error_audited where an audit looked, else label_error_unaudited
    flawed items found by an audit ~ Binomial(weighted items looked at, label_error_b)
    those scored correct ~ Binomial(flawed items found, scored_correct_b), where the audit tells

Nothing is shared between series. Audits are made where something is suspected, so they say nothing
about the others; and what unaudited ones have in common was learnt from the few whose scores stood
still for other reasons, which is also why their label errors have a largest value
(docs/ceilings.md). The worked example is ImageNet: about 6% of its labels are wrong or ambiguous.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from bayes_rsi import names
from bayes_rsi.cards import Card
from bayes_rsi.errors import ModelError
from bayes_rsi.model.design import Design
from bayes_rsi.model.priors import parameters, variable

__all__ = ["audit_counts", "audited", "ceilings", "credited"]


def ceilings(design: Design, card: Card) -> Any:
    """Add the ceilings of the fraction series to the model on the context stack.

    Parameters
    ----------
    design : Design
        Arrays of the panel.
    card : Card
        Priors ``label_error_unaudited``, ``label_error_audited`` and ``scored_correct``.

    Returns
    -------
    tensor
        Ceiling, fraction, shape (fraction_series,).
    """
    size = len(design.series_of("fraction"))
    if not card.use_ceilings:
        return pm.Deterministic(names.CEILING, pt.ones(size), dims=names.FRACTION_SERIES)
    counts, flaws, credits = audit_counts(design), audited(design), credited(design)
    error = _label_error(card, np.isin(np.arange(size), flaws))
    correct = variable(card, "scored_correct", dims=names.FRACTION_SERIES)
    _observe(names.AUDIT, names.AUDITED_SERIES, error, flaws, counts["flawed"], counts["sound"])
    _observe(
        names.CREDIT, names.CREDITED_SERIES, correct, credits, counts["credited"], counts["refused"]
    )
    return pm.Deterministic(
        names.CEILING, 1.0 - error * (1.0 - correct), dims=names.FRACTION_SERIES
    )


def _label_error(card: Card, looked_at: np.ndarray) -> Any:
    """Give the share of flawed items of each fraction series."""
    seen, unseen = (_beta(card, f"label_error_{name}") for name in ("audited", "unaudited"))
    alpha, beta, most = np.where(looked_at[:, None], seen, unseen).T
    part = pm.Beta("label_error_part", alpha, beta, dims=names.FRACTION_SERIES)
    return pm.Deterministic(names.LABEL_ERROR, most * part, dims=names.FRACTION_SERIES)


def _beta(card: Card, name: str) -> tuple[float, float, float]:
    """Give both counts of a beta and its largest value."""
    alpha, beta, most = (*parameters(card, name, "beta", "scaled_beta"), 1.0)[:3]
    if most > 1:
        raise ModelError(
            f"card '{card.name}', prior '{name}': got most = {most:g}, expected at most 1, for "
            "label errors are shares; divide percentages by 100"
        )
    return alpha, beta, most


def _observe(
    name: str, dim: str, share: Any, told: np.ndarray, hits: np.ndarray, misses: np.ndarray
) -> None:
    if told.size:
        pm.CustomDist(
            name,
            share[told],
            (hits + misses)[told],
            logp=_log_binomial,
            random=_draw,
            observed=hits[told],
            dims=dim,
        )


def _log_binomial(hits: Any, share: Any, total: Any) -> Any:
    """Give the log binomial density but for a constant; weighted counts are no whole numbers."""
    return hits * pt.log(share) + (total - hits) * pt.log1p(-share)


def _draw(
    share: np.ndarray, total: np.ndarray, rng: np.random.Generator, size: Any = None
) -> np.ndarray:
    return rng.binomial(np.round(total).astype(int), share, size=size).astype(float)


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
    return _told(design, "flawed", "sound")


def credited(design: Design) -> np.ndarray:
    """Give the fraction series of which an audit tells how flawed items are scored.

    Parameters
    ----------
    design : Design
        Arrays of the panel.

    Returns
    -------
    numpy.ndarray
        Positions among the fraction series, increasing.
    """
    return _told(design, "credited", "refused")


def _told(design: Design, hits: str, misses: str) -> np.ndarray:
    counts = audit_counts(design)
    return np.flatnonzero(counts[hits] + counts[misses] > 0)


def audit_counts(design: Design) -> dict[str, np.ndarray]:
    """Give the weighted counts of items that audits put behind each fraction series.

    Parameters
    ----------
    design : Design
        Arrays of the panel.

    Returns
    -------
    dict of str to numpy.ndarray
        ``flawed``, ``sound``, ``credited`` and ``refused``, shape (fraction_series,); zero where
        nothing was audited.
    """
    chosen = design.series_of("fraction")
    told = ("flawed", "sound", "credited", "refused")
    return {name: design.panel[f"audit_{name}"].values[chosen].astype(float) for name in told}
