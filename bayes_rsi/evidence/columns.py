"""What can be said of a column and of a table; `schema` says it of ours.

Invariant: frozen; a description never depends on the content of a file.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Column", "Table"]


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name : str
        As in the header row.
    kind : str
        `string`, `number`, `integer`, `date` or `boolean`.
    meaning : str
        One sentence.
    unit : str
        Unit of a number; empty when it has none or the row says it.
    required : bool
        Whether a cell may not be empty.
    allowed : tuple of str
        Closed vocabulary; empty for free text.
    low, high : float or None
        Inclusive range.
    default : str
        What an empty cell, or an absent optional column, stands for.
    """

    name: str
    kind: str
    meaning: str
    unit: str = ""
    required: bool = False
    allowed: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    default: str = ""


@dataclass(frozen=True)
class Table:
    """One table: a file `<name>.csv`.

    Parameters
    ----------
    name : str
        Stem of the file.
    meaning : str
        What one row is.
    key : tuple of str
        Columns that no two rows may share.
    columns : tuple of Column
        In the order of the file.
    """

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in the order of the file."""
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns that a file of added rows must have."""
        return tuple(column.name for column in self.columns if column.required)

    def column(self, name: str) -> Column:
        """Give the column of that name.

        Parameters
        ----------
        name : str
            One of `names`; KeyError otherwise.

        Returns
        -------
        Column
            Its description.
        """
        return {column.name: column for column in self.columns}[name]
