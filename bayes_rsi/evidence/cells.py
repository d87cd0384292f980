"""Cells of text into typed cells, each checked against its column of the schema.

Invariant: a typed frame holds text (never missing: an empty string), float64 with nan for missing,
datetime64[ns] with NaT for missing, and bool; it has the rows of the text frame in the same order,
and a cell that could not be read is missing there and a `Problem` in the list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from bayes_rsi.errors import Problem, did_you_mean
from bayes_rsi.evidence.columns import Column, Table
from bayes_rsi.evidence.schema import LABEL_MARK

__all__ = ["problems_at", "typed"]

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_ISO_DATE = r"\d{4}-\d{2}-\d{2}"
_FIRST_DAY, _LAST_DAY = pd.Timestamp("1900-01-01"), pd.Timestamp("2200-12-31")


@dataclass(frozen=True)
class _Finding:
    """Rows in which a column breaks one expectation."""

    bad: pd.Series
    expected: str
    hint: Callable[[str], str]


def typed(text: pd.DataFrame, table: Table, file: str) -> tuple[pd.DataFrame, list[Problem]]:
    """Type every cell of a table and check it by itself.

    Parameters
    ----------
    text : pandas.DataFrame
        As given by `read_rows`: stripped text, index = row number in the file.
    table : Table
        Its schema.
    file : str
        Name for the messages.

    Returns
    -------
    frame : pandas.DataFrame
        Same index and columns, typed.
    problems : list of Problem
        In the order of columns, then rows.
    """
    filled = {column.name: _filled(text[column.name], column) for column in table.columns}
    problems: list[Problem] = []
    columns: dict[str, pd.Series] = {}
    for column in table.columns:
        values = filled[column.name]
        columns[column.name], findings = _typed_column(values, column, column.name in table.key)
        for finding in findings:
            problems += problems_at(finding.bad, values, file, finding.expected, finding.hint)
    return pd.DataFrame(columns, index=text.index), problems


def problems_at(
    bad: pd.Series,
    values: pd.Series,
    file: str,
    expected: str | pd.Series,
    hint: Callable[[Any], str] | str = "",
) -> list[Problem]:
    """Make one problem of every row where `bad` is true.

    Parameters
    ----------
    bad : pandas.Series of bool
        Index = row numbers.
    values : pandas.Series
        What was got, same index; its name is the column, None for the whole row.
    file : str
        As in `Problem`.
    expected : str or pandas.Series of str
        What would have been right; a series holds it per row, same index.
    hint : str or callable
        What to do; a callable is given the value.

    Returns
    -------
    list of Problem
        In the order of rows.
    """
    column = None if values.name is None else str(values.name)
    places = np.flatnonzero(bad.to_numpy(dtype=bool))
    if not places.size:
        return []
    due = [expected] * len(places) if isinstance(expected, str) else expected.iloc[places]
    rows, got = bad.index.to_numpy()[places].tolist(), values.iloc[places].tolist()
    return [
        Problem(file, row, column, cell, right, hint if isinstance(hint, str) else hint(cell))
        for row, cell, right in zip(rows, got, due, strict=True)
    ]


def _filled(text: pd.Series, column: Column) -> pd.Series:
    """Put the column's default into empty cells."""
    return text.where(text != "", column.default) if column.default else text


def _typed_column(
    text: pd.Series, column: Column, in_key: bool
) -> tuple[pd.Series, list[_Finding]]:
    readers = {
        "string": _strings,
        "number": _numbers,
        "integer": _numbers,
        "date": _dates,
        "boolean": _booleans,
    }
    values, findings = readers[column.kind](text, column)
    if column.required:
        fill = "Fill the cell; leave the row out when it is not known."
        findings.append(_Finding(text == "", f"a {column.kind}, not an empty cell", lambda _: fill))
    if in_key and column.kind == "string":
        mend = f"Replace '{LABEL_MARK}', which separates the parts of a label."
        bad = text.str.contains(LABEL_MARK, regex=False)
        findings.append(_Finding(bad, f"text without '{LABEL_MARK}'", lambda _: mend))
    return values, findings


def _strings(text: pd.Series, column: Column) -> tuple[pd.Series, list[_Finding]]:
    if not column.allowed:
        return text, []
    words = [word for word in column.allowed if word]
    bad = (text != "") & ~text.isin(words)
    return text, [_Finding(bad, f"one of {', '.join(words)}", lambda got: did_you_mean(got, words))]


def _booleans(text: pd.Series, column: Column) -> tuple[pd.Series, list[_Finding]]:
    bad = ~text.isin(["yes", "no", ""])
    hint = f"Write yes when: {column.meaning.lower()}."
    return text == "yes", [_Finding(bad, "yes or no", lambda _: hint)]


def _dates(text: pd.Series, column: Column) -> tuple[pd.Series, list[_Finding]]:
    iso = text.where(text.str.fullmatch(_ISO_DATE), "")
    days = pd.to_datetime(iso, format="%Y-%m-%d", errors="coerce")
    days = days.where(days.between(_FIRST_DAY, _LAST_DAY)).astype("datetime64[ns]")
    bad = (text != "") & days.isna()
    hint = "Write year, month and day; for a month alone take the day from which it was known."
    return days, [_Finding(bad, "an ISO date such as 2026-05-04", lambda _: hint)]


def _numbers(text: pd.Series, column: Column) -> tuple[pd.Series, list[_Finding]]:
    plain = text.where(text.str.fullmatch(_NUMBER), "")
    values = pd.to_numeric(plain, errors="coerce").astype("float64")
    values = values.where(np.isfinite(values))
    kind = "a whole number" if column.kind == "integer" else "a finite number"
    findings = [_Finding((text != "") & values.isna(), kind, _number_hint)]
    if column.kind == "integer":
        bad = values.notna() & (values % 1 != 0)
        findings.append(_Finding(bad, kind, lambda _: "Round it or leave the cell empty."))
    return values, findings + _out_of_range(values, column)


def _out_of_range(values: pd.Series, column: Column) -> list[_Finding]:
    low, high = column.low, column.high
    bad = pd.Series(False, index=values.index)
    if low is not None:
        bad |= values < low
    if high is not None:
        bad |= values > high
    return [_Finding(bad, _range(low, high), lambda got: _percent_hint(got, high))]


def _range(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"a number from {low:g} to {high:g}"
    return f"a number of at least {low:g}" if low is not None else "a number"


def _number_hint(got: str) -> str:
    if got.endswith("%"):
        return _percent_hint(got.rstrip("% "), 1.0) or "Write a plain number."
    if "," in got:
        return "Write a decimal point and no thousands separator."
    return "Leave the cell empty when there is no figure."


def _percent_hint(got: str, high: float | None) -> str:
    """Suggest the fraction when a percentage stands where a fraction is due."""
    try:
        number = float(got)
    except ValueError:
        return ""
    if high == 1 and 1 < number <= 100:
        return f"Divide by 100: {number / 100:g}"
    return ""
