"""The record on the command line: what is put down, what is refused, and what scoring prints."""

from __future__ import annotations

import dataclasses
import functools
import json
import re
import shutil

import pytest
import recorded
import toy
from commandline import runner

import bayes_rsi
from bayes_rsi.checks.record import registration
from bayes_rsi.checks.record.registration import read, register
from bayes_rsi.evidence import cut, data_folder, load_evidence, tables
from bayes_rsi.evidence.reading import read_folder
from bayes_rsi.report.tables import WIDTH

SERIES = ("paperbench", "swe_bench_verified")
EARLY = "2025-06-30"
#: The shipped tables, read once for all tests; frames are never edited in place.
READ_ONCE = functools.cache(read_folder)


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run the command line in an empty folder, with a fit that samples nothing."""
    monkeypatch.chdir(tmp_path)
    fakes = {"fit": toy.fit, "forecast": toy.project, "save_fit": toy.save, "load_fit": toy.load}
    for name, fake in fakes.items():
        monkeypatch.setitem(vars(bayes_rsi), name, fake)
    monkeypatch.setattr(tables, "read_folder", READ_ONCE)
    monkeypatch.setattr(
        registration, "samples_ahead", lambda fit, draws: recorded.drawn(fit.panel, SERIES)
    )
    return runner(monkeypatch, capsys)


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


# --- forecast --register -------------------------------------------------------------------------


def test_a_forecast_is_put_into_the_record_of_its_card(run, tmp_path):
    code, out, _ = run("forecast", "--register")
    assert code == 0
    (path,) = (tmp_path / "models/baseline/forecasts").iterdir()
    assert out.splitlines()[-1] == f"registered in {path.relative_to(tmp_path)}"
    found = read(path)
    assert found.tag.as_of == "2026-06-30"
    kinds = set(found.table["target"].str.split("|").str[0])
    assert kinds == {"best", "date", "event", "level", "new", "system"}
    # The same again is nothing new, in a quiet run and as a document too.
    before = path.read_bytes()
    code, out, err = run("forecast", "--register", "--json", "--quiet")
    assert json.loads(out)["tag"] == found.tag.as_dict()
    assert err == f"registered in {path.relative_to(tmp_path)}\n"
    assert (code, path.read_bytes()) == (0, before)
    # Nothing of it can have resolved.
    code, out, err = run("score")
    assert (code, err) == (0, "")
    assert re.search(r"Nothing has resolved yet: of \d+ questions the first.* on 2026-09-30", out)
    assert "Scores" not in out
    assert json.loads(run("score", "--json")[1])["resolved"] == 0
    # What is registered stays: as soon as the same tag says something else, it is refused.
    path.write_bytes(before + b"\n")
    code, out, err = run("forecast", "--register", "--quiet")
    assert code == 2
    assert out.startswith("Convergence gates: all 2 passed")
    assert "what is registered stays" in err
    assert path.read_bytes() == before + b"\n"


def test_without_the_flag_nothing_is_registered(run, tmp_path):
    run("forecast")
    assert {name.split("/")[0] for name in files(tmp_path)} == {"out"}


def test_a_record_in_which_nothing_is_put_is_refused(run, monkeypatch, tmp_path):
    monkeypatch.setitem(vars(bayes_rsi), "fit", None)  # would fail if it were called
    code, out, err = run("forecast", "--record", "mine")
    assert (code, out) == (2, "")
    told = " ".join(err.split())
    assert "Invalid value for '--record': got 'mine' without --register, expected both" in told
    assert files(tmp_path) == []


def test_a_failed_gate_is_printed_and_not_registered(run, monkeypatch, tmp_path):
    failing = functools.partial(toy.fit, verdict=toy.FAILED)
    monkeypatch.setitem(vars(bayes_rsi), "fit", failing)
    code, out, err = run("forecast", "--register", "--record", "mine", "--quiet")
    assert code == 3
    assert out.startswith("CONVERGENCE GATES FAILED")
    assert re.search("gates failed, expected one whose gates pass.*not registered", err)
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        (["--as-of", EARLY], rf"a forecast as of {EARLY}.*2026-06-30 or later.*backtest"),
        (["--event", "end_to_end"], "--register: got '--event end_to_end'.*all events"),
        (["--record", "taken"], "got a file at .*taken.*--record"),
    ],
)
def test_what_may_not_be_registered_is_refused_first(run, monkeypatch, tmp_path, arguments, match):
    (tmp_path / "taken").write_text("mine", encoding="utf-8")
    monkeypatch.setitem(vars(bayes_rsi), "fit", None)  # would fail if it were called
    code, out, err = run("forecast", "--register", *arguments)
    assert code == 2
    assert out == ""
    assert re.search(match, err, re.DOTALL)
    assert "Traceback" not in err
    assert files(tmp_path) == ["taken"]


# --- score ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def early():
    """Give a forecast from a year before the end of the evidence."""
    card, evidence = bayes_rsi.load_card("baseline"), load_evidence("2026-06-30")
    seen = cut(evidence, EARLY)
    known = recorded.panel_of(seen, card)
    return recorded.entry(seen, card, known, recorded.drawn(known, SERIES))


def test_scores_are_printed(run, early, tmp_path):
    register(tmp_path / "mine", early)
    code, out, err = run("score", "--record", "mine")
    assert (code, err) == (0, "")
    assert out.startswith("1 registered forecast, evidence until 2026-06-30\n")
    for text in (
        early.name,
        "Questions by kind",
        "Not settled yet: of ",
        "independent outcomes",
        "in_90",
        "its 95% band",
        "Card 'baseline' by kind of question and of series",
        "Card 'baseline' by months ahead",
        "Card 'baseline' by series",
        "Probabilities",
        "not having come by 2026-06-30 unless --happened",
        "has anything new are answered with no",
    ):
        assert text in " ".join(out.split()), text
    assert max(len(line) for line in out.splitlines()) <= WIDTH
    assert files(tmp_path) == [f"mine/{early.name}.csv"]


def test_one_forecast_can_be_scored_by_its_file(run, early, tmp_path):
    register(tmp_path / "mine", early)
    other = dataclasses.replace(early.tag, seed=99)
    register(tmp_path / "mine", dataclasses.replace(early, tag=other))
    assert run("score", "--record", "mine")[1].startswith("2 registered forecasts")
    code, out, err = run("score", "--record", f"mine/{early.name}.csv")
    assert (code, err) == (0, "")
    assert out.startswith("1 registered forecast, ")
    assert early.name in out


def test_scores_are_one_document(run, early, tmp_path):
    register(tmp_path / "models/baseline/forecasts", early)
    code, out, _ = run("score", "--json", "--happened", "end_to_end=2025-12-01")
    document = json.loads(out)
    assert code == 0
    assert document["until"] == "2026-06-30"
    assert document["resolved"] > 50
    assert {"crps", "log_score", "inside_50", "inside_80", "inside_90", "pit"} <= set(
        document["calibration"][0]
    )
    assert document["forecasts"][0]["forecast"] == early.name
    assert {row["kind"] for row in document["by_kind_metric"]} == {"best", "system"}
    came = {row["event"]: row["happened"] for row in document["events"] if row["kind"] == "event"}
    assert came == {"end_to_end": 1.0, "proof_of_concept": 0.0}  # asked by the end of 2025


def test_an_event_may_come_between_two_forecasts(run, early, tmp_path):
    register(tmp_path / "mine", early)
    later = dataclasses.replace(early, tag=dataclasses.replace(early.tag, as_of="2026-03-31"))
    register(tmp_path / "mine", later)
    asked = ["score", "--record", "mine", "--json", "--happened"]
    code, out, _ = run(*asked, "end_to_end=2025-12-01")
    assert code == 0
    came = [row for row in json.loads(out)["events"] if row["kind"] == "event"]
    assert {row["event"]: row["happened"] for row in came}["end_to_end"] == 1.0
    assert run(*asked, f"end_to_end={EARLY}")[0] == 2


def test_other_tables_and_further_rows_count(run, early, tmp_path):
    register(tmp_path / "mine", early)

    def best(*options):
        document = json.loads(run("score", "--record", "mine", "--json", *options)[1])
        rows = [row for row in document["scores"] if row["target"].endswith("best|paperbench|12m")]
        return rows[0]["value"] if rows else None

    row = "paperbench,GPT-5,0.5,fraction,2026-06-01,own run\n"
    header = "series,system,value,unit,known_on,source\n"
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows" / "scores.csv").write_text(header + row, encoding="utf-8")
    assert best("--add", "rows/scores.csv") == 0.5
    assert best("--evidence", "rows") == 0.5
    shutil.copytree(data_folder(), tmp_path / "whole", ignore=shutil.ignore_patterns("synthetic"))
    assert best("--evidence", "whole", "--add", "rows/scores.csv") == 0.5
    # By an earlier day the question has not come up.
    assert best("--as-of", "2026-06-01", "--add", "rows/scores.csv") is None


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        (["--record", "none"], "none: got no registered forecast.*--register"),
        ([], r"models/\*/forecasts: got no registered forecast"),
        (["--record", "mine", "--happened", "end_to_ned=2026-01-01"], "Did you mean 'end_to_end'"),
        (["--record", "mine", "--happened", "end_to_end=soon"], "an event and an ISO date"),
        (["--record", "mine", "--happened", "end_to_end=2026"], "an event and an ISO date"),
        (
            ["--record", "mine", "--happened", "end_to_end=2999-01-01"],
            r"got 'end_to_end=2999-01-01', expected a day up to 2026-06-30, where the evidence en",
        ),
        (
            ["--record", "mine", "--happened", f"end_to_end={EARLY}"],
            f"got 'end_to_end={EARLY}', expected a day after {EARLY}, the first as-of date",
        ),
        (
            [
                *["--record", "mine", "--happened", "end_to_end=2026-02-01"],
                *["--happened", "end_to_end=2026-06-01"],
            ],
            "got 'end_to_end=2026-06-01', expected each event once.*end_to_end=2026-02-01 already",
        ),
        (["--record", "mine", "--add", "none.csv"], r"none\.csv"),
        (["--record", "mine", "--as-of", "soon"], "an ISO date"),
        (["--record", "damaged"], "expected the forecast as it was registered"),
    ],
)
def test_wrong_input_is_a_message(run, early, tmp_path, arguments, match):
    register(tmp_path / "mine", early)
    path = register(tmp_path / "damaged", early)
    path.write_text(path.read_text().replace("quantile,0.5,", "quantile,0.5,1", 1))
    code, out, err = run("score", *arguments)
    assert code == 2
    assert out == ""
    assert re.search(match, err, re.DOTALL)
    assert "Traceback" not in err


# --- metaculus -----------------------------------------------------------------------------------


@pytest.fixture
def stored(run, monkeypatch, tmp_path):
    """Leave a forecast where the command looks for it; gives what changes its verdict."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "posterior.nc").touch()
    verdict = [toy.PASSED]
    monkeypatch.setitem(vars(bayes_rsi), "load_fit", lambda *_: None)
    monkeypatch.setitem(vars(bayes_rsi), "forecast", lambda _: toy.forecast(verdict=verdict[0]))
    return verdict


def test_an_event_is_written_for_metaculus(run, stored, tmp_path):
    code, out, err = run("metaculus", "end_to_end", "--upper", "2046-06-30")
    assert (code, err) == (0, "")
    assert out.startswith("Convergence gates")
    assert "from 2026-06-30 (closed) to 2046-06-30 (open): 40.0% lies beyond" in out
    assert "percentage points" in out
    document = json.loads((tmp_path / "out/metaculus-end_to_end.json").read_text())
    assert len(document["continuous_cdf"]) == 201
    more = ["--lower", "2026-07-01", "--open-lower", "--closed-upper", "--json"]
    code, out, _ = run("metaculus", "end_to_end", "--upper", "2046-06-30", *more)
    document = json.loads(out)
    assert document["continuous_cdf"][-1] == 1.0
    assert document["continuous_cdf"][0] == 0.001
    stored[0] = toy.FAILED
    code, out, _ = run("metaculus", "end_to_end", "--upper", "2046-06-30")
    assert code == 3
    assert out.startswith("CONVERGENCE GATES FAILED")


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        (["end_to_end", "--upper", "soon"], "'--upper': got 'soon', expected an ISO date"),
        (["end_to_end", "--upper", "2020-01-01"], "got a range from 2026-06-30 to 2020-01-01"),
        (["end_to_ned", "--upper", "2046-01-01"], "Did you mean 'end_to_end'"),
    ],
)
@pytest.mark.usefixtures("stored")
def test_a_wrong_question_for_metaculus_is_a_message(run, tmp_path, arguments, match):
    code, out, err = run("metaculus", *arguments)
    assert (code, out) == (2, "")
    assert match in err
    assert files(tmp_path) == ["out/posterior.nc"]
