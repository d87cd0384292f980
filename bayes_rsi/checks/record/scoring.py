"""Scores of registered forecasts: each by what became known after its day.

Invariant: the scores are those of the backtest, from the same kernels, and every question of every
forecast is counted, whether it has an outcome or not. Of several forecasts by one card as of one
day, one counts in what is told of all together: they speak about the same outcomes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from bayes_rsi.cards import card_names, load_card
from bayes_rsi.checks.court.answers import answers
from bayes_rsi.checks.court.resolved import event_table
from bayes_rsi.checks.court.summary import calibration, scored
from bayes_rsi.checks.court.targets import outcomes
from bayes_rsi.checks.record.happened import refuse_happened
from bayes_rsi.checks.record.registration import Registration
from bayes_rsi.checks.record.resolution import STATES, resolution
from bayes_rsi.evidence import Evidence
from bayes_rsi.score.calibration import pit_ecdf

__all__ = ["Scores", "score_record"]

#: Fewest systems whose outcomes make a band for the PIT.
FEWEST = 20
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
        `resolution.STATES`, ``corrected``, and ``counts``: whether it is in the other tables.
    questions : pandas.DataFrame
        Those of the forecasts that count: ``forecast``, ``kind``, ``name``, ``due``, ``state``.
    scores : pandas.DataFrame
        From `court.summary.scored`: one row for each figure and forecast that counts; ``model`` is
        the card.
    events : pandas.DataFrame
        From `court.resolved.event_table`, and ``kind``; of those that count.
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
        """Count the questions by kind and state.

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
            By card. The band is that of outcomes that depend on each other within systems; a card
            with outcomes of fewer than `FEWEST` systems is not in it, for they do not make a band.
        """
        groups = {str(name): part for name, part in self.scores.groupby("model")}
        return {
            name: bool(
                pit_ecdf(part["pit"].to_numpy(), blocks=part["block"].to_numpy()).attrs["inside"]
            )
            for name, part in groups.items()
            if part["block"].nunique() >= FEWEST
        }


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
        Events of the cards that have come, with their days; see `refuse_happened`.

    Returns
    -------
    Scores
        Of all forecasts together. Of several by one card as of one day that counts which is of the
        card as it is shipped now and of tables that still hold what it saw; of equals that with the
        highest seed, for a second one with all the same is refused. Score another by giving it
        alone.

    Raises
    ------
    EvidenceError
        When an event is unknown, or a day cannot be.

    Examples
    --------
    >>> found = score_record(read_all(folder), load_evidence())  # doctest: +SKIP
    >>> found.calibration(["kind"])  # doctest: +SKIP
    """
    refuse_happened(happened or {}, entries, evidence.as_of)
    forecasts, questions, scores, events = [], [], [], []
    resolved = {entry.name: resolution(entry, evidence, happened) for entry in entries}
    counting = _counting(entries, {name: one.corrected for name, one in resolved.items()})
    for entry in entries:
        found, card = resolved[entry.name], entry.tag.card
        asked = found.questions.reset_index().assign(forecast=entry.name)
        counts = entry.name in counting
        table = _counted(asked, "forecast").assign(card=card, as_of=entry.tag.as_of)
        forecasts.append(table.assign(corrected=found.corrected, counts=counts))
        if not counts:
            continue
        questions.append(asked)
        if len(found.asked):
            rows = answers(card, found.samples, found.asked, pd.DataFrame())
            scores.append(scored(rows, found.asked).assign(forecast=entry.name))
        if len(found.probabilities):
            told = event_table(found.probabilities)
            kinds = found.probabilities["kind"].to_numpy()
            events.append(told.assign(model=card, kind=kinds, forecast=entry.name))
    return Scores(
        evidence.as_of,
        pd.concat(forecasts),
        pd.concat(questions, ignore_index=True),
        pd.concat(scores, ignore_index=True) if scores else pd.DataFrame(),
        pd.concat(events, ignore_index=True) if events else pd.DataFrame(),
    )


def _counting(entries: Sequence[Registration], corrected: Mapping[str, bool]) -> set[str]:
    """Choose one forecast of each card and day."""
    shipped = {name: load_card(name).digest for name in card_names()}
    best: dict[tuple[str, str], tuple[bool, bool, int, str]] = {}
    for entry in entries:
        tag = entry.tag
        present = shipped.get(tag.card) == tag.card_digest
        rank = (present, not corrected[entry.name], tag.seed, entry.name)
        best[tag.card, tag.as_of] = max(rank, best.get((tag.card, tag.as_of), rank))
    return {name for *_, name in best.values()}


def _counted(questions: pd.DataFrame, by: str) -> pd.DataFrame:
    counts = questions.groupby([by, "state"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=list(STATES), fill_value=0).rename_axis(columns=None)
    counts.insert(0, "asked", counts.sum(axis=1))
    return counts
