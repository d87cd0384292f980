"""The figure of an explanation shows its numbers."""

from __future__ import annotations

import handmade
import pytest

from bayes_rsi.comparison.explain import explain
from bayes_rsi.forecasting.project import forecast
from bayes_rsi.report.explained import explained_figure
from bayes_rsi.report.figure import figure_bytes


@pytest.fixture(scope="module")
def found():
    return explain(forecast(handmade.whole_fit(size=100)), "2029-12-31")


def test_bars_are_shares_and_ends(found):
    left, right = explained_figure(found).axes
    widths = sorted(100 * found.shares["shapley"])
    assert sorted(bar.get_width() for bar in left.patches) == pytest.approx(widths)
    changes = sorted(100 * found.tornado["change"])
    assert sorted(bar.get_width() for bar in right.patches) == pytest.approx(changes)


def test_the_same_explanation_gives_the_same_bytes(found):
    first, again = (figure_bytes(explained_figure(found)) for _ in range(2))
    assert first == again
