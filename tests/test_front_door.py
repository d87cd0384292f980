"""The front door: every name is there, loaded when asked for, and no other."""

from __future__ import annotations

import pickle

import handmade
import pytest

import bayes_rsi
from bayes_rsi.errors import ModelError

LIGHT = sorted(set(bayes_rsi.__all__) - {"fit", "load_fit", "save_fit", "time_horizon"})


@pytest.mark.parametrize("name", LIGHT)
def test_a_name_is_loaded_when_asked_for(name):
    assert getattr(bayes_rsi, name) is not None
    assert name in dir(bayes_rsi)


def test_the_places_are_those_of_the_list():
    assert {*bayes_rsi._PLACES, "__version__"} == set(bayes_rsi.__all__)


def test_the_list_holds_what_is_meant_for_users():
    assert {name for name in dir(bayes_rsi) if not name.startswith("__")} == set(
        bayes_rsi.__all__
    ) - {"__version__"}


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'forecats'"):
        bayes_rsi.forecats  # noqa: B018


def test_objects_show_themselves_in_a_few_lines():
    """Not every draw, prior and table: what ends a cell of a notebook is printed."""
    fit = handmade.whole_fit(size=100)
    forecast = bayes_rsi.forecast(fit)
    told = bayes_rsi.explain(forecast, "2029-12-31")
    condition = bayes_rsi.given(forecast, "engineering by 2035", min_ess=5)
    shown = {
        "card 'handmade'": fit,
        "Card('baseline'": fit.card,
        "medians: end_to_end 20": forecast,
        "of whose uncertainty": told,
        "given 'engineering by 2035-12-31'": condition,
    }
    for text, thing in shown.items():
        assert text in repr(thing)
        assert len(repr(thing)) < 600, text
    table = handmade.published("end_to_end", {"2028-06-30": 0.3})
    assert "Tables: points" in repr(bayes_rsi.implied(forecast, "somebody", forecasts=table))


def test_what_is_asked_for_is_told_to_who_gives_something_else():
    fit = handmade.whole_fit(size=100)
    forecast = bayes_rsi.forecast(fit)
    for name in ("explain", "implied", "given", "value_of_information", "compounding", "compare"):
        with pytest.raises(
            ModelError, match=rf"^{name}: got Fit .*, expected Forecast; make it wi"
        ):
            getattr(bayes_rsi, name)(fit, "clark")
    for name in ("forecast", "save_fit", "update"):
        with pytest.raises(ModelError, match=rf"^{name}: got Forecast .*, expected Fit; make it "):
            getattr(bayes_rsi, name)(forecast, "out")
    with pytest.raises(ModelError, match=r"^load_fit: got str 'baseline', expected Card; make it "):
        bayes_rsi.load_fit("baseline", None, "out")
    with pytest.raises(ModelError, match=r"^forecast: got group 'posteriors', .*'posterior'\?$"):
        bayes_rsi.forecast(fit, group="posteriors")
    with pytest.raises(ModelError, match=r"^forecast: got seed -1, expected a whole number from 0"):
        bayes_rsi.forecast(fit, seed=-1)


def test_a_forecast_from_the_prior_says_so_and_measures_nothing():
    forecast = bayes_rsi.forecast(handmade.whole_fit(size=100), group="prior")
    assert "from the prior alone" in repr(forecast)
    for name in ("explain", "implied", "value_of_information"):
        with pytest.raises(ModelError, match=r"got a forecast from the prior, expected one witho"):
            getattr(bayes_rsi, name)(forecast)


def test_objects_are_pickled_and_compared_by_identity():
    fit = handmade.whole_fit(size=100)
    evidence, forecast = bayes_rsi.load_evidence("2024-06-30"), bayes_rsi.forecast(fit)
    for thing in (fit, evidence, forecast):
        again = pickle.loads(pickle.dumps(thing))
        assert repr(again) == repr(thing)
        assert thing != again
        assert len({thing, again}) == 2
