"""Known accelerations: the worlds have them, the question is asked rightly, a stiff model fails."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bayes_rsi.cards import load_card
from bayes_rsi.checks import acceleration, seeing
from bayes_rsi.checks.executor import local
from bayes_rsi.checks.rows import Rows
from bayes_rsi.checks.seeing import COLUMNS, KEY, MONTHS, SURE, Job, growth_path, probability
from bayes_rsi.checks.worlds import AS_OF, FIRST_GROWTH, simulate
from bayes_rsi.units import date_of_year, year_of_date


@pytest.mark.parametrize("months", MONTHS)
def test_a_world_has_the_growth_it_is_told_to_have(months):
    world = simulate(4, partial(growth_path, months), seeing.SIZE, seeing.PLAN)
    days, values = zip(*world.truth["frontier"].items(), strict=True)
    years = np.array([float(year_of_date(day)) for day in days])
    growth = np.diff(values) / 0.25
    doubled = np.arange(len(growth), 0, -1) <= months / 3
    np.testing.assert_allclose(growth, FIRST_GROWTH * np.where(doubled, 2.0, 1.0), atol=1e-4)
    assert years[-1] == pytest.approx(float(year_of_date(AS_OF)), abs=0.01)


def test_worlds_of_one_plan_differ_in_their_figures_alone():
    first, second = (simulate(seed, None, seeing.SIZE, seeing.PLAN) for seed in (1, 2))
    for name in ("systems", "benchmarks"):
        assert first.tables[name] == second.tables[name]
    rows = [[(row["series"], row["system"]) for row in w.tables["scores"]] for w in (first, second)]
    assert rows[0] == rows[1]
    values = [np.array([row["value"] for row in w.tables["scores"]]) for w in (first, second)]
    assert np.mean(values[0] == values[1]) < 0.05
    shares = [row["value"] for row in first.tables["scores"] if row["unit"] == "fraction"]
    assert 0 < min(shares) < max(shares) < 1


def posterior(ratio):
    """Draws of a frontier that grew by one doubling a year, and grows `ratio` times as fast."""
    years = float(year_of_date(AS_OF)) - 0.25 * np.arange(10, -1, -1)
    days = np.array([date_of_year(float(year)) for year in years], dtype="datetime64[ns]")
    ratio = np.asarray(ratio, dtype=float)[None]
    frontier = np.broadcast_to(years - years[0], (*ratio.shape, len(years)))
    return xr.Dataset(
        {"frontier": (("chain", "draw", "date"), frontier), "growth": (("chain", "draw"), ratio)},
        coords={"date": days},
    )


def test_what_is_asked_is_a_share_of_draws():
    found, ratio = probability(posterior([1.0, 1.1, 1.3, 2.0]))
    assert found == 0.5
    assert ratio == pytest.approx(1.2, rel=0.02)  # knots are days


def test_constant_growth_is_never_an_acceleration():
    assert probability(posterior(np.full(50, 1.0)))[0] == 0.0


def test_what_is_there_is_not_done_again(tmp_path, monkeypatch):
    asked = []
    row = dict.fromkeys(COLUMNS, 0.5)
    monkeypatch.setattr(
        seeing,
        "run",
        lambda job: asked.append(job) or row | {"months": job.months, "world": job.world},
    )
    rows = Rows(tmp_path / "t.csv", seeing.origin_of(load_card("baseline")), COLUMNS, KEY)
    rows.open()
    jobs = [Job(0, 1), Job(3, 1), Job(0, 2)]
    with local(1) as execute:
        list(seeing.watch(rows, jobs[:2], execute))
        list(seeing.watch(rows, jobs, execute))
    assert asked == jobs
    assert rows.done() == {("0", "1"), ("0", "2"), ("3", "1")}


def test_the_page_counts_the_worlds():
    rows = [
        {"months": months, "world": world, "probability": p, "ratio": 1.5, "r_hat": 1.0}
        for months, world, p in [(0, 1, 0.1), (0, 2, 0.95), (12, 1, 0.95), (12, 2, 0.85)]
    ]
    table = pd.DataFrame(rows)
    assert acceleration.seen(table)["seen"].to_dict() == {0: 1, 12: 1}
    page = acceleration.page(table, "baseline")
    assert "| never | 1 of 2 | 1 of 2 | 1 of 2 | 0.53 | 1.50 |" in page
    assert "| 12 months ago | 2 of 2 | 2 of 2 | 1 of 2 | 0.90 | 1.50 |" in page


@pytest.mark.slow
def test_the_baseline_sees_what_a_constant_model_cannot():
    """Of four worlds whose growth doubled a year ago; and it is surer of it than where it did not.

    The check must fail a model that cannot accelerate: its ratio is one in every draw.
    """
    worlds = range(301, 305)
    found = {
        (card, months): [seeing.run(Job(months, world, card)) for world in worlds]
        for card, months in (("baseline", 12), ("baseline", 0), ("constant", 12))
    }
    sure = {key: np.array([row["probability"] for row in rows]) for key, rows in found.items()}
    assert np.all(sure["constant", 12] == 0.0)
    assert np.sum(sure["baseline", 12] > SURE) >= 1
    assert np.all(sure["baseline", 12] > sure["baseline", 0])
    ratio = [row["ratio"] for row in found["constant", 12]]
    np.testing.assert_allclose(ratio, 1.0, atol=0.02)
