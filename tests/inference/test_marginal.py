"""Where an averaged logistic curve crosses a rate, against SciPy's quadrature and root finder."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, optimize, special, stats

from bayes_rsi.errors import ModelError
from bayes_rsi.inference.marginal import WIDEST, crossing


def average(x: float, spread: float) -> float:
    """E[logistic(x + spread Z)], integrated over whichever of the two distributions is wider."""

    def over_tasks(z: float) -> float:
        return float(stats.norm.pdf(z) * special.expit(x + spread * z))

    def over_logistic(u: float) -> float:
        return float(stats.logistic.pdf(u) * special.ndtr((x - u) / spread))

    if spread < 1:
        return float(integrate.quad(over_tasks, -12, 12)[0])
    return float(integrate.quad(over_logistic, -60, 60, points=[0.0, x], limit=400)[0])


@pytest.mark.parametrize("spread", [0.01, 0.5, 2.3, 7.0, 20.0, WIDEST])
@pytest.mark.parametrize("success", [0.05, 0.5, 0.8, 0.99])
def test_it_agrees_with_quadrature(spread: float, success: float) -> None:
    reach = 10 * (1 + spread)
    due = optimize.brentq(lambda x: average(x, spread) - success, -reach, reach, xtol=1e-10)
    found = crossing(np.array([spread]), success)
    assert found[0] == pytest.approx(due, abs=1e-4)


def test_without_differences_it_is_the_logit() -> None:
    found = crossing(np.zeros(3), 0.8)
    np.testing.assert_allclose(found, special.logit(0.8), atol=1e-9)


def test_it_keeps_the_shape_and_interpolates_between_knots() -> None:
    spread = np.random.default_rng(1).uniform(0, 9, (2, 3, 4))
    found = crossing(spread, 0.8)
    assert found.shape == spread.shape
    each = [crossing(np.array([value]), 0.8)[0] for value in spread.ravel()]
    np.testing.assert_allclose(found.ravel(), each, atol=1e-4)


def test_differences_move_a_high_rate_away_and_one_half_never() -> None:
    spread = np.linspace(0, 10, 30)
    assert (np.diff(crossing(spread, 0.8)) > 0).all()
    np.testing.assert_allclose(crossing(spread, 0.5), 0.0, atol=1e-9)
    np.testing.assert_allclose(crossing(spread, 0.2), -crossing(spread, 0.8), atol=1e-8)


@pytest.mark.parametrize("wrong", [-1.0, WIDEST * 1.01, np.nan, np.inf])
def test_a_spread_out_of_range_is_refused(wrong: float) -> None:
    with pytest.raises(ModelError, match=r"expected 0 to 40; the posterior is unusable"):
        crossing(np.array([1.0, wrong]), 0.8)
