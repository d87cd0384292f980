"""Answers of the verbs as JSON documents.

Invariant: a document holds every table of the answer, what it assumes, and the tag and the verdict
of the forecast; no NaN and no infinity.
"""

from __future__ import annotations

from dataclasses import asdict, fields, is_dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi.forecasting.montecarlo import Share
from bayes_rsi.forecasting.result import Forecast
from bayes_rsi.report.document import finite, records

__all__ = ["verb_document"]


def verb_document(verb: str, answer: Any, forecast: Forecast) -> dict[str, Any]:
    """Give an answer as plain types.

    Parameters
    ----------
    verb : str
        Which verb.
    answer : dataclass
        From the verb: tables, numbers and texts.
    forecast : Forecast
        What it is about.

    Returns
    -------
    dict
        ``verb``, ``tag``, ``passed`` (the gates), and the fields of the answer: tables and datasets
        as lists of records, shares as ``p`` and ``mcse``, days as ISO dates; forecasts and fits are
        left out.

    Examples
    --------
    >>> found = rsi.given(forecast, "horizon p50 >= 10 h on 2026-12-31")
    >>> verb_document("given", found, forecast)["condition"]
    'horizon p50 >= 10 h on 2026-12-31'
    """
    head = {"verb": verb, "tag": forecast.tag.as_dict(), "passed": forecast.verdict.passed}
    named = {item.name: getattr(answer, item.name) for item in fields(answer)}
    kept = {name: _plain(value) for name, value in named.items() if not _heavy(value)}
    return dict(finite(head | kept))


def _heavy(value: Any) -> bool:
    """Whether something is no answer but what it was made from."""
    is_array = isinstance(value, xr.DataArray | np.ndarray)
    return is_array or (is_dataclass(value) and not isinstance(value, Share))


def _plain(value: Any) -> Any:
    if isinstance(value, pd.DataFrame):
        return records(value)
    if isinstance(value, xr.Dataset):
        return records(value.to_dataframe().dropna(how="all").reset_index())
    if isinstance(value, Share):
        return asdict(value)
    if isinstance(value, date):
        return value.isoformat()
    return value.item() if hasattr(value, "item") else value
