"""What somebody says has happened, beside a record of forecasts.

Invariant: an event that nobody forecast, or a day on which it cannot have come, is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from bayes_rsi.checks.record.registration import Registration
from bayes_rsi.errors import EvidenceError, Problem, did_you_mean
from bayes_rsi.units import as_date

__all__ = ["refuse_happened", "since"]


def refuse_happened(
    happened: Mapping[str, date], entries: Sequence[Registration], end: date
) -> None:
    """Refuse events and days that cannot be.

    Parameters
    ----------
    happened : mapping of str to datetime.date
        Event to the day on which it came.
    entries : sequence of Registration
        The record.
    end : datetime.date
        Until when the evidence is complete.

    Raises
    ------
    EvidenceError
        When an event was not forecast, or its day is not after the first as-of date of a forecast
        of it, or is after the end of the evidence.
    """
    first = since(entries)
    for name, day in happened.items():
        if name not in first:
            raise _refused(name, day, "an event that was forecast", did_you_mean(name, first))
        if day > end:
            hint = "What has not come by then is left out; if all figures until that day are in"
            raise _refused(
                name, day, f"a day up to {end}, where the evidence ends", f"{hint}, say --as-of."
            )
        if day <= first[name]:
            hint = "A forecast says that none of its events had happened by its as-of date."
            expected = f"a day after {first[name]}, the first as-of date of a forecast of it"
            raise _refused(name, day, expected, hint)


def since(entries: Sequence[Registration]) -> dict[str, date]:
    """Give each event with the as-of date of the first forecast that speaks about it.

    Parameters
    ----------
    entries : sequence of Registration
        The record.

    Returns
    -------
    dict of str to datetime.date
        By name of the event.
    """
    found: dict[str, date] = {}
    for entry in entries:
        targets, day = entry.table["target"], as_date(entry.tag.as_of)
        for name in targets[targets.str.startswith("date|")].str.partition("|")[2].unique():
            found[name] = min(day, found.get(name, day))
    return found


def _refused(name: str, day: date, expected: str, hint: str) -> EvidenceError:
    return EvidenceError([Problem("--happened", None, None, f"{name}={day}", expected, hint)])
