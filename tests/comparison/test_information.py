"""Value of information against closed forms, and measurements against the futures."""

from __future__ import annotations

from dataclasses import replace

import handmade
import numpy as np
import pytest
import toy
from handmade import judged
from scipy import stats

from bayes_rsi.comparison.information import _value, candidates_of, value_of_information
from bayes_rsi.comparison.measurements import (
    Audit,
    HorizonOf,
    HorizonOn,
    JudgedTo,
    ScoreOn,
    measurement,
)
from bayes_rsi.errors import ConditionError, ModelError
from bayes_rsi.forecasting.frontier import on_series
from bayes_rsi.forecasting.parity import parity
from bayes_rsi.forecasting.project import forecast
from bayes_rsi.forecasting.scores import expected_score, score_noise
from bayes_rsi.report.tables import WIDTH
from bayes_rsi.report.verbs import information_text
from bayes_rsi.units import as_date, date_of_year, year_of_date

AS_OF = float(handmade.YEARS[-1])
DAY = "2026-12-31"


@pytest.fixture(scope="module")
def found():
    return forecast(handmade.whole_fit())


def normal_world(spread: float = 0.8, lag: float = 0.6, replicates: int = 100, seed: int = 1):
    """T = crossing + lag: the log of the threshold and the lag are normal, nothing else is open."""
    event = handmade.event(
        "work",
        {"one": judged("lognormal", 2.0**20, spread * 2.0 * np.log(2.0))},
        adoption=judged("normal", 2.0, lag),
    )
    card = handmade.card(event, trend="constant", replicates=replicates)
    return forecast(handmade.fit(card, handmade.line(2.0, 10.0)), seed)


@pytest.mark.parametrize("later", [0.0, 0.8])
@pytest.mark.parametrize("error", [0.3, 1.5])
def test_what_a_normal_measurement_resolves(error, later):
    """Var P(T <= t | y) / P(1 - P), with y the log threshold and a normal error."""
    spread, lag = 0.8, 0.6
    found, total = normal_world(spread, lag), np.hypot(spread, lag)
    middle = AS_OF + 5.0 + 2.0
    day = date_of_year(middle + later)
    result = value_of_information(found, [JudgedTo("one", error)], day, "work").table.iloc[0]
    of_log = spread * 2.0 * np.log(2.0)
    known = of_log**2 / (of_log**2 + error**2)  # share of the log threshold that is told
    rho = known * spread**2 / total**2
    h = (float(year_of_date(day)) - middle) / total
    p = stats.norm.cdf(h)
    both = stats.multivariate_normal([0, 0], [[1, rho], [rho, 1]]).cdf([h, h])
    wanted = (both - p**2) / (p * (1 - p))
    # A quintic of the measurement is not quite a normal curve: one per cent is left to it.
    assert result["resolved"] == pytest.approx(wanted, abs=5 * result["resolved_mcse"] + 0.01)
    z = stats.norm.ppf((np.arange(2000) + 0.5) / 2000)
    after = stats.norm.cdf((h - np.sqrt(rho) * z) / np.sqrt(1 - rho))
    assert result["move"] == pytest.approx(np.abs(after - p).mean(), abs=0.02)
    ends = stats.norm.cdf((h - np.sqrt(rho) * stats.norm.ppf([0.1, 0.9])) / np.sqrt(1 - rho))
    assert [result["low"], result["high"]] == pytest.approx(list(ends), abs=0.04)


def test_what_tells_nothing_shows_nothing():
    found = normal_world()
    row = value_of_information(found, [JudgedTo("one", 1e6)], date_of_year(AS_OF + 7.0), "work")
    assert abs(row.table["resolved"].iloc[0]) < 5 * row.table["resolved_mcse"].iloc[0]
    assert row.table["move"].iloc[0] < 0.01


def test_what_a_fit_has_seen_of_noise_resolves_nothing():
    """Five numbers fitted to 200 of noise explain 2.5% of those."""
    rng, folds = np.random.default_rng(3), np.repeat(np.arange(10), 20)
    flags = (rng.random(200) < 0.5).astype(float)
    found = [_value(rng.standard_normal(200), flags, folds)["resolved"] for _ in range(40)]
    assert np.mean(found) < 0.005


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2020-12-31", "= 0.0 ± 0.0%: no future of the forecast has it by then"),
        (date_of_year(AS_OF + 30.0), "= 100.0 ± 0.0%: every future has it by then"),
    ],
)
def test_where_nothing_can_be_told_that_is_said(day, said):
    row = value_of_information(normal_world(), [JudgedTo("one", 0.3)], day, "work")
    assert row.table["move"].tolist() == [0.0]
    text = " ".join(information_text(row, toy.PASSED).split())
    assert f"{said}, so there is nothing that a measurement could tell" in text
    assert "nan" not in text


def test_the_most_telling_comes_first(found):
    result = value_of_information(found, day="2029-12-31")
    assert result.table["resolved"].is_monotonic_decreasing
    assert set(result.table["measurement"]) == set(candidates_of(found, "end_to_end"))
    assert result.probability == found.share_by("2029-12-31")
    sharper = value_of_information(found, ["taste_gap to 20%", "taste_gap to 300%"], "2029-12-31")
    assert sharper.table["measurement"].tolist() == ["taste_gap to 20%", "taste_gap to 300%"]
    long = sharper.table.assign(measurement=["score on " + 80 * "x", "audit of " + 80 * "y"])
    text = information_text(replace(sharper, table=long), toy.PASSED)
    assert max(map(len, text.splitlines()[2:])) <= WIDTH
    assert "most of the measurements below" in " ".join(text.split())


# --- what is measured ----------------------------------------------------------------------------


def test_one_measurement_need_not_be_in_a_list(found):
    text = "taste_gap to 40%"
    wanted = value_of_information(found, [text]).table
    for one in (text, measurement(text)):
        assert value_of_information(found, one).table.equals(wanted)


def test_a_horizon_is_the_frontier_with_noise(found):
    measured = HorizonOn(DAY).values(found.futures, "end_to_end")
    frontier = found.futures.paths.at(np.array([float(year_of_date(DAY))]))[:, 0]
    sd = np.sqrt(0.35**2 + (0.6 * 0.8) ** 2 + 0.15**2)
    noise = measured - frontier
    assert noise.std() == pytest.approx(sd, rel=5 / np.sqrt(2 * noise.size))
    assert abs(noise.mean()) < 5 * sd / np.sqrt(noise.size)


def test_a_horizon_of_a_system_uses_its_own_deviation():
    fit = handmade.whole_fit()
    posterior = fit.tree["posterior"].to_dataset()
    each = posterior["growth"] * 0.0
    both = each.expand_dims(system=["Old", "New"]) + 9.0
    one = each.expand_dims(horizon_system=["Old"]) + 2.0
    posterior = posterior.assign(capability=both, horizon_deviation_raw=one)
    found = forecast(handmade.fit(fit.card, posterior, fit.panel))
    known = HorizonOf("Old").values(found.futures, "end_to_end")
    unknown = HorizonOf("New").values(found.futures, "end_to_end")
    size = known.size
    noise = np.hypot(0.6 * 0.8, 0.15)
    assert known.mean() == pytest.approx(9.0 + 2.0 * 0.35, abs=5 * noise / np.sqrt(size))
    assert known.std() == pytest.approx(noise, rel=5 / np.sqrt(2 * size))
    assert unknown.std() == pytest.approx(np.hypot(noise, 0.35), rel=5 / np.sqrt(2 * size))
    with pytest.raises(ConditionError, match=r"got system 'Odl'.*Did you mean 'Old'"):
        HorizonOf("Odl").values(found.futures, "end_to_end")


@pytest.mark.parametrize(
    ("series", "value"), [("paperbench", 0.3), ("faster", 3.0), ("against", 1.2)]
)
def test_expected_score_and_parity_are_inverse(found, series, value):
    futures = found.futures
    point = np.repeat(parity(futures.draws, futures.panel, series, value), 5)
    some = np.isfinite(point)
    assert some.mean() > 0.9
    score = expected_score(futures, series, np.where(some, point, 0.0))[some]
    wanted = value if series == "paperbench" else np.log2(value)
    assert score == pytest.approx(np.full(score.size, wanted))


def test_an_expected_score_rises_from_the_floor_to_the_ceiling(hand_forecast):
    futures = hand_forecast.futures
    point = np.repeat(parity(futures.draws, futures.panel, "exam", 0.6), futures.paths.shape[2])
    some = np.isfinite(point)
    assert some.mean() > 0.9
    at, far_below = np.where(some, point, 0.0), np.full(point.size, -1e3)
    assert expected_score(futures, "exam", at)[some] == pytest.approx(0.6)
    assert expected_score(futures, "exam", far_below) == pytest.approx(0.25)


def test_noise_of_a_score_is_that_of_the_likelihood(found):
    half = np.full(found.futures.size, 0.5)
    of_share = score_noise(found.futures, "paperbench", half)
    assert of_share == pytest.approx(np.sqrt(0.25 * (1 / 100 + 0.1**2) + 0.005**2))
    assert score_noise(found.futures, "faster", half) == pytest.approx(0.5)
    assert score_noise(found.futures, "against", half) == pytest.approx(0.5)
    scatter, own = 0.35, np.sqrt((1 - 0.64) * 0.8**2 + 0.15**2)
    assert score_noise(found.futures, "span", half) == pytest.approx(np.hypot(scatter, own))


def test_the_expected_horizon_is_where_its_threshold_lies(found):
    futures = found.futures
    threshold = on_series(futures, "span", 9.0)
    assert np.ptp(threshold) > 0.1
    score = expected_score(futures, "span", threshold)
    assert score == pytest.approx(np.full(score.size, 9.0))
    named = [str(n).replace("span", "metr_th11_p50") for n in futures.panel["series"].values]
    reference = replace(futures, panel=futures.panel.assign_coords(series=named))
    at = np.linspace(3.0, 12.0, futures.size)
    assert expected_score(reference, "metr_th11_p50", at) == pytest.approx(at)


def test_a_series_that_counts_has_no_expected_score(found):
    kinds = found.futures.panel["kind"].astype(object)
    counting = found.futures.panel.assign(kind=kinds.where(kinds != "horizon", "count"))
    futures = replace(found.futures, panel=counting)
    with pytest.raises(ModelError, match="got kind 'count', expected one of fraction"):
        expected_score(futures, "span", np.zeros(futures.size))


def test_without_a_taste_gap_the_benchmark_shows_the_least(found):
    measured = JudgedTo("taste_gap", 0.2).values(found.futures, "end_to_end")
    free = found.futures.scene("end_to_end").uniforms["taste_free"] < 0.3
    assert np.isneginf(measured[free]).all()
    assert np.isfinite(measured[~free]).all()


def test_an_audit_counts_flawed_items(found):
    counted = Audit("paperbench", 50).values(found.futures, "end_to_end")
    flawed = found.futures.flat_of("label_error", {"fraction_series": "paperbench"})
    assert set(counted) <= set(range(51))
    assert counted.mean() == pytest.approx(50 * flawed.mean(), rel=0.1)
    plain = replace(found.futures, draws=found.futures.draws.drop_vars("label_error"))
    with pytest.raises(ModelError, match="got a fit without ceilings"):
        Audit("paperbench", 50).values(plain, "end_to_end")


@pytest.mark.parametrize(
    "one",
    [
        HorizonOf("Claude Opus 4.5"),
        HorizonOn(DAY),
        ScoreOn("swe_bench_pro", DAY),
        JudgedTo("taste_gap", 0.4),
        Audit("paperbench", 100),
    ],
)
def test_what_is_written_is_read_back(one):
    assert measurement(str(one)) == one


def test_names_as_people_write_them_and_refusals(found):
    assert measurement("Score on SWE-bench Pro on 2026-12-31") == ScoreOn("swe_bench_pro", DAY)
    with pytest.raises(ConditionError, match="got 'weather', expected one of: horizon of"):
        measurement("weather")
    with pytest.raises(ConditionError, match="measurement 'horizon on soon': got 'soon'"):
        measurement("horizon on soon")
    with pytest.raises(ConditionError, match=r"got day 2099-01-01, expected .* for which"):
        HorizonOn("2099-01-01").values(found.futures, "end_to_end")
    with pytest.raises(ConditionError, match="got judged quantity 'taste'"):
        JudgedTo("taste", 0.4).values(found.futures, "end_to_end")


def test_an_event_is_asked_about_what_it_has(found):
    """Events without taste and adoption have none to be measured; the horizon lies ahead."""
    year = as_date(found.tag.as_of).year
    wanted = [f"horizon on {year}-12-31", "autonomy to 100%"]
    assert candidates_of(found, "engineering") == wanted
    assert len(value_of_information(found, (), DAY, "engineering").table) == 2
    assert "taste_gap to 40%" in candidates_of(found, "end_to_end")
    late = replace(found, tag=replace(found.tag, as_of=f"{year}-11-30"))
    assert candidates_of(late, "engineering")[0] == f"horizon on {year + 1}-12-31"


def test_the_error_of_what_is_resolved_is_that_of_other_seeds():
    """Of the same draws with other futures; folds that are foreseen from each other are alike."""
    day, one = date_of_year(AS_OF + 7.0), [JudgedTo("one", 0.3)]
    worlds = [normal_world(replicates=20, seed=seed) for seed in range(1, 41)]
    rows = [value_of_information(world, one, day, "work").table.iloc[0] for world in worlds]
    told = np.sqrt(np.mean([row["resolved_mcse"] ** 2 for row in rows]))
    assert np.std([row["resolved"] for row in rows], ddof=1) == pytest.approx(told, rel=0.3)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: JudgedTo("taste_gap", -1), "expected a number from 0 on"),
        (lambda: JudgedTo("taste_gap", float("nan")), "expected a number from 0 on"),
        (lambda: Audit("paperbench", 0), "with 0 items, expected a whole number from 1 on"),
        (lambda: Audit("paperbench", -5), "with -5 items"),
        (lambda: measurement("audit of paperbench with 0 items"), "with 0 items"),
    ],
)
def test_a_measurement_that_none_is_is_refused(make, message):
    with pytest.raises(ConditionError, match=message):
        make()
