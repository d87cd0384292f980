"""A model compiled once, in which the scores of any series can be switched off.

Invariant: with all scores on, the density is that of `bayes_rsi.model.build.build`; a series that
is off has neither scores nor an audit, its systems and its parameters stay.
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

from bayes_rsi.cards.facts import Sampling
from bayes_rsi.evidence.schema import LABEL_MARK
from bayes_rsi.inference.nuts import sample_compiled
from bayes_rsi.inference.warm import warm_start
from bayes_rsi.model.build import build
from bayes_rsi.posterior import Fit

__all__ = ["Switched", "switchable", "switched"]


@dataclass(frozen=True, eq=False)
class Switched:
    """A compiled model with a switch for each score.

    Parameters
    ----------
    compiled : object
        By nutpie.
    series : mapping of str to numpy.ndarray
        Name of the switches of an observed variable, to the series of each of its elements.
    """

    compiled: Any
    series: Mapping[str, np.ndarray]

    def without(self, series: str, settings: Sampling, seed: int) -> xr.DataTree:
        """Sample the posterior without one series.

        Parameters
        ----------
        series : str
            The series.
        settings : Sampling
            Chains, draws, tuning steps and target of the sampler.
        seed : int
            Its seed.

        Returns
        -------
        xarray.DataTree
            Groups ``posterior`` and ``sample_stats``.
        """
        switches = {name: (of != series).astype(float) for name, of in self.series.items()}
        return sample_compiled(self.compiled.with_data(**switches), settings, seed, cores=1)


def switched(fit: Fit) -> Switched:
    """Compile the model of a fit with switches; chains start from the fit's posterior means.

    Parameters
    ----------
    fit : Fit
        With its posterior.

    Returns
    -------
    Switched
        One process can sample it as often as it likes.
    """
    model = build(fit.panel, fit.card)
    begin = warm_start(model, fit.panel, fit.card, fit)
    series = switchable(model)
    return Switched(nutpie.compile_pymc_model(model, initial_points=begin), series)


def switchable(model: pm.Model) -> dict[str, np.ndarray]:
    """Put potentials with switches in the place of a model's observed variables.

    Parameters
    ----------
    model : pymc.Model
        From `build`; changed in place.

    Returns
    -------
    dict of str to numpy.ndarray
        Name of the switches, shared variables of ones, to the series of each element.
    """
    found = {}
    with model:
        for variable in list(model.observed_RVs):
            labels = model.coords[model.named_vars_to_dims[variable.name][0]]
            name, of = f"{variable.name}_on", [str(one).split(LABEL_MARK)[0] for one in labels]
            switch = pytensor.shared(np.ones(len(of)), name=name, shape=(len(of),))
            density = pm.logp(variable, model.rvs_to_values[variable])
            pm.Potential(f"{variable.name}_told", switch * density)
            found[name] = np.array(of)
    model.observed_RVs.clear()
    return found
