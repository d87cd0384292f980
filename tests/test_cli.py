"""The command line: flow, files and exit codes with a fit that samples nothing; bad input."""

from __future__ import annotations

import csv
import functools
import json
import os
import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import toy
from commandline import Run, runner

import bayes_rsi
from bayes_rsi.errors import ModelError, OutputError
from bayes_rsi.evidence import tables
from bayes_rsi.evidence.reading import read_folder
from bayes_rsi.report.document import forecast_schema
from bayes_rsi.report.tables import WIDTH

FILES = ["forecast.json", "forecast.svg", "posterior.nc"]
TOMORROW = (date.today() + timedelta(days=1)).isoformat()
#: The shipped tables, read once for all tests; frames are never edited in place.
READ_ONCE = functools.cache(read_folder)
ROW = {
    "series": "paperbench",
    "system": "GPT-5",
    "value": 0.5,
    "unit": "fraction",
    "known_on": "2026-06-01",
    "source": "own run",
}


class Calls(list[Any]):
    """What the fake fit was asked for."""


@pytest.fixture
def calls(monkeypatch) -> Calls:
    """Put fakes in the place of everything that samples."""
    calls = Calls()

    def fit(card, evidence, seed=1, progress=None):
        calls.append((card.name, str(evidence.as_of), seed, len(evidence.scores)))
        return toy.fit(card, evidence, seed, progress)

    fakes = {"fit": fit, "forecast": toy.project, "save_fit": toy.save, "load_fit": toy.load}
    for name, fake in fakes.items():
        monkeypatch.setitem(vars(bayes_rsi), name, fake)
    monkeypatch.setattr(tables, "read_folder", READ_ONCE)
    return calls


@pytest.fixture
def run(calls, monkeypatch, capsys, tmp_path) -> Run:
    """Run the command line in an empty folder: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    return runner(monkeypatch, capsys)


def write_rows(path: Path, *rows: dict[str, Any]) -> Path:
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def files_in(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


# --- the main job --------------------------------------------------------------------------------


def test_a_forecast_prints_and_writes(run, calls, tmp_path):
    code, out, err = run("forecast")
    assert code == 0
    assert out.startswith("Convergence gates: all 2 passed")
    assert "Check against Jack Clark" in out
    assert out.rstrip().endswith("posterior.nc")
    assert err.splitlines()[0] == "reading ..."
    assert "sampling 25%" in err
    assert calls == [("baseline", "2026-06-30", 1, calls[0][3])]
    assert files_in(tmp_path) == [f"out/{name}" for name in FILES]
    document = json.loads((tmp_path / "out/forecast.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(forecast_schema()).validate(document)
    assert document["timings"]["sampling"] == 1.5
    assert document["files"] == {"figure": "forecast.svg", "posterior": "posterior.nc"}


def test_options_reach_the_fit(run, calls, tmp_path):
    options = ["--card", "constant", "--as-of", "2026-05-31", "--seed", "7", "--out", "a/b"]
    assert run("forecast", *options)[0] == 0
    assert calls[0][:3] == ("constant", "2026-05-31", 7)
    assert files_in(tmp_path) == [f"a/b/{name}" for name in FILES]


def test_json_is_all_of_standard_output(run, tmp_path):
    code, out, err = run("forecast", "--json")
    assert code == 0
    assert out == (tmp_path / "out/forecast.json").read_text(encoding="utf-8")
    assert json.loads(out)["tag"]["card"] == "baseline"
    assert "reading ..." in err


def test_quiet_says_nothing_but_the_result(run):
    assert run("forecast", "--quiet")[2] == ""
    assert run("forecast", "--quiet")[2] == ""  # a reused posterior is not mentioned either


def test_only_the_chosen_events(run):
    _, out, _ = run("forecast", "--event", "proof_of_concept", "--json")
    document = json.loads(out)
    assert list(document["events"]) == ["proof_of_concept"]
    assert document["comparisons"] == []
    code, out, _ = run("forecast", "--event", "proof_of_concept", "--event", "end_to_end")
    assert code == 0
    assert "What 'end_to_end' means" in out


def test_before_clark_spoke_the_text_says_so(run):
    code, out, _ = run("forecast", "--as-of", "2026-05-03")
    assert code == 0
    assert "No comparison: forecasts.csv" in out


def test_a_posterior_is_reused_when_it_is_the_same(run, calls):
    run("forecast")
    assert "Posterior reused from" in run("forecast")[2]
    assert len(calls) == 1
    err = run("forecast", "--seed", "2")[2]
    assert re.search("Not reused: .*another tag", err)
    run("forecast", "--seed", "2", "--refit")
    assert [seed for _, _, seed, _ in calls] == [1, 2, 2]


def test_a_reused_posterior_is_not_written_again(run, tmp_path):
    run("forecast")
    before = (tmp_path / "out/posterior.nc").stat().st_mtime_ns
    run("forecast")
    assert (tmp_path / "out/posterior.nc").stat().st_mtime_ns == before


def test_the_same_run_gives_the_same_files(run, tmp_path):
    run("forecast", "--out", "a")
    run("forecast", "--out", "b")
    first, second = (json.loads((tmp_path / d / FILES[0]).read_text()) for d in "ab")
    assert first | {"timings": 0} == second | {"timings": 0}
    assert (tmp_path / "a" / FILES[1]).read_bytes() == (tmp_path / "b" / FILES[1]).read_bytes()


def test_a_failed_gate_writes_and_exits_with_3(run, calls, monkeypatch, tmp_path):
    def bad(card, evidence, seed=1, progress=None):
        return toy.fit(card, evidence, seed, progress, toy.FAILED)

    monkeypatch.setitem(vars(bayes_rsi), "fit", bad)
    code, out, _ = run("forecast")
    assert code == 3
    assert out.startswith("CONVERGENCE GATES FAILED")
    assert files_in(tmp_path) == [f"out/{name}" for name in FILES]
    code, out, err = run("forecast", "--json", "--quiet", "--refit")
    assert code == 3
    assert json.loads(out)["verdict"]["passed"] is False
    assert err.startswith("CONVERGENCE GATES FAILED")


# --- added scores --------------------------------------------------------------------------------


def test_added_scores_are_fitted_beside_the_shipped(run, calls, tmp_path):
    write_rows(tmp_path / "mine.csv", ROW)
    code, out, err = run("forecast", "--add", "mine.csv")
    assert code == 0
    assert "What mine.csv moved" in out
    assert "mine.csv: 1 score fitted." in err
    assert calls[1][3] == calls[0][3] + 1
    wanted = [f"out/{name}" for name in FILES] + ["out/shipped/posterior.nc"]
    assert files_in(tmp_path) == ["mine.csv", *wanted]
    document = json.loads((tmp_path / "out/forecast.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(forecast_schema()).validate(document)
    assert {row["event"] for row in document["moved"]} == {"", "end_to_end", "proof_of_concept"}


def test_the_shipped_posterior_of_an_earlier_run_is_taken(run, calls, tmp_path):
    write_rows(tmp_path / "mine.csv", ROW)
    run("forecast")
    run("forecast", "--add", "mine.csv")
    assert len(calls) == 2  # one for each evidence
    run("forecast", "--add", "mine.csv")
    assert len(calls) == 2


def test_late_rows_are_not_dropped_in_silence(run, calls, tmp_path):
    write_rows(tmp_path / "mine.csv", ROW)
    code, _, err = run("forecast", "--add", "mine.csv", "--as-of", "2026-05-31")
    assert code == 2
    assert re.search(
        r"mine\.csv: got '0 scores fitted; 1 not: known after 2026-05-31'.*--as-of", err
    )
    assert calls == []


def test_rows_that_the_card_does_not_fit_are_refused(run, calls, tmp_path):
    row = ROW | {"series": "aime_2025_vendor"}
    write_rows(tmp_path / "mine.csv", row)
    code, _, err = run("forecast", "--add", "mine.csv")
    assert code == 2
    assert re.search("0 scores fitted; 1 not: of a context series.*card 'baseline' fits", err)
    assert calls == []


def test_the_fit_without_the_rows_is_kept_whatever_becomes_of_the_other(
    run, calls, monkeypatch, tmp_path
):
    write_rows(tmp_path / "mine.csv", ROW)
    fit = vars(bayes_rsi)["fit"]

    def failing(card, evidence, seed=1, progress=None):
        if len(calls) == 1:
            raise ModelError("got something odd")
        return fit(card, evidence, seed, progress)

    monkeypatch.setitem(vars(bayes_rsi), "fit", failing)
    code, _, err = run("forecast", "--add", "mine.csv")
    assert code == 2
    assert "something odd" in err
    assert files_in(tmp_path) == ["mine.csv", "out/shipped/posterior.nc"]


def test_a_plain_forecast_takes_the_fit_that_lies_beside_ones_own(run, calls, tmp_path):
    write_rows(tmp_path / "mine.csv", ROW)
    run("forecast", "--add", "mine.csv")
    run("forecast")
    assert len(calls) == 2


def test_a_card_may_ask_for_a_series_of_ones_own(run, calls, tmp_path):
    """Without the user's tables that card cannot be fitted: there is nothing to compare with."""
    own = {"series": "own_bench", "benchmark": "own_bench", "title": "Own", "human": "0.8"}
    own |= {"domain": "ml_engineering", "kind": "fraction", "unit": "fraction", "role": "core"}
    own |= {"n_items": "100"}
    write_rows(tmp_path / "mine" / "what.csv", own | {"released": "2026-01-01", "source": "own"})
    systems = ("GPT-5", "GPT-5.2", "GPT-5.4")
    rows = [ROW | {"series": "own_bench", "system": name} for name in systems]
    write_rows(tmp_path / "mine" / "rows.csv", *rows, ROW | {"known_on": "2026-08-01"})
    (tmp_path / "my.toml").write_text(
        'extends = "baseline"\nname = "mine"\ntitle = "Mine"\nwhy = "Own."\n'
        '[events.end_to_end.requirements.own]\nseries = "own_bench"\nwhy = "It counts."\n',
        encoding="utf-8",
    )
    code, out, err = run("forecast", "--card", "my.toml", "--add", "mine")
    assert code == 0, err
    assert len(calls) == 1
    assert "mine/rows.csv: 3 scores fitted; 1 not: known after 2026-06-30." in err
    assert "What your rows move cannot be told, for this card cannot be fitted without them" in err
    assert " moved" not in out
    code, _, err = run("forecast", "--card", "my.toml")
    assert code == 2
    assert "own_bench" in err


# --- bad input: a message, exit code 2, nothing fitted, nothing written ---------------------------


def refused(run: Run, calls: Calls, match: str, *arguments: str) -> None:
    before = files_in(Path.cwd())
    code, out, err = run(*arguments)
    assert code == 2
    assert out == ""
    assert re.search(match, err, re.DOTALL)
    assert "Traceback" not in err
    assert calls == []
    assert files_in(Path.cwd()) == before


@pytest.mark.parametrize(
    ("cells", "match"),
    [
        ({"series": "paperbnech"}, r"row 2, column 'series'.*Did you mean 'paperbench'"),
        ({"system": "GPT-55"}, r"column 'system': got 'GPT-55'.*systems\.csv"),
        ({"value": 73}, r"column 'value': got '?73.*fraction from 0 to 1.*0\.73"),
        ({"value": "nan"}, r"column 'value': got 'nan', expected a finite number"),
        (
            {"series": "metr_th11_p50", "unit": "minutes", "value": -5},
            r"column 'value': got '?-5.*positive number",
        ),
        (
            {"ci_low": 0.6, "ci_high": 0.7, "ci_level": 0.95},
            r"column 'ci_low'.*interval that holds the value",
        ),
        ({"known_on": TOMORROW}, rf"column 'known_on': got '{TOMORROW}'.*today"),
    ],
)
def test_a_bad_cell_of_an_added_row(run, calls, tmp_path, cells, match):
    write_rows(tmp_path / "mine.csv", ROW | cells)
    refused(run, calls, match, "forecast", "--add", "mine.csv")


def test_a_duplicate_row(run, calls, tmp_path):
    write_rows(tmp_path / "mine.csv", ROW, ROW)
    refused(run, calls, r"mine\.csv, row 3: got .duplicate row", "forecast", "--add", "mine.csv")


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (None, r"mine\.csv: got .No such file or directory."),
        ("", r"mine\.csv: got .no rows."),
        ("name,number\na,1\n", r"mine\.csv.*column"),
    ],
)
def test_a_bad_file_of_rows(run, calls, tmp_path, content, match):
    if content is not None:
        (tmp_path / "mine.csv").write_text(content, encoding="utf-8")
    refused(run, calls, match, "forecast", "--add", "mine.csv")


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        (["--card", "basline"], "got card 'basline'.*Did you mean 'baseline'"),
        (["--card", "none.toml"], r"none\.toml: got a file that cannot be read"),
        (["--event", "end_to_ned"], "--event: got 'end_to_ned'.*Did you mean 'end_to_end'"),
        (["--as-of", "1990-01-01"], "as_of.*a day from .* the first score"),
        (["--as-of", "soon"], "'--as-of'.*an ISO date"),
        (["--as-of", TOMORROW], "as_of.*Nobody can know more than today"),
        (["--seed", "x"], "--seed"),
        (["--seed", "-1"], "--seed"),
        (["--sed", "1"], "--sed"),
    ],
)
def test_a_bad_option(run, calls, arguments, match):
    refused(run, calls, match, "forecast", *arguments)


def test_an_unknown_key_of_a_card(run, calls, tmp_path):
    card = Path(bayes_rsi.__file__).parents[1] / "models" / "baseline" / "card.toml"
    if not card.is_file():
        pytest.skip("cards are read from a checkout")
    text = card.read_text(encoding="utf-8").replace("knot_years", "knot_yaers", 1)
    (tmp_path / "my.toml").write_text(text, encoding="utf-8")
    match = r"my\.toml.*'knot_yaers'.*Did you mean 'knot_years'"
    refused(run, calls, match, "forecast", "--card", "my.toml")


@pytest.mark.parametrize("out", ["taken", "taken/deeper"])
def test_a_file_in_the_place_of_the_folder(run, calls, tmp_path, out):
    (tmp_path / "taken").write_text("mine", encoding="utf-8")
    refused(run, calls, "got a file at .*taken.*--out", "forecast", "--out", out)
    assert (tmp_path / "taken").read_text(encoding="utf-8") == "mine"


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_a_folder_without_permission(run, calls, tmp_path):
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o555)
    refused(run, calls, "Permission denied.*--out", "forecast", "--out", "closed")


def test_the_folder_is_checked_before_the_tables(run, calls, tmp_path, monkeypatch):
    (tmp_path / "taken").write_text("mine", encoding="utf-8")
    monkeypatch.setattr(tables, "read_folder", None)  # would fail if it were called
    refused(run, calls, "got a file", "forecast", "--out", "taken")


# --- failures on the way leave no half-written files ---------------------------------------------


@pytest.mark.parametrize("name", ["fit", "forecast", "save_fit"])
def test_a_failure_on_the_way_writes_nothing(run, monkeypatch, tmp_path, name):
    def fail(*_: object, **__: object) -> None:
        raise ModelError("got this, expected that")

    monkeypatch.setitem(vars(bayes_rsi), name, fail)
    code, out, err = run("forecast", "--quiet")
    assert (code, out, err) == (2, "", "bayes-rsi: got this, expected that\n")
    assert files_in(tmp_path) == []


def test_a_figure_that_cannot_be_written_leaves_no_document(run, monkeypatch, tmp_path):
    from bayes_rsi.cli import run as job

    def fail(*_: object) -> None:
        raise OutputError("disk full")

    monkeypatch.setattr(job, "write_atomically", fail)
    code, out, err = run("forecast", "--quiet")
    assert (code, out, err) == (2, "", "bayes-rsi: disk full\n")
    assert files_in(tmp_path) == ["out/posterior.nc"]


def test_an_interrupt_leaves_nothing(run, monkeypatch, tmp_path):
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setitem(vars(bayes_rsi), "fit", interrupt)
    code, out, err = run("forecast")
    assert code not in (0, 2, 3)
    assert out == ""
    assert "Traceback" not in err
    assert files_in(tmp_path) == []


# --- the other commands --------------------------------------------------------------------------


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device here")
@pytest.mark.parametrize("buffered", ["", "1"])
def test_a_full_disk_behind_standard_output_is_a_message(monkeypatch, buffered):
    monkeypatch.setenv("PYTHONUNBUFFERED", buffered)
    program = [sys.executable, "-c", "from bayes_rsi.cli import main; main()", "cards"]
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        ended = subprocess.run(program, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stderr.startswith("bayes-rsi: standard output: got 'No space left on device'")
    assert ended.stderr.count("\n") == 1


def test_a_reader_that_goes_away_is_no_error():
    program = [sys.executable, "-c", "from bayes_rsi.cli import main; main()", "cards"]
    running = subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    running.stdout.close()
    assert running.communicate()[1] == b""
    assert running.returncode == 1


def test_cards_are_listed(run):
    code, out, _ = run("cards")
    assert code == 0
    assert re.search(r"^baseline +2026-06-30 +Stochastic frontier .*\n +\(end_to_end", out, re.M)
    assert max(map(len, out.splitlines())) <= WIDTH


def test_series_are_listed(run):
    code, out, _ = run("data", "list")
    assert code == 0
    assert re.search(r"^metr_th11_p50 +horizon +core +\d+ +\d+", out, re.MULTILINE)


def test_lists_are_documents_too(run, tmp_path):
    """The same facts as the lines for people."""
    cards = json.loads(run("cards", "--json")[1])["cards"]
    assert [card["name"] for card in cards] == bayes_rsi.card_names()
    assert cards[1] | {"name": "baseline", "trend": "drifting"} == cards[1]
    series = json.loads(run("data", "list", "--json")[1])["series"]
    lines = run("data", "list")[1].splitlines()
    assert lines[0].split() == list(series[0])
    assert [line.split() for line in lines[1:]] == [
        [f"{cell}" for cell in row.values()] for row in series
    ]
    assert run("data", "check", "--json") == (0, '{\n  "problems": []\n}\n', "")
    write_rows(tmp_path / "bad.csv", ROW | {"value": "73"})
    code, out, err = run("data", "check", "bad.csv", "--json")
    assert (code, err) == (2, "")
    (problem,) = json.loads(out)["problems"]
    assert (problem["file"], problem["row"], problem["column"]) == ("bad.csv", 2, "value")


def test_shipped_tables_are_sound(run):
    assert run("data", "check") == (0, "shipped tables: sound\n", "")


def test_a_sound_and_a_bad_file_are_told_apart(run, tmp_path):
    write_rows(tmp_path / "good.csv", ROW)
    write_rows(tmp_path / "bad.csv", ROW | {"value": 73})
    code, out, err = run("data", "check", "good.csv", "bad.csv")
    assert code == 2
    assert out == "good.csv: sound\nbad.csv: 1 problem\n"
    assert re.search(r"bad\.csv, row 2, column 'value'", err)


def test_what_sound_files_say_against_each_other_is_found(run, tmp_path):
    write_rows(tmp_path / "one.csv", ROW)
    write_rows(tmp_path / "two.csv", ROW)
    code, out, err = run("data", "check", "one.csv", "two.csv")
    assert code == 2
    assert out == "one.csv: sound\ntwo.csv: sound\ntogether: 1 problem\n"
    assert "duplicate row" in err


@pytest.mark.parametrize("words", [["given"], ["value-of-information"], ["data", "add"]])
def test_examples_of_a_command_keep_their_lines(run, words):
    _, out, _ = run(*words, "--help")
    assert "\\b" not in out
    lines = [line.strip() for line in out.splitlines()]
    first = {"given": "growth > 4", "value-of-information": "taste_gap to 40%"}.get(
        words[0], "bayes-rsi update mine"
    )
    assert any(line.startswith(first) for line in lines)


def test_help_answers_what_how_and_exit_codes(run):
    code, out, _ = run("--help")
    assert code == 0
    gates = "3  a convergence gate failed, of the forecast or of a fit that the answer is made"
    for words in ("When will AI research", "Examples:", "--add mine.csv", "Exit codes:", gates):
        assert words in out
    assert max(map(len, out.splitlines())) <= 100


def test_version(run):
    assert run("--version")[1] == f"bayes-rsi {bayes_rsi.__version__}\n"


def test_the_package_is_a_program_too():
    program = [sys.executable, "-m", "bayes_rsi", "--version"]
    ended = subprocess.run(program, capture_output=True, text=True, check=True)
    assert ended.stdout == f"bayes-rsi {bayes_rsi.__version__}\n"
