"""Dates and decimal years."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pandas as pd
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
    with pytest.raises(DateError, match=f"got '{text}', expected an ISO date"):
        year_of_date(["2028-01-01", text])


NO_DAYS = [
    2028,
    20281231,
    np.int64(2028),
    2028.5,
    True,
    None,
    pd.NaT,
    np.datetime64("NaT", "D"),
    b"2028",
]


@pytest.mark.parametrize("value", NO_DAYS, ids=repr)
def test_what_is_neither_text_nor_a_date_is_no_day(value):
    with pytest.raises(DateError, match=r"got .*, expected an ISO date such as '2028-12-31'"):
        as_date(value)


@pytest.mark.parametrize("value", [value for value in NO_DAYS if value == value], ids=repr)
def test_a_number_is_no_decimal_year_of_a_date(value):
    for dates in (value, [value], [[value, value]]):
        with pytest.raises(DateError, match=r"got .*, expected an ISO date such as '2028-12-31'"):
            year_of_date(dates)


def test_days_of_every_kind_are_the_same_day():
    day, moment = date(2028, 12, 31), datetime(2028, 12, 31, 18, 30)
    kinds = [day, moment, "2028-12-31", pd.Timestamp(moment), np.datetime64(moment)]
    assert {as_date(kind) for kind in kinds} == {day}
    assert {float(year_of_date(kind)) for kind in kinds} == {float(year_of_date(day))}
    assert set(year_of_date(kinds)) == {float(year_of_date(day))}
    assert year_of_date([[day], [moment]]).shape == (2, 1)
    assert year_of_date([]).shape == (0,)


def test_a_missing_day_of_an_array_is_a_missing_year():
    days = np.array(["2028-12-31", "NaT"], dtype="datetime64[D]")
    years = year_of_date(days)
    assert years[0] == year_of_date("2028-12-31")
    assert np.isnan(years[1])
