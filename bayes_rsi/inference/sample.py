"""From card and evidence to a fit: the panel, the sampler, what it predicts, and the verdict.

Invariant: the same card, evidence and seed give the same draws on one machine with a warm
compilation cache; nothing else is random. Everything is checked before the sampler starts.
"""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib.metadata import version
from types import MappingProxyType
from typing import Any

import numpy as np
import nutpie
import pymc as pm
import xarray as xr

from bayes_rsi import names
from bayes_rsi.cards import Card
from bayes_rsi.errors import refuse_other, refuse_seed
from bayes_rsi.evidence import Evidence, panel
from bayes_rsi.forecasting.events import check_requirements
from bayes_rsi.inference.gates import verdict
from bayes_rsi.inference.nuts import sample_compiled
from bayes_rsi.inference.tree import assemble, posterior_only
from bayes_rsi.inference.warm import warm_start
from bayes_rsi.model.build import build
from bayes_rsi.posterior import Fit
from bayes_rsi.tags import Tag

__all__ = ["PLAIN", "Progress", "fit", "panel_of", "quiet", "tag_of"]

#: Called with a stage ("reading", "compiling", "sampling", "predicting", "judging") and the share
#: done of it, in [0, 1], or None where that is not known.
Progress = Callable[[str, float | None], None]

PRIOR_DRAWS = 1000
#: Predictions are drawn for one posterior draw in so many: they are for looking at.
THIN = 4
#: Compilation without optimisation, where compiling well takes longer than it saves.
PLAIN = {"mode": "FAST_COMPILE"}


def panel_of(card: Card, evidence: Evidence) -> xr.Dataset:
    """Give the scores that a card fits.

    Parameters
    ----------
    card : Card
        Its ``[evidence]`` table chooses.
    evidence : Evidence
        Tables, cut at the as-of date.

    Returns
    -------
    xarray.Dataset
        As `bayes_rsi.evidence.panel` gives it.
    """
    return panel(evidence, **asdict(card.evidence))


def tag_of(card: Card, scores: xr.Dataset, seed: int) -> Tag:
    """Give the origin of a fit.

    Parameters
    ----------
    card : Card
        The card.
    scores : xarray.Dataset
        The panel.
    seed : int
        Seed of the sampler.

    Returns
    -------
    Tag
        Digests, as-of date, version, seed and size.
    """
    return Tag(
        card=card.name,
        card_digest=card.digest,
        as_of=scores.attrs["as_of"],
        data_digest=scores.attrs["data_digest"],
        package_version=version("bayes-rsi"),
        seed=seed,
        n_scores=scores.sizes[names.SCORE],
        n_systems=scores.sizes[names.SYSTEM],
        n_series=scores.sizes[names.SERIES],
    )


def fit(
    card: Card,
    evidence: Evidence,
    seed: int = 1,
    progress: Progress | None = None,
    begin: Fit | None = None,
    *,
    cores: int | None = None,
    predictive: bool = True,
) -> Fit:
    """Fit a card to evidence.

    Parameters
    ----------
    card : Card
        Priors, trend, choice of evidence, settings of the sampler.
    evidence : Evidence
        From `bayes_rsi.load_evidence`; its as-of date is that of the fit.
    seed : int, default 1
        Seed of everything random in the fit.
    progress : callable, optional
        Told the stage and the share done of it, see `Progress`.
    begin : Fit, optional
        A fit to similar evidence: the chains start from its posterior means.
    cores : int, optional
        Chains sampled at a time; the draws do not depend on it. Default: as many as there are.
    predictive : bool, default True
        Whether the fit has the groups of predictions, the prior and the log likelihood. Without
        them it serves loops that need the posterior alone.

    Returns
    -------
    Fit
        With the verdict of the convergence gates; a failed gate does not raise.

    Raises
    ------
    ModelError
        When card and evidence do not fit together, an event of the card requires a series that
        the tables do not have or that has no parity (a card for other tables has events of its
        own, or none), or an argument is of another kind; all before anything is compiled.

    Examples
    --------
    >>> fit = rsi.fit(rsi.load_card("baseline"), rsi.load_evidence("2026-06-30"))  # doctest: +SKIP
    """
    _refuse_arguments(card, evidence, seed)
    tell = progress or (lambda stage, share: None)
    clock = _Clock(tell)
    scores = clock.run("reading", lambda: panel_of(card, evidence))
    check_requirements(card, scores)
    model = build(scores, card)
    compiled = clock.run(
        "compiling",
        lambda: nutpie.compile_pymc_model(
            model, initial_points=warm_start(model, scores, card, begin)
        ),
    )
    sampled = clock.run("sampling", lambda: _sample(compiled, card, seed, tell, cores))
    if predictive:
        tree = clock.run("predicting", lambda: _predict(model, sampled, scores, seed))
    else:
        tree = posterior_only(sampled, scores)
    judged = clock.run("judging", lambda: verdict(tree))
    tag = tag_of(card, scores, seed)
    return Fit(card, scores, tree, judged, tag, MappingProxyType(dict(clock.seconds)))


def _refuse_arguments(card: object, evidence: object, seed: object) -> None:
    """Refuse what would be found out by the sampler, after minutes."""
    refuse_other(card, Card, "fit", "bayes_rsi.load_card")
    refuse_other(evidence, Evidence, "fit", "bayes_rsi.load_evidence")
    refuse_seed(seed, "fit")


class _Clock:
    """Tells the stage and takes its time."""

    def __init__(self, tell: Progress) -> None:
        self.tell = tell
        self.seconds: dict[str, float] = {}

    def run(self, stage: str, step: Callable[[], Any]) -> Any:
        self.tell(stage, None)
        begun = time.perf_counter()
        result = step()
        self.seconds[stage] = time.perf_counter() - begun
        return result


def _sample(compiled: Any, card: Card, seed: int, tell: Progress, cores: int | None) -> xr.DataTree:
    settings = card.sampling
    total = settings.chains * (settings.draws + settings.tune)

    def report(chains: Any) -> None:
        tell("sampling", sum(chain.finished_draws for chain in chains) / total)

    return sample_compiled(
        compiled, settings, seed, cores, progress_callback=report, progress_rate=250
    )


def _predict(model: pm.Model, sampled: xr.DataTree, scores: xr.Dataset, seed: int) -> xr.DataTree:
    first, second = (int(s) for s in np.random.SeedSequence(seed).generate_state(2))
    some = sampled.isel(draw=slice(None, None, THIN))
    with model, quiet():
        prior = pm.sample_prior_predictive(PRIOR_DRAWS, random_seed=first, compile_kwargs=PLAIN)
        predicted = pm.sample_posterior_predictive(
            some, random_seed=second, progressbar=False, compile_kwargs=PLAIN
        )
        likelihood = pm.compute_log_likelihood(
            sampled, extend_inferencedata=False, progressbar=False
        )
    return assemble(sampled, prior, predicted, likelihood, scores)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep PyMC from listing its variables, and from saying that ours draw through NumPy.

    Yields
    ------
    None
        Until the block ends.
    """
    logger = logging.getLogger("pymc")
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Numba will use object mode to run CustomDist")
            yield
    finally:
        logger.setLevel(level)
