"""A user's own systems, series and audits stand beside those that are there, like scores."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bayes_rsi.errors import EvidenceError
from bayes_rsi.evidence import check, load_evidence, panel
from bayes_rsi.evidence.added import files_of, is_whole, table_with
from bayes_rsi.evidence.schema import TABLES
from bayes_rsi.evidence.selection import why_dropped

SYSTEM = {
    "system": "Nova 1",
    "lab": "Nova",
    "released": "2025-02-20",
    "tier": "flagship",
    "source": "own",
}
#: After the release of paperbench.
LATER = {"known_on": "2025-05-01"}
SERIES = {
    "series": "own_bench",
    "benchmark": "own_bench",
    "title": "Own",
    "domain": "ml_engineering",
    "kind": "fraction",
    "unit": "fraction",
    "n_items": "100",
    "released": "2025-01-01",
    "role": "core",
    "source": "own",
}
SCORE = {
    "series": "own_bench",
    "system": "Nova 1",
    "value": "0.4",
    "unit": "fraction",
    "known_on": "2025-03-01",
    "source": "own run",
}


def write(path: Path, *rows: dict[str, str]) -> Path:
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("name", TABLES)
def test_a_header_says_which_table_it_is_of(name):
    assert table_with(TABLES[name].names) == name
    assert table_with(TABLES[name].required) == name


def test_what_belongs_nowhere_is_read_as_scores_and_told_what_is_missing(world, tmp_path):
    path = write(tmp_path / "odd.csv", {"name": "x", "score": "1"})
    with pytest.raises(EvidenceError, match="expected a column of 'scores'"):
        load_evidence(folder=world.write(), add=[path])


def test_a_header_that_lacks_a_column_is_still_of_its_table(world, tmp_path):
    assert table_with(["system", "lab", "released", "source"]) == "systems"
    less = {column: cell for column, cell in SYSTEM.items() if column != "tier"}
    path = write(tmp_path / "who.csv", less)
    with pytest.raises(EvidenceError, match=r"who\.csv, row 1, column 'tier': .* Add 'tier'"):
        load_evidence(folder=world.write(), add=[path])


@pytest.mark.parametrize("backwards", [False, True])
def test_a_new_system_on_a_new_series_is_in_the_panel(world: Any, tmp_path, backwards):
    others = [SCORE | {"system": name, "value": "0.2"} for name in ("Beta 1", "Beta 2")]
    files = [
        write(tmp_path / "mine.csv", SCORE, *others),
        write(tmp_path / "who.csv", SYSTEM),
        write(tmp_path / "what.csv", SERIES),
    ]
    evidence = load_evidence(folder=world.write(), add=files[::-1] if backwards else files)
    assert evidence.scores["origin"].tolist().count("mine.csv") == 3
    found = panel(evidence, kinds=("fraction",), min_scores=3)
    assert "Nova 1" in found["system"].values
    assert "own_bench" in found["series"].values


def test_an_alias_of_ones_own_stands_for_its_system(world: Any, tmp_path):
    files = [
        write(tmp_path / "names.csv", {"alias": "b2-preview", "system": "Beta 2"}),
        write(tmp_path / "mine.csv", SCORE | {"series": "swe_v", "system": "b2-preview"}),
    ]
    evidence = load_evidence(folder=world.write(), add=files)
    assert evidence.scores["system"].iloc[-1] == "Beta 2"


def test_what_is_there_is_not_described_again(world: Any, tmp_path):
    folder = world.write()
    path = write(tmp_path / "who.csv", SYSTEM | {"system": "Beta 2"})
    with pytest.raises(EvidenceError, match=r"row 2: got 'duplicate row \(Beta 2\)'.*stay as"):
        load_evidence(folder=folder, add=[path])


def test_a_word_of_no_table_is_refused(world: Any, tmp_path):
    path = write(tmp_path / "names.csv", {"alias": "n", "system": "Nova 1"})
    with pytest.raises(EvidenceError, match=r"names\.csv, row 2, column 'system': got 'Nova 1'"):
        load_evidence(folder=world.write(), add=[path])


def test_a_wrong_cell_of_a_system_is_told(world: Any, tmp_path):
    path = write(tmp_path / "who.csv", SYSTEM | {"tier": "huge"})
    with pytest.raises(EvidenceError, match=r"who\.csv, row 2, column 'tier': got 'huge'"):
        load_evidence(folder=world.write(), add=[path])


def test_a_folder_stands_for_its_tables(world: Any, tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    files = [
        write(mine / "systems.csv", SYSTEM),
        write(mine / "scores.csv", SCORE | {"series": "swe_v"}),
    ]
    assert files_of([mine, mine]) == sorted(files)
    evidence = load_evidence(folder=world.write(), add=mine)
    assert evidence.scores["system"].iloc[-1] == "Nova 1"
    assert load_evidence(folder=world.write(), add=files).digest == evidence.digest


def test_a_folder_of_further_rows_is_checked_as_such(tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    write(mine / "systems.csv", SYSTEM)
    write(mine / "scores.csv", SCORE | LATER | {"series": "paperbench"})
    assert check(mine) == []
    write(mine / "scores.csv", SCORE | LATER | {"series": "paperbench", "value": "7"})
    assert [problem.column for problem in check(mine)] == ["value"]


def test_every_file_of_a_folder_counts_whatever_its_name(world: Any, tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    write(mine / "who.csv", SYSTEM)
    write(mine / "scores.csv", SCORE | {"series": "swe_v"})
    write(mine / "more.csv", SCORE | {"series": "ctx_f"})
    evidence = load_evidence(folder=world.write(), add=mine)
    assert set(evidence.scores["origin"].tail(2)) == {"scores.csv", "more.csv"}


def test_files_of_one_name_are_told_apart(tmp_path):
    for place, value in (("a", "0.4"), ("b", "7")):
        (tmp_path / place).mkdir()
        write(tmp_path / place / "systems.csv", SYSTEM | {"system": f"Nova {place}"})
        row = LATER | {"series": "paperbench", "system": f"Nova {place}", "value": value}
        write(tmp_path / place / "scores.csv", SCORE | row)
    first, second = tmp_path / "a", tmp_path / "b"
    assert check(first, beside=[second]) == []
    assert [problem.file for problem in check(second, beside=[first])] == [
        str(second / "scores.csv")
    ]
    write(second / "scores.csv", SCORE | LATER | {"series": "paperbench", "system": "Nova b"})
    evidence = load_evidence(add=[first, second])
    origins = [str(path / "scores.csv") for path in (first, second)]
    assert evidence.scores["origin"].tail(2).tolist() == origins


def test_a_folder_is_whole_or_further_rows(world: Any, tmp_path):
    folder = world.write()
    assert is_whole(folder)
    (folder / "audits.csv").unlink()
    assert is_whole(folder)  # and lacks one, which its check says
    assert "no such file" in str(check(folder)[0]).lower()
    short = tmp_path / "short"
    short.mkdir()
    for name in TABLES:
        if name != "audits":
            row = dict.fromkeys(TABLES[name].required, "x")
            write(short / f"{name}.csv", row)
    assert not is_whole(short)


def test_a_folder_without_tables_is_refused(world: Any, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(EvidenceError, match="a folder without CSV files"):
        load_evidence(folder=world.write(), add=[tmp_path / "empty"])


def test_checks_of_one_file_know_the_others(tmp_path):
    who = write(tmp_path / "who.csv", SYSTEM)
    mine = write(tmp_path / "mine.csv", SCORE | LATER | {"series": "paperbench"})
    assert [problem.column for problem in check(mine)] == ["system"]
    assert check(mine, beside=[who]) == []
    broken = write(tmp_path / "broken.csv", SYSTEM | {"system": "Nova 2", "tier": "huge"})
    assert check(who, beside=[broken]) == []


@pytest.mark.parametrize(
    ("kind", "value", "more", "match"),
    [
        ("ratio", "0", {}, "a positive number.*Zero has no logarithm"),
        ("count", "7", {"n_items": "5"}, "at most 5, the problems that were tried"),
        ("count", "201", {}, "at most 200, the problems that were tried"),
        ("count", "-3", {}, "a whole number of problems, not negative"),
        ("count", "2.5", {}, "a whole number of problems, not negative"),
        ("speedup", "2", {"censoring": "left"}, "'none' for this kind of series"),
    ],
)
def test_what_no_likelihood_takes_is_refused(world: Any, tmp_path, kind, value, more, match):
    series = SERIES | {"kind": kind, "unit": kind, "n_items": "200"}
    score = SCORE | {"unit": kind, "value": value} | more
    files = [
        write(tmp_path / "mine.csv", score),
        write(tmp_path / "who.csv", SYSTEM),
        write(tmp_path / "what.csv", series),
    ]
    with pytest.raises(EvidenceError, match=match) as caught:
        load_evidence(folder=world.write(), add=files)
    assert [(problem.file, problem.row) for problem in caught.value.problems] == [("mine.csv", 2)]


def test_a_count_of_nobody_knows_how_many_is_refused(world: Any, tmp_path):
    files = [
        write(tmp_path / "mine.csv", SCORE | {"unit": "count", "value": "13", "n_items": ""}),
        write(tmp_path / "who.csv", SYSTEM),
        write(tmp_path / "what.csv", SERIES | {"kind": "count", "unit": "count", "n_items": ""}),
    ]
    with pytest.raises(EvidenceError, match="says nothing without how many were tried"):
        load_evidence(folder=world.write(), add=files)


@pytest.mark.parametrize(
    ("row", "match"),
    [
        (SYSTEM | {"system": "ALPHA 1"}, "column 'system': got 'ALPHA 1'.* or 'Alpha 1', as the"),
        (SYSTEM | {"system": "beta-2-high"}, "got 'beta-2-high', expected .* or 'Beta 2', as the"),
        (SYSTEM | {"lab": "BETA"}, "column 'lab': got 'BETA'.* or 'Beta', as the tables have it"),
        (SERIES | {"benchmark": "SWE"}, "column 'benchmark': got 'SWE'.* or 'swe'"),
        (SYSTEM | {"system": "Alpha-1"}, "column 'system': got 'Alpha-1'.* or 'Alpha 1', as the"),
        (SERIES | {"series": "swev"}, "column 'series': got 'swev'.* or 'swe_v'"),
        (SCORE | {"scaffold_family": "Ot-her"}, "column 'scaffold_family': .* or 'other', as the"),
    ],
)
def test_another_spelling_of_a_name_is_not_a_new_one(world: Any, tmp_path, row, match):
    path = write(tmp_path / "mine.csv", row)
    with pytest.raises(EvidenceError, match=match):
        load_evidence(folder=world.write(), add=[path])


def test_two_spellings_in_one_file_are_found_and_a_plus_is_another_name(world: Any, tmp_path):
    path = write(
        tmp_path / "mine.csv", SYSTEM | {"system": "Delta 7"}, SYSTEM | {"system": "delta-7"}
    )
    with pytest.raises(EvidenceError, match=r"got 'delta-7'.* or 'Delta 7'"):
        load_evidence(folder=world.write(), add=[path])
    for one, other in (
        ("Delta 7", "Delta 7+"),
        ("Delta 5.1", "Delta 51"),
        ("通义千问", "文心一言"),
    ):
        write(path, SYSTEM | {"system": one}, SYSTEM | {"system": other})
        load_evidence(folder=world.folder, add=[path])


def test_a_forecast_without_a_date_is_sound(world: Any, tmp_path):
    row = {
        "forecaster": "Me",
        "question": "when?",
        "kind": "quantiles",
        "p50": "2030-01-01",
        "unit": "date",
        "forecast_date": "2025-01-01",
        "source": "own",
    }
    path = write(tmp_path / "mine.csv", row)
    assert "Me" in load_evidence(folder=world.write(), add=[path]).forecasts["forecaster"].tolist()
    write(path, row, row)
    with pytest.raises(EvidenceError, match=r"duplicate row \(Me, when\?, , 2025-01-01\)"):
        load_evidence(folder=world.folder, add=[path])


def test_a_misspelt_word_is_found_whatever_its_case(world: Any, tmp_path):
    path = write(tmp_path / "mine.csv", SCORE | {"series": "swe_v", "system": "ALPHA 1"})
    with pytest.raises(EvidenceError, match="Did you mean 'Alpha 1'"):
        load_evidence(folder=world.write(), add=[path])


def test_every_score_that_is_not_fitted_has_a_reason(world: Any):
    evidence = load_evidence(folder=world.write(), as_of="2025-01-20")
    choice = {"kinds": ("fraction", "horizon"), "min_scores": 3}
    why = why_dropped(evidence, **choice)
    kept = panel(evidence, **choice)
    assert (why == "").sum() == kept.sizes["score"]
    rows = evidence.scores.assign(why=why).set_index(["series", "system", "effort", "vintage"])
    assert rows["why"]["swe_v", "Beta 1", "low", ""] == "superseded by a higher effort"
    assert rows["why"]["hor_50", "Beta 1", "", "2024-05-01"] == "superseded by a later vintage"
    assert rows["why"]["ctx_f", "Alpha 1", "", ""].startswith("of a context series")


def test_columns_that_only_one_table_knows_decide():
    assert table_with(["system", "value"]) == "scores"
    assert table_with(["alias", "system"]) == "aliases"


def test_what_a_spreadsheet_adds_is_no_row(world: Any, tmp_path):
    path = tmp_path / "MINE.CSV"
    head, row = ",".join(SCORE), ",".join((SCORE | {"system": "Beta 2"}).values())
    path.write_text(f"{head},,\n{row}, ,\n", encoding="utf-8-sig")
    series = write(tmp_path / "what.csv", SERIES)
    assert files_of([tmp_path]) == [path, series]
    added = load_evidence(folder=world.write(), add=[tmp_path]).scores
    assert added["origin"].tolist().count("MINE.CSV") == 1


@pytest.mark.parametrize("first", ["series;system;value", "series\tsystem\tvalue", "sep=;"])
def test_another_delimiter_is_named_as_the_cause(world: Any, tmp_path, first):
    path = tmp_path / "mine.csv"
    path.write_text(f"{first}\nswe_v;Beta 2;0,5\n", encoding="utf-8")
    with pytest.raises(EvidenceError, match="columns parted by commas") as caught:
        load_evidence(folder=world.write(), add=[path])
    assert len(caught.value.problems) == 1


def test_what_the_suite_cannot_measure_is_no_exact_figure(world: Any, tmp_path):
    series = SERIES | {"kind": "horizon", "unit": "minutes", "cap": "960"} | {"reliability": "0.5"}
    write(tmp_path / "who.csv", SYSTEM)
    write(tmp_path / "what.csv", series)
    score = SCORE | {"unit": "minutes", "value": "1000"}
    write(tmp_path / "mine.csv", score)
    with pytest.raises(EvidenceError, match=r"at most 960, the largest .*'right', or 'interval'"):
        load_evidence(folder=world.write(), add=[tmp_path])
    write(tmp_path / "mine.csv", score | {"value": "960", "censoring": "right"})
    load_evidence(folder=world.write(), add=[tmp_path])


def test_a_figure_is_not_older_than_its_series(world: Any, tmp_path):
    write(tmp_path / "mine.csv", SCORE | {"series": "paperbench", "known_on": "2025-03-30"})
    write(tmp_path / "who.csv", SYSTEM)
    with pytest.raises(EvidenceError, match=r"on or after the release of the series, 2025-04-02"):
        load_evidence(add=[tmp_path])


def test_tables_of_ones_own_rows_are_rows_however_many_they_are(tmp_path):
    """All six of them with the columns they need, and five with every column."""
    for name, columns in (("few", "required"), ("all", "names")):
        folder = tmp_path / name
        folder.mkdir()
        for table, of in TABLES.items():
            if name == "few" or table != "aliases":
                cells = dict.fromkeys(getattr(of, columns), "x")
                known = {"scores": "GPT-5", "systems": "Nova", "aliases": "Nova"}
                cells |= {"system": known[table]} if table in known else {}
                write(folder / f"{table}.csv", cells)
        assert not is_whole(folder), name
