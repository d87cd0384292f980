"""A user's own rows beside sound tables: scores, and the systems, series and audits they need.

Invariant: the header says which table a file belongs to; rows are put beside those that are there,
and change none of them; every finding is collected, and nothing is raised here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from bayes_rsi.errors import Problem
from bayes_rsi.evidence.cells import problems_at
from bayes_rsi.evidence.reading import canonical_names, read_table
from bayes_rsi.evidence.rows import header_of
from bayes_rsi.evidence.rules import repeated_keys, unknown_words
from bayes_rsi.evidence.schema import TABLES
from bayes_rsi.evidence.score_rules import score_problems

__all__ = ["Added", "files_of", "is_whole", "read_added", "table_with"]

#: Tables that others refer to come first, the scores last.
_ORDER = ("systems", "benchmarks", "aliases", "audits", "forecasts", "scores")
#: Words of a table that another one must hold: column, and the other table.
_REFERENCES = {"aliases": ("system", "systems"), "audits": ("benchmark", "benchmarks")}


@dataclass(frozen=True)
class Added:
    """What files of a user hold.

    Parameters
    ----------
    tables : dict of str to pandas.DataFrame
        The tables that were there but the scores, with further rows below.
    scores : list of pandas.DataFrame
        One for each readable file of scores, with its name in the column `origin`.
    problems : list of Problem
        Empty when all is well.
    """

    tables: dict[str, pd.DataFrame]
    scores: list[pd.DataFrame]
    problems: list[Problem]


def files_of(paths: Iterable[str | Path]) -> list[Path]:
    """Give the files of rows: those that are named, and those of tables in folders that are.

    Parameters
    ----------
    paths : iterable of path
        Files, or folders with files named like the tables.

    Returns
    -------
    list of pathlib.Path
        A folder without any stays, to be found unreadable.
    """
    found: list[Path] = []
    for path in map(Path, paths):
        inside = [path / f"{name}.csv" for name in _ORDER]
        found += [file for file in inside if file.is_file()] or [path]
    return found


def is_whole(folder: Path) -> bool:
    """Say whether a folder holds evidence by itself, or rows beside the shipped tables.

    Parameters
    ----------
    folder : pathlib.Path
        The folder.

    Returns
    -------
    bool
        True with at most one table missing, which is then a mistake, or with a `datapackage.json`.
    """
    held = [(folder / f"{name}.csv").is_file() for name in TABLES]
    return sum(held) >= len(held) - 1 or (folder / "datapackage.json").is_file()


def table_with(columns: Collection[str]) -> str:
    """Say to which table rows with these columns belong.

    Parameters
    ----------
    columns : collection of str
        Names of columns.

    Returns
    -------
    str
        A name of `schema.TABLES`: the one whose required columns are there; scores if there is
        none, so that what is missing is told.

    Examples
    --------
    >>> table_with(["system", "lab", "released", "tier", "source"])
    'systems'
    """
    fitting = [name for name in _ORDER[:-1] if set(TABLES[name].required) <= set(columns)]
    return "scores" if len(fitting) != 1 or _are_scores(columns) else fitting[0]


def _are_scores(columns: Collection[str]) -> bool:
    return set(TABLES["scores"].required) <= set(columns)


def read_added(paths: Sequence[Path], shipped: Mapping[str, pd.DataFrame], today: date) -> Added:
    """Read a user's files; each also against the rows that are there before it.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        CSV files, of which only the required columns must be there; in any order.
    shipped : mapping of str to pandas.DataFrame
        Sound tables of a folder.
    today : datetime.date
        Nothing may be known later.

    Returns
    -------
    Added
        What could be read, with every finding.
    """
    named = [(table_with(header_of(path)), path) for path in paths]
    tables = dict(shipped)
    scores: list[pd.DataFrame] = []
    problems: list[Problem] = []
    for name, path in sorted(named, key=lambda pair: _ORDER.index(pair[0])):
        frame, found = read_table(path, name, today, complete=False)
        problems += found
        if frame is None:
            continue
        if name == "scores":
            frame = canonical_names(frame, tables)
            problems += score_problems(frame, tables, path.name, today)
            problems += repeated_keys(frame, TABLES[name], path.name)
            problems += _already_there(frame, [shipped[name], *scores], name, path.name)
            scores.append(frame.assign(origin=path.name))
        else:
            problems += _already_there(frame, [tables[name]], name, path.name)
            problems += _unknown(frame, tables, name, path.name)
            tables[name] = pd.concat([tables[name], frame])
    del tables["scores"]
    return Added(tables, scores, problems)


def _unknown(
    frame: pd.DataFrame, tables: Mapping[str, pd.DataFrame], name: str, file: str
) -> list[Problem]:
    if name not in _REFERENCES:
        return []
    column, other = _REFERENCES[name]
    return unknown_words(frame[column], tables[other][column], file, other)


def _already_there(
    frame: pd.DataFrame, others: Sequence[pd.DataFrame], name: str, file: str
) -> list[Problem]:
    """Find rows whose key is taken."""
    key = list(TABLES[name].key)
    taken = pd.MultiIndex.from_frame(pd.concat([other[key] for other in others]))
    bad = pd.Series(pd.MultiIndex.from_frame(frame[key]).isin(taken), index=frame.index)
    keys = "duplicate row (" + frame[key].astype("str").agg(", ".join, axis=1) + ")"
    hint = "Leave it out; rows that are there stay as they are."
    if name == "scores":
        hint = "Leave it out; to revise a figure give the row its own vintage."
    return problems_at(bad, keys, file, f"a row with its own {', '.join(key)}", hint)
