"""Every gate lets sound draws through and stops what it is there to stop."""

from __future__ import annotations

import math

import numpy as np
import pytest
import xarray as xr

from bayes_rsi.inference.gates import LIMITS, verdict
from bayes_rsi.tags import Gate, Verdict

CHAINS, DRAWS = 4, 1000


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    """Give independent standard normal draws, (chain, draw, ...)."""
    return np.random.default_rng(seed).standard_normal((CHAINS, DRAWS, *shape))


def sticky(correlation: float) -> np.ndarray:
    """Give autoregressive draws of variance 1: effective size is about (1 - r) / (1 + r)."""
    values, steps = normal(seed=1), normal(seed=2) * math.sqrt(1 - correlation**2)
    for t in range(1, DRAWS):
        values[:, t] = correlation * values[:, t - 1] + steps[:, t]
    return values


def judge(energy: np.ndarray | None = None, divergences: int = 0, **variables) -> Verdict:
    """Give the verdict on draws beside a sound variable `calm`; energy is sound unless given."""
    diverging = np.zeros((CHAINS, DRAWS), dtype=bool)
    diverging.ravel()[: 17 * divergences : 17] = True
    stats = {
        "diverging": (("chain", "draw"), diverging),
        "energy": (("chain", "draw"), normal(seed=9) if energy is None else energy),
    }
    posterior = {
        name: (("chain", "draw", *[f"{name}_{i}" for i in range(values.ndim - 2)]), values)
        for name, values in {"calm": normal(seed=8), **variables}.items()
    }
    return verdict(
        xr.DataTree.from_dict(
            {"posterior": xr.Dataset(posterior), "sample_stats": xr.Dataset(stats)}
        )
    )


def failed(found: Verdict) -> dict[str, str]:
    """Give the gates that failed and where."""
    return {gate.name: gate.where for gate in found.gates if not gate.passed}


def test_independent_draws_pass_every_gate():
    found = judge(x=normal(3), y=normal(2, 2, seed=3))
    assert failed(found) == {}
    assert found.passed
    assert {gate.name: gate.limit for gate in found.gates} == LIMITS
    assert [gate.at_most for gate in found.gates] == [True, False, False, True, False]


def test_the_limits_are_those_of_the_literature():
    wanted = {"r_hat": 1.01, "ess_bulk": 400, "ess_tail": 400, "divergences": 0, "e_bfmi": 0.3}
    assert wanted == LIMITS


def test_a_chain_that_sits_elsewhere_fails():
    values = normal()
    values[0] += 1.0
    assert failed(judge(x=values))["r_hat"] == "x"


def test_chains_of_another_width_fail():
    """Same means: only the folded ranks see it."""
    values = normal()
    values[0] *= 4.0
    assert failed(judge(x=values))["r_hat"] == "x"


def test_one_bad_element_of_a_vector_fails():
    values = normal(50)
    values[0, :, 31] += 1.0
    found = judge(x=values)
    assert failed(found)["r_hat"] == "x"
    worst = max(gate.value for gate in found.gates if gate.name == "r_hat")
    assert worst == pytest.approx(judge(x=values[:, :, 31]).gates[0].value)


def test_sticky_draws_fail_the_effective_sample_size():
    found = failed(judge(x=sticky(0.95)))
    assert found["ess_bulk"] == "x"
    assert found["ess_tail"] == "x"


def test_mildly_sticky_draws_pass():
    assert failed(judge(x=sticky(0.5))) == {}


def test_sticky_tails_alone_fail():
    """Signs and sizes in the middle are fresh; how far out the draws go changes slowly."""
    scale = np.exp(1.5 * sticky(0.995))
    found = failed(judge(x=normal() * scale))
    assert found["ess_tail"] == "x"
    assert "ess_bulk" not in found


@pytest.mark.parametrize("count", [1, 7])
def test_a_single_divergence_fails(count):
    found = judge(divergences=count)
    assert failed(found) == {"divergences": ""}
    assert found.gates[3].value == count


def test_energy_that_moves_slowly_fails():
    assert failed(judge(energy=sticky(0.95))) == {"e_bfmi": ""}


def test_one_chain_with_slow_energy_is_enough():
    energy = normal(seed=9)
    energy[2] = sticky(0.95)[2]
    assert failed(judge(energy=energy)) == {"e_bfmi": ""}


def test_what_is_fixed_by_construction_is_ignored():
    """A pinned knot: constant, or constant but for rounding."""
    values = normal(4)
    values[..., 1] = 0.0
    values[..., 2] = -2.0 + 1e-15 * values[..., 2]
    assert failed(judge(x=values, y=np.full((CHAINS, DRAWS), 3.0))) == {}


def test_chains_that_stand_still_in_different_places_fail():
    values = np.broadcast_to(np.arange(float(CHAINS))[:, None], (CHAINS, DRAWS)).copy()
    with np.errstate(all="ignore"):
        assert "r_hat" in failed(judge(x=values))


def test_a_variable_that_is_not_a_number_fails():
    found = judge(x=np.full((CHAINS, DRAWS), np.nan))
    assert {"r_hat", "ess_bulk", "ess_tail"} <= set(failed(found))


def test_a_single_draw_that_is_not_a_number_fails():
    values = normal(5)
    values[1, 500, 3] = np.nan
    found = judge(x=values)
    assert {"r_hat", "ess_bulk", "ess_tail"} <= set(failed(found))
    assert failed(found)["r_hat"] == "x"


@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_an_infinite_draw_fails(value):
    """Ranks would take it for one large draw among others."""
    values = normal(5)
    values[1, 500, 3] = value
    assert failed(judge(x=values))["r_hat"] == "x"


def test_energy_that_is_not_a_number_fails():
    energy = normal(seed=9)
    energy[0, 3] = np.nan
    assert "e_bfmi" in failed(judge(energy=energy))


# --- what is said --------------------------------------------------------------------------------


def test_a_passed_verdict_says_every_value():
    gates = (Gate("r_hat", 1.0042, 1.01, True, "drift"), Gate("ess_bulk", 812.4, 400, False, "x"))
    assert Verdict(gates).sentence() == (
        "Convergence gates: all 2 passed (r_hat 1.004, ess_bulk 812.4)."
    )


def test_a_failed_verdict_says_what_failed_and_where():
    gates = (
        Gate("r_hat", 1.0342, 1.01, True, "drift"),
        Gate("ess_bulk", 812.0, 400.0, False, "x"),
        Gate("e_bfmi", float("nan"), 0.3, False),
    )
    assert Verdict(gates).sentence() == (
        "CONVERGENCE GATES FAILED, do not rely on what follows: "
        "r_hat 1.034 (at most 1.01, at drift); e_bfmi nan (at least 0.3)."
    )


def test_a_value_that_fails_narrowly_is_told_from_its_limit():
    said = Verdict((Gate("r_hat", 1.010004, 1.01, True, "drift"),)).sentence()
    assert "r_hat 1.010004 (at most 1.01, at drift)" in said


@pytest.mark.parametrize("at_most", [True, False])
def test_a_gate_passes_at_its_limit_and_not_without_a_value(at_most):
    assert Gate("g", 1.0, 1.0, at_most).passed
    assert not Gate("g", float("nan"), 1.0, at_most).passed
    assert Gate("g", 0.9, 1.0, at_most).passed is at_most
    assert Gate("g", 1.1, 1.0, at_most).passed is not at_most


def test_one_failed_gate_fails_the_verdict():
    good, bad = Gate("a", 0.0, 0.0, True), Gate("b", 1.0, 0.0, True)
    assert Verdict((good,)).passed
    assert not Verdict((good, bad)).passed


def test_a_posterior_in_which_nothing_varies_fails():
    found = judge(calm=np.zeros((CHAINS, DRAWS)))
    assert {"r_hat", "ess_bulk", "ess_tail"} <= set(failed(found))
