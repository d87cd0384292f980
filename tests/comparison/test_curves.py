"""Curves through two published probabilities, against the numbers that Clark's pair implies."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayes_rsi.comparison.curves import normal_through, rates, weibull_through
from bayes_rsi.units import date_of_year, year_of_date

FIRST = (float(year_of_date("2027-12-31")), 0.3)
SECOND = (float(year_of_date("2028-12-31")), 0.6)
SAID = float(year_of_date("2026-05-04"))


def test_clarks_pair():
    normal, weibull = normal_through(FIRST, SECOND), weibull_through(FIRST, SECOND, SAID)
    assert normal.second == pytest.approx(1.29, abs=0.005)
    assert date_of_year(normal.median).replace(day=1) == date(2028, 9, 1)
    assert weibull.second == pytest.approx(2.0, abs=0.005)
    assert date_of_year(weibull.median).replace(day=1) == date(2028, 8, 1)


@given(st.floats(0.02, 0.4), st.floats(1.1, 2.0), st.floats(0.1, 5.0), st.sampled_from([0.0, 0.1]))
def test_a_curve_passes_through_its_points(p, times, years, never):
    first, second = (2027.0, p), (2027.0 + years, p * times)
    for curve in (
        normal_through(first, second, never),
        weibull_through(first, second, 2026.0, never),
    ):
        assert curve.by(first[0]) == pytest.approx(first[1], rel=1e-6)
        assert curve.by(second[0]) == pytest.approx(second[1], rel=1e-6)
        assert curve.by(curve.median) == pytest.approx(0.5, rel=1e-6)
        assert curve.by(second[0]) < curve.by(second[0] + years) <= 1 - never


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((2027.0, 0.3), (2028.0, 0.3)),
        ((2027.0, 0.0), (2028.0, 0.3)),
        ((2028.0, 0.3), (2027.0, 0.6)),
    ],
)
def test_where_no_curve_passes_there_is_none(first, second):
    assert normal_through(first, second) is None
    assert weibull_through(first, second, 2026.0) is None


def test_a_mass_at_never_leaves_no_room():
    assert normal_through(FIRST, SECOND, 0.4) is None
    assert weibull_through(FIRST, SECOND, FIRST[0]) is None


def test_the_median_of_what_mostly_never_comes_is_infinite():
    assert normal_through((2027.0, 0.1), (2028.0, 0.2), 0.6).median == math.inf


def test_hazards_of_clarks_pair_and_of_certainty():
    start = float(year_of_date("2026-12-31"))
    assert rates([(start, 0.0), FIRST, SECOND]) == pytest.approx([0.357, 0.559], abs=2e-3)
    assert np.isinf(rates([(2027.0, 0.5), (2028.0, 1.0)])[0])
