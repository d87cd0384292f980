"""The futures behind a forecast: dated again, nothing moves but what is changed."""

from __future__ import annotations

from dataclasses import replace

import handmade
import numpy as np
import pytest
from handmade import certain

from bayes_rsi.errors import ModelError
from bayes_rsi.forecasting.dice import dice
from bayes_rsi.forecasting.project import forecast


def test_dated_again_every_future_has_its_date(hand_fit):
    found = forecast(hand_fit)
    for name in found.event_names:
        again = found.futures.folded(found.futures.scene(name).dates().year)
        np.testing.assert_array_equal(again.values, found.years(name).values)
        assert again.dims == found.years(name).dims


def test_another_lag_moves_dates_by_itself_alone(hand_fit):
    found = forecast(hand_fit)
    scene = found.futures.scene("school")
    slower = scene.dates(replace(scene.event, lead=certain(0.0))).year
    both = np.isfinite(slower) & np.isfinite(scene.dates().year)
    lead = scene.event.lead.quantile(scene.uniforms["lead"])
    assert both.mean() > 0.5
    assert slower[both] - scene.dates().year[both] == pytest.approx(lead[both])


def test_a_lag_whose_dice_were_not_thrown_is_not_ignored(hand_fit):
    scene = forecast(hand_fit).futures.scene("school")
    with pytest.raises(KeyError, match="adoption"):
        scene.dates(replace(scene.event, adoption=certain(1.0)))


def test_quantities_run_over_chain_draw_and_replicate(hand_fit):
    futures = forecast(hand_fit).futures
    growth = hand_fit.tree["posterior"]["growth"].values
    assert np.array_equal(futures.folded(futures.flat("growth"))[..., 2].values, growth)
    slope = hand_fit.tree["posterior"]["slope"].sel(fraction_series="exam").values
    found = futures.folded(futures.flat_of("slope", {"fraction_series": "exam"}))
    assert np.array_equal(found[..., 0].values, slope)
    assert np.array_equal(futures.uniform("pace"), dice(futures.seed, "pace").random(300))


def test_of_the_prior_no_log_likelihood_is_kept():
    fit = handmade.whole_fit(size=20)
    assert forecast(fit).futures.log_likelihood is not None
    assert forecast(fit, group="prior").futures.log_likelihood is None


def test_an_unknown_event_has_a_suggestion(hand_fit):
    with pytest.raises(ModelError, match=r"got event 'shcool'.*Did you mean 'school'\?"):
        forecast(hand_fit).futures.event("shcool")
