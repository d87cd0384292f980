"""One simulation: a world from the prior, the posterior of a variant, the places of the truth.

Invariant: a result depends on design, card, variant, seed and number of the simulation, not on the
process that found it; a variant is compiled once for each process.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import xarray as xr

from bayes_rsi import names
from bayes_rsi.cards import Card
from bayes_rsi.checks.executor import Executor
from bayes_rsi.checks.sbc.ledger import Ledger
from bayes_rsi.checks.sbc.quantities import CHANCE, chances, scalars
from bayes_rsi.checks.sbc.ranks import place, smallest_ess, thinned
from bayes_rsi.checks.sbc.variants import DESIGN, VARIANTS, reduced_card
from bayes_rsi.evidence import load_evidence
from bayes_rsi.inference.again import Opened, Worlds, opened, simulated
from bayes_rsi.inference.sample import panel_of
from bayes_rsi.model.build import build

__all__ = ["LIKELIHOOD", "Job", "jobs", "panel", "run", "sbc"]

LIKELIHOOD = "log likelihood"
#: Draws kept of a posterior: at most and at least. Fewer effective draws than `FEW` are sampled
#: again, so many times longer.
MOST, LEAST, FEW, LONGER = 150, 20, 75, 4


@dataclass(frozen=True, eq=False)
class Job:
    """One simulation under one variant.

    Parameters
    ----------
    variant : str
        Name in `VARIANTS`.
    number : int
        Number of the simulation.
    seed : int
        Seed of the whole run.
    truth : xarray.Dataset
        The draw behind the scores (chain, draw, ...), one of each.
    scores : dict of str to numpy.ndarray
        Observed variable to values.
    """

    variant: str
    number: int
    seed: int
    truth: xr.Dataset
    scores: dict[str, np.ndarray]


@cache
def panel() -> xr.Dataset:
    """Read the reduced design.

    Returns
    -------
    xarray.Dataset
        As `bayes_rsi.evidence.panel` gives it.
    """
    card = reduced_card()
    return panel_of(card, load_evidence(card.as_of, DESIGN))


@cache
def _compiled(variant: str) -> tuple[Opened, Card]:
    chosen = VARIANTS[variant]
    card = chosen.card(reduced_card())
    with chosen.built():
        return opened(build(panel(), card), panel(), card), card


def jobs(variant: str, worlds: Worlds, seed: int, done: set[int]) -> list[Job]:
    """Give the simulations that are still to be done.

    Parameters
    ----------
    variant : str
        Name in `VARIANTS`.
    worlds : Worlds
        From the right model.
    seed : int
        Seed of the run.
    done : set of int
        Numbers of the simulations that are done.

    Returns
    -------
    list of Job
        In the order of their numbers.
    """
    left = [i for i in range(worlds.parameters.sizes[names.DRAW]) if i not in done]
    return [
        Job(variant, i, seed, worlds.parameters.isel({names.DRAW: [i]}), worlds.scores_of(i))
        for i in left
    ]


def sbc(variant: str, count: int, seed: int, ledger: Ledger, execute: Executor) -> Iterator[int]:
    """Do what is missing of so many simulations of a variant.

    Parameters
    ----------
    variant : str
        Name in `VARIANTS`.
    count : int
        Number of simulations in all.
    seed : int
        Seed of everything random.
    ledger : Ledger
        Where results are kept as they come.
    execute : callable
        Where the work runs.

    Yields
    ------
    int
        How many are done, of `count`.
    """
    done = {number for number in ledger.numbers() if number < count}
    yield len(done)
    if len(done) >= count:
        return
    worlds = simulated(panel(), reduced_card(), count, seed)
    for position, (job, result) in enumerate(execute(run, jobs(variant, worlds, seed, done)), 1):
        ledger.add(job.number, result)
        yield len(done) + position


def run(job: Job) -> dict[str, Any]:
    """Do one simulation.

    Parameters
    ----------
    job : Job
        Variant, world and seed.

    Returns
    -------
    dict
        ``places`` (quantity to place of the truth), ``kept`` (draws behind them), ``ess`` (smallest
        bulk effective sample size), ``divergences`` and ``seconds``.
    """
    begun = time.perf_counter()
    model, card = _compiled(job.variant)
    rng = np.random.default_rng([job.seed, job.number])
    tree, effective = _sampled(model, card, job, rng)
    posterior = tree["posterior"].to_dataset()
    sizes = (posterior.sizes[names.CHAIN], posterior.sizes[names.DRAW])
    kept = posterior.isel({names.DRAW: thinned(sizes, effective, MOST, LEAST)})
    found = _told(kept, model, card, job)
    truth = _told(job.truth, model, card, job)
    return {
        "places": {
            str(name): place(float(truth[name].item()), values.values, rng.random())
            for name, values in found.items()
            if name in truth
        },
        "kept": kept.sizes[names.CHAIN] * kept.sizes[names.DRAW],
        "ess": effective,
        "divergences": int(tree["sample_stats"]["diverging"].sum()),
        "seconds": time.perf_counter() - begun,
    }


def _sampled(
    model: Opened, card: Card, job: Job, rng: np.random.Generator
) -> tuple[xr.DataTree, float]:
    """Sample, and once more and longer where the chains mixed slowly."""
    settings = card.sampling
    longer = replace(settings, draws=LONGER * settings.draws, tune=2 * settings.tune)
    for chosen in (settings, longer):
        tree = model.sample(job.scores, chosen, int(rng.integers(2**31)))
        effective = smallest_ess(scalars(tree["posterior"].to_dataset(), card))
        if effective >= FEW:
            break
    return tree, effective


def _told(draws: xr.Dataset, model: Opened, card: Card, job: Job) -> xr.Dataset:
    """Give all quantities of some draws."""
    found = scalars(draws, card).assign(
        {CHANCE: ((names.CHAIN, names.DRAW), chances(draws, panel(), card))}
    )
    if VARIANTS[job.variant].told_by:  # a wrong model's parameters may mean something else
        return found
    likelihood = model.log_likelihood(draws, job.scores)
    return found.assign({LIKELIHOOD: ((names.CHAIN, names.DRAW), likelihood)})
