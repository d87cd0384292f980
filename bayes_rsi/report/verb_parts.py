"""What the answers of all verbs are put together from.

Invariant: the first line is the verdict of the convergence gates, the last says what is assumed.
"""

from __future__ import annotations

import math

from bayes_rsi.report.tables import wrapped
from bayes_rsi.tags import Verdict

__all__ = ["NOTHING", "SHOWN", "answer_text", "number", "points"]

#: Rows of long tables that are shown; the rest is in the document.
SHOWN = 12
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
