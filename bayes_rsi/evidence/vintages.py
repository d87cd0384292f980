"""Vintages of a figure: what was published of it first, and last.

Invariant: pure; two rows are of one figure where they agree in `KEY`.
"""

from __future__ import annotations

import pandas as pd

__all__ = ["KEY", "first_known", "latest_vintage"]

#: What one selected score is the only one of, apart from its effort.
KEY = ("series", "system", "scaffold", "effort", "reporter")


def latest_vintage(scores: pd.DataFrame) -> pd.DataFrame:
    """Keep, of each key, the vintage that became known last; of one day, the last in text order.

    Parameters
    ----------
    scores : pandas.DataFrame
        Typed rows of `scores.csv`.

    Returns
    -------
    pandas.DataFrame
        The rows that are left.
    """
    ordered = scores.sort_values(["known_on", "vintage"], kind="stable")
    return ordered.drop_duplicates(list(KEY), keep="last")


def first_known(scores: pd.DataFrame, every: pd.DataFrame) -> pd.Series:
    """Give since when the figure of each row is known in any of its vintages.

    Parameters
    ----------
    scores : pandas.DataFrame
        Typed rows of `scores.csv`.
    every : pandas.DataFrame
        The rows to look for vintages in; holds those of `scores`.

    Returns
    -------
    pandas.Series
        Days, on the index of `scores`.
    """
    key = list(KEY)
    first = every.groupby(key, dropna=False)["known_on"].min()
    return pd.Series(first.reindex(pd.MultiIndex.from_frame(scores[key])).to_numpy(), scores.index)
