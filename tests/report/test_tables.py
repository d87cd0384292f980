"""The text of a forecast: its order, its width, its words for what is infinite."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import toy

from bayes_rsi.cards import load_card
from bayes_rsi.comparison.forecasters import COLUMNS, compare
from bayes_rsi.comparison.moved import moved
from bayes_rsi.report.tables import WIDTH, aligned, forecast_text, moved_text

NONE = pd.DataFrame(columns=list(COLUMNS))


@pytest.fixture(scope="module")
def text() -> str:
    forecast = toy.forecast()
    files = {"forecast": Path("out/forecast.json")}
    return forecast_text(forecast, compare(forecast, "clark"), load_card("baseline"), files)


def test_what_comes_first(text):
    parts = [
        "Convergence gates: all 2 passed",
        "Card 'baseline', evidence known by 2026-06-30: 1,234 scores of 150 systems on 30 series",
        "When (median and central intervals)",
        "Probability in percent",
        "Requirement met last",
        "Check against Jack Clark, forecast of 2026-05-04",
        "Judgement, not measurement",
        "Written",
    ]
    assert text.startswith(parts[0])
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_rows_of_the_tables(text):
    lines = [" ".join(line.split()) for line in text.splitlines()]
    dates = "2031-06 2031-06 to 2050-06 2028-06 to after 2075 2027-06 to never"
    assert f"end_to_end {dates}" in lines
    assert "end_to_end 2027-12-31 30% 10.0 ± 2.0% -20.0 -1.35" in lines
    assert "end_to_end 2028-12-31 at least 60% 20.0 ± 2.6% -40.0 -1.79" in lines
    assert any(line.startswith("Left out: 20.0% of the draws") for line in lines)


def test_a_failed_gate_is_the_first_line():
    forecast = toy.forecast(verdict=toy.FAILED)
    text = forecast_text(forecast, NONE, load_card("baseline"), {}, not_compared="no row")
    assert text.startswith("CONVERGENCE GATES FAILED, do not rely on what follows: r_hat 1.2")
    assert "No comparison: no row" in text
    assert "Written" not in text


def test_no_line_is_too_wide(text):
    worst = toy.forecast({"proof_of_concept": {"later": 180, "never": 20}} | toy.COUNTS)
    wide = forecast_text(worst, compare(worst, "clark"), load_card("baseline"), {})
    for line in (text + wide).splitlines():
        assert len(line) <= WIDTH


def test_an_interval_beyond_the_horizon_is_said_once():
    later = toy.forecast({"end_to_end": {"later": 200}})
    text = forecast_text(later, NONE, load_card("baseline"), {})
    assert "after 2075 to" not in text
    never = toy.forecast({"end_to_end": {"never": 200}})
    assert "never  never" in forecast_text(never, NONE, load_card("baseline"), {})


def test_what_moved():
    before, after = toy.forecast(), toy.forecast(late_years=1.0)
    text = moved_text(moved(before, after), ["mine.csv"])
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert lines[0].startswith("What mine.csv moved")
    assert "end_to_end median date 2031-06 2032-06" in lines
    assert "end_to_end by 2027-12-31 10.0 0.0 -10.0 ± 2.0" in lines
    assert "median growth 2.47 2.47 +0.00" in lines


def test_columns_are_as_wide_as_their_widest_cell():
    assert aligned([["a", "b"], ["long", "c"]]) == "a     b\nlong  c"


def test_looking_back_is_from_the_end_of_2028():
    found = toy.forecast()
    nobody = pd.DataFrame(columns=list(COLUMNS))
    text = " ".join(forecast_text(found, nobody, load_card("baseline"), {}).split())
    share = found.never_if_none_by("2028-12-31")
    assert (
        f"If end_to_end has not come by 2028-12, it never comes with {100 * share.p:.1f} ±" in text
    )
    assert "has not come by 2030-12" not in text


def test_a_hazard_has_the_bound_of_its_own_day():
    table = compare(toy.forecast(), "clark")
    text = " ".join(forecast_text(toy.forecast(), table, load_card("baseline"), {}).split())
    assert "by the end of 2028 with at least 43% (theirs), 11% (ours)." in text


def test_two_questions_of_a_forecaster_are_no_one_distribution():
    """Each is of its own: what one says by 2031 is no hazard after what the other says by 2028."""
    table = compare(toy.forecast(), "clark")
    cells = {"question": "Another?", "date": pd.Timestamp("2031-07-01"), "theirs": 0.6}
    both = pd.concat([table, table.iloc[[1]].assign(**cells)], ignore_index=True)
    text = " ".join(forecast_text(toy.forecast(), both, load_card("baseline"), {}).split())
    assert "by the end of 2028 with at least 43% (theirs)" in text
    assert "2031-07-01 with" not in text
    one = both.assign(question="The same?", theirs=[0.3, 0.6, 0.8])
    text = " ".join(forecast_text(toy.forecast(), one, load_card("baseline"), {}).split())
    assert "it comes by 2031-07-01 with at least 50% (theirs)" in text
