"""Values of one TOML table: each method reads one key as one type, or says what is wrong.

Invariant: a value that comes out is of the type and in the range that the reader asked for, and
every `CardError` names file, table and key, what was got and what was expected.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from bayes_rsi.errors import CardError, did_you_mean
from bayes_rsi.units import as_date

__all__ = ["NAME", "Values"]

#: What an identifier looks like.
NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Values:
    """The values of a TOML table and where it stands.

    Parameters
    ----------
    file : str
        File as the user gave it.
    path : str
        Dotted name of the table; empty for the top of the file.
    values : mapping
        What `tomllib` read.
    """

    file: str
    path: str
    values: Mapping[str, Any]

    def error(self, key: str, expected: str, hint: str = "") -> CardError:
        """Give the error of one key: where, what was got, what was expected, what to do.

        Parameters
        ----------
        key : str
            Key of this table.
        expected : str
            What would have been right.
        hint : str
            What to do about it, a sentence; may be empty.

        Returns
        -------
        CardError
            To be raised by the caller.
        """
        got = f"{_shown(self.values[key])}" if key in self.values else "nothing"
        text = f"{self.place}, key '{key}': got {got}, expected {expected}"
        return CardError(f"{text}. {hint}" if hint else text)

    @property
    def place(self) -> str:
        """File and table, as an error names them."""
        return f"{self.file}: " + (f"table [{self.path}]" if self.path else "top of the file")

    def text(self, key: str, hint: str = "Say it in words.") -> str:
        """Read a text that is not empty.

        Parameters
        ----------
        key : str
            Key of this table.
        hint : str
            What to do when there is none.

        Returns
        -------
        str
            As it stands.

        Raises
        ------
        CardError
            When it is something else.
        """
        value = self.values.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.error(key, "a text that is not empty", hint)
        return value

    def name(self, key: str) -> str:
        """Read an identifier.

        Parameters
        ----------
        key : str
            Key of this table.

        Returns
        -------
        str
            Small letters, digits and _.

        Raises
        ------
        CardError
            When it is something else.
        """
        value = self.values.get(key)
        if not isinstance(value, str) or not NAME.fullmatch(value):
            raise self.error(key, "a name of small letters, digits and _")
        return value

    def choice(self, key: str, known: Iterable[str]) -> str:
        """Read one of the known words.

        Parameters
        ----------
        key : str
            Key of this table.
        known : iterable of str
            What is accepted.

        Returns
        -------
        str
            The word.

        Raises
        ------
        CardError
            Naming the closest known word.
        """
        value = self.values.get(key)
        if value not in (options := tuple(known)):
            raise self.error(key, f"one of {', '.join(options)}", did_you_mean(str(value), options))
        return str(value)

    def texts(self, key: str) -> tuple[str, ...]:
        """Read a list of texts without repetition; it may be empty.

        Parameters
        ----------
        key : str
            Key of this table.

        Returns
        -------
        tuple of str
            In the order of the file.

        Raises
        ------
        CardError
            When it is something else.
        """
        value = self.values.get(key)
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            raise self.error(key, "a list of texts")
        if repeated := [item for item in value if value.count(item) > 1]:
            raise self.error(key, f"every entry once, and not '{repeated[0]}' again")
        return tuple(value)

    def choices(self, key: str, known: Iterable[str]) -> tuple[str, ...]:
        """Read a list of known words, at least one.

        Parameters
        ----------
        key : str
            Key of this table.
        known : iterable of str
            What is accepted.

        Returns
        -------
        tuple of str
            In the order of the file.

        Raises
        ------
        CardError
            Naming the closest known word.
        """
        options, chosen = tuple(known), self.texts(key)
        expected = f"a list, not empty, of {', '.join(options)}"
        for item in chosen:
            if item not in options:
                raise self.error(key, expected, did_you_mean(item, options))
        if not chosen:
            raise self.error(key, expected)
        return chosen

    def flag(self, key: str) -> bool:
        """Read true or false.

        Parameters
        ----------
        key : str
            Key of this table.

        Returns
        -------
        bool
            The flag.

        Raises
        ------
        CardError
            When it is something else; 0, 1 and quoted words are.
        """
        value = self.values.get(key)
        if not isinstance(value, bool):
            raise self.error(key, "true or false, without quotes")
        return value

    def integer(self, key: str, least: int) -> int:
        """Read a whole number of at least `least`.

        Parameters
        ----------
        key : str
            Key of this table.
        least : int
            Smallest value accepted.

        Returns
        -------
        int
            The number.

        Raises
        ------
        CardError
            When it is something else.
        """
        value = self.values.get(key)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise self.error(key, f"a whole number of at least {least}")
        return value

    def number(
        self,
        key: str,
        expected: str = "a positive number",
        fits: Callable[[float], bool] = lambda value: value > 0,
    ) -> float:
        """Read a finite number that `fits`, which `expected` says in words.

        Parameters
        ----------
        key : str
            Key of this table.
        expected : str
            What `fits` accepts, for the error.
        fits : callable
            Whether a finite number is accepted.

        Returns
        -------
        float
            The number.

        Raises
        ------
        CardError
            When it is something else.
        """
        value = self.values.get(key)
        if not _is_number(value) or not fits(value):
            raise self.error(key, expected)
        return float(value)

    def share(self, key: str) -> float:
        """Read a probability.

        Parameters
        ----------
        key : str
            Key of this table.

        Returns
        -------
        float
            From 0 to 1.

        Raises
        ------
        CardError
            When it is something else.
        """
        return self.number(key, "a probability, from 0 to 1", lambda value: 0 <= value <= 1)

    def numbers(
        self, key: str, expected: str, fits: Callable[[list[float]], bool]
    ) -> tuple[float, ...]:
        """Read a list of finite numbers that `fits`, which `expected` says in words.

        Parameters
        ----------
        key : str
            Key of this table.
        expected : str
            What `fits` accepts, for the error.
        fits : callable
            Whether a list of finite numbers is accepted.

        Returns
        -------
        tuple of float
            The numbers, in the order of the file.

        Raises
        ------
        CardError
            When it is something else.
        """
        value = self.values.get(key)
        if not isinstance(value, list) or not all(map(_is_number, value)) or not fits(value):
            raise self.error(key, expected)
        return tuple(float(item) for item in value)

    def date(self, key: str) -> str:
        """Read a date, quoted or not, and give it in ISO form.

        Parameters
        ----------
        key : str
            Key of this table.

        Returns
        -------
        str
            Such as ``2028-12-31``.

        Raises
        ------
        CardError
            When it is something else.
        """
        value = self.values.get(key)
        try:
            return as_date(value).isoformat()  # type: ignore[arg-type]
        except ValueError:
            raise self.error(key, "an ISO date such as '2028-12-31'") from None


def _is_number(value: object) -> TypeGuard[float]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number, in TOML of any length, that no float holds
        return False


def _shown(value: object) -> str:
    text = "a table" if isinstance(value, dict) else repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
