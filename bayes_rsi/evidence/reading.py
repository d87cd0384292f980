"""One table, a folder of tables, or a file of added scores: read, typed and checked.

Invariant: checks run in one order, from the cell to the row, the key and the other tables, and
every finding is collected; nothing is raised and nothing is repaired here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from bayes_rsi.errors import Problem
from bayes_rsi.evidence.cells import problems_at, typed
from bayes_rsi.evidence.rows import read_rows
from bayes_rsi.evidence.rules import repeated_keys, table_problems, unknown_words
from bayes_rsi.evidence.schema import TABLES
from bayes_rsi.evidence.score_rules import score_problems

__all__ = ["Read", "read_added", "read_folder", "read_table"]


@dataclass(frozen=True)
class Read:
    """Typed tables of a folder, indexed by row number, and what is wrong with them.

    Parameters
    ----------
    tables : dict of str to pandas.DataFrame
        By name of `schema.TABLES`; a table that could not be read at all is not in it.
    problems : list of Problem
        Empty when all is well.
    """

    tables: dict[str, pd.DataFrame]
    problems: list[Problem]


def read_folder(folder: Path, today: date) -> Read:
    """Read the six tables; references are checked once every table could be read.

    Parameters
    ----------
    folder : pathlib.Path
        Holds `<name>.csv` for every name of `schema.TABLES`.
    today : datetime.date
        Nothing may be known later.

    Returns
    -------
    Read
        What could be read, with every finding.
    """
    tables: dict[str, pd.DataFrame] = {}
    problems: list[Problem] = []
    for name in TABLES:
        frame, found = read_table(folder / f"{name}.csv", name, today)
        problems += found
        if frame is not None:
            tables[name] = frame
    if len(tables) == len(TABLES):
        tables["scores"] = _canonical_names(tables["scores"], tables)
        problems += _reference_problems(tables)
        problems += score_problems(tables["scores"], tables, "scores.csv", today)
        problems += repeated_keys(tables["scores"], TABLES["scores"], "scores.csv")
    return Read(tables, problems)


def read_table(
    path: Path, name: str, today: date, *, complete: bool = True
) -> tuple[pd.DataFrame | None, list[Problem]]:
    """Read one table and check what can be checked without the others.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    name : str
        A name of `schema.TABLES`.
    today : datetime.date
        Nothing may be known later.
    complete : bool, default True
        Whether every column must be there, or only the required ones.

    Returns
    -------
    frame : pandas.DataFrame or None
        Typed rows, index = row numbers; None when the file cannot be read.
    problems : list of Problem
        Empty when all is well.
    """
    text, problems = read_rows(path, TABLES[name], complete=complete)
    if text is None:
        return None, problems
    frame, found = typed(text, TABLES[name], path.name)
    problems = [*problems, *found, *table_problems(frame, name, path.name, today)]
    if name != "scores":
        problems += repeated_keys(frame, TABLES[name], path.name)
    return frame, problems


def _reference_problems(tables: Mapping[str, pd.DataFrame]) -> list[Problem]:
    """Check the words by which tables other than scores refer to each other."""
    systems, families = tables["systems"]["system"], tables["benchmarks"]["benchmark"]
    aliases, audits = tables["aliases"]["system"], tables["audits"]["benchmark"]
    return [
        *unknown_words(aliases, systems, "aliases.csv", "systems"),
        *unknown_words(audits, families, "audits.csv", "benchmarks"),
    ]


def read_added(
    paths: Sequence[Path], shipped: Mapping[str, pd.DataFrame], today: date
) -> tuple[list[pd.DataFrame], list[Problem]]:
    """Read the user's scores; each file also against the rows that are there before it.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        CSV files of scores, of which only the required columns must be there.
    shipped : mapping of str to pandas.DataFrame
        Sound tables of a folder.
    today : datetime.date
        Nothing may be known later.

    Returns
    -------
    added : list of pandas.DataFrame
        One per readable file, with the name of the file in the column `origin`.
    problems : list of Problem
        Empty when all is well.
    """
    added: list[pd.DataFrame] = []
    problems: list[Problem] = []
    for path in paths:
        frame, found = read_table(path, "scores", today, complete=False)
        problems += found
        if frame is None:
            continue
        frame = _canonical_names(frame, shipped)
        problems += score_problems(frame, shipped, path.name, today)
        problems += repeated_keys(frame, TABLES["scores"], path.name)
        problems += _already_there(frame, [shipped["scores"], *added], path.name)
        added.append(frame.assign(origin=path.name))
    return added, problems


def _already_there(frame: pd.DataFrame, others: Sequence[pd.DataFrame], file: str) -> list[Problem]:
    """Find rows whose key an earlier file holds."""
    key = list(TABLES["scores"].key)
    taken = pd.MultiIndex.from_frame(pd.concat([other[key] for other in others]))
    bad = pd.Series(pd.MultiIndex.from_frame(frame[key]).isin(taken), index=frame.index)
    keys = "duplicate row (" + frame[key].agg(", ".join, axis=1) + ")"
    hint = "Leave it out; to revise a figure give the row its own vintage."
    return problems_at(bad, keys, file, f"a row with its own {', '.join(key)}", hint)


def _canonical_names(scores: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Replace aliases by canonical names; a canonical name stands for itself."""
    aliases = tables["aliases"].drop_duplicates("alias").set_index("alias")["system"]
    known = scores["system"].isin(tables["systems"]["system"])
    canonical = scores["system"].map(aliases).fillna(scores["system"])
    return scores.assign(system=scores["system"].where(known, canonical))
