"""The whole model: its prior stays where the axioms say, and building it is pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pymc as pm
import pytest
import xarray as xr

from bayes_rsi import names
from bayes_rsi.cards import Card
from bayes_rsi.errors import CardError
from bayes_rsi.evidence import load_evidence
from bayes_rsi.evidence import panel as panel_of
from bayes_rsi.model.build import build, coordinates, start

DRAWS = 400


def without(panel: xr.Dataset, rows: np.ndarray) -> xr.Dataset:
    """Give a panel without some scores, and without what has none left."""
    kept = panel.isel(score=np.flatnonzero(~rows))
    of = {dim: np.isin(kept[dim], kept[f"score_{dim}"]) for dim in ("system", "series")}
    return kept.isel({dim: np.flatnonzero(here) for dim, here in of.items()})


def test_the_tiny_panel_has_the_form_of_a_real_one(panel: xr.Dataset) -> None:
    real = panel_of(load_evidence("2026-06-30"))
    forms = [
        {name: (item.dims, item.dtype.kind) for name, item in each.variables.items()}
        for each in (panel, real)
    ]
    assert forms[0] == forms[1]
    assert panel.attrs.keys() == real.attrs.keys()
    for dim in ("score", "series"):
        assert panel[dim].values.tolist() == sorted(panel[dim].values)


def share_leaving(expected, floor, ceiling):
    """Share of expected scores outside [floor, ceiling], but for the last bits."""
    slack = 1e-12
    return float(np.mean((expected < floor - slack) | (expected > ceiling + slack)))


@pytest.fixture(scope="module")
def expected(world):
    """Prior draws of the expected scores as the likelihood gets them, and of the ceilings."""
    observed = world.model["fraction"]
    mean, _ = observed.owner.op.dist_params(observed.owner)
    return pm.draw([mean, world.model["ceiling"]], draws=DRAWS, random_seed=3, mode="FAST_COMPILE")


def test_no_prior_curve_leaves_floor_and_ceiling(world, expected):
    mean, ceiling = expected
    rows = world.rows("fraction")
    of = [world.model.coords["fraction_series"].index(s) for s in rows["score_series"].values]
    floor = np.nan_to_num(rows["floor"].values)
    assert mean.shape == (DRAWS, len(of))
    assert share_leaving(mean, floor, ceiling[:, of]) == 0.0
    # Not because they all stay in the middle.
    assert (mean < floor + 0.01).any()
    assert (mean > ceiling[:, of] - 0.01).any()


def test_the_share_that_leaves_is_seen(expected):
    mean, ceiling = expected
    assert share_leaving(mean, mean + 0.01, 1.0) == 1.0
    assert share_leaving(mean, 0.0, mean - 0.01) == 1.0
    assert 0 < share_leaving(mean, 0.0, ceiling.min()) < 1


def test_prior_scores_are_shares(prior):
    scores = prior.prior_predictive["fraction"]
    assert ((scores >= 0) & (scores <= 1)).all()
    assert (scores == 0).any()
    assert (scores == 1).any()


def test_the_prior_frontier_never_falls(prior):
    for name in ("frontier_clock", "frontier"):
        assert (prior.prior[name].diff("date") >= 0).all()


def test_growth_is_the_last_slope_of_the_frontier(prior, card):
    last = prior.prior["frontier"].isel(date=[-2, -1]).diff("date").squeeze("date")
    slope = last / card.knot_years
    np.testing.assert_allclose(prior.prior["growth"], slope, rtol=1e-9)
    assert (prior.prior["growth"] > 0).all()


def test_prior_horizons_are_finite_and_uncensored(prior):
    for name in ("horizon", "horizon_censored"):
        drawn = prior.prior_predictive[name]
        assert np.isfinite(drawn).all()
        assert (drawn.std(["chain", "draw"]) > 0).all()


DIMS = {
    "frontier_clock": ("date",),
    "frontier": ("date",),
    "growth": (),
    "growth_drift": (),
    "growth_wave": ("step",),
    "capability_clock": ("system",),
    "capability": ("system",),
    "ceiling": ("fraction_series",),
    "difficulty": ("fraction_series",),
    "slope": ("fraction_series",),
    "fraction_log_tilt": ("fraction_series",),
    "fraction_rise": ("fraction_series",),
    "overdispersion": ("fraction_series",),
    "horizon_offset": ("horizon_series",),
    "horizon_stretch": ("horizon_series",),
    "horizon_deviation_raw": ("horizon_system",),
    "fraction": ("fraction_score",),
    "horizon": ("horizon_score",),
    "horizon_censored": ("censored_score",),
}


@pytest.mark.parametrize(("name", "dims"), DIMS.items())
def test_dims_are_those_of_the_names(prior, name, dims):
    group = prior.prior if name in prior.prior else prior.prior_predictive
    assert group[name].dims == ("chain", "draw", *dims)


def test_coordinates_are_labels_of_the_panel(arrays, prior):
    found = {name: list(values) for name, values in coordinates(arrays).items()}
    assert found["fraction_series"] == ["exam", "lab", "swe"]
    assert found["horizon_series"] == ["metr_th11_p50", "metr_th11_p80"]
    assert found["system"] == list(arrays.panel["system"].values)
    assert found["horizon_system"] == ["Alpha 1", "Alpha 2", "Alpha 3 mini", "Beta 2", "Gamma 1"]
    scores = found["fraction_score"] + found["horizon_score"] + found["censored_score"]
    assert sorted(scores) == list(arrays.panel["score"].values)
    assert {label.split("|")[0] for label in found["fraction_score"]} == {"exam", "lab", "swe"}
    cut = arrays.panel["censoring"].sel(score=found["censored_score"])
    assert (cut != "none").all()
    assert prior.prior["date"].dtype == np.dtype("datetime64[ns]")
    assert found["date"][-1] == np.datetime64("2026-06-30")
    assert found["step"] == found["date"][2:]


def log_density_at_the_start(panel, card):
    model = build(panel, card)
    for name, value in start(model, panel, card).items():
        model.set_initval(model[name], value)
    function = model.compile_logp(sum=False, mode="FAST_COMPILE")
    return np.concatenate([np.ravel(x) for x in function(model.initial_point(random_seed=0))])


@pytest.fixture(scope="module")
def first(panel, card):
    """Log densities at the start."""
    return log_density_at_the_start(panel, card)


def test_the_start_has_a_finite_density(first):
    assert np.isfinite(first).all()


def test_the_start_covers_capability_a_typical_gap_behind_the_calendar(panel, card, arrays):
    found = start(build(panel, card), panel, card)
    assert found.keys() == {"capability_clock", "fraction_rise"}
    expected = arrays.released - (arrays.knots[-1] - 0.5) - 0.3
    np.testing.assert_allclose(found["capability_clock"], expected, atol=1e-9)


def test_building_is_pure(first, untouched, card):
    before = untouched.copy(deep=True)
    np.testing.assert_array_equal(log_density_at_the_start(untouched, card), first)
    xr.testing.assert_identical(untouched, before)


def test_another_card_is_another_model(first, panel, card):
    wider = dict(card.priors) | {
        "rounding": replace(card.prior("rounding"), parameters=(0.05, 0.5))
    }
    assert not np.array_equal(log_density_at_the_start(panel, replace(card, priors=wider)), first)


@pytest.mark.parametrize("name", ["gap_open", "rounding", "horizon_rate", "label_error_unaudited"])
def test_a_prior_that_the_card_lacks_is_named(panel: xr.Dataset, card: Card, name: str) -> None:
    priors = {key: prior for key, prior in card.priors.items() if key != name}
    with pytest.raises(CardError, match=rf"got no prior '{name}', which the model needs"):
        build(panel, replace(card, priors=priors))


def test_a_panel_without_censored_horizons_has_no_variable_for_them(
    panel: xr.Dataset, card: Card
) -> None:
    model = build(without(panel, panel["censoring"].values != "none"), card)
    assert names.HORIZON_CENSORED not in model
    assert {rv.name for rv in model.observed_RVs} == {
        names.FRACTION,
        names.HORIZON,
        names.AUDIT,
        names.CREDIT,
    }


def test_horizons_alone_are_enough(panel: xr.Dataset, card: Card) -> None:
    fractions = ~np.char.startswith(panel["score_series"].values, "metr")
    model = build(without(panel, fractions), card)
    assert len(model.coords[names.FRACTION_SERIES]) == 0
    assert names.HORIZON in model


@pytest.mark.parametrize("seed", range(3))
def test_every_prior_of_the_card_is_that_of_its_variable(either: Any, seed: int) -> None:
    """All that the card states, where this panel has something for it to speak about."""
    values = either.at(either.point(seed))
    stated = {name: prior for name, prior in either.card.priors.items() if name in either.model}
    absent = {name for name in either.card.priors if name.startswith(("speedup", "ratio", "count"))}
    absent |= {"harness_spread", "lab_spread"}  # one harness, and too few systems of each lab
    absent |= {"overdispersion_common"}  # one figure of each system on each series
    absent |= {"label_error_audited", "label_error_unaudited"}  # both in one vector: test_ceilings
    if not either.card.use_ceilings:
        absent |= {"scored_correct"}
    assert set(either.card.priors) - set(stated) == absent
    for name, prior in stated.items():
        expected = prior.log_density(values[name])
        # PyTensor takes 12.0 for a single-precision constant: 3e-5 in the norm of a beta.
        found = values[f"logp {name}"]
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-4, err_msg=name)


def test_another_prior_is_seen(world: Any) -> None:
    values, prior = world.at(world.point(1)), world.card.prior("horizon_rate")
    wider = replace(prior, parameters=(prior.parameters[0], 1.01 * prior.parameters[1]))
    found = values["logp horizon_rate"]
    assert found != pytest.approx(float(wider.log_density(values["horizon_rate"])), rel=1e-4)


def test_names_and_events_of_a_card_do_not_enter_the_model(world, card):
    """Cards with one `model_digest` share a fit."""
    told = {"why": "Said better.", "source": "elsewhere", "unit": "the same unit"}
    priors = {name: replace(prior, **told) for name, prior in card.priors.items()}
    other = replace(card, name="other", title="Other", why="Other", events={}, priors=priors)
    assert other.model_digest == card.model_digest != replace(card, trend="constant").model_digest
    wider = replace(card.priors["rounding"], parameters=(0.005, 0.6))
    assert replace(card, priors={**priors, "rounding": wider}).model_digest != card.model_digest
    again = build(world.panel, other)
    assert [v.name for v in again.free_RVs] == [v.name for v in world.model.free_RVs]
    at, models = world.model.initial_point(), (world.model, again)
    terms, same = (m.compile_fn(m.logp(sum=False), mode="FAST_COMPILE")(at) for m in models)
    assert [term.tolist() for term in terms] == [term.tolist() for term in same]
