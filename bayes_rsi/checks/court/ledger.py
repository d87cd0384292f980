"""The long table of a backtest on disk, with the questions and the origin of it all beside it.

Invariant: a file is whole or as it was before; rows are only ever added, in an order that does not
depend on which job ended first; and a folder holds one backtest: card, evidence, version, seed and
number of draws are those of its first rows, or nothing is added.

    backtest.csv.gz            what was forecast, one number a row (`answers.COLUMNS`)
    backtest-targets.csv.gz    what was asked, one question a row (`targets.COLUMNS`)
    backtest.json              where it comes from, and the verdict of each fit

The tables are compressed, to a tenth, without a date in them: the same rows are the same bytes.
"""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from bayes_rsi.checks.court.answers import COLUMNS
from bayes_rsi.checks.court.targets import COLUMNS as ASKED
from bayes_rsi.checks.origin import read_record, refuse_another
from bayes_rsi.errors import StoreError
from bayes_rsi.files import usable_folder, write_atomically

__all__ = ["FILES", "Ledger", "as_text"]

TABLE, TARGETS, RECORD = "backtest.csv.gz", "backtest-targets.csv.gz", "backtest.json"
#: Names of the files.
FILES = (TABLE, TARGETS, RECORD)
_DIGITS = "%.6g"
_ORDER = ["origin_date", "model", "target", "output_type", "output_type_id"]


@dataclass(frozen=True)
class Ledger:
    """A backtest in a folder.

    Parameters
    ----------
    folder : pathlib.Path
        Where the files are.
    origin : mapping of str to object
        What the whole table comes from, as plain types.
    """

    folder: Path
    origin: Mapping[str, Any]

    def open(self) -> None:
        """Make sure, before anything is computed, that rows may be added.

        Raises
        ------
        StoreError
            When the folder holds another backtest.
        OutputError
            When it cannot be written to.
        """
        usable_folder(self.folder, FILES)
        if found := self.record():
            refuse_another(self.folder / RECORD, found["origin"], self.origin)

    def finished(self) -> set[tuple[str, str]]:
        """Give the pairs of day and job that are done.

        Returns
        -------
        set of tuple of str
            As `add` was told.
        """
        return {(day, job) for day, job in self.record().get("finished", [])}

    def record(self) -> dict[str, Any]:
        """Read `RECORD`.

        Returns
        -------
        dict
            Empty when there is none.

        Raises
        ------
        StoreError
            When the file is damaged.
        """
        return read_record(self.folder / RECORD)

    def table(self) -> pd.DataFrame:
        """Read what was forecast.

        Returns
        -------
        pandas.DataFrame
            With `answers.COLUMNS`; `value` and `observed` are numbers, `horizon` a whole one.
        """
        table = self._text(TABLE, COLUMNS)
        numbers = {name: pd.to_numeric(table[name]) for name in ("horizon", "value", "observed")}
        return table.assign(**numbers)

    def targets(self) -> pd.DataFrame:
        """Read what was asked.

        Returns
        -------
        pandas.DataFrame
            With `targets.COLUMNS`, typed as there.
        """
        table = self._text(TARGETS, ASKED)
        numbers = ("months", "n_trials", "value", "observed", "upper", "known_best")
        days = ("released", "known_on")
        return table.assign(
            **{name: pd.to_numeric(table[name]) for name in numbers},
            **{name: pd.to_datetime(table[name]) for name in days},
        )

    def add(self, day: str, job: str, rows: pd.DataFrame, asked: pd.DataFrame, note: Any) -> None:
        """Add what one job forecast from one day.

        The record, which makes it count, is written last: a run that is killed in between does the
        job again, and its rows replace the same ones.

        Parameters
        ----------
        day, job : str
            What is done.
        rows : pandas.DataFrame
            With `answers.COLUMNS`.
        asked : pandas.DataFrame
            Questions of the day.
        note : object
            Verdict and times, plain types; None: nothing to tell.
        """
        self._add(TABLE, COLUMNS, rows, _ORDER)
        self._add(TARGETS, ASKED, asked, ["target"])
        record = self.record() or {"origin": dict(self.origin), "finished": [], "fits": {}}
        done = {*map(tuple, record["finished"]), (day, job)}
        record["finished"] = [list(pair) for pair in sorted(done)]
        if note is not None:
            record["fits"] = dict(sorted((record["fits"] | {day: note}).items()))
        write_atomically(self.folder / RECORD, json.dumps(record, indent=1) + "\n")

    def _add(self, name: str, columns: Sequence[str], rows: pd.DataFrame, key: list[str]) -> None:
        """Put rows in their place among those that are there, which stay as they are, as text."""
        written = rows[list(columns)].to_csv(index=False, float_format=_DIGITS)
        both = pd.concat([self._text(name, columns), as_text(io.StringIO(written))])
        both = both.drop_duplicates(key, keep="last").sort_values(key, kind="stable")
        text = both.to_csv(index=False, lineterminator="\n")
        write_atomically(self.folder / name, gzip.compress(text.encode(), mtime=0))

    def _text(self, name: str, columns: Sequence[str]) -> pd.DataFrame:
        path = self.folder / name
        table = as_text(path) if path.is_file() else pd.DataFrame(columns=list(columns), dtype=str)
        if missing := sorted(set(columns) - set(table.columns)):
            raise StoreError(
                f"{path}: got no column '{missing[0]}', expected a table of this version; "
                "delete the backtest and make it anew with `bayes-rsi backtest`"
            )
        return table


def as_text(source: Path | io.StringIO) -> pd.DataFrame:
    """Read a table without reading anything into it: all cells are text.

    Parameters
    ----------
    source : pathlib.Path or io.StringIO
        CSV.

    Returns
    -------
    pandas.DataFrame
        Text only.
    """
    return pd.read_csv(source, dtype=str, keep_default_na=False)
