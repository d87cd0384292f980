"""Runs on single tasks: from a file or a frame, checked, cut at a day, laid out for a model.

Invariant: runs are sufficient statistics, one row for each system and task, and what is said of a
task (family, human time, its source, chance) is the same in all of its rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi import names
from bayes_rsi.errors import EvidenceError, Problem
from bayes_rsi.evidence.cells import problems_at, typed
from bayes_rsi.evidence.cut import digest_of
from bayes_rsi.evidence.rows import read_rows, rows_of
from bayes_rsi.evidence.rules import future, repeated_keys
from bayes_rsi.evidence.schema import RUNS
from bayes_rsi.evidence.tables import data_folder
from bayes_rsi.units import as_date, doublings

__all__ = ["check_runs", "lay_out", "load_runs"]

_OF_TASK = ("family", "human_minutes", "human_source", "chance")


def load_runs(
    as_of: str | date | datetime | np.datetime64 | pd.Timestamp | None = None,
    path: str | Path | None = None,
) -> pd.DataFrame:
    """Read and check runs, as they were known on a day.

    Parameters
    ----------
    as_of : date-like, optional
        Nothing known later enters, and every row must then say when it was known. Default: all.
    path : path, optional
        A CSV file with the columns of `schema.RUNS`, of which only those that are required must be
        there. Default: the shipped ``runs.csv``, METR's runs of early 2025.

    Returns
    -------
    pandas.DataFrame
        One row for each system and task, typed, all columns of `schema.RUNS`.

    Raises
    ------
    EvidenceError
        With every problem found, or when nothing was known on the day.
    ValueError
        When `as_of` is no date.

    Examples
    --------
    >>> float(load_runs("2026-06-30")["attempts"].sum())
    6852.0
    """
    file = data_folder() / f"{RUNS.name}.csv" if path is None else Path(path)
    runs = _checked(*read_rows(file, RUNS, complete=False), file.name)
    return runs if as_of is None else _known(runs, as_date(as_of), file.name)


def check_runs(runs: pd.DataFrame) -> pd.DataFrame:
    """Check runs that are in a frame.

    Parameters
    ----------
    runs : pandas.DataFrame
        The required columns of `schema.RUNS`, perhaps others of it; the index does not matter.

    Returns
    -------
    pandas.DataFrame
        Typed, all columns of `schema.RUNS`; `runs` is left as it is.

    Raises
    ------
    EvidenceError
        With every problem found; rows are numbered as in a file, so the first one is row 2.

    Examples
    --------
    >>> row = {"task": "sort", "family": "code", "human_minutes": 4.0, "system": "A"}
    >>> check_runs(pd.DataFrame([row | {"successes": 3, "attempts": 8}]))["human_source"].tolist()
    ['estimate']
    """
    return _checked(*rows_of(runs, RUNS), RUNS.name)


def lay_out(runs: pd.DataFrame) -> xr.Dataset:
    """Lay checked runs out for a model.

    Parameters
    ----------
    runs : pandas.DataFrame
        From `load_runs` or `check_runs`.

    Returns
    -------
    xarray.Dataset
        Over ``run``: `run_task`, `run_system`, `successes`, `attempts`. Over ``task``:
        `task_family`, `human_source`, `log2_minutes` (log2 of the human time in minutes), `chance`.
        Coordinates ``task``, ``family``, ``system`` are sorted names. Attributes: `data_digest`,
        and `as_of`, the last day on which a row became known (empty where no row says).
    """
    rows = runs.sort_values(["task", "system"])
    tasks = rows.drop_duplicates("task")
    last = rows["known_on"].max()
    over_runs, over_tasks = names.RUN, names.TASK
    return xr.Dataset(
        {
            "run_task": (over_runs, _words(rows["task"])),
            "run_system": (over_runs, _words(rows["system"])),
            "successes": (over_runs, rows["successes"].to_numpy("int64")),
            "attempts": (over_runs, rows["attempts"].to_numpy("int64")),
            "task_family": (over_tasks, _words(tasks["family"])),
            "human_source": (over_tasks, _words(tasks["human_source"])),
            "log2_minutes": (over_tasks, doublings(tasks["human_minutes"])),
            "chance": (over_tasks, tasks["chance"].to_numpy("float64")),
        },
        coords={
            names.RUN: _words(rows["task"] + "|" + rows["system"]),
            names.TASK: _words(tasks["task"]),
            names.FAMILY: np.unique(_words(tasks["family"])),
            names.SYSTEM: np.unique(_words(rows["system"])),
        },
        attrs={
            "data_digest": digest_of({RUNS.name: runs}),
            "as_of": "" if pd.isna(last) else last.date().isoformat(),
        },
    )


def _words(values: pd.Series) -> np.ndarray:
    return values.to_numpy(dtype="U")


def _checked(text: pd.DataFrame | None, problems: Sequence[Problem], file: str) -> pd.DataFrame:
    if text is None:
        raise EvidenceError(problems)
    runs, found = typed(text, RUNS, file)
    problems = [*problems, *found, *_row_problems(runs, file), *repeated_keys(runs, RUNS, file)]
    if problems:
        raise EvidenceError(problems)
    return runs.reset_index(drop=True)


def _row_problems(runs: pd.DataFrame, file: str) -> list[Problem]:
    timeless, certain = runs["human_minutes"] == 0, runs["chance"] == 1
    extra = runs["successes"] > runs["attempts"]
    return [
        *problems_at(timeless, runs["human_minutes"], file, "a time above 0", "Its log is used."),
        *problems_at(certain, runs["chance"], file, "a rate below 1", "Leave the task out."),
        *problems_at(extra, runs["successes"], file, "at most attempts", "Swap or correct them."),
        *future(runs["known_on"], file, date.today()),
        *(problem for name in _OF_TASK for problem in _disagreeing(runs, name, file)),
    ]


def _disagreeing(runs: pd.DataFrame, column: str, file: str) -> list[Problem]:
    """Find rows that say something else of a task than its first row."""
    first = runs.groupby("task")[column].transform("first")
    bad = runs[column].notna() & first.notna() & (runs[column] != first)
    expected = "the same as in the first row of the task, " + first.astype("str")
    hint = "Correct it, or give the tasks different names."
    return problems_at(bad, runs[column], file, expected, hint)


def _known(runs: pd.DataFrame, day: date, file: str) -> pd.DataFrame:
    if runs["known_on"].isna().any():
        hint = "Fill the column, or leave as_of out."
        raise EvidenceError([Problem(file, None, "known_on", "empty cells", "a day each", hint)])
    known = runs[runs["known_on"] <= pd.Timestamp(day)]
    if known.empty:
        first = runs["known_on"].min().date()
        expected = f"a day from {first} on, when the first runs became known"
        raise EvidenceError(
            [Problem("as_of", None, None, str(day), expected, "Choose a later one.")]
        )
    return known.reset_index(drop=True)
