"""One law for the past (PyTensor) and the future (NumPy), whatever the trend.

Every test runs over the registry, so a new trend is covered by its line there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from bayes_rsi.transitions import TRANSITIONS, accumulate, drifting

TOLERANCE = 1e-10
trends = pytest.mark.parametrize("trend", TRANSITIONS)

Z = st.floats(-5, 5)
DRIFT = st.floats(0, 1.5)
STEP = st.floats(0.01, 1.0)
LOG_GROWTH = st.floats(-3, 3)


def paths(steps: int = 6) -> st.SearchStrategy[np.ndarray]:
    """Standard normal steps of some paths, shape (paths, steps)."""
    shapes = st.tuples(st.integers(1, 3), st.integers(1, steps))
    return arrays.arrays(float, shapes, elements=Z)


def compiled(law: Callable[..., Any]) -> Callable[..., np.ndarray]:
    """Give what the model computes: change of log growth, and the gain."""
    steps, drift, step_years, log_growth = pt.dmatrix(), pt.dcol(), pt.dscalar(), pt.dscalar()
    change = law(steps, drift, step_years, xp=pt)
    gain = accumulate(log_growth + change, step_years, xp=pt)
    return pytensor.function(
        [steps, drift, step_years, log_growth],
        [change, gain],
        mode="FAST_COMPILE",
        on_unused_input="ignore",
    )


@pytest.fixture(scope="module")
def model_of() -> dict[str, Callable[..., np.ndarray]]:
    """Every trend as the model uses it, compiled once."""
    return {name: compiled(law) for name, law in TRANSITIONS.items()}


def apart(
    law: Callable[..., Any], model: Callable[..., np.ndarray], steps: np.ndarray, *rest: float
) -> float:
    """Largest difference between NumPy and PyTensor."""
    drift, step_years, log_growth = rest
    column = np.full((len(steps), 1), drift)
    change = law(steps, column, step_years)
    gain = accumulate(log_growth + change, step_years)
    assert change.shape == gain.shape == steps.shape
    past = model(steps, column, step_years, log_growth)
    # Relative where large: a gain may be in the thousands.
    pairs = zip((change, gain), past, strict=True)
    return max(float(np.max(np.abs(a - b) / (1 + np.abs(b)))) for a, b in pairs)


@trends
@given(steps=paths(), drift=DRIFT, step_years=STEP, log_growth=LOG_GROWTH)
def test_numpy_and_pytensor_agree(
    trend: str,
    model_of: dict[str, Callable[..., np.ndarray]],
    steps: np.ndarray,
    drift: float,
    step_years: float,
    log_growth: float,
) -> None:
    law, model = TRANSITIONS[trend], model_of[trend]
    assert apart(law, model, steps, drift, step_years, log_growth) < TOLERANCE


def test_a_law_that_differs_between_the_two_is_seen(
    model_of: dict[str, Callable[..., np.ndarray]],
) -> None:
    def other(steps: Any, drift: Any, step_years: float, xp: Any = np) -> Any:
        return drifting(steps, drift, step_years + 1e-6, xp)

    steps = np.array([[1.0, -0.5, 2.0]])
    assert apart(drifting, model_of["drifting"], steps, 0.4, 0.25, 1.0) < TOLERANCE
    assert apart(other, model_of["drifting"], steps, 0.4, 0.25, 1.0) > TOLERANCE


# --- continuation: the future goes on from where the past stands ----------------------------------


def run(
    law: Callable[..., Any], steps: np.ndarray, drift: float, step_years: float, log_growth: Any
) -> tuple[np.ndarray, np.ndarray]:
    """Run a trend from a log growth rate: log growth and gain after each step."""
    change = law(steps, np.full((len(steps), 1), drift), step_years)
    log = np.asarray(log_growth).reshape(-1, 1) + change
    return log, accumulate(log, step_years)


@trends
@given(
    steps=paths(),
    more=st.integers(1, 4),
    drift=DRIFT,
    step_years=STEP,
    log_growth=LOG_GROWTH,
    seed=st.integers(0, 99),
)
def test_n_steps_and_then_m_are_n_plus_m(
    trend: str,
    steps: np.ndarray,
    more: int,
    drift: float,
    step_years: float,
    log_growth: float,
    seed: int,
) -> None:
    law = TRANSITIONS[trend]
    later = np.random.default_rng(seed).standard_normal((len(steps), more))
    whole_log, whole = run(law, np.hstack([steps, later]), drift, step_years, log_growth)
    first_log, first = run(law, steps, drift, step_years, log_growth)
    then_log, then = run(law, later, drift, step_years, first_log[:, -1])
    np.testing.assert_allclose(np.hstack([first_log, then_log]), whole_log, rtol=0, atol=1e-10)
    np.testing.assert_allclose(np.hstack([first, first[:, -1:] + then]), whole, rtol=1e-10)


@trends
@given(steps=paths(), drift=DRIFT, step_years=STEP)
def test_later_steps_do_not_move_the_past(
    trend: str, steps: np.ndarray, drift: float, step_years: float
) -> None:
    law = TRANSITIONS[trend]
    _, whole = run(law, np.hstack([steps, steps]), drift, step_years, 0.0)
    _, first = run(law, steps, drift, step_years, 0.0)
    np.testing.assert_array_equal(whole[:, : steps.shape[1]], first)


@trends
@given(steps=paths(), drift=DRIFT, step_years=STEP, log_growth=LOG_GROWTH)
def test_the_frontier_never_falls_and_without_drift_growth_stays(
    trend: str, steps: np.ndarray, drift: float, step_years: float, log_growth: float
) -> None:
    law = TRANSITIONS[trend]
    _, gain = run(law, steps, drift, step_years, log_growth)
    # Not `> 0`: after steep falls a step may add less than the last digit of the sum.
    assert (np.diff(gain, axis=1, prepend=0.0) >= 0).all()
    still, _ = run(law, steps, 0.0, step_years, log_growth)
    np.testing.assert_allclose(still, log_growth, rtol=0, atol=1e-12)


# --- closed forms --------------------------------------------------------------------------------


@given(count=st.integers(1, 200), step_years=STEP, log_growth=LOG_GROWTH)
def test_constant_growth_is_a_straight_line(
    count: int, step_years: float, log_growth: float
) -> None:
    """F(t) = g t."""
    _, gain = run(TRANSITIONS["constant"], np.ones((1, count)), 0.5, step_years, log_growth)
    years = step_years * np.arange(1, count + 1)
    np.testing.assert_allclose(gain[0], np.exp(log_growth) * years, rtol=1e-10)


@given(z=st.floats(-3, 3), count=st.integers(2, 60), drift=st.floats(0.01, 1), step_years=STEP)
def test_equal_steps_of_a_drift_are_a_geometric_series(
    z: float, count: int, drift: float, step_years: float
) -> None:
    """With steps all z, growth is r, r^2, ... with r = exp(z drift sqrt(dt))."""
    _, gain = run(drifting, np.full((1, count), z), drift, step_years, 0.0)
    power = z * drift * np.sqrt(step_years)
    terms = np.exp(power * np.arange(1, count + 1))
    np.testing.assert_allclose(gain[0, -1], step_years * terms.sum(), rtol=1e-9)


@pytest.mark.parametrize("per_year", [1, 4, 12, 52])
def test_the_drift_of_a_year_does_not_depend_on_the_step(per_year: int) -> None:
    """`drift` is the standard deviation of log growth after one year, in steps of any length."""
    each = drifting(np.eye(per_year), np.full((per_year, 1), 0.4), 1 / per_year)
    # Row i holds the effect of step i alone; independent steps add up in squares.
    assert np.sqrt(np.sum(each[:, -1] ** 2)) == pytest.approx(0.4)


@settings(max_examples=20)
@given(arrays.arrays(float, st.tuples(st.integers(1, 2), st.integers(1, 2), st.integers(1, 5))))
def test_steps_run_along_the_last_axis(steps: np.ndarray) -> None:
    steps = np.nan_to_num(np.clip(steps, -3, 3))
    for law in TRANSITIONS.values():
        whole = law(steps, 0.3, 0.25)
        assert whole.shape == steps.shape
        np.testing.assert_array_equal(whole[0, 0], law(steps[0, 0], 0.3, 0.25))


@trends
def test_each_path_has_its_own_drift_and_one_drift_serves_all(trend: str) -> None:
    law, steps = TRANSITIONS[trend], np.array([[1.0, -2.0, 0.5], [0.3, 0.1, -1.0]])
    together = law(steps, np.array([[0.2], [0.7]]), 0.25)
    alone = [law(row, drift, 0.25) for row, drift in zip(steps, [0.2, 0.7], strict=True)]
    np.testing.assert_array_equal(together, alone)
    one = law(steps, np.array(0.2), 0.25)
    np.testing.assert_array_equal(one, law(steps, np.full((2, 1), 0.2), 0.25))


@pytest.mark.parametrize("shape", [(4,), (3, 4), (2, 3, 4), (3, 0)])
def test_gains_have_the_shape_of_growth_and_add_up_along_the_last_axis(
    shape: tuple[int, ...],
) -> None:
    gain = accumulate(np.full(shape, np.log(2.0)), 0.25)
    expected = np.broadcast_to(0.5 * np.arange(1, shape[-1] + 1), shape)
    assert gain.shape == shape
    np.testing.assert_allclose(gain, expected, rtol=1e-12)
