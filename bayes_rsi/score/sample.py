"""Scores of predictive samples with names: the labelled face of `kernels`.

Invariant: samples and outcomes are aligned by the name of the target, never by position, and all
forecasters are scored with the same number of draws.
"""

from __future__ import annotations

import hashlib

import numpy as np
import xarray as xr

from bayes_rsi import names
from bayes_rsi.score.calibration import covered
from bayes_rsi.score.kernels import crps, interval_score, log_score, pit, width

__all__ = ["LEVELS", "sample_scores"]

#: Nominal coverage of the intervals that are told.
LEVELS = (0.5, 0.8, 0.9)
#: Width of the bins of the log score: a quarter of a doubling, or of a logit.
BIN = 0.25


def sample_scores(
    samples: xr.DataArray, observed: xr.DataArray, upper: xr.DataArray | None = None
) -> xr.Dataset:
    """Score predictive samples.

    Parameters
    ----------
    samples : xarray.DataArray
        Predictions, dims (target, draw).
    observed : xarray.DataArray
        What was seen, dim target; it may hold more targets, in any order.
    upper : xarray.DataArray, optional
        Upper ends of what was seen, like `observed`, which then has the lower ones (`kernels`);
        default: all is known exactly.

    Returns
    -------
    xarray.Dataset
        Over the targets of `samples`: ``crps``, ``log_score``, ``interval_score_<level>``,
        ``width_<level>``, ``covered_<level>`` (level in percent, of `LEVELS`), ``pit`` and
        ``median``. The ties of the PIT are broken by a number that depends on the name of the
        target alone.

    Raises
    ------
    ValueError
        When a target has no outcome.

    Examples
    --------
    >>> draws = xr.DataArray([[0.0, 2.0]], dims=("target", "draw"), coords={"target": ["a"]})
    >>> seen = xr.DataArray([1.0], dims="target", coords={"target": ["a"]})
    >>> float(sample_scores(draws, seen)["crps"].sel(target="a"))
    0.5
    """
    labels = samples[names.TARGET].values
    absent = sorted(set(labels.tolist()) - set(observed[names.TARGET].values.tolist()))
    if absent:
        raise ValueError(f"got no outcome of target '{absent[0]}', expected one of every target")
    draws = samples.transpose(names.TARGET, names.DRAW).values
    seen = observed.sel({names.TARGET: labels}).values
    high = seen if upper is None else upper.sel({names.TARGET: labels}).values
    place = pit(draws, seen, np.array([_uniform(str(label)) for label in labels]), high)
    found = {
        "crps": crps(draws, seen, high),
        "log_score": log_score(draws, seen, BIN, high),
        "pit": place,
        "median": np.median(draws, axis=-1),
    }
    for level in LEVELS:
        percent = round(100 * level)
        found[f"interval_score_{percent}"] = interval_score(draws, seen, level, high)
        found[f"width_{percent}"] = width(draws, level)
        found[f"covered_{percent}"] = covered(place, level)
    variables = {name: (names.TARGET, values) for name, values in found.items()}
    return xr.Dataset(variables, coords={names.TARGET: labels})


def _uniform(label: str) -> float:
    return int.from_bytes(hashlib.sha256(label.encode()).digest()[:8], "big") / 2.0**64
