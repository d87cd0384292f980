"""The design's interpolation, its indexes, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from bayes_rsi.errors import ModelError
from bayes_rsi.model.design import TIERS, design
from bayes_rsi.units import year_of_date


@pytest.fixture
def broken(panel):
    """A copy to spoil."""
    return panel.copy(deep=True)


@pytest.fixture
def years(arrays):
    """Knots, points between them, and points outside."""
    inside = np.random.default_rng(1).uniform(arrays.knots[0], arrays.knots[-1], 50)
    return np.r_[arrays.knots, inside]


def test_interpolation_reproduces_linear_functions(arrays, years):
    found = arrays.interpolated(3 - 2 * arrays.knots, years)
    np.testing.assert_allclose(found, 3 - 2 * years, atol=1e-9)


def test_interpolation_is_that_of_numpy_for_any_values(arrays, years):
    values = np.random.default_rng(2).normal(size=len(arrays.knots))
    expected = np.interp(years, arrays.knots, values)
    np.testing.assert_allclose(arrays.interpolated(values, years), expected, atol=1e-9)


def test_outside_the_knots_the_nearest_one_counts(arrays):
    values = np.random.default_rng(3).normal(size=len(arrays.knots))
    outside = arrays.interpolated(values, np.array([1999.0, 2099.0]))
    np.testing.assert_allclose(outside, values[[0, -1]], rtol=1e-12)


def test_knots_end_on_the_as_of_date_and_cover_the_evidence(arrays, panel, card):
    assert arrays.knots[-1] == float(year_of_date("2026-06-30"))
    np.testing.assert_allclose(np.diff(arrays.knots), card.knot_years, atol=1e-9)
    assert arrays.knots[0] <= arrays.released.min() < arrays.knots[1]


def test_rows_are_found_by_label(arrays, panel):
    rows = np.arange(panel.sizes["score"])
    for index, coordinate in (("system", "score_system"), ("series", "score_series")):
        found = getattr(arrays, f"{index}_index")(rows)
        np.testing.assert_array_equal(panel[index].values[found], panel[coordinate].values)
    assert [TIERS[i] for i in arrays.tier] == list(panel["tier"].values)
    counts = [int((panel["score_system"].values == name).sum()) for name in panel["system"].values]
    assert arrays.n_scores.tolist() == counts


def test_scores_are_told_apart_by_kind_and_censoring(arrays, panel):
    labels = panel["score_series"].values.astype(str)
    horizon, cut = np.char.startswith(labels, "metr"), panel["censoring"].values != "none"
    assert arrays.scores_of("fraction").tolist() == np.flatnonzero(~horizon).tolist()
    for censored in (False, True):
        expected = np.flatnonzero(horizon & (cut == censored)).tolist()
        assert arrays.scores_of("horizon", censored=censored).tolist() == expected
    assert arrays.series_of("fraction").tolist() == [0, 1, 4]
    assert arrays.scores_of("speedup").tolist() == []


def test_the_newer_suite_defines_doublings_when_it_is_there(arrays, panel, card):
    assert arrays.reference == "metr_th11_p50"
    older = {"metr_th11_p50": "metr_th10_p50", "metr_th11_p80": "metr_th10_p80"}
    assert design(_renamed(panel, older), card).reference == "metr_th10_p50"
    both = _renamed(panel, {"metr_th11_p80": "metr_th10_p50"})
    assert design(both, card).reference == "metr_th11_p50"


def test_an_unknown_tier_is_refused(broken, card):
    broken["tier"].values[2] = "huge"
    with pytest.raises(
        ModelError, match=r"got label 'huge', expected one of flagship, small, open"
    ):
        design(broken, card)


def test_a_system_without_an_entry_is_refused(broken, card):
    broken["score_system"].values[3] = "phantom"
    with pytest.raises(ModelError, match=r"got label 'phantom', expected one of Alpha 1, Alpha 2"):
        design(broken, card)


def test_a_series_without_an_entry_is_refused(broken, card):
    broken["score_series"].values[3] = "phantom"
    found = design(broken, card)
    with pytest.raises(ModelError, match=r"got label 'phantom', expected one of exam, lab"):
        found.scores_of("fraction")


def test_a_series_without_a_release_date_is_refused(broken, card):
    broken["series_released"].values[1] = np.datetime64("NaT", "ns")
    with pytest.raises(ModelError, match=r"got series 'lab' without a release date"):
        design(broken, card)


def test_a_panel_without_a_reference_is_refused(panel, card):
    elsewhere = {"metr_th11_p50": "other_p50", "metr_th11_p80": "other_p80"}
    with pytest.raises(ModelError, match=r"no series that defines doublings.*metr_th11_p50"):
        design(_renamed(panel, elsewhere), card)


def test_evidence_that_does_not_cover_the_pins_is_refused(panel, card):
    late = panel.isel(system=panel["released"].values > np.datetime64("2024-01-01"))
    with pytest.raises(
        ModelError, match=r"starts 2024\.6, expected it to cover the pin at 2024\.0"
    ):
        design(late, card)


def _renamed(panel, new):
    rename = np.vectorize(lambda name: new.get(name, name), otypes=[object])
    return panel.assign_coords(series=rename(panel["series"].values)).assign(
        score_series=("score", rename(panel["score_series"].values))
    )
