"""A table of results that grows row by row, so that a check that was killed goes on where it was.

Invariant: a row that is there stays as it is; the table is whole or as it was before; and all of it
comes from one origin, or nothing is added.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from bayes_rsi.checks.origin import read_record, refuse_another
from bayes_rsi.files import usable_folder, write_atomically

__all__ = ["Rows"]

_DIGITS = "%.6g"


@dataclass(frozen=True)
class Rows:
    """A CSV file, and beside it what it comes from.

    Parameters
    ----------
    path : pathlib.Path
        The table; its origin goes to the same name with suffix ``.json``.
    origin : mapping of str to object
        Plain types.
    columns : sequence of str
        Of the table.
    key : sequence of str
        Columns that name a row.
    """

    path: Path
    origin: Mapping[str, Any]
    columns: Sequence[str]
    key: Sequence[str]

    def open(self) -> None:
        """Make sure, before anything is computed, that rows may be added.

        Raises
        ------
        StoreError
            When the table comes from something else, or cannot be read.
        OutputError
            When it cannot be written.
        """
        record = self.path.with_suffix(".json")
        usable_folder(self.path.parent, (self.path.name, record.name))
        if found := read_record(record):
            refuse_another(record, found, self.origin)
        else:
            write_atomically(record, json.dumps(dict(self.origin), indent=1) + "\n")

    def table(self) -> pd.DataFrame:
        """Read the rows.

        Returns
        -------
        pandas.DataFrame
            With `columns`, sorted by `key`, numbers as numbers.
        """
        if not self.path.is_file():
            return pd.DataFrame(columns=list(self.columns))
        return pd.read_csv(self.path, keep_default_na=True)

    def done(self) -> set[tuple[str, ...]]:
        """Give the keys of the rows that are there.

        Returns
        -------
        set of tuple of str
            In the order of `key`.
        """
        return {tuple(row) for row in self.table()[list(self.key)].astype(str).to_numpy().tolist()}

    def add(self, *rows: Mapping[str, Any]) -> None:
        """Add rows; one whose key is there changes nothing.

        Parameters
        ----------
        *rows : mapping
            Column to value.
        """
        new = pd.DataFrame(list(rows), columns=list(self.columns))
        text = new.to_csv(index=False, float_format=_DIGITS)
        read = [pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)]
        if self.path.is_file():
            read.insert(0, pd.read_csv(self.path, dtype=str, keep_default_na=False))
        key = list(self.key)
        both = pd.concat(read).drop_duplicates(key, keep="first").sort_values(key)
        write_atomically(self.path, both.to_csv(index=False, lineterminator="\n"))
