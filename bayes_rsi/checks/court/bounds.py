"""Between which ends a published figure lies: one point, or less where it is censored.

Invariant: lower is at most upper; both are the value itself where nothing is censored.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

__all__ = ["bounds"]


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
