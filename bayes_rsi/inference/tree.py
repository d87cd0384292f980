"""The tree of one fit: the groups that ArviZ knows, with real coordinates.

Invariant: dims and variables are those of `bayes_rsi.names`. The log likelihood is one variable
over all scores, so that `az.loo` needs no name; predictions stay one variable for each kind of
metric, because their units differ. A draw of the prior whose ceiling is below the floor of a series
has no curve and so no score: it is not among the draws of the prior.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from bayes_rsi import names

__all__ = ["assemble", "posterior_only", "scored"]

#: Observed variables and their dims, in the order of the joined log likelihood.
OBSERVED = {
    names.FRACTION: names.FRACTION_SCORE,
    names.SPEEDUP: names.SPEEDUP_SCORE,
    names.RATIO: names.RATIO_SCORE,
    names.COUNT: names.COUNT_SCORE,
    names.HORIZON: names.HORIZON_SCORE,
    names.HORIZON_CENSORED: names.CENSORED_SCORE,
}


def assemble(
    sampled: xr.DataTree,
    prior: xr.DataTree,
    predicted: xr.DataTree,
    likelihood: xr.Dataset,
    panel: xr.Dataset,
) -> xr.DataTree:
    """Put the pieces of a fit together.

    Parameters
    ----------
    sampled : xarray.DataTree
        Groups ``posterior`` and ``sample_stats``.
    prior : xarray.DataTree
        Groups ``prior``, ``prior_predictive`` and ``observed_data``.
    predicted : xarray.DataTree
        Group ``posterior_predictive``.
    likelihood : xarray.Dataset
        Log likelihood of each observed variable.
    panel : xarray.Dataset
        The scores.

    Returns
    -------
    xarray.DataTree
        Groups as `bayes_rsi.posterior.Fit` lists them.
    """
    whole = np.flatnonzero(scored(prior["prior_predictive"].to_dataset()))
    groups = {
        "posterior": sampled["posterior"].to_dataset(),
        "sample_stats": sampled["sample_stats"].to_dataset(),
        "prior": prior["prior"].to_dataset().isel({names.DRAW: whole}),
        "prior_predictive": _single(
            prior["prior_predictive"].to_dataset().isel({names.DRAW: whole})
        ),
        "posterior_predictive": _single(predicted["posterior_predictive"].to_dataset()),
        "log_likelihood": _single(_joined(likelihood)),
        "observed_data": prior["observed_data"].to_dataset(),
        "constant_data": panel,
    }
    return xr.DataTree.from_dict(groups)


def posterior_only(sampled: xr.DataTree, panel: xr.Dataset) -> xr.DataTree:
    """Give the tree of a fit whose predictions nobody needs.

    Parameters
    ----------
    sampled : xarray.DataTree
        Groups ``posterior`` and ``sample_stats``.
    panel : xarray.Dataset
        The scores.

    Returns
    -------
    xarray.DataTree
        These two groups and ``constant_data``.
    """
    groups = {name: sampled[name].to_dataset() for name in ("posterior", "sample_stats")}
    return xr.DataTree.from_dict(groups | {"constant_data": panel})


def scored(predicted: xr.Dataset) -> np.ndarray:
    """Say which draws have a number for every score.

    Parameters
    ----------
    predicted : xarray.Dataset
        Predictions of the prior, dims chain, draw and those of scores.

    Returns
    -------
    numpy.ndarray
        Bool, shape (draw,).

    Examples
    --------
    >>> scored(xr.Dataset({"fraction": (("chain", "draw"), [[0.5, np.nan]])}))
    array([ True, False])
    """
    rows = [held.transpose(names.DRAW, ...).values for held in predicted.data_vars.values()]
    return np.all([~np.isnan(row.reshape(len(row), -1)).any(axis=1) for row in rows], axis=0)


def _joined(likelihood: xr.Dataset) -> xr.Dataset:
    parts = [
        likelihood[name].rename({dim: names.SCORE})
        for name, dim in OBSERVED.items()
        if name in likelihood
    ]
    return xr.concat(parts, names.SCORE).to_dataset(name=names.SCORE_LOG_LIKELIHOOD)


def _single(draws: xr.Dataset) -> xr.Dataset:
    """Halve the size: seven digits are plenty for predictions."""
    return draws.astype("float32")
