"""Rules of every table: keys, words of other tables, days, and what a row says of itself.

Invariant: each rule is one small function from typed frames to problems and changes nothing.
Frames are indexed by row number in the file, so a rule can say where. A cell that could not be read
was reported by `cells` and is missing here; no rule reports it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd
from pandas.api.types import is_datetime64_any_dtype

from bayes_rsi.errors import Problem, did_you_mean
from bayes_rsi.evidence.cells import problems_at
from bayes_rsi.evidence.columns import Table
from bayes_rsi.evidence.schema import QUANTILES, UNIT_OF_KIND

__all__ = [
    "days_as_text",
    "future",
    "keys_as_text",
    "repeated_keys",
    "table_problems",
    "unknown_words",
]


def repeated_keys(frame: pd.DataFrame, table: Table, file: str) -> list[Problem]:
    """Find rows that repeat the key of an earlier row.

    Parameters
    ----------
    frame : pandas.DataFrame
        Typed rows of one table.
    table : Table
        Names the key.
    file : str
        Name for the messages.

    Returns
    -------
    list of Problem
        Empty when all is well.
    """
    key = list(table.key)
    bad = frame.duplicated(key)
    if not bad.any():
        return []
    keys = "duplicate row (" + keys_as_text(frame, key) + ")"
    revision = ", or give a revision its own vintage" if "vintage" in key else ""
    hint = f"Delete one of the rows with this key{revision}."
    return problems_at(bad, keys, file, f"each {', '.join(key)} once", hint)


def keys_as_text(frame: pd.DataFrame, key: Sequence[str], mark: str = ", ") -> pd.Series:
    """Write the key of each row in one line.

    Parameters
    ----------
    frame : pandas.DataFrame
        Typed rows.
    key : sequence of str
        Columns of text or of days.
    mark : str, default ", "
        What stands between the parts.

    Returns
    -------
    pandas.Series of str
        Same index, without a name; a part that is missing is empty.
    """
    parts = [
        days_as_text(frame[name]) if is_datetime64_any_dtype(frame[name]) else frame[name]
        for name in key
    ]
    rows = zip(*(part.astype("str").tolist() for part in parts), strict=True)
    return pd.Series([mark.join(row) for row in rows], index=frame.index, dtype="str")


def unknown_words(
    values: pd.Series, known: pd.Series, file: str, where: str, spellings: pd.Series | None = None
) -> list[Problem]:
    """Find words that another table does not hold.

    Parameters
    ----------
    values : pandas.Series of str
        The words; its name is the column. Empty ones are skipped.
    known : pandas.Series of str
        What the other table holds.
    file : str
        Name for the messages.
    where : str
        The other table, for the messages.
    spellings : pandas.Series of str, optional
        Further words for the suggestion.

    Returns
    -------
    list of Problem
        Empty when all is well.
    """
    bad = (values != "") & ~values.isin(known)
    options = known if spellings is None else pd.concat([known, spellings])
    hints = {
        word: f"{did_you_mean(word, options)} Otherwise add it to {where}.csv first, "
        "which may be one of your own beside this file."
        for word in values[bad].unique()
    }
    return problems_at(bad, values, file, f"a {values.name} of {where}.csv", lambda w: hints[w])


def table_problems(frame: pd.DataFrame, name: str, file: str, today: date) -> list[Problem]:
    """Check the rows of one table other than scores by themselves and against the calendar.

    Parameters
    ----------
    frame : pandas.DataFrame
        Typed rows, index = row numbers.
    name : str
        A name of `schema.TABLES`.
    file : str
        Name for the messages.
    today : datetime.date
        The last allowed day.

    Returns
    -------
    list of Problem
        Empty when all is well.
    """
    rules = {
        "systems": lambda: future(frame["released"], file, today),
        "benchmarks": lambda: _benchmark_problems(frame, file),
        "audits": lambda: _audit_problems(frame, file, today),
        "forecasts": lambda: _forecast_problems(frame, file, today),
    }
    return rules[name]() if name in rules else []


def future(days: pd.Series, file: str, today: date) -> list[Problem]:
    """Find days after today.

    Parameters
    ----------
    days : pandas.Series of datetime64
        Its name is the column.
    file : str
        Name for the messages.
    today : datetime.date
        The last allowed day.

    Returns
    -------
    list of Problem
        Empty when all is well.
    """
    bad = days > pd.Timestamp(today)
    hint = "Only what is already public is evidence."
    return problems_at(bad, days_as_text(days), file, f"a day up to today, {today}", hint)


def _benchmark_problems(series: pd.DataFrame, file: str) -> list[Problem]:
    due = series["kind"].map(dict(UNIT_OF_KIND)).fillna("")
    # An index may be in any unit: its numbers compare systems and are no quantity.
    other = (due != "") & (series["unit"] != due) & (series["kind"] != "index")
    hint = ", ".join(f"{kind}: {unit}" for kind, unit in UNIT_OF_KIND.items())
    horizon = (series["kind"] == "horizon") & series["reliability"].isna()
    fitted = ~series["kind"].isin(["horizon", "index"]) & (series["role"] != "context")
    undated = fitted & series["released"].isna()
    full = (series["kind"] == "fraction") & (series["floor"] >= 1)
    return [
        *_levels_of_shares(series, file),
        *problems_at(full, series["floor"], file, "below 1", "Give the share that chance solves."),
        *problems_at(other, series["unit"], file, "the unit of its kind", hint),
        *problems_at(
            horizon,
            series["reliability"],
            file,
            "the success rate that defines the horizon",
            "Write 0.5 for a 50% horizon.",
        ),
        *problems_at(
            undated,
            days_as_text(series["released"]),
            file,
            "the day the version came out",
            "A new benchmark is aimed at the frontier of its day. Give the day, or role 'context'.",
        ),
    ]


def _levels_of_shares(series: pd.DataFrame, file: str) -> list[Problem]:
    """Find human baselines and caps of shares that no share can have."""
    share, floor = series["kind"] == "fraction", series["floor"].fillna(0.0)
    found = []
    for name in ("human", "cap"):
        level = series[name]
        bad = share & ((level <= floor) | (level > 1))
        expected = "a share above " + floor.map("{:g}".format) + ", what chance solves, up to 1"
        found += problems_at(
            bad, level, file, expected, "Give shares of the items, not percentages."
        )
    return found


def _audit_problems(audits: pd.DataFrame, file: str, today: date) -> list[Problem]:
    bad = audits["n_flawed"] > audits["n_audited"]
    beyond = audits["n_audited"] > audits["n_items"]
    hint = "Nobody looks at more items than the set has: correct one of them."
    failed = (audits["sampling"] == "failed_items") & audits["n_items"].isna()
    solved = "Items that systems solved are taken as sound, and without it nobody knows how many."
    whole = "the number of items of the whole set"
    return [
        *problems_at(bad, audits["n_flawed"], file, "at most n_audited", "Swap or correct them."),
        *problems_at(failed, audits["n_items"], file, whole, solved),
        *problems_at(beyond, audits["n_audited"], file, "at most n_items", hint),
        *future(audits["known_on"], file, today),
    ]


def _forecast_problems(forecasts: pd.DataFrame, file: str, today: date) -> list[Problem]:
    kind, probability = forecasts["kind"], forecasts["probability"]
    missing = (kind == "probability") & probability.isna()
    target, told = forecasts["target_date"], forecasts["forecast_date"]
    over = (kind == "probability") & (target < told)
    return [
        *problems_at(missing, probability, file, "a probability", "Fill it or change the kind."),
        *problems_at(
            over, days_as_text(target), file, "a day after forecast_date", "Check both days."
        ),
        *_falling(forecasts, file),
        *_quantile_problems(forecasts, file),
        *future(forecasts["forecast_date"], file, today),
    ]


def _falling(forecasts: pd.DataFrame, file: str) -> list[Problem]:
    """Find probabilities by a day below those that the same person gave by earlier days."""
    met = forecasts["condition"].str.contains(">") & ~forecasts["condition"].str.contains("not ")
    lasting = (forecasts["event"] != "") | met
    exact = (forecasts["kind"] == "probability") & (forecasts["bound"] == "exact")
    said = forecasts[exact & lasting]
    said = said.dropna(subset=["probability", "target_date"]).sort_values("target_date")
    one = ["forecaster", "question", "event", "condition", "forecast_date"]
    before = said.groupby(one, dropna=False)["probability"].cummax()
    low = said.index[said["probability"] < before]
    bad = pd.Series(forecasts.index.isin(low), index=forecasts.index)
    expected = "at least the probability by an earlier day"
    hint = "What has happened by a day has happened by every later one: correct one of them."
    return problems_at(bad, forecasts["probability"], file, expected, hint)


def _quantile_problems(forecasts: pd.DataFrame, file: str) -> list[Problem]:
    """Check that quantiles are dates or numbers, as the unit says, and do not fall."""
    dated = forecasts["unit"] == "date"
    problems: list[Problem] = []
    highest = pd.Series(-np.inf, index=forecasts.index)
    for name in QUANTILES:
        text = forecasts[name]
        days = pd.to_datetime(text.where(dated), format="%Y-%m-%d", errors="coerce")
        days_since = (days - pd.Timestamp("1970-01-01")) / pd.Timedelta(days=1)
        numbers = pd.to_numeric(text.where(~dated), errors="coerce")
        values = days_since.where(dated, numbers)
        unread = (text != "") & values.isna()
        hint = "Write dates with unit 'date', and plain numbers with any other unit."
        problems += problems_at(unread, text, file, "an ISO date or a number, as unit says", hint)
        falling = values < highest
        problems += problems_at(falling, text, file, "a rising sequence", "Sort the quantiles.")
        highest = highest.where(values.isna(), values)
    return problems


def days_as_text(days: pd.Series) -> pd.Series:
    """Write days as ISO dates, a missing one as an empty string.

    Parameters
    ----------
    days : pandas.Series of datetime64
        Any index.

    Returns
    -------
    pandas.Series of str
        Same index.
    """
    text: pd.Series = days.dt.strftime("%Y-%m-%d").fillna("")
    return text
