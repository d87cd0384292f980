"""A growing table keeps what it holds, in one order, from one origin."""

from __future__ import annotations

import pytest

from bayes_rsi.checks.rows import Rows
from bayes_rsi.errors import StoreError

COLUMNS = ("world", "months", "value")


def rows(folder, **origin):
    return Rows(folder / "table.csv", {"seed": 1} | origin, COLUMNS, ("world", "months"))


def row(world, months, value):
    return {"world": world, "months": months, "value": value}


def test_rows_are_kept_and_sorted_whatever_came_first(tmp_path):
    for name, order in (("a", [0, 1, 2]), ("b", [2, 0, 1])):
        folder = tmp_path / name
        given = [row("w1", 3, 0.5), row("w0", 3, 1 / 3), row("w0", 6, 2.0)]
        table = rows(folder)
        table.open()
        for place in order:
            table.add(given[place])
    first, second = ((tmp_path / name / "table.csv").read_bytes() for name in "ab")
    assert first == second
    assert rows(tmp_path / "a").done() == {("w0", "3"), ("w0", "6"), ("w1", "3")}
    assert rows(tmp_path / "a").table()["value"].tolist() == [0.333333, 2.0, 0.5]


def test_a_row_that_is_there_stays(tmp_path):
    table = rows(tmp_path)
    table.add(row("w0", 3, 1.0))
    table.add(row("w0", 3, 2.0), row("w1", 3, 3.0))
    assert table.table()["value"].tolist() == [1.0, 3.0]


def test_another_origin_is_refused_before_anything_is_added(tmp_path):
    rows(tmp_path).open()
    rows(tmp_path).open()
    with pytest.raises(StoreError, match=r"results with seed 1, expected 2; give another folder"):
        rows(tmp_path, seed=2).open()


def test_an_empty_table_has_its_columns(tmp_path):
    assert rows(tmp_path).table().columns.tolist() == list(COLUMNS)
    assert rows(tmp_path).done() == set()


@pytest.mark.parametrize("text", ['{"seed": 1', "7"])
def test_a_damaged_origin_is_refused(tmp_path, text):
    one = rows(tmp_path)
    one.open()
    one.path.with_suffix(".json").write_text(text)
    with pytest.raises(StoreError, match="got a damaged file"):
        rows(tmp_path).open()
    assert one.path.with_suffix(".json").read_text() == text
