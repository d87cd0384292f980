"""Progress of long steps: a bar in a terminal, plain lines elsewhere, nothing when quiet.

Invariant: only the stream given is written to, so that results on standard output stay clean.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TextIO

__all__ = ["Stages", "Tell", "progress"]

#: Called with a stage and the share done of it, in [0, 1], or None where that is not known.
Tell = Callable[[str, float | None], None]
_MARKS = (0.25, 0.5, 0.75)
#: Terminals that cannot move the cursor: a bar would stay invisible there.
_DUMB = ("dumb", "unknown")


@contextmanager
def progress(stream: TextIO, *, quiet: bool = False) -> Iterator[Tell]:
    """Show progress while the block runs.

    Parameters
    ----------
    stream : text stream
        Where it is shown: standard error.
    quiet : bool, default False
        Show nothing.

    Yields
    ------
    callable
        To be called with each stage, and the share done of it or None.

    Examples
    --------
    >>> import sys
    >>> with progress(sys.stdout) as tell:
    ...     tell("sampling", 0.6)
    sampling ...
    sampling 50%
    """
    if quiet:
        yield lambda stage, share: None
    elif stream.isatty() and os.environ.get("TERM") not in _DUMB:
        with _bar(stream) as tell:
            yield tell
    else:
        yield _Lines(stream)


class _Lines:
    """One line for each stage, and one at each quarter of it."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.stage = ""
        self.shown = 0.0

    def __call__(self, stage: str, share: float | None) -> None:
        if stage != self.stage:
            self.stage, self.shown = stage, 0.0
            self._write(f"{stage} ...")
        passed = max((mark for mark in _MARKS if mark <= (share or 0.0)), default=0.0)
        if passed > self.shown:
            self.shown = passed
            self._write(f"{stage} {passed:.0%}")

    def _write(self, line: str) -> None:
        print(line, file=self.stream, flush=True)


@contextmanager
def _bar(stream: TextIO) -> Iterator[Tell]:
    """Show one bar, which starts again with each stage and pulses where no share is known."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<12}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(file=stream), transient=True) as display:
        task = display.add_task("starting", total=None)
        stage_shown = "starting"

        def tell(stage: str, share: float | None) -> None:
            nonlocal stage_shown
            if stage != stage_shown:
                stage_shown = stage
                display.reset(task, total=None, description=stage)
            if share is not None:
                display.update(task, total=1.0, completed=share)

        yield tell


class Stages:
    """Runs steps, tells their names and takes their time.

    Parameters
    ----------
    tell : callable
        From `progress`.
    note : callable
        Given lines that the user should read.
    """

    def __init__(self, tell: Tell, note: Callable[[str], None]) -> None:
        self.tell = tell
        self.note = note
        self.seconds: dict[str, float] = {}

    def run[Result](self, stage: str, step: Callable[[], Result]) -> Result:
        """Run one step.

        Parameters
        ----------
        stage : str
            Its name; the times of steps of one name are added up.
        step : callable
            Without arguments.

        Returns
        -------
        object
            What the step returns.
        """
        self.tell(stage, None)
        begun = time.perf_counter()
        result = step()
        self.add({stage: time.perf_counter() - begun})
        return result

    def add(self, seconds: Mapping[str, float]) -> None:
        """Add times taken elsewhere.

        Parameters
        ----------
        seconds : mapping of str to float
            By stage.
        """
        for stage, taken in seconds.items():
            self.seconds[stage] = self.seconds.get(stage, 0.0) + taken
