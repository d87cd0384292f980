"""The main job: from a card and the tables to a forecast, its files and its text.

Invariant: the order. Card, events and folder are checked before the tables are read, the tables
before anything is fitted, and files are written last, the document after all others; only a fit
without the user's rows is kept as soon as there is one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

import bayes_rsi as rsi
from bayes_rsi import names
from bayes_rsi.cli.posteriors import POSTERIOR, SHIPPED, Posterior, obtain
from bayes_rsi.cli.progress import Stages, progress
from bayes_rsi.cli.shelf import stored_pool
from bayes_rsi.cli.tables import evidence_of
from bayes_rsi.comparison.forecasters import COLUMNS
from bayes_rsi.comparison.moved import moved
from bayes_rsi.errors import CardError, ConvergenceError, EvidenceError, StoreError, did_you_mean
from bayes_rsi.files import usable_folder, write_atomically
from bayes_rsi.pooling.pool import Pool
from bayes_rsi.report.document import as_json, forecast_document
from bayes_rsi.report.forms import forms_record, forms_text
from bayes_rsi.report.tables import forecast_text, moved_text, wrapped

__all__ = ["Request", "run"]

#: Whose published probabilities every forecast is checked against.
CHECKED = "clark"
DOCUMENT, FIGURE = "forecast.json", "forecast.svg"
PASSED, GATE_FAILED = 0, 3


@dataclass(frozen=True)
class Request:
    """What the user asks for.

    Parameters
    ----------
    card : str
        Name or path.
    out : pathlib.Path
        Folder of the files.
    as_of : str or None
        ISO date; None: the card's.
    events : tuple of str
        Only these; empty: all of the card.
    add : tuple of pathlib.Path
        Files of further rows, or folders of them.
    seed : int
        Seed.
    json, quiet, refit : bool
        Document instead of text; no progress; leave stored posteriors alone.
    register : bool
        Put the forecast into the record.
    record : pathlib.Path or None
        Its folder; None: that of the card.
    """

    card: str
    out: Path
    as_of: str | None = None
    events: tuple[str, ...] = ()
    add: tuple[Path, ...] = ()
    seed: int = 1
    json: bool = False
    quiet: bool = False
    refit: bool = False
    register: bool = False
    record: Path | None = None


@dataclass(frozen=True)
class _Outcome:
    """Everything computed, nothing written yet."""

    card: rsi.Card
    evidence: rsi.Evidence
    posterior: Posterior
    forecast: rsi.Forecast
    prior: rsi.Forecast
    comparisons: pd.DataFrame
    not_compared: str
    moved: pd.DataFrame | None
    forms: Pool | None
    no_forms: str


def run(request: Request) -> int:
    """Do the main job.

    Parameters
    ----------
    request : Request
        What is asked for.

    Returns
    -------
    int
        Exit code: 0, or 3 when a convergence gate failed (the forecast is written all the same).

    Raises
    ------
    BayesRsiError
        When the input or the folder is wrong; nothing has been written then.
    """
    card = rsi.load_card(request.card)
    _check_events(request.events, card)
    usable_folder(request.out, (DOCUMENT, FIGURE, POSTERIOR))
    if request.add:
        usable_folder(request.out / SHIPPED, (POSTERIOR,))
    if request.register:
        from bayes_rsi.cli.record import check_registering

        as_of = request.as_of or card.as_of
        check_registering(card, as_of, request.events, request.add, request.record)
    with progress(sys.stderr, quiet=request.quiet) as tell:
        stages = Stages(tell, _note(request))
        outcome = _compute(request, card, stages)
        stages.run("drawing and writing", lambda: _write_others(request, outcome))
    document = _document(outcome, stages)
    path = write_atomically(request.out / DOCUMENT, document)
    _show(request, outcome, document, path)
    if request.register:
        _register(request, outcome)
    return PASSED if outcome.forecast.verdict.passed else GATE_FAILED


def _note(request: Request) -> Callable[[str], None]:
    """Give what shows a line beside the result."""
    return lambda line: None if request.quiet else print(line, file=sys.stderr)


def _check_events(wanted: tuple[str, ...], card: rsi.Card) -> None:
    for name in wanted:
        if name not in card.events:
            hint = did_you_mean(name, card.events)
            raise CardError(
                f"--event: got '{name}', expected an event of card '{card.name}'. {hint}"
            )


def _compute(request: Request, card: rsi.Card, stages: Stages) -> _Outcome:
    read = stages.run(
        "reading", lambda: evidence_of(card, request.as_of or card.as_of, request.add)
    )
    for note in read.notes():
        stages.note(note)
    before, folders = None, [request.out, request.out / SHIPPED]
    if read.shipped is not None:
        stages.note("Without your rows first, to say what they move; that fit is kept too.")
        shipped = _obtain(request, card, read.shipped, folders[::-1], stages)
        shipped.keep(request.out / SHIPPED)  # minutes of work, whatever becomes of the next fit
        before = stages.run("projecting", lambda: rsi.forecast(shipped.fit))
        folders = [request.out]  # what lies in the other one is without them
    posterior = _obtain(request, card, read.evidence, folders, stages)
    forecast = stages.run("projecting", lambda: _only(rsi.forecast(posterior.fit), request.events))
    prior = stages.run(
        "projecting", lambda: _only(rsi.forecast(posterior.fit, group="prior"), request.events)
    )
    comparisons, why = stages.run("comparing", lambda: _compare(forecast, read.evidence))
    change = None if before is None else moved(before, forecast)
    forms, no_forms = stages.run("comparing", lambda: _forms(forecast, bool(request.add)))
    return _Outcome(
        card,
        read.evidence,
        posterior,
        forecast,
        prior,
        comparisons,
        why,
        change,
        forms,
        no_forms,
    )


def _obtain(
    request: Request,
    card: rsi.Card,
    evidence: rsi.Evidence,
    folders: list[Path],
    stages: Stages,
) -> Posterior:
    places = [] if request.refit else folders
    return obtain(card, evidence, request.seed, places, stages)


def _only(forecast: rsi.Forecast, chosen: tuple[str, ...]) -> rsi.Forecast:
    """Keep the chosen events; none chosen means all."""
    if not chosen:
        return forecast
    kept = [name for name in forecast.event_names if name in chosen]
    return replace(forecast, events=forecast.events.sel({names.EVENT: kept}))


def _compare(forecast: rsi.Forecast, evidence: rsi.Evidence) -> tuple[pd.DataFrame, str]:
    """Compare; where there is nothing to compare with, say why."""
    try:
        return rsi.compare(forecast, CHECKED, evidence.forecasts), ""
    except EvidenceError as error:
        return pd.DataFrame(columns=list(COLUMNS)), str(error)


def _forms(forecast: rsi.Forecast, added: bool) -> tuple[Pool | None, str]:
    """Recall the forms of the trend; where they are of something else, say what."""
    shipped = rsi.load_card("baseline").as_of
    if forecast.tag.as_of != shipped or added:
        return None, f"stored for the shipped evidence as of {shipped} alone."
    try:
        return stored_pool(forecast.tag), ""
    except StoreError as error:
        return None, str(error)


def _write_others(request: Request, outcome: _Outcome) -> None:
    from bayes_rsi.report.figure import figure_bytes, forecast_figure  # matplotlib: 1 s

    panel = outcome.posterior.fit.panel
    figure = forecast_figure(outcome.forecast, outcome.comparisons, panel, outcome.forms)
    image = figure_bytes(figure)  # drawn before the first file is written
    outcome.posterior.keep(request.out)
    write_atomically(request.out / FIGURE, image)


def _document(outcome: _Outcome, stages: Stages) -> str:
    files = {"figure": FIGURE, "posterior": POSTERIOR}
    return as_json(
        forecast_document(
            outcome.forecast,
            outcome.comparisons,
            files,
            stages.seconds,
            outcome.moved,
            outcome.prior,
            None if outcome.forms is None else forms_record(outcome.forms),
        )
    )


def _register(request: Request, outcome: _Outcome) -> None:
    from bayes_rsi.cli.record import put_down

    fit, evidence = outcome.posterior.fit, outcome.evidence
    try:
        path = put_down(fit, outcome.forecast, evidence, request.record, request.quiet)
    except ConvergenceError as error:  # the exit code tells of the gates already
        print(f"bayes-rsi: {error}", file=sys.stderr)
    else:
        print(f"registered in {path}", file=sys.stderr if request.json else sys.stdout)


def _show(request: Request, outcome: _Outcome, document: str, path: Path) -> None:
    if request.json:
        if not outcome.forecast.verdict.passed:
            print(outcome.forecast.verdict.sentence(), file=sys.stderr)
        print(document, end="")
        return
    files = {
        "forecast": path,
        "figure": request.out / FIGURE,
        "posterior": request.out / POSTERIOR,
    }
    change = "" if outcome.moved is None else moved_text(outcome.moved, map(str, request.add))
    if outcome.forms is None:
        forms = wrapped(f"By form of trend: {outcome.no_forms}")
    else:
        forms = forms_text(outcome.forecast, outcome.forms, outcome.comparisons)
    print(
        forecast_text(
            outcome.forecast,
            outcome.comparisons,
            outcome.card,
            files,
            not_compared=outcome.not_compared,
            moved=change,
            prior=outcome.prior,
            forms=forms,
        ),
        end="",
    )
