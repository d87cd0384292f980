"""Newcomers: as many and as alike as those of the last year."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from bayes_rsi.checks.court.arrivals import arrivals, like, quiet


def drawn(panel, series, span, **changes):
    """Give newcomers in three thousand futures."""
    return arrivals(panel, series, span, 3000, np.random.default_rng(1), **changes)


def test_numbers_follow_the_last_year(small_fit):
    panel = small_fit.panel
    seen = int(like(panel, "swe_bench_verified")["recent"].sum())
    new = drawn(panel, "swe_bench_verified", (2026.5, 2027.0))
    number = new.there.sum(axis=1)
    assert number.min() >= 1
    assert number.mean() == pytest.approx((seen + 0.5) / 2, rel=0.08)
    assert number.var() > number.mean()  # the rate is uncertain


def test_at_least_one_is_given_even_where_nobody_came_for_a_year(small_fit):
    panel = small_fit.panel
    seen = int(like(panel, "paperbench")["recent"].sum())
    assert seen < 3
    some = drawn(panel, "paperbench", (2026.5, 2026.6))
    none = drawn(panel, "paperbench", (2026.5, 2026.6), at_least=0)
    assert some.there.sum(axis=1).min() == 1
    assert none.there.sum(axis=1).min() == 0
    zero = (1 / 1.1) ** (seen + 0.5)
    assert (none.there.sum(axis=1) == 0).mean() == pytest.approx(zero, abs=0.03)


def test_newcomers_look_like_the_recent_ones(small_fit):
    panel = small_fit.panel
    recent = like(panel, "gpqa_diamond").query("recent")
    new = drawn(panel, "gpqa_diamond", (2026.5, 2027.0))
    share = (new.tier[new.there] == "flagship").mean()
    assert share == pytest.approx((recent["tier"] == "flagship").mean(), abs=0.03)
    assert set(np.unique(new.tier)) <= set(recent["tier"])
    assert new.figures.min() >= 1
    assert set(np.unique(new.lab)) <= set(recent["lab"])
    rows = panel["score_series"].values == "gpqa_diamond"
    assert set(np.unique(new.family)) <= set(panel["scaffold_family"].values[rows])
    assert set(np.unique(new.reporter)) <= set(panel["reporter"].values[rows])


def test_releases_come_before_what_becomes_known(small_fit):
    panel = small_fit.panel
    late = drawn(panel, "swe_bench_verified", (2026.5, 2027.0))
    assert late.released.max() <= 2027.0
    assert late.released.min() < 2026.5
    prompt = drawn(panel, "swe_bench_verified", (2026.5, 2027.0), delayed=False)
    assert prompt.released.min() >= 2026.5


def test_a_delay_is_that_of_figures_after_the_first_day(small_fit):
    table = like(small_fit.panel, "swe_bench_verified")
    assert table["delay"].isna().sum() == (table["known"] == table["known"].min()).sum()
    assert (table["delay"].dropna() >= 0).all()


def test_quiet_is_the_chance_of_no_arrival():
    assert quiet(3, np.array(0.5)) == pytest.approx(stats.nbinom.pmf(0, 3.5, 1 / 1.5))
