"""Results on disk: resumed, ordered, and never those of another run."""

from __future__ import annotations

import json

import pytest

from bayes_rsi.checks.sbc.ledger import Ledger
from bayes_rsi.errors import StoreError

ORIGIN = {"variant": "right", "seed": 1}


def result(value: float) -> dict:
    return {"places": {"a": value}, "kept": 10, "ess": 12.0, "divergences": 0, "seconds": 1.0}


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "folder" / "right.json", ORIGIN)


def test_nothing_is_there_at_first(ledger):
    ledger.open()
    assert ledger.numbers() == set()
    assert not ledger.path.exists()


def test_the_file_does_not_depend_on_which_simulation_ended_first(tmp_path):
    texts = []
    for order in ((2, 0, 10), (10, 2, 0)):
        one = Ledger(tmp_path / f"{order[0]}.json", ORIGIN)
        for number in order:
            one.add(number, result(number / 16))
        texts.append(one.path.read_text())
    assert texts[0] == texts[1]


def test_what_was_added_is_read(ledger):
    ledger.add(3, result(0.123456789))
    ledger.add(1, result(0.5))
    ledger.open()
    assert ledger.numbers() == {1, 3}
    assert ledger.places()["a"].to_dict() == {1: 0.5, 3: 0.123457}
    assert ledger.notes().loc[1, "ess"] == 12.0


@pytest.mark.parametrize("key", ["variant", "seed"])
def test_another_run_is_refused(ledger, key):
    ledger.add(1, result(0.5))
    before = ledger.path.read_text()
    other = Ledger(ledger.path, ORIGIN | {key: 7})
    with pytest.raises(StoreError, match=f"got results with {key} .*, expected 7"):
        other.open()
    assert ledger.path.read_text() == before


def test_a_damaged_file_is_refused(ledger):
    ledger.add(1, result(0.5))
    ledger.path.write_text(json.dumps({"origin": ORIGIN})[:-3])
    with pytest.raises(StoreError, match="got a damaged file"):
        ledger.numbers()
