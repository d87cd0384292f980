"""One law for the past (PyTensor) and the future (NumPy), whatever the trend.

Most tests run over the registry, so a new trend is covered by its line there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from bayes_rsi.transitions import TRANSITIONS, Transition, future, past, walk

TOLERANCE = 1e-10
COUNT = 6
trends = pytest.mark.parametrize("trend", TRANSITIONS)
ways = pytest.mark.parametrize("way", [past, future])

STEP = st.floats(0.05, 1.0)
SEED = st.integers(0, 10_000)
#: Some values of every parameter, the awkward ones too.
VALUES = {
    "growth_drift": (0.0, 0.1, 0.5, 1.0),
    "feedback": (-0.8, -0.2, -1e-7, 0.0, 1e-6, 0.1, 0.7),
    "feedback_cap": (1.5, 10.0),
    "room": (0.5, 4.0, 50.0),
    "break_age": (0.01, 1.3, 9.0),
    "break_size": (-0.7, 0.0, 0.6),
}


def drawn(law: Transition, seed: int, paths: int = 3) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Standard normal steps of some paths and parameters of each, shapes (paths, n), (paths, 1)."""
    rng = np.random.default_rng(seed)
    parameters = {name: rng.choice(VALUES[name], (paths, 1)) for name in law.priors}
    return rng.standard_normal((paths, COUNT)), parameters


def compiled(law: Transition, way: Callable[..., Any]) -> Callable[..., np.ndarray]:
    """Give what the model computes."""
    steps, step_years = pt.tensor("steps", shape=(None, COUNT)), pt.dscalar()
    columns = [pt.dcol(name) for name in law.priors]
    gain = way(law, steps, dict(zip(law.priors, columns, strict=True)), step_years, xp=pt)
    return pytensor.function(
        [steps, step_years, *columns], gain, mode="FAST_COMPILE", on_unused_input="ignore"
    )


def apart(law: Transition, way: Callable[..., Any], model: Any, seed: int, step: float) -> float:
    """Largest difference between NumPy and PyTensor, relative where the gain is large."""
    steps, parameters = drawn(law, seed)
    ours, theirs = way(law, steps, parameters, step), model(steps, step, *parameters.values())
    assert ours.shape == theirs.shape
    return float(np.max(np.abs(ours - theirs) / (1 + np.abs(theirs))))


@pytest.fixture(scope="module")
def models() -> dict[tuple[str, Any], Callable[..., np.ndarray]]:
    """Every trend as the model uses it, compiled once."""
    return {
        (name, way): compiled(law, way)
        for name, law in TRANSITIONS.items()
        for way in (past, future)
    }


@ways
@trends
@settings(max_examples=30)
@given(seed=SEED, step=STEP)
def test_numpy_and_pytensor_agree(
    trend: str, way: Callable[..., Any], models: dict, seed: int, step: float
) -> None:
    assert apart(TRANSITIONS[trend], way, models[trend, way], seed, step) < TOLERANCE


def test_a_law_that_differs_between_the_two_is_seen(models: dict) -> None:
    law = TRANSITIONS["feedback"]
    other = replace(law, bend=lambda h, parameters, xp: law.bend(h, parameters, xp) + 1e-6 * h)
    assert apart(law, future, models["feedback", future], 1, 0.25) < TOLERANCE
    assert apart(other, future, models["feedback", future], 1, 0.25) > TOLERANCE


# --- what every trend keeps ----------------------------------------------------------------------


@trends
@settings(max_examples=30)
@given(seed=SEED, step=STEP)
def test_capability_never_falls_and_is_zero_today(trend: str, seed: int, step: float) -> None:
    law = TRANSITIONS[trend]
    steps, parameters = drawn(law, seed)
    gone, to_come = (way(law, steps, parameters, step) for way in (past, future))
    np.testing.assert_array_equal(gone[:, -1], 0.0)
    whole = np.concatenate([gone, to_come], axis=1)
    # Not `> 0`: near saturation a step adds less than the last digit of the sum.
    assert (np.diff(whole, axis=1) >= 0).all()
    assert (gone[:, :-1] < 0).all()


@trends
def test_growth_is_one_on_both_sides_of_today(trend: str) -> None:
    """Past and future meet without a kink: one year a year, in the limit of short steps."""
    law, tiny = TRANSITIONS[trend], 1e-6
    steps, parameters = drawn(law, 7)
    parameters = {n: np.maximum(v, 0.3) if n == "break_age" else v for n, v in parameters.items()}
    for way, at in ((past, slice(-2, None)), (future, slice(0, 2))):
        gain = way(law, steps, parameters, tiny)[:, at]
        np.testing.assert_allclose(np.diff(gain) / tiny, 1.0, atol=0.01)


@trends
@settings(max_examples=30)
@given(seed=SEED, step=STEP)
def test_later_steps_do_not_move_earlier_ones(trend: str, seed: int, step: float) -> None:
    law = TRANSITIONS[trend]
    steps, parameters = drawn(law, seed)
    whole = future(law, np.hstack([steps, steps]), parameters, step)
    np.testing.assert_array_equal(whole[:, :COUNT], future(law, steps, parameters, step))


@trends
def test_each_path_has_its_own_parameters(trend: str) -> None:
    law = TRANSITIONS[trend]
    steps, parameters = drawn(law, 3)
    for way in (past, future):
        together = way(law, steps, parameters, 0.25)
        for row in range(len(steps)):
            mine = {name: value[row] for name, value in parameters.items()}
            np.testing.assert_allclose(way(law, steps[row], mine, 0.25), together[row], rtol=1e-12)


# --- the drive -----------------------------------------------------------------------------------


def test_without_steps_growth_is_a_straight_line() -> None:
    for name in ("constant", "drifting"):
        law, parameters = TRANSITIONS[name], {"growth_drift": np.array(0.5)}
        np.testing.assert_allclose(
            past(law, np.zeros(4), parameters, 0.5), -0.5 * np.arange(5, -1, -1)
        )
        np.testing.assert_allclose(
            future(law, np.zeros(4), parameters, 0.5), 0.5 * np.arange(1, 5), rtol=1e-12
        )


@given(z=st.floats(-3, 3), count=st.integers(2, 60), drift=st.floats(0.01, 1), step=STEP)
def test_equal_steps_of_a_drift_are_a_geometric_series(
    z: float, count: int, drift: float, step: float
) -> None:
    """With steps all z, growth is r, r^2, ... with r = exp(z drift sqrt(dt))."""
    law, parameters = TRANSITIONS["drifting"], {"growth_drift": np.array(drift)}
    steps = np.full(count, z)
    power = z * drift * np.sqrt(step)
    ahead, back = power * np.arange(1, count + 1), -power * np.arange(0, count + 1)
    np.testing.assert_allclose(
        future(law, steps, parameters, step)[-1], step * np.exp(ahead).sum(), rtol=1e-9
    )
    np.testing.assert_allclose(
        past(law, steps, parameters, step)[0], -step * np.exp(back).sum(), rtol=1e-9
    )


@pytest.mark.parametrize("per_year", [1, 4, 12, 52])
def test_the_drift_of_a_year_does_not_depend_on_the_step(per_year: int) -> None:
    """`drift` is the standard deviation of log growth after one year, in steps of any length."""
    each = walk(np.eye(per_year), np.full((per_year, 1), 0.4), 1 / per_year)
    # Row i holds the effect of step i alone; independent steps add up in squares.
    assert np.sqrt(np.sum(each[:, -1] ** 2)) == pytest.approx(0.4)


@given(age=st.floats(0.0, 4.0), size=st.floats(-1, 1))
def test_a_break_is_two_straight_lines(age: float, size: float) -> None:
    """Seven knots half a year apart; before the break growth was exp(-size)."""
    parameters = {"break_age": np.array(age), "break_size": np.array(size)}
    gain = past(TRANSITIONS["break"], np.zeros(5), parameters, 0.5)
    ages = 0.5 * np.arange(6, -1, -1)
    expected = -np.minimum(ages, age) - np.exp(-size) * np.maximum(ages - age, 0)
    np.testing.assert_allclose(gain, expected, atol=1e-12)


# --- the bend ------------------------------------------------------------------------------------


def solved(slope: Callable[[float], float], until: float) -> float:
    """Solve dG/dH = slope(G), G(0) = 0, numerically."""
    found = solve_ivp(lambda _, g: [slope(g[0])], (0, until), [0.0], rtol=1e-10, atol=1e-12)
    return float(found.y[0, -1])


@pytest.mark.parametrize("feedback", [-0.5, -0.05, 1e-6, 0.05, 0.4])
@pytest.mark.parametrize("until", [-3.0, -0.2, 0.7, 4.0])
def test_feedback_solves_its_equation(feedback: float, until: float) -> None:
    cap = 5.0
    parameters = {"feedback": np.array(feedback), "feedback_cap": np.array(cap)}
    found = TRANSITIONS["feedback"].bend(np.array([until]), parameters, np)[0]
    # The straight line beyond the cap starts where growth has reached it, and not before.
    expected = solved(lambda g: min(np.exp(feedback * g), cap), until)
    assert found == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("room", [0.8, 3.0, 40.0])
@pytest.mark.parametrize("until", [-3.0, -0.2, 0.7, 9.0])
def test_saturation_solves_its_equation(room: float, until: float) -> None:
    found = TRANSITIONS["saturating"].bend(np.array([until]), {"room": np.array(room)}, np)[0]
    assert found == pytest.approx(solved(lambda g: 1 - g / room, until), rel=1e-6)
    assert found < room


def test_a_steep_past_stays_finite() -> None:
    gain = TRANSITIONS["saturating"].bend(np.array([-1e6]), {"room": np.array(0.5)}, np)
    assert np.isfinite(gain).all()


def test_the_bends_become_straight() -> None:
    progress = np.linspace(-4, 6, 11)
    none = {"feedback": np.array(0.0), "feedback_cap": np.array(10.0)}
    np.testing.assert_allclose(TRANSITIONS["feedback"].bend(progress, none, np), progress)
    wide = TRANSITIONS["saturating"].bend(progress, {"room": np.array(1e9)}, np)
    np.testing.assert_allclose(wide, progress, rtol=1e-6)
    for sign in (-1, 1):  # on both sides of the series' limit
        near = {"feedback": np.array(sign * 2e-6), "feedback_cap": np.array(10.0)}
        bent = TRANSITIONS["feedback"].bend(progress, near, np)
        expected = progress * (1 + sign * 1e-6 * progress)
        np.testing.assert_allclose(bent, expected, rtol=1e-10)


def test_gradients_of_every_trend_are_finite() -> None:
    for name, law in TRANSITIONS.items():
        parameters = {key: pt.dscalar(key) for key in law.priors}
        steps = pt.tensor("steps", shape=(COUNT,))
        total = past(law, steps, parameters, 0.25, xp=pt).sum()
        gradient = pytensor.grad(total, list(parameters.values()), disconnected_inputs="ignore")
        if not law.priors:
            continue
        f = pytensor.function(
            [steps, *parameters.values()], gradient, mode="FAST_COMPILE", on_unused_input="ignore"
        )
        for seed in range(40):
            z, chosen = drawn(law, seed, paths=1)
            found = f(z[0], *(float(v[0, 0]) for v in chosen.values()))
            assert np.isfinite(found).all(), (name, chosen)
