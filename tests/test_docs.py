"""The examples of docs/ run, in their order, on a fit made by hand."""

from __future__ import annotations

import re
import shlex
import sys
from dataclasses import replace
from pathlib import Path

import handmade
import pandas as pd
import pytest

import bayes_rsi
from bayes_rsi import cli
from bayes_rsi.checks.record.ahead import COLUMNS
from bayes_rsi.checks.record.resolution import STATES
from bayes_rsi.forecasting import grammar
from bayes_rsi.forecasting.weights import smoothed
from bayes_rsi.updating.reweighted import reweighted, table_of
from bayes_rsi.updating.update import Update

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "verbs.md").read_text(encoding="utf-8")
RECORD = (ROOT / "docs" / "record.md").read_text(encoding="utf-8")
VERBS = [line.split(":")[0].removeprefix("## ") for line in PAGE.splitlines() if line[:3] == "## "]


def blocks(language: str, page: str = PAGE) -> list[str]:
    """Give the blocks of code of one language."""
    return re.findall(rf"```{language}\n(.+?)```", page, flags=re.DOTALL)


COMMANDS = [line for block in blocks("console") for line in block.splitlines()]


@pytest.fixture(scope="module")
def fit():
    return handmade.whole_fit()


@pytest.fixture
def stored(monkeypatch, tmp_path, fit):
    """Put the fit where the page expects a stored one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "posterior.nc").touch()
    monkeypatch.setitem(vars(bayes_rsi), "load_fit", lambda *_: fit)
    monkeypatch.setitem(vars(bayes_rsi), "update", updated)
    (tmp_path / "mine").mkdir()
    header, row = "series,system,value,unit,known_on,source", "gpqa_diamond,GPT-5,0.85,fraction"
    lines = f"{header}\n{row},2026-06-01,mine\n"
    (tmp_path / "mine" / "scores.csv").write_text(lines, encoding="utf-8")


def updated(fit, path, *_):
    """Reweight by one score that likes fast growth: the real verb needs a sampled fit."""
    before = bayes_rsi.forecast(fit)
    growth = fit.tree["posterior"]["growth"].values
    weights = smoothed(0.3 * (growth - growth.mean()))
    tag = replace(fit.tag, package_version="reweighted")
    new_fit, after = reweighted(fit, before, weights, tag, fit.verdict)
    row = {"score": "s", "series": "paperbench", "system": "GPT-5", "value": 0.42}
    rows = pd.DataFrame([row | {"known_on": pd.Timestamp("2026-06-01"), "shift": 0.01}])
    table = table_of(before, weights, tag.as_of)
    numbers = (weights.k_hat, weights.ess, False, "", "end_to_end by 2028-12-31", 0.1)
    return Update(new_fit, before, after, rows, 0.0, 0.0, table, *numbers)


@pytest.mark.usefixtures("stored")
def test_the_python_of_the_page_runs(capsys):
    names: dict[str, object] = {}
    for block in blocks("python"):
        exec(compile(block, "docs/verbs.md", "exec"), names)
    assert "Jack Clark says 30% by 2027-12-31" in capsys.readouterr().out


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_runs(command, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", shlex.split(command))
    with pytest.raises(SystemExit, match=r"^0$"):
        cli.main()
    assert capsys.readouterr().out


def test_every_verb_has_python_shell_and_assumption():
    assert set(VERBS) <= set(bayes_rsi.__all__)
    for verb in VERBS:
        section = PAGE.partition(f"## {verb}:")[2].partition("\n## ")[0]
        assert "```python" in section, verb
        assert f"bayes-rsi {verb.replace('_', '-')}" in section, verb
        assert "**Assumes** that " in section, verb


def test_the_grammar_of_the_page_is_that_of_the_module():
    rules = [line.strip() for line in grammar.__doc__.splitlines() if line.startswith("    ")]
    assert len(rules) > 8
    words = re.sub(r"```.+?```", "", PAGE, flags=re.DOTALL)
    assert rules == [line.strip() for line in words.splitlines() if line.startswith("    ")]


def test_the_page_of_the_record_runs_from_top_to_bottom(monkeypatch, tmp_path, capsys, small_fit):
    monkeypatch.chdir(tmp_path)
    fit = replace(small_fit, verdict=handmade.VERDICT)  # so few draws pass no gate
    monkeypatch.setitem(vars(bayes_rsi), "load_fit", lambda *_: fit)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "posterior.nc").touch()
    (tmp_path / "mine").mkdir()
    row = "paperbench,GPT-5,0.42,fraction,2026-06-01,mine\n"
    header = "series,system,value,unit,known_on,source\n"
    (tmp_path / "mine" / "scores.csv").write_text(header + row, encoding="utf-8")
    for block in blocks("console", RECORD):
        for command in block.splitlines():
            monkeypatch.setattr(sys, "argv", shlex.split(command))
            with pytest.raises(SystemExit, match=r"^0$"):
                cli.main()
            assert capsys.readouterr().out
    names: dict[str, object] = {}
    for block in blocks("python", RECORD):
        exec(compile(block, "docs/record.md", "exec"), names)
    assert [path.suffix for path in tmp_path.glob("models/baseline/forecasts/*")] == [".csv"]


def test_the_page_of_the_record_names_every_question():
    kinds = {"event", "date", "new", "best", "level", "system", "record"}
    assert set(re.findall(r"^\| `(\w+)\\\|", RECORD, flags=re.MULTILINE)) == kinds
    for column in COLUMNS:
        assert f"| `{column}` |" in RECORD
    for state in STATES:
        assert f"`{state}`" in RECORD
