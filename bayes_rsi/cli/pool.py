"""Forms of the trend weighed together, from what is stored of them.

Invariant: nothing is fitted, so the answer takes a second or two; what is stale is refused with the
command that makes it anew.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import bayes_rsi as rsi
from bayes_rsi.cards import load_pool_card, models_folder
from bayes_rsi.cli.shelf import origin, weighed
from bayes_rsi.files import usable_folder, write_atomically
from bayes_rsi.report.document import as_json
from bayes_rsi.report.forms import pool_text
from bayes_rsi.report.stored import POOL, as_lines, pool_document
from bayes_rsi.report.tables import wrapped

__all__ = ["Request", "run_pool"]

PASSED, GATE_FAILED = 0, 3


@dataclass(frozen=True)
class Request:
    """What the user asks for.

    Parameters
    ----------
    models : pathlib.Path or None
        Folder of the results; None: that of the shipped cards.
    write, json : bool
        Whether to keep the pool there; document instead of text.
    """

    models: Path | None = None
    write: bool = False
    json: bool = False


def run_pool(request: Request) -> int:
    """Pool what is stored, and print it.

    Parameters
    ----------
    request : Request
        What is asked for.

    Returns
    -------
    int
        Exit code: 0, or 3 when a member failed a convergence gate.

    Raises
    ------
    BayesRsiError
        When a result is missing or stale, or the folder cannot be written to.
    """
    folder, card = request.models or models_folder(), load_pool_card()
    if request.write:
        usable_folder(folder, (POOL,), "--models")
    day = rsi.load_card(next(iter(card.members))).as_of
    found, why = weighed(folder, card, origin(day, rsi.load_evidence(as_of=day).digest))
    document = pool_document(found, card)
    print(as_json(document) if request.json else pool_text(found), end="")
    if why:
        print(wrapped(f"Backtests were not used: {why}."), file=sys.stderr)
    if request.write:
        path = write_atomically(folder / POOL, as_lines(document), "--models")
        print(f"{path}: written.", file=sys.stderr)
    return PASSED if all(m.verdict.passed for m in found.members.values()) else GATE_FAILED
