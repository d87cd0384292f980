"""Parameters that belong to a single series, with their density given everything else.

Invariant: the density is the model's own, in the coordinates that are given with it; nothing else
of the model depends on these parameters but the scores (and audits) of the series.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pymc as pm
import xarray as xr

from bayes_rsi import names
from bayes_rsi.evidence.schema import LABEL_MARK
from bayes_rsi.model.build import build
from bayes_rsi.model.ceilings import audit_counts, audited
from bayes_rsi.model.design import Design, design
from bayes_rsi.model.effects import harness_covariance, harness_labels
from bayes_rsi.posterior import Fit

__all__ = ["Own", "own_parameters"]


@dataclass(frozen=True, eq=False)
class Own:
    """Parameters of one series, draw by draw.

    Parameters
    ----------
    values : numpy.ndarray
        On the whole line (logarithms, log odds), shape (chain, draw, parameter).
    log_prior : numpy.ndarray
        Log of their joint density given all other parameters and audits, up to a constant, shape
        (chain, draw).
    """

    values: np.ndarray
    log_prior: np.ndarray


def own_parameters(fit: Fit) -> dict[str, Own]:
    """Give the parameters of each series that has some.

    Parameters
    ----------
    fit : Fit
        With its posterior.

    Returns
    -------
    dict of str to Own
        Series to its parameters: those whose labels are, or begin with, its name, and its harness
        effects. Where an audit speaks for the series, its log likelihood is part of the density.

    Examples
    --------
    >>> own_parameters(fit)["paperbench"].values.shape[-1]  # doctest: +SKIP
    9
    """
    model, arrays = build(fit.panel, fit.card), design(fit.panel, fit.card)
    posterior = fit.tree["posterior"].to_dataset()
    found: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}
    variables = _of_series(model, set(map(str, fit.panel[names.SERIES].values)))
    densities = _log_priors(model, fit, list(variables))
    for name, labels in variables.items():
        kind = getattr(model.rvs_to_transforms[model[name]], "name", None)
        values, density = _unbounded(_array(posterior[name]), _array(densities[name]), kind)
        for series in np.unique(labels):
            mine = labels == series
            found.setdefault(str(series), []).append(
                (values[..., mine], density[..., mine].sum(-1))
            )
    for series, part in _harness(posterior, arrays).items():
        found.setdefault(series, []).append(part)
    audits = _audits(posterior, arrays)
    return {
        series: Own(
            np.concatenate([values for values, _ in parts], axis=-1),
            np.sum([density for _, density in parts], axis=0) + audits.get(series, 0.0),
        )
        for series, parts in found.items()
    }


def _of_series(model: pm.Model, known: set[str]) -> dict[str, np.ndarray]:
    """Give the variables whose every element is of one series, with the series of each."""
    found = {}
    for variable in model.free_RVs:
        dims = model.named_vars_to_dims.get(variable.name, ())
        if len(dims) == 1 and (labels := model.coords[dims[0]]):
            series = np.array([str(label).split(LABEL_MARK)[0] for label in labels])
            if known.issuperset(series):
                found[variable.name] = series
    return found


def _log_priors(model: pm.Model, fit: Fit, variables: list[str]) -> xr.Dataset:
    with model:
        found: Any = pm.stats.compute_log_prior(
            fit.tree, var_names=variables, extend_inferencedata=False, progressbar=False
        )
    return found if isinstance(found, xr.Dataset) else found.to_dataset()


def _array(values: xr.DataArray) -> np.ndarray:
    return values.transpose(names.CHAIN, names.DRAW, ...).values.astype(float)


def _unbounded(
    values: np.ndarray, density: np.ndarray, transform: str | None
) -> tuple[np.ndarray, np.ndarray]:
    """Move values and their log density to the whole line."""
    if transform == "log":
        return np.log(values), density + np.log(values)
    if transform == "logodds":
        return np.log(values) - np.log1p(-values), density + np.log(values) + np.log1p(-values)
    return values, density


def _harness(posterior: xr.Dataset, arrays: Design) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Give the harness effects of each series as independent standard normals.

    The effects of a series sum to zero over its scores, so they are one fewer than its families.
    """
    if names.HARNESS_EFFECT not in posterior:
        return {}
    unit = _array(posterior[names.HARNESS_EFFECT] / posterior[names.HARNESS_SPREAD])
    of = np.array([label.split("|")[0] for label in harness_labels(arrays)])
    covariance, found = harness_covariance(arrays), {}
    for series in np.unique(of):
        places = np.flatnonzero(of == series)
        size, axes = np.linalg.eigh(covariance[np.ix_(places, places)])
        kept = size > 1e-9 * size.max()
        values = unit[..., places] @ (axes[:, kept] / np.sqrt(size[kept]))
        found[str(series)] = values, -0.5 * np.sum(values**2, axis=-1)
    return found


def _audits(posterior: xr.Dataset, arrays: Design) -> dict[str, np.ndarray]:
    """Give the log likelihood of the audit of each series that has one."""
    if names.LABEL_ERROR not in posterior:
        return {}
    counts, found = audit_counts(arrays), {}
    for place in audited(arrays):
        error, correct = (
            _array(posterior[name].isel({names.FRACTION_SERIES: place}))
            for name in (names.LABEL_ERROR, names.SCORED_CORRECT)
        )
        label = posterior[names.LABEL_ERROR][names.FRACTION_SERIES].values[place]
        found[str(label)] = (
            counts["flawed"][place] * np.log(error)
            + counts["sound"][place] * np.log1p(-error)
            + counts["credited"][place] * np.log(correct)
            + counts["refused"][place] * np.log1p(-correct)
        )
    return found
