"""Which questions of a registered forecast the evidence has answered since, and how.

Invariant: the forecast is only read; questions are settled by the rules of the backtest, from what
became known after the day of the forecast; and every question is in exactly one state.

    resolved    has an outcome
    void        nothing new became known by then, so nothing was asked
    open        a censored figure leaves it open, or it is the best score of a horizon suite, which
                nothing settles, for suites are retired
    waiting     its day has not come

All releases of a system of one tier on one series are one question, answered by every such system
released since, at its own day between those that were asked about.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi.cards import load_card
from bayes_rsi.checks.court.answers import COLUMNS, DRAWS
from bayes_rsi.checks.court.baselines.protocol import gathered
from bayes_rsi.checks.court.events import event_targets
from bayes_rsi.checks.court.targets import COLUMNS as ASKED
from bayes_rsi.checks.court.targets import targets, until
from bayes_rsi.checks.record.ahead import NEVER
from bayes_rsi.checks.record.asked import RELEASES
from bayes_rsi.checks.record.quantiles import Told, between, sample, told
from bayes_rsi.checks.record.registration import Registration
from bayes_rsi.evidence import Evidence, cut

__all__ = ["STATES", "Resolution", "resolution"]

STATES = ("resolved", "void", "open", "waiting")
#: Kinds of question with several releases.
_RELEASED = ("system", "record")


@dataclass(frozen=True, eq=False)
class Resolution:
    """What is known of the questions of one registered forecast.

    Parameters
    ----------
    questions : pandas.DataFrame
        Index ``question``: ``kind``, ``name`` (series, event or level), ``due`` (the day by which
        it is settled) and ``state``, one of `STATES`.
    asked : pandas.DataFrame
        Scores that are known, with the columns of `court.targets`.
    samples : xarray.DataArray
        Their forecasts, dims (target, draw), on the scale.
    probabilities : pandas.DataFrame
        Those with an outcome: columns of `court.answers`, and ``kind``: `event` (of the card),
        `level` or `new`.
    corrected : bool
        Whether the evidence of the day is no longer what the forecast saw.
    """

    questions: pd.DataFrame
    asked: pd.DataFrame
    samples: xr.DataArray
    probabilities: pd.DataFrame
    corrected: bool


def resolution(
    entry: Registration, evidence: Evidence, happened: Mapping[str, date] | None = None
) -> Resolution:
    """Look up what has become known.

    Parameters
    ----------
    entry : Registration
        The forecast.
    evidence : Evidence
        All that is known by now.
    happened : mapping of str to datetime.date, optional
        Events of the card that have come, with their days; all others had not by the end of the
        evidence.

    Returns
    -------
    Resolution
        Of its questions.
    """
    day, end = entry.tag.as_of, pd.Timestamp(evidence.as_of)
    questions = _questions(entry.table, day)
    known, levels, corrected = pd.DataFrame(columns=list(ASKED)), pd.DataFrame(), False
    if end > pd.Timestamp(day):
        card = replace(load_card("baseline"), evidence=entry.choice)
        known = targets(evidence, card, day)
        levels = event_targets(evidence, card, day, events=entry.levels)
        corrected = cut(evidence, day).digest != entry.tag.data_digest
    answered = _answered(known, questions, day)
    outcomes = dict.fromkeys(answered["question"], 1.0) | _best(known) | _levels(levels)
    outcomes |= _arrived(questions, outcomes, end) | _came(questions, end, happened or {})
    states = [_state(row, outcomes, end) for row in questions.itertuples()]
    asked = answered[answered["observed"].notna()].drop(columns="question")
    return Resolution(
        questions.assign(state=states),
        asked,
        _samples(entry.table, asked, day),
        _probabilities(entry.table, questions.assign(state=states), outcomes),
        corrected,
    )


def _questions(table: pd.DataFrame, day: str) -> pd.DataFrame:
    """List what was asked; quantiles of dates, and never, are statements that nothing settles."""
    rows = pd.DataFrame({"target": table["target"].unique()})
    parts = rows["target"].str.split("|")
    rows = rows.assign(kind=parts.str[0], name=parts.str[1], last=parts.str[-1])
    rows = rows[(rows["kind"] != "date") & (rows["last"] != NEVER)]
    whole = rows["target"].str.rpartition("|")[0]
    rows["question"] = whole.where(rows["kind"].isin(_RELEASED), rows["target"])
    rows["due"] = [_due(day, last) for last in rows["last"]]
    return rows.groupby("question", sort=False).agg(
        kind=("kind", "first"), name=("name", "first"), due=("due", "max")
    )


def _due(day: str, last: str) -> pd.Timestamp:
    return until(day, int(last[:-1])) if last.endswith("m") else pd.Timestamp(last)


def _answered(known: pd.DataFrame, questions: pd.DataFrame, day: str) -> pd.DataFrame:
    """Give the figures that answer a question, with its name."""
    kind = known["kind"].replace("named", "system")
    name = kind + "|" + known["series"] + ("|" + known["tier"]).where(kind == "system", "")
    best = _without_day(known["target"])
    rows = known.assign(kind=kind, question=name.where(kind != "best", best))
    asked = rows["question"].isin(questions.index)
    later = (kind == "best") | (rows["released"] > pd.Timestamp(day))
    return rows[asked & later].reset_index(drop=True)


def _best(known: pd.DataFrame) -> dict[str, float]:
    rows = known[known["kind"] == "best"]
    return dict(zip(_without_day(rows["target"]), rows["observed"], strict=True))


def _without_day(target: pd.Series) -> pd.Series:
    return target.astype("str").str.split("|", n=1).str[1]  # of no rows an object


def _levels(levels: pd.DataFrame) -> dict[str, float]:
    if not len(levels):
        return {}
    names = "level|" + levels["event"] + "|" + levels["months"].astype(str) + "m"
    return dict(zip(names, levels["happened"].astype(float), strict=True))


def _arrived(
    questions: pd.DataFrame, outcomes: Mapping[str, float], end: pd.Timestamp
) -> dict[str, float]:
    """Say whether something new became known: there is a best score to ask about then."""
    rows = questions[(questions["kind"] == "new") & (questions["due"] <= end)]
    return {name: float("best" + name.removeprefix("new") in outcomes) for name in rows.index}


def _came(
    questions: pd.DataFrame, end: pd.Timestamp, happened: Mapping[str, date]
) -> dict[str, float]:
    """Take events of the card as not having come, unless somebody says so.

    A question waits for its day though the answer is known: those that are known early are all
    answered by yes.
    """
    rows = questions[(questions["kind"] == "event") & (questions["due"] <= end)]
    came = (rows["due"] >= pd.to_datetime(rows["name"].map(dict(happened)))).astype(float)
    return dict(zip(came.index.astype(str), came, strict=True))


def _state(row: Any, outcomes: Mapping[str, float], end: pd.Timestamp) -> str:
    if row.Index in outcomes:
        return "open" if np.isnan(outcomes[row.Index]) else "resolved"
    if row.due > end:
        return "waiting"
    return "open" if row.kind == "level" else "void"


def _samples(table: pd.DataFrame, asked: pd.DataFrame, day: str) -> xr.DataArray:
    said = told(table)
    found = {str(row.target): _sample(row, said, day) for row in asked.itertuples()}
    return gathered(found, DRAWS)


def _sample(row: Any, said: Mapping[str, Told], day: str) -> np.ndarray:
    if row.kind == "best":
        return sample(said[row.target.removeprefix(f"{day}|")], row.metric, DRAWS)
    start = f"{row.kind}|{row.series}|" + (f"{row.tier}|" if row.kind == "system" else "")
    months = [count for count in RELEASES if f"{start}{count}m" in said]
    days = np.array([until(day, count) for count in months], dtype="datetime64[D]")
    samples = [sample(said[f"{start}{count}m"], row.metric, DRAWS) for count in months]
    return between(days, np.stack(samples), np.datetime64(row.released, "D"))


def _probabilities(
    table: pd.DataFrame, questions: pd.DataFrame, outcomes: Mapping[str, float]
) -> pd.DataFrame:
    done = questions[questions["state"] == "resolved"]
    rows = table[(table["output_type"] == "probability") & table["target"].isin(done.index)]
    rows = rows.assign(
        horizon=pd.to_numeric(rows["horizon"]),
        value=rows["value"].astype(float),
        observed=rows["target"].map(outcomes).astype(float),
        kind=rows["target"].map(done["kind"]),
    )
    return rows[[*COLUMNS, "kind"]]
