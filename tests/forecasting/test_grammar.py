"""The grammar of conditions: what it reads, what it gives back, and what it says when it cannot."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayes_rsi.errors import ConditionError
from bayes_rsi.forecasting.conditions import COMPARISONS, EventBy, GrowthIs, HorizonIs, ScoreIs
from bayes_rsi.forecasting.grammar import parse

DAY = date(2026, 12, 31)
DAYS = st.dates(date(2020, 1, 1), date(2070, 1, 1))
NUMBERS = st.integers(1, 10**6).map(lambda n: n / 1000)
SIGNS = st.sampled_from(COMPARISONS)
CLAUSES = st.one_of(
    st.builds(HorizonIs, SIGNS, NUMBERS, DAYS, st.sampled_from([50, 80])),
    st.builds(ScoreIs, st.sampled_from(["swe_bench_pro", "paperbench"]), SIGNS, NUMBERS, DAYS),
    st.builds(EventBy, st.sampled_from(["end_to_end", "engineering"]), DAYS, st.booleans()),
    st.builds(GrowthIs, SIGNS, NUMBERS),
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("horizon p50 >= 100 h on 2026-12-31", HorizonIs(">=", 6000.0, DAY)),
        ("Horizon ≥ 2 work-days by 2026", HorizonIs(">=", 960.0, DAY)),
        ("horizon p80 < 1,000 min on 2026-12-31", HorizonIs("<", 1000.0, DAY, 80)),
        ("SWE-bench Pro >= 0.9 by 2026-12-31", ScoreIs("swe_bench_pro", ">=", 0.9, DAY)),
        ("swe_bench_pro >= 90% by 2026", ScoreIs("swe_bench_pro", ">=", 0.9, DAY)),
        ("metr_th11_p80 > 3 h by 2026", ScoreIs("metr_th11_p80", ">", 180.0, DAY)),
        ("not automated by 2028-12-31", EventBy("end_to_end", date(2028, 12, 31), False)),
        ("proof of concept by 2026", EventBy("proof_of_concept", DAY)),
        ("growth > 4", GrowthIs(">", 4.0)),
    ],
)
def test_what_is_read(text, wanted):
    assert parse(text) == (wanted,)


@given(st.lists(CLAUSES, min_size=1, max_size=3))
def test_what_is_written_is_read_back(clauses):
    def close(one, other):
        return type(one) is type(other) and str(one) == str(other)

    again = parse(" and ".join(map(str, clauses)))
    assert all(close(one, other) for one, other in zip(clauses, again, strict=True))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"character 1: got '', expected a condition such as 'horizon"),
        ("growth > 4 and ", r"expected a condition such as"),
        ("horizon >= 100 on 2026-12-31", r"got '100', expected a unit of time.*work-month"),
        ("horizon >= 100 huors on 2026", r"character 16: got 'huors'.*Did you mean 'hours'\?"),
        ("horizon p5 >= 100 h on 2026", r"character 9: got 'p5', expected 'p50' or 'p80'"),
        ("horizon = 100 h on 2026", r"got '=', expected one of >= <= > <.*give a bound"),
        ("horizon >= many h on 2026", r"got 'many h', expected a number"),
        ("horizon >= 100 h", r"got '100 h', expected 'on' or 'by' and a day.*2028-12-31"),
        ("horizon >= 100 h on 2026-13-01", r"character 21: got '2026-13-01', expected a day"),
        (">= 100 h on 2026", r"got '>=', expected a quantity before '>='"),
        ("automated", r"got 'automated', expected a comparison .* or an event and 'by' a day"),
        ("not by 2028", r"expected an event before 'by'"),
        ("growth > 4 on 2026-12-31", r"Growth is that at the as-of date and takes no day"),
        ("growth > 4 h", r"got 'h', expected no unit: doublings per year"),
    ],
)
def test_what_cannot_be_read_says_where_and_why(text, message):
    with pytest.raises(ConditionError, match=message):
        parse(text)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: HorizonIs("=>", 60, DAY), "HorizonIs: got comparison '=>', expected one of"),
        (lambda: HorizonIs(">=", -1, DAY), "got -1 minutes, expected a positive number"),
        (lambda: ScoreIs("x", ">=", float("nan"), DAY), "x: got nan, expected a finite number"),
        (lambda: GrowthIs(">", float("inf")), "growth: got inf, expected a finite number"),
        (lambda: EventBy("work", "soon"), "EventBy: got 'soon', expected an ISO date"),
    ],
)
def test_objects_are_checked_when_they_are_made(make, message):
    with pytest.raises(ConditionError, match=message):
        make()
