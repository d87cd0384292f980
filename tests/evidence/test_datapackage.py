"""The description of the tables is true, complete and readable by others."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from bayes_rsi.errors import EvidenceError, OutputError
from bayes_rsi.evidence import data_folder
from bayes_rsi.evidence.datapackage import build, main, verify, write
from bayes_rsi.evidence.schema import PACKAGE, TABLES


@pytest.fixture
def folder(world: Any) -> Path:
    """The sound world with its description."""
    path: Path = world.write()
    write(path)
    return path


def _content(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / PACKAGE).read_text(encoding="utf-8"))
    return content


def test_the_shipped_description_is_true() -> None:
    assert [str(problem) for problem in verify(data_folder())] == []
    content = _content(data_folder())
    assert content["licenses"]
    for table in content["resources"]:
        raw = (data_folder() / table["path"]).read_bytes()
        assert table["hash"] == f"sha256:{hashlib.sha256(raw).hexdigest()}"
        assert table["bytes"] == len(raw)


def test_every_column_is_described(folder: Path) -> None:
    for entry in _content(folder)["resources"]:
        table = TABLES[entry["name"]]
        assert [field["name"] for field in entry["schema"]["fields"]] == list(table.names)
        assert all(field["description"] for field in entry["schema"]["fields"])
        assert entry["schema"]["primaryKey"] == list(table.key)


def test_writing_twice_changes_nothing(folder: Path) -> None:
    before = (folder / PACKAGE).read_bytes()
    write(folder)
    assert (folder / PACKAGE).read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [PACKAGE, *(f"{name}.csv" for name in TABLES)]
    )


def test_entries_of_people_are_kept(folder: Path) -> None:
    content = _content(folder)
    content |= {"licenses": [{"name": "CC-BY-4.0"}], "title": "Ours"}
    scores = next(entry for entry in content["resources"] if entry["name"] == "scores")
    scores |= {"sources": [{"title": "METR"}], "title": "Scores", "bytes": 1}
    (folder / "README.md").write_text("words", encoding="utf-8")
    content["resources"].append({"name": "readme", "path": "README.md"})
    (folder / PACKAGE).write_text(json.dumps(content), encoding="utf-8")
    again = build(folder)
    assert (again["title"], again["licenses"]) == ("Ours", [{"name": "CC-BY-4.0"}])
    entries = {entry["name"]: entry for entry in again["resources"]}
    assert entries["scores"]["sources"] == [{"title": "METR"}]
    assert entries["scores"]["bytes"] == (folder / "scores.csv").stat().st_size
    assert entries["readme"]["bytes"] == 5


def test_a_changed_table_is_noticed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check", str(folder)]) == 0
    with (folder / "scores.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    found = {problem.column for problem in verify(folder)}
    assert found == {"scores.bytes", "scores.hash"}
    assert main(["--check", str(folder)]) == 1
    assert "Rebuild it: python -m bayes_rsi.evidence.datapackage" in capsys.readouterr().out
    assert main([str(folder)]) == 0
    assert verify(folder) == []


def test_an_unreadable_description_is_refused(folder: Path) -> None:
    for text in ("{", "[]"):
        (folder / PACKAGE).write_text(text, encoding="utf-8")
        with pytest.raises(EvidenceError, match=r"datapackage\.json.*a JSON object"):
            build(folder)


def test_a_missing_table_is_refused(folder: Path) -> None:
    (folder / "audits.csv").unlink()
    with pytest.raises(EvidenceError, match=r"audits\.csv.*a readable file"):
        build(folder)


def test_a_failed_write_leaves_the_old_description(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (folder / PACKAGE).read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OutputError, match=r"No space left on device.*can be written to"):
        write(folder)
    assert (folder / PACKAGE).read_bytes() == before
    assert not list(folder.glob(f".{PACKAGE}*"))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_frictionless_agrees(tmp_path: Path) -> None:
    frictionless = pytest.importorskip("frictionless")
    folder = shutil.copytree(data_folder(), tmp_path / "data")
    write(folder)
    report = frictionless.validate(str(folder / PACKAGE))
    errors = report.flatten(["resource", "rowNumber", "fieldName", "message"])
    assert report.valid, errors[:20]
