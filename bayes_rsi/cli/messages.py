"""What a person reads who gave wrong input, or whose disk is full.

Invariant: one message on standard error and exit code 2, never a traceback.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import typer

from bayes_rsi.errors import WRONG_INPUT, reported

__all__ = ["WRONG_INPUT", "iso_day", "messages", "printed"]

#: What the system says of a disk that takes no more.
_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def messages() -> Iterator[None]:
    """Turn an error that the user can mend into a message and an exit code.

    Yields
    ------
    None
        The block runs.

    Raises
    ------
    SystemExit
        After the message.
    """
    with reported("bayes-rsi"):
        yield


@contextmanager
def printed() -> Iterator[None]:
    """Make sure that the answer is out, or say that the disk is full; a closed pipe is no news.

    Yields
    ------
    None
        The block runs.

    Raises
    ------
    SystemExit
        When standard output takes no more.
    """
    try:
        try:
            yield
        finally:
            print(end="", flush=True)
    except OSError as error:
        # A file that cannot be written has a name, standard output has none.
        if error.errno not in (*_FULL, errno.EPIPE) or error.filename is not None:
            raise
        # The interpreter flushes once more at its end, and would complain itself.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        if error.errno == errno.EPIPE:
            raise SystemExit(1) from None
        got = f"got '{error.strerror}', expected to write the whole answer; make room"
        print(f"bayes-rsi: standard output: {got}", file=sys.stderr)
        raise SystemExit(WRONG_INPUT) from None


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
