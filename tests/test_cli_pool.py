"""`verdicts`, `pool`, and what a forecast shows of them, with fits that sample nothing."""

from __future__ import annotations

import functools
import json
import re
import shutil
import sys

import forms
import jsonschema
import pytest
import toy
import xarray as xr
from commandline import runner

import bayes_rsi
from bayes_rsi.cards import card_names, load_card, models_folder
from bayes_rsi.cli import shelf
from bayes_rsi.evidence import load_evidence, tables
from bayes_rsi.evidence.reading import read_folder
from bayes_rsi.posterior import Fit
from bayes_rsi.report.document import forecast_schema
from bayes_rsi.report.stored import read_headline, read_weights
from bayes_rsi.transitions import TRANSITIONS

READ_ONCE, LOAD_ONCE = functools.cache(read_folder), functools.cache(load_evidence)
PAGE = "<!-- index -->\n\n-\n\n<!-- /index -->\n"


@pytest.fixture
def fitted(monkeypatch):
    """Put fakes in the place of what samples; tells which cards were fitted, with which seed."""
    asked = []

    def fit(card, evidence, seed=1, progress=None):
        asked.append((card.name, seed))
        if sys.argv[1] == "forecast":  # whose figure draws the panel
            return toy.fit(card, evidence, seed, progress)
        progress("sampling", 0.3)
        tag = forms.member(card.name, data_digest=evidence.digest, seed=seed).tag
        return Fit(card, xr.Dataset(), toy.law(card), toy.PASSED, tag)

    fakes = {"fit": fit, "forecast": toy.project, "save_fit": toy.save, "load_fit": toy.load}
    fakes |= {"load_evidence": LOAD_ONCE}
    for name, fake in fakes.items():
        monkeypatch.setitem(vars(bayes_rsi), name, fake)
    monkeypatch.setattr(tables, "read_folder", READ_ONCE)
    return asked


@pytest.fixture
def run(fitted, monkeypatch, capsys, tmp_path):
    """Run the command line in an empty folder: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    return runner(monkeypatch, capsys)


def stored(folder, name):
    return read_headline(folder / name / "verdict.json")


# --- verdicts ------------------------------------------------------------------------------------


def test_every_card_is_fitted_once_and_kept(run, fitted, tmp_path):
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "README.md").write_text(PAGE, encoding="utf-8")
    code, out, err = run("verdicts", "--models", folder)
    assert (code, out) == (0, "")
    for name in card_names():
        found = stored(folder, name)
        assert (found.tag.card, found.tag.card_digest) == (name, load_card(name).digest)
        assert found.trend == load_card(name).trend
        assert set(found.trend_parameters) == set(TRANSITIONS[found.trend].priors)
    # Cards that differ in their events alone share a fit.
    names = {name for name, _ in fitted}
    assert names == set(card_names()) - {"fast", "sceptic"}
    assert len(fitted) == len(names)
    assert re.search(r"^baseline \+ fast \+ sceptic \(\d of \d\): sampling", err, re.MULTILINE)
    assert "pool.json: written. Weights as in pool.toml: " in err
    page = (folder / "README.md").read_text(encoding="utf-8")
    assert "| `sceptic` | drifting |" in page
    assert "| pass |" in page
    # Again: nothing is left to do, and nothing changes.
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    fitted.clear()
    _, _, err = run("verdicts", "--models", folder)
    assert fitted == []
    assert err.count("is current.") == len(card_names())
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_page_above_another_folder_is_left_alone(run, fitted, tmp_path):
    page = tmp_path / "README.md"
    page.write_text(PAGE, encoding="utf-8")
    (tmp_path / "mine").mkdir()
    run("verdicts", "--models", tmp_path / "mine", "--card", "constant", "--quiet")
    assert page.read_text(encoding="utf-8") == PAGE


def test_only_what_is_stale_or_asked_for_is_fitted(run, fitted, tmp_path):
    forms.shelf(tmp_path, ["baseline", "break"])
    forms.shelf(tmp_path, ["constant"], data_digest="0" * 64)
    asked = ("verdicts", "--models", tmp_path, "--card", "constant", "--card", "break")
    run(*asked)
    assert fitted == [("constant", 1)]
    run(*asked, "--refit")
    assert sorted(fitted[1:]) == [("break", 1), ("constant", 1)]
    run(*asked, "--seed", 2)
    assert sorted(fitted[3:]) == [("break", 2), ("constant", 2)]
    assert stored(tmp_path, "break").tag.seed == 2


def test_a_run_that_is_killed_keeps_what_was_done(run, fitted, tmp_path, monkeypatch):
    whole = bayes_rsi.fit

    def once(card, *args, **keys):
        if fitted:
            raise KeyboardInterrupt
        return whole(card, *args, **keys)

    monkeypatch.setitem(vars(bayes_rsi), "fit", once)
    code, _, _ = run("verdicts", "--models", tmp_path, "--card", "constant", "--card", "break")
    assert code not in (0, 2, 3)
    kept = {path.parent.name for path in tmp_path.rglob("verdict.json")}
    assert kept == {fitted[0][0]}


def test_a_failed_gate_is_kept_and_told_by_the_exit_code(run, tmp_path, monkeypatch):
    fit = functools.partial(toy.fit, verdict=toy.FAILED)
    monkeypatch.setitem(vars(bayes_rsi), "fit", fit)
    code, _, err = run("verdicts", "--models", tmp_path, "--card", "constant")
    assert code == 3
    assert "CONVERGENCE GATES FAILED" in err
    assert not stored(tmp_path, "constant").verdict.passed


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--card", "constnt"), "Did you mean 'constant'"),
        (("--card", "constant", "--models", "file"), "expected a folder"),
    ],
)
def test_wrong_input_fits_nothing(run, fitted, tmp_path, words, message):
    (tmp_path / "file").write_text("", encoding="utf-8")
    code, out, err = run("verdicts", *words)
    assert (code, out, fitted) == (2, "", [])
    assert message in err


def test_the_tables_alone_fit_nothing_and_quiet_is_quiet(run, fitted, tmp_path):
    forms.shelf(tmp_path)
    (tmp_path / "README.md").write_text(PAGE, encoding="utf-8")
    code, out, err = run("verdicts", "--index", "--models", tmp_path, "--quiet")
    assert (code, out, err, fitted) == (0, "", "", [])
    assert "| `break` | break |" in (tmp_path / "README.md").read_text(encoding="utf-8")


# --- pool ----------------------------------------------------------------------------------------


def test_the_pool_is_printed_and_kept_where_asked(run, tmp_path):
    forms.shelf(tmp_path)
    (tmp_path / "pool.json").unlink()
    code, out, err = run("pool", "--models", tmp_path)
    assert code == 0
    assert "form of trend" in out
    assert "`bayes-rsi backtest --card baseline` makes it" in " ".join(err.split())
    assert not (tmp_path / "pool.json").exists()
    code, out, err = run("pool", "--models", tmp_path, "--json", "--write")
    kept = json.loads((tmp_path / "pool.json").read_text(encoding="utf-8"))
    assert json.loads(out) == kept
    assert set(kept["tag"]["members"]) == set(forms.LATER)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda folder: shutil.rmtree(folder / "break"), r"break/verdict.json: got no file"),
        (
            lambda folder: forms.shelf(folder, ["break"], data_digest="0" * 64),
            "break/verdict.json: got a result of data_digest 000000000000, expected",
        ),
        (
            lambda folder: forms.shelf(folder, ["break"], card_digest="0" * 64),
            "got a result of card_digest 000000000000",
        ),
        (
            lambda folder: forms.shelf(folder, ["break"], package_version="0.0.1"),
            "got a result of package_version 0.0.1",
        ),
        (
            lambda folder: (folder / "break" / "verdict.json").write_text("{", encoding="utf-8"),
            "damaged file",
        ),
    ],
)
def test_what_cannot_be_pooled_is_refused_with_the_command(run, tmp_path, spoil, message):
    forms.shelf(tmp_path)
    spoil(tmp_path)
    code, out, err = run("pool", "--models", tmp_path)
    assert (code, out) == (2, "")
    assert message in err
    assert "`bayes-rsi verdicts" in err
    assert "Traceback" not in err


def test_backtests_of_all_forms_move_the_weights(run, tmp_path):
    """And once kept, the weights serve where the tables are not: in an installed package."""
    forms.shelf(tmp_path)
    forms.backtests(tmp_path, better="constant")
    code, out, err = run("pool", "--models", tmp_path, "--write")
    assert (code, err.count("Backtests were not used")) == (0, 0)
    weights = {line.split()[1]: line.split()[2:5] for line in out.splitlines()[2:8] if " " in line}
    prior, score, updated = weights["constant"]
    assert float(updated) > float(prior)
    assert float(score) == pytest.approx(-0.5)
    assert "30 outcomes of 10 systems" in out
    for name in forms.LATER:
        for path in (tmp_path / name).glob("backtest*"):
            path.unlink()
    assert run("pool", "--models", tmp_path)[1] == out
    # Of another card or evidence they do not count.
    forms.backtests(tmp_path, better="constant", data_digest="0" * 64)
    (tmp_path / "pool.json").unlink()
    _, _, err = run("pool", "--models", tmp_path)
    assert "got a result of data_digest 000000000000" in " ".join(err.split())


# --- what a forecast shows -----------------------------------------------------------------------


@pytest.fixture
def beside(monkeypatch, tmp_path):
    """Put stored forms beside the shipped cards."""
    monkeypatch.setattr(shelf, "models_folder", lambda: tmp_path / "models")
    return tmp_path / "models"


def test_a_forecast_shows_each_form_and_the_pool(run, beside, tmp_path):
    forms.shelf(beside)
    code, out, _ = run("forecast")
    assert code == 0
    assert out.index("Check against Jack Clark") < out.index("By form of trend")
    assert "this forecast" in out
    assert "Jack Clark's 30% for end_to_end by 2027-12 lies above the range" in out
    document = json.loads((tmp_path / "out" / "forecast.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(forecast_schema()).validate(document)
    assert [m["card"] for m in document["forms_of_trend"]["members"]] == list(forms.LATER)
    assert "their pool" in (tmp_path / "out" / "forecast.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("make", "words", "message"),
    [
        (lambda folder: None, (), "got no file, expected a stored result"),
        (lambda folder: forms.shelf(folder, data_digest="0" * 64), (), "result of data_digest"),
    ],
)
def test_without_forms_of_its_evidence_it_says_so(run, beside, tmp_path, make, words, message):
    make(beside)
    code, out, _ = run("forecast", *words)
    assert code == 0
    line = " ".join(out[out.index("By form of trend") :].split())
    assert message in line
    assert "`bayes-rsi verdicts` " in line
    document = json.loads((tmp_path / "out" / "forecast.json").read_text(encoding="utf-8"))
    assert "forms_of_trend" not in document


def test_forms_are_stored_for_the_shipped_evidence_alone(run, beside):
    """`bayes-rsi verdicts` fits nothing else, so it is not named as the remedy."""
    forms.shelf(beside)
    code, out, _ = run("forecast", "--as-of", "2026-05-31")
    assert code == 0
    line = " ".join(out[out.index("By form of trend") :].split())
    assert "stored for the shipped evidence as of 2026-06-30 alone" in line
    assert "verdicts" not in line[:200]


def test_the_forms_travel_with_the_package():
    """`pool.toml` and what is stored lie in the folder that the wheel carries as a whole."""
    assert (models_folder() / "pool.toml").is_file()
    assert shelf.models_folder() == models_folder()


@pytest.mark.parametrize("command", [["pool", "--write"], ["verdicts", "--index"]])
def test_a_folder_that_cannot_be_used_names_its_option(monkeypatch, capsys, tmp_path, command):
    (tmp_path / "taken").write_text("mine", encoding="utf-8")
    code, out, err = runner(monkeypatch, capsys)(*command, "--models", tmp_path / "taken")
    assert (code, out) == (2, "")
    assert "expected a folder; give another folder with --models" in err


def test_what_was_stored_is_weighed_no_further():
    """The shipped pool, whose members have futures that contradict what is known."""
    folder = models_folder()
    _, kept = read_weights(folder / "pool.json")
    found = shelf.stored_pool(stored(folder, "baseline").tag)
    assert found.weights.updated == pytest.approx(kept.updated)
    assert max(event.contradicted for event in found.events.values()) > 0.01
