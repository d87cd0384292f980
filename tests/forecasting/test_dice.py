"""One stream of random numbers for each name and seed."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from bayes_rsi.forecasting.dice import dice

NAMES = ("frontier", "lead", "never", "taste_free", "taste_gap", "requirement autonomy")


@pytest.mark.parametrize("name", NAMES)
def test_a_name_and_a_seed_give_one_stream(name):
    assert np.array_equal(dice(3, name).random(100), dice(3, name).random(100))
    assert not np.array_equal(dice(3, name).random(100), dice(4, name).random(100))


def test_streams_do_not_depend_on_python_or_on_the_machine():
    """A published forecast is repeated from its seed: another stream would be another one."""
    assert dice(1, "lead").random() == 0.4905721023756492
    assert dice(2, "never").random() == 0.5745723242029686


def test_a_stream_is_not_moved_by_another():
    first = dice(1, "lead")
    dice(1, "never").random(1000)
    assert first.random() == dice(1, "lead").random()


def test_streams_are_unrelated():
    """Ranks of 21 pairs of 20,000 numbers; 5.5 standard errors: one false alarm in 10^6."""
    size = 20_000
    streams = [dice(1, name).random(size) for name in NAMES] + [dice(2, "lead").random(size)]
    for one, other in itertools.combinations(streams, 2):
        assert abs(np.corrcoef(one, other)[0, 1]) < 5.5 / np.sqrt(size)
