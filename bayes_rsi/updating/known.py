"""What is known after an update: shipped rows and new ones, until a day.

Invariant: never less than the fit knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from bayes_rsi.errors import ModelError
from bayes_rsi.evidence import Evidence, load_evidence
from bayes_rsi.evidence.rules import keys_as_text
from bayes_rsi.evidence.schema import LABEL_MARK
from bayes_rsi.evidence.tables import SHIPPED
from bayes_rsi.evidence.vintages import KEY
from bayes_rsi.posterior import Fit
from bayes_rsi.units import as_date

__all__ = ["evidence_of", "files_in", "known_by", "refuse_lost"]


def files_in(paths: str | Path | Iterable[str | Path]) -> list[str | Path]:
    """Give paths as a list, of one or of several.

    Parameters
    ----------
    paths : path or iterable of path
        One, or several.

    Returns
    -------
    list of path
        In their order.
    """
    return [paths] if isinstance(paths, str | Path) else list(paths)


def evidence_of(fit: Fit, new_rows: Sequence[str | Path] | Evidence, as_of: str | None) -> Evidence:
    """Give all evidence, with further rows.

    Parameters
    ----------
    fit : Fit
        Which they are added to.
    new_rows : sequence of path, or Evidence
        As for `bayes_rsi.update`.
    as_of : str or None
        ISO date that was asked for.

    Returns
    -------
    Evidence
        Cut at `known_by`; evidence as it is.

    Raises
    ------
    EvidenceError
        When a row is wrong.
    ModelError
        When the day is before that of the fit, or not that of the evidence.
    """
    if isinstance(new_rows, Evidence):
        if as_of is not None and as_date(as_of) != new_rows.as_of:
            raise ModelError(
                f"update: got as_of {as_of} with evidence of {new_rows.as_of}, expected none: "
                "evidence has a day of its own; load it as of that day"
            )
        _refuse_before(fit, new_rows.as_of)
        return new_rows
    return load_evidence(as_of=known_by(fit, new_rows, as_of), add=new_rows)


def refuse_lost(gone: Sequence[str], evidence: Evidence) -> None:
    """Refuse to lose rows of a fit that are in no table, because nobody gave them again.

    Parameters
    ----------
    gone : sequence of str
        Labels of scores that the fit had and the evidence does not select.
    evidence : Evidence
        The tables.

    Raises
    ------
    ModelError
        When one of them is in no table.
    """
    there = set(keys_as_text(evidence.scores, KEY, LABEL_MARK))
    if lost := [label for label in gone if label not in there]:
        raise ModelError(
            f"update: got no rows, and a fit with '{lost[0]}', which the shipped tables do not "
            "have; give load_evidence(as_of=, add=) with the rows that were added to the fit"
        )


def known_by(fit: Fit, paths: Sequence[str | Path], as_of: str | None = None) -> date:
    """Say until which day rows of files count.

    Parameters
    ----------
    fit : Fit
        Which they are added to.
    paths : sequence of path
        Their files.
    as_of : str, optional
        ISO date that was asked for.

    Returns
    -------
    datetime.date
        That, else the last day on which one of them became known and its system was out, at least
        the day of the fit.

    Raises
    ------
    EvidenceError
        When a row is wrong.
    ModelError
        When less was known by the day that was asked for than the fit knows.
    """
    if as_of is None:
        return max([as_date(fit.tag.as_of), *_days_of(paths)])
    _refuse_before(fit, as_date(as_of))
    return as_date(as_of)


def _refuse_before(fit: Fit, day: date) -> None:
    """Refuse a day by which less was known than the fit knows: nothing can be unlearned."""
    known = as_date(fit.tag.as_of)
    if day < known:
        raise ModelError(
            f"update: got rows known by {day}, which is before the as-of date of the fit, expected "
            f"a day from {known} on; give a later one, or make a forecast as of {day}"
        )


def _days_of(paths: Sequence[str | Path]) -> list[date]:
    """Give the days from which scores and audits of a user's own files count."""
    today = date.today()
    whole, shipped = load_evidence(as_of=today, add=paths), load_evidence(as_of=today)
    own = whole.scores[whole.scores["origin"] != SHIPPED]
    # Previews are scored before the release that dates a system.
    out = own["system"].map(whole.systems.set_index("system")["released"])
    scores = own["known_on"].where(own["known_on"] >= out, out)
    audits = whole.audits.loc[~whole.audits["audit"].isin(shipped.audits["audit"]), "known_on"]
    return [as_date(day) for day in pd.concat([scores, audits])]
