"""The tables that come with the package keep their own rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bayes_rsi.cards import load_card
from bayes_rsi.evidence import Evidence, check, cut, data_folder, load_evidence, panel
from bayes_rsi.evidence.schema import DOMAINS, KINDS

END = date(2026, 6, 30)


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    """The shipped tables."""
    return load_evidence()


def test_every_table_validates() -> None:
    assert [str(problem) for problem in check(data_folder())] == []


def test_forecasts_of_others_are_about_events_that_cards_have(evidence: Evidence) -> None:
    """Anybody's table may speak of events of a card of their own; ours may not."""
    told = set(evidence.forecasts["event"]) - {""}
    assert told <= set(load_card("baseline").events)
    assert len(told) > 1


def test_added_scores_are_checked_against_the_shipped_tables(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    head = "series,system,value,unit,known_on,source\n"
    row = "swe_bench_verified,Claude Opus 4.5,{value},fraction,2026-06-30,own run\n"
    path.write_text(head + row.format(value=0.73), encoding="utf-8")
    assert check(path) == []
    assert load_evidence(add=[path]).scores["origin"].tolist().count("mine.csv") == 1
    path.write_text(head + row.format(value=73), encoding="utf-8")
    (problem,) = check(path)
    assert str(problem) == (
        "mine.csv, row 2, column 'value': got 73.0, expected a fraction from 0 to 1. "
        "If it is a percentage, divide by 100: 0.73"
    )


def test_the_evidence_ends_where_it_says(evidence: Evidence) -> None:
    assert evidence.as_of == END
    for frame, column in (
        (evidence.scores, "known_on"),
        (evidence.audits, "known_on"),
        (evidence.forecasts, "forecast_date"),
        (evidence.systems, "released"),
    ):
        assert frame[column].max() <= pd.Timestamp(END)


@pytest.mark.parametrize("kinds", [("fraction", "horizon"), ("horizon",), tuple(KINDS[:-1])])
def test_the_shipped_panel_keeps_its_contract(
    evidence: Evidence, assert_contract: Callable[[xr.Dataset], None], kinds: tuple[str, ...]
) -> None:
    result = panel(evidence, kinds)
    assert_contract(result)
    assert set(result["kind"].values) <= set(kinds)
    assert np.isfinite(result["value"]).all()
    assert set(result["domain"].values) <= set(DOMAINS)
    assert (result["known_on"] <= np.datetime64(END)).all()
    counts = result["score_series"].to_series().value_counts()
    counted = result["series"].values[result["kind"].values == "count"]
    assert counts.drop(counted).min() >= 3  # a count carries its exposure, so one is enough


def test_a_revision_is_taken_when_it_becomes_known(evidence: Evidence) -> None:
    """METR's Opus 4.6: 870 minutes, then 719 after the fix of early March 2026."""
    label = "metr_th11_p50|Claude Opus 4.6|METR||author"
    for day, minutes in (("2026-03-02", 870.0), ("2026-03-03", 718.8), ("2026-06-30", 718.8)):
        value = float(panel(cut(evidence, day))["value"].sel(score=label))
        assert value == pytest.approx(minutes, abs=0.1)


@pytest.mark.parametrize("day", ["2024-12-31", "2025-06-30", "2025-12-31", "2026-05-04"])
def test_a_past_panel_knows_nothing_later(evidence: Evidence, day: str) -> None:
    result = panel(cut(evidence, day))
    last = np.datetime64(day)
    assert (result["known_on"] <= last).all()
    assert (result["released"] <= last).all()
    assert set(result["system"].values) <= set(panel(evidence)["system"].values)


def test_aliases_of_the_sources_lead_to_systems(evidence: Evidence) -> None:
    assert evidence.aliases["system"].isin(evidence.systems["system"]).all()
    assert not evidence.aliases["alias"].duplicated().any()


def test_the_audit_of_swe_bench_verified_speaks_for_the_whole_set(evidence: Evidence) -> None:
    """At least 82 of 500 items are flawed (16.4%); the 63% come from a score that is fitted."""
    series = panel(evidence).sel(series="swe_bench_verified")
    flawed, sound = float(series["audit_flawed"]), float(series["audit_sound"])
    assert flawed / (flawed + sound) == pytest.approx(0.164)
    assert (float(series["audit_credited"]), float(series["audit_refused"])) == (0.0, 0.0)


def test_the_regrading_of_core_bench_says_how_flawed_items_were_scored(evidence: Evidence) -> None:
    """Of 45 items 9 were flawed, 8 of them scored wrong: 35 of 45 became 42 of 44."""
    series = panel(evidence).sel(series="core_bench_hard")
    counts = [float(series[f"audit_{name}"]) for name in ("flawed", "sound", "credited", "refused")]
    assert counts == pytest.approx([9, 36, 1, 8], abs=0.01)
