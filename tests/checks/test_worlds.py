"""The shipped world is what its simulator gives, and has the properties it promises."""

import json

import numpy as np
import pytest

from bayes_rsi.checks.seeing import SIZE
from bayes_rsi.checks.worlds import simulate, write
from bayes_rsi.evidence import data_folder, load_evidence, panel

SHIPPED = data_folder() / "synthetic" / "drifting"


def test_the_shipped_files_are_those_of_the_simulator(tmp_path):
    write(simulate(seed=9), tmp_path)
    names = sorted(path.name for path in SHIPPED.iterdir())
    assert names == sorted(path.name for path in tmp_path.iterdir())
    for name in names:
        assert (SHIPPED / name).read_bytes() == (tmp_path / name).read_bytes(), name


def test_another_seed_is_another_world():
    assert simulate(1).truth["growth"] != simulate(2).truth["growth"]


def test_the_tables_pass_the_checks_of_evidence():
    scores = panel(load_evidence(folder=SHIPPED))
    assert scores.sizes["system"] > 80
    assert scores.sizes["series"] == 18
    assert np.sum(scores["audit_flawed"].values + scores["audit_sound"].values > 0) == 5


@pytest.mark.parametrize("plan", range(1, 40, 4))
def test_every_world_passes_the_checks_of_evidence(tmp_path, plan):
    """Also the world of the page of accelerations, which is the ninth with another edge."""
    write(simulate(plan, size=SIZE, plan=plan), tmp_path)
    assert panel(load_evidence(folder=tmp_path)).sizes["series"] == SIZE.series + 2


def test_scores_follow_the_truth():
    """Away from the noise: many seeds' residuals average to nothing."""
    world = simulate(3)
    residuals = []
    for row in world.tables["scores"]:
        if row["unit"] != "fraction":
            continue
        truth = world.truth["series"][row["series"]]
        (floor,) = (
            item["floor"] for item in world.tables["benchmarks"] if item["series"] == row["series"]
        )
        ability = world.truth["capability"][row["system"]]
        climb = 1 / (1 + np.exp(-truth["slope"] * (ability - truth["difficulty"])))
        residuals.append(row["value"] - floor - (truth["ceiling"] - floor) * climb)
    error = np.std(residuals) / np.sqrt(len(residuals))
    assert np.mean(residuals) == pytest.approx(0, abs=4 * error)


def test_the_truth_is_written_in_plain_numbers():
    truth = json.loads((SHIPPED / "truth.json").read_text(encoding="utf-8"))
    assert set(truth) == {"settings", "frontier", "growth", "capability", "series"}
    assert truth["settings"]["as_of"] == "2026-06-30"
