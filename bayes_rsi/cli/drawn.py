"""The figure that a verb draws beside its answer.

Invariant: whether it can be written is known before the posterior is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bayes_rsi.errors import OutputError
from bayes_rsi.files import usable_folder, write_atomically

__all__ = ["Drawn"]

#: Formats of a figure; the end of its file's name says which.
FIGURES = ("svg", "png")


@dataclass(frozen=True)
class Drawn:
    """Where a figure goes.

    Parameters
    ----------
    path : pathlib.Path
        Its file.

    Raises
    ------
    OutputError
        When the name ends in no known format, or the folder cannot be written to.
    """

    path: Path

    def __post_init__(self) -> None:
        """Refuse what cannot be written."""
        if self._kind not in FIGURES:
            ends = " or ".join(f".{known}" for known in FIGURES)
            raise OutputError(
                f"--figure: got '{self.path}', expected a name that ends in {ends}; give such a "
                "name"
            )
        usable_folder(self.path.parent, (self.path.name,), "--figure")

    @property
    def _kind(self) -> str:
        return self.path.suffix.lower().removeprefix(".")

    def keep(self, figure: Any) -> None:
        """Write the figure, whole or not at all.

        Parameters
        ----------
        figure : matplotlib.figure.Figure
            The figure.
        """
        from bayes_rsi.report.figure import figure_bytes  # matplotlib: 1 s

        write_atomically(self.path, figure_bytes(figure, self._kind), "--figure")
