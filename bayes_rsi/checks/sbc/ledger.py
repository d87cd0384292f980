"""Results of the simulations of one variant and seed, on disk as they come.

Invariant: a file is whole or as it was before, holds one run (card, design, version, seed), and
does not depend on the order in which simulations ended.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from bayes_rsi.checks.origin import read_record, refuse_another
from bayes_rsi.files import usable_folder, write_atomically

__all__ = ["Ledger"]

#: Digits of a place: more than a rank can tell.
DIGITS = 6


@dataclass(frozen=True)
class Ledger:
    """Results in one file.

    Parameters
    ----------
    path : pathlib.Path
        The file, JSON.
    origin : mapping of str to object
        What the run comes from, as plain types.
    """

    path: Path
    origin: Mapping[str, Any]

    def open(self) -> None:
        """Make sure, before anything is computed, that results may be added.

        Raises
        ------
        StoreError
            When the file holds another run.
        OutputError
            When it cannot be written.
        """
        usable_folder(self.path.parent, [self.path.name])
        refuse_another(self.path, self._read()["origin"], self.origin)

    def numbers(self) -> set[int]:
        """Give the numbers of the simulations that are done.

        Returns
        -------
        set of int
            Empty when there is no file.
        """
        return {int(number) for number in self._read()["simulations"]}

    def add(self, number: int, result: Mapping[str, Any]) -> None:
        """Add one simulation.

        Parameters
        ----------
        number : int
            Its number.
        result : mapping of str to object
            As `simulations.run` gives it.
        """
        record = self._read()
        told = {name: round(value, DIGITS) for name, value in result["places"].items()}
        both = record["simulations"] | {str(number): {**result, "places": told}}
        record["simulations"] = dict(sorted(both.items(), key=lambda item: int(item[0])))
        write_atomically(self.path, json.dumps(record) + "\n")

    def places(self) -> pd.DataFrame:
        """Give the places of all simulations.

        Returns
        -------
        pandas.DataFrame
            One row for each simulation, one column for each quantity.
        """
        found = self._read()["simulations"]
        return pd.DataFrame({int(n): one["places"] for n, one in found.items()}).T

    def notes(self) -> pd.DataFrame:
        """Give how each simulation went.

        Returns
        -------
        pandas.DataFrame
            One row for each: ``kept``, ``ess``, ``divergences`` and ``seconds``.
        """
        found = self._read()["simulations"]
        columns = ["kept", "ess", "divergences", "seconds"]
        rows = {int(n): {key: one[key] for key in columns} for n, one in found.items()}
        return pd.DataFrame(rows, index=columns).T

    def _read(self) -> dict[str, Any]:
        return read_record(self.path) or {"origin": dict(self.origin), "simulations": {}}
