"""The backtest: what a job sees, what a killed run leaves to do, and that places do not matter."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from bayes_rsi.cards import load_card
from bayes_rsi.checks import backtest as module
from bayes_rsi.checks.backtest import BASELINE_JOB, ORIGINS, TEST_ORIGINS, Job, backtest, origin_of
from bayes_rsi.checks.court.baselines.registry import BASELINES
from bayes_rsi.checks.court.ledger import Ledger
from bayes_rsi.checks.executor import local
from bayes_rsi.evidence import load_evidence

DAY = "2026-03-31"


@pytest.fixture(scope="module")
def card():
    return load_card("baseline")


@pytest.fixture(scope="module")
def evidence():
    return load_evidence()


@pytest.fixture
def fits(monkeypatch, small_fit):
    """Put the small fit in the place of every fit; tells what each was asked for."""
    asked = []

    def fit(card, evidence, seed, *, cores, predictive):
        asked.append((str(evidence.as_of), seed, cores, predictive))
        assert (evidence.scores["known_on"] <= pd.Timestamp(evidence.as_of)).all()
        return replace(small_fit, timings={"sampling": 1.0})

    monkeypatch.setattr(module, "fit", fit)
    return asked


@pytest.fixture
def ledger(tmp_path, card, evidence):
    opened = Ledger(tmp_path, origin_of(card, evidence))
    opened.open()
    return opened


def jobs(*days, draws=100):
    return [Job("baseline", day, simple, 1, draws) for simple in (False, True) for day in days]


def test_origins_are_the_ends_of_quarters():
    days = pd.to_datetime(ORIGINS)
    assert len(days) == 8
    assert days.is_quarter_end.all()
    assert set(TEST_ORIGINS) == set(ORIGINS[-2:])


def test_a_fit_sees_its_day_and_one_core(fits):
    answer = module.run(Job("baseline", DAY, baselines=False, draws=100))
    assert [(day, cores, predictive) for day, _, cores, predictive in fits] == [(DAY, 1, False)]
    assert answer.note["passed"] in (True, False)
    assert set(answer.rows["model"]) == {"baseline"}
    assert set(answer.note["seconds"]) == {"sampling", "answering"}


def test_seeds_belong_to_days_and_not_to_the_order(fits):
    for day in ("2025-12-31", DAY, "2025-12-31"):
        module.run(Job("baseline", day, baselines=False, draws=50))
    first, second, again = (seed for _, seed, _, _ in fits)
    assert first == again != second
    module.run(Job("baseline", DAY, baselines=False, seed=2, draws=50))
    assert fits[-1][1] != second


def test_baselines_answer_without_a_fit(fits):
    answer = module.run(Job("baseline", DAY, baselines=True, draws=100))
    assert fits == []
    assert answer.note is None
    assert set(answer.rows["model"]) <= set(BASELINES)
    assert len(set(answer.rows["model"])) >= 6


@pytest.fixture
def few(monkeypatch):
    """Two fast baselines in the place of all."""
    monkeypatch.setattr(module, "BASELINES", {n: BASELINES[n] for n in ("persistence", "walk")})


def test_the_same_job_gives_the_same_rows(fits, few):
    job = Job("baseline", DAY, baselines=True, draws=50)
    pd.testing.assert_frame_equal(module.run(job).rows, module.run(job).rows)


def test_jobs_are_put_down_as_they_end(fits, few, ledger, card):
    with local(1) as execute:
        for done, (job, _) in enumerate(backtest(ledger, jobs(DAY), card, execute), 1):
            assert len(ledger.finished()) == done
            assert job.origin == DAY
    assert ledger.finished() == {(DAY, "baseline"), (DAY, BASELINE_JOB)}
    table = ledger.table()
    assert {"baseline", "persistence", "walk"} == set(table["model"])
    assert np.isfinite(table["value"]).all()


@pytest.mark.slow
def test_a_killed_run_goes_on_where_it_was(fits, few, ledger, card, tmp_path):
    everything = jobs("2025-12-31", DAY)
    with local(1) as execute:
        running = backtest(ledger, everything, card, execute)
        next(running)
        next(running)
        running.close()
    assert len(ledger.finished()) == 2
    before = len(fits)
    with local(1) as execute:
        rest = [job for job, _ in backtest(ledger, everything, card, execute)]
    assert len(rest) == 2
    assert len(fits) == before
    whole = Ledger(tmp_path / "at once", ledger.origin)
    with local(1) as execute:
        list(backtest(whole, everything, card, execute))
    assert (whole.folder / "backtest.csv.gz").read_bytes() == (
        ledger.folder / "backtest.csv.gz"
    ).read_bytes()


@pytest.mark.slow
def test_processes_give_the_rows_that_this_one_gives(ledger, card, tmp_path):
    simple = [Job("baseline", day, True, 1, 60) for day in ("2025-12-31", DAY)]
    with local(1) as execute:
        list(backtest(ledger, simple, card, execute))
    other = Ledger(tmp_path / "processes", ledger.origin)
    with local(2) as execute:
        list(backtest(other, simple[::-1], card, execute))
    for name in ("backtest.csv.gz", "backtest-targets.csv.gz"):
        assert (other.folder / name).read_bytes() == (ledger.folder / name).read_bytes()


def test_the_origin_of_a_backtest_names_card_and_data(card, evidence):
    origin = origin_of(card, evidence, seed=3)
    assert origin["card_digest"] == card.digest
    assert origin["data_digest"] == evidence.digest
    assert (origin["seed"], origin["evidence_until"]) == (3, "2026-06-30")
