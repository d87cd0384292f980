"""The panel is a contract: its names, dims, dtypes and rules are public."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from bayes_rsi.errors import EvidenceError
from bayes_rsi.evidence import cut, load_evidence, panel
from bayes_rsi.evidence.schema import KINDS

#: Counts of an audit on a series of the panel.
COUNTS = ("flawed", "sound", "credited", "refused")

Write = Callable[..., Path]
Check = Callable[[xr.Dataset], None]


def _panel(world: Any, as_of: str | None = None, **options: Any) -> xr.Dataset:
    return panel(load_evidence(as_of, folder=world.write()), **({"min_scores": 1} | options))


def _one(result: xr.Dataset, label: str) -> xr.Dataset:
    return result.sel(score=label)


def test_the_panel_keeps_its_contract(world: Any, assert_contract: Check) -> None:
    evidence = load_evidence(folder=world.write())
    result = panel(evidence, min_scores=1)
    assert_contract(result)
    assert result.attrs == {
        "as_of": "2025-02-01",
        "data_digest": evidence.digest,
        "absent_series": "ctx_f ind_x",
    }


def test_the_panel_of_the_small_world(world: Any) -> None:
    result = _panel(world)
    assert result["score"].values.tolist() == [
        "hor_50|Alpha 1|||author",
        "hor_50|Alpha 2 mini|||author",
        "hor_50|Beta 1|||author",
        "hor_50|Beta 2|||author",
        "hor_50|Gamma 1|||author",
        "swe_v|Alpha 1|||author",
        "swe_v|Alpha 2 mini|||author",
        "swe_v|Beta 1||high|author",
        "swe_v|Beta 1|agent||author",
    ]
    assert result["system"].values.tolist() == [
        "Alpha 1",
        "Beta 1",
        "Alpha 2 mini",
        "Beta 2",
        "Gamma 1",
    ]


def test_the_latest_vintage_of_the_day_is_taken(world: Any) -> None:
    label = "hor_50|Beta 1|||author"
    assert float(_one(_panel(world, "2024-11-30"), label)["value"]) == 4.0
    later = _one(_panel(world, "2024-12-01"), label)
    assert float(later["value"]) == 3.0
    first = _one(_panel(world, "2024-11-30"), label)["known_on"].values
    assert later["first_known"].values == first < later["known_on"].values


def test_an_excluded_revision_does_not_withdraw_the_figure(world: Any) -> None:
    world.rows["scores"][2]["excluded"] = "quoted"
    assert float(_one(_panel(world), "hor_50|Beta 1|||author")["value"]) == 4.0


def test_only_what_the_article_quotes_is_taken_where_asked_for(world: Any) -> None:
    world.rows["scores"][0]["article"] = "yes"
    # A later vintage that is not marked does not put aside the one that the article quotes.
    world.rows["scores"][2]["article"] = "no"
    found = _panel(world, article_only=True)
    assert found["score"].values.tolist() == ["hor_50|Alpha 1|||author", "hor_50|Beta 1|||author"]
    assert found["value"].values.tolist() == [2.0, 4.0]
    assert found["article"].values.all()
    assert float(_one(_panel(world), "hor_50|Beta 1|||author")["value"]) == 3.0
    # A rounding of the article is a row of its own, and no score.
    world.rows["scores"][1]["excluded"] = "quoted"
    assert _panel(world, article_only=True).sizes["score"] == 1


def test_an_article_that_quotes_nothing_leaves_no_score(world: Any) -> None:
    for row in world.rows["scores"]:
        row["article"] = "no"
    with pytest.raises(EvidenceError, match="no score left as of"):
        _panel(world, article_only=True)


def _second_suite(world: Any) -> None:
    """Add a suite whose figure of Alpha 1 was carried over from the first, then published anew."""
    first = next(row for row in world.rows["benchmarks"] if row["series"] == "hor_50")
    world.rows["benchmarks"].append(first | {"series": "hor_51", "title": "hor_51"})
    row = world.rows["scores"][0] | {"series": "hor_51", "known_on": "2024-11-01"}
    world.rows["scores"] += [
        row | {"vintage": "2024-11-01", "carried_from": "hor_50"},
        row | {"vintage": "2024-12-01", "known_on": "2024-12-01", "value": 2.2},
        row | {"system": "Beta 1", "value": 3.5},
    ]


def test_runs_that_were_carried_over_count_once_in_every_vintage(world: Any) -> None:
    _second_suite(world)
    for day in ("2024-11-30", "2025-02-01"):
        labels = _panel(world, day)["score"].values.tolist()
        assert "hor_50|Alpha 1|||author" in labels
        assert "hor_51|Alpha 1|||author" not in labels
        assert "hor_51|Beta 1|||author" in labels


def test_carried_runs_stay_where_they_are_not_counted_already(world: Any) -> None:
    _second_suite(world)
    alone = _panel(world, exclude=["series:hor_50"])
    assert float(_one(alone, "hor_51|Alpha 1|||author")["value"]) == 2.2
    both = _panel(world, carried_over=True)["score"].values.tolist()
    assert {"hor_50|Alpha 1|||author", "hor_51|Alpha 1|||author"} <= set(both)


def test_the_highest_effort_is_taken_whatever_its_score(world: Any) -> None:
    world.rows["scores"][8]["value"] = 0.2
    assert float(_one(_panel(world), "swe_v|Beta 1||high|author")["value"]) == 0.2


def test_scaffolds_and_reporters_stay_apart(world: Any, added: Write) -> None:
    path = added(world.score(system="Beta 1"))
    evidence = load_evidence(folder=world.write(), add=[path])
    labels = panel(evidence, min_scores=1)["score"].values.tolist()
    assert {label for label in labels if label.startswith("swe_v|Beta 1|")} == {
        "swe_v|Beta 1||high|author",
        "swe_v|Beta 1|||third_party",
        "swe_v|Beta 1|agent||author",
    }


def test_excluded_rows_context_series_and_small_series_stay_out(world: Any) -> None:
    result = _panel(world, min_scores=3)
    assert "swe_v|Gamma 1|||author" not in result["score"]
    assert "ctx_f" not in result["series"]
    assert _panel(world, min_scores=5)["series"].values.tolist() == ["hor_50"]


def test_a_preview_waits_for_its_release(world: Any) -> None:
    world.rows["scores"][4]["known_on"] = "2024-12-20"
    assert "Beta 2" not in _panel(world, "2024-12-31")["system"]
    assert "Beta 2" in _panel(world, "2025-01-01")["system"]


def test_trials_are_items_times_runs_for_fractions_only(world: Any) -> None:
    result = _panel(world)
    assert int(_one(result, "swe_v|Alpha 1|||author")["n_trials"]) == 150
    assert int(_one(result, "swe_v|Alpha 2 mini|||author")["n_trials"]) == 200
    assert (result["n_trials"].values[result["score_series"].values == "hor_50"] == 0).all()
    world.rows["benchmarks"][1]["n_items"] = ""
    with pytest.raises(EvidenceError, match="A share says nothing without how many were tried"):
        _panel(world)


def test_the_sd_of_a_horizon_is_its_interval_in_doublings(world: Any) -> None:
    result = _panel(world)
    # Four doublings from 0.5 to 8 minutes span 2 * 1.959964 standard deviations.
    got = float(_one(result, "hor_50|Alpha 1|||author")["sd_log2"])
    assert got == pytest.approx(4 / (2 * 1.959964), rel=1e-6)
    assert np.isnan(_one(result, "hor_50|Beta 2|||author")["sd_log2"])


def test_the_bounds_of_a_censored_figure_come_along(world: Any) -> None:
    one = _one(_panel(world), "hor_50|Gamma 1|||author")
    assert str(one["censoring"].values) == "interval"
    assert (float(one["lower"]), float(one["upper"])) == (100.0, 1000.0)


def test_audits_are_weighted_counts_known_on_the_day(world: Any) -> None:
    swe = _panel(world).sel(series="swe_v")
    assert (float(swe["audit_flawed"]), float(swe["audit_sound"])) == (10.0, 40.0)
    assert (float(swe["audit_credited"]), float(swe["audit_refused"])) == (2.5, 7.5)
    before = _panel(world, "2025-01-14").sel(series="swe_v")
    assert [float(before[f"audit_{name}"]) for name in COUNTS] == [0.0] * 4


def test_several_audits_add_up(world: Any) -> None:
    second = world.rows["audits"][0] | {"audit": "b", "weight": 1, "scored_correct_share": ""}
    world.rows["audits"].append(second)
    third = second | {"audit": "c", "n_flawed": 30, "scored_correct_share": 0.75}
    world.rows["audits"].append(third)
    swe = _panel(world).sel(series="swe_v")
    assert (float(swe["audit_flawed"]), float(swe["audit_sound"])) == (60.0, 190.0)
    # 10 flawed items at 0.25 and 30 at 0.75; the audit without a share is silent.
    assert (float(swe["audit_credited"]), float(swe["audit_refused"])) == (25.0, 15.0)


def test_an_audit_of_failed_items_counts_the_solved_ones_as_sound(world: Any) -> None:
    world.rows["audits"][0] |= {"sampling": "failed_items"}
    swe = _panel(world).sel(series="swe_v")
    assert (float(swe["audit_flawed"]), float(swe["audit_sound"])) == (10.0, 240.0)


def test_an_audit_without_weight_tells_nothing(world: Any) -> None:
    world.rows["audits"][0] |= {"weight": 0}
    swe = _panel(world).sel(series="swe_v")
    assert [float(swe[f"audit_{name}"]) for name in COUNTS] == [0.0] * 4


@pytest.mark.parametrize(
    ("name", "gone"), [("swe_v", "swe_v"), ("swe", "swe_v"), ("hor", "hor_50")]
)
def test_a_series_or_benchmark_can_be_left_out(world: Any, name: str, gone: str) -> None:
    assert gone not in _panel(world, exclude=[name])["series"]


def test_a_namesake_of_its_benchmark_can_be_left_out_alone() -> None:
    evidence = load_evidence(as_of="2026-06-30")
    series = {
        name: set(panel(evidence, exclude=exclude)["series"].values)
        for name, exclude in (
            ("all", []),
            ("alone", ["series:swe_bench_verified"]),
            ("benchmark", ["swe_bench_verified"]),
        )
    }
    assert series["all"] - series["alone"] == {"swe_bench_verified"}
    assert len(series["all"] - series["benchmark"]) > 1


def test_a_system_can_be_left_out(world: Any, assert_contract: Check) -> None:
    result = _panel(world, exclude=["Beta 1"])
    assert "Beta 1" not in result["system"]
    assert_contract(result)


def test_an_index_stands_alone(world: Any) -> None:
    assert _panel(world, kinds=("index",))["series"].values.tolist() == ["ind_x"]
    with pytest.raises(EvidenceError, match=r"'index' alone.*counts the same runs twice"):
        _panel(world, kinds=KINDS)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"kinds": ("fractoin",)}, "Did you mean 'fraction'"),
        ({"kinds": ()}, "a tuple of kinds"),
        ({"kinds": "fraction"}, "a tuple of kinds"),
        ({"exclude": ["swe_w"]}, "Did you mean 'swe_v'"),
        ({"exclude": ["series:swe_w"]}, "Did you mean 'series:swe_v'"),
        ({"exclude": ["series:Beta 1"]}, "or series:NAME"),
        ({"exclude": "swe_v"}, r"Write exclude=\('swe_v',\)"),
        ({"kinds": ("speedup",)}, "no score left as of 2025-02-01.*more kinds"),
        ({"min_scores": 99}, "smaller min_scores"),
    ],
)
def test_impossible_selections_are_refused(world: Any, options: dict[str, Any], match: str) -> None:
    with pytest.raises(EvidenceError, match=match):
        _panel(world, **options)


def test_the_panel_survives_netcdf(world: Any, tmp_path: Path) -> None:
    result = _panel(world)
    result.to_netcdf(tmp_path / "panel.nc", engine="h5netcdf")
    with xr.open_dataset(tmp_path / "panel.nc", engine="h5netcdf") as stored:
        xr.testing.assert_equal(stored.load(), result)


def test_an_earlier_panel_holds_no_score_that_a_later_one_lacks(world: Any) -> None:
    evidence = load_evidence(folder=world.write())
    late = panel(evidence, min_scores=1)
    for day in ("2024-02-01", "2024-05-01", "2024-10-01", "2024-12-01"):
        early = panel(cut(evidence, day), min_scores=1)
        assert set(early["score"].values) <= set(late["score"].values)


def test_what_became_known_last_counts_whatever_its_vintage_is_called(world):
    first, later = world.rows["scores"][1:3]
    first["vintage"], later["vintage"] = "preprint", "journal"
    label = "hor_50|Beta 1|||author"
    assert float(_one(_panel(world, "2024-11-30"), label)["value"]) == 4.0
    assert float(_one(_panel(world, "2024-12-01"), label)["value"]) == 3.0
