"""The tables as they were known on a day.

Invariant: whatever is fitted to, or answered from, was cut here. After `cut(evidence, day)` no
score, audit or forecast made known after that day is left, and neither is a system that was
released later; what was cut away cannot come back. Held by `tests/evidence/test_cut.py`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime

import numpy as np
import pandas as pd

from bayes_rsi.errors import EvidenceError, Problem
from bayes_rsi.evidence.rules import days_as_text
from bayes_rsi.units import as_date

__all__ = ["Evidence", "cut", "digest_of", "evidence_of"]

#: Column of the day from which a row is known, by table; a table not named here has none.
_KNOWN_ON = {
    "scores": "known_on",
    "audits": "known_on",
    "forecasts": "forecast_date",
    "systems": "released",
}
# Separates cells and rows of the canonical text; neither can occur in a cell of a CSV file.
_CELL, _ROW = "\x1f", "\x1e"


@dataclass(frozen=True, repr=False, eq=False)
class Evidence:
    """Checked tables, cut at one day. Made by `load_evidence`.

    Parameters
    ----------
    scores, systems, series, audits, aliases, forecasts : pandas.DataFrame
        Typed tables with the columns of `schema.TABLES` (`series` is `benchmarks.csv`); `scores`
        has one more column, `origin`: `shipped`, or the name of the file it was added from. Treat
        them as read-only: `panel` refuses tables that no longer match the digest.
    as_of : datetime.date
        The day; nothing known later is in the tables.
    digest : str
        SHA-256 of the content, 64 hexadecimal digits.
    every_series, every_name : frozenset of str
        Series, and series, benchmarks and systems, of the tables before the cut: names only, so
        that what comes later is told from a typo.
    """

    scores: pd.DataFrame
    systems: pd.DataFrame
    series: pd.DataFrame
    audits: pd.DataFrame
    aliases: pd.DataFrame
    forecasts: pd.DataFrame
    as_of: date
    digest: str
    every_series: frozenset[str]
    every_name: frozenset[str]

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The six tables by name."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: table for name, table in values.items() if isinstance(table, pd.DataFrame)}

    def __repr__(self) -> str:
        """Give sizes, day and digest instead of the tables."""
        sizes = ", ".join(f"{len(table)} {name}" for name, table in self.tables.items())
        return f"Evidence(as of {self.as_of}: {sizes}; digest {self.digest[:12]})"


def evidence_of(
    tables: Mapping[str, pd.DataFrame],
    as_of: object,
    last: date,
    whole: Evidence | None = None,
) -> Evidence:
    """Cut checked tables at a day and give them their digest.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        The six tables of `Evidence`, typed.
    as_of : date-like
        From the day of the first score up to `last`.
    last : datetime.date
        The day up to which the tables are complete.
    whole : Evidence, optional
        What the tables were cut from before; it knows more names.

    Returns
    -------
    Evidence
        What was known on `as_of`.

    Raises
    ------
    EvidenceError
        When the day lies outside, or is no date.
    """
    day = _day(as_of)
    if day > last:
        hint = "What was cut away cannot come back: call load_evidence again with the later day."
        if whole is None:
            hint = "Nobody can know more than today."
        raise _refused(
            day, f"a day up to {last}{', where the evidence ends' if whole else ''}", hint
        )
    first = tables["scores"]["known_on"].min()
    if pd.Timestamp(day) < first:
        raise _refused(
            day, f"a day from {first.date()}, the first score, on", "Choose a later day."
        )
    known = _known(tables, day)
    every_series = frozenset(tables["series"]["series"])
    others = {*tables["series"]["benchmark"], *tables["systems"]["system"]}
    return Evidence(
        **known,
        as_of=day,
        digest=digest_of(known),
        every_series=whole.every_series if whole else every_series,
        every_name=whole.every_name if whole else every_series | others,
    )


def cut(
    evidence: Evidence, as_of: str | date | datetime | np.datetime64 | pd.Timestamp
) -> Evidence:
    """Give the evidence as it was known on an earlier day.

    Older vintages of a revised figure stay in the tables; `panel` takes the latest that is left.

    Parameters
    ----------
    evidence : Evidence
        Left as it is.
    as_of : date-like
        Not after `evidence.as_of`, and not before the first score.

    Returns
    -------
    Evidence
        With its own digest, which rows that become known later do not change.

    Raises
    ------
    EvidenceError
        When the day lies outside, or is no date.

    Examples
    --------
    >>> cut(rsi.load_evidence(), "2025-12-31").as_of
    datetime.date(2025, 12, 31)
    """
    return evidence_of(evidence.tables, as_of, evidence.as_of, evidence)


def digest_of(tables: Mapping[str, pd.DataFrame]) -> str:
    """Hash the content of tables, whatever the order of their rows.

    Numbers are written as the shortest text that reads back to the same float64, days as ISO dates,
    rows are sorted as text; the column `origin` (which file a row came from) does not count.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        Typed tables.

    Returns
    -------
    str
        SHA-256, 64 hexadecimal digits; the same on every platform.
    """
    sha = hashlib.sha256()
    for name in sorted(tables):
        table = tables[name].drop(columns="origin", errors="ignore")
        table = table[sorted(table.columns)]
        cells = [_canonical(table[column]) for column in table.columns]
        rows = sorted(_CELL.join(row) for row in zip(*cells, strict=True))
        sha.update(_ROW.join([name, _CELL.join(table.columns), *rows, ""]).encode())
    return sha.hexdigest()


def _canonical(values: pd.Series) -> list[str]:
    if pd.api.types.is_datetime64_any_dtype(values):
        return days_as_text(values).tolist()
    if pd.api.types.is_float_dtype(values):
        # Adding zero turns -0.0 into 0.0.
        return ["" if number != number else repr(number + 0.0) for number in values.tolist()]
    return values.astype("str").tolist()


def _known(tables: Mapping[str, pd.DataFrame], day: date) -> dict[str, pd.DataFrame]:
    """Keep what was known on the day, and of series and aliases what that still refers to."""
    known = {name: _until(table, _KNOWN_ON.get(name), day) for name, table in tables.items()}
    known["aliases"] = _matching(known["aliases"], "system", known["systems"]["system"])
    later = known["series"]["released"] > pd.Timestamp(day)
    used = known["series"]["series"].isin(known["scores"]["series"])
    known["series"] = known["series"][used | ~later].reset_index(drop=True)
    return known


def _until(table: pd.DataFrame, column: str | None, day: date) -> pd.DataFrame:
    if column is None:
        return table
    return table[table[column] <= pd.Timestamp(day)].reset_index(drop=True)


def _matching(table: pd.DataFrame, column: str, words: pd.Series) -> pd.DataFrame:
    return table[table[column].isin(words)].reset_index(drop=True)


def _day(as_of: object) -> date:
    try:
        return as_date(as_of)  # type: ignore[arg-type]
    except ValueError:
        hint = "Write year, month and day."
        raise _refused(as_of, "an ISO date such as '2026-06-30'", hint) from None


def _refused(got: object, expected: str, hint: str) -> EvidenceError:
    return EvidenceError([Problem("as_of", None, None, str(got), expected, hint)])
