"""A forecast of a fit made by hand, with every kind of judgement and a log likelihood."""

from __future__ import annotations

import handmade
import numpy as np
import pytest
import xarray as xr
from handmade import judged

from bayes_rsi.forecasting.project import forecast
from bayes_rsi.forecasting.result import Forecast
from bayes_rsi.posterior import Fit


@pytest.fixture(scope="session")
def hand_fit() -> Fit:
    """2,000 futures of an event; scores that say nothing but one series that likes fast growth."""
    event = handmade.event(
        "work",
        {"exam": "exam", "autonomy": judged("lognormal", 2.0**15, 1.5)},
        lead=judged("lognormal", 0.3, 0.5),
        taste_gap=judged("lognormal", 1.0, 0.8),
        taste_free=0.3,
        adoption=judged("lognormal", 0.5, 0.7),
        never=0.1,
    )
    fit = handmade.fit(handmade.card(event, replicates=20))
    growth = fit.tree["posterior"]["growth"]
    told = xr.concat([0.0 * growth, 0.8 * (growth - growth.mean())], "score")
    told = told.assign_coords(score=["exam|Old|||", "paper|New|||"])
    scores = {
        "score_series": ("score", ["exam", "paper"]),
        "score_system": ("score", ["Old", "New"]),
        "lab": ("system", ["Ours", "Theirs"]),
    }
    panel = fit.panel.assign(scores).assign_coords(
        score=told["score"].values, system=["Old", "New"]
    )
    tree = fit.tree.copy()
    tree["log_likelihood"] = xr.DataTree(told.to_dataset(name="score_log_likelihood"))
    return Fit(fit.card, panel, tree, fit.verdict, fit.tag)


@pytest.fixture(scope="session")
def hand_forecast(hand_fit: Fit) -> Forecast:
    """Project it once; nothing in it may be changed in place."""
    found = forecast(hand_fit)
    assert 0.2 < found.probability_by("2029-12-31", "work") < 0.8
    assert np.isfinite(found.frontier["growth"]).all()
    return found
