"""What must be believed: put back in, it gives the probabilities; what cannot give them says so."""

from __future__ import annotations

from dataclasses import replace

import handmade
import numpy as np
import pandas as pd
import pytest
import toy
import xarray as xr
from handmade import certain, judged

from bayes_rsi.comparison.implied import implied
from bayes_rsi.comparison.inversion import (
    TOLERANCE,
    Target,
    share_by,
    solve_one,
    solve_pair,
)
from bayes_rsi.comparison.levers import OURS, Lever, faster, levers, with_prior
from bayes_rsi.comparison.words import level, lever_words
from bayes_rsi.errors import ModelError
from bayes_rsi.forecasting.project import forecast
from bayes_rsi.report.implied_text import implied_text
from bayes_rsi.report.tables import WIDTH
from bayes_rsi.units import year_of_date

DAYS = ("2028-06-30", "2029-06-30")
UNTIL = float(year_of_date(DAYS[1]))


@pytest.fixture(scope="module")
def fit():
    """4,000 futures of an event with every kind of judgement."""
    event = handmade.event(
        "work",
        {"exam": "exam", "autonomy": judged("lognormal", 2.0**15, 1.5)},
        lead=judged("lognormal", 0.3, 0.5),
        taste_gap=judged("lognormal", 1.0, 0.8),
        taste_free=0.3,
        adoption=judged("lognormal", 0.5, 0.7),
        never=0.1,
    )
    return handmade.fit(handmade.card(event, replicates=40))


@pytest.fixture(scope="module")
def found(fit):
    return forecast(fit)


def lever(found, name) -> Lever:
    (one,) = [one for one in levers(found.futures, "work", UNTIL) if one.name == name]
    return one


def put_back(fit, event):
    """The probabilities of a forecast made from scratch, with another event in the card."""
    other = forecast(replace(fit, card=replace(fit.card, events={"work": event})))
    return [other.probability_by(day, "work") for day in DAYS]


def test_there_is_a_lever_for_each_judgement_and_growth(found):
    names = [one.name for one in levers(found.futures, "work", UNTIL)]
    wanted = ["autonomy", "lead", "taste_gap", "adoption", "never", "taste_free", "growth"]
    assert names == wanted


def test_our_own_numbers_give_our_own_probabilities(found):
    ours = [found.probability_by(day, "work") for day in DAYS]
    for one in levers(found.futures, "work", UNTIL):
        years = one.years(one.ours)
        assert [share_by(years, float(year_of_date(d))) for d in DAYS] == pytest.approx(ours), one


@pytest.mark.parametrize("name", ["autonomy", "taste_gap", "adoption"])
def test_a_pair_put_back_in_is_reproduced(fit, found, name):
    """Ask for what two other numbers give; find them again; make a new card of what was found."""
    one = lever(found, name)
    truth = (one.ours[0] * 0.7, one.ours[1] * 0.6)
    years = one.years(truth)
    targets = [
        Target(float(year_of_date(d)), share_by(years, float(year_of_date(d)))) for d in DAYS
    ]
    answer = solve_pair(one, *targets)
    event = fit.card.events["work"]
    prior = event.priors.get(f"requirements.{name}") or event.priors[name]
    changed = with_prior(event, name, replace(prior, parameters=answer.numbers))
    wanted = [target.share for target in targets]
    assert put_back(fit, changed) == pytest.approx(wanted, abs=TOLERANCE)


def test_one_probability_put_back_in_is_reproduced(fit, found):
    target = Target(UNTIL, found.probability_by(DAYS[1], "work") * 1.04)
    answer = solve_one(lever(found, "never"), target, (target,))
    changed = replace(fit.card.events["work"], never=answer.numbers[0])
    assert put_back(fit, changed)[1] == pytest.approx(target.share, abs=TOLERANCE)


def test_it_says_which_lever_it_is_at(found):
    heard = []
    table = handmade.published("work", {DAYS[1]: 0.6})
    told = implied(found, "somebody", forecasts=table, progress=lambda *at: heard.append(at))
    names, shares = zip(*heard, strict=True)
    assert list(names) == told.beliefs["lever"].tolist()
    assert shares == tuple(n / len(names) for n in range(len(names)))


def test_growth_put_back_in_is_reproduced(fit, found):
    """With faster paths made by hand, not by the lever."""
    one = lever(found, "growth")
    target = Target(UNTIL, min(found.probability_by(DAYS[1], "work") + 0.2, 0.85))
    answer = solve_one(one, target, (target,))
    paths = faster(found.futures.paths, len(handmade.DAYS), *answer.numbers)
    futures = replace(found.futures, paths=paths)
    years = futures.scene("work").dates().year
    assert share_by(years, UNTIL) == pytest.approx(target.share, abs=TOLERANCE)
    assert answer.numbers[0] > 1


@pytest.fixture(scope="module")
def twice(fit):
    """The same with a demonstration that is due any day, and asks for less of the same things."""
    event = fit.card.events["work"]
    judged_alike = {"exam": "exam", "autonomy": judged("lognormal", 2.0**11.0, 1.0)}
    shown = handmade.event("shown", judged_alike, lead=event.lead)
    return replace(fit, card=replace(fit.card, events={"work": event, "shown": shown}))


@pytest.mark.parametrize(
    ("name", "moved"), [("growth", (1.6, 0.1)), ("lead", (0.9, 0.5)), ("autonomy", (4000.0, 1.0))]
)
def test_what_is_believed_is_believed_of_all_events(twice, name, moved):
    """As in a forecast from scratch: futures in which the other event has come are left out."""
    found = forecast(twice)
    years = lever(found, name).years(moved)
    events = dict(twice.card.events)
    paths = found.futures.paths
    if name == "growth":
        paths = faster(paths, len(handmade.DAYS), *moved)
    elif name == "lead":  # both judge it by the same numbers
        prior = replace(events["work"].lead, parameters=moved)
        events = {key: with_prior(one, "lead", prior) for key, one in events.items()}
    else:  # the other event has a threshold of its own
        prior = replace(events["work"].priors["requirements.autonomy"], parameters=moved)
        events["work"] = with_prior(events["work"], "autonomy", prior)
    changed = replace(
        found.futures,
        card=replace(twice.card, events=events),
        paths=paths,
    )
    again = changed.scene("work").dates().year
    np.testing.assert_array_equal(np.isnan(years), np.isnan(again))
    for day in DAYS:
        year = float(year_of_date(day))
        assert share_by(years, year) == pytest.approx(share_by(again, year), abs=1e-12)
    ours = lever(found, name).years(lever(found, name).ours)
    more = np.isnan(years).mean() - np.isnan(ours).mean()
    assert more > 0.02 if name == "lead" else more >= 0.0


def test_where_equality_contradicts_the_past_going_further_may_not():
    """A lever with which most futures contradict the past just where the bound is met exactly."""

    def years(numbers):
        place, spread = numbers
        apart = abs(spread - 2.0)
        shares = place, 0.5 * place + 0.2 * apart  # by 2027, by 2028
        lost = round(1000 * (0.3 + 0.3 * np.exp(-(((apart - 1.25) / 0.2) ** 2))))
        left = np.full(1000 - lost, np.inf)
        for share, year in zip(shares[::-1], (2028.0, 2027.0), strict=True):
            left[: round(share * left.size)] = year
        return np.concatenate([np.full(lost, np.nan), left])

    one = Lever(
        name="two",
        unit="x",
        labels=("place", "spread"),
        ours=(0.1, 2.0),
        bounds=((0.01, 0.9), (0.01, 4.0)),
        logarithmic=(False, False),
        years=years,
    )
    answer = solve_pair(one, Target(2027.0, 0.3), Target(2028.0, 0.4, "lower"))
    assert answer is not None
    assert answer.shares[0] == pytest.approx(0.3, abs=TOLERANCE)
    assert answer.shares[1] > 0.5
    assert answer.contradicted <= 0.5
    assert solve_pair(one, Target(2027.0, 0.3), Target(2028.0, 0.4)) is None


def test_faster_paths_gain_by_the_factor_and_leave_the_past(found):
    paths, known = found.futures.paths, len(handmade.DAYS)
    double = faster(paths, known, 2.0, 0.0)
    assert np.array_equal(double.values[:, :known], paths.values[:, :known])
    gain = paths.values[:, -1] - paths.values[:, known - 1]
    assert double.values[:, -1] - double.values[:, known - 1] == pytest.approx(2 * gain)
    step = np.diff(faster(paths, known, 1.0, 0.5).values, axis=1)[:, known - 1 :]
    ratio = step / np.diff(paths.values, axis=1)[:, known - 1 :]
    assert ratio[0] == pytest.approx(np.exp(0.5 * 0.25 * (np.arange(ratio.shape[1]) + 0.5)))


def test_what_one_lever_cannot_do_is_not_possible(found):
    high = [Target(float(year_of_date(DAYS[0])), 0.93), Target(UNTIL, 0.95)]
    for name in ("never", "taste_free", "adoption"):
        assert solve_pair(lever(found, name), *high) is None


def test_a_lower_bound_is_met_by_more(found):
    one = lever(found, "autonomy")
    first = Target(float(year_of_date(DAYS[0])), found.probability_by(DAYS[0], "work"))
    answer = solve_pair(one, first, Target(UNTIL, 0.05, "lower"))
    assert answer.numbers == pytest.approx(one.ours)
    assert answer.shares[1] > 0.1
    assert not Target(UNTIL, 0.05, "upper").met_by(answer.shares[1])


def test_our_own_numbers_are_the_answer_where_they_do(found):
    """Bounds on either side of ours ask for nothing; the same numbers as equalities do."""
    one, ours = lever(found, "autonomy"), [found.probability_by(day, "work") for day in DAYS]
    years = [float(year_of_date(day)) for day in DAYS]
    loose = Target(years[0], ours[0] - 0.01, "lower"), Target(years[1], ours[1] + 0.03, "upper")
    assert solve_pair(one, *loose).numbers == one.ours
    strict = [replace(target, bound="exact") for target in loose]
    answer = solve_pair(one, *strict)
    assert answer.numbers[1] < one.ours[1]
    assert answer.shares == pytest.approx([target.share for target in strict], abs=TOLERANCE)


def test_a_bound_first_and_a_number_then(found):
    """The number is given exactly, by the first lever alone, where the bound is met by that."""
    one, ours = lever(found, "autonomy"), [found.probability_by(day, "work") for day in DAYS]
    years = [float(year_of_date(day)) for day in DAYS]
    first, second = Target(years[0], ours[0] - 0.2, "lower"), Target(years[1], ours[1] + 0.05)
    answer = solve_pair(one, first, second)
    assert answer.shares[1] == pytest.approx(second.share, abs=TOLERANCE)
    assert answer.numbers[1] == one.ours[1]


def test_numbers_that_the_past_contradicts_do_not_count():
    """Dates that leave more and more futures behind: only what half of them allow comes back."""
    spread = np.linspace(0, 1, 1001)

    def years(numbers):
        return np.where(spread < numbers[0] / 10, np.nan, 2026 + 10 * spread)

    toy_lever = Lever("lead", "years", ("median",), (1.0,), ((0.1, 9.9),), (True,), years)
    near, far = Target(2033.0, 0.5), Target(2035.0, 0.5)
    assert solve_one(toy_lever, near, (near,)).contradicted == pytest.approx(0.4, abs=0.01)
    assert solve_one(toy_lever, far, (far,)) is None
    assert solve_pair(toy_lever, far, far) is None
    ours = replace(toy_lever, ours=(8.5,))
    assert solve_one(ours, far, (far,)).contradicted == pytest.approx(0.8, abs=0.01)


def test_implied_puts_it_together(found):
    ours = [found.probability_by(day, "work") for day in DAYS]
    wanted = {DAYS[0]: min(ours[0] * 1.3, 0.9), DAYS[1]: ours[1] * 1.1}
    table = handmade.published("work", wanted, last="lower")
    result = implied(found, "somebody", forecasts=table, not_before="2027-06-30")
    assert result.points["theirs"].tolist() == pytest.approx(list(wanted.values()))
    first, second = wanted.values()
    assert result.hazards["theirs"].tolist() == pytest.approx(
        [first, (second - first) / (1 - first)]
    )
    assert str(result.hazards["start"].iloc[0]) == "2027-06-30"
    assert set(result.curves["whose"]) == {"theirs", "ours"}
    solved = result.beliefs.set_index("lever").loc["autonomy"]
    assert solved["possible"]
    assert solved["pair_first"] == pytest.approx(first, abs=TOLERANCE)
    assert solved["pair_second"] >= second - TOLERANCE
    assert solved["most_first"] >= ours[0]
    for part in (
        f"{100 * first:.0f}% by {DAYS[0]}",
        f"at least {100 * second:.0f}% by {DAYS[1]}",
        "one normal curve with median",
        "The step looks like a jump and is none",
        "To hold that view, all else as ours, one must go at least as far as",
        "this trend has no feedback",
        f"If nothing has happened by {DAYS[1]}",
    ):
        assert part in result.words


def test_horizons_of_others_imply_nothing(found):
    table = handmade.published("work", {DAYS[1]: 0.3})
    horizon = {"condition": "horizon p50", "event": "", "kind": "quantiles", "unit": "hours"}
    both = pd.concat([table, table.assign(**horizon, p50="20", question="how long?")])
    rows = implied(found, "somebody", forecasts=both, not_before="2027-06-30")
    assert rows.event == "work"
    assert len(rows.points) == 1
    with pytest.raises(ModelError, match="who speaks of horizons or scores"):
        implied(found, "somebody", forecasts=both.iloc[1:])


def test_the_feedback_exponent_is_told_where_the_fit_has_one(fit):
    posterior = handmade.draws()
    posterior["feedback"] = posterior["growth"] * 0.0 + 0.25
    other = forecast(handmade.fit(fit.card, posterior))
    table = handmade.published("work", {DAYS[0]: 0.3, DAYS[1]: 0.6})
    words = implied(other, "somebody", forecasts=table).words
    assert "changes log growth by 0.25 (90%: 0.25 to 0.25), upwards with 100%" in words


def test_what_nothing_until_then_would_teach(found):
    """The share of never among the futures that wait, counted once more."""
    table = handmade.published("work", {DAYS[0]: 0.3, DAYS[1]: 0.6})
    words = implied(found, "somebody", forecasts=table).words
    years = found.years("work").values
    never = found.events["never"].sel(event="work").values
    after = 100 * never[years > UNTIL].mean()
    assert f"to {after:.0f}%, the median growth" in words
    assert after > 100 * never.mean() + 1


def test_a_view_that_slows_down_is_no_jump(found):
    table = handmade.published("work", {DAYS[0]: 0.6, DAYS[1]: 0.62})
    words = implied(found, "somebody", forecasts=table).words
    assert "jump" not in words
    assert "Of the futures still without it" in words


def test_exact_numbers_are_a_must(found):
    ours = found.probability_by(DAYS[1], "work")
    words = implied(found, "somebody", forecasts=handmade.published("work", {DAYS[1]: 2 * ours}))
    assert "one must believe in" in words.words


def test_our_own_view_asks_for_nothing(found):
    ours = {day: found.probability_by(day, "work") for day in DAYS}
    words = implied(found, "somebody", forecasts=handmade.published("work", ours)).words
    assert "That is our view too" in words
    assert "To hold that view" not in words


def test_shares_are_told_in_percent_and_growth_as_ours():
    row = {"lever": "never", "unit": "probability", "number": "share", "ours": 0.07}
    row |= {"pair": 0.43, "spread": "", "pair_spread": np.nan, "our_spread": np.nan}
    assert lever_words(pd.Series(row)) == "the probability of never at 43% (7% in ours)"
    row |= {"lever": "growth", "unit": OURS, "number": "factor", "ours": 1.0, "pair": 1.0}
    row |= {"spread": "acceleration", "pair_spread": 0.3, "our_spread": 0.0}
    wanted = "growth of the frontier as ours, its logarithm changing by +0.3 a year"
    assert lever_words(pd.Series(row)) == wanted


@pytest.mark.parametrize(
    ("value", "unit", "other", "wanted"),
    [
        (1.004, OURS, 1.0, "1.004 times ours"),
        (1.04, OURS, 1.0, "1.04 times ours"),
        (0.031, "probability", 0.03, "3.1%"),
        (0.0012, "probability", 0.03, "0.1%"),
        (0.0, "probability", 0.03, "0%"),
        (0.302, "years", 0.3, "0.302 years"),
        (1.5, "years", 0.3, "1.5 years"),
    ],
)
def test_numbers_are_told_from_ours_and_from_none(value, unit, other, wanted):
    assert level(value, unit, other) == wanted


def test_a_small_probability_is_not_met_by_another_small_one():
    assert not Target(2028.0, 0.006).met_by(0.0019)
    assert Target(2028.0, 0.006).met_by(0.0064)
    assert Target(2028.0, 0.3).met_by(0.304)
    assert not Target(2028.0, 0.3).met_by(0.306)


def test_the_text_names_our_event_and_where_ours_begin(found):
    table = handmade.published("work", {DAYS[0]: 0.3, DAYS[1]: 0.6})
    early = table.assign(forecast_date=pd.Timestamp("2025-12-31"))
    text = implied_text(implied(found, "somebody", forecasts=early), found.verdict)
    assert "(our event: work)" in text
    assert f"Ours begin with our as-of date, {found.tag.as_of}." in text
    later = implied(found, "somebody", not_before="2027-06-30", forecasts=table)
    assert "Ours begin" not in implied_text(later, found.verdict)


def test_one_probability_is_enough(found):
    more = {DAYS[0]: 1.1 * found.probability_by(DAYS[0], "work")}
    result = implied(found, "somebody", forecasts=handmade.published("work", more))
    assert result.curves.empty
    assert len(result.hazards) == 1
    assert result.beliefs.set_index("lever").loc["autonomy", "possible"]


def test_refusals(found):
    table = handmade.published("work", {DAYS[0]: 0.3})
    with pytest.raises(ModelError, match=r"got event 'wrok'.*Did you mean 'work'"):
        implied(found, "somebody", "wrok", forecasts=table)
    with pytest.raises(ModelError, match="got not_before 2028-07-01, expected a day before"):
        implied(found, "somebody", not_before="2028-07-01", forecasts=table)
    with pytest.raises(ModelError, match="got a forecast without its futures"):
        implied(toy.forecast(), "clark")
    with pytest.raises(ModelError, match="got a forecast given 'x', expected one without"):
        implied(replace(found, condition="x"), "somebody", forecasts=table)


def test_a_prior_of_one_number_is_no_lever(fit):
    adoption = judged("halfnormal", 0.5)
    event = replace(fit.card.events["work"], adoption=adoption, lead=certain(0.1))
    other = forecast(replace(fit, card=replace(fit.card, events={"work": event})))
    names = [one.name for one in levers(other.futures, "work", UNTIL)]
    assert "adoption" not in names
    assert "lead" in names


def test_two_questions_make_no_distribution(found):
    """Somebody answered two about one event: the later answer counts, not both mixed."""
    old = handmade.published("work", {"2027-06-30": 0.1, DAYS[0]: 0.2, DAYS[1]: 0.3})
    old = old.assign(question="a model", forecast_date=pd.Timestamp("2026-05-01"))
    new = handmade.published("work", {DAYS[0]: 0.4, DAYS[1]: 0.7})
    result = implied(found, "somebody", forecasts=pd.concat([old, new]))
    assert result.question == "q"
    assert result.points["theirs"].tolist() == [0.4, 0.7]
    same_day = pd.concat([old.assign(forecast_date=new["forecast_date"].iloc[0]), new])
    assert implied(found, "somebody", forecasts=same_day).points["theirs"].size == 3


def test_our_first_hazard_is_given_that_it_has_not_happened_before(found):
    table = handmade.published("work", {DAYS[0]: 0.3, DAYS[1]: 0.6})
    before, ours = (found.probability_by(day, "work") for day in ("2027-06-30", DAYS[0]))
    later = implied(found, "somebody", not_before="2027-06-30", forecasts=table).hazards
    assert later["ours"].iloc[0] == pytest.approx((ours - before) / (1 - before))
    assert later["theirs"].iloc[0] == pytest.approx(0.3)
    from_now = implied(found, "somebody", forecasts=table).hazards
    assert from_now["ours"].iloc[0] == pytest.approx(ours)
    years = float(year_of_date(DAYS[0]) - year_of_date(found.tag.as_of))
    assert from_now["ours_rate"].iloc[0] == pytest.approx(-np.log1p(-ours) / years)


def test_nearly_equal_probabilities_have_no_median(found):
    table = handmade.published("work", {"2029-12-31": 0.3, "2033-12-31": 0.3000001})
    curves = implied(found, "somebody", forecasts=table).curves
    assert curves.loc[curves["whose"] == "theirs", "median"].isna().all()


def test_one_number_needs_one_table_and_two_need_two(found):
    """What gives one of two numbers is told apart from what gives both; no line is too wide."""
    for wanted, tables in (({DAYS[0]: 0.3}, 1), ({DAYS[0]: 0.3, DAYS[1]: 0.6}, 2)):
        result = implied(found, "somebody", forecasts=handmade.published("work", wanted))
        text = implied_text(result, found.verdict)
        assert text.count("What would give") == tables
        assert ("for both" in text) == ("only by 2028-06" in text) == (tables == 2)
        assert max(map(len, text.splitlines())) <= WIDTH


def test_growth_is_told_of_the_last_year_and_of_the_one_before(fit):
    days = np.array(["2024-06-30", "2025-06-30", "2026-06-30"], "datetime64[ns]")
    each = xr.zeros_like(handmade.draws()["growth"])
    line = each + xr.DataArray([10.0, 11.0, 14.0], {"date": days}, "date")
    posterior = handmade.draws().drop_dims("date").assign(frontier=line)
    table = handmade.published("work", {DAYS[0]: 0.3, DAYS[1]: 0.6})
    found = forecast(handmade.fit(fit.card, posterior))
    words = implied(found, "somebody", forecasts=table).words
    assert "was 3.0 doublings, after 1.0 in the year before, and with 100% probability" in words


def test_what_waiting_teaches_of_growth_is_told(fit):
    days = ("2030-12-31", "2036-12-31")
    posterior = handmade.draws()
    wide = xr.DataArray(np.linspace(0.3, 2.0, handmade.DRAWS), dims="draw")
    found = forecast(handmade.fit(fit.card, posterior.assign(growth=posterior["growth"] * wide)))
    table = handmade.published("work", dict(zip(days, (0.3, 0.6), strict=True)))
    words = implied(found, "somebody", forecasts=table).words
    years = found.years("work").values
    growth = np.broadcast_to(found.frontier["growth"].values[..., None], years.shape)
    waits = years > float(year_of_date(days[1]))
    then, now = np.median(growth[waits]), np.median(growth[~np.isnan(years)])
    assert then < now - 0.2
    assert f"from {now:.1f} to {then:.1f} doublings a year" in words
    # Who has waited so long has judged too short a horizon.
    ranks = found.futures.scene("work").uniforms["requirement autonomy"]
    prior = fit.card.events["work"].priors["requirements.autonomy"]
    middle = [prior.quantile(np.median(ranks[x.ravel()])) for x in (~np.isnan(years), waits)]
    assert middle[1] > 1.1 * middle[0]
    told = " to ".join(level(x, prior.unit, y) for x, y in (middle, middle[::-1]))
    assert f"the horizon that 'autonomy' needs from {told}" in words
