"""Dates and decimal years."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayes_rsi.errors import DateError
from bayes_rsi.units import as_date, date_of_year, year_of_date


@given(st.dates(date(1950, 1, 1), date(2200, 1, 1)))
def test_a_day_comes_back_from_its_decimal_year(day):
    assert date_of_year(float(year_of_date(day))) == day
    assert float(year_of_date(day.isoformat())) == float(year_of_date(day))


@pytest.mark.parametrize("text", ["2028", "31/12/2028", "2028-02-30", "soon"])
def test_text_that_is_no_day_is_refused(text):
    for reader in (as_date, year_of_date):
        with pytest.raises(DateError, match=f"got '{text}', expected an ISO date"):
            reader(text)
