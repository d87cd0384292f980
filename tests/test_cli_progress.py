"""Progress: a bar in a terminal, lines for stages and quarters elsewhere, nothing when quiet."""

from __future__ import annotations

import io

import pytest

from bayes_rsi.cli.progress import Stages, progress

STEPS = [("compiling", None), *(("sampling", i / 10) for i in range(11)), ("predicting", None)]


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def shown(stream: io.StringIO, *, quiet: bool = False) -> str:
    with progress(stream, quiet=quiet) as tell:
        for stage, share in STEPS:
            tell(stage, share)
    return stream.getvalue()


def test_plain_lines_elsewhere():
    lines = shown(io.StringIO()).splitlines()
    sampled = [f"sampling {mark}%" for mark in (25, 50, 75)]
    assert lines == ["compiling ...", "sampling ...", *sampled, "predicting ..."]


def test_plain_lines_in_a_terminal_that_cannot_move_its_cursor(monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    assert shown(Terminal()) == shown(io.StringIO())


def test_a_bar_in_a_terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    text = shown(Terminal())
    assert "\x1b[" in text  # moves the cursor: one line that changes
    assert "predicting" in text
    assert "sampling 25%" not in text


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()])
def test_nothing_when_quiet(stream):
    assert shown(stream, quiet=True) == ""


def test_times_of_steps_of_one_name_add_up():
    told: list[tuple[str, float | None]] = []
    stages = Stages(lambda stage, share: told.append((stage, share)), print)
    assert stages.run("projecting", lambda: 5) == 5
    stages.add({"projecting": 2.0, "sampling": 1.0})
    assert stages.seconds["projecting"] >= 2.0
    assert stages.seconds["sampling"] == 1.0
    assert told == [("projecting", None)]
