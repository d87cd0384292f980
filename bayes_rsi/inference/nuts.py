"""The one call of the sampler.

Invariant: the settings of the card are all that decides how it samples.
"""

from __future__ import annotations

from typing import Any

import nutpie
import xarray as xr

from bayes_rsi.cards.facts import Sampling

__all__ = ["sample_compiled"]


def sample_compiled(
    compiled: Any, settings: Sampling, seed: int, cores: int | None = None, **more: Any
) -> xr.DataTree:
    """Sample a compiled model.

    Parameters
    ----------
    compiled : object
        By nutpie.
    settings : Sampling
        Chains, draws, tuning steps and target of the sampler.
    seed : int
        Its seed.
    cores : int, optional
        Chains sampled at a time. Default: as many as there are.
    **more : object
        Further arguments of `nutpie.sample`, which change no draw.

    Returns
    -------
    xarray.DataTree
        Groups ``posterior`` and ``sample_stats``.
    """
    return nutpie.sample(
        compiled,
        draws=settings.draws,
        tune=settings.tune,
        chains=settings.chains,
        cores=cores,
        target_accept=settings.target_accept,
        seed=seed,
        save_warmup=False,
        progress_bar=False,
        **more,
    )
