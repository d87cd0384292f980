"""The command line run in this process, so tests can put fakes in the place of what it calls."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from bayes_rsi import cli

__all__ = ["Run", "runner"]

#: Arguments to exit code, standard output and standard error.
Run = Callable[..., tuple[int, str, str]]


def runner(
    monkeypatch: pytest.MonkeyPatch,
    captured: pytest.CaptureFixture[str],
    *first: str,
) -> Run:
    """Give a function that runs the program with arguments after those that always come first."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["bayes-rsi", *first, *map(str, arguments)])
        with pytest.raises(SystemExit, match=r"^\d+$") as ended:
            cli.main()
        shown = captured.readouterr()
        return int(ended.value.code or 0), shown.out, shown.err

    return run
