"""One TOML table under check: which keys it has, and the tables below it.

Invariant: a table is read only after its keys are known; how one value is read is `values`' part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bayes_rsi.cards.values import NAME, Values
from bayes_rsi.errors import CardError, did_you_mean

__all__ = ["Table"]

_HELP = "models/README.md explains every key."


@dataclass(frozen=True)
class Table(Values):
    """A TOML table, where it stands, and what it may hold: the fields are those of `Values`."""

    def only(self, required: Iterable[str], optional: Iterable[str] = ()) -> Table:
        """Refuse keys that are not known, and then keys that are missing.

        Parameters
        ----------
        required : iterable of str
            Keys that must be there.
        optional : iterable of str
            Keys that may be there.

        Returns
        -------
        Table
            This table.

        Raises
        ------
        CardError
            Naming the closest known key, or every missing one.
        """
        required = tuple(required)
        known = {*required, *optional}
        for key in self.values:
            if key not in known:
                hint = did_you_mean(key, known)
                raise CardError(f"{self.place}: got unknown key '{key}'. {hint} {_HELP}")
        missing = [key for key in required if key not in self.values]
        if missing:
            listed = ", ".join(f"'{key}'" for key in missing)
            raise CardError(f"{self.place}: got no key {listed}, expected all of these. {_HELP}")
        return self

    def table(self, key: str) -> Table:
        """Read a table below this one.

        Parameters
        ----------
        key : str
            Key of this table.

        Returns
        -------
        Table
            The table below.

        Raises
        ------
        CardError
            When it is something else.
        """
        if not isinstance(self.values.get(key), dict):
            raise self.error(key, "a table")
        return Table(self.file, f"{self.path}.{key}" if self.path else key, self.values[key])

    def tables(self, key: str) -> Iterator[tuple[str, Table]]:
        """Read a table of named tables, at least one, in the order of their names.

        Parameters
        ----------
        key : str
            Key of this table.

        Yields
        ------
        name : str
            Small letters, digits and _.
        table : Table
            The table of that name.

        Raises
        ------
        CardError
            When there is none, or a name is no identifier.
        """
        parent = self.table(key)
        if not parent.values:
            raise self.error(key, f"at least one table [{parent.path}.<name>]")
        for name in sorted(parent.values):
            if not NAME.fullmatch(name):
                raise parent.error(name, "a name of small letters, digits and _", "Rename it.")
            yield name, parent.table(name)
