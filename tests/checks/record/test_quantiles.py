"""Registered quantiles back to samples: closed forms, ties, and how much the scores lose."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from bayes_rsi.checks.court.scale import from_scale, to_scale
from bayes_rsi.checks.record.ahead import LEVELS
from bayes_rsi.checks.record.quantiles import Told, between, sample, told
from bayes_rsi.score.kernels import crps

DRAWS = 2000
PLACES = (np.arange(DRAWS) + 0.5) / DRAWS


def rows(values, bound=None) -> Told:
    """Give rows of minutes as text, and where asked the best known with its probability."""
    lines = [("quantile", f"{p:g}", repr(float(v))) for p, v in zip(LEVELS, values, strict=True)]
    if bound:
        lines.append(("cdf", repr(bound[0]), repr(bound[1])))
    columns = ["output_type", "output_type_id", "value"]
    return told(pd.DataFrame(lines, columns=columns).assign(target="a"))["a"]


def test_a_normal_distribution_comes_back_to_its_ends():
    found = sample(rows(np.exp2(norm.ppf(LEVELS, 5.0, 2.0))), "horizon", DRAWS)
    assert found == pytest.approx(norm.ppf(PLACES, 5.0, 2.0), abs=1e-9)


def test_what_stands_is_there_exactly():
    stands, best = 0.3, 100.0
    above = np.maximum(
        norm.ppf((np.array(LEVELS) - stands) / (1 - stands), 8.0, 0.5), np.log2(best)
    )
    values = np.where(np.array(LEVELS) <= stands, best, np.exp2(np.nan_to_num(above, nan=0.0)))
    found = sample(rows(values, (best, stands)), "horizon", DRAWS)
    assert (found == to_scale("horizon", best)).mean() == pytest.approx(stands, abs=1 / DRAWS)
    assert found.min() == to_scale("horizon", best)


@pytest.mark.parametrize(("stands", "share"), [(0.0, 0.0), (0.995, 1.0), (1.0, 1.0)])
def test_a_best_that_surely_falls_or_surely_stands(stands, share):
    values = np.exp2(norm.ppf(LEVELS, 9.0, 0.1)) if stands == 0 else np.full(len(LEVELS), 100.0)
    found = sample(rows(values, (100.0, stands)), "horizon", DRAWS)
    assert (found == to_scale("horizon", 100.0)).mean() == share


def test_shares_come_back_in_logits_and_as_whole_at_the_edge():
    shares = np.linspace(0.2, 0.99, len(LEVELS))
    shares[-3:] = 0.995  # as a share of 1 is registered
    found = sample(rows(shares), "fraction", DRAWS)
    assert np.quantile(found, LEVELS[:-3]) == pytest.approx(
        to_scale("fraction", shares[:-3]), abs=0.02
    )
    assert found.max() == to_scale("fraction", 1.0)


@given(st.lists(st.floats(1.0, 1e6), min_size=len(LEVELS), max_size=len(LEVELS)), st.floats(0, 1))
def test_a_sample_does_not_fall_and_has_the_quantiles(values, stands):
    values = np.sort(values)
    free = sample(rows(values), "horizon", DRAWS)
    assert (np.diff(free) >= 0).all()
    # Each level lies between two neighbours of the sample.
    index = np.searchsorted(PLACES, LEVELS)
    assert (free[index - 1] <= np.log2(values) + 1e-9).all()
    assert (free[index] >= np.log2(values) - 1e-9).all()
    bound = sample(rows(np.maximum(values, 10.0), (10.0, stands)), "horizon", DRAWS)
    assert (np.diff(bound) >= 0).all()
    assert bound.min() >= np.log2(10.0)


@pytest.mark.parametrize("shape", ["normal", "skewed", "two humps"])
def test_scores_of_what_comes_back_are_those_of_what_was_drawn(shape):
    rng = np.random.default_rng(4)
    drawn = {
        "normal": rng.normal(size=DRAWS),
        "skewed": rng.gamma(1.5, size=DRAWS),
        "two humps": np.where(rng.random(DRAWS) < 0.5, -1.0, 1.0) + 0.5 * rng.normal(size=DRAWS),
    }[shape]
    back = sample(rows(from_scale("horizon", np.quantile(drawn, LEVELS))), "horizon", DRAWS)
    seen = np.linspace(-3, 4, 29)
    ours, theirs = (crps(np.tile(one, (len(seen), 1)), seen) for one in (back, drawn))
    assert ours.mean() == pytest.approx(theirs.mean(), rel=0.02)
    assert ours == pytest.approx(theirs, abs=0.05)


def test_between_two_days_quantiles_are_interpolated_in_time():
    days = np.array(["2025-06-30", "2025-09-30", "2025-12-31"], dtype="datetime64[D]")
    ordered = np.stack([norm.ppf(PLACES, mean, sd) for mean, sd in ((1, 1), (2, 2), (4, 1))])
    found = between(days, ordered, np.datetime64("2025-08-15"))  # the middle of the first
    assert found == pytest.approx(norm.ppf(PLACES, 1.5, 1.5))
    for place, day in enumerate(days):
        assert between(days, ordered, day) == pytest.approx(ordered[place])
