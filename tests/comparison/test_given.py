"""Conditioning: which futures are kept, closed forms, and agreement with a refit."""

from __future__ import annotations

from dataclasses import replace

import handmade
import numpy as np
import pytest
import toy
import xarray as xr
from handmade import certain, judged
from scipy import stats

from bayes_rsi.comparison.given import LIMIT, given
from bayes_rsi.comparison.measurements import ScoreOn
from bayes_rsi.errors import ConditionError, ModelError
from bayes_rsi.forecasting.conditions import EventBy, GrowthIs, HorizonIs, ScoreIs
from bayes_rsi.forecasting.montecarlo import effective_size
from bayes_rsi.forecasting.parity import parity
from bayes_rsi.forecasting.project import forecast
from bayes_rsi.units import date_of_year, minutes, year_of_date

AS_OF = float(handmade.YEARS[-1])
DAY = "2027-12-31"
AHEAD = float(year_of_date(DAY)) - AS_OF


@pytest.fixture(scope="module")
def found():
    event = handmade.event(
        "work", {"exam": "exam", "autonomy": judged("lognormal", 2.0**15, 1.5)}, never=0.1
    )
    return forecast(handmade.fit(handmade.card(event, replicates=20)))


def frontier(found, day):
    return found.futures.folded(found.futures.paths.at(np.array([float(year_of_date(day))]))[:, 0])


# --- which futures -------------------------------------------------------------------------------


def test_a_horizon_keeps_the_paths_above_it(found):
    result = given(found, f"horizon >= 64 h on {DAY}", min_ess=10)
    kept = frontier(found, DAY) >= np.log2(64 * 60)
    assert result.n_kept == int(kept.sum())
    assert result.probability.p == pytest.approx(float(kept.mean()))
    years = found.years("work")
    by = float(
        ((years <= year_of_date("2029-12-31")) & kept).sum() / (kept & years.notnull()).sum()
    )
    assert result.forecast.probability_by("2029-12-31", "work") == pytest.approx(by)
    assert by > found.probability_by("2029-12-31", "work") + 0.05


def test_the_probability_of_an_event_is_that_of_the_forecast():
    """Futures in which it had happened before the as-of date are out, as they are everywhere."""
    event = handmade.event("easy", {"autonomy": judged("lognormal", 2.0**10, 1.5)})
    found = forecast(handmade.fit(handmade.card(event, replicates=20)))
    assert found.years("easy").isnull().any()
    came, waits = (given(found, EventBy("easy", DAY, side), min_ess=1) for side in (True, False))
    assert came.probability.p == pytest.approx(found.probability_by(DAY, "easy"))
    assert came.probability.p + waits.probability.p == pytest.approx(1.0)


def test_a_score_keeps_the_paths_above_its_parity_point(found):
    point = np.repeat(parity(found.futures.draws, found.futures.panel, "exam", 0.7), 20)
    kept = frontier(found, DAY).values.ravel() >= point
    by_text = given(found, f"Exam >= 70% by {DAY}", min_ess=10)
    by_object = given(found, ScoreIs("exam", ">=", 0.7, DAY), min_ess=10)
    assert by_text.n_kept == by_object.n_kept == int(kept.sum())
    below = given(found, f"exam < 70% by {DAY}", min_ess=10)
    assert below.n_kept + by_text.n_kept == kept.size


def test_a_score_is_that_of_the_frontier_as_its_series_sees_it(drifted):
    """At the end of 2026 the frontier is at 11 doublings, and the series has drifted by -1.5."""
    day, futures = "2026-12-31", drifted.futures
    point = np.repeat(parity(futures.draws, futures.panel, "exam", 0.6), handmade.REPLICATES)
    kept = given(drifted, ScoreIs("exam", ">=", 0.6, day), min_ess=1).n_kept
    assert kept == int((point <= 9.5).sum()) < int((point <= 11.0).sum()) - 50
    shown = ScoreOn("exam", day).values(futures, "work")
    assert int((shown >= 0.6).sum()) == kept


def test_growth_and_events(found):
    fast = given(found, GrowthIs(">", 2.0), min_ess=10)
    assert fast.n_kept == int((found.frontier["growth"] > 2.0).sum()) * 20
    assert fast.forecast.growth()[0.05] > 2.0
    waits = given(found, EventBy("work", "2029-12-31", False), min_ess=10).forecast
    assert waits.probability_by("2029-12-31", "work") == 0.0
    assert waits.never("work").p > found.never("work").p
    comes = given(found, "work by 2029-12-31", min_ess=10).forecast
    assert comes.probability_by("2029-12-31", "work") == 1.0
    assert comes.never("work").p == 0.0


def test_a_horizon_of_another_reliability_goes_through_its_series():
    """Of a series with offset -2 and stretch 1.1, at a level of 9 doublings."""
    posterior = handmade.draws()
    each = xr.zeros_like(posterior["growth"])
    posterior["horizon_at_level"] = each + 9.0
    ones = xr.DataArray(np.ones(1), dims="horizon_series", coords={"horizon_series": ["span"]})
    posterior["horizon_offset"] = each * ones - 2.0
    posterior["horizon_stretch"] = each * ones + 1.1
    panel = handmade.panel()
    panel["reliability"] = ("series", [np.nan] * 5 + [0.8])
    card = handmade.card(handmade.event("work", {"one": certain(2.0**14)}))
    found = forecast(handmade.fit(card, posterior, panel))
    expected = 9.0 + 1.1 * (frontier(found, DAY) - 9.0) - 2.0
    kept = int((expected >= 11.0).sum())
    for text in (f"horizon p80 >= {2**11} min on {DAY}", f"span >= {2**11} min by {DAY}"):
        assert given(found, text, min_ess=10).n_kept == kept
    with pytest.raises(ConditionError, match="got horizon p90, expected a reliability"):
        given(found, f"horizon p90 >= 1 h on {DAY}")


def test_all_parts_must_be_met_and_conditions_add_up(found):
    parts = [HorizonIs(">=", 2000.0, DAY), EventBy("work", "2029-12-31", False)]
    together = given(found, parts, min_ess=10)
    text = given(found, " and ".join(map(str, parts)), min_ess=10)
    first = given(found, parts[0], min_ess=10)
    then = given(first.forecast, parts[1], min_ess=10)
    assert together.n_kept == text.n_kept == then.n_kept
    assert together.forecast.events.equals(then.forecast.events)
    assert then.forecast.condition == together.condition
    assert first.probability.p * then.probability.p == pytest.approx(together.probability.p)


def test_what_has_already_happened_stays_out_and_is_not_among_the_kept():
    event = handmade.event("work", {"one": judged("lognormal", 2.0**11, 1.5)})
    found = forecast(handmade.fit(handmade.card(event)))
    assert found.contradicted() > 0.1
    result = given(found, f"horizon >= 32 h on {DAY}", min_ess=5)
    above = (frontier(found, DAY) >= np.log2(32 * 60)).values
    known = found.years("work").notnull().values
    assert result.forecast.contradicted() == 0
    assert result.forecast.years("work").notnull().values.tolist() == (above & known).tolist()
    assert result.probability.p == pytest.approx(above[known].mean())
    assert result.n_kept == (above & known).sum() < above.sum()


def test_the_table_has_both_sides(found):
    result = given(found, f"horizon >= 64 h on {DAY}", min_ess=10)
    row = result.table.set_index("quantity").loc["by 2030-12-31"]
    assert row["before"] == found.probability_by("2030-12-31", "work")
    assert row["given"] == result.forecast.probability_by("2030-12-31", "work")
    assert row["change"] == pytest.approx(row["given"] - row["before"])
    assert 0 < row["mcse"] < 0.1


def test_growth_given_more_growth_is_more(hand_forecast):
    fast = given(hand_forecast, GrowthIs(">", 2.0), min_ess=10)
    row = fast.table.set_index("quantity").loc["median growth"]
    assert row["given"] > max(2.0, row["before"])
    assert row["change"] == pytest.approx(row["given"] - row["before"])


# --- against formulas ----------------------------------------------------------------------------


def grown(size: int = 4000) -> xr.Dataset:
    """Straight frontiers from one level, their growth normal: 2 +- 0.35 doublings a year."""
    rng = np.random.default_rng(11)
    growth = (2.0 + 0.35 * rng.standard_normal((2, size)))[..., None]
    made = handmade.line().isel(draw=np.zeros(size, dtype=int)).assign_coords(draw=np.arange(size))
    years = handmade.YEARS - AS_OF
    return made.assign(
        growth=(("chain", "draw"), growth[..., 0]),
        frontier=(("chain", "draw", "date"), 10.0 + growth * years),
    )


def test_conditioning_agrees_with_a_refit_to_the_censored_observation():
    """A refit that has seen "at least" multiplies the density of growth by an indicator.

    The event comes when 10 + growth (T - as-of date) reaches 16, so T is late where growth is slow.
    """
    event = handmade.event("work", {"one": certain(2.0**16)})
    card = handmade.card(event, trend="constant", replicates=1)
    result = given(forecast(handmade.fit(card, grown())), f"horizon >= {2**13.5} min on {DAY}")
    slowest, by = 3.5 / AHEAD, 6.0 / (float(year_of_date("2028-12-31")) - AS_OF)
    growth = stats.norm(2.0, 0.35)
    assert result.probability.p == pytest.approx(
        growth.sf(slowest), abs=5 * result.probability.mcse
    )
    refit = growth.sf(max(by, slowest)) / growth.sf(slowest)
    share = result.forecast.share_by("2028-12-31", "work")
    assert 0.2 < refit < 0.9
    assert share.p == pytest.approx(refit, abs=5 * share.mcse)
    row = result.table.set_index("quantity").loc["by 2028-12-31"]
    assert row["change"] == pytest.approx(refit - growth.sf(by), abs=5 * row["mcse"])


@pytest.mark.slow
def test_the_error_of_a_change_covers_its_spread():
    """Over 200 samples the error that is stated is the spread that is seen, to a quarter."""
    rng = np.random.default_rng(3)
    event = handmade.event("work", {"one": certain(2.0**16)})
    card = handmade.card(event, trend="constant", replicates=1)
    changes, errors = [], []
    whole = grown(400)
    for _ in range(200):
        growth = (2.0 + 0.35 * rng.standard_normal((2, 400)))[..., None]
        made = whole.assign(
            growth=(("chain", "draw"), growth[..., 0]),
            frontier=(("chain", "draw", "date"), 10.0 + growth * (handmade.YEARS - AS_OF)),
        )
        table = given(
            forecast(handmade.fit(card, made)), f"horizon >= {2**13.2} min on {DAY}"
        ).table
        row = table.set_index("quantity").loc["by 2028-12-31"]
        changes.append(row["change"])
        errors.append(row["mcse"])
    assert np.std(changes) == pytest.approx(np.mean(errors), rel=0.25)


@pytest.mark.slow
def test_conditioning_agrees_with_a_refit_of_the_real_model(small_run):
    """Sampled again with the observation that the frontier stands above its posterior median."""
    import nutpie
    import pymc as pm

    from bayes_rsi.inference.gates import verdict
    from bayes_rsi.model.build import build, start

    card = replace(small_run.card, sampling=replace(small_run.card.sampling, draws=150))
    fit = small_run.fit
    at_least = float(fit.tree["posterior"]["frontier"].isel(date=-1).median())
    result = given(forecast(fit), HorizonIs(">=", 2**at_least, fit.tag.as_of), min_ess=20)
    model = build(fit.panel, card)
    with model:
        above = (model["frontier"][-1] - at_least) / 0.02  # an observation with a little noise
        pm.Potential("seen", pm.logcdf(pm.Normal.dist(0.0, 1.0), above))
    compiled = nutpie.compile_pymc_model(model, initial_points=start(model, fit.panel, card))
    tree = nutpie.sample(
        compiled, draws=500, tune=500, chains=2, seed=4, progress_bar=False, save_warmup=False
    )
    refit = replace(fit, tree=xr.DataTree.from_dict({"posterior": tree["posterior"].to_dataset()}))
    again = forecast(replace(refit, verdict=verdict(tree)))
    for day in ("2027-12-31", "2028-12-31", "2030-12-31"):
        ours, theirs = result.forecast.share_by(day), again.share_by(day)
        assert abs(ours.p - theirs.p) < 4 * np.hypot(ours.mcse, theirs.mcse), day
    row = result.table.set_index("quantity").loc["median growth"]
    assert abs(row["given"] - again.growth()[0.5]) < 0.5 * np.std(again.frontier["growth"].values)


# --- how many are left, refusals -----------------------------------------------------------------


def test_effective_size_counts_posterior_draws_not_replicates():
    rng = np.random.default_rng(2)
    half = (rng.random((2, 500)) < 0.5).astype(float)
    whole = np.repeat(half[..., None], 7, axis=-1)
    assert effective_size(whole) == effective_size(half) <= half.sum()
    assert effective_size(half) > 0.7 * half.sum()
    assert effective_size(np.ones((2, 50))) == 100
    assert effective_size(np.zeros((2, 50))) == 0
    sticky = np.repeat(half[:, :50], 10, axis=1)  # each draw ten times in a row
    assert effective_size(sticky) < 0.3 * effective_size(half)


def test_weights_that_alternate_are_worth_no_more_than_independent_ones():
    noise = np.random.default_rng(1).random((2, 200))
    weights = 1.0 + 0.5 * np.tile([1.0, -1.0], (2, 100)) + 1e-3 * noise
    independent = weights.sum() ** 2 / (weights**2).sum()
    assert effective_size(weights) == pytest.approx(independent)


def test_too_few_draws_are_refused(found):
    with pytest.raises(ConditionError, match=r"got 0 of 2000 futures.*expected at least 100"):
        given(found, f"horizon >= 1000000 work-years on {DAY}")
    with pytest.raises(ConditionError, match=r"worth [0-9]+ independent draws.*likelier"):
        given(found, f"horizon >= 64 h on {DAY}", min_ess=LIMIT)


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (f"exma >= 0.7 by {DAY}", r"got series 'exma'.*Did you mean 'exam'\?"),
        (f"exam >= 70 by {DAY}", r"exam: got 70 for a fraction, expected a share from 0 to 1"),
        (f"faster >= 0 by {DAY}", r"faster: got 0 for a speedup, expected a positive number"),
        (f"exam >= 0.5 min by {DAY}", r"exam: got 'min' for a fraction, expected a share, or %"),
        (f"faster >= 4 h by {DAY}", r"faster: got 'h' for a speedup, expected a number alone"),
        (f"faster >= 400% by {DAY}", r"faster: got '%' for a speedup, expected a number alone"),
        (f"span >= 30% by {DAY}", r"span: got '%' for a horizon, expected a unit of time"),
        ("horizon >= 1 h on 2020-01-01", r"got day 2020-01-01, expected one between 2025-06-30"),
        ("horizon >= 1 h on 2099-01-01", r"got day 2099-01-01, expected one between"),
        ("work by 2026-01-01", r"expected one after the as-of date 2026-06-30"),
        ("work by 2099-01-01", r"up to the horizon 2060-12-31"),
        ([], r"got \[\], expected a text or objects"),
        (["growth > 2"], r"expected a text or objects"),
    ],
)
def test_what_cannot_be_conditioned_on_is_refused(found, condition, message):
    with pytest.raises(ConditionError, match=message):
        given(found, condition)


def test_unknown_events_and_forecasts_without_futures(found):
    with pytest.raises(ModelError, match=r"got event 'wrok'.*Did you mean 'work'\?"):
        given(found, f"wrok by {DAY}")
    with pytest.raises(ModelError, match="given: got a forecast without its futures"):
        given(toy.forecast(), "growth > 2")


def test_a_series_that_counts_has_no_parity_point(found):
    panel = found.futures.panel.copy()
    panel["kind"] = ("series", ["count", *panel["kind"].values[1:]])
    other = replace(found, futures=replace(found.futures, panel=panel))
    with pytest.raises(ConditionError, match="exam: got a series of kind 'count', expected one of"):
        given(other, ScoreIs("exam", ">=", 0.5, DAY))


def test_objects_take_dates_too(found):
    day = date_of_year(AS_OF + AHEAD)
    assert str(HorizonIs(">=", 60.0, day)) == f"horizon p50 >= 1 h on {DAY}"


def test_the_kept_frontier_is_that_of_futures_that_meet_the_condition():
    found = forecast(handmade.whole_fit())
    day = found.frontier["date"].values[-1]
    middle = float(found.frontier["frontier"].sel(date=day).median())
    condition = HorizonIs(">=", float(minutes(middle)), np.datetime_as_string(day, "D"))
    left = given(found, condition).forecast.frontier["frontier"].sel(date=day).values
    assert np.isnan(left).any()
    assert np.nanmin(left) >= middle - 0.02  # the knot is not on midnight of its day
