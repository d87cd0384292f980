"""Dates of events against formulas, and what events of one card must agree on."""

from __future__ import annotations

from dataclasses import asdict, replace

import handmade
import numpy as np
import pytest
from handmade import certain, judged
from scipy import stats

from bayes_rsi.cards import card_names, load_card
from bayes_rsi.errors import ModelError
from bayes_rsi.evidence import load_evidence, panel
from bayes_rsi.forecasting.events import Dates, check_events, judged_dice, required
from bayes_rsi.forecasting.events import dated as dates_of
from bayes_rsi.forecasting.futures import Futures
from bayes_rsi.forecasting.parity import parity
from bayes_rsi.forecasting.paths import Paths, continued

AS_OF = float(handmade.YEARS[-1])
#: Statistical checks below raise a false alarm in one seed of a million; the seeds are fixed.
LIMIT = stats.norm.isf(0.5e-6)
RATE, LEVEL = 2.0, 10.0


def dated(event, draws=None, seed=1, panel=None, **settings) -> tuple[Dates, Paths]:
    """Give the dates of one event and the paths they were found on."""
    draws = handmade.draws() if draws is None else draws
    panel = handmade.panel() if panel is None else panel
    card = handmade.card(event, **settings)
    paths = continued(draws, card, AS_OF + 40.0, seed)
    futures = Futures(card, panel, draws, paths, (AS_OF, float(paths.years[-1])), seed)
    return futures.scene(event.name).dates(), paths


def crossing(minutes: float) -> float:
    """Give the year in which the straight frontier of `handmade.line` reaches a horizon."""
    return AS_OF + (np.log2(minutes) - LEVEL) / RATE


# --- the formula ---------------------------------------------------------------------------------


@pytest.mark.parametrize("taste_free", [0.0, 1.0])
def test_a_date_is_crossing_less_lead_and_then_gap_and_adoption(taste_free):
    event = handmade.event(
        "all",
        {"soon": certain(2.0**12), "late": certain(2.0**16)},
        lead=certain(0.3),
        taste_gap=certain(1.5),
        taste_free=taste_free,
        adoption=certain(0.7),
    )
    found, _ = dated(event, handmade.line(RATE, LEVEL))
    wanted = crossing(2.0**16) - 0.3 + 1.5 * (1 - taste_free) + 0.7
    assert found.year == pytest.approx(np.full(300, wanted), abs=1e-6)
    assert not found.never.any()


def test_without_lags_a_date_is_the_crossing_itself():
    found, paths = dated(handmade.event("bare", {"one": certain(2.0**14)}))
    assert np.array_equal(found.year, paths.reached(np.full(300, 14.0)))


def test_the_last_requirement_to_be_met_binds():
    event = handmade.event(
        "two", {"exam": "exam", "horizon": judged("lognormal", 2.0**11, 1.0), "paper": "paper"}
    )
    draws = handmade.draws()
    found, paths = dated(event, draws)
    met = [
        paths.reached(np.repeat(parity(draws, handmade.panel(), name), handmade.REPLICATES))
        for name in ("exam", "paper")
    ]
    assert np.all(found.year >= np.maximum(*met))
    for position, name in ((0, "exam"), (2, "paper")):
        bound = found.binding == position
        assert bound.any(), name
        assert np.array_equal(found.year[bound], met[position // 2][bound])
    assert set(found.binding) == {0, 1, 2}


def test_the_exact_last_one_binds_on_a_straight_line():
    horizons = {"a": certain(2.0**12), "b": certain(2.0**15), "c": certain(2.0**14)}
    found, _ = dated(handmade.event("three", horizons), handmade.line(RATE, LEVEL))
    assert set(found.binding) == {1}


# --- never, after the horizon, already ----------------------------------------------------------


def test_never_has_the_share_of_the_card_and_is_infinite():
    event = handmade.event("doubtful", {"one": certain(2.0**14)}, never=0.07)
    found, _ = dated(event, handmade.draws(drift=0.05), replicates=200)
    size = len(found.year)
    assert size == 20_000
    assert abs(found.never.mean() - 0.07) < LIMIT * np.sqrt(0.07 * 0.93 / size)
    assert np.all(found.year[found.never] == np.inf)
    assert np.all(found.binding[found.never] == -1)
    assert np.isfinite(found.year[~found.never]).all()


def test_the_share_without_a_taste_gap_is_that_of_the_card():
    event = handmade.event(
        "taste", {"one": certain(2.0**14)}, taste_gap=certain(1.0), taste_free=0.3
    )
    found, _ = dated(event, handmade.line(RATE, LEVEL), replicates=200)
    without = found.year < crossing(2.0**14) + 0.5
    assert abs(without.mean() - 0.3) < LIMIT * np.sqrt(0.3 * 0.7 / without.size)


def test_judged_lags_follow_their_distribution():
    """Kolmogorov and Smirnov's test of 20,000 draws: one false alarm in a million."""
    event = handmade.event(
        "slow", {"one": certain(2.0**14)}, adoption=judged("lognormal", 0.5, 0.7)
    )
    found, _ = dated(event, handmade.line(RATE, LEVEL), replicates=200)
    lags = found.year - crossing(2.0**14)
    assert stats.kstest(lags, stats.lognorm(0.7, scale=0.5).cdf).pvalue > 1e-6


def test_an_event_that_would_have_happened_contradicts_what_is_known():
    """At 2 doublings a year the threshold was passed half a year ago; a lag of a year undoes it."""
    passed = {"one": certain(2.0**9)}
    already, _ = dated(handmade.event("past", passed), handmade.line(RATE, LEVEL))
    assert np.isnan(already.year).all()
    assert set(already.binding) == {-1}
    ahead = handmade.event("past", passed, adoption=certain(1.0))
    assert dated(ahead, handmade.line(RATE, LEVEL))[0].year == pytest.approx(AS_OF + 0.5)


def test_never_is_not_contradicted_by_a_threshold_already_passed():
    event = handmade.event("past", {"one": certain(2.0**9)}, never=0.5)
    found, _ = dated(event, handmade.line(RATE, LEVEL))
    assert np.all(np.isinf(found.year[found.never]))
    assert np.all(np.isnan(found.year[~found.never]))
    assert found.never.any()


def test_what_comes_after_the_last_knot_is_infinite_and_not_never():
    far = handmade.event("far", {"one": certain(2.0**14)}, adoption=certain(60.0))
    found, _ = dated(far, handmade.line(RATE, LEVEL))
    assert np.all(found.year == np.inf)
    assert not found.never.any()
    assert set(found.binding) == {-1}


def test_the_as_of_date_is_past_and_the_horizon_counts():
    event = handmade.event("e", {"one": certain(1.0)})
    met, span = np.array([[2026.0, 2030.0]]), (2026.0, 2030.0)
    found = dates_of(event, met, judged_dice(event, 2, 1), span)
    np.testing.assert_array_equal(found.year, [np.nan, 2030.0])


@pytest.mark.parametrize("series", ["exam", "faster", "against"])
def test_a_requirement_of_parity_is_met_at_the_parity_point(series):
    draws = handmade.draws()
    found, paths = dated(handmade.event("one", {"only": series}), draws)
    point = np.repeat(parity(draws, handmade.panel(), series), handmade.REPLICATES)
    met = paths.reached(point)
    assert np.array_equal(found.year, np.where(met > AS_OF, met, np.nan), equal_nan=True)
    assert np.isfinite(met).mean() > 0.9


def test_parity_out_of_reach_is_after_the_horizon_and_not_never():
    draws = handmade.draws()
    draws["ceiling"] = draws["ceiling"] * 0 + 0.8
    found, _ = dated(handmade.event("exam", {"exam": "exam"}), draws)
    assert np.all(found.year == np.inf)
    assert not found.never.any()


# --- what events of one card share ---------------------------------------------------------------


def test_the_same_judgement_is_the_same_number_in_every_event():
    lead, horizon = judged("lognormal", 0.3, 0.5), judged("lognormal", 2.0**15, 1.0)
    first = handmade.event("first", {"one": horizon}, lead=lead)
    second = handmade.event("second", {"one": horizon}, lead=lead, adoption=certain(0.5))
    (one, _), (other, _) = dated(first), dated(second)
    both = np.isfinite(one.year) & np.isfinite(other.year)
    assert both.mean() > 0.8
    assert other.year[both] - one.year[both] == pytest.approx(np.full(both.sum(), 0.5), abs=1e-6)


def test_other_numbers_for_a_judgement_move_no_draw_past_another():
    """One uniform serves both events: twice the median is twice the lag, path by path."""
    straight, lags = handmade.line(RATE, LEVEL), []
    for median in (0.5, 1.0):
        adoption = judged("lognormal", median, 0.7)
        event = handmade.event("e", {"one": certain(2.0**14)}, adoption=adoption)
        lags.append(dated(event, straight)[0].year - crossing(2.0**14))
    assert np.ptp(lags[0]) > 0.5
    assert lags[1] == pytest.approx(2 * lags[0], abs=1e-6)


def test_another_seed_judges_anew():
    event = handmade.event(
        "e", {"one": judged("lognormal", 2.0**14, 1.0)}, adoption=judged("lognormal", 0.5, 0.7)
    )
    one, other = (judged_dice(event, 100, seed) for seed in (1, 2))
    assert set(one) == {"requirement one", "lead", "adoption", "never"}
    assert all((one[name] != other[name]).all() for name in one)


def test_the_unlikelier_never_lies_within_the_likelier():
    events = [handmade.event("e", {"one": certain(2.0**14)}, never=p) for p in (0.1, 0.4)]
    unlikely, likely = (dated(event)[0].never for event in events)
    assert unlikely.any()
    assert likely[unlikely].all()
    assert likely.sum() > unlikely.sum()


def test_another_requirement_moves_no_draw():
    """One that is met from the start changes nothing; a judged one does not shift the others."""
    whole = {"one": judged("lognormal", 2.0**15, 1.0)}
    lags = {"lead": judged("lognormal", 0.3, 0.5), "adoption": judged("lognormal", 0.5, 0.7)}
    alone, _ = dated(handmade.event("e", whole, never=0.1, **lags))
    easy = {"easy": judged("lognormal", 1.0, 0.1)}
    more, _ = dated(handmade.event("e", whole | easy, never=0.1, **lags))
    assert np.array_equal(more.year, alone.year, equal_nan=True)
    assert np.array_equal(more.never, alone.never)


@pytest.mark.parametrize("name", card_names())
def test_end_to_end_never_comes_before_engineering(name):
    """Draw by draw, under the judgements of the shipped cards."""
    card = load_card(name)
    events = {key: card.events[key] for key in ("engineering", "end_to_end")}
    parities = {item.series for e in events.values() for item in e.requirements if item.series}
    shares = dict.fromkeys(parities, (0.0, 0.5))
    draws, panel = handmade.draws(series=sorted(shares)), handmade.panel(shares)
    check_events(replace(card, events=events), panel)
    first, last = (dated(e, draws, panel=panel, replicates=40)[0] for e in events.values())
    known = ~np.isnan(first.year)
    assert known.mean() > 0.5
    assert np.all(last.year[known] >= first.year[known])
    assert np.mean(last.year[known] > first.year[known]) > 0.5
    # What contradicts the present for the later event does so for the earlier one.
    assert np.all(np.isnan(first.year[np.isnan(last.year)]))


@pytest.fixture(scope="module")
def evidence():
    return load_evidence(as_of="2026-06-30")


@pytest.mark.parametrize("name", card_names())
def test_the_evidence_of_a_shipped_card_serves_all_its_requirements(name, evidence):
    card = load_card(name)
    scores = panel(evidence, **asdict(card.evidence))
    check_events(card, scores)
    for event in card.events.values():
        assert required(event, scores) == event.requirements
    assert card.evidence.article_only == bool(scores["article"].values.all())


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("series", "message"),
    [
        ("exma", r"event 'school', requirement 'pass': got series 'exma'.*Did you mean 'exam'\?"),
        (
            "zzzz",
            r"got series 'zzzz', expected one of benchmarks\.csv\. Known: against, exam, faster",
        ),
        ("unaided", r"'unaided' without a human baseline, expected one; .*'human'"),
        ("span", r"'span' of kind 'horizon', expected one of fraction, speedup, ratio"),
    ],
)
def test_a_series_that_cannot_serve_is_refused(series, message):
    good = handmade.event("other", {"exam": "exam"})
    bad = handmade.event("school", {"one": certain(60.0), "pass": series})
    with pytest.raises(ModelError, match=message):
        check_events(handmade.card(good, bad), handmade.panel())


def test_series_that_can_serve_are_accepted():
    event = handmade.event("school", {"exam": "exam", "paper": "paper", "one": certain(60.0)})
    check_events(handmade.card(event), handmade.panel())


def test_a_requirement_without_a_score_so_far_is_left_out_and_named():
    both = handmade.event("school", {"one": certain(60.0), "pass": "later"})
    alone = handmade.event("school", {"one": certain(60.0)})
    check_events(handmade.card(both), handmade.panel())
    assert [item.name for item in required(both, handmade.panel())] == ["one"]
    np.testing.assert_array_equal(dated(both)[0].year, dated(alone)[0].year)


def test_an_event_without_any_requirement_that_can_be_told_is_refused():
    card = handmade.card(handmade.event("school", {"pass": "later"}))
    with pytest.raises(ModelError, match=r"event 'school': got no score on later by 20"):
        check_events(card, handmade.panel())


@pytest.mark.parametrize("shift", [1.5, -1.5])
def test_a_suite_that_measures_too_much_shows_the_same_length_later(shift):
    """Draw by draw: an error of the suite moves all judged horizons of its draw."""
    error = shift * np.linspace(0.1, 1.0, 100).reshape(2, 50)
    draws = handmade.line(2.0, 10.0).assign(horizon_suite_error=(("chain", "draw"), error))
    as_of, card = (
        float(handmade.YEARS[-1]),
        handmade.card(handmade.event("one", {"one": certain(2.0**14)})),
    )
    paths = continued(draws, card, as_of + 40.0, 1)
    span = (as_of, float(paths.years[-1]))
    years = Futures(card, handmade.panel(), draws, paths, span, 1).scene("one").dates().year
    wanted = as_of + (14.0 + np.repeat(error.ravel(), handmade.REPLICATES) - 10.0) / 2.0
    assert years == pytest.approx(wanted, abs=1e-6)
