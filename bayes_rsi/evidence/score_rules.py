"""Rules of a score: its series, its system, its unit, its interval, and the day it was known.

Invariant: each rule is one small function from typed frames to problems and changes nothing.
Frames are indexed by row number in the file; a cell that could not be read was reported by `cells`
and is missing here, so no rule reports it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd

from bayes_rsi.errors import Problem, did_you_mean
from bayes_rsi.evidence.cells import problems_at
from bayes_rsi.evidence.rules import days_as_text, future, unknown_words

__all__ = ["LEAD_DAYS", "added_problems", "score_problems"]

#: A figure may precede its system's release by this much (previews, early access), in days.
LEAD_DAYS = 60
_POSITIVE = ("minutes", "speedup", "ratio")
# Published bounds are rounded; a value may leave its interval by this share of the value.
_ROUNDING = 1e-6


def score_problems(
    scores: pd.DataFrame, tables: Mapping[str, pd.DataFrame], file: str, today: date
) -> list[Problem]:
    """Check scores, row by row, against their series, their systems and the calendar.

    Parameters
    ----------
    scores : pandas.DataFrame
        Typed rows with canonical system names, index = row numbers.
    tables : mapping of str to pandas.DataFrame
        `benchmarks`, `systems` and `aliases`, typed.
    file : str
        Name for the messages.
    today : datetime.date
        A figure known later than this is an error.

    Returns
    -------
    list of Problem
        Empty when all is well.
    """
    series = tables["benchmarks"].drop_duplicates("series").set_index("series")
    systems = tables["systems"].drop_duplicates("system").set_index("system")
    names = tables["systems"]["system"]
    return [
        *unknown_words(scores["series"], tables["benchmarks"]["series"], file, "benchmarks"),
        *unknown_words(scores["system"], names, file, "systems", tables["aliases"]["alias"]),
        *_carried_problems(scores, series, file),
        *_other_unit(scores, series["unit"], file),
        *_fraction_range(scores, file),
        *_not_positive(scores, file),
        *_beyond_suite(scores, series, file),
        *_count_problems(scores, series, file),
        *_interval_problems(scores, file),
        *_bound_problems(scores, file),
        *future(scores["known_on"], file, today),
        *_too_early(scores, systems["released"], file),
    ]


def _carried_problems(scores: pd.DataFrame, series: pd.DataFrame, file: str) -> list[Problem]:
    """Find runs that come from no series, from the same or another kind, or were carried twice."""
    origin, marked = scores["carried_from"], scores[scores["carried_from"] != ""]
    alike = origin.map(series["kind"]) == scores["series"].map(series["kind"])
    twice = pd.MultiIndex.from_arrays([origin, scores["system"]]).isin(
        pd.MultiIndex.from_frame(marked[["series", "system"]])
    )
    bad = (origin != "") & (~alike | (origin == scores["series"]) | twice)
    due = "another series of benchmarks.csv, of the same kind, that has the runs by itself"
    return problems_at(bad, origin, file, due, lambda got: did_you_mean(got, series.index))


def _other_unit(scores: pd.DataFrame, units: pd.Series, file: str) -> list[Problem]:
    due = scores["series"].map(units).fillna("")
    bad = (due != "") & (scores["unit"] != due) & (scores["unit"] != "")
    return problems_at(bad, scores["unit"], file, due + ", the unit of the series", _unit_hint)


def _unit_hint(unit: str) -> str:
    percent = unit.lower() in ("percent", "%", "percentage", "pct")
    return "Divide the value by 100 and write 'fraction'." if percent else "Convert the value."


#: Where a share, its error and the ends of its interval lie; published ends may lie beyond 0 and 1.
_SHARES = {"value": (0, 1), "se": (0, 0.5), "ci_low": (-1, 1), "ci_high": (0, 2)}


def _fraction_range(scores: pd.DataFrame, file: str) -> list[Problem]:
    share, found = scores["unit"] == "fraction", []
    for name, (low, high) in _SHARES.items():
        bad = share & ((scores[name] < low) | (scores[name] > high))
        expected = f"a fraction from {low:g} to {high:g}"
        found += problems_at(bad, scores[name], file, expected, _fraction_hint)
    return found


def _fraction_hint(value: float) -> str:
    if 2 <= value <= 100:  # a little above 1 is no percentage
        return f"If it is a percentage, divide by 100: {value / 100:g}"
    return "Give the share of items solved."


def _not_positive(scores: pd.DataFrame, file: str) -> list[Problem]:
    values = scores["value"]
    # A failed run may be kept as published when it is excluded: it is never fitted.
    bad = scores["unit"].isin(_POSITIVE) & (values <= 0) & (scores["excluded"] == "")
    hint = "Zero has no logarithm: write the smallest that could be measured, or exclude the row."
    return problems_at(bad, values, file, "a positive number", hint)


def _beyond_suite(scores: pd.DataFrame, series: pd.DataFrame, file: str) -> list[Problem]:
    """Find figures, and lower bounds, beyond the suite; shares have their own range."""
    cap = scores["series"].map(series["cap"])
    shares = scores["series"].map(series["unit"]) == "fraction"
    counted = (scores["excluded"] == "") & ~shares & (scores["value"] > cap)
    expected = "at most " + cap.map("{:g}".format) + ", the largest that the suite can measure"
    hint = "Give that with censoring 'right', or 'interval' with lower and upper."
    known = "Above it the suite tells nothing further: give that number, still censored 'right'."
    return [
        *problems_at(
            counted & (scores["censoring"] == "none"), scores["value"], file, expected, hint
        ),
        *problems_at(
            counted & (scores["censoring"] == "right"), scores["value"], file, expected, known
        ),
    ]


def _count_problems(scores: pd.DataFrame, series: pd.DataFrame, file: str) -> list[Problem]:
    tried = scores["n_items"].fillna(scores["series"].map(series["n_items"]))
    value, fitted = scores["value"], scores["series"].map(series["role"]) != "context"
    counts = (scores["unit"] == "count") & (scores["excluded"] == "")
    uneven = counts & ((value < 0) | (value % 1 != 0)) & value.notna()
    expected = "at most " + tried.map("{:g}".format) + ", the problems that were tried"
    hint = "Check value and n_items."
    shares = (scores["unit"] == "fraction") & (scores["excluded"] == "")
    untold = "says nothing without how many were tried: fill n_items here or of the series."
    return [
        *problems_at(uneven, value, file, "a whole number of problems, not negative", hint),
        *problems_at(counts & (value > tried), value, file, expected, hint),
        *problems_at(
            counts & fitted & tried.isna(),
            scores["n_items"],
            file,
            "the problems that were tried",
            f"A count {untold}",
        ),
        *problems_at(
            shares & fitted & tried.isna(),
            scores["n_items"],
            file,
            "the number of items",
            f"A share {untold}",
        ),
    ]


def added_problems(
    scores: pd.DataFrame, tables: Mapping[str, pd.DataFrame], file: str
) -> list[Problem]:
    """Check what a user adds further than whole tables, which may be of a simpler world.

    Censored figures of kinds that the model would take for exact, and figures that were known
    before there was their series, are refused.

    Parameters
    ----------
    scores : pandas.DataFrame
        Typed rows that a user adds.
    tables : mapping of str to pandas.DataFrame
        `benchmarks`, typed.
    file : str
        Name for the messages.

    Returns
    -------
    list of Problem
        Empty when all is well.
    """
    series = tables["benchmarks"].drop_duplicates("series").set_index("series")
    return [
        *_uncounted_censoring(scores, series["kind"], file),
        *_before_series(scores, series, file),
    ]


def _uncounted_censoring(scores: pd.DataFrame, kinds: pd.Series, file: str) -> list[Problem]:
    other = scores["series"].map(kinds).fillna("horizon") != "horizon"
    bad = other & (scores["censoring"] != "none") & (scores["excluded"] == "")
    hint = "Only horizons are fitted as bounds; give the figure without censoring, or exclude it."
    return problems_at(bad, scores["censoring"], file, "'none' for this kind of series", hint)


def _interval_problems(scores: pd.DataFrame, file: str) -> list[Problem]:
    low, high, value = scores["ci_low"], scores["ci_high"], scores["value"]
    slack = _ROUNDING * value.abs()
    reversed_, no_width = low > high, low == high
    no_logarithm = scores["unit"].isin(_POSITIVE) & (low <= 0) & (scores["excluded"] == "")
    outside = (
        ~reversed_ & ~no_width & ~no_logarithm & ((value < low - slack) | (value > high + slack))
    )
    half = low.isna() != high.isna()
    no_level = low.notna() & high.notna() & scores["ci_level"].isna()
    got = ("[" + low.astype("str") + ", " + high.astype("str") + "]").rename("ci_low")
    return [
        *problems_at(reversed_, got, file, "ci_low < ci_high", "Swap the two ends."),
        *problems_at(
            no_width, got, file, "ci_low < ci_high", "Nothing is known exactly: empty both ends."
        ),
        *problems_at(
            no_logarithm,
            got,
            file,
            "a positive ci_low",
            "Zero has no logarithm: give the end as it was published, or empty both ends.",
        ),
        *problems_at(
            outside,
            got,
            file,
            "an interval that holds the value",
            "Check value and interval, and that both are in the same unit.",
        ),
        *problems_at(half, got, file, "both ci_low and ci_high, or neither", "Fill the other end."),
        *problems_at(
            no_level, scores["ci_level"], file, "the level of the interval", "Write 0.95 for 95%."
        ),
    ]


def _bound_problems(scores: pd.DataFrame, file: str) -> list[Problem]:
    lower, upper = scores["lower"], scores["upper"]
    interval = scores["censoring"] == "interval"
    missing = interval & (lower.isna() | upper.isna())
    stray = ~interval & (lower.notna() | upper.notna())
    got = ("[" + lower.astype("str") + ", " + upper.astype("str") + "]").rename("lower")
    outside = interval & ((scores["value"] < lower) | (scores["value"] > upper))
    no_logarithm = interval & scores["unit"].isin(_POSITIVE) & (lower <= 0)
    return [
        *problems_at(
            missing,
            got,
            file,
            "lower and upper of an interval-censored figure",
            "Fill both bounds, or use censoring 'right' or 'left'.",
        ),
        *problems_at(interval & (lower > upper), got, file, "lower <= upper", "Swap the bounds."),
        *problems_at(
            outside & ~(lower > upper),
            got,
            file,
            "bounds that hold the value",
            "Check value and bounds, and that all are in the same unit.",
        ),
        *problems_at(
            no_logarithm, lower, file, "a positive lower bound", "Or use censoring 'left'."
        ),
        *problems_at(
            stray,
            got,
            file,
            "no bounds without censoring 'interval'",
            "Write 'interval' in censoring, or empty both bounds.",
        ),
    ]


def _too_early(scores: pd.DataFrame, released: pd.Series, file: str) -> list[Problem]:
    due = pd.to_datetime(scores["system"].map(released))
    bad = scores["known_on"] < due - pd.Timedelta(days=LEAD_DAYS)
    expected = f"a day at most {LEAD_DAYS} days before the release, " + days_as_text(due)
    hint = "Check the day, the system and its release in systems.csv."
    return problems_at(bad, days_as_text(scores["known_on"]), file, expected, hint)


def _before_series(scores: pd.DataFrame, series: pd.DataFrame, file: str) -> list[Problem]:
    due = pd.to_datetime(scores["series"].map(series["released"]))
    counts = (scores["excluded"] == "") & (scores["series"].map(series["role"]) != "context")
    expected = "a day on or after the release of the series, " + days_as_text(due)
    hint = "Check the day, the series and its release in benchmarks.csv."
    bad = counts & (scores["known_on"] < due)
    return problems_at(bad, days_as_text(scores["known_on"]), file, expected, hint)
