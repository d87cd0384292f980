"""The posterior without the scores of one series, from draws of the posterior with them.

Invariant: weights come with the k-hat that says whether they can be relied on.

Dividing each draw's density by the likelihood of the scores that go seldom works: the draws of the
series' own parameters (difficulty, slope, drift, ceiling, noise, harness effects) are near where
its scores put them, and without scores they would be anywhere in their prior. Nothing else depends
on them, so what they do without scores is of no interest, and they may as well stay. With ``own``
for them, ``rest`` for everything else and y for the scores:

    wanted:  p(rest | other scores) q(own | rest)        for any density q
    drawn:   p(rest | other scores) p(own | rest) p(y | own, rest) / constant
    weight = q(own | rest) / (p(own | rest) p(y | own, rest))

The nearer q is to ``p(own | rest, all scores)``, the nearer is the weight to one over the marginal
likelihood of the scores, in which the own parameters are integrated out. q is the normal
distribution around the regression of the own parameters on the rest, a little narrower.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from bayes_rsi import names
from bayes_rsi.forecasting.weights import Weights, smoothed
from bayes_rsi.inference.own import Own
from bayes_rsi.posterior import Fit

__all__ = ["weights_without", "without"]

#: What systems have of their own, with its dimension.
_OF_SYSTEMS = {
    names.CAPABILITY_CLOCK: names.SYSTEM,
    names.HORIZON_DEVIATION: names.HORIZON_SYSTEM,
}
#: Variance of q over that of the regression's residuals: below one, so that the weights are bounded
#: where the tails of the posterior are as light as those of a normal.
NARROWER = 0.7


def without(fit: Fit, series: str, own: Own | None) -> Weights:
    """Weigh the draws of a fit as if the scores of a series were not there.

    Parameters
    ----------
    fit : Fit
        With the log likelihood of each score.
    series : str
        Name of the series.
    own : Own or None
        Its parameters; None where it has none.

    Returns
    -------
    Weights
        Of the posterior draws.
    """
    told = fit.tree["log_likelihood"].to_dataset()[names.SCORE_LOG_LIKELIHOOD]
    scores = fit.panel.sel({names.SCORE: told[names.SCORE]})
    mine = scores["score_series"].values == series
    values = told.transpose(names.CHAIN, names.DRAW, names.SCORE).values
    lost = values[..., mine].sum(axis=-1, dtype=float)
    if own is None:
        return smoothed(-lost)
    systems = np.unique(scores["score_system"].values[mine])
    return weights_without(lost, own, _rest(fit.tree["posterior"].to_dataset(), systems))


def weights_without(lost: np.ndarray, own: Own, rest: np.ndarray) -> Weights:
    """Weigh draws by the formula of this module.

    Parameters
    ----------
    lost : numpy.ndarray
        Log likelihood of the scores that go, shape (chain, draw).
    own : Own
        Parameters that only those scores depend on.
    rest : numpy.ndarray
        What the own parameters may depend on, shape (chain, draw, n).

    Returns
    -------
    Weights
        Of the posterior draws.
    """
    x, y = rest.reshape(lost.size, -1), own.values.reshape(lost.size, -1)
    spread = x.std(axis=0)
    moving = spread > 1e-12 * (1 + np.abs(x).max(axis=0))
    x = (x[:, moving] - x[:, moving].mean(axis=0)) / spread[moving]
    x = np.column_stack([np.ones(lost.size), x])
    residual = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    inverse = np.linalg.inv(NARROWER * np.atleast_2d(np.cov(residual.T)))
    log_q = -0.5 * np.einsum("ni,ij,nj->n", residual, inverse, residual).reshape(lost.shape)
    return smoothed(log_q - own.log_prior - lost)


def _rest(posterior: xr.Dataset, systems: np.ndarray) -> np.ndarray:
    """Give what all series share, and the capabilities of some systems, shape (chain, draw, n)."""
    found = []
    for values in posterior.data_vars.values():
        if set(values.dims) <= {names.CHAIN, names.DRAW, names.STEP, names.DOMAIN}:
            each = values.transpose(names.CHAIN, names.DRAW, ...).values
            each = each.reshape(*each.shape[:2], -1)
            # Scales are positive; their logarithms are nearer to normal.
            found.append(np.log(each) if (each > 0).all() else each)
    for name, dim in _OF_SYSTEMS.items():
        if name in posterior:
            here = [system for system in systems if system in posterior[dim].values]
            theirs = posterior[name].sel({dim: here})
            found.append(theirs.transpose(names.CHAIN, names.DRAW, dim).values)
    return np.concatenate(found, axis=-1)
