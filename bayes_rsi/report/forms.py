"""Forms of the trend beside each other: their curves, their weights, their pool.

Invariant: every form of the pool is told, whatever its weight and whether its gates passed, and the
pooled numbers never stand without those that they were made of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from bayes_rsi import names
from bayes_rsi.comparison.words import BOUNDS
from bayes_rsi.forecasting.result import Forecast
from bayes_rsi.forecasting.summary import EventSummary, quantile_label, summary
from bayes_rsi.pooling.pool import BAND, Pool
from bayes_rsi.report.document import event_record
from bayes_rsi.report.tables import aligned, in_percent, wrapped
from bayes_rsi.units import as_date

__all__ = ["forms_record", "forms_text", "pool_text"]

#: How many of the stated days are told, the last ones: the first is near and says little of a form.
DAYS = 4
_OURS, _POOL = "this forecast", "pool"
_TOLD = ("probability_by", "quantiles", "never", "after_horizon")


def forms_text(forecast: Forecast, pool: Pool, comparisons: pd.DataFrame) -> str:
    """Write a forecast beside the stored forms of the trend and their pool.

    Parameters
    ----------
    forecast : Forecast
        Ours.
    pool : Pool
        Of the same evidence.
    comparisons : pandas.DataFrame
        From `bayes_rsi.compare`: is somebody's number inside the range of the forms?

    Returns
    -------
    str
        A table for each event that both have, what the weights are, and the range.
    """
    shown = [name for name in forecast.event_names if name in pool.events]
    title = (
        "By form of trend, probability in percent (stored fits of the shipped cards, with their "
        f"events; this forecast is of card '{forecast.tag.card}')"
    )
    tables = [_table(pool, name, summary(forecast, name)) for name in shown]
    parts = [wrapped(title), *tables, wrapped(_weighing(pool)), _failed(pool), _returns(pool)]
    return "\n".join(part for part in parts if part) + _range(pool, comparisons)


def pool_text(pool: Pool) -> str:
    """Write a pool for people.

    Parameters
    ----------
    pool : Pool
        Forms of the trend.

    Returns
    -------
    str
        Weights, then for each event probabilities and dates of every form and of the pool.
    """
    tag = next(iter(pool.members.values())).tag
    head = f"Forms of the trend, evidence known by {tag.as_of}, version {tag.package_version}."
    parts = [wrapped(head), _weights(pool), wrapped(_weighing(pool)), _failed(pool), _returns(pool)]
    for name, event in pool.events.items():
        title = wrapped(f"{name}: {event.title}", "    ")
        parts.append(f"{title}\nProbability in percent\n{_table(pool, name, None)}")
        parts.append(f"Dates (median and central intervals)\n{_dates(pool, name)}")
    return "\n\n".join(part for part in parts if part) + "\n"


def forms_record(pool: Pool) -> dict[str, Any]:
    """Give forms and pool as plain types.

    Parameters
    ----------
    pool : Pool
        Forms of the trend.

    Returns
    -------
    dict
        As ``forms_of_trend`` in ``forecast.schema.json``.
    """
    weights = pool.weights
    return {
        "pool": _events(pool.events),
        "members": [
            {
                "card": card,
                "trend": member.trend,
                "passed": member.verdict.passed,
                "prior_weight": weights.prior[card],
                "log_score": weights.log_score.get(card),
                "weight": weights.updated[card],
                "events": _events({name: member.events[name] for name in pool.events}),
            }
            for card, member in pool.members.items()
        ],
        "origins": list(weights.origins),
        "outcomes": weights.outcomes,
        "systems": weights.systems,
    }


def _events(events: Mapping[str, EventSummary]) -> dict[str, Any]:
    return {
        name: {key: value for key, value in event_record(event).items() if key in _TOLD}
        for name, event in events.items()
    }


def _rows(
    pool: Pool, event: str, ours: EventSummary | None
) -> Iterable[tuple[str, str, EventSummary]]:
    """Give label, weight and summary of this forecast, every form, and the pool."""
    if ours is not None:
        yield _OURS, "", ours
    for card, member in pool.members.items():
        yield member.trend, f"{pool.weights.updated[card]:.2f}", member.events[event]
    # Its curve ends before the members' horizon, so its late quantiles are only known to be later.
    yield _POOL, "", replace(pool.events[event], horizon=_last(pool))


def _table(pool: Pool, event: str, ours: EventSummary | None) -> str:
    days = list(pool.events[event].probability_by)[-DAYS:]
    head = [event, "weight", *(f"by {day:%Y-%m}" for day in days), "median", "never"]
    rows = [
        [
            label,
            weight,
            *(in_percent(one.probability_by[d]) if d in one.probability_by else "" for d in days),
            quantile_label(one, 0.5),
            in_percent(one.never),
        ]
        for label, weight, one in _rows(pool, event, ours)
    ]
    spread = [_interval(pool.band(event, day)) for day in days]
    return aligned([head, *rows, [f"range, {BAND:.0%}", "", *spread, "", ""]])


def _interval(ends: Sequence[float]) -> str:
    low, high = ends
    return f"{100 * low:.1f} to {100 * high:.1f}"


def _dates(pool: Pool, event: str) -> str:
    rows = [
        [
            label,
            quantile_label(one, 0.5),
            *(
                " to ".join(quantile_label(one, p) for p in one.interval(level))
                for level in (50, 80)
            ),
        ]
        for label, _, one in _rows(pool, event, None)
    ]
    return aligned([[event, "median", "50%", "80%"], *rows])


def _weights(pool: Pool) -> str:
    held = pool.weights
    head = ["form of trend", "card", "prior weight", "log score", "weight", "gates"]
    rows = [
        [
            member.trend,
            card,
            f"{held.prior[card]:.3f}",
            f"{held.log_score[card]:+.4f}" if card in held.log_score else "-",
            f"{held.updated[card]:.3f}",
            "pass" if member.verdict.passed else "FAIL",
        ]
        for card, member in pool.members.items()
    ]
    return aligned([head, *rows])


def _weighing(pool: Pool) -> str:
    held = pool.weights
    if not held.outcomes:
        return (
            "Weights: those of models/pool.toml, for no backtest of all forms is stored, updated "
            "by that no event has happened yet."
        )
    return (
        f"Weights: those of models/pool.toml, updated by {held.outcomes:,} outcomes of "
        f"{held.systems} systems that all forms were asked from {', '.join(held.origins)}. They "
        "are not independent: each system counts once, and the prior as the systems stated there. "
        "Then by how likely each form said that no event had happened by the as-of date."
    )


def _failed(pool: Pool) -> str:
    failed = [card for card, member in pool.members.items() if not member.verdict.passed]
    if not failed:
        return ""
    return wrapped(f"CONVERGENCE GATES FAILED for {', '.join(failed)}: do not rely on them.")


def _returns(pool: Pool) -> str:
    """Say what the scores say of increasing returns, by the form that has them."""
    for card, member in pool.members.items():
        if one := member.trend_parameters.get(names.FEEDBACK):
            return wrapped(
                f"Increasing returns (card '{card}'): a year of progress at today's rate changes "
                f"log growth by {_middle(one.quantiles)}, upwards with "
                f"{100 * one.above_zero:.0f}%; without any score, {_middle(one.prior_quantiles)} "
                f"and {100 * one.prior_above_zero:.0f}%."
            )
    return ""


def _middle(quantiles: Mapping[float, float]) -> str:
    low, middle, high = (quantiles[p] for p in (0.05, 0.5, 0.95))
    return f"{middle:.2f} (90%: {low:.2f} to {high:.2f})"


def _range(pool: Pool, comparisons: pd.DataFrame) -> str:
    """Say whether what somebody said lies in the range over the forms of the trend."""
    lines = []
    for row in comparisons.to_dict("records"):
        event, day = str(row["event"]), as_date(row["date"])
        if event in pool.events and day <= _last(pool):
            low, high = pool.band(event, day)
            where = _where(row["theirs"], row["bound"], low, high)
            lines.append(
                f"{row['forecaster']}'s {BOUNDS[row['bound']]}{100 * row['theirs']:.0f}% for "
                f"{event} by {day:%Y-%m} lies {where} the range of the forms, "
                f"{_interval((low, high))}%."
            )
    if not lines:
        return ""
    note = f"The range holds the forms of the trend with {BAND:.0%} of the weight."
    return "\n" + "\n".join(map(wrapped, [*lines, note]))


def _last(pool: Pool) -> date:
    return next(iter(pool.members.values())).days[-1]


def _where(theirs: float, bound: str, low: float, high: float) -> str:
    """Place a number; who says 'at least' means everything above it too."""
    if theirs > high and bound != "upper":
        return "above"
    if theirs < low and bound != "lower":
        return "below"
    return "inside"
