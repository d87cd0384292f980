"""Outcomes that all cards were asked about, and none that the test days ask."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from bayes_rsi.cards import load_pool_card
from bayes_rsi.checks.court.answers import COLUMNS
from bayes_rsi.checks.court.ledger import Ledger
from bayes_rsi.checks.court.shared import answered_by_all
from bayes_rsi.checks.court.targets import COLUMNS as ASKED
from bayes_rsi.errors import CardError

UPDATE = load_pool_card().update
FIRST, SECOND = UPDATE.origins
#: Question, system, and the day on which the figure became known.
QUESTIONS = [
    ("named|exam|A", "A", "2025-09-01"),
    ("best|exam|3m", "A", "2025-09-30"),
    ("named|exam|B", "B", "2025-11-01"),
    ("named|exam|C", "C", "2026-02-01"),
]


def ledger(folder, card: str, origin: str = SECOND, without: tuple[str, ...] = ()) -> Ledger:
    """Write a backtest in which a card gave the n-th question log density -n (its baseline: 5)."""
    of = Ledger(folder / card, {})
    asked = pd.DataFrame(
        [
            dict.fromkeys(ASKED, "")
            | {"target": f"{origin}|{name}", "origin": origin}
            | {"block": system, "known_on": day, "months": 6, "kind": "named"}
            for name, system, day in QUESTIONS
        ]
    )
    rows = [
        dict.fromkeys(COLUMNS, "")
        | {"origin_date": origin, "target": name, "model": model}
        | {"output_type": "score", "output_type_id": score, "value": value, "horizon": 6}
        for place, (name, _, _) in enumerate(QUESTIONS)
        for model, score, value in (
            (card, "log_score", float(place)),
            (card, "crps", 9.0),
            ("walk", "log_score", 5.0),
        )
        if name not in without
    ]
    of.add(origin, card, pd.DataFrame(rows), asked, None)
    return of


def test_only_what_all_answered_and_what_was_known_in_time_counts(tmp_path):
    found = answered_by_all(
        {
            "one": ledger(tmp_path, "one"),
            "two": ledger(tmp_path, "two", without=("named|exam|B",)),
        },
        UPDATE,
    )
    # B was not answered by both, C became known after the update ends.
    assert found.index.tolist() == [f"{SECOND}|best|exam|3m", f"{SECOND}|named|exam|A"]
    assert found["block"].tolist() == ["A", "A"]
    assert found["origin"].tolist() == [SECOND, SECOND]
    assert found[["one", "two"]].to_numpy().tolist() == [[-1.0, -1.0], [0.0, 0.0]]


def test_days_that_one_lacks_or_that_are_not_named_do_not_count(tmp_path):
    both = {"one": ledger(tmp_path, "one", FIRST), "two": ledger(tmp_path, "two", SECOND)}
    assert not len(answered_by_all(both, UPDATE))
    other = {"one": ledger(tmp_path / "b", "one", "2025-03-31")}
    assert not len(answered_by_all(other, UPDATE))


def test_without_a_backtest_there_is_nothing(tmp_path):
    found = answered_by_all({"one": Ledger(tmp_path, {}), "two": Ledger(tmp_path, {})}, UPDATE)
    assert not len(found)
    assert {"one", "two", "block", "origin"} <= set(found.columns)
    assert np.array_equal(found["one"].to_numpy(dtype=float), [])


def test_an_update_that_ends_within_the_test_days_is_refused(tmp_path):
    with pytest.raises(CardError, match=r"got 2026-06-30, .*kept for the test"):
        answered_by_all({"one": Ledger(tmp_path, {})}, replace(UPDATE, until="2026-06-30"))


@pytest.mark.parametrize(
    "origins", [("2025-12-31",), ("2026-03-31",), ("2024-12-31", "2025-12-31")]
)
def test_an_origin_of_the_test_takes_no_part_whatever_the_end(tmp_path, origins):
    with pytest.raises(CardError, match=f"got {origins[-1]}, .*kept for the test"):
        answered_by_all({"one": Ledger(tmp_path, {})}, replace(UPDATE, origins=origins))
