"""When series come to their human baselines: as events that require nothing else do."""

from __future__ import annotations

from dataclasses import replace

import handmade
import numpy as np
import pandas as pd
import pytest
from handmade import certain

from bayes_rsi.comparison.given import given
from bayes_rsi.comparison.human_level import human_level
from bayes_rsi.errors import ModelError
from bayes_rsi.forecasting.project import forecast
from bayes_rsi.report.tables import WIDTH
from bayes_rsi.report.verbs import human_level_text


@pytest.fixture(scope="module")
def exam():
    """An event that is nothing but parity on a series, which is dated with it."""
    event = handmade.event("work", {"exam": "exam"}, lead=certain(0.0))
    return forecast(handmade.fit(handmade.card(event, replicates=20)))


def test_a_series_is_dated_as_an_event_that_requires_it_alone(exam):
    found = human_level(exam, ["2028-12-31", "2030-12-31"])
    row = found.table.set_index("series").loc["exam"]
    for day in ("2028-12-31", "2030-12-31"):
        assert row[f"by {day}"] == pytest.approx(exam.probability_by(day, "work"), abs=1e-9)
    assert row["p50"] == exam.quantiles("work", [0.5])[0.5]
    assert row["out_of_reach"] == pytest.approx(1 - exam.probability_by(exam.horizon, "work"))
    assert found.as_of == exam.tag.as_of


def test_a_series_that_drifts_is_dated_as_the_event_that_requires_it(drifted):
    card = handmade.card(handmade.event("work", {"exam": "exam"}, lead=certain(0.0)))
    found = forecast(handmade.fit(card, drifted.futures.draws, drifted.futures.panel))
    row = human_level(found, ["2028-12-31"]).table.set_index("series").loc["exam"]
    assert row["by 2028-12-31"] == pytest.approx(found.probability_by("2028-12-31", "work"))
    assert 0.05 < row["by 2028-12-31"] < 0.95


def test_what_is_reached_after_the_horizon_is_out_of_reach():
    """The lead lets the frontier be followed for a year longer."""
    event = handmade.event("work", {"exam": "exam"}, lead=certain(1.0))
    found = forecast(handmade.fit(handmade.card(event, horizon="2028-12-31", replicates=20)))
    row = human_level(found, [found.horizon]).table.set_index("series").loc["exam"]
    assert row["by 2028-12-31"] + row["out_of_reach"] == pytest.approx(1.0)
    assert 0.1 < row["out_of_reach"] < 0.9


def test_every_series_with_a_baseline_has_a_row_the_earliest_first(hand_forecast):
    table = human_level(hand_forecast).table
    panel = hand_forecast.futures.panel
    kinds, human = panel["kind"].values, panel["human"].values
    having = panel["series"].values[~np.isnan(human) & (kinds != "horizon")]
    assert set(table["series"]) == set(having.tolist())
    middle = [str(day) if day is not None else "9999" for day in table["p50"]]
    assert middle == sorted(middle)
    by = table[["reached", "by 2026-12-31", "by 2027-12-31", "by 2028-12-31"]].to_numpy()
    assert (np.diff(by, axis=1) >= 0).all()


def test_a_condition_moves_it(hand_forecast):
    harder = given(hand_forecast, "growth < 2.2", min_ess=20).forecast
    before, after = (
        human_level(one).table.set_index("series")[["by 2028-12-31"]]
        for one in (hand_forecast, harder)
    )
    change = (after - before)["by 2028-12-31"]
    assert (change <= 1e-9).all()
    assert change.min() < -0.01


def test_the_text_fits_and_has_the_numbers(hand_forecast):
    found = human_level(hand_forecast)
    text = human_level_text(found, hand_forecast.verdict)
    assert max(map(len, text.splitlines())) <= WIDTH
    row = found.table.iloc[0]
    assert f"{100 * row['by 2028-12-31']:.1f}%" in text
    assert str(row["p50"])[:7] in text
    # People solve all items of a series: no curve gets there.
    last = found.table.iloc[[-1]].assign(series="hard", human=1.0, out_of_reach=1.0, p50=None)
    more = replace(found, table=pd.concat([found.table, last]))
    lines = human_level_text(more, hand_forecast.verdict).splitlines()
    assert not any(line.startswith("hard") for line in lines)
    assert "score of all items: hard." in " ".join(lines)


def test_what_cannot_be_dated_is_refused(exam):
    with pytest.raises(ModelError, match="got 2999-01-01, expected a day up to the horizon"):
        human_level(exam, ["2999-01-01"])
    with pytest.raises(ModelError, match="without its futures"):
        human_level(replace(exam, futures=None))
    futures = exam.futures
    bare = replace(futures, panel=futures.panel.assign(human=futures.panel["human"] * np.nan))
    with pytest.raises(ModelError, match="none of whose series has a human baseline"):
        human_level(replace(exam, futures=bare))
    with pytest.raises(ModelError, match="human_level"):
        human_level("forecast")
