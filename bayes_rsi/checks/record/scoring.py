"""Scores of registered forecasts: each by what became known after its day.

Invariant: pure; the scores are those of the backtest, from the same kernels, and every question of
every forecast is counted, whether it has an outcome or not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from bayes_rsi.checks.court.answers import answers
from bayes_rsi.checks.court.resolved import event_table
from bayes_rsi.checks.court.summary import calibration, scored
from bayes_rsi.checks.court.targets import outcomes
from bayes_rsi.checks.record.registration import Registration
from bayes_rsi.checks.record.resolution import STATES, resolution
from bayes_rsi.evidence import Evidence
from bayes_rsi.score.calibration import pit_ecdf

__all__ = ["Scores", "score_record"]

#: By what the scores are told apart.
GROUPS = {
    "kind of question and of series": ("kind", "metric"),
    "months ahead": ("months",),
    "series": ("series",),
}


@dataclass(frozen=True, eq=False)
class Scores:
    """What a record is worth so far.

    Parameters
    ----------
    until : datetime.date
        End of the evidence.
    forecasts : pandas.DataFrame
        Index ``forecast``: ``card``, ``as_of``, ``asked``, a column for each of
        `resolution.STATES`, and ``corrected``.
    questions : pandas.DataFrame
        All of them: ``forecast``, ``kind``, ``name``, ``due``, ``state``.
    scores : pandas.DataFrame
        From `court.summary.scored`: one row for each figure and forecast; ``model`` is the card.
    events : pandas.DataFrame
        From `court.resolved.event_table`, and ``kind``.
    """

    until: date
    forecasts: pd.DataFrame
    questions: pd.DataFrame
    scores: pd.DataFrame
    events: pd.DataFrame

    @property
    def waiting(self) -> pd.DataFrame:
        """Questions whose day has not come."""
        return self.questions[self.questions["state"] == "waiting"]

    def kinds(self) -> pd.DataFrame:
        """Count the questions of all forecasts by kind and state.

        Returns
        -------
        pandas.DataFrame
            Index ``kind``; ``asked`` and a column for each state.
        """
        return _counted(self.questions, "kind")

    def calibration(self, by: Sequence[str] = ()) -> pd.DataFrame:
        """Give mean scores and coverage.

        Parameters
        ----------
        by : sequence of str
            Columns of `scores` to tell apart beside the card.

        Returns
        -------
        pandas.DataFrame
            From `court.summary.calibration`.
        """
        return calibration(self.scores, by)

    def probabilities(self) -> pd.DataFrame:
        """Give mean scores of probabilities.

        Returns
        -------
        pandas.DataFrame
            Index ``model`` (card) and ``kind``: ``events``, ``happened`` (share), ``probability``
            (mean), ``brier`` and ``log_score``.
        """
        groups = self.events.groupby(["model", "kind"])
        means = groups[["happened", "probability", "brier", "log_score"]].mean()
        means.insert(0, "events", groups.size())
        return means

    def document(self) -> dict[str, Any]:
        """Give everything that is told, as tables and plain types.

        Returns
        -------
        dict
            ``until``; ``forecasts``, ``kinds``, ``scores``, ``events`` and, where something has
            resolved, ``calibration`` and ``by_...`` (tables); ``outcomes`` (counts).
        """
        told: dict[str, Any] = {"until": self.until.isoformat(), "resolved": self.resolved}
        told |= {"forecasts": self.forecasts.reset_index(), "kinds": self.kinds().reset_index()}
        told |= {"scores": self.scores, "events": self.events}
        if len(self.scores):
            told["outcomes"] = outcomes(self.scores)
            told["calibration"] = self.calibration().reset_index()
            for by in GROUPS.values():
                told[f"by_{'_'.join(by)}"] = self.calibration(by).reset_index()
            told["pit_inside"] = self.pit_inside()
        if len(self.events):
            told["probabilities"] = self.probabilities().reset_index()
        return told

    @property
    def resolved(self) -> int:
        """Number of questions with an outcome."""
        return int((self.questions["state"] == "resolved").sum())

    def pit_inside(self) -> dict[str, bool]:
        """Say of each card whether its PIT lies inside the 95% band of uniform ones.

        Returns
        -------
        dict of str to bool
            By card.
        """
        groups = self.scores.groupby("model")["pit"]
        return {str(name): bool(pit_ecdf(pit.to_numpy()).attrs["inside"]) for name, pit in groups}


def score_record(
    entries: Sequence[Registration],
    evidence: Evidence,
    happened: Mapping[str, date] | None = None,
) -> Scores:
    """Score a record.

    Parameters
    ----------
    entries : sequence of Registration
        At least one.
    evidence : Evidence
        All that is known by now.
    happened : mapping of str to datetime.date, optional
        Events of the cards that have come, with their days.

    Returns
    -------
    Scores
        Of all forecasts together.

    Examples
    --------
    >>> found = score_record(read_all(folder), load_evidence())  # doctest: +SKIP
    >>> found.calibration(["kind"])  # doctest: +SKIP
    """
    forecasts, questions, scores, events = [], [], [], []
    for entry in entries:
        found = resolution(entry, evidence, happened)
        card = entry.tag.card
        asked = found.questions.reset_index().assign(forecast=entry.name)
        counts = _counted(asked, "forecast")
        forecasts.append(counts.assign(card=card, as_of=entry.tag.as_of, corrected=found.corrected))
        questions.append(asked)
        if len(found.asked):
            rows = answers(card, found.samples, found.asked, pd.DataFrame())
            scores.append(scored(rows, found.asked).assign(forecast=entry.name))
        if len(found.probabilities):
            table = event_table(found.probabilities)
            kinds = found.probabilities["kind"].to_numpy()
            events.append(table.assign(model=card, kind=kinds, forecast=entry.name))
    return Scores(
        evidence.as_of,
        pd.concat(forecasts),
        pd.concat(questions, ignore_index=True),
        pd.concat(scores, ignore_index=True) if scores else pd.DataFrame(),
        pd.concat(events, ignore_index=True) if events else pd.DataFrame(),
    )


def _counted(questions: pd.DataFrame, by: str) -> pd.DataFrame:
    counts = questions.groupby([by, "state"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=list(STATES), fill_value=0).rename_axis(columns=None)
    counts.insert(0, "asked", counts.sum(axis=1))
    return counts
