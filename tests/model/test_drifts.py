"""What drifts, against what, and from when on; the densities of scores test that it is used."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest

from bayes_rsi.model.design import design
from bayes_rsi.model.drifts import domains, drifting, leaning, middles, stretching


def test_the_reference_domain_does_not_drift(panel, card):
    changed = panel.copy(deep=True)
    changed["domain"] = ("series", np.array(["general_reasoning"] * panel.sizes["series"]))
    assert domains(design(changed, card)).size == 0
    assert domains(design(panel, card)).tolist() == ["software_engineering"]


def test_a_series_drifts_with_its_domain_and_by_itself(world, panel):
    values = world.at(world.point(2))
    labels = world.model.coords["drifting_series"]
    own = dict(zip(labels, values["series_drift_spread"] * values["series_drift_raw"], strict=True))
    common = dict(zip(world.model.coords["domain"], values["domain_drift"], strict=True))
    of = panel["domain"].sel(series=list(labels)).to_series()
    found = dict(zip(labels, values["series_drift"], strict=True))
    assert found == pytest.approx({s: own[s] + common.get(of[s], 0.0) for s in labels})
    told = values["series_drift_doublings"] / values["series_drift"]
    assert told == pytest.approx(np.full(len(labels), values["horizon_rate"]))


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
