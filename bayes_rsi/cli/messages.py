"""What a person reads who gave wrong input.

Invariant: one message on standard error and exit code 2, never a traceback.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from bayes_rsi.errors import BayesRsiError

__all__ = ["WRONG_INPUT", "messages"]

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
