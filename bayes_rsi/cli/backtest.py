"""The backtest as a command: which days, where it runs, what it prints.

Invariant: card, days, folder and workers are checked before anything is computed; a run that was
killed, or that is given more days, does only what is missing.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

import bayes_rsi as rsi
from bayes_rsi.checks.backtest import (
    ORIGINS,
    TEST_ORIGINS,
    Answer,
    Job,
    backtest,
    origin_of,
)
from bayes_rsi.checks.court.ledger import Ledger
from bayes_rsi.checks.court.resolved import event_scores, events_reliability
from bayes_rsi.checks.court.summary import against, bars, calibration, scored
from bayes_rsi.checks.court.targets import outcomes
from bayes_rsi.checks.executor import Executor, cluster, local
from bayes_rsi.cli.posteriors import MODELS
from bayes_rsi.cli.progress import progress
from bayes_rsi.errors import EvidenceError, Problem
from bayes_rsi.report.tables import SHORT, framed, wrapped
from bayes_rsi.units import as_date

__all__ = ["Request", "run_backtest"]


_COLUMNS = (
    "crps: in doublings or logits; points: that of shares, in the share itself; log: log score; "
    "is_80 and width: interval score and width of the 80% interval; in_50 to in_90: share of the "
    "outcomes inside; pit: its mean."
)


@dataclass(frozen=True)
class Request:
    """What the user asks for.

    Parameters
    ----------
    card : str
        Name or path.
    origins : tuple of str
        ISO dates; empty: `ORIGINS`.
    workers : int
        Local processes.
    cluster : str or None
        Address of a Dask scheduler, instead of local processes.
    out : pathlib.Path or None
        Folder; None: that of the card below `MODELS`.
    seed : int
        Seed.
    quiet : bool
        No progress.
    """

    card: str
    origins: tuple[str, ...] = ()
    workers: int = 1
    cluster: str | None = None
    out: Path | None = None
    seed: int = 1
    quiet: bool = False


def run_backtest(request: Request) -> int:
    """Do what is missing of a backtest and print what it says.

    Parameters
    ----------
    request : Request
        What is asked for.

    Returns
    -------
    int
        Exit code 0: losing is no error.

    Raises
    ------
    BayesRsiError
        When the input, the folder or the workers are wrong; nothing has been computed then.
    """
    card, evidence = rsi.load_card(request.card), rsi.load_evidence()
    days = _days(request.origins or ORIGINS, evidence)
    ledger = Ledger(request.out or MODELS / card.name, origin_of(card, evidence, request.seed))
    ledger.open()
    # The longest first, so that workers end together: fits, and of those the ones with most scores.
    jobs = [
        Job(request.card, day, baselines, request.seed)
        for baselines in (False, True)
        for day in reversed(days)
    ]
    _work(request, ledger, jobs, card)
    print(report(ledger, card.name), end="")
    return 0


def _days(wanted: Sequence[str], evidence: rsi.Evidence) -> list[str]:
    days = []
    for text in wanted:
        try:
            day = as_date(text)
        except ValueError:
            raise _refused(text, "an ISO date such as 2025-12-31") from None
        if day >= evidence.as_of:
            raise _refused(text, f"a day before {evidence.as_of}, where the evidence ends")
        days.append(day.isoformat())
    return sorted(set(days))


def _refused(got: str, expected: str) -> EvidenceError:
    return EvidenceError([Problem("--origins", None, None, got, expected)])


def _work(request: Request, ledger: Ledger, jobs: list[Job], card: rsi.Card) -> None:
    with _executor(request) as execute, progress(sys.stderr, quiet=request.quiet) as tell:
        before = len(ledger.finished())
        stage = f"forecasting from {len({job.origin for job in jobs})} days"
        tell(stage, before / max(len(jobs), before))
        for done, (job, answer) in enumerate(backtest(ledger, jobs, card, execute), 1):
            tell(stage, min((before + done) / len(jobs), 1.0))
            if not request.quiet:
                print(_line(job, answer), file=sys.stderr, flush=True)


def _executor(request: Request) -> AbstractContextManager[Executor]:
    return cluster(request.cluster) if request.cluster else local(request.workers)


def _line(job: Job, answer: Answer) -> str:
    if answer.note is None:
        return f"{job.origin}: baselines, {len(answer.asked)} questions"
    seconds = sum(answer.note["seconds"].values())
    failed = "" if answer.note["passed"] else f" {answer.note['verdict']}"
    return f"{job.origin}: {answer.note['n_scores']} scores fitted in {seconds:.0f} s.{failed}"


def report(ledger: Ledger, card: str) -> str:
    """Write what a backtest says.

    Parameters
    ----------
    ledger : Ledger
        Its files.
    card : str
        Name of the card.

    Returns
    -------
    str
        Tables; empty sections are left out.
    """
    table, asked = ledger.table(), ledger.targets()
    scores = scored(table, asked)
    if not len(scores):
        return "Nothing was asked: no figure became known after these days.\n"
    parts = [
        _heading(asked, scores, card),
        _verdicts(ledger),
        _scores("All forecasters, on what each answered", calibration(scores)),
        wrapped(_COLUMNS),
        *_calibrations(scores, card),
        *_comparisons(scores, card),
        _bars(scores, card),
        _events(table, card),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _heading(asked: pd.DataFrame, scores: pd.DataFrame, card: str) -> str:
    count = outcomes(asked)
    answered = int((scores["model"] == card).sum())
    return (
        f"Backtest of card '{card}' from {asked['origin'].nunique()} days: {count['pairs']:,} "
        f"pairs of day and question, {answered:,} of them answered.\nBehind them stand at most "
        f"{count['figures']:,} independent outcomes (figures of {count['systems']} systems on "
        f"{count['series']} series)."
    )


def _verdicts(ledger: Ledger) -> str:
    fits = ledger.record().get("fits", {})
    failed = [f"{day}: {fit['verdict']}" for day, fit in fits.items() if not fit["passed"]]
    return "\n".join(map(wrapped, failed))


def _scores(title: str, table: pd.DataFrame) -> str:
    return f"{title}\n{framed(table.rename(columns=SHORT), gap=1)}"


def _calibrations(scores: pd.DataFrame, card: str) -> list[str]:
    mine = scores[scores["model"] == card]
    if not len(mine):
        return []
    return [
        _scores(f"Card '{card}' by {title}", calibration(mine, by).droplevel("model"))
        for title, by in (
            ("kind of question and of series", ["kind", "metric"]),
            ("months ahead", ["months"]),
            ("day", ["origin"]),
            ("domain", ["domain"]),
            ("series", ["series"]),
        )
    ]


def _comparisons(scores: pd.DataFrame, card: str) -> list[str]:
    parts = []
    for title, by in (
        ("all questions", []),
        ("by kind of question and of series", ["kind", "metric"]),
        ("by months ahead", ["months"]),
        ("by domain", ["domain"]),
        ("by day", ["origin"]),
    ):
        found = against(scores, card, by)
        if len(found):
            columns = ["pairs", "blocks", "ours", "theirs", "ratio", "ratio_low", "ratio_high"]
            head = f"CRPS of card '{card}' against each baseline where both answered, {title}"
            note = "(ratio below 1: the card was better; 90% intervals, bootstrap by system)"
            parts.append(f"{head}\n{note}\n" + framed(found[columns]))
    return parts


def _bars(scores: pd.DataFrame, card: str) -> str:
    found = bars(scores, card, TEST_ORIGINS)
    told = found["bar"].str.replace("CRPS over the best baseline's", "CRPS ratio")
    passed = found["passed"].map({True: "yes", False: "NO"})
    return "Bars (CRPS ratio: over the best baseline's)\n" + framed(
        found.assign(bar=told, passed=passed)
    )


def _events(table: pd.DataFrame, card: str) -> str:
    found = event_scores(table)
    if not len(found):
        return ""
    text = "Events that have resolved\n" + framed(found)
    if card in found.index:
        shown = events_reliability(table, card).to_dataframe().reset_index()
        shown = shown[shown["count"] > 0].set_index("bin")
        text += f"\n\nReliability of card '{card}'\n" + framed(shown)
    return text
