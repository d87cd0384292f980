"""A small sound world of tables, which each test breaks in one place."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from bayes_rsi.evidence.schema import TABLES

Row = dict[str, Any]


@dataclass
class World:
    """Rows of the six tables, written to a folder on demand."""

    folder: Path
    rows: dict[str, list[Row]]

    def write(self) -> Path:
        """Write every table and give the folder."""
        for name, rows in self.rows.items():
            write_csv(self.folder / f"{name}.csv", rows, TABLES[name].names)
        return self.folder

    def score(self, **cells: Any) -> Row:
        """Give a sound row of added scores, with the given cells changed."""
        return added_row() | cells


def write_csv(path: Path, rows: list[Row], columns: tuple[str, ...]) -> Path:
    """Write rows; absent cells are empty."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def added_row() -> Row:
    """Give a row with the required columns only."""
    return {
        "series": "swe_v",
        "system": "Beta 2",
        "value": 0.5,
        "unit": "fraction",
        "known_on": "2025-03-01",
        "source": "own run",
    }


def _score(series: str, system: str, value: float, known_on: str, **cells: Any) -> Row:
    unit = {"hor": "minutes", "ind": "index"}.get(series[:3], "fraction")
    return {
        "series": series,
        "system": system,
        "value": value,
        "unit": unit,
        "censoring": "none",
        "reporter": "author",
        "known_on": known_on,
        "known_on_basis": "publication",
        "article": "no",
        "source": "made up",
    } | cells


def sound_rows() -> dict[str, list[Row]]:
    """Give the rows of a sound world: 5 systems, 4 series, one revision, one audit."""
    systems = [
        ("Alpha 1", "Alpha", "2024-01-01", "flagship"),
        ("Beta 1", "Beta", "2024-04-01", "flagship"),
        ("Alpha 2 mini", "Alpha", "2024-09-01", "small"),
        ("Beta 2", "Beta", "2025-01-01", "flagship"),
        ("Gamma 1", "Gamma", "2025-01-01", "open"),
    ]
    series = [
        ("hor_50", "hor", "long_horizon_autonomy", "horizon", "minutes", "core"),
        ("swe_v", "swe", "software_engineering", "fraction", "fraction", "bridge"),
        ("ind_x", "ind", "general_reasoning", "index", "index", "bridge"),
        ("ctx_f", "ctx", "general_reasoning", "fraction", "fraction", "context"),
    ]
    interval = {"ci_low": 0.5, "ci_high": 8.0, "ci_level": 0.95}
    scores = [
        _score("hor_50", "Alpha 1", 2.0, "2024-02-01", **interval),
        _score("hor_50", "Beta 1", 4.0, "2024-05-01", vintage="2024-05-01", article="yes"),
        _score("hor_50", "Beta 1", 3.0, "2024-12-01", vintage="2024-12-01", article="yes"),
        _score("hor_50", "Alpha 2 mini", 2.5, "2024-10-01"),
        _score("hor_50", "Beta 2", 16.0, "2025-02-01"),
        _score(
            "hor_50", "Gamma 1", 960.0, "2025-02-01", censoring="interval", lower=100, upper=1000
        ),
        _score("swe_v", "Alpha 1", 0.1, "2024-02-01", n_items=50, n_seeds=3),
        _score("swe_v", "Beta 1", 0.3, "2024-05-01", effort="low"),
        _score("swe_v", "Beta 1", 0.4, "2024-05-01", effort="high"),
        _score("swe_v", "Beta 1", 0.35, "2024-05-01", scaffold="agent", scaffold_family="other"),
        _score("swe_v", "Alpha 2 mini", 0.2, "2024-10-01"),
        _score("swe_v", "Gamma 1", 0.9, "2025-02-01", excluded="leakage"),
        _score("ctx_f", "Alpha 1", 0.5, "2024-02-01"),
        _score("ctx_f", "Beta 1", 0.6, "2024-05-01"),
        _score("ctx_f", "Beta 2", 0.7, "2025-02-01"),
        _score("ind_x", "Alpha 1", 120.0, "2024-02-01"),
        _score("ind_x", "Beta 1", 130.0, "2024-05-01"),
        _score("ind_x", "Beta 2", 140.0, "2025-02-01"),
    ]
    audit = {
        "audit": "swe_2025",
        "benchmark": "swe",
        "n_audited": 100,
        "n_flawed": 20,
        "n_items": 500,
        "sampling": "random",
        "weight": 0.5,
        "scored_correct_share": 0.25,
        "known_on": "2025-01-15",
        "source": "made up",
    }
    forecast = {
        "forecaster": "Somebody",
        "question": "Will it happen?",
        "event": "end_to_end",
        "kind": "probability",
        "probability": 0.3,
        "target_date": "2027-12-31",
        "forecast_date": "2024-06-01",
        "article": "yes",
        "source": "made up",
    }
    return {
        "systems": [
            dict(zip(("system", "lab", "released", "tier"), row, strict=True)) | {"source": "x"}
            for row in systems
        ],
        "aliases": [{"alias": "beta-2-high", "system": "Beta 2"}],
        "benchmarks": [
            dict(zip(("series", "benchmark", "domain", "kind", "unit", "role"), row, strict=True))
            | {
                "title": row[0],
                "n_items": 200,
                "released": "2023-12-01",
                "article": "no",
                "source": "made up",
                "reliability": 0.5 if row[3] == "horizon" else "",
                "floor": 0.0 if row[3] == "fraction" else "",
            }
            for row in series
        ],
        "audits": [audit],
        "scores": scores,
        "forecasts": [forecast],
    }


#: Every variable of the panel: its dim and the kind of its dtype (U text, f float, i int, b, M).
CONTRACT = {
    "score_system": ("score", "U"),
    "score_series": ("score", "U"),
    "value": ("score", "f"),
    "n_trials": ("score", "i"),
    "sd_log2": ("score", "f"),
    "censoring": ("score", "U"),
    "lower": ("score", "f"),
    "upper": ("score", "f"),
    "known_on": ("score", "M"),
    "first_known": ("score", "M"),
    "scaffold_family": ("score", "U"),
    "reporter": ("score", "U"),
    "article": ("score", "b"),
    "released": ("system", "M"),
    "tier": ("system", "U"),
    "lab": ("system", "U"),
    "benchmark": ("series", "U"),
    "kind": ("series", "U"),
    "domain": ("series", "U"),
    "role": ("series", "U"),
    "floor": ("series", "f"),
    "cap": ("series", "f"),
    "human": ("series", "f"),
    "reliability": ("series", "f"),
    "n_items": ("series", "f"),
    "series_released": ("series", "M"),
    "audit_flawed": ("series", "f"),
    "audit_sound": ("series", "f"),
    "audit_credited": ("series", "f"),
    "audit_refused": ("series", "f"),
}


def _assert_contract(result: xr.Dataset) -> None:
    """Check names, dims, dtypes, labels and references of a panel."""
    assert {name: (*result[name].dims, result[name].dtype.kind) for name in result} == CONTRACT
    assert set(result.dims) == set(result.coords) == {"score", "system", "series"}
    for name in ("score", "system", "series"):
        assert result[name].dtype.kind == "U"
        assert result.indexes[name].is_unique
    for name in ("known_on", "first_known", "released", "series_released"):
        assert result[name].dtype == np.dtype("datetime64[ns]")
    assert set(result.attrs) == {"as_of", "data_digest", "absent_series"}
    assert set(result["score_system"].values) == set(result["system"].values)
    assert set(result["score_series"].values) == set(result["series"].values)
    assert result["series"].values.tolist() == sorted(result["series"].values.tolist())
    order = list(zip(result["released"].values, result["system"].values, strict=True))
    assert order == sorted(order)
    labels = [label.split("|") for label in result["score"].values.tolist()]
    assert labels == sorted(labels)
    for place, label in enumerate(labels):
        one = result.isel(score=place)
        assert [label[0], label[1], label[4]] == [
            str(one["score_series"].values),
            str(one["score_system"].values),
            str(one["reporter"].values),
        ]


@pytest.fixture
def assert_contract() -> Callable[[xr.Dataset], None]:
    """Check a panel against its contract."""
    return _assert_contract


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A sound world in an empty folder."""
    folder = tmp_path / "tables"
    folder.mkdir()
    return World(folder, sound_rows())


@pytest.fixture
def added(tmp_path: Path) -> Callable[..., Path]:
    """Write rows of added scores to `mine.csv`, with the columns of the first row."""

    def write(*rows: Row, name: str = "mine.csv") -> Path:
        return write_csv(tmp_path / name, list(rows), tuple(rows[0]))

    return write
