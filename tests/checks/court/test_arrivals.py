"""Newcomers: as many as the rule says, and like those of the last year."""

from __future__ import annotations

import numpy as np
import pytest

from bayes_rsi.checks.court.arrivals import arrivals, like
from bayes_rsi.checks.court.comings import comings, quiet
from bayes_rsi.units import year_of_date


def drawn(panel, series, span, **changes):
    """Give newcomers in three thousand futures."""
    return arrivals(panel, series, span, 3000, np.random.default_rng(1), **changes)


def test_numbers_are_those_of_the_rule_given_that_something_comes(small_fit):
    panel = small_fit.panel
    ages = like(panel, "swe_bench_verified")["age"].to_numpy()
    number = drawn(panel, "swe_bench_verified", (2026.5, 2027.0)).there.sum(axis=1)
    told = comings(ages, 0.5)
    assert number.min() >= 1
    for least in (2, 5, 15):
        share = told[least:].sum() / told[1:].sum()
        assert (number >= least).mean() == pytest.approx(share, abs=0.035)


def test_at_least_one_is_given_even_where_nobody_came_for_a_year(small_fit):
    panel = small_fit.panel
    some = drawn(panel, "paperbench", (2026.5, 2026.6))
    none = drawn(panel, "paperbench", (2026.5, 2026.6), at_least=0)
    assert some.there.sum(axis=1).min() == 1
    assert none.there.sum(axis=1).min() == 0
    zero = quiet(like(panel, "paperbench")["age"].to_numpy(), np.array([0.1]))[0]
    assert (none.there.sum(axis=1) == 0).mean() == pytest.approx(zero, abs=0.03)


def test_releases_until_a_day_are_those_of_a_series_that_is_run(small_fit):
    """METR's first file told of systems of years; their releases tell how many come."""
    panel = small_fit.panel
    table = like(panel, "metr_th11_p50")
    ages = float(year_of_date(panel.attrs["as_of"])) - table["released"].to_numpy()
    none = drawn(panel, "metr_th11_p50", (2026.5, 2026.6), at_least=0, delayed=False)
    for least in (1, 3):
        share = (none.there.sum(axis=1) >= least).mean()
        assert share == pytest.approx(comings(ages, 0.1, runs=True)[least:].sum(), abs=0.03)
        assert share < comings(table["age"].to_numpy(), 0.1, runs=True)[least:].sum() - 0.1


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
    assert (table["age"] + table["known"]).to_numpy() == pytest.approx(
        float(year_of_date(small_fit.panel.attrs["as_of"]))
    )
