"""The tables of a folder, read, checked and cut; and the user's own rows beside the shipped ones.

Invariant: nothing leaves this module unchecked. Either every cell, row, key and reference is sound
and an `Evidence` comes back, or `EvidenceError` is raised with all findings and nothing has
changed: files are only read, frames are never edited in place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from bayes_rsi.errors import EvidenceError, Problem, did_you_mean
from bayes_rsi.evidence.added import files_of, is_whole, labels_of, read_added
from bayes_rsi.evidence.cut import Evidence, evidence_of
from bayes_rsi.evidence.reading import read_folder, read_table
from bayes_rsi.evidence.schema import TABLES

__all__ = ["SHIPPED", "check", "data_folder", "load_evidence"]

#: Mark, in the column `origin`, of the rows that come with the package.
SHIPPED = "shipped"


def data_folder() -> Path:
    """Find the shipped tables: the copy inside the package, else `data/` of the checkout.

    Returns
    -------
    pathlib.Path
        A folder that holds `scores.csv`.

    Raises
    ------
    EvidenceError
        When neither is there.

    Examples
    --------
    >>> sorted(path.name for path in data_folder().glob("s*.csv"))
    ['scores.csv', 'systems.csv']
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "_data", package.parent / "data"):
        if (folder / "scores.csv").is_file():
            return folder
    hint = "Install the package again, or give the folder of the tables: load_evidence(folder=...)."
    expected = "the shipped tables in bayes_rsi/_data or in data/ of a checkout"
    raise EvidenceError([Problem("scores.csv", None, None, "no such file", expected, hint)])


def load_evidence(
    as_of: str | date | datetime | np.datetime64 | pd.Timestamp | None = None,
    folder: str | Path | None = None,
    add: Iterable[str | Path] = (),
) -> Evidence:
    """Read and check all tables, add the user's scores, and cut them at a day.

    Parameters
    ----------
    as_of : date-like, optional
        Nothing known later enters. Default: the last `known_on` of the scores, the end of the
        evidence. Not after today.
    folder : path, optional
        Holds the six CSV files of `schema.TABLES`. Default: `data_folder()`.
    add : iterable of path
        CSV files of further rows, or folders of such files. Of scores only the columns series,
        system, value, unit, known_on and source are required; systems and series must be known, or
        be described in further files: the header says which table of `schema.TABLES` a file
        belongs to. Rows are checked like the shipped ones; scores carry the name of their file in
        the column `origin`, its path where two files have one name.

    Returns
    -------
    Evidence
        Cut at `as_of`.

    Raises
    ------
    EvidenceError
        With every problem found, each with file, row, column, value, what is expected and what to
        do about it.

    Examples
    --------
    >>> load_evidence(as_of="2026-05-04").as_of
    datetime.date(2026, 5, 4)
    """
    today = date.today()
    read = read_folder(data_folder() if folder is None else Path(folder), today)
    _raise_if(read.problems)
    scores = read.tables["scores"].assign(origin=SHIPPED)
    added = read_added(_paths(add), read.tables, today)
    _raise_if(added.problems)
    tables = added.tables | {"scores": pd.concat([scores, *added.scores])}
    tables["series"] = tables.pop("benchmarks")
    whole = {name: table.reset_index(drop=True) for name, table in tables.items()}
    end = whole["scores"]["known_on"].max().date()
    return evidence_of(whole, end if as_of is None else as_of, max(end, today))


def check(
    path: str | Path, table: str | None = None, beside: Iterable[str | Path] = ()
) -> list[Problem]:
    """Check a file or a folder without loading it.

    Parameters
    ----------
    path : path
        A folder with all tables; or a file or folder of added rows, checked against the shipped
        tables; or, with `table`, a complete file of that table, checked by itself.
    table : str, optional
        A name of `schema.TABLES`.
    beside : iterable of path
        Further files of added rows, such as the systems that the scores are of; their own findings
        are not told.

    Returns
    -------
    list of Problem
        Empty when all is well.

    Raises
    ------
    EvidenceError
        When there is no table of that name, or the shipped tables themselves are broken.

    Examples
    --------
    >>> for problem in check("my_scores.csv"):  # doctest: +SKIP
    ...     print(problem)
    """
    path, today = Path(path), date.today()
    if table is not None:
        return read_table(path, _known_table(table), today)[1]
    if path.is_dir() and is_whole(path):
        return read_folder(path, today).problems
    shipped = read_folder(data_folder(), today)
    _raise_if(shipped.problems)
    files = _paths([path])
    others = [file for file in _paths(beside) if file not in files]
    found = read_added([*others, *files], shipped.tables, today).problems
    labels = labels_of([*others, *files])
    mine = {name for file in files for name in (labels[file], str(file))}
    return [problem for problem in found if problem.file in mine]


def _known_table(name: str) -> str:
    if name not in TABLES:
        hint = did_you_mean(name, TABLES)
        raise EvidenceError([Problem("table", None, None, name, "the name of a table", hint)])
    return name


def _paths(add: Iterable[str | Path]) -> list[Path]:
    """Accept one path where a list is due: a string is an iterable of letters."""
    return files_of([add] if isinstance(add, str | Path) else add)


def _raise_if(problems: Sequence[Problem]) -> None:
    if problems:
        raise EvidenceError(problems)
