"""Importance weights of posterior draws, smoothed by Pareto's tail.

Invariant: weights have mean one, and never come without the k-hat that says whether they can be
relied on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bayes_rsi.forecasting.montecarlo import effective_size

__all__ = ["K_LIMIT", "Weights", "smoothed", "weighted_median", "weighted_share"]

#: Above this the variance of the weights may be infinite in practice, and they are not used.
K_LIMIT = 0.7


@dataclass(frozen=True, eq=False)
class Weights:
    """Weights of posterior draws.

    Parameters
    ----------
    values : numpy.ndarray
        Mean one, shape (chain, draw).
    k_hat : float
        Shape of the tail that was fitted; may be minus infinity or negative where all is well.
    ess : float
        Effective number of independent draws.
    """

    values: np.ndarray
    k_hat: float
    ess: float

    @property
    def reliable(self) -> bool:
        """Whether k-hat is at most `K_LIMIT`; nan is not."""
        return self.k_hat <= K_LIMIT


def smoothed(log_ratios: np.ndarray) -> Weights:
    """Turn log density ratios into weights.

    Parameters
    ----------
    log_ratios : numpy.ndarray
        Log of (wanted density / density that was drawn from), up to a constant, shape
        (chain, draw).

    Returns
    -------
    Weights
        Pareto-smoothed.

    Notes
    -----
    Vehtari, Simpson, Gelman, Yao and Gabry (2024), Pareto smoothed importance sampling,
    https://jmlr.org/papers/v25/19-556.html.
    """
    from arviz_stats.base import (
        array_stats,  # 1 s to import: kept off the path of `import bayes_rsi`
    )

    ratios = np.asarray(log_ratios, dtype=float)
    if np.ptp(ratios) == 0.0:
        flat = np.ones_like(ratios)
        return Weights(flat, -np.inf, effective_size(flat))
    # ArviZ takes the log likelihood that is left out, so minus the log ratio.
    logs, k_hat = array_stats.psislw(-ratios, axis=(0, 1))
    values = np.exp(logs - np.max(logs)).reshape(ratios.shape)
    values = values / values.mean()
    return Weights(values, float(k_hat), effective_size(values))


def weighted_share(flags: np.ndarray, weights: np.ndarray) -> tuple[float, np.ndarray]:
    """Give a weighted share, and what each future adds to its error.

    Parameters
    ----------
    flags : numpy.ndarray
        0, 1 or nan (left out), shape (chain, draw, replicate).
    weights : numpy.ndarray
        Shape (chain, draw).

    Returns
    -------
    p : float
        ``sum(w f) / sum(w)``.
    residual : numpy.ndarray
        Shape of `flags`: its mean has the error of the share, by linearisation.
    """
    mass = np.where(np.isnan(flags), 0.0, weights[..., None])
    filled = np.nan_to_num(flags)
    p = float((mass * filled).sum() / mass.sum())
    return p, mass * (filled - p) / mass.mean()


def weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    """Give the value at which half of the weight has been reached.

    Parameters
    ----------
    values : numpy.ndarray
        Any shape; nan is left out.
    weights : numpy.ndarray
        Same shape.

    Returns
    -------
    float
        One of the values.
    """
    known = ~np.isnan(values)
    order = np.argsort(values[known])
    total = np.cumsum(weights[known][order])
    return float(values[known][order][np.searchsorted(total, 0.5 * total[-1])])
