"""Sound tables are loaded as they are written, and added rows stand beside them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bayes_rsi.errors import EvidenceError
from bayes_rsi.evidence import data_folder, load_evidence, tables
from bayes_rsi.evidence.schema import TABLES

Write = Callable[..., Path]


def test_tables_hold_the_columns_of_the_schema(world: Any) -> None:
    evidence = load_evidence(folder=world.write())
    names = {name: "series" if name == "benchmarks" else name for name in TABLES}
    for name, table in TABLES.items():
        expected = [*table.names, "origin"] if name == "scores" else [*table.names]
        assert evidence.tables[names[name]].columns.tolist() == expected


@pytest.mark.parametrize("name", TABLES)
def test_types_follow_the_schema(world: Any, name: str) -> None:
    evidence = load_evidence(folder=world.write())
    frame = evidence.tables["series" if name == "benchmarks" else name]
    dtypes = {
        "string": "str",
        "number": "float64",
        "integer": "float64",
        "date": "datetime64[ns]",
        "boolean": "bool",
    }
    for column in TABLES[name].columns:
        assert str(frame[column.name].dtype) == dtypes[column.kind], column.name


def test_the_default_day_is_the_last_score(world: Any) -> None:
    assert load_evidence(folder=world.write()).as_of == date(2025, 2, 1)


def test_added_rows_keep_their_origin_and_get_defaults(world: Any, added: Write) -> None:
    evidence = load_evidence(folder=world.write(), add=[added(world.score())])
    row = evidence.scores.iloc[-1]
    assert row["origin"] == "mine.csv"
    assert (row["censoring"], row["reporter"]) == ("none", "third_party")
    assert (row["known_on_basis"], row["excluded"], row["effort"]) == ("assumed", "", "")
    assert evidence.as_of == date(2025, 3, 1)
    assert (evidence.scores["origin"] == "shipped").sum() == len(world.rows["scores"])


def test_one_added_path_needs_no_list(world: Any, added: Write) -> None:
    path = added(world.score())
    folder = world.write()
    assert (
        load_evidence(folder=folder, add=str(path)).digest
        == load_evidence(folder=folder, add=[path]).digest
    )


def test_aliases_and_blanks_are_resolved(world: Any, added: Write) -> None:
    path = added(world.score(system="  beta-2-high ", source=" own\trun "))
    row = load_evidence(folder=world.write(), add=[path]).scores.iloc[-1]
    assert (row["system"], row["source"]) == ("Beta 2", "own\trun")


def test_a_byte_order_mark_and_windows_line_ends_are_read(world: Any, tmp_path: Path) -> None:
    text = "series,system,value,unit,known_on,source\r\nswe_v,Beta 2,.5,fraction,2025-03-01,x\r\n"
    path = tmp_path / "mine.csv"
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert load_evidence(folder=world.write(), add=[path]).scores["value"].iloc[-1] == 0.5


def test_a_figure_may_come_a_little_before_the_release(world: Any, added: Write) -> None:
    path = added(world.score(known_on="2024-11-02"))
    assert load_evidence(folder=world.write(), add=[path]).scores["origin"].iloc[-1] == "mine.csv"


def test_the_text_form_is_short(world: Any) -> None:
    text = repr(load_evidence(folder=world.write()))
    assert text.startswith("Evidence(as of 2025-02-01: 18 scores, 5 systems")
    assert len(text) < 200


def test_the_packaged_copy_comes_before_the_checkout(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    module = tmp_path / "site" / "bayes_rsi" / "evidence" / "tables.py"
    monkeypatch.setattr(tables, "__file__", str(module))
    with pytest.raises(EvidenceError, match=r"bayes_rsi/_data or in data/.*Install"):
        data_folder()
    for folder in (tmp_path / "site" / "data", tmp_path / "site" / "bayes_rsi" / "_data"):
        folder.mkdir(parents=True)
        (folder / "scores.csv").touch()
        assert data_folder() == folder


def test_frames_are_not_shared_with_the_reader(world: Any) -> None:
    first = load_evidence(folder=world.write())
    pd.testing.assert_frame_equal(first.scores, load_evidence(folder=world.folder).scores)
