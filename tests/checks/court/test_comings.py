"""How many newcomers: against simulation, closed forms and limits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import quad

from bayes_rsi.checks.court.comings import MOST, RETIRED, SHAPE, comings, quiet, running

AGES = np.array([2, 3, 5, 8, 10, 11, 30]) / 12
CROWD = np.linspace(0.1, 0.9, 25)


def simulated(ages, count=200_000):
    """Draw what a series does since its latest newcomer, and keep what was silent."""
    rng = np.random.default_rng(1)
    mean = (ages < 1).sum() + 0.5
    shape, silent = min(mean, SHAPE), ages.min()
    rate = rng.gamma(shape, mean / shape, count)
    given_up = rng.exponential(1 / RETIRED, count)
    silence = rng.poisson(rate * np.minimum(given_up, silent)) == 0
    rate, given_up = rate[silence], given_up[silence]
    return given_up > silent, shape, mean / shape, rng


def test_whether_a_series_is_run_is_bayes_rule():
    for ages in (AGES, CROWD, AGES + 1.3):
        still, *_ = simulated(ages)
        error = np.sqrt(still.mean() * (1 - still.mean()) / still.size)
        assert running(ages) == pytest.approx(still.mean(), abs=4 * error)


@pytest.mark.parametrize("years", [0.25, 1.0])
@pytest.mark.parametrize("ages", [AGES, CROWD], ids=["few", "crowd"])
def test_numbers_are_those_of_the_story(ages, years):
    still, shape, scale, rng = simulated(ages)
    rate = rng.gamma(shape, scale, still.size)  # silence does not move it: see the module
    run = np.minimum(rng.exponential(1 / RETIRED, still.size), years)
    number = np.where(still, rng.poisson(rate * run), 0)
    told = comings(ages, years)
    for least in (1, 2, 5, 20):
        share = (number >= least).mean()
        error = np.sqrt(share * (1 - share) / number.size)
        assert told[least:].sum() == pytest.approx(share, abs=4 * error + 1e-4)


def test_a_series_that_is_run_has_a_negative_binomial():
    told = comings(AGES, 0.5, runs=True, shape=np.inf)
    assert told[:5] == pytest.approx(stats.nbinom.pmf(np.arange(5), 6.5, 1 / 1.5))
    bunched = comings(AGES, 0.5, runs=True)
    assert bunched[:5] == pytest.approx(stats.geom.pmf(np.arange(5) + 1, 1 / (1 + 6.5 * 0.5)))


@given(
    ages=st.lists(st.floats(0.0, 4.0), min_size=1, max_size=40),
    years=st.floats(0.01, 2.0),
    later=st.floats(0.01, 2.0),
)
def test_less_time_makes_quiet_likelier(ages, years, later):
    ages = np.array(ages)
    told = comings(ages, years)
    assert told.min() >= 0
    assert told.sum() == pytest.approx(1)
    assert len(told) == MOST + 1
    assert quiet(ages, np.array([years + later]))[0] <= told[0] + 1e-9


@given(
    ages=st.lists(st.floats(0.0, 0.98), min_size=1, max_size=40),
    old=st.lists(st.floats(1.02, 4.0), max_size=10),
    share=st.floats(0.01, 0.99),
)
def test_more_silence_makes_quiet_likelier(ages, old, share):
    later = share * (0.99 - max(ages))  # as many stay in the last year
    ages = np.array([*ages, *old])
    assert running(ages + later) <= running(ages) + 1e-9
    assert quiet(ages + later, np.array([0.5]))[0] >= quiet(ages, np.array([0.5]))[0] - 1e-9


@pytest.mark.parametrize("count", [1, 8, 40])
@pytest.mark.parametrize("silent", [0.02, 0.4, 0.98])
def test_whether_a_series_is_run_is_the_integral(count, silent):
    ages = np.append(np.linspace(silent, 0.99, count), 1.02)
    form = min(count + 0.5, SHAPE)
    scale = form / (count + 0.5)

    def mute(years):
        return np.exp(-RETIRED * years) * (scale / (scale + years)) ** form

    given_up = quad(lambda years: RETIRED * mute(years), 0, silent)[0]
    assert running(ages) == pytest.approx(mute(silent) / (mute(silent) + given_up), abs=4e-3)


def test_a_figure_of_today_is_no_silence():
    assert running(np.array([0.0, 0.3])) == pytest.approx(1)
    assert running(np.array([-0.001, 0.3])) == pytest.approx(1)


def test_silence_says_more_of_a_busy_series_than_of_a_slow_one():
    slow, busy = np.array([0.5, 0.9]), np.append(0.5, np.linspace(0.5, 0.9, 30))
    assert running(busy) < running(slow) - 0.1
    assert running(busy, shape=5.0) < running(busy) - 0.1  # and more if figures came one by one


def test_a_series_that_is_never_given_up_is_run():
    assert running(AGES + 3, retired=1e-12) == pytest.approx(1)
    assert comings(AGES, 0.5, retired=1e-12) == pytest.approx(
        comings(AGES, 0.5, runs=True), abs=1e-6
    )


def test_crowds_end_in_the_last_number():
    told = comings(np.zeros(500), 1.0, runs=True)
    assert told[-1] == pytest.approx(stats.nbinom.sf(MOST - 1, 1, 1 / 501.5))
