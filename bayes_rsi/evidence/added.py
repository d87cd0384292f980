"""A user's own rows beside sound tables: scores, and the systems, series and audits they need.

Invariant: the header says which table a file belongs to; rows are put beside those that are there,
and change none of them; every finding is collected, and nothing is raised here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from bayes_rsi.errors import Problem
from bayes_rsi.evidence.cells import problems_at
from bayes_rsi.evidence.reading import canonical_names, read_table, reference_problems
from bayes_rsi.evidence.rows import header_of, read_rows
from bayes_rsi.evidence.rules import keys_as_text, repeated_keys
from bayes_rsi.evidence.schema import PACKAGE, TABLES
from bayes_rsi.evidence.score_rules import added_problems, score_problems

__all__ = ["Added", "files_of", "is_whole", "labels_of", "read_added", "table_with"]

#: Tables that others refer to come first, the scores last.
_ORDER = ("systems", "benchmarks", "aliases", "audits", "forecasts", "scores")


@dataclass(frozen=True)
class Added:
    """What files of a user hold.

    Parameters
    ----------
    tables : dict of str to pandas.DataFrame
        The tables that were there but the scores, with further rows below.
    scores : list of pandas.DataFrame
        One for each readable file of scores, with its label in the column `origin`.
    problems : list of Problem
        Empty when all is well.
    """

    tables: dict[str, pd.DataFrame]
    scores: list[pd.DataFrame]
    problems: list[Problem]


def files_of(paths: Iterable[str | Path]) -> list[Path]:
    """Give the files of rows: those that are named, and all CSV files of folders that are.

    Parameters
    ----------
    paths : iterable of path
        Files or folders.

    Returns
    -------
    list of pathlib.Path
        Each once. A folder without a CSV file stays, to be found unreadable.
    """
    found = [
        file
        for path in map(Path, paths)
        for file in sorted(path.glob("*.csv", case_sensitive=False)) or [path]
    ]
    return list(dict.fromkeys(found))


def labels_of(paths: Sequence[Path]) -> dict[Path, str]:
    """Name files so that each can be told from the others.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        From `files_of`.

    Returns
    -------
    dict of pathlib.Path to str
        The name of the file; the whole path where two have one name.
    """
    count = Counter(path.name for path in paths)
    return {path: path.name if count[path.name] == 1 else str(path) for path in paths}


def is_whole(folder: Path) -> bool:
    """Say whether a folder holds evidence by itself, or rows beside the shipped tables.

    Parameters
    ----------
    folder : pathlib.Path
        The folder.

    Returns
    -------
    bool
        True with a `datapackage.json`, with all tables, or with all but one, which is missing by
        mistake. Tables of one's own rows may be that many too; they have not every column, or
        their scores are mostly of systems or series that the folder does not hold.
    """
    if (folder / PACKAGE).is_file():
        return True
    held = [name for name in TABLES if (folder / f"{name}.csv").is_file()]
    complete = (set(TABLES[name].names) <= set(header_of(folder / f"{name}.csv")) for name in held)
    return len(held) >= len(TABLES) - 1 and all(complete) and _by_itself(folder)


def _by_itself(folder: Path) -> bool:
    """Say whether most scores are of systems and series that have rows in the folder."""
    tables = ("scores", "systems", "benchmarks")
    files = {name: folder / f"{name}.csv" for name in tables}
    read = {name: read_rows(f, TABLES[name])[0] for name, f in files.items() if f.is_file()}
    scores, systems, series = (read.get(name) for name in tables)
    if scores is None or systems is None or series is None or scores.empty:
        return True  # what is missing is told then
    known = scores["system"].isin(systems["system"]) & scores["series"].isin(series["series"])
    return bool(known.mean() >= 0.5)


def table_with(columns: Collection[str]) -> str:
    """Say to which table rows with these columns belong.

    Parameters
    ----------
    columns : collection of str
        Names of columns.

    Returns
    -------
    str
        A name of `schema.TABLES`: of those that know all of the columns, or of all where none does,
        the one most of whose required columns are there, by share; scores in doubt.

    Examples
    --------
    >>> table_with(["system", "lab", "released", "tier", "source"])
    'systems'
    """
    there = set(columns)

    def share(name: str) -> float:
        required = set(TABLES[name].required)
        return len(required & there) / len(required)

    knowing = [name for name in reversed(_ORDER) if there <= set(TABLES[name].names)]
    return max(knowing or reversed(_ORDER), key=share)  # of equals the first


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
    labels = labels_of(paths)
    tables = dict(shipped)
    scores: list[pd.DataFrame] = []
    problems: list[Problem] = []
    for name, path in sorted(named, key=lambda pair: _ORDER.index(pair[0])):
        label = labels[path]
        frame, found = read_table(path, name, today, complete=False, label=label)
        problems += found
        if frame is None:
            continue
        if name == "scores":
            frame = canonical_names(frame, tables)
            problems += score_problems(frame, tables, label, today)
            problems += added_problems(frame, tables, label)
            families = pd.concat([part["scaffold_family"] for part in (shipped[name], *scores)])
            problems += _spelled_otherwise(frame["scaffold_family"], families, label)
            problems += repeated_keys(frame, TABLES[name], label)
            problems += _already_there(frame, [shipped[name], *scores], name, label)
            scores.append(frame.assign(origin=label))
        else:
            problems += _already_there(frame, [tables[name]], name, label)
            problems += _other_spellings(frame, tables, name, label)
            problems += reference_problems(frame, tables, name, label)
            tables[name] = pd.concat([tables[name], frame])
    del tables["scores"]
    return Added(tables, scores, problems)


def _other_spellings(
    frame: pd.DataFrame, tables: Mapping[str, pd.DataFrame], name: str, file: str
) -> list[Problem]:
    """Find names that the tables have already, written otherwise: each would be one more."""
    systems, benchmarks = tables["systems"], tables["benchmarks"]
    if name == "systems":
        known = {"system": systems["system"], "lab": systems["lab"]}
    elif name == "benchmarks":
        known = {"series": benchmarks["series"], "benchmark": benchmarks["benchmark"]}
    else:
        return []
    problems: list[Problem] = []
    for column, words in known.items():
        aliases = tables["aliases"] if column == "system" else tables["aliases"].iloc[:0]
        others = dict(zip(aliases["alias"].map(_plain), aliases["system"], strict=True))
        problems += _spelled_otherwise(frame[column], words, file, others)
    return problems


def _spelled_otherwise(
    words: pd.Series, known: pd.Series, file: str, aliases: Mapping[str, str] | None = None
) -> list[Problem]:
    """Find words that differ from a known one, or an earlier one of the file, in spelling only."""
    own, others = ({_plain(word): str(word) for word in part} for part in (words[::-1], known))
    there = own | dict(aliases or {}) | others
    meant = words.map(lambda word: there.get(_plain(word), ""))
    bad = (words != "") & (meant != "") & (meant != words) & ~words.isin(known)
    expected = "a name that is new, or '" + meant + "', as the tables have it"
    hint = "Write it so, or leave the row out where it only repeats it; scores may use any alias."
    return problems_at(bad, words, file, expected, hint)


def _plain(word: str) -> str:
    """Leave out what people write differently: capitals, blanks, hyphens and underscores."""
    return re.sub(r"[\s_-]+", "", str(word).casefold())


def _already_there(
    frame: pd.DataFrame, others: Sequence[pd.DataFrame], name: str, file: str
) -> list[Problem]:
    """Find rows whose key is taken."""
    key = list(TABLES[name].key)
    taken = pd.MultiIndex.from_frame(pd.concat([other[key] for other in others]))
    bad = pd.Series(pd.MultiIndex.from_frame(frame[key]).isin(taken), index=frame.index)
    keys = "duplicate row (" + keys_as_text(frame, key) + ")"
    hint = "Leave it out; rows that are there stay as they are."
    if name == "scores":
        hint = "Leave it out; to revise a figure give the row its own vintage."
    return problems_at(bad, keys, file, f"a row with its own {', '.join(key)}", hint)
