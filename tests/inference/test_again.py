"""One compiled model under other scores, and scores that the model draws."""

from __future__ import annotations

import numpy as np
import pytensor.tensor as pt
import pytest

from bayes_rsi import names
from bayes_rsi.checks.sbc.simulations import panel
from bayes_rsi.checks.sbc.variants import reduced_card
from bayes_rsi.inference import again as module
from bayes_rsi.inference.again import FIXED, _open, simulated
from bayes_rsi.model.build import build
from bayes_rsi.model.design import design
from bayes_rsi.model.horizon import bounds

PLAIN = "FAST_COMPILE"


@pytest.fixture(scope="module", autouse=True)
def small_batches():
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "BATCH", 200)
        yield


@pytest.fixture(scope="module")
def worlds():
    return simulated(panel(), reduced_card(), 60, seed=5)


def test_the_same_seed_gives_the_same_worlds_however_many(worlds):
    few = simulated(panel(), reduced_card(), 3, seed=5)
    assert few.parameters.equals(worlds.parameters.isel(draw=slice(3)))
    assert few.scores.equals(worlds.scores.isel(draw=slice(3)))
    other = simulated(panel(), reduced_card(), 3, seed=6)
    assert not other.parameters["growth"].equals(few.parameters["growth"])


def test_what_the_design_calls_censored_is_so_in_every_world(worlds):
    arrays = design(panel(), reduced_card())
    lower, upper = bounds(arrays, arrays.scores_of("horizon", censored=True))
    drawn = worlds.scores[FIXED].values[0]
    assert ((drawn > lower) & (drawn < upper)).all()
    assert worlds.tried >= 400


def test_capability_rises_in_every_world(worlds):
    arrays = design(panel(), reduced_card())
    for capability in worlds.parameters["capability_clock"].values[0]:
        slope, _ = np.polyfit(arrays.released, capability, 1, w=np.sqrt(arrays.n_scores))
        assert slope > 0


def densities(model):
    """Compile the log density of each observed variable at a point of the sampler."""
    outputs = model.logp(vars=model.observed_RVs, sum=False)
    compute = model.compile_fn(outputs, mode=PLAIN)
    wanted = {variable.name for variable in compute.f.maker.fgraph.inputs}
    return lambda point: compute({k: v for k, v in point.items() if k in wanted})


def test_scores_that_are_told_later_have_the_density_of_those_known_before(worlds):
    """Of a world with shares at both ends, which the panel has not: their rows have moved."""
    ends = [(worlds.scores["fraction"].values[0] == edge).any(axis=1) for edge in (0.0, 1.0)]
    credited = panel()["audit_credited"].values.max()  # a small count may be drawn again
    another = (worlds.scores[names.CREDIT].values[0] != credited).all(axis=1)
    scores = worlds.scores_of(int(np.flatnonzero(ends[0] & ends[1] & another)[0]))
    later, known = build(panel(), reduced_card()), build(panel(), reduced_card())
    shared = _open(later)
    for variable in known.observed_RVs:
        if variable.name == FIXED:
            continue
        old, new = known.rvs_to_values[variable], pt.constant(scores[variable.name])
        known.rvs_to_values[variable] = new
        del known.values_to_rvs[old]
        known.values_to_rvs[new] = variable
    point, observed = later.initial_point(), densities(later)
    point["scored_correct_logodds__"] += 1.0  # at one half all counts are as likely
    of_panel = observed(point)
    for name, values in scores.items():
        if name != FIXED:
            shared[name].set_value(values)
    moved = [np.allclose(*pair) for pair in zip(observed(point), of_panel, strict=True)]
    assert moved.count(True) == 1  # the censored horizons
    for one, other in zip(observed(point), densities(known)(point), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9)
