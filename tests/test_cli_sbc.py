"""The command `sbc`: input, files, page and verdict, with places that no sampler gave."""

from __future__ import annotations

import re

import numpy as np
import pytest
from commandline import runner

from bayes_rsi.checks.sbc.quantities import CHANCE, LAST_FRONTIER
from bayes_rsi.checks.sbc.variants import VARIANTS
from bayes_rsi.cli import sbc as module

QUANTITIES = (LAST_FRONTIER, CHANCE, "growth", "horizon_rate")


def places(variant: str, seed: int, number: int) -> dict[str, float]:
    """Uniform places; of a wrong model, those of what tells it stand at one end."""
    rng = np.random.default_rng([seed, number, 7])
    found = {name: float(rng.random()) for name in QUANTITIES}
    return found | {name: float(rng.random() / 4) for name in VARIANTS[variant].told_by}


def low(variant: str, seed: int, number: int) -> dict[str, float]:
    """Places that all stand in the lower quarter."""
    del variant, seed
    return {LAST_FRONTIER: (number % 10) / 40}


#: What the simulations give; tests put something else in its place.
told = places


@pytest.fixture
def stood_in(monkeypatch):
    """Replace the simulations; a list of what was asked for."""
    asked: list[tuple[str, int, int]] = []

    def instead(variant, count, seed, ledger, execute):
        asked.append((variant, count, seed))
        for number in range(count):
            if number not in ledger.numbers():
                rest = {"kept": 150, "ess": 200.0, "divergences": 0, "seconds": 5.0}
                ledger.add(number, {"places": told(variant, seed, number), **rest})
            yield number + 1

    monkeypatch.setattr(module, "sbc", instead)
    return asked


@pytest.fixture
def run(monkeypatch, tmp_path, capsys):
    """Run the command in an empty folder: its exit code, output and errors."""
    monkeypatch.chdir(tmp_path)
    return runner(monkeypatch, capsys, "sbc")


def test_all_models_run_and_the_page_says_so(run, stood_in, tmp_path):
    code, out, _ = run("--simulations", 60, "--docs", "docs", "--quiet")
    assert code == 0
    assert stood_in == [(name, 60, 1) for name in VARIANTS]
    assert "the model as it is" in out
    page = (tmp_path / "docs" / "sbc.md").read_text()
    assert "| the model as it is | 1 | 60 | 0 of 3, 0 of 1 others |" in page
    for variant in VARIANTS.values():
        for name in variant.told_by:
            assert re.search(rf"\| {re.escape(name)} \| yes \|", page), name
    assert (tmp_path / "docs" / "sbc.svg").read_bytes().startswith(b"<?xml")


def test_what_is_done_is_not_done_again_and_gives_the_same_page(run, stood_in, tmp_path):
    words = ("--simulations", 40, "--docs", "docs", "--model", "right", "--seed", 1, "--seed", 2)
    run(*words)
    first = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    run(*words)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.*")} == first
    assert {path.name for path in (tmp_path / "out" / "sbc").iterdir()} == {
        "right-seed1.json",
        "right-seed2.json",
    }


def test_a_wrong_model_that_nobody_notices_fails(run, stood_in):
    code, out, _ = run("--simulations", 5, "--model", "gap_flipped", "--quiet")
    assert code == 1
    assert "NOT FOUND OUT" in out


def test_a_right_model_outside_the_band_fails_and_is_named(run, stood_in, monkeypatch):
    monkeypatch.setitem(globals(), "told", low)
    code, out, _ = run("--simulations", 40, "--model", "right", "--quiet")
    assert code == 1
    assert f"OUTSIDE: {LAST_FRONTIER}" in out


def test_others_outside_are_named_and_fail_nothing(run, stood_in, monkeypatch):
    def growth(variant, seed, number):
        return places(variant, seed, number) | {"growth": (number % 10) / 40}

    monkeypatch.setitem(globals(), "told", growth)
    code, out, _ = run("--simulations", 40, "--model", "right", "--quiet")
    assert code == 0
    assert "passed; others outside: growth" in out


def test_an_unknown_model_is_refused_before_anything_is_done(run, stood_in, tmp_path):
    code, _, err = run("--model", "gap_fliped")
    assert code == 2
    assert "Did you mean 'gap_flipped'?" in err
    assert stood_in == []
    assert not list(tmp_path.iterdir())


def test_results_of_another_seed_are_refused(run, stood_in, tmp_path):
    run("--simulations", 3, "--model", "right", "--quiet")
    path = tmp_path / "out" / "sbc" / "right-seed1.json"
    path.write_text(path.read_text().replace('"seed": 1', '"seed": 9'))
    code, _, err = run("--simulations", 3, "--model", "right")
    assert code == 2
    assert "got results with seed 9, expected 1" in err
