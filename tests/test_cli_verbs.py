"""The verbs on the command line: answers of a fit made by hand, documents, exit codes, refusals."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import handmade
import pytest
from commandline import Run, runner

import bayes_rsi
from bayes_rsi.errors import ConvergenceError, StoreError
from bayes_rsi.report.tables import WIDTH
from bayes_rsi.tags import Gate, Verdict

FAILED = Verdict((Gate("r_hat", 1.2, 1.01, True, "growth"),))
VERBS = {
    "given": ["given", "horizon p50 >= 20 h on 2026-12-31"],
    "explain": ["explain", "--day", "2028-12-31"],
    "implied": ["implied", "clark", "--not-before", "2026-12-31"],
    "compounding": ["compounding"],
    "compare": ["compare", "clark"],
    "human_level": ["human-level"],
    "trajectories": ["trajectories", "PaperBench", "--until", "2028-06-30"],
    "value_of_information": ["value-of-information"],
}


@pytest.fixture(scope="module")
def fit():
    return handmade.whole_fit()


@pytest.fixture
def run(monkeypatch, capsys, tmp_path, fit) -> Run:
    """Run the command line where a forecast lies: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "posterior.nc").touch()
    verdict = [fit.verdict]

    def load(card, evidence, folder, seed=1):
        assert Path(folder, "posterior.nc").is_file()
        return replace(fit, verdict=verdict[0])

    monkeypatch.setitem(vars(bayes_rsi), "load_fit", load)
    command = runner(monkeypatch, capsys)

    def run(*arguments: str, failed: bool = False) -> tuple[int, str, str]:
        verdict[0] = FAILED if failed else fit.verdict
        return command(*arguments)

    return run


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_answers_in_text(run, verb):
    code, out, err = run(*VERBS[verb])
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith("Convergence gates: all 1 passed")
    assert max(map(len, lines)) <= WIDTH
    assert "\nAssumes: " in out
    assert "nan" not in out.split()


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_answers_in_one_document(run, fit, verb):
    code, out, err = run(*VERBS[verb], "--json")
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert document["verb"] == verb
    assert document["passed"] is True
    assert document["tag"] == fit.tag.as_dict()
    assert document["assumes"]


@pytest.mark.parametrize("verb", VERBS)
def test_a_failed_gate_is_the_first_line_and_the_exit_code(run, verb):
    code, out, _ = run(*VERBS[verb], failed=True)
    assert code == 3
    assert out.startswith("CONVERGENCE GATES FAILED")
    code, out, err = run(*VERBS[verb], "--json", failed=True)
    assert code == 3
    assert json.loads(out)["passed"] is False
    assert err.startswith("CONVERGENCE GATES FAILED")


def test_given_says_what_moves(run, fit):
    _, out, _ = run(*VERBS["given"])
    document = json.loads(run(*VERBS["given"], "--json")[1])
    found = bayes_rsi.given(bayes_rsi.forecast(fit), "horizon p50 >= 20 h on 2026-12-31")
    assert document["n_kept"] == found.n_kept
    assert document["probability"]["p"] == found.probability.p
    assert f"{found.n_kept:,} futures are left" in " ".join(out.split())
    rows = [row for row in document["table"] if row["quantity"] == "by 2028-12-31"]
    assert [row["event"] for row in rows] == ["end_to_end", "engineering"]


def test_explain_sums_to_one_and_draws(run, tmp_path):
    run(*VERBS["explain"], "--figure", "pictures/why.PNG")
    assert (tmp_path / "pictures/why.PNG").read_bytes().startswith(b"\x89PNG")
    _, out, _ = run(*VERBS["explain"], "--figure", "pictures/why.svg")
    assert "is judgement" in " ".join(out.split())
    assert "Without the scores of a series" in out
    assert (tmp_path / "pictures" / "why.svg").read_text().startswith("<?xml")
    document = json.loads(run(*VERBS["explain"], "--json")[1])
    assert sum(row["shapley"] for row in document["shares"]) == pytest.approx(1.0)
    assert document["day"] == "2028-12-31"


def test_trajectories_are_drawn(run, fit, tmp_path):
    _, out, _ = run(*VERBS["trajectories"], "--figure", "pictures/curves.svg")
    assert (tmp_path / "pictures/curves.svg").read_text().startswith("<?xml")
    assert "paperbench  1       20%" in out
    document = json.loads(run(*VERBS["trajectories"], "--json")[1])
    assert [row["series"] for row in document["table"]] == ["paperbench"]
    assert document["until"] == "2028-06-30"
    assert document["scores"][0]["system"] == "New"
    told = bayes_rsi.trajectories(bayes_rsi.forecast(fit), ["paperbench"], "2028-06-30").curves
    middle = [row for row in document["curves"] if row["quantile"] == 0.5]
    assert middle[-1]["date"] == "2028-06-30"
    assert middle[-1]["expected"] == told["expected"].sel(quantile=0.5).values[0, -1]
    assert len(middle) == int(told["expected"].sel(quantile=0.5).notnull().sum())


def test_explain_fits_variants_and_keeps_them(run, monkeypatch, tmp_path, fit):
    asked = []

    def refit(card, evidence, seed=1, progress=None):
        asked.append(card.name)
        return replace(fit, card=replace(fit.card, name=card.name))

    monkeypatch.setitem(vars(bayes_rsi), "fit", refit)
    kept = []
    monkeypatch.setitem(vars(bayes_rsi), "save_fit", lambda it, folder: kept.append(Path(folder)))
    code, out, _ = run(*VERBS["explain"], "--refit", "ceilings", "--refit", "lab:Ours")
    assert code == 0
    assert asked == ["baseline, ceilings", "baseline, lab:Ours"]
    assert [path.as_posix() for path in kept] == ["out/variants/ceilings", "out/variants/lab-Ours"]
    assert "Fitted again with one thing changed" in out


def test_implied_tells_and_tabulates(run):
    _, out, _ = run(*VERBS["implied"])
    assert "Jack Clark says 30% by 2027-12-31, at least 60% by 2028-12-31" in " ".join(out.split())
    assert "sd 1.29 years" in out
    document = json.loads(run(*VERBS["implied"], "--json")[1])
    assert {row["lever"] for row in document["beliefs"]} >= {"autonomy", "growth", "never"}


def test_compounding_has_the_numbers_of_the_article(run):
    _, out, _ = run(*VERBS["compounding"])
    assert "95.12% is left after 50, 60.64% is left after 500" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["given", "horizn >= 1 h on 2027"], "got series 'horizn', expected one of the fitted"),
        (["given", "horizon >= 1 on 2027"], "expected a unit of time"),
        (["given", "horizon >= 100000 h on 2026-12-31"], "expected at least 100"),
        (["explain", "--event", "end_to_ned"], "Did you mean 'end_to_end'"),
        (["explain", "--refit", "ceiling"], "Did you mean 'ceilings'"),
        (
            ["explain", "--refit", "trend:drifting"],
            "'trend:drifting', which is the trend of card 'baseline' itself, expected another",
        ),
        (["value-of-information", "autonomy to 1.2.3%"], "got 'autonomy to 1.2.3%', expected one"),
        (["explain", "--figure", "why.jpg"], "got 'why.jpg', expected a name that ends in .svg or"),
        (["explain", "--figure", "why", "--out", "none"], "--figure: got 'why', expected a name"),
        (["implied", "nobody at all"], "nobody at all"),
        (["compounding", "--accuracy", "2"], "got an accuracy of 2.0"),
        (["compounding", "--event", "engineering"], "[events.engineering.generation]"),
        (["trajectories", "paperbnch"], "Did you mean 'paperbench'"),
        (["trajectories", "paperbench", "--until", "2020-01-01"], "expected a day after the as-of"),
        (["trajectories", "--figure", "all.pdf"], "got 'all.pdf', expected a name that ends in"),
        (["given", "growth > 2", "--out", "elsewhere"], "run `bayes-rsi forecast"),
        (["value-of-information", "taste"], "expected one of: horizon of SYSTEM"),
        (["value-of-information", "taste_gpa to 40%"], "Did you mean 'taste_gap'"),
        (["explain", "--card", "basline"], "Did you mean 'baseline'"),
    ],
)
def test_wrong_input_is_one_message(run, arguments, message):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("bayes-rsi: ")
    assert message in err
    assert "Traceback" not in err


@pytest.mark.parametrize("verb", VERBS)
def test_help_explains_the_verb(run, verb):
    code, out, _ = run(VERBS[verb][0], "--help")
    assert code == 0
    assert f"bayes-rsi {VERBS[verb][0]} [OPTIONS]" in out
    assert "--out DIR" in out


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (["forecast", "--register", "--as-of", "30/06/2026"], "--as-of"),
        (["explain", "--day", "2028"], "--day"),
        (["explain", "--as-of", "30/06/2026"], "--as-of"),
        (["update", "rows.csv", "--until", "June"], "--until"),
        (["implied", "--not-before", "soon"], "--not-before"),
        (["value-of-information", "--day", "31.12.2028"], "--day"),
        (["score", "--as-of", "2026-13-01"], "--as-of"),
    ],
)
def test_a_day_that_is_none_is_refused_by_its_option(run, arguments, option):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert f"'{option}': got '{arguments[-1]}', expected an ISO date" in " ".join(err.split())


def test_a_forecast_with_added_rows_is_asked_with_them(run, monkeypatch, tmp_path):
    """Rows of one's own are a part of what a stored posterior is of."""
    (tmp_path / "mine.csv").write_text(
        "series,system,value,unit,known_on,source\n"
        "paperbench,GPT-5,0.5,fraction,2026-06-01,own run\n",
        encoding="utf-8",
    )
    load, seen = vars(bayes_rsi)["load_fit"], []

    def spied(card, evidence, folder, seed=1):
        seen.append((evidence.scores["origin"] == "mine.csv").sum())
        return load(card, evidence, folder, seed)

    monkeypatch.setitem(vars(bayes_rsi), "load_fit", spied)
    assert run("compounding", "--add", "mine.csv")[0] == 0
    assert run("compounding")[0] == 0
    assert seen == [1, 0]
    code, _, err = run("compounding", "--add", "mine.csv", "--out", "none", "--as-of", "2026-06-02")
    assert code == 2
    assert "--out none --as-of 2026-06-02 --add mine.csv` first" in err


def test_an_update_says_what_becomes_of_each_row(run, monkeypatch, tmp_path):
    (tmp_path / "mine.csv").write_text(
        "series,system,value,unit,known_on,source\n"
        "paperbench,GPT-5,0.5,fraction,2026-06-01,own run\n"
        "paperbench,GPT-5.1,0.6,fraction,2026-09-01,own run\n",
        encoding="utf-8",
    )

    def refused(*_):
        raise ConvergenceError("update: got a k-hat of 1.2")

    monkeypatch.setitem(vars(bayes_rsi), "update", refused)
    code, out, err = run("update", "mine.csv", "--until", "2026-08-01")
    assert (code, out) == (2, "")
    assert "mine.csv: 1 score fitted; 1 not: known after" in err
    assert "k-hat of 1.2" in err
    assert "Beside other figures" not in err  # no GPT-5 on paperbench is shipped
    (tmp_path / "mine.csv").write_text(
        "series,system,value,unit,known_on,source,scaffold,reporter,vintage\n"
        "gpqa_diamond,GPT-5,0.5,fraction,2026-06-01,own run,mine,third_party,\n"
        "metr_th11_p50,GPT-5.4,600,minutes,2026-06-01,a revision,METR,author,2026-06-01\n",
        encoding="utf-8",
    )
    err = " ".join(run("update", "mine.csv")[2].split())
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "who.csv").write_text(
        "system,lab,released,tier,source\nNova 1,Nova,2026-08-01,flagship,own\n", encoding="utf-8"
    )
    (tmp_path / "own" / "rows.csv").write_text(
        "series,system,value,unit,known_on,source\n"
        "gpqa_diamond,Nova 1,0.9,fraction,2026-08-10,own run\n",
        encoding="utf-8",
    )
    for until in ([], ["--until", "2026-08-15"]):
        assert "own/rows.csv: 1 score fitted." in run("update", "own", *until)[2]
    assert "2 scores fitted. Beside other figures of the same system and series: GPT-5 on" in err
    assert "GPT-5 on gpqa_diamond; a revision repeats scaffold" in err


def said(path: Path, day: str) -> str:
    """Write what a person says about the event, on a day."""
    columns = (
        "forecaster,question,event,kind,unit,probability,target_date,bound,forecast_date,source"
    )
    row = f"Maria Keller,q,end_to_end,probability,probability,0.45,2028-12-31,exact,{day},hers"
    path.write_text(f"{columns}\n{row}\n", encoding="utf-8")
    return str(path)


def test_what_others_say_may_be_added_to_a_stored_forecast(run, tmp_path, monkeypatch):
    """Nobody fits it, so the posterior of the shipped tables is the one that is meant."""
    load, tried = bayes_rsi.load_fit, []

    def only_shipped(card, evidence, folder, seed=1):
        tried.append(set(evidence.forecasts["forecaster"]))
        if "Maria Keller" in tried[-1]:
            raise StoreError("of other evidence")
        return load(card, evidence, folder, seed)

    monkeypatch.setitem(vars(bayes_rsi), "load_fit", only_shipped)
    code, out, _ = run("implied", "keller", "--add", said(tmp_path / "hers.csv", "2026-06-20"))
    assert code == 0
    assert "Maria Keller says 45% by 2028-12-31" in out
    assert ["Maria Keller" in names for names in tried] == [True, False]
    code, _, err = run("implied", "keller", "--add", said(tmp_path / "hers.csv", "2026-07-10"))
    assert code == 2
    assert "What Maria Keller says is of a later day" in err


def test_rows_that_the_stored_forecast_cannot_have_seen_are_refused(run, tmp_path):
    row = "swe_bench_pro,GPT-5.5,0.5,fraction,{},own run"
    path = tmp_path / "late.csv"
    head = "series,system,value,unit,known_on,source\n"
    path.write_text(head + row.format("2026-09-01") + "\n", encoding="utf-8")
    code, out, err = run("human-level", "--add", str(path))
    assert (code, out) == (2, "")
    assert "late.csv, column 'known_on': got 'none before 2026-09-01'" in err
    assert "`bayes-rsi update` takes later ones" in err


def test_everybody_beside_us_fits_the_width(run, tmp_path):
    row = {"forecaster": "Somebody with a name that is too long", "question": "how many?"}
    row |= {"condition": "swe_bench_pro", "kind": "quantiles", "p50": "70.123456789012345"}
    row |= {"unit": "percent", "target_date": "2027-12-31", "forecast_date": "2026-06-01"}
    row |= {"source": "made up"}
    lines = [",".join(row), ",".join(row.values())]
    (tmp_path / "others.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    code, out, _ = run("compare", "--add", "others.csv")
    assert code == 0
    assert max(len(line) for line in out.splitlines()) <= WIDTH
    assert "Somebody with a name.." in out
    assert "swe_bench_pro >= 70.123456.." in out
    assert "Jack Clark" in out
