"""The backtest: forecasts from earlier days, each with what was known then, against what came.

Invariant: a job sees the evidence through `cut` at its day and nothing else but the questions; its
numbers depend on card, evidence, day and seed, not on where, when or beside what it ran.

For each day two jobs: the card (fit, continue, answer) and the baselines (`BASELINES`, on the same
panel). Results go to a `Ledger` as they end, so a run that was killed goes on where it was.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

import pandas as pd

from bayes_rsi.cards import Card, load_card
from bayes_rsi.checks.court.answers import DRAWS, answers
from bayes_rsi.checks.court.baselines.registry import BASELINES
from bayes_rsi.checks.court.events import event_targets, silent
from bayes_rsi.checks.court.ledger import Ledger
from bayes_rsi.checks.court.ours import predictions
from bayes_rsi.checks.court.past import past_of
from bayes_rsi.checks.court.targets import TEST_ORIGINS, targets
from bayes_rsi.checks.executor import Executor
from bayes_rsi.evidence import Evidence, cut, load_evidence, panel
from bayes_rsi.forecasting.dice import dice
from bayes_rsi.inference.sample import fit

__all__ = [
    "BASELINE_JOB",
    "ORIGINS",
    "TEST_ORIGINS",
    "Answer",
    "Job",
    "backtest",
    "origin_of",
    "run",
]

#: Days from which is forecast: ends of quarters.
ORIGINS = (
    "2024-06-30",
    "2024-09-30",
    "2024-12-31",
    "2025-03-31",
    "2025-06-30",
    "2025-09-30",
    "2025-12-31",
    "2026-03-31",
)
#: Name of the job of all baselines; that of the card is its own name.
BASELINE_JOB = "baselines"


@dataclass(frozen=True)
class Job:
    """One day and one side of the court.

    Parameters
    ----------
    card : str
        Name or path of the card.
    origin : str
        The day, ISO.
    baselines : bool
        Whether the baselines answer, or the card.
    seed : int
        Seed of everything random.
    draws : int
        Size of the predictive samples.
    folder : str or None
        Tables; None: the shipped ones.
    """

    card: str
    origin: str
    baselines: bool
    seed: int = 1
    draws: int = DRAWS
    folder: str | None = None


@dataclass(frozen=True, eq=False)
class Answer:
    """What a job found.

    Parameters
    ----------
    rows : pandas.DataFrame
        With `answers.COLUMNS`.
    asked : pandas.DataFrame
        Questions of the day.
    note : dict or None
        Of a fit: ``passed``, ``verdict``, ``n_scores`` and ``seconds`` by step.
    """

    rows: pd.DataFrame
    asked: pd.DataFrame
    note: dict[str, Any] | None


def run(job: Job) -> Answer:
    """Do one job.

    Parameters
    ----------
    job : Job
        The job.

    Returns
    -------
    Answer
        What its forecasters said.
    """
    card, evidence = load_card(job.card), load_evidence(folder=job.folder)
    asked = targets(evidence, card, job.origin)
    events = event_targets(evidence, card, job.origin)
    asked = pd.concat([asked, silent(asked, events)]).sort_values("target", ignore_index=True)
    seen = cut(evidence, job.origin)
    if job.baselines:
        return _simple(card, seen, asked, events, job)
    return _modelled(card, seen, asked, events, job)


def _simple(
    card: Card, seen: Evidence, asked: pd.DataFrame, events: pd.DataFrame, job: Job
) -> Answer:
    # Lines through a series go through all of it, as its publisher draws them.
    past = past_of(panel(seen, **asdict(card.evidence), carried_over=True))
    rows = [
        answers(name, forecaster(past, asked, job.draws, job.seed), asked, events)
        for name, forecaster in BASELINES.items()
    ]
    return Answer(pd.concat([part for part in rows if len(part)]), asked, None)


def _modelled(
    card: Card, seen: Evidence, asked: pd.DataFrame, events: pd.DataFrame, job: Job
) -> Answer:
    seed = int(dice(job.seed, f"backtest {job.origin}").integers(2**31))
    # One core a job: several jobs share a machine without getting in each other's way.
    fitted = fit(card, seen, seed=seed, cores=1, predictive=False)
    begun = time.perf_counter()
    rows = answers(card.name, predictions(fitted, asked, job.draws, seed), asked, events)
    seconds = dict(fitted.timings) | {"answering": time.perf_counter() - begun}
    note = {
        "passed": fitted.verdict.passed,
        "verdict": fitted.verdict.sentence(),
        "n_scores": fitted.tag.n_scores,
        "seconds": {name: round(value, 1) for name, value in seconds.items()},
    }
    return Answer(rows, asked, note)


def origin_of(card: Card, evidence: Evidence, seed: int = 1, draws: int = DRAWS) -> dict[str, Any]:
    """Say what a backtest comes from.

    Parameters
    ----------
    card : Card
        The card.
    evidence : Evidence
        All of it.
    seed, draws : int
        Seed, and size of the predictive samples.

    Returns
    -------
    dict
        Plain types, for a `Ledger`.
    """
    return {
        "card": card.name,
        "card_digest": card.digest,
        "data_digest": evidence.digest,
        "evidence_until": evidence.as_of.isoformat(),
        "package_version": version("bayes-rsi"),
        "seed": seed,
        "draws": draws,
    }


def backtest(
    ledger: Ledger, jobs: Sequence[Job], card: Card, execute: Executor
) -> Iterator[tuple[Job, Answer]]:
    """Do the jobs that a ledger does not hold yet, and put down each as it ends.

    Parameters
    ----------
    ledger : Ledger
        Opened.
    jobs : sequence of Job
        All of the backtest.
    card : Card
        That of the jobs.
    execute : Executor
        Where they run.

    Yields
    ------
    tuple
        Job and answer, after it was put down.
    """
    done = ledger.finished()
    left = [job for job in jobs if (job.origin, _name(job, card)) not in done]
    for job, answer in execute(run, left):
        ledger.add(job.origin, _name(job, card), answer.rows, answer.asked, answer.note)
        yield job, answer


def _name(job: Job, card: Card) -> str:
    return BASELINE_JOB if job.baselines else card.name
