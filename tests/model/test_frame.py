"""The frame is a bijection with the Jacobian it says; the checkers fail on a wrong one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from bayes_rsi.model.frame import Frame

SIZES = (2, 3, 6, 40)
POINTS = 6


def frame_of_size(size: int, cls: type[Frame] = Frame) -> Frame:
    rng = np.random.default_rng(size)
    return cls(np.sort(rng.uniform(-6.0, 0.5, size)), rng.integers(1, 60, size).astype(float))


def compiled(method: Callable) -> Callable[[np.ndarray], np.ndarray]:
    value = pt.vector("value", dtype="float64")
    # A wrong Jacobian may use nothing of the value.
    return pytensor.function([value], method(value), mode="FAST_COMPILE", on_unused_input="ignore")


def coordinates(size: int) -> list[np.ndarray]:
    rng = np.random.default_rng(100 + size)
    return list(rng.normal(0.0, 1.0, (POINTS, size)))


def numerical_log_det(function: Callable, x: np.ndarray, step: float = 1e-5) -> float:
    """Central differences, so that neither PyTensor's gradients nor its formulas are trusted."""
    columns = [function(x + step * e) - function(x - step * e) for e in np.eye(len(x))]
    return float(np.linalg.slogdet(np.transpose(columns) / (2 * step))[1])


def check_jacobian(frame: Frame, size: int) -> None:
    """Stated minus numerical log determinant is the same constant at every point."""
    stated, backward = compiled(frame.log_jac_det), compiled(frame.backward)
    differences = [float(stated(x)) - numerical_log_det(backward, x) for x in coordinates(size)]
    assert np.ptp(differences) < 1e-6, f"not a constant: {differences}"


@pytest.mark.parametrize("size", SIZES)
def test_backward_and_forward_are_inverse(size):
    frame = frame_of_size(size)
    backward, forward = compiled(frame.backward), compiled(frame.forward)
    for x in coordinates(size):
        np.testing.assert_allclose(forward(backward(x)), x, rtol=0, atol=1e-10)


@pytest.mark.parametrize("size", SIZES)
def test_the_jacobian_is_right_up_to_one_constant(size):
    check_jacobian(frame_of_size(size), size)


@pytest.mark.parametrize("size", SIZES)
def test_the_jacobian_knows_the_stretch(size):
    """Which differs from draw to draw: left out, it would be a prior on the drifts."""
    frame, x = frame_of_size(size), coordinates(size)[0]
    lean, found = pt.zeros(size), []
    for amount in (0.0, -0.4, 0.7):
        inputs = lean, amount * pt.ones(size)
        stated = compiled(lambda v, i=inputs: frame.log_jac_det(v, *i))
        backward = compiled(lambda v, i=inputs: frame.backward(v, *i))
        found.append(float(stated(x)) - numerical_log_det(backward, x))
    assert np.ptp(found) < 1e-6


class TooMuch(Frame):
    def log_jac_det(self, value, *inputs):
        return value[1] * self._size


class Forgotten(Frame):
    def log_jac_det(self, value, *inputs):
        return pt.zeros(())


@pytest.mark.parametrize("wrong", [TooMuch, Forgotten])
def test_the_checker_finds_a_wrong_jacobian(wrong):
    with pytest.raises(AssertionError, match="not a constant"):
        check_jacobian(frame_of_size(6, wrong), 6)


@pytest.mark.parametrize("size", SIZES)
def test_level_and_pace_are_a_weighted_regression(size):
    rng = np.random.default_rng(size)
    years, weights = np.sort(rng.uniform(-6, 0.5, size)), rng.integers(1, 60, size).astype(float)
    theta = rng.normal(size=size)
    told = Frame(years, weights).level_and_pace(pt.as_tensor(theta))
    level, pace = pytensor.function([], list(told), mode="FAST_COMPILE")()
    centred = years - np.average(years, weights=weights)
    slope, intercept = np.polyfit(centred, theta, 1, w=np.sqrt(weights))
    np.testing.assert_allclose([level, pace], [intercept, slope], rtol=1e-9)


@pytest.mark.parametrize("size", SIZES)
def test_the_first_two_coordinates_are_level_and_log_pace(size):
    frame = frame_of_size(size)
    backward = compiled(frame.backward)
    for x in coordinates(size):
        theta = backward(x)
        assert frame.level_weights @ theta == pytest.approx(x[0], abs=1e-10)
        assert frame.pace_weights @ theta == pytest.approx(np.exp(x[1]), rel=1e-10)


def test_a_population_on_the_line_has_no_rest():
    frame = frame_of_size(6)
    theta = -1.0 + 1.3 * frame.line
    expected = np.r_[-1.0, np.log(1.3), np.zeros(4)]
    np.testing.assert_allclose(compiled(frame.forward)(theta), expected, atol=1e-12)


@pytest.mark.parametrize("size", SIZES)
def test_a_lean_moves_the_free_coordinates_by_the_same_everywhere(size):
    frame, rng = frame_of_size(size), np.random.default_rng(200 + size)
    lean = pt.as_tensor(rng.normal(size=size))
    none = pt.zeros(size)
    backward, forward = compiled(lambda x: frame.backward(x, lean, none)), compiled(frame.forward)
    leaning = compiled(lambda x: frame.forward(x, lean, none))
    moved = []
    for x in coordinates(size):
        theta = backward(x)
        np.testing.assert_allclose(leaning(theta), x, rtol=0, atol=1e-10)
        moved.append(x - forward(theta))
    np.testing.assert_allclose(moved, np.tile(moved[0], (POINTS, 1)), rtol=0, atol=1e-9)
    np.testing.assert_allclose(moved[0][:2], 0.0, atol=1e-10)
    assert size == 2 or np.abs(moved[0]).max() > 0.1


@pytest.mark.parametrize("size", SIZES)
def test_a_stretch_makes_what_is_left_larger_and_nothing_else(size):
    frame, rng = frame_of_size(size), np.random.default_rng(300 + size)
    lean, stretch = pt.as_tensor(rng.normal(size=size)), 0.3 * pt.ones(size)
    backward, forward = (
        compiled(lambda x: frame.backward(x, lean, stretch)),
        compiled(frame.forward),
    )
    back = compiled(lambda x: frame.forward(x, lean, stretch))
    plain = compiled(lambda x: frame.backward(x, lean, pt.zeros(size)))
    for x in coordinates(size):
        theta = backward(x)
        np.testing.assert_allclose(back(theta), x, rtol=0, atol=1e-10)
        found, without = forward(theta), forward(plain(x))
        np.testing.assert_allclose(found[:2], without[:2], atol=1e-10)
        np.testing.assert_allclose(found[2:], np.exp(0.3) * without[2:], atol=1e-9)
