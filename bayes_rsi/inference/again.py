"""A model compiled once and sampled again under other scores, and scores drawn from the model.

Invariant: at the same scores the density is that of `bayes_rsi.model.build.build`, and simulated
scores could have been those of the panel: what is censored there is censored in them.

The panel says which horizons are censored, and by which bounds. Draws of the prior in which such a
horizon lies elsewhere, or in which capability falls over the years (the sampler's frame has a
positive pace), are drawn again. As that depends on the drawn world alone and the density of the
model is the joint one where it holds, the posterior needs no correction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import nutpie
import pymc as pm
import pytensor
import xarray as xr
from pymc.model.transform.conditioning import remove_value_transforms

from bayes_rsi import names
from bayes_rsi.cards import Card
from bayes_rsi.cards.facts import Sampling
from bayes_rsi.inference.nuts import sample_compiled
from bayes_rsi.inference.sample import PLAIN, quiet
from bayes_rsi.inference.tree import scored
from bayes_rsi.model.build import build, start
from bayes_rsi.model.design import design
from bayes_rsi.model.frame import frame_of
from bayes_rsi.model.horizon import bounds

__all__ = ["Opened", "Worlds", "opened", "simulated"]

#: Prior draws made at a time; the first worlds do not depend on how many are wanted.
BATCH = 1000
#: Scores that stay: bounds of what a suite can measure.
FIXED = names.HORIZON_CENSORED


@dataclass(frozen=True, eq=False)
class Worlds:
    """Draws from the prior with the scores that they gave.

    Parameters
    ----------
    parameters : xarray.Dataset
        Variables of the model (chain, draw, ...), one chain.
    scores : xarray.Dataset
        Observed variables (chain, draw, ...), as the model holds them.
    tried : int
        Prior draws behind them, with those that could not have given the panel.
    """

    parameters: xr.Dataset
    scores: xr.Dataset
    tried: int

    def scores_of(self, number: int) -> dict[str, np.ndarray]:
        """Give the scores of one world.

        Parameters
        ----------
        number : int
            Position along ``draw``.

        Returns
        -------
        dict of str to numpy.ndarray
            Observed variable to values.
        """
        one = self.scores.isel({names.CHAIN: 0, names.DRAW: number})
        return {str(name): values.values for name, values in one.items()}


def simulated(panel: xr.Dataset, card: Card, count: int, seed: int) -> Worlds:
    """Draw parameters from the prior, and scores from the likelihood.

    Parameters
    ----------
    panel : xarray.Dataset
        Who is scored on what.
    card : Card
        The model.
    count : int
        Number of worlds.
    seed : int
        Seed of everything random in them.

    Returns
    -------
    Worlds
        The first ones do not depend on `count`.

    Examples
    --------
    >>> simulated(panel, card, 200, seed=1).scores["fraction"].sizes["draw"]  # doctest: +SKIP
    200
    """
    model, tried = build(panel, card), 0
    kept: list[list[xr.Dataset]] = []
    while sum(part[0].sizes[names.DRAW] for part in kept) < count:
        (state,) = np.random.SeedSequence([seed, tried]).generate_state(1)
        with model, quiet():
            tree = pm.sample_prior_predictive(BATCH, random_seed=int(state), compile_kwargs=PLAIN)
        parts = [tree[group].to_dataset() for group in ("prior", "prior_predictive")]
        good = np.flatnonzero(_possible(panel, card, *parts))
        kept.append([part.isel({names.DRAW: good}) for part in parts])
        tried += BATCH
    first = slice(None, count)
    parameters, scores = (
        xr.concat(group, names.DRAW).isel({names.DRAW: first}) for group in zip(*kept, strict=True)
    )
    return Worlds(parameters, scores, tried)


def _possible(
    panel: xr.Dataset, card: Card, parameters: xr.Dataset, scores: xr.Dataset
) -> np.ndarray:
    """Say which draws could have given the panel, shape (draw,)."""
    arrays = design(panel, card)
    capability = parameters[names.CAPABILITY_CLOCK].values[0]
    possible = capability @ frame_of(arrays).pace_weights > 0
    possible &= scored(scores)
    rows = arrays.scores_of("horizon", censored=True)
    if rows.size:
        lower, upper = bounds(arrays, rows)
        measured = scores[names.HORIZON_CENSORED].values[0]
        possible &= ((measured > lower) & (measured < upper)).all(axis=1)
    return np.asarray(possible)


@dataclass(frozen=True, eq=False)
class Opened:
    """A compiled model whose scores can be replaced.

    Parameters
    ----------
    compiled : object
        By nutpie.
    observed : tuple of str
        Observed variables whose scores can be replaced.
    likelihood : callable
        Log likelihood of a point, from the model's own variables.
    shared : mapping of str to object
        What holds the scores that `likelihood` sees.
    """

    compiled: Any
    observed: tuple[str, ...]
    likelihood: Any
    shared: Mapping[str, Any]

    def sample(
        self, scores: Mapping[str, np.ndarray], settings: Sampling, seed: int
    ) -> xr.DataTree:
        """Sample the posterior under some scores.

        Parameters
        ----------
        scores : mapping of str to numpy.ndarray
            Observed variable to values; what the model does not observe is left out.
        settings : Sampling
            Chains, draws, tuning steps and target of the sampler.
        seed : int
            Its seed.

        Returns
        -------
        xarray.DataTree
            Groups ``posterior`` and ``sample_stats``.
        """
        data = {_seen(name): scores[name] for name in self.observed}
        return sample_compiled(self.compiled.with_data(**data), settings, seed, cores=1)

    def log_likelihood(self, draws: xr.Dataset, scores: Mapping[str, np.ndarray]) -> np.ndarray:
        """Give the log likelihood of all scores at each draw.

        Parameters
        ----------
        draws : xarray.Dataset
            Free variables of the model (chain, draw, ...).
        scores : mapping of str to numpy.ndarray
            Observed variable to values.

        Returns
        -------
        numpy.ndarray
            Shape (chain, draw).
        """
        for name in self.observed:
            self.shared[name].set_value(scores[name])
        wanted = [variable.name for variable in self.likelihood.f.maker.fgraph.inputs]
        inputs = [name for name in wanted if name in draws]
        flat = draws[inputs].stack(each=(names.CHAIN, names.DRAW)).transpose("each", ...)
        columns = [flat[name].values for name in inputs]
        points = (dict(zip(inputs, row, strict=True)) for row in zip(*columns, strict=True))
        found = np.array([float(self.likelihood(point)) for point in points])
        return found.reshape(draws.sizes[names.CHAIN], draws.sizes[names.DRAW])


def opened(model: pm.Model, panel: xr.Dataset, card: Card) -> Opened:
    """Compile a model for scores that are told later.

    Parameters
    ----------
    model : pymc.Model
        From `build`, of the same panel and card; its observed values are replaced by shared ones.
    panel : xarray.Dataset
        The panel.
    card : Card
        The card.

    Returns
    -------
    Opened
        At first with the scores of the panel.
    """
    plain = remove_value_transforms(model)
    shared = _open(plain)
    likelihood = plain.compile_fn(plain.logp(vars=plain.observed_RVs), mode=PLAIN["mode"])
    observed = tuple(_open(model))
    compiled = nutpie.compile_pymc_model(model, initial_points=start(model, panel, card))
    return Opened(compiled, observed, likelihood, shared)


def _open(model: pm.Model) -> dict[str, Any]:
    """Put shared variables in the place of the observed constants."""
    found = {}
    for variable in model.observed_RVs:
        if variable.name == FIXED:
            continue
        old = model.rvs_to_values[variable]
        new = pytensor.shared(old.data, name=_seen(variable.name), shape=old.data.shape)
        model.rvs_to_values[variable] = new
        del model.values_to_rvs[old]
        model.values_to_rvs[new] = variable
        found[variable.name] = new
    return found


def _seen(name: str) -> str:
    return f"{name}_seen"
