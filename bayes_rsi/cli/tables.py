"""The tables behind a command: the evidence of a forecast, and checks of a user's own.

Invariant: rows that a user adds either count in the fit or end the run with the reason; none is
dropped in silence.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd
import xarray as xr

import bayes_rsi as rsi
from bayes_rsi.errors import EvidenceError, ModelError, Problem
from bayes_rsi.evidence import check, data_folder, panel
from bayes_rsi.evidence.added import files_of, is_whole, labels_of, table_with
from bayes_rsi.evidence.rows import header_of
from bayes_rsi.evidence.rules import keys_as_text
from bayes_rsi.evidence.selection import why_dropped
from bayes_rsi.evidence.tables import SHIPPED
from bayes_rsi.evidence.vintages import KEY
from bayes_rsi.forecasting.events import check_events
from bayes_rsi.model.design import design
from bayes_rsi.units import as_date

__all__ = [
    "Fate",
    "Tables",
    "check_files",
    "evidence_of",
    "notes_of",
]


@dataclass(frozen=True)
class Fate:
    """What became of the scores of one file.

    Parameters
    ----------
    counts : mapping of str to int
        How many are fitted (``""``), and how many are not, by reason.
    beside : tuple of str
        Fitted ones that are no revision of a shipped figure of the same system and series, but
        stand beside it, such as ``"GPT-5 on paperbench"``.
    """

    counts: Mapping[str, int]
    beside: tuple[str, ...] = ()

    def words(self) -> str:
        """Give it as part of a sentence.

        Returns
        -------
        str
            Without a full stop.
        """
        fitted = self.counts.get("", 0)
        parts = [f"{fitted} score{'s' if fitted != 1 else ''} fitted"]
        parts += [f"{count} not: {reason}" for reason, count in self.counts.items() if reason]
        return "; ".join(parts)

    def advice(self) -> str:
        """Say how figures that stand beside others would revise them instead.

        Returns
        -------
        str
            Empty where there are none.
        """
        if not self.beside:
            return ""
        more = f" and {len(self.beside) - 1} more" if len(self.beside) > 1 else ""
        return (
            f" Beside other figures of the same system and series: {self.beside[0]}{more}; a "
            "revision repeats scaffold, effort and reporter, with a vintage of its own."
        )


@dataclass(frozen=True)
class Tables:
    """Evidence of a forecast.

    Parameters
    ----------
    evidence : Evidence
        With the added rows.
    shipped : Evidence or None
        Without them; None where nothing was added, or the card cannot be fitted without.
    added : mapping of pathlib.Path to Fate
        By file.
    why : str
        Why the card cannot be fitted without them; empty where it can.
    """

    evidence: rsi.Evidence
    shipped: rsi.Evidence | None
    added: Mapping[Path, Fate]
    why: str = ""

    def notes(self) -> list[str]:
        """Say of each file what became of its scores.

        Returns
        -------
        list of str
            One or two sentences each; a last one where nobody can say what they moved.
        """
        unmoved = (
            "What your rows move cannot be told, for this card cannot be fitted without them: "
            f"{self.why}"
        )
        return _notes(self.added) + [unmoved] * bool(self.why)


def evidence_of(card: rsi.Card, as_of: str, add: Sequence[Path]) -> Tables:
    """Read the shipped tables and the user's rows.

    Parameters
    ----------
    card : Card
        Chooses what is fitted.
    as_of : str
        ISO date.
    add : sequence of pathlib.Path
        Files of further rows, or folders of them.

    Returns
    -------
    Tables
        Checked and cut.

    Raises
    ------
    EvidenceError
        When a table is wrong, or no row of `add` would count in the fit.
    ModelError
        When a requirement of the card names a series that the tables do not have, or one without a
        parity point or a human baseline, or no requirement of an event is left on that day.
    """
    evidence = rsi.load_evidence(as_of=as_of, add=add)
    seen = _panel(card, evidence)
    check_events(card, seen)
    design(seen, card)  # what it refuses, it refuses before anything is fitted
    if not add:
        return Tables(evidence, None, {})
    added = _told(card, as_of, add)
    shipped = rsi.load_evidence(as_of=as_of)
    try:
        before = _panel(card, shipped)
        check_events(card, before)
    except (EvidenceError, ModelError) as error:  # the card speaks of what only the user has
        return Tables(evidence, None, added, str(error))
    if seen.equals(before):
        _refuse_unfitted(card, added or {file: Fate({}) for file in files_of(add)})
    return Tables(evidence, shipped, added)


def notes_of(card: rsi.Card, as_of: str, add: Sequence[Path]) -> list[str]:
    """Say of each file of further rows what becomes of its scores.

    Parameters
    ----------
    card : Card
        Chooses what is fitted.
    as_of : str
        ISO date.
    add : sequence of pathlib.Path
        Files of further rows, or folders of them.

    Returns
    -------
    list of str
        One or two sentences each.

    Raises
    ------
    EvidenceError
        When a table is wrong.
    """
    return _notes(_told(card, as_of, add))


def check_files(paths: Sequence[Path], quiet: bool = False) -> list[Problem]:
    """Check files of added scores, or folders of tables; the shipped tables where none is given.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        What to check.
    quiet : bool, default False
        Print nothing.

    Returns
    -------
    list of Problem
        Empty when all is well.
    """
    found: list[Problem] = []
    files = files_of(path for path in paths if not is_whole(path))
    # What scores refer to; whether two files of them hold one figure is seen at the end.
    words = [file for file in files if table_with(header_of(file)) != "scores"]
    for path in paths or [data_folder()]:
        problems = check(path, beside=words)
        found += problems
        if quiet:
            continue
        count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
        state = count if problems else "sound"
        print(f"{path if paths else 'shipped tables'}: {state}")
        for problem in problems:
            print(problem, file=sys.stderr)
    if not found and len(files) > 1:
        found = _together(files)
        if found and not quiet:
            print(f"together: {len(found)} problem{'s' if len(found) > 1 else ''}")
            print(*found, sep="\n", file=sys.stderr)
    return found


def _together(files: Sequence[Path]) -> list[Problem]:
    """Find what sound files say against each other, such as one figure twice."""
    try:
        rsi.load_evidence(as_of=date.today(), add=files)
    except EvidenceError as error:
        return list(error.problems)
    return []


def _told(card: rsi.Card, as_of: str, add: Sequence[Path]) -> dict[Path, Fate]:
    """Say of each file which of its scores are fitted, and beside which others."""
    labels = labels_of(files_of(add))
    files = [file for file in labels if table_with(header_of(file)) == "scores"]
    # With what became known later, to be told.
    whole = rsi.load_evidence(as_of=max(as_date(as_of), date.today()), add=add)
    why = why_dropped(replace(whole, as_of=as_date(as_of)), **asdict(card.evidence))
    origin, beside = whole.scores["origin"], _beside(whole.scores, why)
    found = {}
    for file in files:
        mine = origin == labels[file]
        counts = {str(reason): int(n) for reason, n in why[mine].value_counts().items()}
        found[file] = Fate(counts, tuple(beside[mine & (beside != "")]))
    return found


def _beside(scores: pd.DataFrame, why: pd.Series) -> pd.Series:
    """Name the fitted rows of a user's own that stand beside a fitted shipped one; else empty."""
    shipped = scores["origin"] == SHIPPED
    names = scores["system"].astype(str) + " on " + scores["series"].astype(str)
    keys = keys_as_text(scores, KEY)
    revises = keys.isin(keys[shipped])
    beside = names.isin(names[shipped & (why == "")])
    return names.where((why == "") & ~shipped & ~revises & beside, "")


def _notes(added: Mapping[Path, Fate]) -> list[str]:
    return [f"{path}: {fate.words()}.{fate.advice()}" for path, fate in added.items()]


def _panel(card: rsi.Card, evidence: rsi.Evidence) -> xr.Dataset:
    # As `inference.sample.panel_of`, which takes seconds to import.
    return panel(evidence, **asdict(card.evidence))


def _refuse_unfitted(card: rsi.Card, added: Mapping[Path, Fate]) -> None:
    expected = f"at least one score that card '{card.name}' fits"
    hint = "Give a later day with --as-of where that is why; data/README.md has the other rules."
    raise EvidenceError(
        [Problem(str(p), None, None, fate.words(), expected, hint) for p, fate in added.items()]
    )
