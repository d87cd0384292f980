"""Events that have resolved: scores by hand, pairs on equal terms."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bayes_rsi.checks.court.resolved import (
    event_scores,
    event_table,
    events_against,
    events_reliability,
)


def events(**told: float) -> pd.DataFrame:
    rows = [
        {
            "origin_date": "2025-06-30",
            "horizon": 6,
            "target": f"event|{name}|6m",
            "model": "ours",
            "output_type": "probability",
            "output_type_id": "",
            "value": value,
            "observed": float(name.startswith("came")),
        }
        for name, value in told.items()
    ]
    return pd.DataFrame(rows)


def test_scores_of_events_by_hand():
    table = event_scores(events(came=0.9, came_too=0.5, stayed=0.2))
    assert table.loc["ours", "events"] == 3
    assert table.loc["ours", "brier"] == pytest.approx((0.01 + 0.25 + 0.04) / 3)
    expected = -np.mean(np.log([0.9, 0.5, 0.8]))
    assert table.loc["ours", "log_score"] == pytest.approx(expected, abs=1e-3)


def test_events_are_compared_where_both_answered():
    other = events(came=0.6, gone=0.3).assign(model="other")
    found = events_against(pd.concat([events(came=0.9, came_too=0.1), other]), "ours")
    assert found.loc["other", "events"] == 1
    assert found.loc["other", "brier_ours"] == pytest.approx(0.01)
    assert found.loc["other", "brier_theirs"] == pytest.approx(0.16)


def test_events_are_named():
    assert event_table(events(came=0.9))["event"].tolist() == ["came"]


def test_reliability_is_of_one_forecaster():
    table = pd.concat([events(came=0.9), events(stayed=0.9).assign(model="other")])
    assert float(events_reliability(table, "ours")["happened"].max()) == 1.0
    assert int(events_reliability(table, "ours")["count"].sum()) == 1
