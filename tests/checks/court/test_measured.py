"""New systems of questions: like those that are measured, and as far behind their own frontier."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from bayes_rsi.checks.court.continuation import continuation
from bayes_rsi.checks.court.measured import FEWEST, Measured, measured
from bayes_rsi.units import year_of_date

COUNT = 300
YEAR = 2027.0


@pytest.fixture(scope="module")
def crowd(small_fit) -> Measured:
    return measured(continuation(small_fit, YEAR, COUNT, 1))


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def only(crowd: Measured, weight: np.ndarray, recent: bool = True) -> Measured:
    """A crowd of the flagships alone, on so many series each."""
    size = weight.size
    return replace(
        crowd,
        behind=np.tile(np.arange(size, dtype=float), (COUNT, 1)),
        tier=np.full(size, "flagship"),
        recent=np.full(size, recent),
        series=weight,
    )


def test_systems_are_those_of_the_panel(crowd, small_fit):
    panel = small_fit.panel
    pairs = pd.DataFrame({"i": panel["score_system"], "b": panel["score_series"]}).drop_duplicates()
    systems = crowd.world.labels("system")
    assert crowd.series.tolist() == pairs.groupby("i").size()[systems].tolist()
    assert crowd.tier.tolist() == panel["tier"].sel(system=systems).values.tolist()
    released = year_of_date(panel["released"].sel(system=systems).values)
    day = float(year_of_date(panel.attrs["as_of"]))
    assert crowd.recent.tolist() == (released > day - 1).tolist()


def test_a_system_is_as_far_behind_as_its_own_capability_says(crowd, small_fit):
    place = crowd.world.labels("system").index("GPT-5")
    day = year_of_date(small_fit.panel["released"].sel(system="GPT-5").values)
    frontier = crowd.world.frontier(np.full((COUNT, 1), float(day)))[:, 0]
    own = crowd.world.of("capability", system="GPT-5")
    assert crowd.behind[:, place] == pytest.approx(frontier - own)


def test_those_on_many_series_are_drawn_more_often(crowd):
    weight = np.array([1.0, 2.0, 3.0, 4.0, 10.0])
    some = only(crowd, weight)
    assert some.shares("flagship") == pytest.approx(weight / 20)
    shape = (COUNT, 200)
    drawn = some.newcomer(YEAR, "flagship", "", shape, rng())
    behind = some.world.frontier(np.full(shape, YEAR)) - drawn
    # Each system is behind by its number, in every future.
    assert np.bincount(np.rint(behind).astype(int).ravel()) / behind.size == pytest.approx(
        weight / 20, abs=0.01
    )


def test_recent_ones_count_where_they_are_enough(crowd):
    some = only(crowd, np.ones(2 * FEWEST))
    half = np.arange(2 * FEWEST) < FEWEST
    assert (replace(some, recent=half).shares("flagship") > 0).tolist() == half.tolist()
    fewer = replace(some, recent=np.arange(2 * FEWEST) < FEWEST - 1)
    assert (fewer.shares("flagship") > 0).all()


def test_too_few_of_a_tier_leave_it_to_the_law_of_the_tier(crowd):
    few = only(crowd, np.ones(FEWEST - 1))
    assert few.shares("flagship") is None
    shape = (COUNT, 50)
    found = few.newcomer(YEAR, "flagship", "Anthropic", shape, rng())
    tiers, labs = np.full(shape, "flagship"), np.full(shape, "Anthropic")
    expected = few.world.newcomers(np.full(shape, YEAR), tiers, labs, rng())
    np.testing.assert_array_equal(found, expected)


def test_draws_of_a_future_stay_together(crowd):
    some = only(crowd, np.ones(FEWEST))
    apart = replace(some, behind=np.tile(100.0 * np.arange(COUNT)[:, None], (1, FEWEST)))
    drawn = apart.newcomer(YEAR, "flagship", "", (COUNT,), rng())
    behind = apart.world.frontier(np.full((COUNT,), YEAR)) - drawn
    assert behind == pytest.approx(100.0 * np.arange(COUNT))
