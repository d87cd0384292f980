"""Error accumulation against arithmetic: the article's numbers, and generations counted by hand."""

from __future__ import annotations

from datetime import date

import handmade
import numpy as np
import pytest
import toy
from handmade import certain, judged

from bayes_rsi.comparison.compounding import compounding, kept
from bayes_rsi.errors import ModelError
from bayes_rsi.forecasting.project import forecast
from bayes_rsi.units import date_of_year, year_of_date

#: The straight frontier stands at 10 doublings and gains 2 a year: 14 are reached two years later.
MET = float(handmade.YEARS[-1]) + 2.0


def made(pace=None, posterior=None, **changes):
    event = handmade.event("work", {"one": certain(2.0**14)}, generation=pace, **changes)
    return forecast(handmade.fit(handmade.card(event), posterior or handmade.line()))


def test_the_numbers_of_the_article():
    assert kept(0.999, 50) == pytest.approx(0.9512, abs=5e-5)
    assert kept(0.999, 500) == pytest.approx(0.606, abs=5e-4)


def test_generations_are_counted_from_the_event():
    day = date_of_year(MET + 2.6)
    found = compounding(made(certain(0.5)), 0.99, "work", [day]).by_day.iloc[0]
    assert found["happened"] == 1
    assert [found["p10"], found["p50"], found["p90"]] == [5, 5, 5]
    assert found["kept"] == pytest.approx(0.99**5)
    assert found["half_lost"] == 0


def test_before_the_event_there_are_none():
    found = compounding(made(certain(0.5)), 0.5, "work", [date_of_year(MET - 0.1)]).by_day.iloc[0]
    assert found["happened"] == found["half_lost"] == 0
    assert np.isnan(found["kept"])


def test_a_number_of_generations_has_its_day():
    found = compounding(made(certain(0.5)), 0.999, "work", [], [50]).by_generation.iloc[0]
    assert found["p50"] == date_of_year(MET + 25.0)
    assert found["kept"] == pytest.approx(0.999**50)
    far = compounding(made(certain(0.5)), 0.999, "work", [], [500]).by_generation.iloc[0]
    assert far["p10"] is None


def test_where_it_never_happens_no_number_is_reached():
    found = compounding(made(certain(0.5), never=1.0), 0.999, "work", [date(2040, 1, 1)], [1])
    assert found.by_day["happened"].tolist() == [0.0]
    assert found.by_generation["p10"].tolist() == [None]


def test_the_pace_of_the_card_is_drawn_from_its_prior():
    """After 50 years with a median pace of one year half of the futures had 50 generations."""
    event = handmade.event(
        "work", {"one": certain(2.0**14)}, generation=judged("lognormal", 1.0, 0.7)
    )
    card = handmade.card(event, horizon="2090-12-31", replicates=100)
    found = compounding(forecast(handmade.fit(card, handmade.line())), 0.999, "work", [], [50])
    middle = float(year_of_date(found.by_generation["p50"].iloc[0])) - MET
    # The standard error of the median of 10,000 lognormals with sigma 0.7: 1.25 sigma / 100.
    assert np.log(middle / 50.0) == pytest.approx(0.0, abs=5 * 1.25 * 0.7 / 100)


@pytest.mark.parametrize("accuracy", [0.0, 1.01, -1.0, float("nan")])
def test_an_accuracy_is_a_share(accuracy):
    with pytest.raises(ModelError, match=r"got an accuracy of .* write 0\.999 for 99\.9%"):
        compounding(made(certain(0.5)), accuracy, "work")


def test_without_a_pace_or_futures_it_is_refused():
    with pytest.raises(ModelError, match=r"a table \[events\.work\.generation\] in years"):
        compounding(made(), event="work")
    with pytest.raises(ModelError, match="got a forecast without its futures"):
        compounding(toy.forecast())


@pytest.mark.parametrize("count", [-1, 2.5])
def test_no_number_of_generations_is_refused(count):
    with pytest.raises(ModelError, match=rf"got {count} generations, expected whole numbers from"):
        compounding(forecast(handmade.whole_fit(size=50)), generations=[count])
