"""Paired comparison: by hand, and its interval knows that a block is one outcome."""

from __future__ import annotations

import numpy as np
import pytest

from bayes_rsi.score.paired import block_bootstrap


def interval(ours, theirs, blocks):
    found = block_bootstrap(ours, theirs, blocks)
    return found.difference_high - found.difference_low


def test_means_and_ratio_by_hand():
    found = block_bootstrap(np.array([1.0, 3.0]), np.array([2.0, 3.0]), np.array(["a", "b"]))
    assert (found.ours, found.theirs, found.difference) == (2.0, 2.5, -0.5)
    assert found.ratio == pytest.approx(0.8)
    assert (found.pairs, found.blocks) == (2, 2)


def test_the_interval_of_independent_targets_is_that_of_the_mean():
    rng = np.random.default_rng(2)
    gap = rng.normal(0.3, 1.0, 400)
    found = block_bootstrap(10 + gap, np.full(400, 10.0), np.arange(400))
    half = 1.645 * gap.std() / 20
    assert found.difference_high - found.difference == pytest.approx(half, rel=0.1)
    assert found.difference - found.difference_low == pytest.approx(half, rel=0.1)


def test_twenty_figures_of_one_system_count_once():
    rng = np.random.default_rng(2)
    surprise = rng.normal(size=20)
    blocks = np.repeat(np.arange(20), 20)
    gap = np.repeat(surprise, 20)
    once = interval(surprise, np.zeros(20), np.arange(20))
    assert interval(gap, np.zeros(400), blocks) == pytest.approx(once)
    assert interval(gap, np.zeros(400), np.arange(400)) < 0.4 * once


def test_the_same_seed_gives_the_same_interval():
    rng = np.random.default_rng(4)
    ours, theirs, blocks = rng.random(50), rng.random(50), rng.integers(0, 9, 50)
    first = block_bootstrap(ours, theirs, blocks, seed=3)
    assert block_bootstrap(ours, theirs, blocks, seed=3) == first
    assert block_bootstrap(ours, theirs, blocks, seed=4) != first


@pytest.mark.parametrize("sizes", [(0, 0, 0), (2, 3, 2), (2, 2, 1)])
def test_lengths_must_agree(sizes):
    ours, theirs, blocks = (np.zeros(size) for size in sizes)
    with pytest.raises(ValueError, match="expected as many of each"):
        block_bootstrap(ours, theirs, blocks)
