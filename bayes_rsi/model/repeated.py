"""What several figures of one system on one series have in common, beyond its capability.

Invariant: a single figure has the variance that its series' overdispersion says, whether there are
others or not; only what the others tell about it changes.

    score of row r, system i: mean_r + sqrt(common) * overdispersion * sqrt(mean_r (1 - mean_r)) z_i
                              + the rest of the noise, with (1 - common) of that variance

o3-mini scored 0.40 to 0.43 with five scaffolds on a series where others of its capability score a
third of it. Taken for five independent figures that bends the curve of the series into a step, and
counts five times in the capability of the system.
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

__all__ = ["Common", "common", "repeated_labels"]


@dataclass(frozen=True)
class Common:
    """Noise of shares, parted into what figures of one system have in common and the rest.

    Parameters
    ----------
    deviation : tensor or float
        In units of a row's overdispersion, shape (fraction_score,); 0 for single figures.
    rest : tensor or float
        Share of the variance of the overdispersion that is a row's own, same shape.
    """

    deviation: Any
    rest: Any


def _pairs(design: Design) -> tuple[np.ndarray, np.ndarray]:
    """Give the label of series and system of each share, and whether it has several figures."""
    rows = design.scores_of("fraction")
    series, system = (design.panel[name].values[rows] for name in ("score_series", "score_system"))
    labels = np.array([f"{s}|{i}" for s, i in zip(series, system, strict=True)])
    _, which, count = np.unique(labels, return_inverse=True, return_counts=True)
    return labels, count[which] > 1


def repeated_labels(design: Design) -> np.ndarray:
    """Give the pairs of series and system with several shares.

    Parameters
    ----------
    design : Design
        Arrays of the panel.

    Returns
    -------
    numpy.ndarray
        Labels ``series|system``, sorted, shape (repeated,).
    """
    labels, several = _pairs(design)
    return np.unique(labels[several])


def common(design: Design, card: Card) -> Common:
    """Add what several shares of one system on one series have in common.

    Parameters
    ----------
    design : Design
        Arrays of the panel.
    card : Card
        Prior ``overdispersion_common``.

    Returns
    -------
    Common
        Deviation and rest of each row; none of both where no system has several figures.
    """
    labels, several = _pairs(design)
    known = repeated_labels(design)
    if not known.size:
        return Common(0.0, 1.0)
    share = variable(card, names.COMMON)
    deviation = pm.Normal(names.REPEATED_DEVIATION, 0.0, 1.0, dims=names.REPEATED)
    where = np.clip(np.searchsorted(known, labels), 0, known.size - 1)
    return Common(
        pt.where(several, pt.sqrt(share) * deviation[where], 0.0),
        pt.where(several, 1 - share, 1.0),
    )
