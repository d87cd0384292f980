"""What the answers of all verbs are put together from.

Invariant: the first line is the verdict of the convergence gates, the last says what is assumed.
"""

from __future__ import annotations

import math

from bayes_rsi.report.tables import wrapped
from bayes_rsi.tags import Verdict

__all__ = ["NAME_OF_SERIES", "NOTHING", "SHOWN", "answer_text", "number", "points", "shortened"]

#: Rows of long tables that are shown; the rest is in the document.
SHOWN = 12
#: Letters of a series' name that a table has room for.
NAME_OF_SERIES = 32
#: In the place of a number that is missing.
NOTHING = "-"


def answer_text(verdict: Verdict, *parts: str, assumes: str) -> str:
    """Put an answer together.

    Parameters
    ----------
    verdict : Verdict
        Of the posterior behind it.
    *parts : str
        Paragraphs and tables; empty ones are left out.
    assumes : str
        What is assumed.

    Returns
    -------
    str
        All of it, ending with a line break.
    """
    whole = [wrapped(verdict.sentence()), *parts, wrapped(f"Assumes: {assumes}.")]
    return "\n\n".join(part for part in whole if part) + "\n"


def points(share: object) -> str:
    """Write a share in percentage points.

    Parameters
    ----------
    share : float
        From 0 to 1; a cell of a table.

    Returns
    -------
    str
        One decimal, without a sign.
    """
    return f"{100 * float(str(share)):.1f}"


def number(value: float, form: str, unit: str = "") -> str:
    """Write a number that may be missing.

    Parameters
    ----------
    value : float
        The number.
    form : str
        Its format.
    unit : str
        What follows it.

    Returns
    -------
    str
        `NOTHING` for nan.
    """
    return NOTHING if math.isnan(value) else f"{value:{form}}{unit}"


def shortened(name: str, room: int) -> str:
    """Leave out the middle of a long name: series differ in how they begin and how they end.

    Parameters
    ----------
    name : str
        Any.
    room : int
        Letters that it may have, more than twelve.

    Returns
    -------
    str
        The name, or both of its ends with two dots between.

    Examples
    --------
    >>> shortened("swe_bench_verified_bash_only_v2", 24)
    'swe_bench_ve..sh_only_v2'
    """
    if len(name) <= room:
        return name
    return f"{name[: room - 12]}..{name[-10:]}"
