"""A stored forecast: where it was left, and how it is found again.

Invariant: what comes back is what this card, evidence, rows and seed would give, or an error says
how to make it. What others forecast is fitted by nobody, so it may be added later.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd

import bayes_rsi as rsi
from bayes_rsi.cli.posteriors import POSTERIOR
from bayes_rsi.errors import EvidenceError, Problem, StoreError
from bayes_rsi.evidence.added import files_of, table_with
from bayes_rsi.evidence.rows import header_of
from bayes_rsi.evidence.tables import SHIPPED
from bayes_rsi.units import as_date

__all__ = ["Stored", "recalled", "said_by_others"]


@dataclass(frozen=True)
class Stored:
    """Where a forecast was left, and how the answer is wanted.

    Parameters
    ----------
    card : str
        Name or path.
    as_of : str or None
        ISO date; None: the card's.
    out : pathlib.Path
        Folder.
    seed : int
        Seed.
    json : bool
        Document instead of text.
    add : tuple of pathlib.Path
        Files of rows, or folders of them, that were added to it.
    """

    card: str
    as_of: str | None
    out: Path
    seed: int
    json: bool
    add: tuple[Path, ...] = ()

    def evidence(self, as_of: str | date) -> rsi.Evidence:
        """Read what it was, or would be, fitted to.

        Parameters
        ----------
        as_of : str or datetime.date
            Its day.

        Returns
        -------
        Evidence
            With the added rows.
        """
        return rsi.load_evidence(as_of=as_date(as_of), add=self.add)

    def options(self) -> str:
        """Give the options of `bayes-rsi forecast` that make it.

        Returns
        -------
        str
            As they are typed.
        """
        given = [f"--card {self.card}", f"--out {self.out}"]
        given += [f"--as-of {self.as_of}"] if self.as_of else []
        given += [f"--seed {self.seed}"] if self.seed != 1 else []
        return " ".join([*given, *(f"--add {path}" for path in self.add)])


def said_by_others(stored: Stored) -> pd.DataFrame | None:
    """Give the table of forecasts with what was added to it.

    Parameters
    ----------
    stored : Stored
        Which forecast.

    Returns
    -------
    pandas.DataFrame or None
        None where nothing was added: the shipped one counts.
    """
    own = [file for file in files_of(stored.add) if _is_of_others(file)]
    return rsi.load_evidence(as_of=date.today(), add=own).forecasts if own else None


def recalled(stored: Stored) -> rsi.Fit:
    """Read the fit behind a stored forecast.

    Parameters
    ----------
    stored : Stored
        Which forecast.

    Returns
    -------
    Fit
        As it was saved.

    Raises
    ------
    StoreError
        When it is missing, damaged, or of another model, evidence, version or seed.
    EvidenceError
        When a file was added whose scores all became known after its day: it saw none of them.
    """
    card = rsi.load_card(stored.card)
    if not (stored.out / POSTERIOR).is_file():
        raise StoreError(
            f"{stored.out / POSTERIOR}: got no file, expected a stored forecast; run "
            f"`bayes-rsi forecast {stored.options()}` first"
        )
    evidence = stored.evidence(stored.as_of or card.as_of)
    _refuse_later(stored.add, evidence.as_of)
    try:
        return rsi.load_fit(card, evidence, stored.out, stored.seed)
    except StoreError:  # what others say is not fitted, and may have been added since
        fitted = (file for file in files_of(stored.add) if not _is_of_others(file))
        other = replace(stored, add=tuple(fitted))
        if other.add == tuple(files_of(stored.add)):
            raise
        return rsi.load_fit(card, other.evidence(evidence.as_of), stored.out, stored.seed)


def _refuse_later(add: tuple[Path, ...], as_of: date) -> None:
    """Refuse scores that the stored forecast cannot have seen, instead of passing over them."""
    if not add:
        return
    rows = rsi.load_evidence(as_of=date.today(), add=add).scores
    first = rows[rows["origin"] != SHIPPED].groupby("origin")["known_on"].min()
    expected = f"scores known by {as_of}, the day of the stored forecast"
    hint = "`bayes-rsi update` takes later ones; or make a forecast of a later day with --as-of."
    if late := [
        Problem(str(file), None, "known_on", f"none before {day:%Y-%m-%d}", expected, hint)
        for file, day in first[first > pd.Timestamp(as_of)].items()
    ]:
        raise EvidenceError(late)


def _is_of_others(file: Path) -> bool:
    return table_with(header_of(file)) == "forecasts"
