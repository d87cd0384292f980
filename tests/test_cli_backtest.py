"""The command `backtest`: input, progress, files and text, with jobs that fit nothing."""

from __future__ import annotations

import functools
import gzip
import re
import sys

import pandas as pd
import pytest
from commandline import runner

from bayes_rsi.checks import backtest as module
from bayes_rsi.evidence import tables
from bayes_rsi.evidence.reading import read_folder
from bayes_rsi.report.tables import WIDTH

DAY = "2026-03-31"
#: The shipped tables, read once for all tests; frames are never edited in place.
READ_ONCE = functools.cache(read_folder)
#: Fast forecasters of all kinds of question.
SOME = {name: module.BASELINES[name] for name in ("persistence", "walk", "logistic")}


@pytest.fixture
def run(monkeypatch, capfd):
    """Run the command line; gives exit code, standard output and standard error."""
    return runner(monkeypatch, capfd, "backtest")


@pytest.fixture
def fitted(monkeypatch):
    """Answer for the card as persistence does; tells which days it was asked for."""
    asked, simple = [], module._simple

    def modelled(card, seen, questions, events, job):
        asked.append(job.origin)
        answer = simple(card, seen, questions, events, job)
        rows = answer.rows[answer.rows["model"] == "persistence"].assign(model=card.name)
        note = {"passed": False, "verdict": "GATES FAILED: r_hat", "n_scores": 9, "seconds": {}}
        return module.Answer(rows, questions, note)

    monkeypatch.setattr(module, "_modelled", modelled)
    monkeypatch.setattr(module, "BASELINES", SOME)
    monkeypatch.setattr(tables, "read_folder", READ_ONCE)
    return asked


def test_it_writes_the_tables_and_prints_the_verdict(run, fitted, tmp_path):
    code, out, err = run("--origins", DAY, "--out", tmp_path)
    assert code == 0
    assert fitted == [DAY]
    written = {path.name for path in tmp_path.iterdir()}
    assert written == {"backtest.csv.gz", "backtest-targets.csv.gz", "backtest.json"}
    models = set(pd.read_csv(tmp_path / "backtest.csv.gz")["model"])
    assert models == {"baseline", *SOME}
    assert re.search(r"at most [\d,]+ independent outcomes", out)
    for text in ("GATES FAILED", "Bars", "by domain", "by series", "Events that have resolved"):
        assert text in out
    # Who is as good as persistence has not beaten it.
    assert re.search(r"CRPS ratio, all \(.*at most 0\.8 +NO", out)
    assert max(map(len, out.splitlines())) <= WIDTH
    assert f"{DAY}: 9 scores fitted" in err
    assert "50%" in err


@pytest.mark.slow
def test_a_second_run_does_only_what_is_missing(run, fitted, tmp_path):
    run("--origins", DAY, "--out", tmp_path)
    first = gzip.decompress((tmp_path / "backtest.csv.gz").read_bytes()).decode()
    _, out, _ = run("--origins", DAY, "--origins", "2025-12-31", "--out", tmp_path)
    assert fitted == [DAY, "2025-12-31"]
    later = gzip.decompress((tmp_path / "backtest.csv.gz").read_bytes()).decode()
    assert set(first.splitlines()) < set(later.splitlines())
    assert "from 2 days" in out


def test_quiet_is_quiet(run, fitted, tmp_path):
    assert run("--origins", DAY, "--out", tmp_path, "--quiet")[2] == ""


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--origins", "yesterday"), "an ISO date"),
        (("--origins", "2026-06-30"), "a day before 2026-06-30, where the evidence ends"),
        (("--card", "nobody"), "nobody"),
        (("--workers", "0"), "greater than or equal to 1"),
        (("--cluster", "tcp://a:1", "--origins", DAY), "'distributed'"),
    ],
)
def test_wrong_input_ends_with_a_message_and_computes_nothing(
    run, fitted, tmp_path, monkeypatch, words, message
):
    monkeypatch.setitem(sys.modules, "distributed", None)
    code, out, err = run(*words, "--out", tmp_path / "new")
    assert code == 2
    assert message in err
    assert "Traceback" not in err
    assert out == ""
    assert fitted == []
    assert not (tmp_path / "new").exists()


def test_another_backtest_in_the_folder_is_refused(run, fitted, tmp_path):
    run("--origins", DAY, "--out", tmp_path)
    code, _, err = run("--origins", DAY, "--out", tmp_path, "--seed", "2")
    assert code == 2
    assert "got results with seed 1, expected 2" in err
