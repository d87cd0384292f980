"""One real fit, small enough to wait for: what it holds, and that its parts speak of one model."""

from __future__ import annotations

import arviz as az
import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy import special, stats

from bayes_rsi import names
from bayes_rsi.forecasting.paths import continued
from bayes_rsi.forecasting.project import forecast
from bayes_rsi.inference.sample import PRIOR_DRAWS, THIN, fit
from bayes_rsi.inference.store import load, save
from bayes_rsi.units import year_of_date

CHAINS, DRAWS = 2, 150
DRAW_DIMS = (names.CHAIN, names.DRAW)
#: Quantities of the posterior that are public, and their dims beside chain and draw.
PUBLIC = {
    names.FRONTIER_CLOCK: (names.DATE,),
    names.CAPABILITY_CLOCK: (names.SYSTEM,),
    names.GROWTH_DRIFT: (),
    names.GROWTH_WAVE: (names.STEP,),
    names.CEILING: (names.FRACTION_SERIES,),
    names.FRONTIER: (names.DATE,),
    names.CAPABILITY: (names.SYSTEM,),
    names.DIFFICULTY: (names.FRACTION_SERIES,),
    names.SLOPE: (names.FRACTION_SERIES,),
    names.GROWTH: (),
    names.SPEEDUP_DIFFICULTY: (names.SPEEDUP_SERIES,),
    names.SPEEDUP_SLOPE: (names.SPEEDUP_SERIES,),
    names.SPEEDUP_LIMIT: (names.SPEEDUP_SERIES,),
    names.RATIO_DIFFICULTY: (names.RATIO_SERIES,),
    names.RATIO_SLOPE: (names.RATIO_SERIES,),
    names.COUNT_DIFFICULTY: (names.COUNT_SERIES,),
    names.COUNT_SLOPE: (names.COUNT_SERIES,),
}
OBSERVED = {
    names.FRACTION: names.FRACTION_SCORE,
    names.SPEEDUP: names.SPEEDUP_SCORE,
    names.RATIO: names.RATIO_SCORE,
    names.COUNT: names.COUNT_SCORE,
    names.HORIZON: names.HORIZON_SCORE,
    names.HORIZON_CENSORED: names.CENSORED_SCORE,
}


@pytest.fixture(scope="module")
def posterior(small_fit):
    return small_fit.tree["posterior"].to_dataset()


@pytest.fixture(autouse=True)
def _closed_figures():
    yield
    plt.close("all")


# --- what it holds -------------------------------------------------------------------------------


def test_public_quantities_have_their_dims_in_posterior_and_prior(small_fit):
    for group, sizes in (("posterior", (CHAINS, DRAWS)), ("prior", (1, PRIOR_DRAWS))):
        held = small_fit.tree[group].to_dataset()
        for name, dims in PUBLIC.items():
            assert held[name].dims == (*DRAW_DIMS, *dims), (group, name)
            assert held[name].shape[:2] == sizes
            assert np.isfinite(held[name].values).all(), (group, name)


def test_groups_are_those_of_a_fit(small_fit):
    assert set(small_fit.tree.children) == {
        "posterior",
        "prior",
        "prior_predictive",
        "posterior_predictive",
        "log_likelihood",
        "sample_stats",
        "observed_data",
        "constant_data",
    }


def test_the_panel_is_the_constant_data(small_fit):
    assert small_fit.tree["constant_data"].to_dataset().identical(small_fit.panel)


def test_labels_are_those_of_the_panel(small_fit, posterior):
    panel = small_fit.panel
    assert posterior[names.SYSTEM].values.tolist() == panel["system"].values.tolist()
    for kind in ("fraction", "horizon", "speedup", "ratio", "count"):
        series = panel["series"].values[panel["kind"].values == kind]
        assert posterior[f"{kind}_series"].values.tolist() == series.tolist()
        assert series.size
    knots = posterior[names.DATE].values
    assert knots[-1] == np.datetime64(panel.attrs["as_of"])
    assert knots[0] <= panel["released"].values.min()
    assert posterior[names.STEP].values.tolist() == knots[2:].tolist()


def test_what_was_observed_is_the_panel(small_fit):
    observed, panel = small_fit.tree["observed_data"].to_dataset(), small_fit.panel
    assert {name: observed[name].dims for name in observed} == {
        **{name: (dim,) for name, dim in OBSERVED.items()},
        names.AUDIT: (names.AUDITED_SERIES,),
    }
    scores = [label for dim in OBSERVED.values() for label in observed[dim].values.tolist()]
    assert sorted(scores) == sorted(panel["score"].values.tolist())
    same, logarithm = (lambda value: value), np.log2
    scales = {"fraction": same, "count": same}
    for kind in ("fraction", "count", "horizon", "speedup", "ratio"):
        seen = observed[kind]
        values = panel["value"].sel(score=seen[f"{kind}_score"]).values
        assert seen.values == pytest.approx(scales.get(kind, logarithm)(values)), kind


def test_every_score_has_its_log_likelihood(small_fit):
    held = small_fit.tree["log_likelihood"][names.SCORE_LOG_LIKELIHOOD]
    assert held.dims == (*DRAW_DIMS, names.SCORE)
    labels = [each["score"].values.tolist() for each in (held, small_fit.panel)]
    assert sorted(labels[0]) == sorted(labels[1])
    assert np.isfinite(held.values).all()


def test_predictions_are_thinned_and_lie_where_scores_can(small_fit):
    predicted = small_fit.tree["posterior_predictive"].to_dataset()
    for name, dim in OBSERVED.items():
        assert predicted[name].dims == (*DRAW_DIMS, dim)
        assert np.isfinite(predicted[name].values).all()
    assert predicted["draw"].values.tolist() == list(range(0, DRAWS, THIN))
    shares = predicted[names.FRACTION].values
    assert shares.min() >= 0
    assert shares.max() <= 1


def test_origin_and_verdict(small_run):
    fitted, tag = small_run.fit, small_run.fit.tag
    assert (tag.card, tag.card_digest) == ("baseline", small_run.card.digest)
    assert (tag.as_of, tag.data_digest) == ("2026-06-30", small_run.evidence.digest)
    assert (tag.n_scores, tag.n_systems, tag.n_series) == tuple(
        fitted.panel.sizes[dim] for dim in ("score", "system", "series")
    )
    assert tag.seed == 1
    # 300 draws are too few for 400 effective ones: the gates must say so.
    assert not fitted.verdict.passed
    assert "ess_bulk" in fitted.verdict.sentence()


# --- ArviZ takes it as it is ---------------------------------------------------------------------


def test_summary_has_a_row_for_every_element(small_fit, posterior):
    table = az.summary(small_fit.tree)
    assert len(table) == sum(posterior[name][0, 0].size for name in posterior)
    assert "growth" in table.index


def test_loo_needs_no_name(small_fit):
    found = az.loo(small_fit.tree)
    assert np.isfinite(found.elpd)
    assert found.n_data_points == small_fit.panel.sizes["score"]


@pytest.mark.parametrize(
    ("plot", "options"),
    [
        (az.plot_trace_dist, {"var_names": [names.GROWTH, names.GROWTH_DRIFT]}),
        (az.plot_ppc_dist, {}),
        (az.plot_forest, {"var_names": [names.SLOPE, names.CEILING]}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_plots_run(small_fit, plot, options):
    plot(small_fit.tree, **options)
    assert plt.get_fignums()


# --- parts of one model --------------------------------------------------------------------------


def test_the_clock_of_the_frontier_is_the_calendar_at_the_pins(small_fit, posterior):
    """Pins are knots here; the clock counts from the later one."""
    card = small_fit.card
    early, late = (-1 - round(pin / card.knot_years) for pin in card.pins)
    clock = posterior[names.FRONTIER_CLOCK].values
    assert clock[..., late] == pytest.approx(np.zeros((CHAINS, DRAWS)), abs=1e-9)
    span = card.pins[0] - card.pins[1]
    assert clock[..., early] == pytest.approx(np.full((CHAINS, DRAWS), -span), abs=1e-9)


def test_the_frontier_only_rises(posterior):
    assert np.all(np.diff(posterior[names.FRONTIER].values, axis=-1) > 0)


def place_of(fitted, clock):
    """Give places in the frame of the scored systems: (clock - level) / pace, NumPy only."""
    panel, capability = fitted.panel, fitted.tree["posterior"][names.CAPABILITY_CLOCK].values
    weights = np.array([np.sum(panel["score_system"].values == s) for s in panel["system"].values])
    years = year_of_date(panel["released"].values)
    centred = years - np.average(years, weights=weights)
    level = np.average(capability, axis=-1, weights=weights)[..., None]
    pace = np.sum(weights * centred * (capability - level), axis=-1) / np.sum(weights * centred**2)
    return (clock - level) / pace[..., None]


@pytest.mark.parametrize(
    ("clock", "told"),
    [(names.CAPABILITY_CLOCK, names.CAPABILITY), (names.FRONTIER_CLOCK, names.FRONTIER)],
)
def test_doublings_are_the_scale_of_the_reference_series(small_fit, posterior, clock, told):
    place = place_of(small_fit, posterior[clock].values)
    at_level, rate = (
        posterior[name].values[..., None] for name in ("horizon_at_level", "horizon_rate")
    )
    assert posterior[told].values == pytest.approx(at_level + rate * place, abs=1e-8)


def test_growth_is_the_slope_of_the_last_interval(small_fit, posterior):
    gained = posterior[names.FRONTIER].diff("date").isel(date=-1).values
    assert posterior[names.GROWTH].values == pytest.approx(gained / small_fit.card.knot_years)


def test_a_horizon_of_the_reference_series_is_scored_at_its_capability(small_fit, posterior):
    """No offset and no stretch: Normal(capability + deviation, noise), by SciPy."""
    panel, series = small_fit.panel, "metr_th11_p50"
    rows = (panel["score_series"].values == series) & (panel["censoring"].values == "none")
    picked = panel.isel(score=rows)
    assert picked.sizes["score"] > 20
    known = panel["sd_log2"].values
    sd = np.where(np.isnan(known), np.nanmedian(known), known)[rows]
    of = picked["score_system"].values
    mean = posterior[names.CAPABILITY].sel(system=of).values
    raw = posterior["horizon_deviation_raw"].sel(horizon_system=of).values
    scatter, shared, extra = (
        posterior[name].values[..., None]
        for name in ("horizon_scatter", "horizon_shared", "horizon_noise")
    )
    mean = mean + scatter * raw
    noise = np.sqrt((1 - shared) * sd**2 + extra**2)
    wanted = stats.norm.logpdf(np.log2(picked["value"].values), mean, noise)
    held = small_fit.tree["log_likelihood"][names.SCORE_LOG_LIKELIHOOD]
    assert held.sel(score=picked["score"].values).values == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize("series", ["gpqa_diamond", "paperbench", "posttrainbench_v1"])
def test_a_share_is_scored_by_the_curve_that_parity_is_read_from(small_fit, series):
    """Floor to ceiling, in doublings; scores inside (0, 1), by SciPy."""
    wanted = names.DIFFICULTY, names.SLOPE, names.CEILING, "overdispersion", "rounding"
    scores, capability, held, difficulty, slope, ceiling, spread, rounding = parts_of(
        small_fit, series, *wanted
    )
    floor, value = float(small_fit.panel["floor"].sel(series=series)), scores["value"].values
    logit = slope * (capability - difficulty) + effects_of(small_fit, scores, series)
    mean = floor + (ceiling - floor) * special.expit(logit)
    even, (own, rest) = mean * (1 - mean), shared_of(small_fit, scores, series)
    variance = even * (1 / scores["n_trials"].values + rest * spread**2) + rounding**2
    density = stats.norm.logpdf(value, mean + own * spread * np.sqrt(even), np.sqrt(variance))
    inside = (value > 0) & (value < 1)
    assert inside.any()
    assert held[..., inside] == pytest.approx(density[..., inside], rel=1e-4, abs=1e-4)


def shared_of(fitted, scores, series):
    """Give what figures of one system on the series share, and the rest of their variance."""
    posterior = fitted.tree["posterior"].to_dataset()
    labels = [f"{series}|{system}" for system in scores["score_system"].values]
    several = np.array([labels.count(label) > 1 for label in labels])
    if not several.any():
        return 0.0, 1.0
    share = posterior["overdispersion_common"].values[..., None]
    own = np.zeros((*share.shape[:-1], len(labels)))
    known = [label for label in labels if labels.count(label) > 1]
    own[..., several] = posterior["repeated_deviation"].sel(repeated=known).values
    return np.sqrt(share) * own, np.where(several, 1 - share, 1.0)


def effects_of(fitted, scores, series):
    """Give what reporter and harness add to the logits of scores, relative to their average."""
    posterior = fitted.tree["posterior"].to_dataset()
    own = (scores["reporter"].values == "developer").astype(float)
    effect = posterior["reporter_offset"].values[..., None] * (own - own.mean())
    families = scores["scaffold_family"].values
    if len(set(families)) == 1:
        return effect
    labels = [f"{series}|{family or 'unstated'}" for family in families]
    of_harness = posterior["harness_effect"].sel(harness=labels).values
    assert of_harness.mean(axis=-1) == pytest.approx(0.0, abs=1e-9)
    return effect + of_harness


def parts_of(fitted, series, *wanted):
    """Give scores of a series, capability of their systems, and draws of some quantities."""
    posterior, panel = fitted.tree["posterior"].to_dataset(), fitted.panel
    picked = panel.isel(score=panel["score_series"].values == series)
    capability = posterior[names.CAPABILITY].sel(system=picked["score_system"].values).values
    release = year_of_date(panel["released"].sel(system=picked["score_system"].values).values)
    drift = posterior["series_drift_doublings"].sel(drifting_series=series).values[..., None]
    capability = capability + drift * (release - release.mean())
    kind = str(panel["kind"].sel(series=series).item())
    at = posterior.sel({f"{kind}_series": series})
    held = fitted.tree["log_likelihood"][names.SCORE_LOG_LIKELIHOOD]
    held = held.sel(score=picked["score"].values).values
    return picked, capability, held, *(at[name].values[..., None] for name in wanted)


def test_a_speedup_is_scored_by_the_curve_that_parity_is_read_from(small_fit):
    wanted = names.SPEEDUP_DIFFICULTY, names.SPEEDUP_SLOPE, names.SPEEDUP_LIMIT, "speedup_noise"
    scores, capability, held, difficulty, slope, limit, noise = parts_of(
        small_fit, "anthropic_cpu_speedup", *wanted
    )
    mean = limit * special.expit(slope * (capability - difficulty))
    density = stats.norm.logpdf(np.log2(scores["value"].values), mean, noise)
    assert held == pytest.approx(density, abs=1e-4)


def test_a_ratio_is_scored_by_the_line_that_parity_is_read_from(small_fit):
    wanted = names.RATIO_DIFFICULTY, names.RATIO_SLOPE, "ratio_noise"
    scores, capability, held, even, slope, noise = parts_of(small_fit, "re_bench_gdm", *wanted)
    mean = slope * (capability - even)
    density = stats.norm.logpdf(np.log2(scores["value"].values), mean, noise)
    assert held == pytest.approx(density, abs=1e-4)


def test_a_count_is_scored_by_its_binomial(small_fit):
    wanted = names.COUNT_DIFFICULTY, names.COUNT_SLOPE
    scores, capability, held, difficulty, slope = parts_of(small_fit, "erdos_aletheia", *wanted)
    p = special.expit(slope * (capability - difficulty))
    mass = stats.binom.logpmf(scores["value"].values, scores["n_trials"].values, p)
    assert held == pytest.approx(mass, rel=1e-4, abs=1e-4)


# --- what follows it -----------------------------------------------------------------------------


def test_a_forecast_repeats_the_frontier_of_the_fit(small_fit, posterior):
    frontier = forecast(small_fit).frontier["frontier"]
    assert np.array_equal(
        frontier.isel(date=slice(posterior.sizes["date"])).values, posterior["frontier"].values
    )


def test_the_future_starts_from_the_growth_of_the_fit(small_fit, posterior):
    """Not from the difference of two knots, whose dates are rounded to days: 0.3% of a quarter."""
    still = posterior.assign(growth_drift=posterior["growth_drift"] * 0)
    end = float(year_of_date(small_fit.tag.as_of))
    paths = continued(still, small_fit.card, end + 1.0, seed=1)
    growth = np.repeat(posterior["growth"].values.ravel(), small_fit.card.forecast.replicates)
    assert paths.values[:, -1] - paths.at(np.array([end]))[:, 0] == pytest.approx(growth)


def test_a_forecast_from_the_prior_runs(small_fit):
    found = forecast(small_fit, group="prior")
    assert found.events.sizes["draw"] == PRIOR_DRAWS
    assert 0 < found.probability_by("2035-12-31") < 1


def test_a_fit_is_kept_and_loaded(small_run, tmp_path):
    path = save(small_run.fit, tmp_path)
    found = load(small_run.card, small_run.evidence, path.parent, seed=1)
    assert found.tag == small_run.fit.tag
    assert found.verdict == small_run.fit.verdict
    assert found.panel.identical(small_run.fit.panel)
    for group in small_run.fit.tree.children:
        one, other = (each.tree[group].to_dataset() for each in (small_run.fit, found))
        assert other.equals(one), group
    assert forecast(found).events.identical(forecast(small_run.fit).events)


# --- on the way ----------------------------------------------------------------------------------


def test_stages_are_told_in_order_and_shares_rise(small_run):
    stages = [stage for stage, _ in small_run.told]
    order = ["reading", "compiling", "sampling", "predicting", "judging"]
    assert sorted(stages, key=order.index) == stages
    assert set(stages) == set(order)
    shares = [share for stage, share in small_run.told if stage == "sampling" and share is not None]
    assert shares
    assert shares == sorted(shares)
    assert shares[0] >= 0
    assert shares[-1] <= 1
    assert {stage for stage, share in small_run.told if share is not None} == {"sampling"}
    assert set(small_run.fit.timings) == set(order)
    assert min(small_run.fit.timings.values()) > 0


@pytest.mark.slow
def test_the_same_seed_gives_the_same_draws(small_run):
    """The cache of compiled code is warm; about 20 s."""
    again = fit(small_run.card, small_run.evidence, seed=1)
    assert set(again.tree.children) == set(small_run.fit.tree.children)
    for group in ("posterior", "prior", "prior_predictive", "posterior_predictive"):
        one, other = (each.tree[group].to_dataset() for each in (small_run.fit, again))
        assert other.equals(one), group
    assert again.verdict == small_run.fit.verdict
