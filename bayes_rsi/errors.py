"""One family of errors; each is also the builtin a Python user would catch.

Invariant: every message says what was got, what was expected, what to do, and where.
"""

from __future__ import annotations

import numbers
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches

__all__ = [
    "WRONG_INPUT",
    "BayesRsiError",
    "CardError",
    "ConditionError",
    "ConvergenceError",
    "DateError",
    "EvidenceError",
    "ModelError",
    "OutputError",
    "Problem",
    "StoreError",
    "did_you_mean",
    "refuse_other",
    "refuse_seed",
    "reported",
]

#: Exit code of what the user can mend.
WRONG_INPUT = 2


class BayesRsiError(Exception):
    """Base of everything that this package raises on purpose."""


class CardError(BayesRsiError, ValueError):
    """A card (TOML) that cannot be used: unknown key, missing prior, bad number."""


class DateError(BayesRsiError, ValueError):
    """Text, a number or anything else that is not a day."""


class ModelError(BayesRsiError, ValueError):
    """A panel and a card that do not fit together."""


class ConditionError(BayesRsiError, ValueError):
    """A condition that cannot be read, or that too few draws meet."""


class StoreError(BayesRsiError, ValueError):
    """A stored posterior that is missing, damaged, or belongs to another card or data."""


class OutputError(BayesRsiError, OSError):
    """A file or folder that cannot be written."""


class ConvergenceError(BayesRsiError, RuntimeError):
    """A posterior that failed a gate where a sound one was required."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one cell, row or file.

    Parameters
    ----------
    file : str
        Name of the file as the user gave it.
    row : int or None
        Row as an editor numbers it (the header is row 1); None for the whole file.
    column : str or None
        Column name; None for the whole row.
    value : object
        What was got.
    expected : str
        What would have been right.
    hint : str
        What to do about it; may be empty.
    """

    file: str
    row: int | None
    column: str | None
    value: object
    expected: str
    hint: str = ""

    def __str__(self) -> str:
        """Give one readable line: where, what was got, what was expected, what to do."""
        where = self.file
        if self.row is not None:
            where += f", row {self.row}"
        if self.column is not None:
            where += f", column '{self.column}'"
        text = f"{where}: got {self.value!r}, expected {self.expected}"
        return f"{text}. {self.hint}" if self.hint else text


class EvidenceError(BayesRsiError, ValueError):
    """Tables that break the schema; `problems` holds every finding.

    Parameters
    ----------
    problems : sequence of Problem
        At least one finding; the message shows the first `shown`.
    shown : int, default 20
        How many lines the message holds.
    """

    def __init__(self, problems: Sequence[Problem], shown: int = 20) -> None:
        self.problems = tuple(problems)
        lines = [str(problem) for problem in self.problems[:shown]]
        rest = len(self.problems) - len(lines)
        if rest > 0:
            lines.append(f"... and {rest} more")
        super().__init__("\n".join(lines))
        self.shown = shown

    def __reduce__(self) -> tuple[type, tuple[tuple[Problem, ...], int]]:
        """Say how to make it again: by its findings, for workers send errors home pickled."""
        return type(self), (self.problems, self.shown)


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """Give a hint naming the closest known word, or the known words when none is close.

    Parameters
    ----------
    word : object
        What was got; text, if it was of the right kind.
    known : iterable of str
        What would have been accepted.

    Returns
    -------
    str
        A sentence.

    Examples
    --------
    >>> did_you_mean("medain", ["median", "sd"])
    "Did you mean 'median'?"
    """
    options = sorted(set(known))
    spelt = {option.casefold(): option for option in options}
    close = get_close_matches(str(word).casefold(), list(spelt), n=1, cutoff=0.6)
    if close:
        return f"Did you mean '{spelt[close[0]]}'?"
    head = ", ".join(options[:8])
    return f"Known: {head}{', ...' if len(options) > 8 else ''}."


def refuse_other(value: object, kind: type, who: str, how: str) -> None:
    """Refuse an argument of another kind before anything is computed.

    Parameters
    ----------
    value : object
        What was got.
    kind : type
        What is expected.
    who : str
        Function that asks, for the message.
    how : str
        What makes such a thing.

    Raises
    ------
    ModelError
        When it is another thing.

    Examples
    --------
    >>> refuse_other(1.0, float, "half", "float")
    """
    if not isinstance(value, kind):
        raise ModelError(
            f"{who}: got {type(value).__name__} {value!r:.40}, expected {kind.__name__}; make it "
            f"with {how}"
        )


def refuse_seed(seed: object, who: str) -> None:
    """Refuse what is no seed.

    Parameters
    ----------
    seed : object
        What was got.
    who : str
        Function that asks, for the message.

    Raises
    ------
    ModelError
        When it is no whole number from 0 on.

    Examples
    --------
    >>> refuse_seed(1, "fit")
    """
    if isinstance(seed, bool) or not isinstance(seed, numbers.Integral) or int(seed) < 0:
        raise ModelError(f"{who}: got seed {seed!r}, expected a whole number from 0 on")


@contextmanager
def reported(program: str) -> Iterator[None]:
    """Turn an error that the user can mend into a message and an exit code.

    Parameters
    ----------
    program : str
        What was called; the message begins with it.

    Yields
    ------
    None
        The block runs.

    Raises
    ------
    SystemExit
        With `WRONG_INPUT`, after the message on standard error.
    """
    try:
        yield
    except BayesRsiError as error:
        print(f"{program}: {error}", file=sys.stderr)
        raise SystemExit(WRONG_INPUT) from None
