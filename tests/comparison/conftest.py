"""Forecasts of fits made by hand: one with every kind of judgement, one whose series drifts."""

from __future__ import annotations

import handmade
import numpy as np
import pytest
import xarray as xr
from handmade import certain, judged

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


@pytest.fixture(scope="session")
def drifted() -> Forecast:
    """Project a straight frontier, and a series whose scores drift by -1 doubling a year."""
    posterior = handmade.line(2.0, 10.0)
    growth = posterior["growth"]
    posterior = posterior.assign(
        series_drift_doublings=xr.full_like(growth, -1.0).expand_dims(drifting_series=["exam"]),
        overdispersion=xr.zeros_like(posterior["slope"]),
        rounding=xr.zeros_like(growth),
    )
    panel = handmade.panel()
    panel = panel.assign(
        released=("system", np.array(["2025-06-30"], "datetime64[ns]")),
        system=["Old"],
        score_series=("score", ["exam"]),
        score_system=("score", ["Old"]),
        n_items=("series", np.full(panel.sizes["series"], 1e12)),
    )
    card = handmade.card(handmade.event("work", {"one": certain(2.0**14)}))
    return forecast(handmade.fit(card, posterior, panel))
