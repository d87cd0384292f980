"""Events: open on the day, resolved at the horizon, with the share of draws as probability."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bayes_rsi.checks.court.arrivals import every
from bayes_rsi.checks.court.comings import quiet
from bayes_rsi.checks.court.events import (
    EVENTS,
    Event,
    event_targets,
    probabilities,
    silent,
)
from bayes_rsi.checks.court.scale import from_scale
from bayes_rsi.checks.court.targets import targets, until
from bayes_rsi.evidence import cut
from bayes_rsi.evidence.selection import select
from bayes_rsi.inference.sample import panel_of
from bayes_rsi.units import year_of_date

SWE = Event("swe", ("swe_bench_verified",), 0.8)


def happened(evidence, card, day, *events):
    table = event_targets(evidence, card, day, events=events or EVENTS)
    return dict(zip(table["target"], table["happened"], strict=True)) if len(table) else {}


def test_events_of_the_issue_are_there():
    levels = {event.name: event.level for event in EVENTS}
    assert [levels[f"metr_50_{hours}h"] for hours in (1, 4, 8, 16)] == [60, 240, 480, 960]
    assert [levels[f"swe_bench_verified_{p}"] for p in (50, 80, 90)] == [0.5, 0.8, 0.9]
    assert (levels["core_bench_hard_90"], levels["mle_bench_50"]) == (0.9, 0.5)


def test_an_event_comes_when_the_level_is_reached(evidence, card):
    # 77.2% in September, 80.9% in November 2025, 95.5% in June 2026.
    assert happened(evidence, card, "2025-06-30", SWE) == {
        "2025-06-30|event|swe|3m": 0,
        "2025-06-30|event|swe|6m": 1,
        "2025-06-30|event|swe|12m": 1,
    }


def test_what_has_happened_is_not_asked(evidence, card):
    assert happened(evidence, card, "2025-12-31", SWE) == {}


def test_a_level_exactly_reached_counts(evidence, card):
    exact = replace(SWE, level=0.809)
    assert happened(evidence, card, "2025-06-30", exact)["2025-06-30|event|swe|6m"] == 1


def test_a_corrected_grading_settles_an_event(evidence, card):
    # The board stands at 78%; the authors' correction of December 2025 says 95%.
    plain = Event("core", ("core_bench_hard",), 0.9)
    settled = replace(plain, settled_by=("core_bench_hard_regraded",))
    assert happened(evidence, card, "2025-09-30", plain)["2025-09-30|event|core|3m"] == 0
    assert happened(evidence, card, "2025-09-30", settled)["2025-09-30|event|core|3m"] == 1


def test_a_horizon_beyond_the_suite_settles_only_what_lies_below_it(evidence, card):
    # On 2026-06-30 one horizon is above 16 h, one between 678 and 16,200 minutes.
    names = ("metr_th11_p50",)
    found = happened(
        evidence,
        card,
        "2026-03-31",
        Event("12h", names, 720.0),
        Event("16h", names, 960.0),
        Event("100h", names, 6000.0),
    )
    assert found == {"2026-03-31|event|12h|3m": 1, "2026-03-31|event|16h|3m": 1}


def test_a_suite_that_was_not_there_yet_is_not_asked(evidence, card):
    table = event_targets(evidence, card, "2025-09-30")
    metr = table[table["event"].str.startswith("metr")]
    assert set(metr["series"]) == {"metr_th10_p50"}
    assert "2025-09-30|event|metr_50_4h|6m" in set(metr["target"])
    later = event_targets(evidence, card, "2026-03-31")
    assert set(later["series"][later["event"] == "metr_50_16h"]) == {"metr_th11_p50"}


def test_nothing_after_the_horizon_matters(evidence, card):
    day = "2025-06-30"
    scores = evidence.scores
    late = scores["known_on"] > pd.Timestamp("2025-09-30")
    late &= scores["series"] == "swe_bench_verified"
    wild = replace(evidence, scores=scores.assign(value=scores["value"].mask(late, 0.99)))
    before, after = (event_targets(e, card, day, months=(3,)) for e in (evidence, wild))
    pd.testing.assert_frame_equal(before, after)
    assert happened(wild, card, day, replace(SWE, level=0.98))[f"{day}|event|swe|6m"] == 1


def test_a_probability_is_the_share_of_the_draws_if_something_new_comes(evidence, card):
    table = event_targets(evidence, card, "2025-06-30", events=(SWE,))
    level = table["level"].iloc[0]
    draws = np.array([[level - 1, level, level + 1, level + 2]])
    samples = xr.DataArray(
        draws,
        dims=("target", "draw"),
        coords={"target": ["2025-06-30|best|swe_bench_verified|6m"]},
    )
    told = probabilities(samples, table)
    comes = table.set_index("target")["comes"]["2025-06-30|event|swe|6m"]
    assert told.to_dict() == {"2025-06-30|event|swe|6m": pytest.approx(0.75 * comes)}


def test_something_new_is_as_likely_as_the_rule_says(evidence, card):
    day = "2025-09-30"
    table = event_targets(evidence, card, day)
    panel = panel_of(card, cut(evidence, day))
    ages = every(panel)["age"]
    years = year_of_date([until(day, count) for count in table["months"]]) - year_of_date(day)
    none = [
        quiet(ages[series].to_numpy(), np.array([span]))[0]
        for series, span in zip(table["series"], years, strict=True)
    ]
    assert table["comes"].to_numpy() == pytest.approx(1 - np.array(none))
    assert table["comes"].between(0.3, 1).all()


def test_events_on_which_nothing_new_came_are_asked_about_too(evidence, card):
    day = "2025-06-30"
    asked, events = targets(evidence, card, day), event_targets(evidence, card, day)
    more = silent(asked, events)
    assert len(more) > 0
    assert not set(more["target"]) & set(asked["target"])
    assert set(events["best"]) <= set(asked["target"]) | set(more["target"])
    assert more["observed"].isna().all()
    assert (more.dtypes == asked.dtypes).all()
    of_those = events[events["best"].isin(more["target"])]
    assert not of_those["happened"].any()
    assert (more["known_on"] == [until(day, count) for count in more["months"]]).all()


@pytest.mark.parametrize("day", ["2025-06-30", "2025-12-31"])
def test_known_bests_are_those_of_the_panel(evidence, card, day):
    chosen = card.evidence
    seen = select(cut(evidence, day), chosen.kinds, chosen.exclude, chosen.min_scores)
    for row in event_targets(evidence, card, day).itertuples():
        best = seen["value"][seen["series"] == row.series].max()
        assert from_scale(row.metric, row.known_best) == pytest.approx(best)
        assert row.known_best < row.level
