"""Other people's probabilities beside ours: which rows count, and what is said of them."""

from __future__ import annotations

import math
from dataclasses import replace

import handmade
import numpy as np
import pandas as pd
import pytest
import toy

from bayes_rsi.comparison.forecasters import COLUMNS, compare, hazards
from bayes_rsi.comparison.given import given, share_of
from bayes_rsi.comparison.moved import moved
from bayes_rsi.errors import EvidenceError
from bayes_rsi.evidence import load_evidence
from bayes_rsi.forecasting.grammar import parse
from bayes_rsi.forecasting.project import forecast as project
from bayes_rsi.units import year_of_date

EMPTY = {
    "event": "end_to_end",
    "condition": "",
    "kind": "probability",
    "bound": "exact",
    "probability": np.nan,
    "target_date": pd.NaT,
    "unit": "",
} | dict.fromkeys(["p10", "p25", "p50", "p75", "p90"], "")


def table(*rows: dict) -> pd.DataFrame:
    """Give rows of the table `forecasts`; what is not said is empty."""
    frame = pd.DataFrame(
        [EMPTY | {"question": "q", "forecast_date": "2026-01-01"} | r for r in rows]
    )
    days = {name: pd.to_datetime(frame[name]) for name in ("forecast_date", "target_date")}
    return frame.assign(**days)


def says(who: str, probability: float, day: str, **cells) -> dict:
    return {"forecaster": who, "probability": probability, "target_date": day} | cells


@pytest.fixture(scope="module")
def forecast():
    return toy.forecast()


@pytest.fixture(scope="module")
def shipped():
    return load_evidence(as_of=toy.AS_OF).forecasts


@pytest.mark.parametrize("name", ["clark", "CLARK", "Jack Clark", "jack clark", " Jack Clark "])
def test_clark_by_any_of_his_names(forecast, shipped, name):
    found = compare(forecast, name, shipped)
    assert tuple(found.columns) == COLUMNS
    assert set(found["forecaster"]) == {"Jack Clark"}
    assert found["date"].dt.strftime("%Y-%m-%d").tolist() == ["2027-12-31", "2028-12-31"]
    assert found["bound"].tolist() == ["exact", "lower"]
    assert found["ours"].tolist() == pytest.approx([0.1, 0.2])
    assert found["points"].tolist() == pytest.approx([100 * (0.1 - 0.3), 100 * (0.2 - 0.6)])
    expected = math.log(0.1 / 0.9) - math.log(0.3 / 0.7)
    assert found["log_odds"].iloc[0] == pytest.approx(expected)
    assert (found["mcse"] > 0).all()


def test_the_default_table_is_the_shipped_one_of_our_day(forecast, shipped):
    pd.testing.assert_frame_equal(compare(forecast, "clark"), compare(forecast, "clark", shipped))


def test_quantiles_are_probabilities_at_their_dates(forecast):
    row = {"forecaster": "A", "kind": "quantiles", "unit": "date", "p25": "2028-07-01"}
    found = compare(forecast, "a", table(row | {"p50": "2031-03-01"}))
    assert found["theirs"].tolist() == [0.25, 0.5]
    assert found["ours"].tolist() == pytest.approx([0.2, 0.2])


def test_quantiles_of_something_else_than_a_date_are_left_out(forecast):
    hours = {"forecaster": "A", "kind": "quantiles", "unit": "hours", "p50": "24"}
    found = compare(forecast, "a", table(hours, says("A", 0.5, "2030-01-01")))
    assert found["theirs"].tolist() == [0.5]


@pytest.mark.parametrize(
    "cells",
    [
        {"target_date": "2026-06-30"},  # not after the as-of date
        {"target_date": "2076-01-01"},  # after the horizon
        {"target_date": None},
        {"event": ""},
        {"event": "engineering"},  # not in this forecast
        {"kind": "goal"},
        {"forecast_date": "2026-07-01"},  # not known by the as-of date
    ],
)
def test_what_cannot_be_compared_is_left_out(forecast, cells):
    kept = says("A", 0.5, "2030-01-01", question="other")
    found = compare(forecast, "A", table(kept, says("A", 0.9, "2031-01-01") | cells))
    assert found["theirs"].tolist() == [0.5]


def test_of_one_question_only_the_latest_forecast_counts(forecast):
    rows = [
        says("A", 0.1, "2030-12-31", forecast_date="2025-01-01"),
        says("A", 0.2, "2031-12-31", forecast_date="2025-01-01"),
        says("A", 0.3, "2030-12-31", forecast_date="2026-01-01"),
    ]
    assert compare(forecast, "A", table(*rows))["theirs"].tolist() == [0.3]


def test_what_was_said_before_stays_superseded_by_what_lies_behind_us(forecast):
    """The newest on the question is about a day that has passed; another question stays."""
    rows = [
        says("A", 0.4, "2030-12-31", forecast_date="2025-01-01"),
        says("A", 0.1, "2026-03-31", forecast_date="2026-01-01"),
        says("A", 0.6, "2031-12-31", question="other", forecast_date="2025-01-01"),
    ]
    assert compare(forecast, "A", table(*rows))["theirs"].tolist() == [0.6]


def test_certainty_has_infinite_log_odds(forecast):
    found = compare(forecast, "A", table(says("A", 0.1, "2026-12-31")))
    assert found["ours"].tolist() == [0]
    assert found["log_odds"].tolist() == [-math.inf]


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("clrak", "Did you mean 'Jack Clark'"),
        ("Jakc Clark", "Did you mean 'Jack Clark'"),
        ("nobody I know", "Comparable: .*'Jack Clark'"),
        ("Anthropic (Favaro and Clark)", "cannot be compared"),
        ("METR", "cannot be compared"),
        ("", "give the whole name"),
    ],
)
def test_nobody_or_several_meant_is_an_error(forecast, shipped, name, match):
    with pytest.raises(EvidenceError, match=match):
        compare(forecast, name, shipped)


def test_words_that_fit_two_are_an_error(forecast):
    rows = table(says("A One", 0.5, "2030-01-01"), says("A Two", 0.5, "2030-01-01"))
    with pytest.raises(EvidenceError, match="fits 'A One', 'A Two': give the whole name"):
        compare(forecast, "a", rows)


def test_before_clark_spoke_there_is_nothing_to_compare(shipped):
    early = toy.forecast(tag=replace(toy.TAG, as_of="2026-05-03"))
    with pytest.raises(EvidenceError, match="known by 2026-05-03"):
        compare(early, "clark", shipped)


def test_hazards_of_clarks_pair():
    assert hazards({2028: 0.6, 2027: 0.3}) == {2028: pytest.approx(3 / 7)}
    assert math.isnan(hazards({2027: 1.0, 2028: 1.0})[2028])
    assert hazards({2027: 0.3}) == {}


def test_moved_compares_every_headline_number():
    before, after = toy.forecast(), toy.forecast(late_years=1.0)
    found = moved(before, after).set_index(["event", "quantity"])
    median = found.loc[("end_to_end", "median date")]
    assert (median["before"], median["after"], median["change"]) == ("2031-06", "2032-06", None)
    share = found.loc[("end_to_end", "by 2027-12-31")]
    assert (share["before"], share["after"]) == (pytest.approx(0.1), 0.0)
    assert share["change"] == pytest.approx(-0.1)
    assert share["mcse"] == pytest.approx(before.share_by("2027-12-31").mcse)
    assert found.loc[("", "median growth")]["change"] == 0
    assert len(found) == 2 * 7 + 1


# --- horizons and scores, through conditions -----------------------------------------------------


@pytest.fixture(scope="module")
def projected():
    return project(handmade.whole_fit())


def hours(median: str, **cells) -> dict:
    row = {"forecaster": "A", "event": "", "condition": "horizon p50", "kind": "quantiles"}
    return row | {"unit": "hours", "p50": median, "target_date": "2027-12-31"} | cells


def test_a_quantile_of_a_horizon_is_a_probability_of_at_least_so_much(projected):
    found = compare(projected, "A", table(hours("20", p90="900")))
    assert found["event"].tolist() == ["horizon p50 >= 20 h", "horizon p50 >= 900 h"]
    assert found["theirs"].tolist() == pytest.approx([0.5, 0.1])
    ours = [share_of(projected, f"{event} on 2027-12-31") for event in found["event"]]
    assert found["ours"].tolist() == [share.p for share in ours]
    assert found["mcse"].tolist() == [share.mcse for share in ours]
    assert 1 > ours[0].p > ours[1].p > 0


def test_a_quantile_of_a_day_is_a_probability_by_then(projected):
    cells = {"condition": "horizon p50 >= 100 h", "unit": "date", "target_date": None}
    found = compare(projected, "A", table(hours("2028-07-01", **cells)))
    assert found["theirs"].tolist() == [0.5]
    assert found["date"].dt.strftime("%Y-%m-%d").tolist() == ["2028-07-01"]
    assert found["ours"].item() == share_of(projected, "horizon p50 >= 100 h on 2028-07-01").p


def test_the_share_of_a_condition_is_that_of_the_futures_that_count(projected):
    day = float(year_of_date("2027-12-31"))
    paths, happened = projected.futures.paths, projected.events["event_year"].isnull().any("event")
    reached = np.array([np.interp(day, paths.years, path) for path in paths.values])
    counts = ~happened.transpose("chain", "draw", "replicate").values.ravel()
    found = share_of(projected, "horizon p50 >= 20 h on 2027-12-31")
    assert found.p == pytest.approx((reached[counts] >= np.log2(1200.0)).mean(), abs=0.01)
    assert 0.05 < found.p < 0.95
    told = given(projected, "horizon p50 >= 20 h on 2027-12-31")
    assert told.probability == found
    assert share_of(told.forecast, "horizon p50 >= 20 h on 2027-12-31").p == 1.0


def test_series_that_are_not_fitted_and_other_units_are_left_out(projected):
    known = projected.futures.panel.assign_attrs(absent_series="later_bench other_bench")
    forecast = replace(projected, futures=replace(projected.futures, panel=known))
    rows = [
        hours("20"),
        hours("20", condition="later_bench", unit="percent", question="other"),
        hours("20", condition="horizon p80", question="not fitted at p80"),
        hours("20", unit="furlongs", question="third"),
    ]
    assert len(compare(forecast, "A", table(*rows))) == 1


@pytest.mark.parametrize("condition", ["growth", "later_bensh", "horizon p50 >="])
def test_a_condition_that_cannot_be_read_is_an_error(projected, condition):
    known = projected.futures.panel.assign_attrs(absent_series="later_bench")
    forecast = replace(projected, futures=replace(projected.futures, panel=known))
    rows = table(hours("20", condition=condition))
    with pytest.raises(EvidenceError, match=r"forecasts\.csv, column 'condition': got '"):
        compare(forecast, "A", rows)


def test_everybody_is_asked_where_nobody_is_named(projected):
    rows = table(hours("20"), hours("30", forecaster="B"), says("C", 0.5, "2030-01-01"))
    assert set(compare(projected, forecasts=rows)["forecaster"]) == {"A", "B", "C"}


def test_where_all_lies_behind_us_nobody_is_there(projected):
    found = compare(projected, forecasts=table(says("A", 0.5, "2026-01-01")))
    assert found.columns.tolist() == list(COLUMNS)
    assert found.empty


def test_the_shipped_conditions_can_be_read(shipped):
    texts = shipped.loc[shipped["condition"] != "", ["condition", "unit"]]
    assert len(texts) == 9
    for row in texts.itertuples():
        value = "" if row.unit == "date" else f" >= 24 {'h' if row.unit == 'hours' else '%'}"
        assert parse(f"{row.condition}{value} on 2026-12-31")
