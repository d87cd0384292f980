"""A registered forecast as one file: a line that says where it comes from, then a table.

Invariant: written text and what is read from it are the same registration, digit by digit; a file
whose name or digest does not fit its content is refused, so that nothing is changed afterwards
without being seen.

    # {"format": 1, "tag": {...}, "verdict": {...}, "evidence": {...}, "levels": [...], "rows": ...}
    origin_date,horizon,target,model,output_type,output_type_id,value
    2026-06-30,3,best|paperbench|3m,baseline,quantile,0.5,0.31
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from bayes_rsi.cards.facts import EvidenceChoice
from bayes_rsi.checks.court.answers import DRAWS
from bayes_rsi.checks.court.events import Event
from bayes_rsi.checks.court.ledger import as_text
from bayes_rsi.checks.record.ahead import COLUMNS, dates_ahead, samples_ahead, scores_ahead
from bayes_rsi.checks.record.asked import open_levels
from bayes_rsi.errors import ConvergenceError, ModelError, StoreError
from bayes_rsi.evidence import Evidence
from bayes_rsi.files import write_atomically
from bayes_rsi.forecasting.result import Forecast
from bayes_rsi.posterior import Fit
from bayes_rsi.tags import Gate, Tag, Verdict

__all__ = ["Registration", "prepared", "read", "read_all", "register", "registration"]

FORMAT = 1
#: Fields of the tag that the name is a digest of. A tag that says more one day changes no name of
#: what is registered.
_NAMED = (
    "card",
    "card_digest",
    "as_of",
    "data_digest",
    "package_version",
    "seed",
    "n_scores",
    "n_systems",
    "n_series",
)
_MARK, _SHORT = "# ", 8
#: Of numbers, and of dates: of a decimal year six digits are four days.
_DIGITS, _OF_DATES = ".6g", ".8g"


@dataclass(frozen=True, eq=False)
class Registration:
    """One forecast of the record.

    Parameters
    ----------
    tag : Tag
        Where it comes from.
    verdict : Verdict
        Gates of the posterior behind it.
    choice : EvidenceChoice
        Rows that the card fits: by the same choice it is scored.
    levels : tuple of Event
        Levels that it speaks about.
    table : pandas.DataFrame
        Text as in the file, with `ahead.COLUMNS`.
    """

    tag: Tag
    verdict: Verdict
    choice: EvidenceChoice
    levels: tuple[Event, ...]
    table: pd.DataFrame

    @property
    def name(self) -> str:
        """Day, card and a short digest of the tag: one forecast for each tag."""
        told = self.tag.as_dict()
        tag = json.dumps({name: told[name] for name in _NAMED}, sort_keys=True)
        return f"{self.tag.as_of}-{self.tag.card}-{_sha(tag)[:_SHORT]}"

    def text(self) -> str:
        """Give the file.

        Returns
        -------
        str
            All of it.
        """
        rows = self.table.to_csv(index=False, lineterminator="\n")
        head = {
            "format": FORMAT,
            "tag": self.tag.as_dict(),
            "verdict": asdict(self.verdict),
            "evidence": asdict(self.choice),
            "levels": [asdict(level) for level in self.levels],
            "rows": _sha(rows),
        }
        return f"{_MARK}{json.dumps(head, ensure_ascii=False)}\n{rows}"


def registration(
    tag: Tag,
    verdict: Verdict,
    choice: EvidenceChoice,
    levels: Sequence[Event],
    rows: pd.DataFrame,
) -> Registration:
    """Put a registration together, with numbers as they are written.

    Parameters
    ----------
    tag, verdict, choice, levels
        As in `Registration`.
    rows : pandas.DataFrame
        From `ahead.dates_ahead` and `ahead.scores_ahead`.

    Returns
    -------
    Registration
        Not written yet.
    """
    dates = rows["target"].str.startswith("date|")
    pairs = zip(rows["value"].astype(float), dates, strict=True)
    values = [f"{value:{_OF_DATES if date else _DIGITS}}" for value, date in pairs]
    told = rows.assign(value=values)[list(COLUMNS)]
    written = told.to_csv(index=False, float_format=f"%{_DIGITS}")  # months too are numbers
    return Registration(tag, verdict, choice, tuple(levels), as_text(io.StringIO(written)))


def prepared(fit: Fit, forecast: Forecast, evidence: Evidence, draws: int = DRAWS) -> Registration:
    """Answer every question of the next year.

    Parameters
    ----------
    fit : Fit
        The fit.
    forecast : Forecast
        Made from it, with all events.
    evidence : Evidence
        What it was fitted to.
    draws : int
        Size of the samples.

    Returns
    -------
    Registration
        Not written yet.

    Raises
    ------
    ConvergenceError
        When a gate failed; nothing is computed then.
    ModelError
        When its scores are not those that the tag names, for its draws were reweighted, or the
        forecast is conditioned, of the prior, or of another seed than the fit.

    Examples
    --------
    >>> entry = prepared(fit, forecast, evidence)  # doctest: +SKIP
    >>> register(Path("models/baseline/forecasts"), entry)  # doctest: +SKIP
    """
    _refuse_failed(forecast.verdict)
    _refuse_reweighted(fit)
    _refuse_other_forecast(fit, forecast)
    levels = open_levels(evidence, fit.card, fit.panel)
    samples, name = samples_ahead(fit, draws), fit.card.name
    rows = [dates_ahead(forecast), scores_ahead(samples, fit.panel, levels, name)]
    return registration(fit.tag, forecast.verdict, fit.card.evidence, levels, pd.concat(rows))


def register(folder: Path, entry: Registration) -> Path:
    """Put a forecast into the record.

    Parameters
    ----------
    folder : pathlib.Path
        The record; made when missing.
    entry : Registration
        The forecast.

    Returns
    -------
    pathlib.Path
        The file; left as it is where the same forecast lies there already.

    Raises
    ------
    ConvergenceError
        When a gate failed.
    StoreError
        When another forecast of the same tag is registered: what is registered stays.
    """
    _refuse_failed(entry.verdict)
    path, text = folder / f"{entry.name}.csv", entry.text()
    if not path.exists():
        return write_atomically(path, text, "--record")
    if path.read_text(encoding="utf-8") != text:
        raise StoreError(
            f"{path}: got another forecast of the same card, evidence, version and seed, expected "
            "none or the same; what is registered stays, so score that one, or register from "
            "later evidence"
        )
    return path


def read(path: Path) -> Registration:
    """Read a registered forecast.

    Parameters
    ----------
    path : pathlib.Path
        Its file.

    Returns
    -------
    Registration
        As it was registered.

    Raises
    ------
    StoreError
        When the file is damaged, or is not what was registered under its name.
    """
    try:
        head, _, rows = path.read_text(encoding="utf-8").partition("\n")
        entry = _parsed(json.loads(head.removeprefix(_MARK)), rows)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(path, f"a file that cannot be read ({error})") from error
    if json.loads(head.removeprefix(_MARK))["rows"] != _sha(rows):
        raise _damaged(path, "rows of another digest")
    if path.stem != entry.name:
        raise _damaged(path, f"the forecast '{entry.name}'")
    return entry


def read_all(folder: Path) -> list[Registration]:
    """Read a record.

    Parameters
    ----------
    folder : pathlib.Path
        Files of registrations, and whatever is not CSV; or one such file.

    Returns
    -------
    list of Registration
        By name; empty when there is no folder.
    """
    return [read(path) for path in ([folder] if folder.is_file() else sorted(folder.glob("*.csv")))]


def _parsed(head: dict[str, Any], rows: str) -> Registration:
    if head["format"] != FORMAT:
        raise ValueError(f"format {head['format']}")
    table = as_text(io.StringIO(rows))
    if list(table.columns) != list(COLUMNS):
        raise ValueError(f"columns {', '.join(table.columns)}")
    verdict = Verdict(tuple(Gate(**gate) for gate in head["verdict"]["gates"]))
    choice = EvidenceChoice(**head["evidence"])
    return Registration(Tag(**head["tag"]), verdict, choice, _levels(head["levels"]), table)


def _levels(told: list[dict[str, Any]]) -> tuple[Event, ...]:
    lists = ("series", "settled_by")
    texts = [level | {key: tuple(level[key]) for key in lists} for level in told]
    return tuple(Event(**level) for level in texts)


def _damaged(path: Path, got: str) -> StoreError:
    return StoreError(
        f"{path}: got {got}, expected the forecast as it was registered; take the file from the "
        "history of the record, or move it away"
    )


def _refuse_failed(verdict: Verdict) -> None:
    if not verdict.passed:
        raise ConvergenceError(
            "--register: got a forecast whose gates failed, expected one whose gates pass, so it "
            "is not registered; sample longer ([sampling] of the card)"
        )


def _refuse_reweighted(fit: Fit) -> None:
    held = fit.panel.attrs
    if (held["as_of"], held["data_digest"]) != (fit.tag.as_of, fit.tag.data_digest):
        raise ModelError(
            f"--register: got a fit as of {fit.tag.as_of} whose scores are others, as of "
            f"{held['as_of']}, expected those that it was fitted to; draws that were "
            "reweighted are not registered, so fit the later evidence"
        )


def _refuse_other_forecast(fit: Fit, forecast: Forecast) -> None:
    """Refuse what is not what the tag says, or is said under an assumption."""
    seed = fit.tag.seed if forecast.futures is None else forecast.futures.seed
    told = {
        f"given '{forecast.condition}'": bool(forecast.condition),
        f"of the {forecast.group}": forecast.group != "posterior",
        f"of seed {seed}": seed != fit.tag.seed,
        "of another fit": forecast.tag != fit.tag,
    }
    if wrong := [what for what, it_is in told.items() if it_is]:
        raise ModelError(
            f"--register: got a forecast {wrong[0]}, expected bayes_rsi.forecast(fit) as it is; "
            "the record holds one forecast of a card, evidence and seed"
        )


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
