"""What drifts, against what, and from when on; the densities of scores test that it is used."""

from __future__ import annotations

import numpy as np
import pytest

from bayes_rsi.model.design import design
from bayes_rsi.model.drifts import domains, drifting, middles


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
