"""The tables behind a command: the evidence of a forecast, and `bayes-rsi data`.

Invariant: rows that a user adds either count in the fit or end the run with the reason; none is
dropped in silence.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import xarray as xr

import bayes_rsi as rsi
from bayes_rsi.errors import EvidenceError, Problem
from bayes_rsi.evidence import check, data_folder, panel
from bayes_rsi.evidence.added import files_of, is_whole, labels_of, table_with
from bayes_rsi.evidence.rows import header_of
from bayes_rsi.forecasting.events import check_events
from bayes_rsi.report.tables import aligned

__all__ = ["Tables", "check_files", "evidence_of", "list_series"]


@dataclass(frozen=True)
class Tables:
    """Evidence of a forecast.

    Parameters
    ----------
    evidence : Evidence
        With the added rows.
    shipped : Evidence or None
        Without them; None where nothing was added.
    added : mapping of pathlib.Path to int
        Number of added scores known by the as-of date, by file.
    """

    evidence: rsi.Evidence
    shipped: rsi.Evidence | None
    added: Mapping[Path, int]


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
        When an event of the card needs a series that is not fitted.
    """
    shipped = rsi.load_evidence(as_of=as_of)
    seen = _panel(card, shipped)
    check_events(card, seen)
    if not add:
        return Tables(shipped, None, {})
    evidence = rsi.load_evidence(as_of=as_of, add=add)
    counts = evidence.scores["origin"].value_counts().to_dict()
    labels = labels_of(files_of(add))
    scores = [file for file in labels if table_with(header_of(file)) == "scores"]
    added = {file: int(counts.get(labels[file], 0)) for file in scores}
    _refuse_late(added, as_of)
    if _panel(card, evidence).equals(seen):
        _refuse_unfitted(card, add)
    return Tables(evidence, shipped, added)


def check_files(paths: Sequence[Path]) -> list[Problem]:
    """Check files of added scores, or folders of tables; the shipped tables where none is given.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        What to check.

    Returns
    -------
    list of Problem
        Empty when all is well.
    """
    found: list[Problem] = []
    files = files_of(path for path in paths if not is_whole(path))
    # What scores refer to; whether two files of them hold one figure is seen when both are added.
    words = [file for file in files if table_with(header_of(file)) != "scores"]
    for path in paths or [data_folder()]:
        problems = check(path, beside=words)
        found += problems
        count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
        state = count if problems else "sound"
        print(f"{path if paths else 'shipped tables'}: {state}")
        for problem in problems:
            print(problem, file=sys.stderr)
    return found


def list_series() -> str:
    """List the series of the shipped tables.

    Returns
    -------
    str
        One line each: name, kind, role, number of scores and of systems, first and last day.
    """
    evidence = rsi.load_evidence()
    counted = evidence.scores[evidence.scores["excluded"] == ""].groupby("series")
    found = counted.agg(
        n=("value", "size"),
        systems=("system", "nunique"),
        first=("known_on", "min"),
        last=("known_on", "max"),
    )
    rows = [["series", "kind", "role", "scores", "systems", "first", "last"]]
    for _, series in evidence.series.sort_values("series").iterrows():
        if series["series"] in found.index:
            row = found.loc[series["series"]]
            days = [f"{row[end]:%Y-%m-%d}" for end in ("first", "last")]
            counts = [f"{row['n']}", f"{row['systems']}"]
            rows.append([series["series"], series["kind"], series["role"], *counts, *days])
    return aligned(rows) + "\n"


def _refuse_late(added: Mapping[Path, int], as_of: str) -> None:
    expected, hint = f"at least one score known by {as_of}", "Give a later day with --as-of."
    late = [path for path, count in added.items() if count == 0]
    if late:
        raise EvidenceError(
            [Problem(str(p), None, "known_on", "only later days", expected, hint) for p in late]
        )


def _panel(card: rsi.Card, evidence: rsi.Evidence) -> xr.Dataset:
    # As `inference.sample.panel_of`, which takes seconds to import.
    return panel(evidence, **asdict(card.evidence))


def _refuse_unfitted(card: rsi.Card, add: Sequence[Path]) -> None:
    expected, got = f"at least one score that card '{card.name}' fits", "scores that change nothing"
    hint = "`bayes-rsi data list` has kinds and roles of series; data/README.md the rules."
    raise EvidenceError([Problem(str(path), None, None, got, expected, hint) for path in add])
