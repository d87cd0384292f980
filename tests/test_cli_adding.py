"""`bayes-rsi data add` and `bayes-rsi update` on the command line."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import handmade
import pandas as pd
import pytest
from commandline import runner

import bayes_rsi
from bayes_rsi.evidence import data_folder
from bayes_rsi.report.tables import WIDTH
from bayes_rsi.updating.update import Update

CELLS = {
    "series": "paperbench",
    "system": "GPT-5",
    "value": "0.42",
    "unit": "fraction",
    "known_on": "2026-06-01",
    "source": "own run",
}


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run the command line in an empty folder: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    return runner(monkeypatch, capsys)


def add(run, folder: str = "mine", **changes: str):
    cells = {**CELLS, **changes}
    return run("data", "add", *(f"{k}={v}" for k, v in cells.items()), "--evidence", folder)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_rows_are_appended_and_columns_added_where_needed(run, tmp_path):
    assert add(run)[0] == 0
    code, out, _ = add(run, system="GPT-5.5", scaffold="mine, own")
    assert code == 0
    assert out == "mine/scores.csv: one row added\n"
    found = rows(tmp_path / "mine" / "scores.csv")
    assert [row["system"] for row in found] == ["GPT-5", "GPT-5.5"]
    assert [row["scaffold"] for row in found] == ["", "mine, own"]
    assert run("data", "check", "mine/scores.csv")[0] == 0


def test_an_empty_cell_is_to_be_filled(run):
    code, _, err = add(run, system="")
    assert code == 2
    assert "expected a string, not an empty cell. Fill the cell" in err
    assert "Replace" not in err
    assert "Replace '|'" in add(run, system="GPT|5")[2]


@pytest.mark.parametrize("verb", [["data", "check"], ["forecast", "--quiet", "--add"]])
def test_a_folder_that_holds_no_table_is_called_that(run, tmp_path, verb):
    (tmp_path / "empty").mkdir()
    code, _, err = run(*verb, "empty")
    assert code == 2
    assert "empty: got 'a folder without CSV files', expected a CSV file, or a folder of" in err


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"value": "42"}, "row 3, column 'value'"),
        ({"system": "GPT-55"}, "GPT-55"),
        ({"valeu": "1"}, "Did you mean 'value'"),
    ],
)
def test_a_wrong_row_changes_nothing(run, tmp_path, changes, message):
    add(run)
    before = (tmp_path / "mine" / "scores.csv").read_bytes()
    code, out, err = add(run, **{"system": "GPT-5.5"} | changes)
    assert (code, out) == (2, "")
    assert message in err
    assert (tmp_path / "mine" / "scores.csv").read_bytes() == before


def test_what_is_no_cell_or_names_a_column_twice_is_refused(run):
    assert "expected column=value" in run("data", "add", "paperbench", "--evidence", "mine")[2]
    code, _, err = run("data", "add", "value=1", "value=2", "--evidence", "mine")
    assert code == 2
    assert "expected each column once" in err


def test_the_shipped_tables_are_never_touched(run):
    before = (data_folder() / "scores.csv").read_bytes()
    code, _, err = add(run, str(data_folder()))
    assert code == 2
    assert "the shipped tables stay as they are" in err
    assert (data_folder() / "scores.csv").read_bytes() == before


def test_a_file_that_cannot_be_read_is_left_as_it_is(run, tmp_path):
    path = tmp_path / "mine" / "scores.csv"
    path.parent.mkdir()
    for raw in (b"series;system;value\npaperbench;GPT-5;0,4\n", "naïve\n".encode("cp1252")):
        path.write_bytes(raw)
        code, _, err = add(run)
        assert code == 2
        assert "scores.csv" in err
        assert path.read_bytes() == raw


# --- update --------------------------------------------------------------------------------------


@pytest.fixture
def updated(monkeypatch, tmp_path):
    """Put a stored fit, and an update that computes nothing, in the place of the real ones."""
    fit = handmade.whole_fit(size=100)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "posterior.nc").touch()
    lines = (",".join(cells) for cells in (CELLS, CELLS.values()))
    (tmp_path / "mine.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    saved: list[Path] = []
    state = {"refitted": False}

    def update(given, files, as_of, refit, event, day, progress):
        before = bayes_rsi.forecast(given)
        table = pd.DataFrame(
            [("end_to_end", "by 2028-12-31", "probability", 0.25, 0.31, 0.06, 0.01)],
            columns=["event", "quantity", "unit", "before", "after", "change", "mcse"],
            dtype=object,
        )
        new = pd.DataFrame(
            {
                "score": ["paperbench|GPT-5|||"],
                "series": ["paperbench"],
                "system": ["GPT-5"],
                "value": [0.42],
                "known_on": [pd.Timestamp("2026-06-01")],
                "shift": [0.06],
            }
        )
        why = "a k-hat of 0.90, expected at most 0.7" if state["refitted"] else ""
        numbers = (0.2, 80.0, state["refitted"], why, f"{event} by {day}", 0.12)
        return Update(replace(given), before, before, new, 0.0, 0.0, table, *numbers)

    monkeypatch.setitem(vars(bayes_rsi), "load_fit", lambda *_: fit)
    monkeypatch.setitem(vars(bayes_rsi), "update", update)
    monkeypatch.setitem(vars(bayes_rsi), "save_fit", lambda it, folder: saved.append(folder))
    return state, saved


def test_an_update_says_how_and_what(run, updated):
    code, out, _ = run("update", "mine.csv")
    assert code == 0
    text = " ".join(out.split())
    assert "1 new score; the draws were reweighted in 0.12 s (k-hat 0.20, worth 80" in text
    assert "end_to_end by 2028-12-31 25.0 31.0 +6.0 ± 1.0" in text
    assert "GPT-5 on paperbench 0.42 2026-06-01 +6.00" in text
    assert "what each did to P(end_to_end by 2028-12-31)" in text
    assert max(map(len, out.splitlines())) <= WIDTH
    assert updated[1] == []


def test_time_that_passes_is_told_beside_the_scores(run, updated, monkeypatch):
    """An event that has not come by the last day of the rows is part of what moved."""
    made = vars(bayes_rsi)["update"]

    def later(*arguments):
        found = made(*arguments)
        tag = replace(found.after.tag, as_of="2026-11-25")
        return replace(found, after=replace(found.after, tag=tag))

    assert "no event until" not in run("update", "mine.csv")[1]
    monkeypatch.setitem(vars(bayes_rsi), "update", later)
    out = run("update", "mine.csv")[1]
    assert "What the new scores, and no event until 2026-11-25, moved" in out


def test_a_refit_is_kept_beside_the_forecast(run, updated):
    state, saved = updated
    state["refitted"] = True
    code, out, _ = run("update", "mine.csv")
    assert code == 0
    assert "fitted again, because reweighting met a k-hat of 0.90" in " ".join(out.split())
    assert [folder.as_posix() for folder in saved] == ["out/updated"]


def test_an_update_as_a_document(run, updated):
    document = json.loads(run("update", "mine.csv", "--json")[1])
    assert document["verb"] == "update"
    assert document["rows"][0]["shift"] == 0.06
    assert document["k_hat"] == 0.2
    assert "fit" not in document
    assert updated[1] == []


# --- systems and series of one's own -------------------------------------------------------------


def test_a_system_of_ones_own_makes_its_scores_sound(run, tmp_path):
    code, _, err = add(run, system="Nova 1")
    assert code == 2
    assert "may be one of your own beside this file" in err
    cells = {"system": "Nova 1", "lab": "Nova", "released": "2026-05-20", "tier": "flagship"}
    told = [f"{k}={v}" for k, v in (cells | {"source": "own"}).items()]
    code, out, _ = run("data", "add", *told, "--evidence", "mine")
    assert (code, out) == (0, "mine/systems.csv: one row added\n")
    assert add(run, system="Nova 1")[0] == 0
    assert run("data", "check", "mine/systems.csv", "mine/scores.csv")[0] == 0
    assert run("data", "check", "mine/scores.csv")[0] == 2
    evidence = bayes_rsi.load_evidence(add="mine")
    assert evidence.scores["system"].iloc[-1] == "Nova 1"


def test_a_name_that_is_an_alias_already_is_no_new_system(run, tmp_path):
    cells = ("system=gpt-5.4", "lab=OpenAI", "released=2026-05-20", "tier=open", "source=own")
    code, _, err = run("data", "add", *cells, "--evidence", "mine")
    assert code == 2
    assert "got 'gpt-5.4', expected a name that is new" in err
    assert not (tmp_path / "mine").exists()


def test_a_column_of_another_table_is_refused(run):
    cells = ("system=Nova 1", "lab=N", "released=2026-05-20", "tier=open", "source=o", "value=1")
    code, _, err = run("data", "add", *cells, "--evidence", "mine")
    assert code == 2
    assert "expected a column of 'systems'" in err
