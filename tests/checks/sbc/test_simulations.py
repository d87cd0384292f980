"""Simulations: what is still to be done, the wrong models, and ten real ones."""

from __future__ import annotations

import numpy as np
import pymc as pm
import pytest

from bayes_rsi import names
from bayes_rsi.checks.executor import local
from bayes_rsi.checks.sbc import simulations as module
from bayes_rsi.checks.sbc.ledger import Ledger
from bayes_rsi.checks.sbc.quantities import CHANCE, LAST_FRONTIER
from bayes_rsi.checks.sbc.ranks import verdict
from bayes_rsi.checks.sbc.simulations import LIKELIHOOD, panel, run, sbc
from bayes_rsi.checks.sbc.variants import RIGHT, VARIANTS, reduced_card
from bayes_rsi.inference import again
from bayes_rsi.inference.again import simulated
from bayes_rsi.model import systems
from bayes_rsi.model.build import build


@pytest.fixture(scope="module")
def worlds():
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(again, "BATCH", 100)
        return simulated(panel(), reduced_card(), 6, seed=3)


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "right.json", {"seed": 3})


def told(job):
    """Stand in for a simulation; of the module, as the executor wants it."""
    value = float(job.truth["growth"].item()) % 1.0
    places = {"growth": value, "scores": float(job.scores["fraction"].sum())}
    return {"places": places, "kept": 1, "ess": 1.0, "divergences": 0, "seconds": 0.0}


@pytest.fixture
def quick(monkeypatch, worlds):
    """Replace sampler and prior; the log of which simulations were run."""
    log = []

    def noted(job):
        log.append(job.number)
        return told(job)

    def first(panel, card, count, seed):
        chosen = {"draw": slice(count)}
        return module.Worlds(worlds.parameters.isel(chosen), worlds.scores.isel(chosen), 1000)

    monkeypatch.setattr(module, "run", noted)
    monkeypatch.setattr(module, "simulated", first)
    return log


def test_a_run_goes_on_where_it_stopped(quick, ledger):
    with local(1) as execute:
        assert list(sbc(RIGHT, 3, 3, ledger, execute)) == [0, 1, 2, 3]
        assert list(sbc(RIGHT, 5, 3, ledger, execute)) == [3, 4, 5]
        assert list(sbc(RIGHT, 4, 3, ledger, execute)) == [4]
    assert quick == [0, 1, 2, 3, 4]
    assert ledger.numbers() == set(range(5))


def test_a_killed_run_does_what_is_missing(quick, ledger):
    with local(1) as execute:
        for done in sbc(RIGHT, 4, 3, ledger, execute):
            if done == 2:
                break
        before = ledger.places()
        list(sbc(RIGHT, 4, 3, ledger, execute))
    assert quick == [0, 1, 2, 3]
    assert ledger.places().loc[:1].equals(before)


def test_each_simulation_has_its_own_world(quick, ledger):
    with local(1) as execute:
        list(sbc(RIGHT, 5, 3, ledger, execute))
    assert ledger.places()["scores"].nunique() == 5


# --- the design and the wrong models -------------------------------------------------------------


def test_the_design_has_every_kind_of_metric_and_all_effects():
    scores = panel()
    kinds = {"fraction", "horizon", "speedup", "ratio", "count"}
    assert set(scores["kind"].values.tolist()) == kinds
    assert {"metr_th11_p50", "metr_th11_p80"} <= set(scores["series"].values.tolist())
    assert set(scores["censoring"].values.tolist()) == {"none", "left", "right", "interval"}
    assert scores.sizes["system"] == 25
    variables = {variable.name for variable in build(scores, reduced_card()).free_RVs}
    effects = {"lab_raw", "harness_raw", "domain_drift", "series_drift_own", "label_error_part"}
    assert effects | {names.REPEATED_DEVIATION} <= variables


def test_audits_are_whole_numbers_so_that_they_can_be_drawn():
    scores = panel()
    total = scores["audit_flawed"].values + scores["audit_sound"].values
    assert (total > 0).sum() == 2
    assert (total % 1 == 0).all()
    told = scores["audit_credited"].values, scores["audit_refused"].values
    assert sorted((told[0] + told[1])[told[0] + told[1] > 0]) == [5]
    assert (told[0] % 1 == 0).all()


def test_every_prior_of_the_baseline_that_the_trend_needs_is_calibrated(worlds):
    found = module.scalars(worlds.parameters, reduced_card())
    ranked = {str(name).partition("[")[0] for name in found}
    # The slopes of single series are parameters of no prior alone; their curves are ranked.
    curves = {"speedup_slope", "ratio_slope", "count_slope"}
    # Nor are the label errors of single series; their ceilings are.
    errors = {"label_error_audited", "label_error_unaudited"}
    assert set(reduced_card().priors) - ranked - curves - errors == set()


def test_wrong_models_leave_the_right_one_as_it_was():
    before = systems._log_density
    with VARIANTS["gap_flipped"].built():
        assert systems._log_density is not before
    assert systems._log_density is before


def test_the_flipped_gap_mirrors_the_density_at_the_frontier():
    right = systems._log_density
    with VARIANTS["gap_flipped"].built():
        above = systems._log_density(1.3, 1.0, 0.2, 0.5, 0.0, 0.0)
    np.testing.assert_allclose(above.eval(), right(0.7, 1.0, 0.2, 0.5, 0.0, 0.0).eval(), rtol=1e-12)


def test_without_the_shared_error_each_system_has_all_of_the_published_one():
    card = VARIANTS["independent_errors"].card(reduced_card())
    with pm.Model():
        shared = card.prior("horizon_shared").quantile(0.999)
    assert shared < 0.002
    assert VARIANTS["no_ceilings"].card(reduced_card()).use_ceilings is False


@pytest.mark.slow
def test_ten_simulations_of_the_right_model(ledger):
    with local(1) as execute:
        assert list(sbc(RIGHT, 10, 3, ledger, execute))[-1] == 10
    table = verdict(ledger.places())
    assert {CHANCE, LAST_FRONTIER, LIKELIHOOD, "horizon_rate"} <= set(table.index)
    assert (table["p_of_all"] > 0.001).all()
    assert (ledger.notes()["kept"] >= 20).all()
    world = simulated(panel(), reduced_card(), 1, seed=3)
    again = run(module.jobs(RIGHT, world, 3, set())[0])
    first = ledger.places().loc[0]
    np.testing.assert_allclose([again["places"][name] for name in first.index], first, atol=1e-6)
