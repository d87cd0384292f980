"""`bayes-rsi data add`: one row at the end of a user's own file of scores, or of another table.

Invariant: the file is only written when all of it, with the new row, is sound; the shipped tables
are never touched.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from bayes_rsi.errors import EvidenceError, Problem, did_you_mean
from bayes_rsi.evidence import check, data_folder
from bayes_rsi.evidence.added import files_of, table_with
from bayes_rsi.evidence.columns import Table
from bayes_rsi.evidence.rows import read_rows
from bayes_rsi.evidence.schema import TABLES
from bayes_rsi.files import usable_folder, write_atomically

__all__ = ["add_row"]


def add_row(cells: Sequence[str], folder: Path) -> Path:
    """Append a row to a table of a folder: the one that the columns belong to.

    Parameters
    ----------
    cells : sequence of str
        ``column=value`` each.
    folder : pathlib.Path
        The user's own; made when missing.

    Returns
    -------
    pathlib.Path
        The file, to be given to ``--add``.

    Raises
    ------
    EvidenceError
        When a cell or the row is wrong, or the folder is that of the shipped tables.
    """
    if folder.resolve() == data_folder().resolve():
        hint = "Give another folder with --evidence; the shipped tables stay as they are."
        raise EvidenceError([Problem(str(folder), None, None, "shipped tables", "a folder", hint)])
    table = TABLES[table_with({cell.partition("=")[0] for cell in cells})]
    row, file = _row(cells, table), f"{table.name}.csv"
    path = usable_folder(folder, (file,), "--evidence") / file
    text = _with(path, row, table)
    others = [other for other in files_of([folder]) if other not in (path, folder)]
    with tempfile.TemporaryDirectory() as place:
        draft = Path(place) / file
        draft.write_text(text, encoding="utf-8")
        problems = check(draft, beside=others)
    if problems:
        raise EvidenceError(problems)
    return write_atomically(path, text, "--evidence")


def _row(cells: Sequence[str], table: Table) -> dict[str, str]:
    known, row = table.names, {}
    for cell in cells:
        column, sign, value = cell.partition("=")
        if not sign:
            hint = "Write, for example, value=0.42; quote what holds blanks."
            raise EvidenceError([Problem("row", None, None, cell, "column=value", hint)])
        if column not in known or column in row:
            what = "each column once" if column in row else f"a column of '{table.name}'"
            hint = did_you_mean(column, known)
            raise EvidenceError([Problem("row", None, column, column, what, hint)])
        row[column] = value
    return row


def _with(path: Path, row: Mapping[str, str], table: Table) -> str:
    """Give the file's text with the row below, in the columns of the schema that are used."""
    rows: list[dict[str, str]] = []
    if path.is_file():
        frame, problems = read_rows(path, table, complete=False, label=str(path))
        if frame is None or problems:
            raise EvidenceError(problems)
        kept = [name for name in frame.columns if (frame[name] != "").any()]
        rows = [dict(zip(kept, cells, strict=True)) for cells in frame[kept].to_numpy().tolist()]
    used = {column for old in (*rows, row) for column in old}
    columns = [name for name in table.names if name in used or name in table.required]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows([*rows, row])
    return text.getvalue()
