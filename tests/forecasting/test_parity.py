"""Parity points undo the expected score, whatever the kind of metric."""

from __future__ import annotations

import handmade
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from bayes_rsi.forecasting.parity import PARITY_KINDS, parity


def logistic(at: float, difficulty: float, slope: float) -> float:
    return 1 / (1 + np.exp(-slope * (at - difficulty)))


def expected_fraction(at, floor, difficulty, slope, ceiling):
    return floor + (ceiling - floor) * logistic(at, difficulty, slope)


def expected_speedup(at, floor, difficulty, slope, limit):
    del floor
    return 2.0 ** (limit * logistic(at, difficulty, slope))


def expected_ratio(at, floor, even, slope):
    del floor
    return 2.0 ** (slope * (at - even))


#: Series of each kind, the variables of its curve, and its expected score.
KINDS = {
    "fraction": (("exam", "paper"), ("difficulty", "slope", "ceiling"), expected_fraction),
    "speedup": (
        ("faster",),
        ("speedup_difficulty", "speedup_slope_per_doubling", "speedup_limit"),
        expected_speedup,
    ),
    "ratio": (("against",), ("ratio_parity", "ratio_slope_per_doubling"), expected_ratio),
}
SERIES = [(kind, series) for kind, (each, _, _) in KINDS.items() for series in each]


def single(kind: str, *numbers: float):
    """Give one draw whose curve has these numbers."""
    draws = handmade.draws().isel(chain=[0], draw=[0])
    for name, value in zip(KINDS[kind][1], numbers, strict=True):
        draws[name] = draws[name] * 0 + value
    return draws


def test_every_kind_is_tested_here():
    assert set(KINDS) == set(PARITY_KINDS)


@pytest.mark.parametrize(("kind", "series"), SERIES)
def test_parity_is_where_the_expected_score_equals_the_human_baseline(kind, series):
    """Against a search for the root, draw by draw."""
    draws, row = handmade.draws(), handmade.panel().sel(series=series)
    _, names, expected = KINDS[kind]
    floor, human = np.nan_to_num(row["floor"].item()), row["human"].item()
    found = parity(draws, handmade.panel(), series).reshape(handmade.CHAINS, handmade.DRAWS)
    for chain, draw in np.ndindex(found.shape):
        curve = draws.sel({f"{kind}_series": series}).isel(chain=chain, draw=draw)
        numbers = [curve[name].item() for name in names]
        root = optimize.brentq(
            lambda at, numbers=numbers: expected(at, floor, *numbers) - human, -100.0, 100.0
        )
        assert found[chain, draw] == pytest.approx(root, abs=1e-8)


PLACE, SLOPE = st.floats(-20.0, 30.0), st.floats(0.05, 5.0)


@given(st.floats(0.01, 0.99), PLACE, SLOPE, st.floats(0.3, 1.0))
def test_at_parity_a_share_is_the_one_asked_for(share, difficulty, slope, ceiling):
    wanted = 0.25 + share * (ceiling - 0.25)
    draws = single("fraction", difficulty, slope, ceiling)
    (at,) = parity(draws, handmade.panel(), "exam", expected=wanted)
    found = expected_fraction(at, 0.25, difficulty, slope, ceiling)
    assert found == pytest.approx(wanted, abs=1e-9)


@given(st.floats(0.01, 0.99), PLACE, SLOPE, st.floats(1.0, 14.0))
def test_at_parity_a_speedup_is_the_one_asked_for(share, difficulty, slope, limit):
    draws = single("speedup", difficulty, slope, limit)
    (at,) = parity(draws, handmade.panel(), "faster", expected=2.0 ** (share * limit))
    found = np.log2(expected_speedup(at, 0.0, difficulty, slope, limit))
    assert found == pytest.approx(share * limit, abs=1e-8)


@given(st.floats(0.01, 100.0), PLACE, SLOPE)
def test_at_parity_a_ratio_is_the_one_asked_for(wanted, even, slope):
    (at,) = parity(single("ratio", even, slope), handmade.panel(), "against", expected=wanted)
    assert expected_ratio(at, 0.0, even, slope) == pytest.approx(wanted, rel=1e-8)


def test_a_ratio_of_one_is_parity_itself():
    found = parity(handmade.draws(), handmade.panel(), "against", expected=1.0)
    assert np.array_equal(found, handmade.draws()["ratio_parity"].values.ravel())


# --- out of reach --------------------------------------------------------------------------------


@pytest.mark.parametrize("ceiling", [0.8, 0.79, 0.3, 0.25, 0.2])
def test_a_ceiling_at_or_below_the_human_baseline_puts_parity_out_of_reach(ceiling):
    """Down to the floor and below it."""
    draws = handmade.draws()
    draws["ceiling"] = draws["ceiling"] * 0 + ceiling
    assert np.all(parity(draws, handmade.panel(), "exam") == np.inf)


def test_a_limit_at_or_below_the_human_speedup_puts_parity_out_of_reach():
    draws = handmade.draws()
    for limit in (2.0, 1.9):
        draws["speedup_limit"] = draws["speedup_limit"] * 0 + limit
        assert np.all(parity(draws, handmade.panel(), "faster") == np.inf)


@pytest.mark.parametrize(
    ("series", "expected"), [("exam", 0.25), ("exam", 0.1), ("faster", 1.0), ("faster", 0.5)]
)
def test_what_chance_or_no_change_gives_is_reached_by_anybody(series, expected):
    found = parity(handmade.draws(), handmade.panel(), series, expected=expected)
    assert np.all(found == -np.inf)


# --- where the numbers stand ---------------------------------------------------------------------


def test_a_missing_floor_is_a_floor_of_nothing():
    without, draws = handmade.panel({"paper": (np.nan, 0.4)}), handmade.draws()
    assert np.array_equal(parity(draws, without, "paper"), parity(draws, handmade.panel(), "paper"))


@pytest.mark.parametrize(("kind", "series"), SERIES)
def test_parity_does_not_depend_on_the_order_of_dimensions(kind, series):
    draws, panel = handmade.draws(), handmade.panel()
    turned = draws.transpose(f"{kind}_series", "draw", "chain", ...)
    assert np.array_equal(parity(turned, panel, series), parity(draws, panel, series))
