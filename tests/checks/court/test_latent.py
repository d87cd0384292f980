"""Places of systems on one dimension, by index and by component, and the lines through them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import least_squares

from bayes_rsi.checks.court.baselines import index as eci
from bayes_rsi.checks.court.baselines.component import first_component
from bayes_rsi.checks.court.baselines.latent import SINCE, Latent, _by_tier
from bayes_rsi.checks.court.scale import from_scale


def world(seed=1, systems=30, series=8):
    """Scores of a one-dimensional world: half of the cells."""
    rng = np.random.default_rng(seed)
    place, difficulty = rng.normal(0, 1.5, systems), rng.normal(0, 1, series)
    slope = np.exp(rng.normal(0, 0.3, series))
    cells = [(i, b) for i in range(systems) for b in range(series) if rng.random() < 0.5]
    who, where = np.array(cells).T
    y = slope[where] * (place[who] - difficulty[where]) + 0.1 * rng.normal(size=len(cells))
    names = [f"system {i:02d}" for i in who], [f"series {b}" for b in where]
    rows = pd.DataFrame({"system": names[0], "series": names[1], "y": y})
    return rows, pd.Series(place, index=[f"system {i:02d}" for i in range(systems)])


@pytest.mark.parametrize("fitted", [eci.fit_index, first_component])
def test_the_one_dimension_of_a_world_is_found(fitted):
    rows, truth = world()
    found = fitted(rows)
    # A component shrinks those with few scores, an index those at the ends.
    assert np.corrcoef(found.place, truth[found.place.index])[0, 1] > 0.95
    assert (found.lines["slope"] > 0).all()
    assert found.lines["sd"].median() < 0.7


def test_the_index_is_the_minimum_that_scipy_finds():
    rows, _ = world(seed=3)
    systems, series = np.unique(rows["system"]), np.unique(rows["series"])
    where = np.searchsorted(series, rows["series"])
    data = eci._Rows(
        np.searchsorted(systems, rows["system"]),
        where,
        np.clip(from_scale("fraction", rows["y"]), 0.001, 0.999),
        (len(systems), len(series)),
        int(np.argmax(np.bincount(where))),
    )
    flat = eci._minimised(data)
    n, m = data.sizes
    low = np.concatenate([np.full(n + m, -10.0), np.full(m, 0.1)])
    start = np.clip(flat + 0.1, low + 1e-6, 10 - 1e-6)
    other = least_squares(eci._residuals, start, bounds=(low, 10.0), args=(data,))
    ours = eci._residuals(flat, data)
    assert ours @ ours <= 2 * other.cost * (1 + 1e-4)


def test_the_derivatives_of_the_index_are_right():
    rows, _ = world(seed=4, systems=6, series=3)
    systems, series = np.unique(rows["system"]), np.unique(rows["series"])
    data = eci._Rows(
        np.searchsorted(systems, rows["system"]),
        np.searchsorted(series, rows["series"]),
        from_scale("fraction", rows["y"]),
        (len(systems), len(series)),
        1,
    )
    flat = np.random.default_rng(1).random(len(systems) + 2 * len(series)) + 0.5
    small = 1e-6
    numeric = np.stack(
        [
            (eci._residuals(flat + small * e, data) - eci._residuals(flat - small * e, data))
            / (2 * small)
            for e in np.eye(len(flat))
        ],
        axis=1,
    )
    assert eci._jacobian(flat, data) == pytest.approx(numeric, abs=1e-7)


def test_the_spread_of_a_short_series_leans_on_all():
    rows = pd.DataFrame(
        {
            "system": [f"s{i}" for i in range(101)],
            "series": ["long"] * 100 + ["short"],
            "y": [1.0, -1.0] * 50 + [0.0],
        }
    )
    place = pd.Series(0.0, index=rows["system"])
    lines = pd.DataFrame({"start": [0.0, 0.0], "slope": [1.0, 1.0]}, index=["long", "short"])
    sd = Latent.of(place, lines, rows).lines["sd"]
    assert sd["long"] == pytest.approx(1.0, abs=0.01)
    assert sd["short"] == pytest.approx(np.sqrt(5 / 6 * 100 / 101), abs=0.01)


def test_systems_before_the_lines_begin_move_none_of_them():
    released = np.linspace(SINCE, SINCE + 2, 10)
    recent = pd.DataFrame({"released": released, "tier": "open", "place": 2 * released + 1.0})
    old = pd.DataFrame({"released": [2019.0, 2020.0], "tier": "open", "place": [0.0, 9e3]})
    found = _by_tier(pd.concat([old, recent]).assign(weight=1.0))
    for tier in ("all", "open"):
        assert found[tier].slope == pytest.approx(2.0)
        assert found[tier].count == 10


def test_a_place_that_more_and_steeper_series_tell_is_surer():
    rows = pd.DataFrame(
        {"series": ["steep", "flat", "flat"], "system": ["a", "a", "b"], "y": [0.1, -0.1, 0.1]}
    )
    lines = pd.DataFrame({"start": 0.0, "slope": [2.0, 1.0]}, index=["steep", "flat"])
    error = Latent.of(pd.Series(0.0, index=["a", "b"]), lines, rows).error
    assert error.to_dict() == pytest.approx({"a": 0.1 / np.sqrt(5.0), "b": 0.1})
