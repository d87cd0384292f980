"""One table, or a folder of tables: read, typed and checked.

Invariant: checks run in one order, from the cell to the row, the key and the other tables, and
every finding is collected; nothing is raised and nothing is repaired here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from bayes_rsi.errors import Problem
from bayes_rsi.evidence.cells import typed
from bayes_rsi.evidence.rows import read_rows
from bayes_rsi.evidence.rules import repeated_keys, table_problems, unknown_words
from bayes_rsi.evidence.schema import TABLES
from bayes_rsi.evidence.score_rules import score_problems

__all__ = ["Read", "canonical_names", "read_folder", "read_table", "reference_problems"]

#: Words of a table that another one must hold: column, and the other table.
_REFERENCES = {"aliases": ("system", "systems"), "audits": ("benchmark", "benchmarks")}


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
        tables["scores"] = canonical_names(tables["scores"], tables)
        for name in _REFERENCES:
            problems += reference_problems(tables[name], tables, name, f"{name}.csv")
        problems += score_problems(tables["scores"], tables, "scores.csv", today)
        problems += repeated_keys(tables["scores"], TABLES["scores"], "scores.csv")
    return Read(tables, problems)


def read_table(
    path: Path, name: str, today: date, *, complete: bool = True, label: str = ""
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
    label : str, optional
        Name of the file in what is found. Default: its own.

    Returns
    -------
    frame : pandas.DataFrame or None
        Typed rows, index = row numbers; None when the file cannot be read.
    problems : list of Problem
        Empty when all is well.
    """
    label = label or path.name
    text, problems = read_rows(path, TABLES[name], complete=complete, label=label)
    if text is None:
        return None, problems
    frame, found = typed(text, TABLES[name], label)
    problems = [*problems, *found, *table_problems(frame, name, label, today)]
    if name != "scores":
        problems += repeated_keys(frame, TABLES[name], label)
    return frame, problems


def reference_problems(
    frame: pd.DataFrame, tables: Mapping[str, pd.DataFrame], name: str, file: str
) -> list[Problem]:
    """Check the words by which a table other than scores refers to another one.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows of the table.
    tables : mapping of str to pandas.DataFrame
        All tables.
    name : str
        Name of the table.
    file : str
        Name for the messages.

    Returns
    -------
    list of Problem
        Empty when all is well, or the table refers to none.
    """
    if name not in _REFERENCES:
        return []
    column, other = _REFERENCES[name]
    return unknown_words(frame[column], tables[other][column], file, other)


def canonical_names(scores: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Replace aliases by canonical names; a canonical name stands for itself.

    Parameters
    ----------
    scores : pandas.DataFrame
        Rows of the scores.
    tables : mapping of str to pandas.DataFrame
        With ``aliases`` and ``systems``.

    Returns
    -------
    pandas.DataFrame
        The same rows.
    """
    aliases = tables["aliases"].drop_duplicates("alias").set_index("alias")["system"]
    known = scores["system"].isin(tables["systems"]["system"])
    canonical = scores["system"].map(aliases).fillna(scores["system"])
    return scores.assign(system=scores["system"].where(known, canonical))
