"""A forecast as one JSON document.

Invariant: the document keeps to `forecast.schema.json` beside this module, holds no NaN and no
infinity (null instead), and two runs with one tag differ in `timings` only.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import date
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd

from bayes_rsi import names
from bayes_rsi.forecasting.montecarlo import Share
from bayes_rsi.forecasting.result import Forecast
from bayes_rsi.forecasting.summary import INTERVALS, EventSummary, by_quarter, summary
from bayes_rsi.tags import Verdict
from bayes_rsi.units import minutes

__all__ = [
    "SCHEMA_VERSION",
    "as_json",
    "event_record",
    "finite",
    "forecast_document",
    "forecast_schema",
    "records",
    "shares_record",
    "verdict_record",
]

SCHEMA_VERSION = 1


def forecast_document(
    forecast: Forecast,
    comparisons: pd.DataFrame,
    files: Mapping[str, str],
    timings: Mapping[str, float],
    moved: pd.DataFrame | None = None,
    prior: Forecast | None = None,
    forms: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Give everything that a forecast states as plain types.

    Parameters
    ----------
    forecast : Forecast
        What was forecast.
    comparisons : pandas.DataFrame
        From `bayes_rsi.compare`; may be empty.
    files : mapping of str to str
        Files beside the document, by what they are; relative to it.
    timings : mapping of str to float
        Seconds of each step.
    moved : pandas.DataFrame, optional
        From `bayes_rsi.comparison.moved.moved`, where evidence was added.
    prior : Forecast, optional
        The same card without any score: what its judgements alone say.
    forms : mapping, optional
        From `bayes_rsi.report.forms.forms_record`, where forms of the trend are stored.

    Returns
    -------
    dict
        As `forecast_schema` describes it.

    Examples
    --------
    >>> document = forecast_document(forecast, rsi.compare(forecast, "clark"), {}, {})
    >>> document["events"]["end_to_end"]["probability_by"]["2028-12-31"]["p"]
    0...
    """
    growth = {f"{p:g}": value for p, value in forecast.growth().items()}
    document: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "tag": forecast.tag.as_dict(),
        "verdict": verdict_record(forecast.verdict),
        "events": {name: event_record(summary(forecast, name)) for name in forecast.event_names},
        "by_quarter": {name: records(by_quarter(forecast, name)) for name in forecast.event_names},
        "comparisons": records(comparisons),
        "frontier": _frontier(forecast),
        "growth": {"unit": "doublings per year", "quantiles": growth},
        "files": dict(files),
        "timings": {step: round(seconds, 3) for step, seconds in timings.items()},
    }
    if prior is not None:
        document["prior_alone"] = {
            name: shares_record(summary(prior, name).probability_by)
            for name in forecast.event_names
        }
    if forms is not None:
        document["forms_of_trend"] = dict(forms)
    if moved is not None:
        document["moved"] = records(moved)
    return dict(finite(document))


def forecast_schema() -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of the document.

    Returns
    -------
    dict
        The schema.

    Examples
    --------
    >>> forecast_schema()["$schema"]
    'https://json-schema.org/draft/2020-12/schema'
    """
    file = resources.files("bayes_rsi.report").joinpath("forecast.schema.json")
    return dict(json.loads(file.read_text(encoding="utf-8")))


def as_json(document: Mapping[str, Any]) -> str:
    r"""Write a document as JSON text.

    Parameters
    ----------
    document : mapping
        From `forecast_document`.

    Returns
    -------
    str
        Two spaces of indent, a line feed at the end.

    Raises
    ------
    ValueError
        When a number is not finite.

    Examples
    --------
    >>> as_json({"p": 0.5})
    '{\n  "p": 0.5\n}\n'
    """
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def verdict_record(verdict: Verdict) -> dict[str, Any]:
    """Give the convergence gates as plain types.

    Parameters
    ----------
    verdict : Verdict
        All gates.

    Returns
    -------
    dict
        ``passed``, and ``gates`` with value, limit and result of each.
    """
    gates = [
        {
            "name": gate.name,
            "value": gate.value,
            "limit": gate.limit,
            "at_most": gate.at_most,
            "where": gate.where,
            "passed": gate.passed,
        }
        for gate in verdict.gates
    ]
    return {"passed": verdict.passed, "gates": gates}


def event_record(event: EventSummary) -> dict[str, Any]:
    """Give what is stated about an event as plain types.

    Parameters
    ----------
    event : EventSummary
        From `bayes_rsi.forecasting.summary.summary`.

    Returns
    -------
    dict
        Probabilities with errors, quantiles, intervals, shares.
    """
    return {
        "title": event.title,
        "probability_by": shares_record(event.probability_by),
        "never_if_none_by": shares_record(event.never_if_none_by),
        "quantiles": {f"{p:g}": _day(day) for p, day in event.quantiles.items()},
        "intervals": {
            f"{percent}": [_day(event.quantiles[p]) for p in event.interval(percent)]
            for percent in INTERVALS
        },
        "never": _share(event.never),
        "after_horizon": _share(event.after_horizon),
        "contradicted": event.contradicted,
        "binding": dict(event.binding),
        "left_out": list(event.left_out),
    }


def shares_record(by_day: Mapping[date, Share]) -> dict[str, Any]:
    """Give probabilities by days as plain types.

    Parameters
    ----------
    by_day : mapping of date to Share
        P(event by a day).

    Returns
    -------
    dict
        ISO date to ``p`` and ``mcse``.
    """
    return {f"{day}": _share(share) for day, share in by_day.items()}


def _share(share: Share) -> dict[str, float]:
    return {"p": share.p, "mcse": share.mcse}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _frontier(forecast: Forecast) -> list[dict[str, Any]]:
    levels = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
    doublings = forecast.frontier_quantiles(list(levels.values())).transpose(..., names.DATE)
    with np.errstate(over="ignore"):  # beyond any number of minutes: null in the document
        bands = minutes(doublings)
    days = pd.DatetimeIndex(forecast.frontier[names.DATE].values)
    return [
        {"date": f"{day:%Y-%m-%d}"} | dict(zip(levels, map(float, bands[:, i]), strict=True))
        for i, day in enumerate(days)
    ]


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Give rows as plain types, days as ISO dates.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any table.

    Returns
    -------
    list of dict
        One for each row, column to value.
    """
    rows = frame.to_dict("records")
    return [{str(key): _plain(value) for key, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    if isinstance(value, date):  # a Timestamp too
        return f"{value:%Y-%m-%d}"
    return value.item() if hasattr(value, "item") else value


def finite(value: Any) -> Any:
    """Put null where a number is not finite: JSON has none of those.

    Parameters
    ----------
    value : object
        Plain types, nested in mappings and lists.

    Returns
    -------
    object
        The same, with None for infinity and nan.
    """
    if isinstance(value, Mapping):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
