"""Files are whole or absent; a folder that cannot be used is refused before the work."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bayes_rsi.errors import OutputError
from bayes_rsi.files import usable_folder, write_atomically

as_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)


def everything_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*"))


def test_text_and_bytes_are_written_and_replaced(tmp_path):
    target = tmp_path / "new" / "a.txt"
    assert write_atomically(target, "früh\n") == target
    assert target.read_bytes() == "früh\n".encode()
    write_atomically(target, b"later")
    assert target.read_bytes() == b"later"
    assert everything_in(tmp_path) == ["a.txt", "new"]


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_an_interrupted_write_leaves_what_was_there(tmp_path, monkeypatch, error):
    target = write_atomically(tmp_path / "a.txt", "before")

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(os, "replace", fail)
    expected = OutputError if isinstance(error, OSError) else KeyboardInterrupt
    with pytest.raises(expected, match="disk full" if expected is OutputError else "^$"):
        write_atomically(target, "after")
    assert target.read_text() == "before"
    assert everything_in(tmp_path) == ["a.txt"]


def test_looking_at_a_folder_creates_nothing(tmp_path):
    folder = tmp_path / "a" / "b"
    assert usable_folder(folder, ["forecast.json"]) == folder
    assert usable_folder(tmp_path, ["forecast.json"]) == tmp_path
    assert everything_in(tmp_path) == []


@pytest.mark.parametrize("below", ["", "deeper", "deeper/still"])
def test_a_file_in_the_way_is_refused(tmp_path, below):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match=r"got a file at .*file, expected a folder"):
        usable_folder(tmp_path / "file" / below)
    with pytest.raises(OutputError, match="expected to write 1 bytes"):
        write_atomically(tmp_path / "file" / below / "x", "x")
    assert (tmp_path / "file").read_text() == "mine"


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path):
    (tmp_path / "forecast.json").mkdir()
    with pytest.raises(OutputError, match="something that is not a file"):
        usable_folder(tmp_path, ["forecast.json"])


def test_a_system_that_refuses_is_told(tmp_path, monkeypatch):
    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    with pytest.raises(OutputError, match="got 'Permission denied' when writing to"):
        usable_folder(tmp_path / "out")


@as_root
def test_a_folder_without_permission_is_refused(tmp_path):
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(OutputError, match="Permission denied"):
            usable_folder(tmp_path / "out")
    finally:
        tmp_path.chmod(0o755)
