"""From a stored forecast and further scores to what they move, printed.

Invariant: the stored forecast stays as it is; a refit goes to a folder of its own.
"""

from __future__ import annotations

import sys
from pathlib import Path

import bayes_rsi as rsi
from bayes_rsi.cli.posteriors import POSTERIOR
from bayes_rsi.cli.progress import progress
from bayes_rsi.cli.saying import said
from bayes_rsi.cli.stored import Stored, recalled
from bayes_rsi.cli.tables import notes_of
from bayes_rsi.files import usable_folder
from bayes_rsi.report.verbs import updated_text
from bayes_rsi.updating.known import known_by

__all__ = ["answer_update"]

#: Folder of a refit with new scores.
UPDATED = "updated"


def answer_update(
    stored: Stored,
    files: tuple[Path, ...],
    until: str | None,
    refit: bool,
    event: str,
    day: str,
) -> int:
    """Answer `bayes-rsi update`.

    Parameters
    ----------
    stored : Stored
        Which forecast.
    files : tuple of pathlib.Path
        Further scores.
    until : str or None
        ISO date by which they are known.
    refit : bool
        Whether to fit again where needed.
    event, day : str
        Whose probability the rows' shares are of.

    Returns
    -------
    int
        Exit code.
    """
    usable_folder(stored.out / UPDATED, (POSTERIOR,))
    rows, fit = [*stored.add, *files], recalled(stored)
    last = f"{known_by(fit, rows, until)}"
    for note in notes_of(fit.card, last, rows):
        print(note, file=sys.stderr)
    with progress(sys.stderr) as tell:
        if files:
            found = rsi.update(fit, rows, last, refit, event, day, tell)
        else:
            waited = rsi.load_evidence(as_of=last, add=rows)
            found = rsi.update(fit, waited, None, refit, event, day, tell)
    if found.refitted:
        rsi.save_fit(found.fit, stored.out / UPDATED)
    return said(stored, "update", found, found.after, updated_text)
