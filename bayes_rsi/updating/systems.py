"""What the systems behind new scores may be, under every posterior draw.

Invariant: a system that was fitted is what its draws say; a new one is drawn from the model's prior
given the draw: below the frontier of its release by what tier and lab are behind, and scattered.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from bayes_rsi import names
from bayes_rsi.forecasting.dice import dice
from bayes_rsi.forecasting.paths import Paths
from bayes_rsi.model.design import TIERS, Design
from bayes_rsi.updating.likelihood import Nodes

__all__ = ["NODES", "nodes_of"]

#: Draws of a new system's capability for each posterior draw.
NODES = 128


def nodes_of(design: Design, draws: xr.Dataset, system: str, paths: Paths, seed: int) -> Nodes:
    """Give capability and deviation of a system.

    Parameters
    ----------
    design : Design
        Of the panel with the new scores.
    draws : xarray.Dataset
        Posterior, chains and draws stacked along ``sample``.
    system : str
        Canonical name.
    paths : Paths
        The frontier with its future, for systems released after the as-of date of the fit.
    seed : int
        Seed of what is drawn.

    Returns
    -------
    Nodes
        One node where the posterior knows the system, else `NODES`.
    """
    known = _has(draws, names.SYSTEM, system)
    scored = _has(draws, names.HORIZON_SYSTEM, system)
    width = 1 if known and scored else NODES
    rng = dice(seed, f"new scores of {system}")
    shape = (draws.sizes["sample"], width)
    if known:
        capability = draws[names.CAPABILITY].sel({names.SYSTEM: system}).values[:, None]
        capability = np.broadcast_to(capability, shape)
    else:
        capability = _below_frontier(design, draws, system, paths, rng, shape)
    if scored:
        own = draws[names.HORIZON_DEVIATION].sel({names.HORIZON_SYSTEM: system}).values[:, None]
        return Nodes(capability, np.broadcast_to(own, shape))
    return Nodes(capability, rng.standard_normal(shape))


def _has(draws: xr.Dataset, dim: str, system: str) -> bool:
    return dim in draws.dims and system in draws[dim].values


def _below_frontier(
    design: Design,
    draws: xr.Dataset,
    system: str,
    paths: Paths,
    rng: np.random.Generator,
    shape: tuple[int, int],
) -> np.ndarray:
    position = int(np.flatnonzero(design.panel[names.SYSTEM].values == system)[0])
    release = np.array([design.released[position]])
    at_release = paths.at(release).reshape(-1, paths.shape[2])[:, :1]  # the first future of a draw
    tier = TIERS[design.tier[position]]
    gap = draws[f"gap_{tier}"].values[:, None] * rng.exponential(size=shape)
    if tier != TIERS[0]:
        gap = gap + draws[f"behind_{tier}"].values[:, None]
    lab = str(design.panel["lab"].values[position])
    if names.LAB_EFFECT in draws and lab in draws[names.LAB].values:
        gap = gap * np.exp(draws[names.LAB_EFFECT].sel({names.LAB: lab}).values[:, None])
    scatter = draws["system_scatter"].values[:, None]
    below = gap + scatter * rng.standard_normal(shape)
    return at_release - _per_effective_year(draws) * below


def _per_effective_year(draws: xr.Dataset) -> np.ndarray:
    """Give doublings per effective year, shape (draw, 1): the frontier is stored on both scales."""
    ends = [draws[n].transpose("sample", names.DATE).values for n in _SCALES]
    doublings, clock = (values[:, -1] - values[:, 0] for values in ends)
    return (doublings / clock)[:, None]


_SCALES = (names.FRONTIER, names.FRONTIER_CLOCK)
