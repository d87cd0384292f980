"""The front door: every name is there, loaded when asked for, and no other."""

from __future__ import annotations

import pytest

import bayes_rsi

LIGHT = sorted(set(bayes_rsi.__all__) - {"fit", "load_fit", "save_fit", "time_horizon"})


@pytest.mark.parametrize("name", LIGHT)
def test_a_name_is_loaded_when_asked_for(name):
    assert getattr(bayes_rsi, name) is not None
    assert name in dir(bayes_rsi)


def test_the_places_are_those_of_the_list():
    assert {*bayes_rsi._PLACES, "__version__"} == set(bayes_rsi.__all__)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'forecats'"):
        bayes_rsi.forecats  # noqa: B018
