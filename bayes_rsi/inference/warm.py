"""Where the chains of a refit start.

Invariant: a starting point changes how fast the sampler finds the posterior and nothing else; what
an earlier fit does not know starts where a new fit would.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import xarray as xr

from bayes_rsi import names
from bayes_rsi.cards import Card
from bayes_rsi.model.build import start
from bayes_rsi.posterior import Fit
from bayes_rsi.units import year_of_date

__all__ = ["warm_start"]


def warm_start(
    model: pm.Model, panel: xr.Dataset, card: Card, begin: Fit | None
) -> dict[str, np.ndarray]:
    """Give the starting point of every chain.

    Parameters
    ----------
    model : pymc.Model
        To be sampled.
    panel : xarray.Dataset
        Its scores.
    card : Card
        Its card.
    begin : Fit or None
        An earlier fit; None: the starting point of a new fit.

    Returns
    -------
    dict of str to numpy.ndarray
        Variable to value: the earlier posterior mean where the labels are the same ones.
    """
    found = start(model, panel, card)
    if begin is None:
        return found
    posterior = begin.tree["posterior"].to_dataset()
    default = {**model.initial_point(), **found}
    for variable in model.free_RVs:
        name = variable.name
        if name not in posterior:
            continue
        mean = posterior[name].mean((names.CHAIN, names.DRAW))
        if _other_directions(model, mean):
            continue
        value = _labelled(model, name, mean)
        if not variable.type.is_super(pt.as_tensor(value).type):
            continue  # without labels, and of another number of things
        if name == names.CAPABILITY_CLOCK:  # counts from a pin that moves with the as-of date
            moved = year_of_date(panel.attrs["as_of"]) - year_of_date(begin.tag.as_of)
            value = np.where(np.isnan(value), found[name], value - float(moved))
        if not np.isnan(value).any():
            found[name] = value
        elif name in default:  # untransformed, so on the scale of the variable
            found[name] = np.where(np.isnan(value), default[name], value)
    return found


def _other_directions(model: pm.Model, mean: xr.DataArray) -> bool:
    """Whether a mean is of directions of harness effects that are those of another panel."""
    dim = names.HARNESS_DIRECTION
    return dim in mean.dims and mean.sizes[dim] != len(model.coords[dim])


def _labelled(model: pm.Model, name: str, mean: xr.DataArray) -> np.ndarray:
    """Give the mean by the labels of the model; nan for those that it does not have."""
    dims: tuple[Any, ...] = model.named_vars_to_dims.get(name, ())
    coords = {dim: list(model.coords[dim]) for dim in dims if dim in mean.dims}
    if not coords:
        return np.asarray(mean.values)
    return np.asarray(mean.reindex(coords).transpose(*dims).values)
