"""Whether something new comes: worlds whose retirement is known, and the real tables."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayes_rsi.checks.court.arrivals import every
from bayes_rsi.checks.court.comings import PRIOR_YEARS, comes, retired, watched
from bayes_rsi.checks.court.targets import targets
from bayes_rsi.evidence import cut
from bayes_rsi.inference.sample import panel_of
from bayes_rsi.units import year_of_date

NOW = 2026.0


def days_of(**series: list[float]) -> pd.DataFrame:
    rows = [(name, day) for name, days in series.items() for day in days]
    return pd.DataFrame(rows, columns=["series", "known"])


def world(rate: float, count: int = 400, seed: int = 1) -> tuple[pd.DataFrame, np.ndarray]:
    """Series that begin over three years and are retired at a rate: days, and what comes in 1/2."""
    rng, rows, came = np.random.default_rng(seed), [], []
    for number in range(count):
        begun, pace = NOW - rng.uniform(0.1, 3.0), rng.gamma(0.8, 8.0)
        end = begun + rng.exponential(1 / rate)
        days = begun + np.cumsum(rng.exponential(1 / pace, 400))
        days = np.concatenate([[begun], days[days < end]])
        rows += [(f"s{number:05d}", day) for day in days[days <= NOW]]
        came.append(bool(((days > NOW) & (days <= NOW + 0.5)).any()))
    return pd.DataFrame(rows, columns=["series", "known"]), np.array(came)


def test_what_is_watched_is_the_year_up_to_the_last_new_system():
    known = days_of(a=[2024.0, 2025.2, 2025.5, 2025.5], b=[2025.75], c=[2023.5, 2024.0])
    table = watched(known, NOW)
    assert table.loc["a"].tolist() == pytest.approx([2, 1.0, 0.5])
    assert table.loc["b"].tolist() == pytest.approx([0, 0.0, 0.25])
    assert table.loc["c"].tolist() == pytest.approx([1, 0.5, 2.0])


@pytest.mark.parametrize("rate", [0.4, 1.0, 2.0])
def test_the_rate_of_retirement_is_found(rate):
    """To within a half: series are slower here than the prior of their rates expects."""
    known, _ = world(rate)
    assert retired(watched(known, NOW)) == pytest.approx(rate, rel=0.5)


def test_probabilities_mean_what_they_say():
    """In bins of what was said, as often as said; series that never retire would be too likely."""
    known, came = world(0.8, count=1500)
    said = np.array(list(comes(known, NOW, np.array([0.5])).values()))
    edges = np.quantile(said, np.linspace(0, 1, 7))
    for low, high in pairwise(edges):
        some = (said >= low) & (said <= high)
        error = np.sqrt(said[some].mean() * (1 - said[some].mean()) / some.sum())
        assert came[some].mean() == pytest.approx(said[some].mean(), abs=4 * error + 0.03)
    table = watched(known, NOW)
    exposure = PRIOR_YEARS + table["active"] + table["silent"]
    never_retired = 1 - (exposure / (exposure + 0.5)) ** (table["days"] + 0.5)
    assert never_retired.mean() > came.mean() + 0.1


@given(
    st.lists(st.floats(2024.0, NOW - 0.01), min_size=1, max_size=30),
    st.floats(0.05, 2.0),
)
def test_more_time_brings_more_and_silence_less(days, years):
    known = days_of(a=days, b=[2024.5, 2025.0, 2025.9])
    found = comes(known, NOW, np.array([years, 2 * years]))
    assert 0 < found["a", 0] < found["a", 1] < 1
    later = comes(known, NOW + 2.0, np.array([years]))
    assert later["a", 0] < found["a", 0] + 1e-3  # the rate of retirement is another one then


def test_it_forecasts_the_real_tables_better_than_last_years_number(evidence, card):
    """Brier score on a day that nothing was tuned on, against the rule that it replaced."""
    day = "2025-12-31"
    panel = panel_of(card, cut(evidence, day))
    table, now = every(panel).reset_index(), float(year_of_date(day))
    asked = targets(evidence, card, day)
    came = set(asked.loc[(asked["kind"] == "best") & (asked["months"] == 6), "series"])
    said = comes(table, now, np.array([0.5]))
    recent = table.groupby("series")["recent"].sum()
    ours, theirs = [], []
    for series, count in recent.items():
        ours.append((said[str(series), 0] - (series in came)) ** 2)
        theirs.append((1 - (1 / 1.5) ** (count + 0.5) - (series in came)) ** 2)
    assert np.mean(ours) < 0.7 * np.mean(theirs)
