"""What is read from draws of time horizons: table, rows and covariance, by hand."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bayes_rsi.cards import load_runs_card
from bayes_rsi.errors import ModelError
from bayes_rsi.evidence import load_evidence, panel
from bayes_rsi.horizons import TimeHorizons
from bayes_rsi.tags import Gate, Tag, Verdict

SYSTEMS = ["Claude 3 Opus", "GPT-2", "o1"]
# Common error of the suite, own errors and means, log2 minutes.
SHARED, OWN, MEAN = 0.5, np.array([0.3, 1.0, 0.2]), np.array([2.5, -6.0, 5.5])


def horizons_of(as_of: str = "2025-03-19") -> TimeHorizons:
    """Draws with a known covariance; tasks of 1 to 1024 minutes."""
    rng = np.random.default_rng(7)
    common = SHARED * rng.standard_normal((2, 4000, 1))
    half = MEAN + common + OWN * rng.standard_normal((2, 4000, 3))
    coords = {"chain": [0, 1], "draw": range(4000), "success": [0.5, 0.8], "system": SYSTEMS}
    draws = xr.DataArray(np.stack([half, half - 2.0], axis=2), coords, tuple(coords))
    tree = xr.DataTree.from_dict({"posterior": xr.Dataset({"time_horizon": draws})})
    runs = xr.Dataset({"log2_minutes": ("task", [0.0, 10.0])}, {"task": ["a", "b"]})
    tag = Tag("time_horizon", "c" * 64, as_of, "d" * 64, "0", 1, 6, 3, 1)
    verdict = Verdict((Gate("r_hat", 1.0, 1.01, True),))
    return TimeHorizons(load_runs_card(), runs, tree, verdict, tag)


def test_the_table_holds_medians_and_intervals_in_minutes() -> None:
    table = horizons_of().table()
    assert list(table) == ["system", "success", "minutes", "ci_low", "ci_high", "share_inside"]
    assert table["system"].tolist() == [name for name in SYSTEMS for _ in range(2)]
    assert table["success"].tolist() == [0.5, 0.8] * 3
    sd = np.hypot(SHARED, OWN)
    half = table[table["success"] == 0.5]
    np.testing.assert_allclose(np.log2(half["minutes"]), MEAN, atol=0.06)
    np.testing.assert_allclose(np.log2(half["ci_low"]), MEAN - 1.96 * sd, atol=0.12)
    np.testing.assert_allclose(np.log2(half["ci_high"]), MEAN + 1.96 * sd, atol=0.12)
    assert half["share_inside"].round(2).tolist() == [1.0, 0.0, 1.0]
    narrower = horizons_of().table(level=0.5)
    assert (narrower["ci_low"] > table["ci_low"]).all()


def test_what_the_tasks_do_not_reach_is_not_measured() -> None:
    assert horizons_of().measured() == ["Claude 3 Opus", "o1"]
    assert horizons_of().measured(0.8) == ["Claude 3 Opus", "o1"]


def test_the_covariance_holds_the_shared_error_off_its_diagonal() -> None:
    found = horizons_of().covariance(systems=SYSTEMS)
    assert found.dims == ("system", "other_system")
    assert found["other_system"].values.tolist() == SYSTEMS
    due = SHARED**2 + np.diag(OWN**2)
    np.testing.assert_allclose(found.values, due, atol=0.05)
    np.testing.assert_allclose(found.values, found.values.T)
    assert (np.linalg.eigvalsh(found.values) > 0).all()
    assert not np.allclose(found.values, np.diag(np.diag(due)), atol=0.05)
    assert horizons_of().covariance()["system"].values.tolist() == horizons_of().measured()
    one = horizons_of().covariance(systems=["o1"])
    assert one.shape == (1, 1)
    assert one.item() == pytest.approx(found.sel(system="o1", other_system="o1").item())


def test_rows_are_scores_that_can_be_loaded(tmp_path: Path) -> None:
    horizons = horizons_of()
    rows = horizons.rows("metr_th10_p50")
    assert rows["system"].tolist() == horizons.measured()
    path = tmp_path / "mine.csv"
    rows.to_csv(path, index=False)
    scores = panel(load_evidence(add=[path]), ("horizon",))
    mine = scores.isel(score=np.flatnonzero(scores["reporter"].values == "third_party"))
    mine = mine.isel(score=np.flatnonzero(mine["score_series"].values == "metr_th10_p50"))
    assert sorted(mine["score_system"].values) == sorted(horizons.measured())
    sd = np.sqrt(np.diag(horizons.covariance(systems=mine["score_system"].values.tolist())))
    np.testing.assert_allclose(mine["sd_log2"].values, sd, rtol=0.05)


def test_cells_of_rows_can_be_given() -> None:
    rows = horizons_of("").rows("mine_p80", 0.8, known_on="2026-01-01", vintage="v2", source="us")
    assert rows.columns.is_unique
    assert set(rows["known_on"]) == {"2026-01-01"}
    assert set(rows["vintage"]) == {"v2"}
    assert set(rows["source"]) == {"us"}
    assert (rows["value"] < horizons_of().rows("x")["value"]).all()
    assert set(horizons_of().rows("x")["known_on"]) == {"2025-03-19"}


def test_rows_need_a_day() -> None:
    with pytest.raises(ModelError, match=r"runs without 'known_on'.*rows\(\.\.\., known_on="):
        horizons_of("").rows("metr_th10_p50")


def test_a_rate_that_was_not_asked_for_is_refused() -> None:
    with pytest.raises(ModelError, match=r"success rate of 0.9, expected one of \[0.5, 0.8\]"):
        horizons_of().draws(0.9)


def test_an_unknown_system_is_refused() -> None:
    with pytest.raises(ModelError, match=r"got system 'o11'.*Did you mean 'o1'"):
        horizons_of().covariance(systems=["o11"])


@pytest.mark.parametrize("level", [0.0, 1.0, 95, float("nan")])
def test_a_wrong_level_is_refused(level: float) -> None:
    with pytest.raises(ModelError, match="expected a number between 0 and 1"):
        horizons_of().table(level)


def test_they_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError, match="cannot assign"):
        horizons_of().runs = xr.Dataset()  # type: ignore[misc]
    assert isinstance(horizons_of().table(), pd.DataFrame)


def test_rows_of_a_series_have_its_success_rate() -> None:
    horizons = horizons_of()
    assert len(horizons.rows("metr_th10_p50"))
    assert len(horizons.rows("mine"))
    with pytest.raises(ModelError, match=r"'metr_th10_p80' and success 0.5, .*give success=0.8"):
        horizons.rows("metr_th10_p80")


def test_no_system_has_an_empty_covariance() -> None:
    assert horizons_of().covariance(systems=[]).shape == (0, 0)
