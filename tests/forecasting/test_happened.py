"""None of a card's events has happened by the as-of date, whichever of them is asked about."""

from __future__ import annotations

from dataclasses import replace

import handmade
import numpy as np
import pytest
from handmade import judged

from bayes_rsi.comparison.explain import explain
from bayes_rsi.comparison.given import given
from bayes_rsi.comparison.tornado import tornado
from bayes_rsi.errors import ModelError
from bayes_rsi.forecasting.project import forecast
from bayes_rsi.report.explained_text import explained_text

YEAR = float(handmade.year_of_date("2030-12-31"))


def events(soon: float = 2.0**9, late: float = 2.0**13):
    """Two events with one judged horizon, by the same dice, and thresholds of their own."""
    return (
        handmade.event("soon", {"autonomy": judged("lognormal", soon, 1.5)}),
        handmade.event("late", {"autonomy": judged("lognormal", late, 1.5)}),
    )


@pytest.fixture(scope="module")
def found():
    return forecast(handmade.fit(handmade.card(*events())))


def dates_alone(name: str) -> np.ndarray:
    """Dates of one event from a card without the other: the same paths and dice."""
    chosen = [event for event in events() if event.name == name]
    fit = handmade.fit(handmade.card(*chosen))
    return forecast(fit).years(name).values


def test_a_future_in_which_one_had_happened_is_a_future_of_none(found):
    soon, late = dates_alone("soon"), dates_alone("late")
    assert np.isnan(soon).mean() > np.isnan(late).mean() + 0.05
    lost = np.isnan(soon) | np.isnan(late)
    for name, years in (("soon", soon), ("late", late)):
        np.testing.assert_array_equal(found.years(name).values, np.where(lost, np.nan, years))
    assert found.contradicted() == pytest.approx(lost.mean())
    alone = np.mean(late[~np.isnan(late)] <= YEAR)
    assert found.probability_by("2030-12-31", "late") < alone - 0.02


def test_probabilities_obey_total_probability(found):
    """That nothing happens within days is all but sure, so it can change next to nothing."""

    told = given(found, "not soon by 2026-07-05", min_ess=5)
    before = found.probability_by("2030-12-31", "late")
    then = told.forecast.probability_by("2030-12-31", "late")
    p = told.probability.p
    assert p > 0.95
    assert p * then <= before <= p * then + 1 - p


def test_chances_and_held_dice_know_of_the_other_event(found):
    chances = found.futures.chances("late", YEAR, 1)
    assert chances.mean() == pytest.approx(found.probability_by("2030-12-31", "late"))
    held = np.full(found.futures.size, 0.02)  # so low that the other has happened in most futures
    thrown = {"requirement autonomy": held}
    dates, others = (found.futures.redated(name, thrown=thrown) for name in ("late", "soon"))
    np.testing.assert_array_equal(np.isnan(dates), np.isnan(others))
    assert np.isnan(dates).mean() > 0.5


def test_a_dice_held_where_nothing_agrees_with_what_is_known_gives_no_number(found):
    row = tornado(found.futures, "late", YEAR).set_index("input").loc["requirement autonomy"]
    assert np.isnan(row["p_low"])  # held at its 10% quantile, the other event has happened
    assert np.isnan(row["change"])
    assert np.isnan(row["mcse"])
    assert 0 <= row["p_high"] < found.probability_by("2030-12-31", "late")


def test_a_card_whose_event_has_surely_happened_is_refused():
    card = handmade.card(*events(soon=1e-6))
    with pytest.raises(ModelError, match="got event 'soon', which in every future has happened by"):
        forecast(handmade.fit(card))


def test_scenes_of_changed_futures_are_their_own(found):
    """A card with another event in its place: what was computed for the first does not stay."""
    fresh = replace(found.futures, card=handmade.card(*events(soon=2.0**12)))
    lost = np.isnan(fresh.scene("late").dates().year).mean()
    assert lost < np.isnan(found.futures.scene("late").dates().year).mean()


def test_an_event_that_the_card_does_not_have_is_not_dated_again(found):
    with pytest.raises(ModelError, match=r"got event 'lat', expected one of.*Did you mean 'late'"):
        found.futures.redated("lat")


def test_an_explanation_says_which_probability_its_shares_are_about(found):
    """All futures, counted from a card without the other event; words where that is another one."""
    told = explain(found, "2030-12-31", "late")
    late = dates_alone("late")
    assert told.counted == pytest.approx(np.mean(late <= YEAR))
    assert told.counted > told.probability.p + 0.01
    text = explained_text(told, found.verdict)
    assert f"These shares are about {100 * told.counted:.1f}%" in text
    same = replace(told, counted=told.probability.p)
    assert "These shares are about" not in explained_text(same, found.verdict)


def test_a_sure_condition_moves_nothing(found):
    """Growth neither: it is that of the futures that count, on both sides."""
    told = given(found, "growth > 0.001", min_ess=5)
    assert told.probability.p == 1
    changes = told.table["change"].dropna().astype(float)
    assert len(changes) > 10
    assert (changes == 0).all()
    assert (told.table["mcse"].dropna() == 0).all()
    assert found.contradicted() > 0.05
    assert told.table["before"].iloc[-1] != found.growth()[0.5]
