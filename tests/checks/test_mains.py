"""Checks as programs: what the user can mend is one message and exit code 2."""

from __future__ import annotations

import pytest
import toy

from bayes_rsi.cards import load_card
from bayes_rsi.checks import acceleration, coverage, leaving_out, page, regraded, worlds
from bayes_rsi.errors import ModelError, StoreError
from bayes_rsi.evidence import datapackage, load_evidence


@pytest.mark.parametrize(
    ("program", "arguments", "match"),
    [
        (regraded, ["none", "a", "b"], "none/posterior.nc: got no file, expected a stored"),
        (regraded, ["none", "a", "b", "--card", "nobody"], "got card 'nobody'"),
        (coverage, ["none"], "none/posterior.nc: got no file, expected a stored"),
        (leaving_out, ["none"], "none/posterior.nc: got no file, expected a stored"),
        (acceleration, ["taken"], "taken: got a file at"),
        (acceleration, ["none", "--card", "nobody"], "got card 'nobody'"),
        (acceleration, ["none", "--workers", "0"], "got 0 workers, expected at least one"),
        (page, ["none", "page.md"], "none: got no backtest, expected one"),
        (worlds, ["taken"], "taken: got a file at"),
        (datapackage, ["none"], "got 'No such file or directory', expected a readable file"),
    ],
)
def test_what_can_be_mended_is_one_message(
    monkeypatch, capsys, tmp_path, program, arguments, match
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").write_text("mine", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"^2$"):
        program.main(arguments)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(f"python -m {program.__name__}: ")
    assert match in shown.err
    assert (tmp_path / "taken").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("program", [regraded, coverage, leaving_out, acceleration, page, worlds])
def test_without_arguments_the_usage_is_shown(capsys, program):
    with pytest.raises(SystemExit, match=r"^2$"):
        program.main([])
    assert f"usage: python -m {program.__name__}" in capsys.readouterr().err


def test_a_misspelt_series_is_recognised():
    fit = toy.fit(load_card("baseline"), load_evidence("2026-06-30"))
    with pytest.raises(ModelError, match=r"on 'paperbnch'.* Did you mean 'paperbench'\?"):
        regraded.table_of(fit, "paperbnch", "GPT-5")


@pytest.mark.parametrize("content", [None, b"\xff"])
def test_a_page_that_cannot_be_read_is_named(monkeypatch, tmp_path, content):
    monkeypatch.setattr(page.Ledger, "record", lambda _: {"origin": {}})
    if content is not None:
        (tmp_path / "page.md").write_bytes(content)
    with pytest.raises(StoreError, match=r"page\.md: got '.*', expected a page of text with"):
        page.write(tmp_path, tmp_path / "page.md")
