"""The parts of an update against formulas: rows, shares of a shift, weights, matching."""

from __future__ import annotations

from dataclasses import replace

import handmade
import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from bayes_rsi.cards import Prior
from bayes_rsi.errors import EvidenceError, ModelError
from bayes_rsi.forecasting.montecarlo import error_of_mean, share_and_error
from bayes_rsi.forecasting.project import forecast
from bayes_rsi.forecasting.summary import median_growth
from bayes_rsi.forecasting.weights import (
    Weights,
    smoothed,
    weighted_median,
    weighted_share,
)
from bayes_rsi.updating.ratios import Told, attribution
from bayes_rsi.updating.reweighted import picked
from bayes_rsi.updating.rows import changes
from bayes_rsi.updating.sequential import OF_PANEL, matched, posterior_as_prior

RNG = np.random.default_rng(8)


def scores(**values: float) -> xr.Dataset:
    """Give the part of a panel that says what was measured: `series_system` to value."""
    labels = [name.replace("_", "|") for name in values]
    size = len(labels)
    empty = np.full(size, np.nan)
    columns = {
        "value": np.array(list(values.values())),
        "n_trials": np.full(size, 10),
        "sd_log2": empty,
        "censoring": np.full(size, "none"),
        "lower": empty,
        "upper": empty,
        "scaffold_family": np.full(size, "none"),
        "score_series": np.array([label.split("|")[0] for label in labels], dtype=str),
        "score_system": np.array([label.split("|")[1] for label in labels], dtype=str),
        "known_on": np.full(size, "2026-07-01", dtype="datetime64[ns]"),
    }
    series = sorted({label.split("|")[0] for label in labels})
    systems = sorted({label.split("|")[1] for label in labels})
    released = np.array(
        ["2026-08-01" if name == "late" else "2026-01-01" for name in systems],
        dtype="datetime64[ns]",
    )
    audits = [f"audit_{name}" for name in ("flawed", "sound", "credited", "refused")]
    return xr.Dataset(
        {name: ("score", column) for name, column in columns.items()}
        | {name: ("series", np.zeros(len(series))) for name in audits}
        | {"released": ("system", released)},
        coords={"score": labels, "series": series, "system": systems},
        attrs={"as_of": "2026-06-30"},
    )


# --- what is new ---------------------------------------------------------------------------------


def test_new_gone_and_changed_scores_are_told_apart():
    found = changes(scores(a_x=0.1, a_y=0.2, b_x=0.3), scores(a_x=0.1, a_y=0.25, a_z=0.4))
    assert found.table["score"].tolist() == ["a|y", "a|z"]
    assert found.new.tolist() == [1, 2]
    assert set(found.gone) == {"a|y", "b|x"}
    assert found.new_series == ()
    assert changes(scores(a_x=0.1), scores(a_x=0.1, c_x=0.5)).new_series == ("c",)


def test_systems_released_after_the_fit_are_told():
    found = changes(scores(a_x=0.1), scores(a_x=0.2, a_late=0.5))
    assert found.later_systems == ("late",)
    assert changes(scores(a_late=0.5), scores(a_late=0.5, a_x=0.2)).later_systems == ()


def test_audits_that_say_something_else_are_found():
    before = scores(a_x=0.1, b_x=0.2)
    after = before.assign(audit_flawed=("series", [0.0, 3.0]))
    found = changes(before, after)
    assert found.audited == ("b",)
    assert not len(found.new)
    assert changes(before, scores(a_x=0.3, b_x=0.2)).audited == ()


def test_other_facts_about_series_and_systems_are_found():
    """A floor or a release that was corrected changes what all other scores say too."""
    before = scores(a_x=0.1, b_x=0.2).assign(floor=("series", [np.nan, 0.25]))
    assert changes(before, before.assign(value=("score", [0.1, 0.3]))).restated == ()
    found = changes(before, before.assign(floor=("series", [np.nan, 0.5])))
    assert found.restated == ("b",)
    assert not len(found.new)
    day = np.array(["2026-02-01"], dtype="datetime64[ns]")
    assert changes(before, before.assign(released=("system", day))).restated == ("x",)
    other = before.assign(scaffold_family=("score", ["none", "agent"]))
    assert changes(before, other).table["score"].tolist() == ["b|x"]


def test_a_series_that_lost_all_scores_is_told():
    assert changes(scores(a_x=0.1, b_x=0.3), scores(a_x=0.1)).lost_series == ("b",)


def test_scores_that_change_nothing_are_refused():
    with pytest.raises(EvidenceError, match="got 'scores that change nothing'"):
        changes(scores(a_x=0.1), scores(a_x=0.1))


# --- weights -------------------------------------------------------------------------------------


def test_weights_make_a_normal_into_another():
    """Draws of N(0, 1) seen as N(0.5, 0.8): the mean moves to it, within Monte Carlo error."""
    draws = RNG.standard_normal((4, 2000))
    weights = smoothed(stats.norm(0.5, 0.8).logpdf(draws) - stats.norm.logpdf(draws))
    assert weights.values.mean() == pytest.approx(1.0)
    assert weights.reliable
    p, residual = weighted_share((draws[..., None] < 0.5).astype(float), weights.values)
    error = error_of_mean(residual)
    assert p == pytest.approx(0.5, abs=5 * error)
    assert error == pytest.approx(0.5 / np.sqrt(weights.ess), rel=0.3)


def test_a_weighted_median_halves_the_weight():
    values, mass = np.array([3.0, 1.0, np.nan, 2.0]), np.array([1.0, 1.0, 9.0, 3.0])
    assert weighted_median(values, mass) == 2.0
    assert weighted_median(values, np.ones(4)) == 2.0


def test_a_heavy_tail_is_not_reliable_and_flat_weights_are():
    draws = RNG.standard_normal((4, 1000))
    assert not smoothed(stats.norm(0.0, 3.0).logpdf(draws) - stats.norm.logpdf(draws)).reliable
    flat = smoothed(np.zeros((4, 1000)))
    assert flat.reliable
    assert flat.ess == 4000
    assert not Weights(np.ones((1, 4)), float("nan"), 4.0).reliable


def test_systematic_resampling_takes_each_draw_as_often_as_it_weighs():
    weights = RNG.gamma(0.5, size=(4, 500))
    weights = weights / weights.mean()
    counts = np.bincount(picked(weights, 3), minlength=2000).reshape(weights.shape)
    assert np.all(np.abs(counts - weights) < 1)
    assert counts.sum() == 2000


# --- whose doing the shift is --------------------------------------------------------------------


def told(**rows: np.ndarray) -> Told:
    """Give scores of one system each, known to the fit: one node."""
    return Told({n: r[:, None] for n, r in rows.items()}, {n: n for n in rows}, np.zeros(3000))


def test_the_shares_of_a_shift_add_up_to_it():
    draws, other = RNG.standard_normal(3000), RNG.standard_normal(3000)
    chances = special.expit(draws)
    parts = told(mine=0.5 * draws, yours=-0.2 * draws, nothing=np.zeros(3000), apart=0.3 * other)
    found = attribution(parts, chances)
    weights = special.softmax(parts.log_ratio())
    assert sum(found.values()) == pytest.approx(np.sum(weights * chances) - chances.mean())
    assert found["nothing"] == 0
    assert found["mine"] > 0 > found["yours"]
    assert found["mine"] == pytest.approx(-2.5 * found["yours"])


def test_a_score_that_went_takes_its_part_back():
    draws = RNG.standard_normal(3000)
    chances = special.expit(draws)
    came = told(mine=0.5 * draws)
    swapped = replace(came, gone=0.5 * draws)
    found = attribution(swapped, chances)
    assert found["scores that went"] == pytest.approx(-found["mine"])
    assert swapped.log_ratio() == pytest.approx(np.zeros(3000), abs=1e-12)


def test_rows_of_a_new_system_are_averaged_over_what_it_may_be():
    """Two rows N(c + d, 1) of a system c ~ N(0, 1), under draws d: the marginal is known."""
    draws, nodes = RNG.standard_normal(300), RNG.standard_normal((300, 20000))
    rows = {
        label: stats.norm.logpdf(value, draws[:, None] + nodes, 1.0)
        for label, value in (("one", 0.7), ("two", -0.4))
    }
    found = Told(rows, dict.fromkeys(rows, "system"), np.zeros(300)).log_ratio()
    mean = np.repeat(draws[:, None], 2, axis=1)
    exact = [
        stats.multivariate_normal(m, [[2.0, 1.0], [1.0, 2.0]]).logpdf([0.7, -0.4]) for m in mean
    ]
    assert found == pytest.approx(exact, abs=0.1)


# --- posterior as prior --------------------------------------------------------------------------

FAMILIES = [
    ("normal", (1.5, 0.7)),
    ("lognormal", (3.0, 0.4)),
    ("halfnormal", (2.0,)),
    ("beta", (4.0, 9.0)),
    ("scaled_beta", (4.0, 9.0, 0.3)),
]


@pytest.mark.parametrize(("family", "numbers"), FAMILIES)
def test_matching_the_draws_of_a_prior_gives_it_back(family, numbers):
    prior = Prior("x", family, numbers, "1", "why", "judgement")
    found = matched(prior, prior.draw(np.random.default_rng(1), 200_000), "told")
    assert found.parameters == pytest.approx(numbers, rel=0.02)
    assert found.source == "an earlier fit"


def _posterior(prior: Prior, seen: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """Probability of each point of a grid, given normal figures with that mean and sd 1."""
    log = prior.log_density(grid) + stats.norm.logpdf(seen[:, None], grid, 1.0).sum(axis=0)
    return special.softmax(log)


@pytest.mark.parametrize(("family", "numbers"), [FAMILIES[0], FAMILIES[1]])
def test_sequential_and_joint_fits_agree(family, numbers):
    """Half of the figures, the posterior matched as a prior, the other half: as all at once."""
    rng = np.random.default_rng(6)
    prior = Prior("x", family, numbers, "1", "why", "judgement")
    seen, grid = rng.normal(2.0, 1.0, 16), np.linspace(0.01, 8.0, 8000)
    first = rng.choice(grid, 100_000, p=_posterior(prior, seen[:8], grid))
    then = _posterior(matched(prior, first, "first half"), seen[8:], grid)
    joint = _posterior(prior, seen, grid)
    for moment in (grid, grid**2):
        assert then @ moment == pytest.approx(joint @ moment, rel=0.02)
    alone = _posterior(prior, seen[8:], grid)
    assert abs(alone @ grid - joint @ grid) > 0.05  # the first half matters


@given(st.sampled_from(["growth_drift"]), st.floats(0.05, 0.8))
def test_the_card_of_the_next_fit_has_the_posterior(name, middle):
    fit = handmade.whole_fit(size=50)
    posterior = fit.tree["posterior"].to_dataset()
    posterior = posterior.assign({name: middle * posterior[name] / posterior[name].mean()})
    card = posterior_as_prior(handmade.fit(fit.card, posterior), [name])
    logs = np.log(posterior[name].values)
    assert card.prior(name).parameters == pytest.approx((np.exp(logs.mean()), logs.std()))
    assert card.name != fit.card.name
    assert card.prior("gap_small") == fit.card.prior("gap_small")


def test_only_priors_of_single_numbers_can_be_handed_on():
    fit = handmade.whole_fit(size=50)
    with pytest.raises(ModelError, match=r"got 'slope', expected a prior of a single number"):
        posterior_as_prior(fit, ["slope"])


@pytest.mark.parametrize("name", OF_PANEL)
def test_what_is_told_from_the_systems_of_one_fit_is_not_handed_on(name):
    fit = handmade.whole_fit(size=50)
    with pytest.raises(ModelError, match=f"got '{name}', expected a quantity that means the same"):
        posterior_as_prior(fit, [name])
    varying = fit.tree["posterior"].to_dataset()
    noise = np.random.default_rng(2).uniform(0.4, 0.6, varying["growth"].shape)
    known = [n for n in fit.card.priors if n in varying and varying[n].ndim == 2]
    known += OF_PANEL
    varying = varying.assign(dict.fromkeys(known, (varying["growth"].dims, noise)))
    card = posterior_as_prior(handmade.fit(fit.card, varying))
    assert card.prior(name) == fit.card.prior(name)
    assert card.prior("growth_drift") != fit.card.prior("growth_drift")


def test_growth_is_told_of_the_futures_that_are_left():
    """Fast growth and an early date go together: what has not come speaks for slow growth."""
    before = forecast(handmade.whole_fit(size=100))
    growth = before.frontier["growth"].transpose("chain", "draw").values
    years = before.events["event_year"]
    fast = xr.DataArray(growth > np.median(growth), dims=("chain", "draw"))
    lost = xr.zeros_like(years.isel(event=0), dtype=bool) | fast
    known = years.notnull().all("event").mean("replicate").transpose("chain", "draw").values
    slow = np.where(growth > np.median(growth), 0.0, known)
    wanted = weighted_median(growth, slow)
    assert median_growth(before, lost=lost) == wanted < median_growth(before)
    tilted = np.exp(growth)
    assert median_growth(before, tilted) == weighted_median(growth, known * tilted)
    events = before.events.assign(event_year=years.where(~lost))
    assert median_growth(replace(before, events=events)) == wanted


def test_missing_futures_widen_the_error_of_a_weighted_share():
    """As without weights: the share is a ratio."""
    values = (np.random.default_rng(1).random((4, 500, 2)) < 0.5).astype(float)
    values[:, ::3] = np.nan
    p, residual = weighted_share(values, np.ones((4, 500)))
    flags = xr.DataArray(values, dims=("chain", "draw", "replicate"))
    told = share_and_error(flags)
    assert (p, error_of_mean(residual)) == pytest.approx((told.p, told.mcse))


@pytest.mark.parametrize("name", ["n_trials", "sd_log2", "censoring", "lower", "upper"])
def test_what_is_said_of_a_figure_makes_it_another(name):
    before = scores(a_x=0.1, b_x=0.2)
    values = before[name].values.astype(object)
    values[1] = "right" if name == "censoring" else 7
    values = values.astype(str if name == "censoring" else before[name].dtype)
    found = changes(before, before.assign({name: ("score", values)}))
    assert found.table["score"].tolist() == ["b|x"]
    assert found.gone == ("b|x",)
