"""Which published figures a model may see: the rules, one small function each.

Invariant: a rule only drops rows; it invents, averages and maximises nothing. The maximum over runs
is never taken, so a scaffold effect stays visible to the model. The docstring of `panel` says the
same in words.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date

import pandas as pd

from bayes_rsi.errors import EvidenceError, Problem, did_you_mean
from bayes_rsi.evidence.cut import Evidence
from bayes_rsi.evidence.schema import EFFORTS, KINDS
from bayes_rsi.evidence.vintages import KEY, latest_vintage

__all__ = [
    "SERIES_ALONE",
    "enough_scores",
    "fitted_series",
    "highest_effort",
    "known",
    "not_carried_over",
    "not_excluded",
    "not_named",
    "quoted_by_article",
    "released_systems",
    "select",
    "why_dropped",
]

#: Before the name of a series that is left out without the other series of its benchmark.
SERIES_ALONE = "series:"


def select(
    evidence: Evidence,
    kinds: Sequence[str],
    exclude: Collection[str] = (),
    min_scores: int = 3,
    article_only: bool = False,
    carried_over: bool = False,
) -> pd.DataFrame:
    """Apply every rule, in the order of `panel`'s docstring.

    Parameters
    ----------
    evidence, kinds, exclude, min_scores, article_only, carried_over
        As in `panel`.

    Returns
    -------
    pandas.DataFrame
        Rows of `evidence.scores`, sorted by `KEY`.

    Raises
    ------
    EvidenceError
        Unknown kind or name, an index beside other kinds, or nothing left.
    """
    rows = evidence.scores
    for _, rule in _rules(evidence, kinds, exclude, min_scores, article_only, carried_over):
        rows = rule(rows)
    if rows.empty:
        got = f"no score left as of {evidence.as_of}"
        hint = "Choose a later day, more kinds, fewer exclusions or a smaller min_scores."
        raise EvidenceError([Problem("panel", None, None, got, "at least one score", hint)])
    return rows.sort_values(list(KEY)).reset_index(drop=True)


def why_dropped(
    evidence: Evidence,
    kinds: Sequence[str],
    exclude: Collection[str] = (),
    min_scores: int = 3,
    article_only: bool = False,
    carried_over: bool = False,
) -> pd.Series:
    """Say of each score which rule drops it.

    Parameters
    ----------
    evidence, kinds, exclude, min_scores, article_only, carried_over
        As in `panel`.

    Returns
    -------
    pandas.Series of str
        Index of `evidence.scores`; empty for those that `select` keeps.

    Raises
    ------
    EvidenceError
        Unknown kind or name, or an index beside other kinds.
    """
    why, rows = pd.Series("", index=evidence.scores.index, dtype="str"), evidence.scores
    for words, rule in _rules(evidence, kinds, exclude, min_scores, article_only, carried_over):
        kept = rule(rows)
        why.loc[rows.index.difference(kept.index)] = words
        rows = kept
    return why


def _rules(
    evidence: Evidence,
    kinds: Sequence[str],
    exclude: Collection[str],
    min_scores: int,
    article_only: bool,
    carried_over: bool,
) -> list[tuple[str, Callable[[pd.DataFrame], pd.DataFrame]]]:
    """Give every rule in its order, with what it drops in words."""
    _refuse_kinds(kinds)
    _refuse_names(exclude, evidence)
    series, systems, day = evidence.series, evidence.systems, evidence.as_of
    quoted: Callable[[pd.DataFrame], pd.DataFrame] = quoted_by_article if article_only else _all
    carried: Callable[[pd.DataFrame], pd.DataFrame] = _all if carried_over else not_carried_over
    return [
        (f"known after {day}", lambda rows: known(rows, day)),
        ("excluded", not_excluded),
        (
            "of a context series, or a kind that the card does not fit",
            lambda rows: fitted_series(rows, series, kinds),
        ),
        ("left out by the card", lambda rows: not_named(rows, series, exclude)),
        ("not quoted by the article", quoted),
        ("carried over from a series that is fitted too", carried),
        ("superseded by a later vintage", latest_vintage),
        ("superseded by a higher effort", highest_effort),
        (f"of a system released after {day}", lambda rows: released_systems(rows, systems, day)),
        (
            f"on a series with fewer than {min_scores} scores",
            lambda rows: enough_scores(rows, series, min_scores),
        ),
    ]


def _all(scores: pd.DataFrame) -> pd.DataFrame:
    return scores


def known(scores: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Keep figures that were known on the day.

    Parameters
    ----------
    scores : pandas.DataFrame
        Typed rows of `scores.csv`.
    as_of : datetime.date
        The day of the panel.

    Returns
    -------
    pandas.DataFrame
        The rows that are left.
    """
    return scores[scores["known_on"] <= pd.Timestamp(as_of)]


def not_excluded(scores: pd.DataFrame) -> pd.DataFrame:
    """Drop figures with a reason code; such a row does not withdraw an older vintage either.

    Parameters
    ----------
    scores : pandas.DataFrame
        Typed rows of `scores.csv`.

    Returns
    -------
    pandas.DataFrame
        The rows that are left.
    """
    return scores[scores["excluded"] == ""]


def fitted_series(
    scores: pd.DataFrame, series: pd.DataFrame, kinds: Collection[str]
) -> pd.DataFrame:
    """Keep series of the asked kinds whose role is not `context`.

    Parameters
    ----------
    scores : pandas.DataFrame
        Typed rows of `scores.csv`.
    series : pandas.DataFrame
        Typed rows of `benchmarks.csv`.
    kinds : collection of str
        Kinds of series to take.

    Returns
    -------
    pandas.DataFrame
        The rows that are left.
    """
    fitted = series[series["kind"].isin(list(kinds)) & (series["role"] != "context")]
    return scores[scores["series"].isin(fitted["series"])]


def not_named(scores: pd.DataFrame, series: pd.DataFrame, names: Collection[str]) -> pd.DataFrame:
    """Drop the series, benchmarks (with all their series) and systems that are named.

    A series that is its benchmark's namesake is named alone as ``series:<name>``.

    Parameters
    ----------
    scores : pandas.DataFrame
        Typed rows of `scores.csv`.
    series : pandas.DataFrame
        Typed rows of `benchmarks.csv`.
    names : collection of str
        Series, benchmarks or systems, or a series alone.

    Returns
    -------
    pandas.DataFrame
        The rows that are left.
    """
    alone = [name.removeprefix(SERIES_ALONE) for name in names if name.startswith(SERIES_ALONE)]
    listed = list(names)
    left_out = series["series"].isin(listed + alone) | series["benchmark"].isin(listed)
    bad = scores["series"].isin(series["series"][left_out]) | scores["system"].isin(listed)
    return scores[~bad]


def quoted_by_article(scores: pd.DataFrame) -> pd.DataFrame:
    """Keep the figures that the article quotes: the rows marked in the column `article`.

    Parameters
    ----------
    scores : pandas.DataFrame
        Typed rows of `scores.csv`.

    Returns
    -------
    pandas.DataFrame
        The rows that are left. The article's own roundings are no scores (`excluded`); what is
        left are the published figures behind them.
    """
    return scores[scores["article"]]


def not_carried_over(scores: pd.DataFrame) -> pd.DataFrame:
    """Drop figures whose runs are counted already, in the series that they were carried over from.

    What is so of one figure of a system on a series is so of all its vintages there: a later one,
    which may come without the mark, rests on the same runs.

    Parameters
    ----------
    scores : pandas.DataFrame
        Typed rows of `scores.csv`.

    Returns
    -------
    pandas.DataFrame
        The rows that are left: a figure stays where the system has none on the other series. It
        goes even where that series is left out afterwards, for having too few scores.
    """
    pair = ["series", "system"]
    marked = scores.loc[scores["carried_from"] != "", [*pair, "carried_from"]].drop_duplicates(pair)
    origin = scores[pair].merge(marked, how="left", on=pair)["carried_from"]
    there = pd.MultiIndex.from_frame(scores[pair])
    twice = pd.MultiIndex.from_arrays([origin.to_numpy(), scores["system"].to_numpy()]).isin(there)
    return scores[~twice]


def highest_effort(scores: pd.DataFrame) -> pd.DataFrame:
    """Keep, of each series, system, scaffold and reporter, the highest reasoning effort.

    Parameters
    ----------
    scores : pandas.DataFrame
        Typed rows of `scores.csv`.

    Returns
    -------
    pandas.DataFrame
        The rows that are left.
    """
    rank = scores["effort"].map({effort: place for place, effort in enumerate(EFFORTS)})
    ordered = scores.assign(_rank=rank).sort_values("_rank", kind="stable").drop(columns="_rank")
    return ordered.drop_duplicates([name for name in KEY if name != "effort"], keep="last")


def released_systems(scores: pd.DataFrame, systems: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Keep systems that were out on the day: a preview has no release date to stand at yet.

    Parameters
    ----------
    scores : pandas.DataFrame
        Typed rows of `scores.csv`.
    systems : pandas.DataFrame
        Typed rows of `systems.csv`.
    as_of : datetime.date
        The day of the panel.

    Returns
    -------
    pandas.DataFrame
        The rows that are left.
    """
    out = systems["system"][systems["released"] <= pd.Timestamp(as_of)]
    return scores[scores["system"].isin(out)]


def enough_scores(scores: pd.DataFrame, series: pd.DataFrame, min_scores: int) -> pd.DataFrame:
    """Drop series with fewer than `min_scores` rows: they say nothing on their own difficulty.

    Counts stay: one count carries the outcomes of all the problems attempted.

    Parameters
    ----------
    scores : pandas.DataFrame
        Typed rows of `scores.csv`.
    series : pandas.DataFrame
        Typed rows of `benchmarks.csv`.
    min_scores : int
        Fewest rows of a series.

    Returns
    -------
    pandas.DataFrame
        The rows that are left.
    """
    counts = scores.groupby("series")["series"].transform("size")
    counted = scores["series"].isin(series.loc[series["kind"] == "count", "series"])
    return scores[counted | (counts >= min_scores)]


def _refuse_kinds(kinds: Sequence[str]) -> None:
    problems = [
        Problem("panel", None, "kinds", kind, "a kind of series", did_you_mean(kind, KINDS))
        for kind in kinds
        if kind not in KINDS
    ]
    if "index" in kinds and set(kinds) != {"index"}:
        hint = "An index is made of other benchmarks: counting both counts the same runs twice."
        got = ", ".join(kinds)
        problems.append(Problem("panel", None, "kinds", got, "'index' alone, or without it", hint))
    if isinstance(kinds, str) or not kinds:
        hint = "Write kinds=('fraction', 'horizon')."
        problems = [Problem("panel", None, "kinds", kinds, "a tuple of kinds", hint)]
    if problems:
        raise EvidenceError(problems)


def _refuse_names(names: Collection[str], evidence: Evidence) -> None:
    if isinstance(names, str):
        hint = f"Write exclude=({names!r},)."
        raise EvidenceError([Problem("panel", None, "exclude", names, "a tuple of names", hint)])
    alone = [f"{SERIES_ALONE}{series}" for series in evidence.every_series]
    options = [*evidence.every_name, *alone]
    problems = [
        Problem(
            "panel",
            None,
            "exclude",
            name,
            "a series, benchmark or system, or series:NAME",
            did_you_mean(name, options),
        )
        for name in names
        if name not in options
    ]
    if problems:
        raise EvidenceError(problems)
