"""The frontier as a series sees it, against its formula."""

from __future__ import annotations

import handmade
import numpy as np
import pytest
import xarray as xr

from bayes_rsi.errors import ConditionError
from bayes_rsi.forecasting.drifts import drift_of, middles, seen_from
from bayes_rsi.forecasting.frontier import on_day
from bayes_rsi.forecasting.paths import continued
from bayes_rsi.units import year_of_date

SERIES = next(iter(handmade.SHARES))
AS_OF = float(handmade.YEARS[-1])


@pytest.fixture(scope="module")
def panel() -> xr.Dataset:
    """Two systems, a year apart, on the series."""
    days = np.array(["2025-01-01", "2026-01-01"], "datetime64[ns]")
    return handmade.panel().assign(
        released=("system", days),
        score_series=("score", [SERIES, SERIES]),
        score_system=("score", ["old", "new"]),
        system=["old", "new"],
    )


@pytest.fixture(scope="module")
def straight() -> xr.Dataset:
    return handmade.line(2.0, 10.0)


def drifting(draws: xr.Dataset, yearly: float) -> xr.Dataset:
    return draws.assign_coords(drifting_series=[SERIES]).assign(
        series_drift_doublings=(
            ("chain", "draw", "drifting_series"),
            np.full((*shape(draws), 1), yearly),
        )
    )


def shape(draws: xr.Dataset) -> tuple[int, int]:
    return draws.sizes["chain"], draws.sizes["draw"]


def test_without_a_drift_the_frontier_is_as_it_is(straight, panel):
    paths = continued(straight, handmade.card(), AS_OF + 5, seed=1)
    assert seen_from(paths, straight, panel, SERIES) is paths
    moved = drifting(straight, 0.5)
    assert drift_of(moved, "span") is None
    assert seen_from(paths, moved, panel, "span") is paths


@pytest.mark.parametrize("yearly", [0.5, -0.5])
def test_a_drift_counts_from_the_middle_of_those_scored(straight, panel, yearly):
    paths = continued(straight, handmade.card(), AS_OF + 5, seed=1)
    found = seen_from(paths, drifting(straight, yearly), panel, SERIES)
    assert float(middles(panel).sel(series=SERIES)) == pytest.approx(2025.5, abs=0.01)
    expected = paths.values + yearly * (paths.years - 2025.5)
    assert found.values == pytest.approx(expected, abs=0.01)
    assert found.shape == paths.shape


def test_a_drift_that_outweighs_growth_leaves_the_best_where_it_was(straight, panel):
    paths = continued(straight, handmade.card(), AS_OF + 5, seed=1)
    found = seen_from(paths, drifting(straight, -3.0), panel, SERIES).values
    assert (np.diff(found, axis=1) >= 0).all()
    assert found == pytest.approx(np.repeat(found[:, :1], found.shape[1], axis=1))


def test_systems_older_than_all_that_are_scored_do_not_count(straight, panel):
    days = np.array(["2025-11-01", "2026-03-01"], "datetime64[ns]")
    late = panel.assign(released=("system", days))
    paths = continued(straight, handmade.card(), AS_OF + 5, seed=1)
    found = seen_from(paths, drifting(straight, -3.0), late, SERIES)
    first, middle = year_of_date(days[0]), year_of_date(days).mean()
    assert found.years[0] == first
    assert found.values == pytest.approx(
        np.full_like(found.values, 10.0 + 2.0 * (first - AS_OF) - 3.0 * (first - middle)), abs=0.01
    )
    # The first knot of the past would be above this place, had anything of its day been scored.
    above = np.full(len(found.values), found.values[0, 0] + 0.1)
    assert 10.0 + 2.0 * (paths.years[0] - AS_OF) - 3.0 * (paths.years[0] - middle) > above[0]
    assert np.isinf(found.reached(above)).all()
    with pytest.raises(ConditionError, match="expected one between 2025-11-01 and"):
        on_day(found, "2025-10-01")


def test_each_draw_has_its_own_drift(straight, panel):
    paths = continued(straight, handmade.card(), AS_OF + 5, seed=1)
    yearly = np.linspace(-1.0, 1.0, np.prod(shape(straight)))
    moved = drifting(straight, 0.0)
    moved["series_drift_doublings"].values[:] = yearly.reshape(*shape(straight), 1)
    gain = seen_from(paths, moved, panel, SERIES).values - paths.values
    slope = (gain[:, -1] - gain[:, 0]) / (paths.years[-1] - paths.years[0])
    assert slope == pytest.approx(np.repeat(yearly, paths.shape[2]), abs=1e-6)
