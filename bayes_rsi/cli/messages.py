"""What a person reads who gave wrong input.

Invariant: one message on standard error and exit code 2, never a traceback.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import typer

from bayes_rsi.errors import BayesRsiError

__all__ = ["WRONG_INPUT", "iso_day", "messages"]

WRONG_INPUT = 2


@contextmanager
def messages() -> Iterator[None]:
    """Turn an error that the user can mend into a message and an exit code.

    Yields
    ------
    None
        The block runs.

    Raises
    ------
    typer.Exit
        After the message.
    """
    try:
        yield
    except BayesRsiError as error:
        print(f"bayes-rsi: {error}", file=sys.stderr)
        raise typer.Exit(WRONG_INPUT) from None


def iso_day(text: str | None) -> str | None:
    """Check an option that is a day, before anything is read.

    Parameters
    ----------
    text : str or None
        What was given; None: nothing.

    Returns
    -------
    str or None
        The day as YYYY-MM-DD.

    Raises
    ------
    typer.BadParameter
        When it is none; the message names the option.
    """
    if text is None:
        return None
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        expected = "expected an ISO date such as 2028-12-31"
        raise typer.BadParameter(f"got '{text}', {expected}") from None
