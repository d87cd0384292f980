"""What drifts, against what, and from when on; the densities of scores test that it is used."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest
from scipy import stats

from bayes_rsi.model.design import design
from bayes_rsi.model.drifts import Partly, domains, drifting, leaning, middles, stretching
from bayes_rsi.units import year_of_date


def test_the_reference_domain_does_not_drift(panel, card):
    changed = panel.copy(deep=True)
    changed["domain"] = ("series", np.array(["general_reasoning"] * panel.sizes["series"]))
    assert domains(design(changed, card)).size == 0
    assert domains(design(panel, card)).tolist() == ["software_engineering"]


def test_a_series_drifts_with_its_domain_and_by_itself(world, panel):
    values = world.at(world.point(2))
    labels = world.model.coords["drifting_series"]
    own = dict(zip(labels, values["series_drift_own"], strict=True))
    common = dict(zip(world.model.coords["domain"], values["domain_drift"], strict=True))
    of = panel["domain"].sel(series=list(labels)).to_series()
    found = dict(zip(labels, values["series_drift"], strict=True))
    assert found == pytest.approx({s: own[s] + common.get(of[s], 0.0) for s in labels})
    told = values["series_drift_doublings"] / values["series_drift"]
    assert told == pytest.approx(np.full(len(labels), values["horizon_rate"]))


def test_each_domain_has_its_own_drift_and_the_reference_has_none(remade, panel):
    of = {"exam": "general_reasoning", "lab": "ml_engineering", "swe": "software_engineering"}
    domain = [of.get(str(name), "software_engineering") for name in panel["series"].values]
    world = remade(panel.assign(domain=("series", np.array(domain))))
    values, labels = world.at(world.point(2)), world.model.coords["drifting_series"]
    common = dict(zip(world.model.coords["domain"], values["domain_drift"], strict=True))
    assert set(common) == {"ml_engineering", "software_engineering"}
    gain = dict(zip(labels, values["series_drift"] - values["series_drift_own"], strict=True))
    assert gain == pytest.approx({name: common.get(of[name], 0.0) for name in labels})


def test_horizons_have_a_rate_of_their_own_instead_of_a_drift(panel, card):
    chosen = panel.isel(series=drifting(design(panel, card)))
    assert set(panel["kind"].values) - set(chosen["kind"].values) == {"horizon"}


def test_a_middle_is_the_mean_release_of_the_scored(panel, card):
    arrays = design(panel, card)
    found = dict(zip(panel["series"].values, middles(arrays), strict=True))
    scored = panel["score_system"].values[panel["score_series"].values == "swe"]
    where = np.isin(panel["system"].values, scored)
    assert found["swe"] == pytest.approx(arrays.released[where].mean())


def test_a_system_leans_by_the_mean_drift_of_its_scores(panel, card):
    arrays = design(panel, card)
    drift = np.array([0.2, -0.1, 0.4])[: drifting(arrays).size]
    assert drift.size > 1
    found = leaning(arrays, pt.as_tensor(drift)).eval()
    of = dict(zip(panel["series"].values[drifting(arrays)], drift, strict=True))
    middle = dict(zip(panel["series"].values, middles(arrays), strict=True))
    scores = list(zip(panel["score_system"].values, panel["score_series"].values, strict=True))
    for system, release, lean in zip(panel["system"].values, arrays.released, found, strict=True):
        mine = [series for name, series in scores if name == system]
        each = [of[s] * (release - middle[s]) if s in of else 0.0 for s in mine]
        assert lean == pytest.approx(0.6 * np.mean(each))
    assert np.abs(found).max() > 1e-3


def test_all_stretch_by_the_mean_drift_of_the_scores(panel, card):
    arrays = design(panel, card)
    drift = np.array([0.2, -0.1, 0.4])[: drifting(arrays).size]
    found = stretching(arrays, pt.as_tensor(drift)).eval()
    of = dict(zip(panel["series"].values[drifting(arrays)], drift, strict=True))
    mean = np.mean([of[s] for s in panel["score_series"].values if s in of])
    assert found.shape == arrays.released.shape
    assert found == pytest.approx(0.6 * mean)


def test_the_sampler_moves_what_scores_hold_as_it_is_and_the_rest_in_spreads():
    transform, value = Partly(np.array([0.0, 1.0, 0.25])), np.array([-0.3, 0.2, 0.5])
    found = transform.forward(pt.as_tensor(value), 0.0, pt.as_tensor(0.16)).eval()
    assert found == pytest.approx([-0.3, 0.2 / 0.16, 0.5 / 0.16**0.25])
    again = transform.backward(pt.as_tensor(found), 0.0, pt.as_tensor(0.16)).eval()
    assert again == pytest.approx(value)


@pytest.fixture(scope="module")
def free(world):
    """How much of the spread is taken out of the drift of each series."""
    return world.model.rvs_to_transforms[world.model["series_drift_own"]].free


def test_the_drift_of_a_series_scored_over_more_years_is_freer_of_its_prior(world, panel, free):
    wide = []
    for name in world.model.coords["drifting_series"]:
        scored = panel["score_system"].values[panel["score_series"].values == name]
        year = year_of_date(panel["released"].sel(system=scored).values)
        wide.append(len(scored) * year.var())
    assert np.argsort(free).tolist() == np.argsort(wide)[::-1].tolist()
    assert ((free > 0) & (free < 1)).all()


def test_the_density_of_drifts_is_that_of_the_card_in_any_coordinates(world, free):
    """Moving the spread and keeping the drifts changes nothing else."""
    density = world.model.compile_logp(sum=False, mode="FAST_COMPILE")
    key, own = "series_drift_spread_log__", "series_drift_own_partly__"
    point = world.point(4)
    spread = float(np.exp(point[key]))
    drift = point[own] * spread**free
    found, expected = [], []
    for other in (spread, 2.5 * spread):
        terms = density(point | {key: np.log(other), own: drift / other**free})
        found.append(sum(term.sum() for term in terms))
        prior = stats.lognorm(*_lognormal(world.card.prior("series_drift_spread").parameters))
        told = stats.norm.logpdf(drift, 0.0, other) + free * np.log(other)
        expected.append(prior.logpdf(other) + np.log(other) + told.sum())
    assert found[1] - found[0] == pytest.approx(expected[1] - expected[0])


def _lognormal(parameters):
    median, sigma = parameters
    return sigma, 0.0, median
