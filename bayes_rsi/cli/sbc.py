"""Simulation-based calibration as a command: what is run, what is printed and written.

Invariant: folder and workers are checked before anything is computed; a run that was killed does
only what is missing; the page and its figure are written by this command alone.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

from bayes_rsi.checks.executor import local
from bayes_rsi.checks.sbc.ledger import Ledger
from bayes_rsi.checks.sbc.page import Finding, figure, page, passed, summary
from bayes_rsi.checks.sbc.simulations import panel, sbc
from bayes_rsi.checks.sbc.variants import RIGHT, VARIANTS, reduced_card
from bayes_rsi.cli.progress import progress
from bayes_rsi.errors import ModelError, did_you_mean
from bayes_rsi.files import usable_folder, write_atomically

__all__ = ["Request", "run_sbc"]

#: What the page and its figure are called.
PAGE, FIGURE = "sbc.md", "sbc.svg"


@dataclass(frozen=True)
class Request:
    """What the user asks for.

    Parameters
    ----------
    variants : tuple of str
        Names of models; empty: all.
    simulations : int
        Number of simulations of each.
    seeds : tuple of int
        Seeds of the runs of the right model; wrong ones run with the first.
    workers : int
        Local processes, one core each.
    out : pathlib.Path
        Folder of the results.
    docs : pathlib.Path or None
        Folder of the page and the figure; None: they are not written.
    quiet : bool
        No progress.
    """

    variants: tuple[str, ...] = ()
    simulations: int = 200
    seeds: tuple[int, ...] = (1,)
    workers: int = 1
    out: Path = Path("out/sbc")
    docs: Path | None = None
    quiet: bool = False


def run_sbc(request: Request) -> int:
    """Do what is missing, print the verdict, and write page and figure where asked for.

    Parameters
    ----------
    request : Request
        What is asked for.

    Returns
    -------
    int
        0 when the right model passed and the wrong ones were found out, else 1.

    Raises
    ------
    BayesRsiError
        When folder, names or workers are wrong; nothing has been computed then.
    """
    names = request.variants or tuple(VARIANTS)
    for name in names:
        if name not in VARIANTS:
            raise ModelError(
                f"got model '{name}', expected one of {', '.join(VARIANTS)}. "
                f"{did_you_mean(name, VARIANTS)}"
            )
    runs = [
        (name, seed)
        for name in names
        for seed in (request.seeds if name == RIGHT else request.seeds[:1])
    ]
    ledgers = {run: _ledger(request.out, *run) for run in runs}
    for ledger in ledgers.values():
        ledger.open()
    if request.docs is not None:
        usable_folder(request.docs, [PAGE, FIGURE])
    for (name, seed), ledger in ledgers.items():
        _work(request, name, seed, ledger)
    findings = [Finding.of(*run, ledger) for run, ledger in ledgers.items()]
    print(summary(findings), end="")
    if request.docs is not None:
        write_atomically(request.docs / FIGURE, figure(findings))
        write_atomically(request.docs / PAGE, page(findings, reduced_card(), panel(), date.today()))
    return 0 if passed(findings) else 1


def _ledger(folder: Path, variant: str, seed: int) -> Ledger:
    origin = {
        "variant": variant,
        "seed": seed,
        "card_digest": reduced_card().digest,
        "data_digest": panel().attrs["data_digest"],
        "package_version": version("bayes-rsi"),
    }
    return Ledger(folder / f"{variant}-seed{seed}.json", origin)


def _work(request: Request, name: str, seed: int, ledger: Ledger) -> None:
    stage = f"{VARIANTS[name].title}, seed {seed}, {request.simulations} simulations"
    with (
        local(request.workers) as execute,
        progress(sys.stderr, quiet=request.quiet) as tell,
    ):
        tell(stage, None)
        for done in sbc(name, request.simulations, seed, ledger, execute):
            tell(stage, done / request.simulations)
