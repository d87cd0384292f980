"""Places and their verdict, on a toy whose posterior is known exactly."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bayes_rsi.checks.sbc.ranks import band, place, smallest_ess, thinned, verdict

SIMULATIONS, DRAWS = 300, 40


def toy(shift: float = 0.0, factor: float = 1.0, quantities: int = 3) -> pd.DataFrame:
    """Places of the mean of a normal: prior N(0, 1), one score with sd 0.7, exact posterior."""
    rng = np.random.default_rng(4)
    noise, found = 0.7, {}
    for number in range(quantities):
        truth = rng.standard_normal(SIMULATIONS)
        score = truth + noise * rng.standard_normal(SIMULATIONS)
        kept = 1 / (1 + noise**2)
        mean, sd = kept * score + shift, factor * noise * np.sqrt(kept)
        draws = mean[:, None] + sd * rng.standard_normal((SIMULATIONS, DRAWS))
        found[f"mean {number}"] = [
            place(t, d, u) for t, d, u in zip(truth, draws, rng.random(SIMULATIONS), strict=True)
        ]
    return pd.DataFrame(found)


def test_the_exact_posterior_passes():
    table = verdict(toy())
    assert table["inside"].all()
    assert (table["p_of_all"] > 0.01).all()


@pytest.mark.parametrize(
    ("wrong", "column", "above"),
    [
        ({"shift": -0.3}, "mean", 0.5),  # lies too low, so the truth is high among its draws
        ({"factor": 0.6}, "spread", 1.0),  # too narrow
    ],
)
def test_a_wrong_posterior_fails_and_says_how(wrong, column, above):
    table = verdict(toy(**wrong))
    assert not table["inside"].any()
    assert (table["p_of_all"] < 0.01).all()
    assert (table[column] > above + 0.05).all()


def test_a_posterior_that_is_too_wide_fails():
    table = verdict(toy(factor=2.0))
    assert not table["inside"].any()
    assert (table["spread"] < 0.9).all()


def test_ties_leave_places_uniform():
    """A quantity with few values, as a probability of nothing or all has."""
    rng = np.random.default_rng(2)
    values = rng.integers(0, 3, (2000, DRAWS + 1))
    places = [place(row[0], row[1:], rng.random()) for row in values]
    assert stats.kstest(places, "uniform").pvalue > 0.001
    low = [place(row[0], row[1:], 0.0) for row in values]
    assert stats.kstest(low, "uniform").pvalue < 1e-6


@given(st.integers(0, 60), st.integers(0, 2**31), st.floats(0.0, 1.0, exclude_max=True))
def test_a_place_lies_between_none_and_all(size, seed, uniform):
    draws = np.random.default_rng(seed).standard_normal(size)
    found = place(0.1, draws, uniform)
    assert np.sum(draws < 0.1) / (size + 1) <= found <= (np.sum(draws < 0.1) + 1) / (size + 1)


def test_the_band_holds_so_many_uniform_ecdfs():
    limits, rng = band(SIMULATIONS), np.random.default_rng(7)
    at, inside = limits["place"].values, 0
    for _ in range(1000):
        ecdf = np.searchsorted(np.sort(rng.random(SIMULATIONS)), at, side="right") / SIMULATIONS
        within = (ecdf >= limits["low"].values) & (ecdf <= limits["high"].values)
        inside += within.all()
    # 990 expected with a standard deviation of 3.1.
    assert 976 <= inside <= 1000


def test_the_correction_is_that_of_holm():
    places = toy(quantities=4)
    table = verdict(places)
    ordered = table.sort_values("p")
    expected = np.minimum(np.maximum.accumulate(ordered["p"] * [4, 3, 2, 1]), 1.0)
    np.testing.assert_allclose(ordered["p_of_all"], expected)


def test_thinning_keeps_about_as_many_draws_as_are_effective():
    kept = thinned((2, 1000), 90.7, most=150, least=20)
    assert kept.size == 45
    assert (kept[0], kept[-1]) == (0, 999)
    assert thinned((2, 1000), 1e6, most=150, least=20).size == 75
    assert thinned((2, 1000), 0.0, most=150, least=20).size == 10
    assert thinned((2, 5), 1e6, most=150, least=20).size == 5


def test_the_least_effective_quantity_counts():
    rng = np.random.default_rng(3)
    fresh = rng.standard_normal((2, 500))
    slow = np.cumsum(rng.standard_normal((2, 500)), axis=1)
    dims = ("chain", "draw")
    both = xr.Dataset({"fresh": (dims, fresh), "slow": (dims, slow)})
    assert smallest_ess(both[["fresh"]]) > 700
    assert smallest_ess(both) < 30
