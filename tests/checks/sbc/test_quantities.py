"""What is ranked: functions of one draw alone."""

from __future__ import annotations

import handmade
import numpy as np
import pytest
import xarray as xr

from bayes_rsi.checks.sbc.quantities import (
    LAST_FRONTIER,
    chances,
    derived,
    hyperparameters,
    scalars,
)

LAST = {"taste_gap": handmade.judged("lognormal", 1.0, 0.8), "taste_free": 0.3}


@pytest.fixture
def card():
    needed = {"replication": "paper", "autonomy": handmade.judged("lognormal", 2.0**13, 2.0)}
    return handmade.card(handmade.event("end_to_end", needed, **LAST), replicates=64)


def test_a_draw_has_the_same_chance_wherever_it_stands(card):
    draws = handmade.draws()
    whole = chances(draws.isel(draw=slice(5)), handmade.panel(), card)
    alone = chances(draws.isel(chain=[1], draw=[3]), handmade.panel(), card)
    assert whole.shape == (2, 5)
    assert alone.item() == whole[1, 3]
    assert 0.0 < whole.min() < whole.max() < 1.0


def test_a_higher_frontier_gives_a_higher_chance(card):
    draws = handmade.draws().isel(draw=slice(4))
    low = chances(draws, handmade.panel(), card)
    high = chances(draws.assign(frontier=draws["frontier"] + 2.0), handmade.panel(), card)
    assert (high > low).all()


def test_an_event_that_would_have_come_already_is_certain():
    now = handmade.card(handmade.event("end_to_end", {"replication": "paper"}), replicates=8)
    draws = handmade.draws().isel(draw=[0])
    above = draws.assign(frontier=draws["frontier"] + 99.0)
    assert (chances(above, handmade.panel(), now) == 1.0).all()


def test_hyperparameters_are_the_elements_of_the_priors(card):
    draws = handmade.draws()
    draws = draws.assign(
        speedup_limit=draws["speedup_limit"],
        horizon_rate=draws["growth"],
        scored_correct=draws["slope"],
    )
    found = hyperparameters(draws, card)
    assert set(found) == {
        "growth_drift",
        "horizon_rate",
        "speedup_limit[faster]",
        *(f"scored_correct[{name}]" for name in handmade.SHARES),
    }
    assert all(values.dims == ("chain", "draw") for values in found.values())


def test_the_frontier_is_told_at_the_last_knot():
    draws = handmade.draws()
    found = derived(draws)
    np.testing.assert_array_equal(found[LAST_FRONTIER], draws["frontier"].values[..., -1])
    np.testing.assert_array_equal(found["slope[exam]"], draws["slope"].sel(fraction_series="exam"))


def test_what_does_not_vary_is_left_out_of_a_posterior_and_kept_of_one_draw(card):
    draws = handmade.draws()
    flat = draws.assign(ceiling=xr.ones_like(draws["ceiling"]))
    assert not [name for name in scalars(flat, card) if name.startswith("ceiling")]
    assert "ceiling[exam]" in scalars(flat.isel(chain=[0], draw=[0]), card)
