"""Files into rows of stripped text, keeping the row number that an editor shows.

Invariant: reading never guesses. A frame returned here has exactly the columns of its table, text
in every cell, and its index is the row number in the file (the header is row 1); whatever cannot be
read so comes back as a `Problem`, never as a silently repaired row.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from bayes_rsi.errors import Problem, did_you_mean
from bayes_rsi.evidence.columns import Table

__all__ = ["header_of", "read_rows", "rows_of"]


def read_rows(
    path: Path, table: Table, *, complete: bool = True, label: str = ""
) -> tuple[pd.DataFrame | None, list[Problem]]:
    """Read one CSV file as text.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    table : Table
        Whose columns it holds.
    complete : bool, default True
        Whether every column must be there (a shipped table) or only the required ones (added rows).
    label : str, optional
        Name of the file in what is found. Default: its own.

    Returns
    -------
    frame : pandas.DataFrame or None
        Text cells, columns in the order of the schema, index = row number in the file. None when
        the file or its header cannot be used.
    problems : list of Problem
        Empty when all is well.

    Examples
    --------
    >>> from bayes_rsi.evidence import TABLES, data_folder
    >>> frame, problems = read_rows(data_folder() / "systems.csv", TABLES["systems"])
    >>> problems
    []
    """
    label = label or path.name
    text, problems = _read_text(path, label)
    if text is None:
        return None, problems
    try:
        records = list(_records(text))
    except csv.Error as error:
        hint = "Close every quotation mark and save the file as CSV again."
        return None, [Problem(label, None, None, str(error), "a readable CSV file", hint)]
    if not records:
        return None, [_empty(Path(label))]
    if problems := _delimiter_problems(records[0][1], label):
        return None, problems
    records = _without_blank_columns(records)
    header = [name.strip() for name in records[0][1]]
    problems += _header_problems(header, label, table, complete)
    if problems:
        return None, problems
    if len(records) == 1:
        return None, [_empty(Path(label))]
    return _frame(records[1:], header, label, table)


def header_of(path: Path) -> list[str]:
    """Give the names of the columns of a CSV file.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    list of str
        Empty where the file cannot be read; `read_rows` says why.
    """
    text, _ = _read_text(path)
    try:
        _, cells = next(_records(text or ""), (1, []))
    except csv.Error:
        return []
    return [name.strip() for name in cells]


def rows_of(frame: pd.DataFrame, table: Table) -> tuple[pd.DataFrame | None, list[Problem]]:
    """Take the rows of a frame as the text of a file, so that both go through the same checks.

    Parameters
    ----------
    frame : pandas.DataFrame
        At least the required columns; its index is not used.
    table : Table
        Whose columns it holds.

    Returns
    -------
    frame : pandas.DataFrame or None
        As `read_rows` gives it: rows are numbered as in the file that the frame would be saved to,
        so the first one is row 2. Numbers keep all of their digits.
    problems : list of Problem
        Empty when all is well; their file is the name of the table.
    """
    header = [str(name) for name in frame.columns]
    if problems := _header_problems(header, table.name, table, complete=False):
        return None, problems
    if frame.empty:
        return None, [_empty(Path(table.name))]
    columns = {name: [_text(cell) for cell in frame[name].tolist()] for name in header}
    rows = pd.RangeIndex(2, len(frame) + 2, name="row")
    text = pd.DataFrame(columns, index=rows, dtype="str")
    return text.reindex(columns=list(table.names), fill_value=""), []


def _text(cell: object) -> str:
    if cell is None or cell is pd.NaT or cell != cell:
        return ""
    if isinstance(cell, date):  # a time of day would be no date of a file
        return cell.strftime("%Y-%m-%d")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # a column of counts turns into floats as soon as one is missing
    return str(cell).strip()


def _read_text(path: Path, label: str = "") -> tuple[str | None, list[Problem]]:
    """Decode the file; a byte order mark is allowed."""
    if path.is_dir():  # folders are read file by file, but for one that holds none
        hint = "Give a file, or a folder that holds some, their names ending in .csv."
        empty, expected = "a folder without CSV files", "a CSV file, or a folder of them"
        return None, [Problem(str(path), None, None, empty, expected, hint)]
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        hint = "Check the path and its spelling."
        return None, [Problem(str(path), None, None, reason, "a readable file", hint)]
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        row = raw.count(b"\n", 0, error.start) + 1
        got = raw[error.start : error.start + 1]
        hint = "Save the file as 'CSV UTF-8'."
        return None, [Problem(label or path.name, row, None, got, "UTF-8 text", hint)]


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Give (row number, cells) of every row that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield start, cells
        start = reader.line_num + 1


def _empty(path: Path) -> Problem:
    hint = "Add rows below the header, or leave the file out."
    return Problem(str(path), None, None, "no rows", "a header and at least one row", hint)


def _delimiter_problems(cells: Sequence[str], file: str) -> list[Problem]:
    """Find a header that is parted by something else than commas, as spreadsheets may save it."""
    first = cells[0].strip()
    other = len(cells) == 1 and (";" in first or "\t" in first)
    if not (other or first.casefold().startswith("sep=")):
        return []
    hint = "Save the file as CSV with commas; numbers then have a decimal point."
    return [Problem(file, 1, None, first, "columns parted by commas", hint)]


def _without_blank_columns(records: Sequence[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
    """Leave out blank cells beyond the last named column, which spreadsheets save."""
    named = max((place for place, name in enumerate(records[0][1], 1) if name.strip()), default=0)
    return [
        (row, cells if any(cell.strip() for cell in cells[named:]) else cells[:named])
        for row, cells in records
    ]


def _header_problems(
    header: Sequence[str], file: str, table: Table, complete: bool
) -> list[Problem]:
    """Find unknown, repeated and missing columns."""
    unknown = [name for name in header if name not in table.names]
    repeated = sorted({name for name in header if header.count(name) > 1})
    needed = table.names if complete else table.required
    missing = [name for name in needed if name not in header]
    problems = [
        Problem(file, 1, name, name, f"a column of '{table.name}'", did_you_mean(name, table.names))
        for name in unknown
    ]
    problems += [
        Problem(file, 1, name, "a repeated column", "each column once", "Delete one of them.")
        for name in repeated
    ]
    problems += [
        Problem(file, 1, name, "no such column", "a required column", f"Add '{name}'.")
        for name in missing
    ]
    return problems


def _frame(
    records: Sequence[tuple[int, list[str]]], header: Sequence[str], file: str, table: Table
) -> tuple[pd.DataFrame | None, list[Problem]]:
    """Lay the rows out in the order of the schema; rows of another width become problems."""
    width = len(header)
    hint = "Quote a cell that holds a comma; give every row as many cells as the header."
    problems = [
        Problem(file, row, None, f"{len(cells)} cells", f"{width} cells", hint)
        for row, cells in records
        if len(cells) != width
    ]
    kept = [(row, cells) for row, cells in records if len(cells) == width]
    if not kept:
        return None, problems
    columns = {
        name: [cells[place].strip() for _, cells in kept] for place, name in enumerate(header)
    }
    rows = pd.Index([row for row, _ in kept], name="row")
    frame = pd.DataFrame(columns, index=rows, dtype="str")
    return frame.reindex(columns=list(table.names), fill_value=""), problems
