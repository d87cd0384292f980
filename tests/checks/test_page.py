"""The page of a backtest: its numbers are those of the tables, and the rest of it is left alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from bayes_rsi.cards import models_folder
from bayes_rsi.checks import page as module
from bayes_rsi.checks.backtest import TEST_ORIGINS
from bayes_rsi.checks.court.ledger import Ledger
from bayes_rsi.checks.court.resolved import event_scores
from bayes_rsi.checks.court.summary import against, scored
from bayes_rsi.checks.page import (
    MARKS,
    brief,
    by_series,
    picks_inside,
    series_of_system,
    tables,
    write,
    write_brief,
)
from bayes_rsi.errors import StoreError

PAGE = f"# Title\n\nBefore.\n\n{MARKS[0]}\n\nold\n\n{MARKS[1]}\n\nAfter.\n"


def scores_of(rng, count=400, systems=80, spread=1.0):
    """Scores of two forecasters; the PIT of ours is as uniform as `spread` leaves it."""
    uniform = 0.5 + (rng.random(count) - 0.5) * spread
    common = {
        "target": [f"2025-06-30|named|{i}" for i in range(count)],
        "series": np.resize(["a", "b"], count),
        "block": [f"system {i % systems}" for i in range(count)],
        "origin": "2025-06-30",
    }
    mine = pd.DataFrame(common | {"model": "ours", "crps": 0.5, "pit": uniform})
    theirs = pd.DataFrame(common | {"model": "eci", "crps": 1.0, "pit": rng.random(count)})
    theirs.loc[theirs["series"] == "b", "crps"] = 0.25
    return pd.concat([mine, theirs], ignore_index=True)


def test_series_are_told_with_losses_first():
    found = by_series(scores_of(np.random.default_rng(1)), "ours")
    assert found.index.tolist() == ["b", "a"]
    assert found["ratio"].tolist() == pytest.approx([2.0, 0.5])
    assert found["rival"].tolist() == ["eci", "eci"]


def test_one_question_of_each_system_is_inside_if_calibrated_and_not_if_too_wide():
    rng = np.random.default_rng(1)
    good, wide = scores_of(rng), scores_of(rng, spread=0.4)
    assert picks_inside(good[good["model"] == "ours"]) > 0.8
    assert picks_inside(wide[wide["model"] == "ours"]) < 0.1


def test_systems_are_told_apart_by_the_series_that_score_them():
    blocks = ["a"] + ["b"] * 3 + ["c"] * 12
    scores = pd.DataFrame({"block": blocks, "origin": "2025-06-30"})
    scores["series"] = ["x", "x", "x", "y", *(f"s{i}" for i in range(12))]
    expected = ["1", "2", "2", "2", *["9 or more"] * 12]
    assert series_of_system(scores).tolist() == expected
    later = scores.assign(origin=["2025-06-30"] * 15 + ["2025-09-30"])
    assert series_of_system(later).tolist()[-1] == "1"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "tables", lambda ledger, tests: f"new, {len(tests)} test days")
    monkeypatch.setattr(module, "scored", lambda table, asked: scores_of(np.random.default_rng(1)))
    one = module.events_reliability
    monkeypatch.setattr(module, "events_reliability", lambda table, name: one(EVENTS, name))
    place = tmp_path / "models"
    place.mkdir()
    (place / "backtest.json").write_text('{"origin": {"card": "ours"}}')
    return place


EVENTS = pd.DataFrame(
    {
        "model": np.repeat(["ours", "walk"], 4),
        "origin_date": "2025-06-30",
        "horizon": 3,
        "target": [f"event|e{i}|3m" for i in range(4)] * 2,
        "output_type": "probability",
        "output_type_id": "",
        "value": [0.1, 0.4, 0.6, 0.9] * 2,
        "observed": [0.0, 1.0, 0.0, 1.0] * 2,
    }
)


def test_what_is_between_the_marks_is_renewed(folder, tmp_path):
    page = tmp_path / "calibration.md"
    page.write_text(PAGE)
    write(folder, page)
    text = page.read_text()
    assert text.startswith("# Title\n\nBefore.\n")
    assert text.endswith(f"{MARKS[1]}\n\nAfter.\n")
    assert "new, 2 test days" in text
    assert "old" not in text
    first = page.with_suffix(".svg").read_bytes()
    write(folder, page)
    assert page.read_text() == text
    assert page.with_suffix(".svg").read_bytes() == first


def test_without_a_backtest_or_a_place_nothing_is_written(folder, tmp_path):
    page = tmp_path / "calibration.md"
    page.write_text("# Title\n")
    with pytest.raises(StoreError, match="no place for the tables"):
        write(folder, page)
    page.write_text(PAGE)
    with pytest.raises(StoreError, match="got no backtest, expected one; run"):
        write(tmp_path / "nowhere", page)
    assert page.read_text() == PAGE
    assert list(tmp_path.glob("*.svg")) == []


def halves(scores):
    return scores.assign(inside_80=0.5).groupby("model")[["inside_80"]].mean()


def test_the_short_tables_name_every_baseline_and_every_loss(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "bars", lambda scores, card, tests: pd.DataFrame({"bar": ["one"]}))
    monkeypatch.setattr(module, "calibration", halves)
    each = pd.DataFrame({"ratio": [1.2, 0.8]}, index=pd.Index(["lost", "won"], name="series"))
    monkeypatch.setattr(module, "by_series", lambda scores, card: each)
    page = tmp_path / "README.md"
    page.write_text(PAGE)
    write_brief(folder, page)
    text = page.read_text()
    assert text.startswith("# Title\n\nBefore.\n")
    assert text.endswith(f"{MARKS[1]}\n\nAfter.\n")
    assert "Of 2 series the best baseline is better on 1:" in text
    assert "| lost | 1.200 |" in text
    assert "won" not in text
    scores = scores_of(np.random.default_rng(1))
    for name in set(scores["model"]) - {"ours"}:
        ratio = against(scores, "ours").loc[name, "ratio"]
        assert f"| {ratio:.3f} |" in next(x for x in text.splitlines() if f"| {name} |" in x)


def test_readme_has_the_short_tables_of_the_shipped_backtest():
    page = models_folder().parent / "README.md"
    if not page.is_file():
        pytest.skip("pages are read from a checkout")
    told = brief(Ledger(models_folder() / "baseline", {}), TEST_ORIGINS)
    assert page.read_text(encoding="utf-8").partition(MARKS[0])[2].partition(MARKS[1])[0] == (
        f"\n\n{told}\n\n"
    )


def test_the_shipped_page_is_that_of_the_shipped_backtest():
    """What docs/calibration.md shows is what `models/baseline` holds, cell by cell."""
    page = models_folder().parent / "docs" / "calibration.md"
    if not page.is_file():
        pytest.skip("pages are read from a checkout")
    ledger = Ledger(models_folder() / "baseline", {})
    told = tables(ledger, TEST_ORIGINS)
    assert page.read_text(encoding="utf-8").partition(MARKS[0])[2].partition(MARKS[1])[0] == (
        f"\n\n{told}\n\n"
    )
    scores, events = scored(ledger.table(), ledger.targets()), event_scores(ledger.table())
    crps = scores.groupby("model")["crps"].mean()
    ratio = against(scores, "baseline").loc["eci", "ratio"]
    for name in ("baseline", "walk"):
        assert f"| {name} | {(scores['model'] == name).sum()} |" in told
        assert f"| {crps[name]:.3f} |" in told
        assert f"| {name} | {events.loc[name, 'events']} |" in told
    assert f"| {ratio:.3f} |" in told
