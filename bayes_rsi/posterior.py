"""What a fit is: a posterior with its evidence, its card, its verdict and its origin.

Invariant: the five belong together; nothing here samples or reads a file, so that everything after
inference can use a fit without the sampler's packages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import xarray as xr

from bayes_rsi.cards import Card
from bayes_rsi.tags import Tag, Verdict

__all__ = ["Fit"]


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted model.

    Parameters
    ----------
    card : Card
        What was assumed.
    panel : xarray.Dataset
        What was seen, from `bayes_rsi.evidence.panel`.
    tree : xarray.DataTree
        Groups ``posterior``, ``prior``, ``prior_predictive``, ``posterior_predictive``,
        ``log_likelihood``, ``sample_stats``, ``observed_data`` and ``constant_data``; ArviZ's
        summaries, diagnostics, plots and `loo` work on it. A fit made without predictions has the
        posterior and the statistics of the sampler alone, a reweighted one posterior and prior.
        There is no ``log_prior``, and the one log likelihood is that of all scores together, so
        ArviZ's ``psense`` (ours: `bayes_rsi.explain`) and ``loo_pit`` do not. `bayes_rsi.names` has
        dims and quantities with their units, the card the priors by name; what else the posterior
        holds (``..._raw``, ``..._tilt``, ``..._rise``, ``..._part``) are coordinates of the
        sampler.
    verdict : Verdict
        Whether the sampler converged.
    tag : Tag
        Origin: digests of card and data, as-of date, version, seed.
    timings : mapping of str to float
        Seconds of each step; empty for a fit that was loaded.

    Examples
    --------
    >>> fit.verdict.passed
    True
    """

    card: Card
    panel: xr.Dataset
    tree: xr.DataTree
    verdict: Verdict
    tag: Tag
    timings: Mapping[str, float] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Give card, sizes and verdict instead of the draws."""
        tag = self.tag
        return (
            f"Fit(card {tag.card!r}, {tag.n_scores:,} scores of {tag.n_systems} systems on "
            f"{tag.n_series} series known by {tag.as_of}, seed {tag.seed}; "
            f"{self.verdict.sentence()})"
        )
