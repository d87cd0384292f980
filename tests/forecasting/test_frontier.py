"""Which horizon a reliability means."""

from __future__ import annotations

import handmade

from bayes_rsi.forecasting.frontier import reliable_series


def test_of_two_suites_of_a_reliability_the_newer_counts():
    suites = ["metr_th10_p80", "metr_th11_p80"]
    panel = handmade.panel().isel(series=[-1, -1]).assign_coords(series=suites)
    panel = panel.assign(reliability=("series", [0.8, 0.8]))
    assert reliable_series(panel, 80) == "metr_th11_p80"
