"""Effects that are not capability: lab, harness and reporter.

Invariant: every effect is pulled to nothing by its prior (of labs and harnesses with a spread that
is estimated) and left out where no score could tell it from noise; what remains is capability.

    mean gap of a system = gap of its tier * exp(lab effect), lab effects sum to zero
    logit of a share     = slope * (place on the series - difficulty) + harness + reporter

Harness and reporter are relative to the average score of each series: its difficulty is that under
the conditions it was mostly run in, and the sampler need not move along a ridge between
difficulties and effects.
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

__all__ = [
    "harness",
    "harness_covariance",
    "harness_directions",
    "harness_labels",
    "lab_effect",
    "labs",
]

#: Who reports about systems of their own.
SELF = "developer"


def labs(design: Design) -> np.ndarray:
    """Give the labs that have an effect.

    Parameters
    ----------
    design : Design
        Arrays of the panel.

    Returns
    -------
    numpy.ndarray
        Names, sorted, shape (lab,), of labs with at least `lab_systems` systems; empty when there
        are fewer than two such.
    """
    found, count = np.unique(design.panel["lab"].values, return_counts=True)
    chosen = found[count >= design.lab_systems]
    return chosen if chosen.size > 1 else chosen[:0]


def lab_effect(design: Design, card: Card) -> Any:
    """Add how far each lab lags, as log of the ratio to the usual gap of the tier.

    Parameters
    ----------
    design : Design
        Arrays of the panel.
    card : Card
        Prior ``lab_spread``.

    Returns
    -------
    tensor or float
        Shape (system,); 0 without labs.
    """
    known = labs(design)
    if not known.size:
        return 0.0
    raw = pm.ZeroSumNormal("lab_raw", sigma=1.0, dims=names.LAB)
    effect = pm.Deterministic(names.LAB_EFFECT, variable(card, "lab_spread") * raw, dims=names.LAB)
    of_system = design.panel["lab"].values
    where = np.clip(np.searchsorted(known, of_system), 0, known.size - 1)
    return pt.where(known[where] == of_system, effect[where], 0.0)


def _average(values: np.ndarray, group: np.ndarray) -> np.ndarray:
    return np.bincount(group, values) / np.maximum(np.bincount(group), 1)


def _families(design: Design) -> tuple[np.ndarray, np.ndarray]:
    """Give the label of series and family of each share, and which of them have an effect."""
    rows = design.scores_of("fraction")
    series = design.panel["score_series"].values[rows]
    family = design.panel["scaffold_family"].values[rows]
    labels = np.array([f"{s}|{f or 'unstated'}" for s, f in zip(series, family, strict=True)])
    several = {name for name in np.unique(series) if np.unique(family[series == name]).size > 1}
    return labels, np.array([name in several for name in series], dtype=bool)


def harness_labels(design: Design) -> np.ndarray:
    """Give the harness families with an effect: those of series with more than one of them.

    Parameters
    ----------
    design : Design
        Arrays of the panel.

    Returns
    -------
    numpy.ndarray
        Labels ``series|family``, sorted, shape (harness,).
    """
    labels, chosen = _families(design)
    return np.unique(labels[chosen])


def harness(design: Design, card: Card) -> Any:
    """Add what harness and reporter do to the logit of each share.

    Parameters
    ----------
    design : Design
        Arrays of the panel.
    card : Card
        Priors ``harness_spread`` and ``reporter_offset``.

    Returns
    -------
    tensor
        Logits, shape (fraction_score,).
    """
    rows = design.scores_of("fraction")
    series = np.searchsorted(design.series_of("fraction"), design.series_index(rows))
    own = (design.panel["reporter"].values[rows] == SELF).astype(float)
    effect = variable(card, names.REPORTER_OFFSET) * (own - _average(own, series)[series])
    labels, chosen = _families(design)
    known = harness_labels(design)
    if not known.size:
        return effect
    basis = _basis(design)
    raw = pm.Normal("harness_raw", 0.0, 1.0, dims=names.HARNESS_DIRECTION)
    free = variable(card, names.HARNESS_SPREAD) * pt.sum(basis * raw, axis=1)
    of_harness = pm.Deterministic(names.HARNESS_EFFECT, free, dims=names.HARNESS)
    where = np.clip(np.searchsorted(known, labels), 0, known.size - 1)
    return effect + pt.where(chosen, of_harness[where], 0.0)


def harness_covariance(design: Design) -> np.ndarray:
    """Give the covariance of the harness effects for a spread of one.

    Parameters
    ----------
    design : Design
        Arrays of the panel.

    Returns
    -------
    numpy.ndarray
        In the order of `harness_labels`, shape (harness, harness); series are independent.
    """
    basis = _basis(design)
    return basis @ basis.T


def harness_directions(design: Design) -> range:
    """Give the numbers of the independent directions of the harness effects.

    Parameters
    ----------
    design : Design
        Arrays of the panel.

    Returns
    -------
    range
        From 0; one fewer for each series than it has families, for its effects sum to zero.
    """
    return range(_basis(design).shape[1]) if harness_labels(design).size else range(0)


def _basis(design: Design) -> np.ndarray:
    labels, chosen = _families(design)
    return _centred(harness_labels(design), labels[chosen])


def _centred(known: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Give the matrix from standard normals to unit effects whose mean over scores is zero.

    With independent unit effects x and w the shares of scores within a series, the effects are
    x - sum(w x). The singular vectors leave out the directions in which that is nothing.
    """
    series = np.array([name.split("|")[0] for name in known])
    together = series[:, None] == series[None, :]
    count = np.bincount(np.searchsorted(known, labels), minlength=known.size)
    share = together * count / (together * count).sum(axis=1, keepdims=True)
    left, size, _ = np.linalg.svd(np.eye(known.size) - share)
    kept = size > 1e-9
    return left[:, kept] * size[kept]
