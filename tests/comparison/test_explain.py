"""Tornado, power-scaling, leaving out and the whole explanation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import handmade
import numpy as np
import pytest
from handmade import certain, judged
from scipy import stats

from bayes_rsi.cards import load_card
from bayes_rsi.comparison.explain import explain
from bayes_rsi.comparison.leaving_out import leaving_out
from bayes_rsi.comparison.levers import with_prior
from bayes_rsi.comparison.sensitivity import sensitivity
from bayes_rsi.comparison.tornado import tornado
from bayes_rsi.comparison.variants import variant, variant_names
from bayes_rsi.errors import ModelError
from bayes_rsi.forecasting.project import forecast
from bayes_rsi.units import year_of_date

DAY = "2029-12-31"
YEAR = float(year_of_date(DAY))


# --- tornado -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["autonomy", "lead", "taste_gap", "adoption"])
def test_an_end_of_a_prior_is_a_card_that_is_certain_of_it(hand_fit, hand_forecast, name):
    """Put the 10% and the 90% quantile into the card and forecast again, from scratch."""
    event = hand_fit.card.events["work"]
    row = tornado(hand_forecast.futures, "work", YEAR).set_index("input")
    row = row.loc[f"requirement {name}" if name == "autonomy" else name]
    prior = event.priors.get(f"requirements.{name}") or event.priors[name]
    for end, p in ((0.1, "p_low"), (0.9, "p_high")):
        value = float(prior.quantile(end))
        sure = replace(prior, parameters=(value, 1e-9))
        card = replace(hand_fit.card, events={"work": with_prior(event, name, sure)})
        again = forecast(replace(hand_fit, card=card)).probability_by(DAY, "work")
        assert row[p] == pytest.approx(again, abs=1e-3)
        assert row["low" if end < 0.5 else "high"] == pytest.approx(value)
    assert row["change"] == pytest.approx(row["p_high"] - row["p_low"])


def test_shares_go_to_their_ends_and_the_largest_change_comes_first(hand_forecast):
    table = tornado(hand_forecast.futures, "work", YEAR)
    assert table["change"].abs().is_monotonic_decreasing
    rows = table.set_index("input")
    assert rows.loc["never", ["low", "high"]].tolist() == [0.0, 0.2]
    assert rows.loc["taste_free", ["low", "high"]].tolist() == [0.0, 1.0]
    assert rows.loc["never", "change"] < 0 < rows.loc["taste_free", "change"]
    assert rows.loc["growth", "kind"] == "data"
    assert rows.loc["growth", "change"] > 0
    assert (table["mcse"] > 0).all()


# --- power-scaling -------------------------------------------------------------------------------


def test_scaling_a_normal_prior_moves_what_theory_says():
    """Where the date is a lag alone, N(m, s), a power alpha makes it N(m, s / sqrt(alpha)).

    P(by m + s) is Phi(sqrt(alpha)), so its gradient by log2 alpha at 1 is phi(1) ln(2) / 2.
    """
    lag = judged("normal", 4.0, 0.5)
    event = handmade.event("work", {"one": certain(2.0**8)}, adoption=lag)
    card = handmade.card(event, replicates=400)
    found = forecast(handmade.fit(card, handmade.line()))
    at = float(handmade.YEARS[-1]) - 1.0 + 4.0
    table = sensitivity(found.futures, "work", {"later": at + 0.5, "middle": at})
    row = table.set_index("component").loc["adoption"]
    wanted = stats.norm.pdf(1.0) * np.log(2) / 2
    assert row["later"] == pytest.approx(wanted, abs=5 * row["later_mcse"])
    assert row["later_mcse"] < 0.05 * wanted
    assert row["middle"] == pytest.approx(0.0, abs=5 * row["middle_mcse"])
    assert row["median"] == pytest.approx(0.0, abs=5 * row["median_mcse"])
    assert row["psense"] > 0.05


def test_trusting_a_lognormal_more_narrows_it_about_its_median():
    """LN(m, s) to a power is LN(m, s / sqrt(alpha)), as for the normal of its logarithm.

    P(by m exp(s)) is Phi(sqrt(alpha)). In the unit itself a power would move the median too, to
    m exp(s^2 (1 / alpha - 1)): by -0.17 years for each doubling here.
    """
    lag = judged("lognormal", 4.0, 0.25)
    event = handmade.event("work", {"one": certain(2.0**8)}, adoption=lag)
    card = handmade.card(event, replicates=400)
    found = forecast(handmade.fit(card, handmade.line()))
    at = float(handmade.YEARS[-1]) - 1.0 + 4.0 * np.exp(0.25)
    table = sensitivity(found.futures, "work", {"later": at})
    row = table.set_index("component").loc["adoption"]
    wanted = stats.norm.pdf(1.0) * np.log(2) / 2
    assert row["later"] == pytest.approx(wanted, abs=5 * row["later_mcse"])
    assert row["median"] == pytest.approx(0.0, abs=5 * row["median_mcse"])
    assert row["median_mcse"] < 0.02


def test_scaling_a_skewed_prior_moves_the_median_as_theory_says():
    """Beta(a, b) to a power alpha is Beta(alpha (a - 1) + 1, alpha (b - 1) + 1)."""
    lag = judged("scaled_beta", 3.0, 1.5, 20.0)
    event = handmade.event("work", {"one": certain(2.0**8)}, adoption=lag)
    found = forecast(handmade.fit(handmade.card(event, replicates=400), handmade.line()))
    row = sensitivity(found.futures, "work", {}).set_index("component").loc["adoption"]
    low, high = (20 * stats.beta.median(2 * a + 1, 0.5 * a + 1) for a in (2**-0.1, 2**0.1))
    wanted = (high - low) / 0.2
    assert row["median"] == pytest.approx(wanted, abs=5 * row["median_mcse"])
    assert abs(wanted) > 10 * row["median_mcse"]


def test_every_component_has_a_row(hand_forecast):
    table = sensitivity(hand_forecast.futures, "work", {DAY: YEAR}).set_index("component")
    judged_ones = {"requirement autonomy", "lead", "taste_gap", "adoption", "never", "taste_free"}
    assert set(table.index[table["kind"] == "judgement"]) == judged_ones
    assert table.loc["growth_drift", "kind"] == "prior"
    assert table.loc["likelihood", "kind"] == "data"
    assert (
        table.loc["likelihood", DAY] > 3 * table.loc["likelihood", f"{DAY}_mcse"]
    )  # the scores like fast growth
    assert table.loc["never", DAY] > 0  # more trust in a small share of never
    assert table["psense"].is_monotonic_decreasing


def test_a_share_scaled_by_a_power_is_another_share(hand_forecast):
    """pi ** alpha against (1 - pi) ** alpha: the gradient of P(never) by log2 alpha."""
    table = sensitivity(hand_forecast.futures, "work", {"end": hand_forecast.futures.span[1]})
    never = hand_forecast.never("work").p
    slope = never * (1 - never) * np.log(0.1 / 0.9) * np.log(2)
    # What never comes is not there by the last day.
    assert table.set_index("component").loc["never", "end"] == pytest.approx(-slope, rel=0.1)


# --- leaving out ---------------------------------------------------------------------------------


def test_leaving_out_reweights_by_the_likelihood(hand_forecast):
    table = leaving_out(hand_forecast.futures, "work", YEAR).set_index("name")
    assert table.loc["exam", "change"] == table.loc["Ours", "change"] == 0
    assert table.loc["exam", "linear"] == 0
    told = hand_forecast.futures.log_likelihood.sel(score="paper|New|||").values
    chances = hand_forecast.futures.chances("work", YEAR, 16)
    by_hand = np.average(chances, weights=np.exp(-told)) - chances.mean()
    row = table.loc["paper"]
    assert row["k_hat"] <= 0.7
    # Smoothing changes the largest of 100 weights a little.
    assert row["change"] == pytest.approx(by_hand, rel=0.1)
    assert row["linear"] == pytest.approx(-np.cov(told.ravel(), chances.ravel(), ddof=0)[0, 1])
    assert row["change"] < 0  # without the scores that like fast growth it comes later
    assert row["linear"] == pytest.approx(row["change"], rel=0.25)
    assert table.loc["Theirs", "change"] == row["change"]


def test_where_the_weights_cannot_be_relied_on_there_is_no_number(hand_forecast):
    futures = hand_forecast.futures
    wild = replace(futures, log_likelihood=60.0 * futures.log_likelihood)
    row = leaving_out(wild, "work", YEAR).set_index("name").loc["paper"]
    assert row["k_hat"] > 0.7
    assert np.isnan(row["change"])
    assert np.isfinite(row["linear"])
    with pytest.raises(ModelError, match="got a fit without log_likelihood"):
        leaving_out(replace(futures, log_likelihood=None), "work", YEAR)


def test_chances_average_what_is_judged(hand_forecast):
    """Of the forecast's own dice they are its probability; of more, the same up to the error."""
    futures = hand_forecast.futures
    once, often = (futures.chances("work", YEAR, times) for times in (1, 30))
    share = hand_forecast.share_by(DAY, "work")
    assert once.mean() == pytest.approx(share.p, abs=2e-3)  # a ratio of means, not a mean of ratios
    assert abs(often.mean() - share.p) < 5 * share.mcse
    assert often.std() < once.std()


# --- variants and the whole ----------------------------------------------------------------------


def test_variants_change_one_thing(hand_fit):
    card, panel = load_card("baseline"), hand_fit.panel
    known = variant_names(card, panel)
    assert {"ceilings", "trend:constant", "series:exam", "lab:Ours"} <= set(known)
    assert not variant(card, panel, "ceilings").use_ceilings
    for trend in ("constant", "break", "feedback", "saturating"):
        other = variant(card, panel, f"trend:{trend}")
        assert other.trend == trend
        shipped = load_card(trend)
        # A trend with a limit of its own has less of `never`, which must not be counted twice.
        assert dict(other.events) == dict(shipped.events)
        assert {**shipped.priors, **card.priors} == dict(other.priors)
    assert variant(card, panel, "trend:saturating").events["end_to_end"].never == 0.01
    own = replace(card.events["end_to_end"], never=0.3)
    told = replace(card, events={**card.events, "end_to_end": own})
    assert variant(told, panel, "trend:saturating").events["end_to_end"] == own
    for name, gone in (("series:exam", "series:exam"), ("lab:Ours", "Old")):
        other = variant(card, panel, name)
        assert set(other.evidence.exclude) - set(card.evidence.exclude) == {gone}
        back = replace(other, name=card.name, evidence=card.evidence)
        assert back.digest == card.digest != other.digest
    with pytest.raises(ModelError, match=r"got variant 'trend:constnat'.*'trend:constant'"):
        variant(card, panel, "trend:constnat")


def test_a_prior_of_ones_own_stays_under_another_trend(hand_fit):
    card = load_card("baseline")
    own = replace(card.prior("horizon_rate"), parameters=(1.234, 0.5))
    told = replace(card, priors={**card.priors, "horizon_rate": own})
    assert variant(told, hand_fit.panel, "trend:constant").prior("horizon_rate") == own


def test_an_explanation_is_tables_and_a_dataset(hand_fit, hand_forecast):
    other = forecast(replace(hand_fit, card=replace(hand_fit.card, trend="constant")))
    found = explain(hand_forecast, DAY, "work", {"constant growth": other})
    assert found.day == date(2029, 12, 31)
    assert found.probability == hand_forecast.share_by(DAY, "work")
    row = found.alternatives.iloc[0]
    assert row["what"] == "constant growth"
    assert row["change"] == pytest.approx(other.probability_by(DAY, "work") - found.probability.p)
    judged_share = found.judged()
    parts = found.shares.set_index("kind")["shapley"]
    assert judged_share.p + parts["data"] + parts["chance"] == pytest.approx(1.0)
    data = found.dataset()
    assert data["shapley"].sel(input="data").item() == parts["data"]
    assert data["tornado_change"].sel(held="lead").item() > 0
    assert data["scaled_psense"].sel(component="lead").item() >= 0
    assert data.attrs["day"] == DAY


def test_the_error_of_an_alternative_has_both_sides(hand_fit, hand_forecast):
    other = forecast(replace(hand_fit, card=replace(hand_fit.card, trend="constant")))
    row = explain(hand_forecast, DAY, "work", {"constant growth": other}).alternatives.iloc[0]
    ours, theirs = (one.share_by(DAY, "work").mcse for one in (hand_forecast, other))
    assert row["mcse"] == pytest.approx(np.hypot(ours, theirs))


def test_without_a_log_likelihood_nothing_is_left_out(hand_fit, hand_forecast):
    plain = forecast(handmade.fit(hand_fit.card))
    assert explain(plain, DAY, "work").leaving_out.empty
    assert not explain(hand_forecast, DAY, "work").leaving_out.empty


def test_a_certain_answer_cannot_be_explained(hand_forecast):
    with pytest.raises(ModelError, match=r"got P\(work by 2026-07-01\) = 0, expected something"):
        explain(hand_forecast, "2026-07-01", "work")
    with pytest.raises(ModelError, match="expected one without condition"):
        explain(replace(hand_forecast, condition="x"), DAY, "work")


def test_a_series_that_says_nothing_is_left_out_without_error():
    found = forecast(handmade.whole_fit(size=50))
    year = float(year_of_date("2029-12-31"))
    row = leaving_out(found.futures, "end_to_end", year).set_index("name").loc["swe_bench_pro"]
    assert row["change"] == 0
    assert row["mcse"] == pytest.approx(0.0, abs=1e-12)


def test_growth_is_held_within_the_tenth_of_the_draws_around_each_end():
    futures, year = forecast(handmade.whole_fit(size=50)).futures, float(year_of_date("2029-12-31"))
    row = tornado(futures, "end_to_end", year).set_index("input").loc["growth"]
    growth, years = futures.flat("growth"), futures.scene("end_to_end").dates().year
    single = np.sort(futures.draws["growth"].values.ravel())
    size, variance = single.size, 0.0
    for end, name in ((0.1, "p_low"), (0.9, "p_high")):
        first, last = round(size * (end - 0.05)), round(size * (end + 0.05)) - 1
        near = (growth >= single[first]) & (growth <= single[last]) & ~np.isnan(years)
        p = np.mean(years[near] <= year)
        assert row[name] == pytest.approx(p)
        variance += p * (1 - p) / near.sum()
    # The futures of one draw are alike, so the error is no smaller than that of as many coins.
    assert row["mcse"] > 0.8 * np.sqrt(variance)
