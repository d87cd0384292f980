"""Between which ends a published figure lies: one point, or less where it is censored.

Invariant: lower is at most upper; both are the value itself where nothing is censored.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

__all__ = ["bounds", "surely"]


def bounds(rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Give the ends.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of the scores: ``value``, ``lower``, ``upper``, ``censoring``.

    Returns
    -------
    tuple of pandas.Series
        Lower and upper end in the unit of the series, by the index of `rows`; infinite on the open
        side of what is left- or right-censored.

    Examples
    --------
    >>> row = {"value": [960.0], "lower": [None], "upper": [None], "censoring": ["right"]}
    >>> [end.item() for end in bounds(pd.DataFrame(row))]
    [960.0, inf]
    """
    value, kind = rows["value"].astype(float), rows["censoring"]
    between = kind == "interval"
    lower = value.mask(between, rows["lower"].astype(float)).mask(kind == "left", -np.inf)
    upper = value.mask(between, rows["upper"].astype(float)).mask(kind == "right", np.inf)
    return lower, upper


def surely(rows: pd.DataFrame) -> pd.Series:
    """Give what figures are worth as the best known: of an interval its lower end.

    The point in an interval is a reading of it; a later system that is measured beyond the lower
    end may well be better, and one of which only "beyond the suite" is known too.

    Parameters
    ----------
    rows : pandas.DataFrame
        As for `bounds`.

    Returns
    -------
    pandas.Series
        In the unit of the series, by the index of `rows`; finite.

    Examples
    --------
    >>> row = {"value": [4260.0], "lower": [678.0], "upper": [16200.0], "censoring": ["interval"]}
    >>> surely(pd.DataFrame(row)).item()
    678.0
    """
    return rows["value"].astype(float).mask(rows["censoring"] == "interval", bounds(rows)[0])
