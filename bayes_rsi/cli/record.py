"""The prospective record as commands: a forecast is put down, and all of them are scored.

Invariant: what could not be registered is refused before anything is fitted, but for a failed gate,
which nobody knows before; scoring only reads.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

import bayes_rsi as rsi
from bayes_rsi.checks.record.registration import (
    Registration,
    prepared,
    read_all,
    register,
)
from bayes_rsi.checks.record.scoring import GROUPS, Scores, score_record
from bayes_rsi.cli.posteriors import MODELS
from bayes_rsi.cli.progress import progress
from bayes_rsi.errors import EvidenceError, Problem, StoreError
from bayes_rsi.evidence.added import is_whole
from bayes_rsi.files import usable_folder
from bayes_rsi.report.document import as_json, finite, records
from bayes_rsi.report.tables import SHORT, framed, wrapped
from bayes_rsi.units import as_date

__all__ = ["ScoreRequest", "check_registering", "put_down", "run_score"]

#: Folder of the record of a card, inside that of the card.
FORECASTS = "forecasts"


@dataclass(frozen=True)
class ScoreRequest:
    """What the user asks for.

    Parameters
    ----------
    record : pathlib.Path or None
        Folder of registered forecasts; None: those of all cards of the checkout.
    evidence : pathlib.Path or None
        Folder of all tables, or of further rows; None: the shipped tables.
    add : tuple of pathlib.Path
        Files of further rows, or folders of them.
    as_of : str or None
        ISO date until which the evidence is complete; None: its last row.
    happened : tuple of str
        Events that have come, ``name=date`` each.
    json : bool
        Document instead of text.
    """

    record: Path | None = None
    evidence: Path | None = None
    add: tuple[Path, ...] = ()
    as_of: str | None = None
    happened: tuple[str, ...] = ()
    json: bool = False


def check_registering(
    card: rsi.Card,
    as_of: str,
    events: tuple[str, ...],
    add: tuple[Path, ...],
    record: Path | None,
) -> None:
    """Refuse what may not be registered.

    Parameters
    ----------
    card : Card
        The card.
    as_of : str
        ISO date of the forecast.
    events : tuple of str
        Events that were chosen; none: all.
    add : tuple of pathlib.Path
        Files of further rows, or folders of them.
    record : pathlib.Path or None
        Folder; None: that of the card.

    Raises
    ------
    EvidenceError
        When some events were chosen, or the tables know more than the forecast may.
    OutputError
        When the folder cannot be used.
    """
    usable_folder(_folder(card, record), option="--record")
    if events:
        hint = "Leave --event out: a record in which events were chosen says less."
        raise _refused("--register", f"--event {events[0]}", "all events of the card", hint)
    end = rsi.load_evidence(add=add).as_of
    if as_date(as_of) < end:
        hint = (
            "What is known already cannot be forecast; `bayes-rsi backtest` scores forecasts from "
            f"earlier days. Give --as-of {end} or later."
        )
        raise _refused("--register", f"a forecast as of {as_of}", f"{end} or later", hint)


def put_down(
    fit: rsi.Fit, forecast: rsi.Forecast, evidence: rsi.Evidence, record: Path | None, quiet: bool
) -> Path:
    """Register a forecast.

    Parameters
    ----------
    fit : Fit
        The fit.
    forecast : Forecast
        Of all events of the card.
    evidence : Evidence
        What was fitted.
    record : pathlib.Path or None
        Folder; None: that of the card.
    quiet : bool
        No progress.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ConvergenceError
        When a gate failed.
    StoreError
        When another forecast of this tag is registered.
    """
    with progress(sys.stderr, quiet=quiet) as tell:
        tell("answering what is registered", None)
        entry = prepared(fit, forecast, evidence)
        return register(_folder(fit.card, record), entry)


def run_score(request: ScoreRequest) -> int:
    """Score the record and print what it says.

    Parameters
    ----------
    request : ScoreRequest
        What is asked for.

    Returns
    -------
    int
        Exit code 0, also when nothing has resolved.

    Raises
    ------
    BayesRsiError
        When the record or the evidence is wrong.
    """
    entries = _entries(request.record)
    happened = _happened(request.happened)
    found = score_record(entries, _evidence(request), happened)
    print(_document(found) if request.json else _text(found), end="")
    return 0


def _folder(card: rsi.Card, record: Path | None) -> Path:
    return record or MODELS / card.name / FORECASTS


def _entries(record: Path | None) -> list[Registration]:
    folders = [record] if record else sorted(MODELS.glob(f"*/{FORECASTS}"))
    entries = [entry for folder in folders for entry in read_all(folder)]
    if not entries:
        raise StoreError(
            f"{record or MODELS / '*' / FORECASTS}: got no registered forecast, expected at least "
            "one; make one with `bayes-rsi forecast --register`, or give --record"
        )
    return entries


def _evidence(request: ScoreRequest) -> rsi.Evidence:
    folder, add = request.evidence, list(request.add)
    if folder is not None and not is_whole(folder):
        add, folder = [*add, folder], None
    return rsi.load_evidence(as_of=request.as_of, folder=folder, add=add)


def _happened(told: tuple[str, ...]) -> dict[str, date]:
    found: dict[str, date] = {}
    for text in told:
        name, _, day = text.partition("=")
        if name in found:
            hint = f"It was given as {name}={found[name]} already; leave one of them out."
            raise _refused("--happened", text, "each event once", hint)
        try:
            found[name] = as_date(day)
        except ValueError:
            hint = f"Write --happened {name}=2028-05-01."
            raise _refused("--happened", text, "an event and an ISO date", hint) from None
    return found


def _refused(where: str, got: str, expected: str, hint: str) -> EvidenceError:
    return EvidenceError([Problem(where, None, None, got, expected, hint)])


def _document(found: Scores) -> str:
    told = found.document()
    plain = {key: records(v) if isinstance(v, pd.DataFrame) else v for key, v in told.items()}
    return as_json(dict(finite(plain)))


def _text(found: Scores) -> str:
    count = len(found.forecasts)
    head = f"{count} registered forecast{'s' if count > 1 else ''}, evidence until {found.until}"
    parts = [
        f"{head}\n"
        + framed(found.forecasts.drop(columns=["card", "as_of", "corrected", "counts"])),
        "Questions by kind\n" + framed(found.kinds()),
        _yet(found),
        *_scores(found),
        _probabilities(found),
        _not_counted(found),
        _corrected(found),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _yet(found: Scores) -> str:
    waiting = found.waiting
    if not len(waiting):
        return "Every question has been settled."
    rest = f"of {len(waiting):,} questions the first are due on {waiting['due'].min():%Y-%m-%d}"
    start = "Not settled yet" if found.resolved else "Nothing has resolved yet"
    return wrapped(f"{start}: {rest}.")


def _scores(found: Scores) -> list[str]:
    if not len(found.scores):
        return []
    figures = found.document()["outcomes"]
    head = (
        f"Scores (CRPS in doublings or logits) of {figures['pairs']:,} answers; behind them stand "
        f"at most {figures['figures']:,} independent outcomes."
    )
    bands = [
        f"PIT of card '{card}' {'inside' if inside else 'NOT inside'} its 95% band (systems as "
        "blocks)."
        for card, inside in found.pit_inside().items()
    ]
    parts = [wrapped(head) + "\n" + _short(found.calibration()), "\n".join(bands)]
    for card in found.scores["model"].unique():
        for name, by in GROUPS.items():
            table = found.calibration(by).loc[[card]].droplevel("model")
            parts.append(f"Card '{card}' by {name}\n" + _short(table))
    return parts


def _short(table: pd.DataFrame) -> str:
    """Set scores in lines of a terminal; the rest, and whole names, are in the document."""
    kept = table.drop(columns=["interval_score_80", "width_80"])
    return framed(kept.rename(columns=SHORT), gap=1)


def _probabilities(found: Scores) -> str:
    if not len(found.events):
        return ""
    note = (
        f"Events of a card count as not having come by {found.until} unless --happened says that "
        "they have."
    )
    new = found.events[found.events["kind"] == "new"]
    if quiet := int((new["happened"] == 0).sum()):
        note += (
            f" {quiet} of {len(new)} questions whether a series has anything new are answered with "
            "no, and levels count as not reached: the rows are taken to be all that was published "
            f"by {found.until}. If they are not, say by --as-of until when they are."
        )
    return "Probabilities\n" + framed(found.probabilities()) + "\n" + wrapped(note)


def _not_counted(found: Scores) -> str:
    left = found.forecasts.index[~found.forecasts["counts"]]
    if left.empty:
        return ""
    return wrapped(
        f"Not counted in the tables above, for another forecast of its card and day is: "
        f"{', '.join(left)}. Score one by itself with --record and its file."
    )


def _corrected(found: Scores) -> str:
    names = found.forecasts.index[found.forecasts["corrected"] & found.forecasts["counts"]]
    notes = [
        f"{name}: the tables no longer hold what it saw; rows known by its day were added or "
        "corrected since, or it had rows of its own."
        for name in names
    ]
    return "\n".join(wrapped(note) for note in notes)
