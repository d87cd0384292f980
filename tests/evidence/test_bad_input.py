"""Every kind of bad input is refused with its place, what was expected and what to do."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bayes_rsi.errors import BayesRsiError, EvidenceError, Problem
from bayes_rsi.evidence import check, load_evidence
from bayes_rsi.evidence.schema import TABLES

Write = Callable[..., Path]

TOMORROW = (date.today() + timedelta(days=1)).isoformat()


def _only(problems: tuple[Problem, ...]) -> Problem:
    assert len(problems) == 1, [str(problem) for problem in problems]
    return problems[0]


def _refused(world: Any, match: str, add: Any = ()) -> tuple[Problem, ...]:
    with pytest.raises(EvidenceError, match=match) as caught:
        load_evidence(folder=world.write(), add=add)
    return caught.value.problems


@pytest.mark.parametrize(
    ("cells", "column", "match"),
    [
        ({"value": 73}, "value", r"fraction from 0 to 1.*divide by 100: 0\.73"),
        ({"value": -0.1}, "value", "fraction from 0 to 1"),
        ({"se": 2.5}, "se", r"fraction from 0 to 0\.5.*divide by 100: 0\.025"),
        ({"value": "73%"}, "value", r"finite number.*Divide by 100: 0\.73"),
        ({"value": "0,73"}, "value", "finite number.*decimal point"),
        ({"value": "nan"}, "value", "finite number.*Leave the cell empty"),
        ({"value": "inf"}, "value", "finite number"),
        ({"value": "1e999"}, "value", "finite number"),
        ({"value": "high"}, "value", "finite number"),
        ({"value": ""}, "value", "not an empty cell"),
        ({"series": "swe_w"}, "series", "Did you mean 'swe_v'"),
        ({"system": "Beta 3"}, "system", r"Did you mean 'Beta \d'.*add it to systems\.csv"),
        ({"system": "beta-2-hihg"}, "system", "Did you mean 'beta-2-high'"),
        ({"system": "Beta|2"}, "system", r"text without '\|'"),
        ({"carried_from": "swe_w"}, "carried_from", "another series.*Did you mean 'swe_v'"),
        ({"carried_from": "swe_v"}, "carried_from", "another series of benchmarks.csv"),
        ({"carried_from": "hor_50"}, "carried_from", "of the same kind"),
        ({"unit": "percent"}, "unit", "one of fraction"),
        ({"unit": "minutes"}, "unit", "fraction, the unit of the series.*Convert"),
        ({"series": "hor_50", "unit": "minutes", "value": 0}, "value", "positive number"),
        ({"series": "hor_50", "unit": "minutes", "value": -5}, "value", "positive number"),
        ({"ci_low": 0.6, "ci_high": 0.7, "ci_level": 0.9}, "ci_low", "holds the value"),
        ({"ci_low": 0.7, "ci_high": 0.3, "ci_level": 0.9}, "ci_low", "Swap the two ends"),
        ({"ci_low": 0.5, "ci_high": 0.5, "ci_level": 0.9}, "ci_low", "ci_low < ci_high"),
        (
            {"series": "hor_50", "unit": "minutes", "value": 9}
            | {"ci_low": -5, "ci_high": 20, "ci_level": 0.95},
            "ci_low",
            "a positive ci_low",
        ),
        ({"ci_low": 0.4}, "ci_low", "both ci_low and ci_high"),
        ({"ci_low": 0.4, "ci_high": 0.6}, "ci_level", "level of the interval"),
        ({"ci_low": 0.4, "ci_high": 0.6, "ci_level": 95}, "ci_level", r"Divide by 100: 0\.95"),
        ({"censoring": "interval"}, "lower", "lower and upper"),
        ({"censoring": "interval", "lower": 0.9, "upper": 0.1}, "lower", "lower <= upper"),
        ({"lower": 0.1}, "lower", "no bounds without censoring"),
        ({"censoring": "right"}, "censoring", "'none' for this kind.*Only horizons"),
        (
            {"series": "hor_50", "unit": "minutes", "value": 9, "censoring": "interval"}
            | {"lower": 10, "upper": 20},
            "lower",
            "bounds that hold the value",
        ),
        (
            {"series": "hor_50", "unit": "minutes", "value": 9, "censoring": "interval"}
            | {"lower": 0, "upper": 20},
            "lower",
            "a positive lower bound.*censoring 'left'",
        ),
        ({"censoring": "rihgt"}, "censoring", "Did you mean 'right'"),
        ({"n_items": 0}, "n_items", "at least 1"),
        ({"n_items": 12.5}, "n_items", "whole number"),
        ({"se": -1}, "se", "at least 0"),
        ({"known_on": TOMORROW}, "known_on", "a day up to today"),
        ({"known_on": "2024-10-31"}, "known_on", "at most 60 days before the release, 2025-01-01"),
        ({"known_on": "2025-3-1"}, "known_on", "ISO date"),
        ({"known_on": "2025-02-30"}, "known_on", "ISO date"),
        ({"known_on": "01.03.2025"}, "known_on", "ISO date"),
        ({"known_on": "0025-03-01"}, "known_on", "ISO date"),
        ({"article": "true"}, "article", "yes or no"),
    ],
)
def test_a_bad_cell_is_named_by_file_row_and_column(
    world: Any, added: Write, cells: dict[str, Any], column: str, match: str
) -> None:
    good = world.score(system="Gamma 1", **dict.fromkeys(cells.keys() - world.score(), ""))
    path = added(good, world.score(**cells))
    with pytest.raises(EvidenceError, match=match) as caught:
        load_evidence(folder=world.write(), add=[path])
    problem = caught.value.problems[0]
    assert (problem.file, problem.row, problem.column) == ("mine.csv", 3, column)
    assert str(problem) in str(caught.value)


@pytest.mark.parametrize(
    ("content", "row", "column", "match"),
    [
        (b"", None, None, "no rows.*at least one row"),
        (b"\n \n", None, None, "no rows.*at least one row"),
        (b"series,system,value,unit,known_on,source\n", None, None, "no rows"),
        (b"series,system\nswe_v,Caf\xe9\n", 2, None, "UTF-8 text.*CSV UTF-8"),
        (b"series,sytem,value,unit,known_on,source\na,b,c,d,e,f\n", 1, "sytem", "mean 'system'"),
        (b"series,value,unit,known_on,source\na,b,c,d,e\n", 1, "system", "Add 'system'"),
        (b"series,series\na,b\n", 1, "series", "each column once"),
        (b'series,"system\na,b\n', None, None, "readable CSV.*quotation mark"),
        (
            b"series,system,value,unit,known_on,source\n\nswe_v,Beta 2,0,fraction,2025-03-01,a,b\n",
            3,
            None,
            "got '7 cells', expected 6 cells",
        ),
    ],
)
def test_a_bad_file_is_refused(
    world: Any, tmp_path: Path, content: bytes, row: int | None, column: str | None, match: str
) -> None:
    path = tmp_path / "mine.csv"
    path.write_bytes(content)
    problems = _refused(world, match, add=[path])
    assert (row, column) in {(problem.row, problem.column) for problem in problems}


@pytest.mark.parametrize("name", TABLES)
def test_a_missing_shipped_table_is_named(world: Any, name: str) -> None:
    (world.write() / f"{name}.csv").unlink()
    with pytest.raises(EvidenceError, match=rf"{name}\.csv: got 'No such file.*Check the path"):
        load_evidence(folder=world.folder)


def test_a_missing_added_file_is_named(world: Any, tmp_path: Path) -> None:
    problem = _only(_refused(world, "readable file", add=[tmp_path / "nowhere.csv"]))
    assert problem.file.endswith("nowhere.csv")


@pytest.mark.parametrize(
    ("table", "place", "cells", "match"),
    [
        ("systems", 0, {"released": TOMORROW}, "a day up to today"),
        ("systems", 0, {"released": ""}, "not an empty cell"),
        ("systems", 1, {"system": "Alpha 1"}, r"duplicate row \(Alpha 1\).*each system once"),
        ("systems", 0, {"tier": "Flagship"}, "Did you mean 'flagship'"),
        ("aliases", 0, {"system": "Beta 9"}, r"a system of systems\.csv"),
        ("benchmarks", 1, {"unit": "minutes"}, "unit of its kind"),
        ("benchmarks", 0, {"reliability": ""}, "success rate that defines the horizon"),
        ("benchmarks", 0, {"domain": "cooking"}, "one of software_engineering"),
        ("benchmarks", 1, {"released": ""}, "the day the version came out.*role 'context'"),
        ("audits", 0, {"benchmark": "swee"}, "Did you mean 'swe'"),
        ("audits", 0, {"n_flawed": 101}, "at most n_audited"),
        ("audits", 0, {"n_items": 50}, "at most n_items"),
        (
            "audits",
            0,
            {"sampling": "failed_items", "n_items": ""},
            "items of the whole set.*solved",
        ),
        ("benchmarks", 1, {"floor": 1, "human": "", "cap": ""}, "below 1"),
        ("benchmarks", 1, {"human": 62}, "human.*a share above 0.*not percentages"),
        ("benchmarks", 1, {"floor": 0.25, "human": 0.2}, r"human.*a share above 0\.25"),
        ("benchmarks", 1, {"cap": 100}, "cap.*a share above 0.*not percentages"),
        ("forecasts", 0, {"target_date": "2001-01-01"}, "a day after forecast_date"),
        ("forecasts", 0, {"probability": ""}, "a probability"),
        ("forecasts", 0, {"probability": 30}, r"Divide by 100: 0\.3"),
        ("forecasts", 0, {"forecast_date": TOMORROW}, "a day up to today"),
        ("forecasts", 0, {"unit": "date", "p50": "2028"}, "p50.*an ISO date or a number"),
        ("forecasts", 0, {"unit": "hours", "p50": "2028-01-01"}, "p50.*an ISO date or a number"),
        ("forecasts", 0, {"unit": "hours", "p10": 9, "p90": 7}, "p90.*Sort the quantiles"),
        ("forecasts", 0, {"unit": "date", "p10": "2028-01-01", "p25": "2027-12-31"}, "p25.*Sort"),
        ("scores", 1, {"system": "Beta 9"}, r"a system of systems\.csv"),
    ],
)
def test_a_bad_shipped_row_is_named(
    world: Any, table: str, place: int, cells: dict[str, Any], match: str
) -> None:
    world.rows[table][place] |= cells
    problems = _refused(world, match)
    matching = [problem for problem in problems if re.search(match, str(problem))]
    assert [(problem.file, problem.row) for problem in matching] == [(f"{table}.csv", place + 2)]


@pytest.mark.parametrize(
    ("censoring", "match"),
    [("none", "censoring 'right', or"), ("right", "the suite tells nothing further")],
)
def test_what_lies_beyond_the_suite_is_refused(
    world: Any, added: Write, censoring: str, match: str
) -> None:
    world.rows["benchmarks"][0]["cap"] = 960
    row = {"series": "hor_50", "unit": "minutes", "value": 1920, "censoring": censoring}
    problem = _only(_refused(world, match, add=[added(world.score(**row))]))
    assert "at most 960" in str(problem)
    load_evidence(folder=world.write(), add=[added(world.score(**row | {"value": 960}))])


def test_probabilities_of_later_days_do_not_fall(world: Any) -> None:
    first = world.rows["forecasts"][0]
    later = {"target_date": "2028-12-31", "probability": 0.2}
    world.rows["forecasts"].append(first | later)
    problem = _only(_refused(world, "at least the probability by an earlier day"))
    assert (problem.row, problem.column) == (3, "probability")
    for change in ({"forecast_date": "2024-07-01"}, {"bound": "upper"}, {"event": "engineering"}):
        world.rows["forecasts"][1] = first | later | change
        load_evidence(folder=world.write())
    # What may be so in one year and not in the next.
    for other in ({"event": ""}, {"event": "", "condition": "growth < 3"}):
        world.rows["forecasts"] = [first | other, first | later | other]
        load_evidence(folder=world.write())
    lasting = {"event": "", "condition": "horizon p50 >= 8 h"}
    world.rows["forecasts"] = [first | lasting, first | later | lasting]
    _refused(world, "at least the probability by an earlier day")


def test_runs_are_carried_over_once(world: Any) -> None:
    first = world.rows["benchmarks"][0]
    world.rows["benchmarks"].append(first | {"series": "hor_51", "title": "hor_51"})
    row = world.rows["scores"][0]
    world.rows["scores"].append(row | {"series": "hor_51", "carried_from": "hor_50"})
    load_evidence(folder=world.write())
    world.rows["scores"][0] = row | {"carried_from": "hor_51"}
    _refused(world, "that has the runs by itself")


def test_a_duplicate_row_is_refused_within_a_file(world: Any, added: Write) -> None:
    path = added(world.score(), world.score(value=0.6))
    problem = _only(_refused(world, r"duplicate row.*its own vintage", add=[path]))
    assert problem.row == 3


def test_a_duplicate_of_a_shipped_row_is_refused(world: Any, added: Write) -> None:
    row = world.score(system="Alpha 1", known_on="2024-02-01", reporter="author")
    problem = _only(_refused(world, "duplicate row.*row with its own", add=[added(row)]))
    assert (problem.file, problem.row) == ("mine.csv", 2)


def test_a_duplicate_by_alias_is_refused(world: Any, added: Write) -> None:
    path = added(world.score(), world.score(system="beta-2-high"))
    _only(_refused(world, r"duplicate row \(swe_v, Beta 2", add=[path]))


def test_a_duplicate_between_two_added_files_is_refused(world: Any, added: Write) -> None:
    paths = [added(world.score(), name="one.csv"), added(world.score(), name="two.csv")]
    assert _only(_refused(world, "duplicate row", add=paths)).file == "two.csv"


def test_all_problems_are_reported_and_twenty_are_shown(world: Any, added: Write) -> None:
    path = added(*(world.score(value=70 + place, vintage=str(place)) for place in range(25)))
    problems = _refused(world, r"and 5 more", add=[path])
    assert len(problems) == 25


def test_numbers_beyond_the_calendar_of_the_evidence(world: Any) -> None:
    folder = world.write()
    with pytest.raises(EvidenceError, match="from 2024-02-01, the first score"):
        load_evidence(as_of="2024-01-31", folder=folder)
    with pytest.raises(EvidenceError, match=r"a day up to .*Nobody can know more than today"):
        load_evidence(as_of=TOMORROW, folder=folder)
    with pytest.raises(EvidenceError, match="got 'June 2025', expected an ISO date"):
        load_evidence(as_of="June 2025", folder=folder)


def test_the_error_is_also_a_value_error() -> None:
    assert issubclass(EvidenceError, ValueError)
    assert issubclass(EvidenceError, BayesRsiError)


def test_bad_input_changes_nothing(world: Any, added: Write) -> None:
    folder, path = world.write(), added(world.score(value=73))
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    digest = load_evidence(folder=folder).digest
    with pytest.raises(EvidenceError, match="divide by 100"):
        load_evidence(folder=folder, add=[path])
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert load_evidence(folder=folder).digest == digest


def test_check_gives_the_problems_of_a_folder_without_raising(world: Any) -> None:
    assert check(world.write()) == []
    world.rows["scores"][1]["value"] = 0
    assert "positive number" in str(_only(tuple(check(world.write()))))


def test_check_gives_the_problems_of_one_table(world: Any) -> None:
    world.rows["systems"][2]["tier"] = "tiny"
    folder = world.write()
    problem = _only(tuple(check(folder / "systems.csv", table="systems")))
    assert (problem.file, problem.row, problem.column, problem.value) == (
        "systems.csv",
        4,
        "tier",
        "tiny",
    )
    with pytest.raises(EvidenceError, match="Did you mean 'systems'"):
        check(folder / "systems.csv", table="system")


def test_findings_of_a_worker_come_home():
    found = EvidenceError([Problem("scores.csv", 3, "value", "73", "a fraction")], shown=1)
    back = pickle.loads(pickle.dumps(found))
    assert (back.problems, back.shown, str(back)) == (found.problems, found.shown, str(found))
