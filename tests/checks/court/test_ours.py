"""What a fit forecasts: the model forwards, what is observed of it, records, best scores."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bayes_rsi.checks.court import observing, ours
from bayes_rsi.checks.court.arrivals import arrivals
from bayes_rsi.checks.court.continuation import Continuation, continuation
from bayes_rsi.checks.court.observing import Question, observed
from bayes_rsi.checks.court.ours import predictions
from bayes_rsi.checks.court.scale import from_scale
from bayes_rsi.forecasting.paths import Paths
from bayes_rsi.units import year_of_date

UNTIL = 2027.5


@pytest.fixture(scope="module")
def world(small_fit) -> Continuation:
    return continuation(small_fit, UNTIL, 300, 1)


def straight(count: int = 20_000, gap: float = 0.5, scatter: float = 0.2) -> Continuation:
    """A frontier of two doublings a year, 9 at 2026.5, four fifths of them an effective year."""
    knots = np.array([2020.0, 2026.5, 2028.0])
    values = np.tile(9 + 2 * (knots - 2026.5), (count, 1))
    each = np.ones((1, count))
    clock = np.stack([np.zeros(count), np.full(count, 6.5 / 0.8)], axis=1)[None]
    draws = xr.Dataset(
        {
            "frontier": (("chain", "draw", "date"), values[None][..., :2]),
            "frontier_clock": (("chain", "draw", "date"), clock),
            "gap_flagship": (("chain", "draw"), gap * each),
            "gap_open": (("chain", "draw"), 3 * gap * each),
            "system_scatter": (("chain", "draw"), scatter * each),
        }
    )
    return Continuation(draws, xr.Dataset(), Paths(knots, values, (1, count, 1)))


# --- futures -------------------------------------------------------------------------------------


def test_the_past_of_the_futures_is_that_of_the_fit(small_fit, world):
    posterior = small_fit.tree["posterior"].to_dataset()
    days = year_of_date(posterior["date"].values)
    flat = posterior["frontier"].values.reshape(-1, len(days))
    years = np.broadcast_to(days, (world.count, len(days)))
    assert world.count == 300 == len(flat)
    assert world.frontier(years) == pytest.approx(flat)
    assert world.of("capability", system="GPT-5") == pytest.approx(
        posterior["capability"].sel(system="GPT-5").values.ravel()
    )


def test_fewer_futures_are_draws_at_equal_distances(small_fit):
    few, all_ = continuation(small_fit, UNTIL, 30, 1), continuation(small_fit, UNTIL, 300, 1)
    assert np.array_equal(few.of("growth"), all_.of("growth")[5::10])


def test_a_longer_projection_does_not_move_a_shorter_one(small_fit, world):
    longer = continuation(small_fit, UNTIL + 3, 300, 1)
    years = np.full((300, 1), UNTIL - 0.1)
    assert longer.frontier(years) == pytest.approx(world.frontier(years))


def test_newcomers_fall_short_of_the_frontier_as_the_model_says():
    future = straight()
    years = np.full((future.count, 1), 2027.0)
    behind = 10.0 - future.newcomers(years, np.full(years.shape, "flagship"), nowhere(years), rng())
    # Exponential with mean 0.5 and normal with sd 0.2, 1.6 doublings an effective year.
    assert behind.mean() == pytest.approx(1.6 * 0.5, abs=0.02)
    assert behind.std() == pytest.approx(1.6 * np.hypot(0.5, 0.2), abs=0.03)
    assert (behind < 0).mean() > 0.05  # scatter puts some beyond it


def test_tiers_have_their_own_gaps():
    future = straight(scatter=0.0)
    years = np.full((future.count, 2), 2026.5)
    tiers = np.tile(["flagship", "open"], (future.count, 1))
    mean = (9.0 - future.newcomers(years, tiers, nowhere(years), rng())).mean(axis=0)
    assert mean[1] / mean[0] == pytest.approx(3.0, rel=0.05)


def test_tiers_that_are_behind_are_so_at_least():
    future = straight(gap=0.01, scatter=0.0)
    draws = future.draws.assign(behind_open=(("chain", "draw"), np.full((1, future.count), 0.5)))
    years = np.full((future.count, 2), 2026.5)
    tiers = np.tile(["flagship", "open"], (future.count, 1))
    short = 9.0 - replace(future, draws=draws).newcomers(years, tiers, nowhere(years), rng())
    assert short[:, 0].min() < 0.01
    assert short[:, 1].min() == pytest.approx(1.6 * 0.5, abs=0.01)


def nowhere(years: np.ndarray) -> np.ndarray:
    """A lab without an effect, for each system."""
    return np.full(years.shape, "Nowhere")


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_a_lab_that_lags_has_larger_gaps():
    future = straight(scatter=0.0)
    effect = np.full((1, future.count, 1), np.log(2.0))
    draws = future.draws.assign(lab_effect=(("chain", "draw", "lab"), effect))
    future = replace(future, draws=draws.assign_coords(lab=["Slow"]))
    years = np.full((future.count, 2), 2026.5)
    labs = np.tile(["Slow", "Nowhere"], (future.count, 1))
    gaps = 9.0 - future.newcomers(years, np.full(years.shape, "flagship"), labs, rng())
    assert gaps[:, 0].mean() / gaps[:, 1].mean() == pytest.approx(2.0, rel=0.05)


# --- observing -----------------------------------------------------------------------------------


def asked_of(series: str, **conditions) -> Question:
    return Question(series, np.array(2026.5), **conditions)


def rows_of(fit, kind):
    panel = fit.panel
    kinds = panel["kind"].sel(series=panel["score_series"].values).values
    chosen = (kinds == kind) & (panel["censoring"].values == "none")
    return panel.isel(score=np.flatnonzero(chosen))


@pytest.mark.parametrize("kind", ["fraction", "horizon", "speedup", "ratio"])
def test_fitted_scores_are_predicted_as_the_model_predicts_them(small_fit, world, kind):
    rows = rows_of(small_fit, kind)
    predicted = small_fit.tree["posterior_predictive"][kind]
    away, spread = [], []
    for place, label in enumerate(rows["score"].values):
        system, series = (str(rows[n].values[place]) for n in ("score_system", "score_series"))
        question = Question(
            series,
            year_of_date(small_fit.panel["released"].sel(system=system).values),
            int(rows["n_trials"].values[place]),
            system,
            str(rows["scaffold_family"].values[place]),
            str(rows["reporter"].values[place]),
        )
        ours = observed(world, world.of("capability", system=system), question, rng(place))
        ours = from_scale(kind, ours) if kind == "fraction" else ours
        theirs = predicted.sel({f"{kind}_score": label}).values.ravel()
        error = np.hypot(ours.std() / np.sqrt(len(ours)), theirs.std() / np.sqrt(len(theirs)))
        away.append((ours.mean() - theirs.mean()) / max(error, 1e-6))
        spread.append(np.log(max(ours.std(), 1e-6) / max(theirs.std(), 1e-6)))
    # Standard normal if both draw from one distribution; chains are correlated, hence the room.
    assert abs(np.mean(away)) < 0.5 + 3 / np.sqrt(len(away))
    assert np.sqrt(np.mean(np.square(away))) < 1.8
    assert abs(np.median(spread)) < 0.1 + 0.4 / np.sqrt(len(spread))


def test_a_share_stays_between_none_and_all(small_fit, world):
    extreme = np.stack([np.full(world.count, -50.0), np.full(world.count, 50.0)], axis=1)
    share = from_scale("fraction", observed(world, extreme, asked_of("gpqa_diamond"), rng()))
    floor = float(small_fit.panel["floor"].sel(series="gpqa_diamond"))
    ceiling = world.of("ceiling", fraction_series="gpqa_diamond")
    assert share[:, 0].mean() == pytest.approx(floor, abs=0.02)
    assert share[:, 1].mean() == pytest.approx(ceiling.mean(), abs=0.02)


def test_fewer_trials_are_noisier(world):
    capability = world.of("difficulty", fraction_series="swe_bench_verified")
    few, many = (
        observed(world, capability, asked_of("swe_bench_verified", trials=n), rng())
        for n in (4, 4000)
    )
    assert few.std() > 1.5 * many.std()


def test_a_known_system_keeps_its_deviation_and_a_new_one_draws_its_own(world):
    capability = np.full(world.count, 8.0)
    question = asked_of("metr_th11_p50", system="GPT-5")
    raw = world.of("horizon_deviation_raw", horizon_system="GPT-5")
    expected = (world.of("horizon_scatter") * raw).mean()
    known = observed(world, capability, question, rng()) - 8.0
    new = observed(world, capability, replace(question, system="nobody"), rng()) - 8.0
    assert known.mean() == pytest.approx(expected, abs=0.15)
    assert new.mean() == pytest.approx(0.0, abs=0.15)


def test_progress_on_a_series_counts_with_the_release(world):
    series = "swe_bench_verified"
    drift = world.of("series_drift_doublings", drifting_series=series)
    slope = world.of("slope", fraction_series=series)
    even = world.of("difficulty", fraction_series=series)
    early, late = (
        observed(world, even, Question(series, np.array(year), 10**6), rng())
        for year in (2024.0, 2026.0)
    )
    # Near the middle a logit is a logit, up to the ceiling.
    moved = np.corrcoef(late - early, 2 * drift * slope)[0, 1]
    assert moved > 0.5


def test_who_ran_it_and_how_matters(small_fit, world):
    series = "swe_bench_verified"
    even = world.of("difficulty", fraction_series=series)
    plain, own = (
        observed(world, even, asked_of(series, reporter=who), rng())
        for who in ("author", "developer")
    )
    offset = world.of("reporter_offset").mean()
    assert (own - plain).mean() == pytest.approx(offset, abs=0.06)
    label = world.labels("harness")[0]
    series, family = label.split("|")
    family = "" if family == "unstated" else family
    even = world.of("difficulty", fraction_series=series)
    unknown, known = (
        observed(world, even, asked_of(series, trials=10**6, family=name), rng())
        for name in ("made up", family)
    )
    assert unknown.std() > known.std()


def test_a_harness_that_a_series_has_not_seen_differs_from_its_average(small_fit, world):
    """As in the model, where effects are relative to the mean of those that were seen."""
    series = "swe_bench_verified"
    rows = small_fit.panel["score_series"].values == series
    _, count = np.unique(small_fit.panel["scaffold_family"].values[rows], return_counts=True)
    even = np.repeat(world.of("difficulty", fraction_series=series)[:, None], 2000, axis=1)
    asked = asked_of(series, family="made up", reporter="author")
    drawn = observing._conditions(world, even, asked, rng())
    variance = drawn.var(axis=1) / world.of("harness_spread") ** 2
    assert variance.mean() == pytest.approx(1 + ((count / count.sum()) ** 2).sum(), rel=0.02)
    assert variance.mean() > 1.05


def test_who_ran_it_counts_from_the_average_of_the_series(small_fit, world):
    panel, own = small_fit.panel, {}
    for label in world.labels("harness"):
        rows = panel["score_series"].values == label.split("|")[0]
        own[label] = (panel["reporter"].values[rows] == "developer").mean()
    label = max(own, key=lambda name: own[name] * (1 - own[name]))
    assert 0 < own[label] < 1
    series, family = label.split("|")
    family = "" if family == "unstated" else family
    effect = world.of("harness_effect", harness=label)
    for who, is_own in (("developer", 1.0), ("author", 0.0)):
        asked = asked_of(series, family=family, reporter=who)
        found = observing._conditions(world, np.zeros(world.count), asked, rng())
        wanted = world.of("reporter_offset") * (is_own - own[label]) + effect
        assert found == pytest.approx(wanted)


def test_the_common_part_of_a_deviation_is_not_counted_twice(world):
    series = "swe_bench_verified"
    even = np.repeat(world.of("difficulty", fraction_series=series)[:, None], 2000, axis=1)
    label = next(name for name in world.labels("harness") if name.startswith(series))
    family = label.split("|")[1].replace("unstated", "")
    asked = asked_of(series, trials=10**9, family=family, reporter="author")
    share = from_scale("fraction", observed(world, even, asked, rng()))
    mean = share.mean(axis=1)
    spread = world.of("overdispersion", fraction_series=series)
    wanted = mean * (1 - mean) * spread**2 + world.of("rounding") ** 2
    assert (share.var(axis=1) / wanted).mean() == pytest.approx(1.0, abs=0.02)


# --- questions -----------------------------------------------------------------------------------


def questions(rows) -> pd.DataFrame:
    common = {
        "origin": "2026-06-30",
        "metric": "fraction",
        "tier": "flagship",
        "lab": "Anthropic",
        "n_trials": 0,
        "scaffold_family": "",
        "reporter": "author",
        "known_best": np.nan,
        "released": pd.Timestamp("2026-12-01"),
        "known_on": pd.Timestamp("2026-12-31"),
        "system": "Nobody 9",
    }
    return pd.DataFrame([common | {"target": str(i)} | row for i, row in enumerate(rows)])


def more_capable(fit, system: str, doublings: float):
    """The same fit, but for one system."""
    posterior, tree = fit.tree["posterior"].to_dataset(), fit.tree.copy()
    more = doublings * (posterior["system"] == system)
    tree["posterior"] = xr.DataTree(posterior.assign(capability=posterior["capability"] + more))
    return replace(fit, tree=tree)


@pytest.mark.parametrize(
    "what",
    [
        {"kind": "named", "series": "paperbench"},
        {"kind": "record", "series": "metr_th11_p50", "metric": "horizon", "known_best": 2.0},
    ],
)
def test_a_known_system_is_asked_about_by_its_posterior(small_fit, what):
    newcomer = {"released": pd.Timestamp("2025-08-07"), "tier": "open"}  # not likened to GPT-5
    asked = questions([what | {"system": "GPT-5"}, what | newcomer])
    found = predictions(small_fit, asked, 1000, 1)
    assert found.sizes == {"target": 2, "draw": 1000}
    changed = predictions(more_capable(small_fit, "GPT-5", 6.0), asked, 1000, 1)
    assert np.array_equal(changed.values[1], found.values[1])
    assert np.median(changed.values[0]) > np.median(found.values[0]) + 0.5


def test_a_later_release_scores_higher(small_fit):
    days = [pd.Timestamp("2025-01-01"), pd.Timestamp("2027-06-01")]
    rows = [{"kind": "named", "series": "swe_bench_verified", "released": day} for day in days]
    found = predictions(small_fit, questions(rows), 1000, 1).values
    assert np.median(found[1]) > np.median(found[0]) + 0.5


def test_best_scores_never_fall_and_rise_with_time(small_fit):
    ends = [pd.Timestamp("2026-09-30"), pd.Timestamp("2027-06-30")]
    rows = [
        {"kind": "best", "series": "paperbench", "known_best": 0.5, "known_on": end} for end in ends
    ]
    found = predictions(small_fit, questions(rows), 1000, 1).values
    assert found.min() == 0.5
    assert found[1].mean() > found[0].mean()
    assert 0.1 < (found[0] == 0.5).mean() < 0.9


def test_newcomers_that_do_not_come_set_no_best(small_fit, world):
    new = arrivals(small_fit.panel, "swe_bench_verified", (2026.5, 2027.0), world.count, rng())
    none = replace(new, there=np.zeros_like(new.there))
    first = replace(new, there=np.arange(new.there.shape[1]) < np.ones((world.count, 1)))
    best = [ours._highest(world, "swe_bench_verified", some, rng()) for some in (none, first, new)]
    assert np.isneginf(best[0]).all()
    assert (best[1] <= best[2]).all()
    assert (best[1] < best[2]).mean() > 0.5


def test_records_exceed_what_was_known_and_the_frontier_decides_by_how_much(small_fit):
    rows = [
        {"kind": "record", "series": "metr_th11_p50", "metric": "horizon", "known_best": best}
        for best in (9.5, 14.0)
    ]
    found = predictions(small_fit, questions(rows), 1000, 1).values
    assert (found[0] > 9.5).all()
    assert (found[1] >= 14.0).all()
    assert np.median(found[0]) < 13.0


def test_a_record_lies_above_those_who_came_before_it(small_fit, monkeypatch):
    row = {"kind": "record", "series": "metr_th11_p50", "metric": "horizon", "known_best": 9.5}
    monkeypatch.setattr(ours, "_before", lambda world, row, rng: np.full(world.count, 40.0))
    assert (predictions(small_fit, questions([row]), 200, 1).values == 40.0).all()


def test_other_questions_move_no_draw_and_seeds_do(small_fit):
    rows = [
        {"kind": "named", "series": "paperbench", "system": "GPT-5"},
        {"kind": "best", "series": "swe_bench_verified", "known_best": 2.0},
    ]
    both = predictions(small_fit, questions(rows), 200, 1)
    alone = predictions(small_fit, questions(rows).iloc[1:], 200, 1)
    assert alone.identical(both.sel(target=["1"]))
    other = predictions(small_fit, questions(rows), 200, 2)
    assert not np.array_equal(other.values, both.values)


def test_outcomes_are_not_looked_at(small_fit):
    rows = [{"kind": "best", "series": "swe_bench_verified", "known_best": 2.0}]
    asked = questions(rows)
    blind = predictions(small_fit, asked, 200, 1)
    seen = predictions(small_fit, asked.assign(observed=4.0, value=0.98, system="x"), 200, 1)
    assert seen.identical(blind)


def test_a_series_that_was_not_fitted_gets_no_answer(small_fit):
    asked = questions([{"kind": "named", "series": "weirdml_v2"}])
    assert predictions(small_fit, asked, 200, 1).sizes["target"] == 0
