"""How soon a known acceleration is seen, and how often one is seen that is not there.

Invariant: what is asked of a posterior is a number of it, with nothing known of the world; the
worlds are those of `bayes_rsi.checks.worlds`, which knows nothing of the model.

In some worlds the growth of the frontier doubled some months before the as-of date, in others it
was the same for all time. A posterior sees an acceleration when

    P(growth at the as-of date > FACTOR * growth EARLIER years before | scores) > SURE

All worlds have the same systems, measured on the same series, with other figures: one compilation
serves them all.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import arviz as az
import numpy as np
import xarray as xr

from bayes_rsi import names
from bayes_rsi.cards import Card, load_card
from bayes_rsi.checks.executor import Executor
from bayes_rsi.checks.rows import Rows
from bayes_rsi.checks.worlds import AS_OF, FIRST_GROWTH, Size, simulate, write
from bayes_rsi.evidence import load_evidence
from bayes_rsi.inference.again import Opened, opened
from bayes_rsi.inference.sample import panel_of
from bayes_rsi.model.build import build
from bayes_rsi.units import year_of_date

__all__ = [
    "COLUMNS",
    "KEY",
    "MONTHS",
    "SURE",
    "Job",
    "growth_path",
    "light",
    "origin_of",
    "probability",
    "run",
    "watch",
]

#: Months from the doubling of growth to the as-of date; 0: it never doubled.
MONTHS = (0, 3, 6, 9, 12)
TIMES = 2.0
#: Growth is compared with that of before any of the doublings. A fifth faster is less than what has
#: been published (METR's doubling time went from 196 to 131 days, by half) and more than what
#: nobody would call an acceleration.
EARLIER, FACTOR = 1.5, 1.2
#: How sure a posterior must be to count as having seen it: nine to one.
SURE = 0.9
#: The shipped world, with shares that touch neither 0 nor 1: censoring stays the same in all.
SIZE, PLAN = Size(edge=0.0005), 9
CHAINS, DRAWS, TUNE = 2, 400, 400
#: Columns of the table.
COLUMNS = ("months", "world", "probability", "ratio", "r_hat", "seconds")
KEY = ("months", "world")


@dataclass(frozen=True)
class Job:
    """One world.

    Parameters
    ----------
    months : int
        Since its growth doubled; 0: it never did.
    world : int
        Seed of its figures and of the sampler.
    card : str
        Name or path of the card.
    """

    months: int
    world: int
    card: str = "baseline"


def growth_path(months: int, years: np.ndarray) -> np.ndarray:
    """Give the growth of a world.

    Parameters
    ----------
    months : int
        From its doubling to the as-of date; 0: it never doubled.
    years : numpy.ndarray
        Decimal years, any shape.

    Returns
    -------
    numpy.ndarray
        Doublings per year, same shape.

    Examples
    --------
    >>> growth_path(6, np.array([2025.9, 2026.1]))
    array([1.7, 3.4])
    """
    doubled = years > float(year_of_date(AS_OF)) - months / 12
    return FIRST_GROWTH * np.where(doubled & (months > 0), TIMES, 1.0)


def light(card: Card) -> Card:
    """Give a card for synthetic worlds: the same model with fewer draws, all series.

    Parameters
    ----------
    card : Card
        Which model.

    Returns
    -------
    Card
        Its ``exclude`` names series of the real tables, so it goes.
    """
    return replace(
        card,
        evidence=replace(card.evidence, exclude=()),
        sampling=replace(card.sampling, chains=CHAINS, draws=DRAWS, tune=TUNE),
    )


def probability(posterior: xr.Dataset) -> tuple[float, float]:
    """Ask a posterior whether growth is faster than it was.

    Parameters
    ----------
    posterior : xarray.Dataset
        ``frontier`` (chain, draw, date) and ``growth`` (chain, draw), in doublings.

    Returns
    -------
    tuple of float
        P(growth now > `FACTOR` * growth `EARLIER` years before), and the median of their ratio.
    """
    frontier = posterior[names.FRONTIER].transpose(names.CHAIN, names.DRAW, names.DATE)
    years = year_of_date(frontier[names.DATE].values)
    # The interval between knots that ends then.
    end = int(np.argmin(np.abs(years - (years[-1] - EARLIER))))
    rate = (frontier[..., end] - frontier[..., end - 1]).values / (years[end] - years[end - 1])
    ratio = posterior[names.GROWTH].transpose(names.CHAIN, names.DRAW).values / rate
    return float(np.mean(ratio > FACTOR)), float(np.median(ratio))


def run(job: Job) -> dict[str, Any]:
    """Fit a world and ask the posterior.

    Parameters
    ----------
    job : Job
        The job.

    Returns
    -------
    dict
        A row with `COLUMNS`; ``r_hat`` is that of the growth now.
    """
    model, begun = _compiled(job.card), time.perf_counter()
    card = light(load_card(job.card))
    scores = _scores(_panel(job, card), card)
    posterior = model.sample(scores, card.sampling, job.world)["posterior"].to_dataset()
    found, ratio = probability(posterior)
    growth = posterior[names.GROWTH].transpose(names.CHAIN, names.DRAW).values
    return {
        "months": job.months,
        "world": job.world,
        "probability": found,
        "ratio": ratio,
        "r_hat": float(az.rhat(growth)),
        "seconds": round(time.perf_counter() - begun, 1),
    }


@cache
def _compiled(name: str) -> Opened:
    """Compile the model of the plan, once in each process."""
    card = light(load_card(name))
    panel = _panel(Job(0, PLAN), card)
    return opened(build(panel, card), panel, card)


def _panel(job: Job, card: Card) -> xr.Dataset:
    world = simulate(job.world, partial(growth_path, job.months), SIZE, PLAN)
    with tempfile.TemporaryDirectory() as folder:
        write(world, Path(folder))
        return panel_of(card, load_evidence(AS_OF, folder))


def _scores(panel: xr.Dataset, card: Card) -> dict[str, np.ndarray]:
    """Give the scores of a panel as the model observes them."""
    model = build(panel, card)
    return {rv.name: model.rvs_to_values[rv].data for rv in model.observed_RVs}


def origin_of(card: Card) -> dict[str, Any]:
    """Say what a table comes from.

    Parameters
    ----------
    card : Card
        Before it was made light.

    Returns
    -------
    dict
        Plain types.
    """
    return {
        "card": card.name,
        "card_digest": light(card).digest,
        "package_version": version("bayes-rsi"),
        "plan": PLAN,
        "times": TIMES,
        "asked": [EARLIER, FACTOR],
    }


def watch(rows: Rows, wanted: Sequence[Job], execute: Executor) -> Iterator[Mapping[str, Any]]:
    """Do the jobs that a table does not hold yet, and put down each as it ends.

    Parameters
    ----------
    rows : Rows
        Opened.
    wanted : sequence of Job
        All jobs.
    execute : Executor
        Where they run.

    Yields
    ------
    mapping
        A row, after it was put down.
    """
    done = rows.done()
    left = [job for job in wanted if (f"{job.months}", f"{job.world}") not in done]
    for _, row in execute(run, left):
        rows.add(row)
        yield row
