"""Convergence gates: what a posterior must pass before anybody relies on it.

Invariant: a gate that cannot be computed fails.

Limits follow Vehtari et al. (2021), https://doi.org/10.1214/20-BA1221 (R-hat, ESS), and Betancourt
(2016), https://arxiv.org/abs/1604.00695 (E-BFMI).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import arviz as az
import numpy as np
import xarray as xr

from bayes_rsi import names
from bayes_rsi.tags import Gate, Verdict

__all__ = ["LIMITS", "verdict"]

LIMITS = {"r_hat": 1.01, "ess_bulk": 400.0, "ess_tail": 400.0, "divergences": 0.0, "e_bfmi": 0.3}


def verdict(tree: xr.DataTree) -> Verdict:
    """Judge a posterior.

    Parameters
    ----------
    tree : xarray.DataTree
        With groups ``posterior`` and ``sample_stats``.

    Returns
    -------
    Verdict
        R-hat, bulk and tail effective sample size over all varying quantities, divergences, and
        the smallest energy Bayesian fraction of missing information.
    """
    posterior = _varying(tree["posterior"].to_dataset())
    stats = tree["sample_stats"].to_dataset()
    energy = float(np.min(_values(az.bfmi(tree))))
    return Verdict(
        (
            _worst("r_hat", posterior, az.rhat, at_most=True),
            _worst("ess_bulk", posterior, partial(az.ess, method="bulk"), at_most=False),
            _worst("ess_tail", posterior, partial(az.ess, method="tail"), at_most=False),
            Gate("divergences", float(stats["diverging"].sum()), LIMITS["divergences"], True),
            Gate("e_bfmi", energy, LIMITS["e_bfmi"], False),
        )
    )


def _varying(posterior: xr.Dataset) -> xr.Dataset:
    """Drop elements fixed by construction (a pinned knot), for which diagnostics are undefined."""
    flat = {}
    for name, values in posterior.items():
        ordered = values.transpose(names.CHAIN, names.DRAW, ...).values
        elements = ordered.reshape(*ordered.shape[:2], -1)
        elements = np.where(np.isfinite(elements), elements, np.nan)  # infinity is no draw
        moving = elements[..., ~(elements.std((0, 1)) <= 1e-10)]  # nan moves, and then fails
        if moving.shape[-1]:
            flat[str(name)] = ((names.CHAIN, names.DRAW, f"element_{name}"), moving)
    return xr.Dataset(flat)


def _worst(
    name: str, posterior: xr.Dataset, judge: Callable[[xr.Dataset], xr.Dataset], *, at_most: bool
) -> Gate:
    if not posterior.data_vars:
        return Gate(name, float("nan"), LIMITS[name], at_most, "no quantity varies")
    worst = np.max if at_most else np.min  # both give nan where a single element is nan
    found = {key: float(worst(v.values)) for key, v in judge(posterior).data_vars.items()}
    bad = [key for key, value in found.items() if np.isnan(value)]
    if bad:
        return Gate(name, float("nan"), LIMITS[name], at_most, str(bad[0]))
    where = max(found, key=found.__getitem__) if at_most else min(found, key=found.__getitem__)
    return Gate(name, float(found[where]), LIMITS[name], at_most, str(where))


def _values(result: object) -> np.ndarray:
    if isinstance(result, xr.DataTree):
        result = result.to_dataset()
    if isinstance(result, xr.Dataset):
        return np.concatenate([np.ravel(v.values) for v in result.data_vars.values()])
    return np.ravel(np.asarray(result))
