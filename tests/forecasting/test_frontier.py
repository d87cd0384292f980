"""Which horizon a reliability means."""

from __future__ import annotations

import handmade
import numpy as np
import pytest

from bayes_rsi.errors import ConditionError
from bayes_rsi.forecasting.frontier import reliable_series


def fitted(*series: str):
    """Give a panel of time horizons, of the reliability that their names end in."""
    panel = handmade.panel().isel(series=np.full(len(series), -1))
    levels = [float(name[-2:]) / 100 for name in series]
    return panel.assign_coords(series=list(series)).assign(reliability=("series", levels))


def test_of_several_suites_that_which_doublings_are_of_counts():
    suites = ["metr_th10_p50", "metr_th10_p80", "metr_th11_p50", "metr_th11_p80", "uk_suite_p80"]
    assert reliable_series(fitted(*suites), 80) == "metr_th11_p80"
    assert reliable_series(fitted(*suites[:2], "metr_th9_p80"), 80) == "metr_th10_p80"
    assert reliable_series(fitted(*suites, "metr_th11_p90", "uk_suite_p90"), 90) == "metr_th11_p90"


def test_the_only_one_of_a_reliability_counts_whatever_its_suite():
    assert reliable_series(fitted("metr_th11_p50", "uk_suite_p80"), 80) == "uk_suite_p80"


def test_of_other_suites_nobody_can_say_which_is_meant():
    panel = fitted("metr_th11_p50", "uk_suite_p80", "us_suite_p80")
    with pytest.raises(ConditionError, match=r"several.*uk_suite_p80, us_suite_p80.*name the"):
        reliable_series(panel, 80)
    with pytest.raises(ConditionError, match="got horizon p90, expected a reliability"):
        reliable_series(panel, 90)
