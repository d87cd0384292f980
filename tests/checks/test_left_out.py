"""What leaving out a series is told in, on a fit made by hand."""

from __future__ import annotations

from dataclasses import replace

import handmade
import numpy as np
import pandas as pd
import pytest

from bayes_rsi.checks import leaving_out, left_out
from bayes_rsi.checks.executor import local
from bayes_rsi.checks.left_out import (
    COLUMNS,
    Refit,
    Said,
    evidence_without,
    in_units,
    leave_out,
    said_by,
)
from bayes_rsi.checks.rows import Rows
from bayes_rsi.evidence import load_evidence
from bayes_rsi.forecasting.montecarlo import error_of_mean
from bayes_rsi.forecasting.project import forecast
from bayes_rsi.forecasting.weights import Weights


@pytest.fixture(scope="module")
def fit():
    return handmade.whole_fit(size=200)


@pytest.fixture(scope="module")
def before(fit):
    return said_by(fit)


def test_the_spread_of_the_probability_has_no_noise_of_the_futures():
    rng = np.random.default_rng(3)
    truth = 0.3 + 0.1 * rng.standard_normal((4, 5000))
    sides = [truth + 0.2 * rng.standard_normal(truth.shape) for _ in range(2)]
    growth, p = Said(truth, *sides).spread()
    assert growth == pytest.approx(truth.std(ddof=1))
    assert p == pytest.approx(0.1, rel=0.1)
    assert sides[0].std() > 0.2


def test_noise_alone_is_no_spread():
    rng = np.random.default_rng(4)
    sides = [rng.standard_normal((4, 500)) for _ in range(2)]
    assert Said(sides[0], *sides).spread()[1] < 0.25


def test_two_sets_of_futures_are_asked(fit, before):
    assert before.growth.shape == before.first.shape == (2, 200)
    assert not np.array_equal(before.first, before.second)
    expected = [
        forecast(fit, seed).probability_by(left_out.DAY)
        for seed in (fit.tag.seed, fit.tag.seed + 1)
    ]
    assert before.chance.mean() == pytest.approx(np.mean(expected), abs=0.03)


def test_only_one_series_of_a_benchmark_goes():
    evidence = load_evidence("2026-06-30")
    left = evidence_without(evidence, "paperbench")
    assert "paperbench" not in set(left.scores["series"])
    assert "paperbench_openai_10" in set(left.scores["series"])
    assert len(evidence.scores) - len(left.scores) == sum(evidence.scores["series"] == "paperbench")
    assert "paperbench" in left.every_series
    assert left.digest != evidence.digest


@pytest.fixture
def scripted(monkeypatch, fit):
    """Weights that favour fast growth for one series, and cannot be relied on for the other."""
    growth = fit.tree["posterior"]["growth"].values
    tilt = np.exp(0.5 * (growth - growth.mean()))
    found = {"swe_bench_pro": Weights(tilt / tilt.mean(), 0.1, 300.0)}
    bad = Weights(np.ones_like(growth), 0.9, 3.0)
    monkeypatch.setattr(left_out, "without", lambda fit, series, own: found.get(series, bad))
    monkeypatch.setattr(left_out, "own_parameters", lambda fit: {})
    monkeypatch.setattr(left_out, "run", refitted)
    labels = ["swe_bench_pro", "paperbench"]
    panel = fit.panel.sel(series=labels)
    return replace(fit, panel=panel)


def refitted(job):
    numbers = {"growth": 9.0, "growth_mcse": 0.01, "p": 0.5, "p_mcse": 0.01}
    return {"series": job.series, **numbers, "r_hat": 1.01, "seconds": 60.0}


def test_weights_where_they_can_be_relied_on_and_refits_elsewhere(tmp_path, scripted, before):
    rows = Rows(tmp_path / "t.csv", left_out.origin_of(scripted), COLUMNS, ("series",))
    rows.open()
    jobs = [Refit(name, "out", "baseline", 1) for name in scripted.panel["series"].values]
    evidence = load_evidence("2026-06-30")
    with local(1) as execute:
        list(leave_out(rows, scripted, evidence, before, jobs, execute))
        again = list(leave_out(rows, scripted, evidence, before, jobs, execute))
    assert again == []
    table = rows.table().set_index("series")
    assert table["how"].to_dict() == {"swe_bench_pro": "reweighted", "paperbench": "refitted"}
    assert table.loc["paperbench", "growth"] == pytest.approx(9.0 - before.growth.mean(), rel=1e-4)
    growth = before.growth
    tilt = np.exp(0.5 * (growth - growth.mean()))
    expected = np.average(growth, weights=tilt) - growth.mean()
    error = np.hypot(0.01, error_of_mean((growth - growth.mean())[..., None]))
    assert table.loc["paperbench", "growth_mcse"] == pytest.approx(error, rel=1e-4)
    assert table.loc["swe_bench_pro", "growth"] == pytest.approx(expected, rel=1e-4)
    assert table.loc["swe_bench_pro", "p"] > 0
    page = leaving_out.page(rows.table(), before, scripted.tag)
    assert "1 of 2 series (50%)" in page
    assert "the bar of 90% is missed.** Exceptions: `paperbench`." in page
    scaled = in_units(rows.table(), before)
    assert scaled["series"].tolist() == ["paperbench", "swe_bench_pro"]
    assert scaled.loc[1, "growth"] == pytest.approx(expected / growth.std(ddof=1), rel=1e-4)


def test_nothing_left_out_moves_nothing_surely():
    old = np.random.default_rng(1).random((2, 200))
    assert left_out._weighted("p", np.ones_like(old), old, old) == {"p": 0.0, "p_mcse": 0.0}


def test_the_page_says_when_nothing_was_fitted_again(before, fit):
    row = dict.fromkeys(COLUMNS, 0.01) | {"series": "x", "n_scores": 4, "how": "reweighted"}
    page = leaving_out.page(pd.DataFrame([row]), before, fit.tag)
    assert "none was fitted again" in page
    assert "the bar of 90% is met.** Exceptions: none." in page
