"""What the systems behind new scores may be, under every posterior draw.

Invariant: a system that was fitted is what its draws say; a new one is drawn from the model's prior
given the draw: below the frontier of its release by what tier and lab are behind, and scattered. A
harness that a series has not seen is drawn too.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from bayes_rsi import names
from bayes_rsi.forecasting.dice import dice
from bayes_rsi.forecasting.newcomers import below_frontier, doublings_per_year
from bayes_rsi.forecasting.paths import Paths
from bayes_rsi.model.design import TIERS, Design
from bayes_rsi.updating.likelihood import Nodes

__all__ = ["NODES", "nodes_of"]

#: Draws of a new system's capability for each posterior draw.
NODES = 128


def nodes_of(
    design: Design,
    draws: xr.Dataset,
    system: str,
    paths: Paths,
    seed: int,
    harnesses: Iterable[str] = (),
) -> Nodes:
    """Give capability and deviation of a system, and effects of the harnesses that nobody knows.

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
    harnesses : iterable of str
        Labels of harnesses behind its new scores that their series have not seen.

    Returns
    -------
    Nodes
        One node where the posterior knows the system and all harnesses, else `NODES`.
    """
    unseen = list(dict.fromkeys(harnesses))
    known = _has(draws, names.SYSTEM, system)
    scored = _has(draws, names.HORIZON_SYSTEM, system)
    width = 1 if known and scored and not unseen else NODES
    rng = dice(seed, f"new scores of {system}")
    shape = (draws.sizes["sample"], width)
    if known:
        capability = draws[names.CAPABILITY].sel({names.SYSTEM: system}).values[:, None]
        capability = np.broadcast_to(capability, shape)
    else:
        capability = _below_frontier(design, draws, system, paths, rng, shape)
    effects = {one: dice(seed, f"effect of {one}").standard_normal(shape) for one in unseen}
    if scored:
        own = draws[names.HORIZON_DEVIATION].sel({names.HORIZON_SYSTEM: system}).values[:, None]
        return Nodes(capability, np.broadcast_to(own, shape), effects)
    return Nodes(capability, rng.standard_normal(shape), effects)


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
    lab = str(design.panel["lab"].values[position])
    below = below_frontier(draws, np.full(shape, tier), np.full(shape, lab), rng)
    return at_release - doublings_per_year(*_on_both_scales(draws))[:, None] * below


def _on_both_scales(draws: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Give the frontier in doublings and in effective years, each of shape (draw, date)."""
    told, clock = (draws[name].transpose("sample", names.DATE).values for name in _SCALES)
    return told, clock


_SCALES = (names.FRONTIER, names.FRONTIER_CLOCK)
