"""A series that is switched off adds nothing to the density; the others add what they did."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bayes_rsi.cards import load_card
from bayes_rsi.checks.left_out import evidence_without
from bayes_rsi.evidence import data_folder, load_evidence
from bayes_rsi.forecasting.montecarlo import error_of_mean
from bayes_rsi.inference.sample import fit, panel_of
from bayes_rsi.inference.switched import Switched, switchable, switched
from bayes_rsi.model.build import build, start

NAMES = ("series_00", "series_15", "metr_th11_p50")


@pytest.fixture(scope="module")
def world():
    """Panel and card of the shipped world."""
    whole = load_card("baseline")
    card = replace(whole, evidence=replace(whole.evidence, exclude=()))
    return panel_of(card, load_evidence(folder=data_folder() / "synthetic" / "drifting")), card


def density(model, parts, world):
    """Give a function of a point: the log density of each part, shape of each."""
    for name, value in start(model, *world).items():
        model.set_initval(model[name], value)
    return model.compile_fn(
        model.logp(vars=parts, sum=False),
        inputs=model.continuous_value_vars,
        on_unused_input="ignore",
        mode="FAST_COMPILE",
    )


def test_only_the_scores_and_the_audit_of_a_series_go(world):
    plain, changed = build(*world), build(*world)
    observed = list(plain.observed_RVs)
    series = switchable(changed)
    assert not changed.observed_RVs
    each = density(plain, observed, world)(plain.initial_point())
    told = density(changed, changed.potentials, world)
    shared = {variable.name: variable for variable in told.f.get_shared()}
    assert set(series) == {f"{variable.name}_on" for variable in observed} <= set(shared)
    point = changed.initial_point()
    np.testing.assert_allclose([v.sum() for v in told(point)], [v.sum() for v in each])
    audits = dict(zip([v.name for v in observed], each, strict=True))["audit"]
    assert audits.shape == (5,)
    for name in NAMES:
        for switch, of in series.items():
            shared[switch].set_value((of != name).astype(float))
        for values, before, of in zip(told(point), each, series.values(), strict=True):
            np.testing.assert_allclose(values.sum(), before[of != name].sum(), rtol=1e-10)
    assert all(any(name in of for of in series.values()) for name in NAMES)
    assert "series_00" in series["audit_on"]


def test_the_switches_of_a_series_are_told_to_the_sampler(monkeypatch):
    class Compiled:
        def with_data(self, **switches):
            self.switches = switches
            return self

    seen = Compiled()
    monkeypatch.setattr("bayes_rsi.inference.switched.nutpie.sample", lambda model, **_: "tree")
    model = Switched(seen, {"fraction_on": np.array(["a", "b", "a"])})
    assert model.without("a", load_card("baseline").sampling, 1) == "tree"
    np.testing.assert_array_equal(seen.switches["fraction_on"], [0.0, 1.0, 0.0])


@pytest.mark.slow
def test_a_refit_by_switches_says_what_a_fit_without_the_series_says(small_run):
    """Within four Monte Carlo errors of each other, for growth, in posterior deviations."""
    settings = replace(small_run.card.sampling, chains=2, draws=1000, tune=500)
    card, name = replace(small_run.card, sampling=settings), "gpqa_diamond"
    tree = switched(small_run.fit).without(name, settings, 1)
    other = fit(card, evidence_without(small_run.evidence, name), seed=1, predictive=False)
    assert name not in panel_of(card, evidence_without(small_run.evidence, name))["series"].values
    growth = [np.log(each["posterior"]["growth"].values) for each in (tree, other.tree)]
    error = np.hypot(*[error_of_mean((g - g.mean())[..., None]) for g in growth])
    assert growth[0].mean() == pytest.approx(growth[1].mean(), abs=4 * error)
