"""Time is cut in one place, for good, and the digest tells one content from another."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bayes_rsi.errors import EvidenceError
from bayes_rsi.evidence import cut, load_evidence, panel
from bayes_rsi.evidence.cut import digest_of, evidence_of
from bayes_rsi.evidence.schema import TABLES

DAYS = st.dates(date(2024, 2, 1), date(2025, 2, 1))
# The world is written once per test and only read, so sharing it between examples is safe.
ON_ONE_WORLD = settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def evidence(world: Any) -> Any:
    """The sound world, loaded."""
    return load_evidence(folder=world.write())


@ON_ONE_WORLD
@given(day=DAYS)
def test_nothing_known_later_survives(evidence: Any, day: date) -> None:
    left = cut(evidence, day)
    last = pd.Timestamp(day)
    assert (left.scores["known_on"] <= last).all()
    assert (left.audits["known_on"] <= last).all()
    assert (left.forecasts["forecast_date"] <= last).all()
    assert (left.systems["released"] <= last).all()
    assert left.aliases["system"].isin(left.systems["system"]).all()
    assert (panel(left, min_scores=1)["known_on"] <= np.datetime64(day)).all()


@ON_ONE_WORLD
@given(days=st.tuples(DAYS, DAYS))
def test_an_earlier_cut_is_a_part_of_a_later_one(evidence: Any, days: tuple[date, date]) -> None:
    early, late = (cut(evidence, day) for day in sorted(days))
    for name, table in early.tables.items():
        key = list(TABLES["benchmarks" if name == "series" else name].key)
        later = pd.MultiIndex.from_frame(late.tables[name][key].astype("str"))
        assert pd.MultiIndex.from_frame(table[key].astype("str")).isin(later).all()


@ON_ONE_WORLD
@given(days=st.tuples(DAYS, DAYS))
def test_two_cuts_are_the_earlier_one(evidence: Any, days: tuple[date, date]) -> None:
    early, late = sorted(days)
    twice, once = cut(cut(evidence, late), early), cut(evidence, early)
    assert (twice.digest, twice.as_of) == (once.digest, once.as_of)


@pytest.mark.parametrize(
    "day", ["2024-06-01", date(2024, 6, 1), np.datetime64("2024-06-01"), pd.Timestamp("2024-06-01")]
)
def test_a_day_may_be_given_in_any_form(evidence: Any, day: Any) -> None:
    assert cut(evidence, day).as_of == date(2024, 6, 1)


def test_loading_at_a_day_equals_cutting_at_it(world: Any, evidence: Any) -> None:
    loaded = load_evidence(as_of="2024-06-01", folder=world.folder)
    assert loaded.digest == cut(evidence, "2024-06-01").digest


def test_what_was_cut_does_not_come_back(evidence: Any) -> None:
    early = cut(evidence, "2024-06-01")
    with pytest.raises(EvidenceError, match=r"up to 2024-06-01.*call load_evidence again"):
        cut(early, "2024-06-02")


def test_a_figure_known_later_does_not_change_the_digest(world: Any, evidence: Any) -> None:
    before = cut(evidence, "2024-06-01").digest
    world.rows["scores"][4]["value"] = 17
    changed = load_evidence(folder=world.write())
    assert changed.digest != evidence.digest
    assert cut(changed, "2024-06-01").digest == before


@settings(ON_ONE_WORLD, max_examples=8)
@given(seed=st.integers(0, 2**32))
def test_the_order_of_rows_changes_neither_digest_nor_panel(world: Any, seed: int) -> None:
    before = load_evidence(folder=world.write())
    for rows in world.rows.values():
        random.Random(seed).shuffle(rows)
    after = load_evidence(folder=world.write())
    assert after.digest == before.digest
    assert panel(after, min_scores=1).identical(panel(before, min_scores=1))


def test_any_changed_cell_changes_the_digest(evidence: Any) -> None:
    for name, table in evidence.tables.items():
        for column in table.columns.drop("origin", errors="ignore"):
            changed = table.copy()
            changed[column] = _other(changed[column])
            assert digest_of(evidence.tables | {name: changed}) != evidence.digest, column


def _other(values: pd.Series) -> pd.Series:
    """Change the first cell."""
    first = values.iloc[0]
    if isinstance(first, str):
        other: Any = first + "x"
    elif isinstance(first, pd.Timestamp) or first is pd.NaT:
        other = pd.Timestamp("2001-01-01")
    else:
        other = not first if isinstance(first, bool | np.bool_) else np.nextafter(first, 1e9)
        other = 1.0 if isinstance(other, float) and np.isnan(other) else other
    changed = values.copy()
    changed.iloc[0] = other
    return changed


def test_where_a_row_comes_from_does_not_change_the_digest(evidence: Any) -> None:
    moved = evidence.scores.assign(origin="elsewhere.csv")
    assert digest_of(evidence.tables | {"scores": moved}) == evidence.digest


def test_writing_a_number_otherwise_does_not_change_the_digest(world: Any, evidence: Any) -> None:
    world.rows["scores"][0]["value"] = "+2.00e0"
    assert load_evidence(folder=world.write()).digest == evidence.digest


def test_the_digest_is_the_same_on_every_machine(evidence: Any) -> None:
    assert evidence.digest == "a88ed8a6e66e452ed9006a21c7890a8ddd521d3441be75126f06a780d4c757d2"


def test_tables_changed_after_loading_are_refused(evidence: Any) -> None:
    scores = evidence.scores.assign(value=evidence.scores["value"] / 2)
    tables = evidence.tables | {"scores": scores}
    forged = replace(evidence, **tables)
    with pytest.raises(EvidenceError, match=r"tables with digest .*put changes into a file"):
        panel(forged)
    assert panel(evidence_of(tables, evidence.as_of, evidence.as_of)).sizes["score"]
