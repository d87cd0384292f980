"""Runs on single tasks: the shipped ones are sound, and what is wrong with others is said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from bayes_rsi.cards import HUMAN_SOURCES
from bayes_rsi.errors import EvidenceError
from bayes_rsi.evidence import check_runs, lay_out, load_evidence, load_runs
from bayes_rsi.evidence import schema as schema_module

TOMORROW = (date.today() + timedelta(days=1)).isoformat()
GOOD = {
    "task": "sort",
    "family": "code",
    "human_minutes": 4.0,
    "human_source": "baseline",
    "chance": 0.25,
    "system": "Alpha",
    "successes": 3,
    "attempts": 8,
    "known_on": "2025-01-31",
    "source": "made up",
}


def frame(*changes: dict[str, Any]) -> pd.DataFrame:
    """Give a sound row, and one more for each change of it."""
    return pd.DataFrame([GOOD, *(GOOD | {"system": "Beta"} | change for change in changes)])


def checked_as_frame(runs: pd.DataFrame, folder: Path) -> pd.DataFrame:
    del folder
    return check_runs(runs)


def checked_as_file(runs: pd.DataFrame, folder: Path) -> pd.DataFrame:
    path = folder / "runs"
    runs.to_csv(path, index=False)
    return load_runs(path=path)


BOTH = pytest.mark.parametrize("check", [checked_as_frame, checked_as_file])


def test_the_shipped_runs_are_those_of_known_systems_and_of_before_the_end() -> None:
    runs, evidence = load_runs(), load_evidence()
    assert len(runs) == 748
    assert int(runs["attempts"].sum()) == 6852
    assert int(runs["successes"].sum()) == 1977
    assert runs["system"].isin(evidence.systems["system"]).all()
    assert (runs["source"] != "").all()
    released = runs["system"].map(evidence.systems.set_index("system")["released"])
    assert (runs["known_on"] >= released).all()
    suite = evidence.series.set_index("series").loc["metr_th10_p50", "released"]
    assert (runs["known_on"] >= suite).all()
    assert (runs["known_on"] <= pd.Timestamp("2026-06-30")).all()


def test_runs_are_cut_at_a_day() -> None:
    assert load_runs("2025-03-19").equals(load_runs())
    with pytest.raises(EvidenceError, match=r"as_of: got '2025-03-18', expected a day from 2025-0"):
        load_runs("2025-03-18")


def test_a_cut_keeps_what_was_known(tmp_path: Path) -> None:
    path = tmp_path / "runs.csv"
    frame({"known_on": "2025-06-01"}).to_csv(path, index=False)
    assert load_runs("2025-05-31", path)["system"].tolist() == ["Alpha"]
    assert load_runs("2025-06-01", path)["system"].tolist() == ["Alpha", "Beta"]
    frame({"known_on": ""}).to_csv(path, index=False)
    assert len(load_runs(path=path)) == 2
    with pytest.raises(EvidenceError, match=r"'known_on': got 'empty cells', expected a day each"):
        load_runs("2025-06-01", path)


def test_sources_of_human_times_are_those_of_the_cards() -> None:
    assert schema_module.HUMAN_SOURCES == HUMAN_SOURCES


@BOTH
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"human_minutes": -4.0}, r"row 3, column 'human_minutes': got '-4.*at least 0"),
        ({"human_minutes": 0}, r"row 3, column 'human_minutes': got 0.*a time above 0"),
        ({"human_minutes": np.nan}, r"row 3, column 'human_minutes': .*not an empty cell"),
        ({"human_minutes": np.inf}, r"row 3, column 'human_minutes': got 'inf', expected a finite"),
        ({"human_minutes": "4 min"}, r"column 'human_minutes': got '4 min', expected a finite"),
        ({"human_minutes": 5.0}, r"got 5.0, expected the same as in the first row .*, 4.0"),
        ({"family": "words"}, r"column 'family': got 'words', expected the same .*, code"),
        ({"family": ""}, r"row 3, column 'family': got '', expected a string, not an empty cell"),
        ({"human_source": "estimate"}, r"'human_source': got 'estimate', expected the same"),
        ({"human_source": "basline"}, r"'human_source': got 'basline'.*Did you mean 'baseline'"),
        ({"chance": 0.5}, r"column 'chance': got 0.5, expected the same"),
        ({"chance": 25}, r"'chance': got '25(.0)?', expected a number from 0 to 1.*Divide by 100"),
        ({"task": "b", "chance": 1}, r"row 3, column 'chance': got 1.0, expected a rate below 1"),
        ({"successes": 9}, r"row 3, column 'successes': got 9.0, expected at most attempts"),
        ({"successes": -1}, r"row 3, column 'successes': got '-1', expected a number of at least"),
        ({"successes": 2.5}, r"row 3, column 'successes': got '?2.5'?, expected a whole number"),
        ({"attempts": 0, "successes": 0}, r"column 'attempts': got '0'.*at least 1"),
        ({"attempts": None}, r"row 3, column 'attempts': got '', expected a integer, not an empty"),
        (
            {"system": "Alpha"},
            r"row 3: got 'duplicate row \(sort, Alpha\)'.*each task, system once",
        ),
        ({"known_on": TOMORROW}, r"column 'known_on': .*expected a day up to today"),
        ({"known_on": "2025-02-30"}, r"column 'known_on': got '2025-02-30', expected an ISO date"),
        ({"task": "a|b"}, r"column 'task': got 'a\|b', expected text without '\|'"),
    ],
)
def test_a_wrong_row_is_refused_and_named(
    tmp_path: Path,
    check: Callable[[pd.DataFrame, Path], pd.DataFrame],
    change: dict[str, Any],
    message: str,
) -> None:
    assert len(check(frame({}), tmp_path)) == 2
    with pytest.raises(EvidenceError, match=rf"^runs.*{message}"):
        check(frame(change), tmp_path)


@BOTH
@pytest.mark.parametrize(
    ("runs", "message"),
    [
        (frame().drop(columns="attempts"), r"column 'attempts': got 'no such column'.*Add 'attem"),
        (frame().assign(succeses=1), r"column 'succeses'.*Did you mean 'successes'"),
        (frame().iloc[:0], r"got 'no rows', expected a header and at least one row"),
    ],
)
def test_a_wrong_table_is_refused(
    tmp_path: Path,
    check: Callable[[pd.DataFrame, Path], pd.DataFrame],
    runs: pd.DataFrame,
    message: str,
) -> None:
    with pytest.raises(EvidenceError, match=message):
        check(runs, tmp_path)


def test_a_frame_keeps_its_numbers_and_is_left_as_it_is() -> None:
    runs = frame({"task": "b", "human_minutes": 0.1 + 0.2}).set_index("system", drop=False)
    runs["known_on"] = pd.to_datetime(runs["known_on"])
    before = runs.copy()
    checked = check_runs(runs)
    pd.testing.assert_frame_equal(runs, before)
    assert checked["human_minutes"].tolist() == [4.0, 0.1 + 0.2]
    assert checked["known_on"].tolist() == [pd.Timestamp("2025-01-31")] * 2


def test_absent_columns_have_their_defaults() -> None:
    few = frame().drop(columns=["human_source", "chance", "known_on", "source"])
    checked = check_runs(few)
    assert checked.loc[0, ["human_source", "chance"]].tolist() == ["estimate", 0.0]
    assert lay_out(checked).attrs["as_of"] == ""


def test_the_layout_does_not_depend_on_the_order_of_rows() -> None:
    runs = load_runs()
    laid, shuffled = lay_out(runs), lay_out(runs.sample(frac=1.0, random_state=3))
    assert laid.identical(shuffled)
    assert laid.sizes == {"run": 748, "task": 83, "family": 36, "system": 10}
    one = laid.sel(run="ai_rd_nanogpt_chat_rl/main|o1")
    assert (int(one["successes"]), int(one["attempts"])) == (2, 62)
    task = laid.sel(task="ai_rd_nanogpt_chat_rl/main")
    assert float(task["log2_minutes"]) == pytest.approx(np.log2(477.564))
    assert str(task["human_source"].values) == "baseline"


def test_the_digest_is_that_of_the_content() -> None:
    runs = load_runs()
    moved = runs.assign(successes=runs["successes"].mask(runs.index == 7, 1.0))
    assert not moved.equals(runs)
    assert lay_out(runs[::-1]).attrs["data_digest"] == lay_out(runs).attrs["data_digest"]
    assert lay_out(moved).attrs["data_digest"] != lay_out(runs).attrs["data_digest"]
