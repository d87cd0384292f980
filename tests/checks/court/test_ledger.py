"""The long table on disk: whole, append-only, the same in whatever order jobs ended."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bayes_rsi.checks.court import ledger as module
from bayes_rsi.checks.court.answers import COLUMNS, QUANTILES, answers
from bayes_rsi.checks.court.events import event_targets
from bayes_rsi.checks.court.ledger import FILES, Ledger
from bayes_rsi.checks.court.scale import held
from bayes_rsi.checks.court.targets import targets
from bayes_rsi.errors import StoreError
from bayes_rsi.score.kernels import crps

ORIGIN = {"card": "baseline", "card_digest": "a" * 64, "seed": 1}
DAYS = ("2025-06-30", "2025-12-31")


@pytest.fixture(scope="module")
def told(evidence, card):
    """What a forecaster who knows nothing said about all questions of two days."""
    found = {}
    for day in DAYS:
        asked = targets(evidence, card, day)
        rng = np.random.default_rng(1)
        draws = xr.DataArray(
            rng.normal(0.0, 3.0, (len(asked), 300)),
            dims=("target", "draw"),
            coords={"target": asked["target"].to_numpy(dtype=str)},
        )
        rows = answers("somebody", draws, asked, event_targets(evidence, card, day))
        found[day] = rows, asked, draws
    return found


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "models" / "somebody", ORIGIN)


def fill(ledger, told, days=DAYS):
    ledger.open()
    for day in days:
        rows, asked, _ = told[day]
        ledger.add(day, "somebody", rows, asked, {"passed": True, "verdict": "fine"})


def lines(ledger):
    return gzip.decompress((ledger.folder / FILES[0]).read_bytes()).decode().splitlines()


def contents(ledger):
    return {name: (ledger.folder / name).read_bytes() for name in FILES}


# --- rows ----------------------------------------------------------------------------------------


def test_rows_are_in_the_format_of_a_hub(told):
    rows, asked, _ = told["2025-06-30"]
    assert tuple(rows.columns) == COLUMNS
    assert set(rows["output_type"]) == {"quantile", "score", "probability"}
    assert not rows.duplicated(list(COLUMNS[:6])).any()
    scored = int(asked["observed"].notna().sum())
    assert (rows["output_type"] == "quantile").sum() == scored * len(QUANTILES)
    assert set(rows["horizon"]) == {3, 6, 12}


def test_values_are_those_of_the_samples(told):
    rows, asked, draws = told["2025-12-31"]
    target = asked["target"][asked["observed"].notna()].iloc[5]
    seen = float(asked.set_index("target")["observed"][target])
    mine = rows[(rows["origin_date"] + "|" + rows["target"]) == target].set_index("output_type_id")
    metric = str(asked.set_index("target")["metric"][target])
    sample = held(metric, draws.sel(target=target).values)
    assert mine["value"]["0.25"] == pytest.approx(np.quantile(sample, 0.25))
    assert mine["value"]["crps"] == pytest.approx(float(crps(sample, np.array(seen))))
    assert (mine["observed"] == seen).all()


def test_a_question_without_a_value_has_no_score_and_its_events_have(evidence, card):
    day = "2026-03-31"
    asked, events = targets(evidence, card, day), event_targets(evidence, card, day)
    open_ = asked[asked["target"] == f"{day}|best|metr_th11_p50|3m"]
    assert open_["observed"].isna().all()
    draws = xr.DataArray(
        np.full((1, 10), 20.0),
        dims=("target", "draw"),
        coords={"target": open_["target"].to_numpy(dtype=str)},
    )
    rows = answers("bold", draws, asked, events)
    assert set(rows["output_type"]) == {"probability"}
    told = rows.set_index("target")["value"]["event|metr_50_16h|3m"]
    assert told == events.set_index("event")["comes"]["metr_50_16h"]


def test_a_censored_figure_is_scored_by_its_ends(evidence, card):
    day = "2026-03-31"
    asked = targets(evidence, card, day)
    name = f"{day}|named|metr_th11_p50|Claude Mythos Preview"  # at least 16 h
    one = asked[asked["target"] == name]
    above, below = (
        answers(
            "somebody",
            xr.DataArray(
                np.full((1, 10), height), dims=("target", "draw"), coords={"target": [name]}
            ),
            one,
            pd.DataFrame(),
        ).set_index("output_type_id")["value"]
        for height in (20.0, 8.0)
    )
    assert above["crps"] == pytest.approx(0.0, abs=1e-12)
    assert below["crps"] == pytest.approx(np.log2(960) - 8)
    assert above["log_score"] < below["log_score"]
    assert below["pit"] > 0.9


# --- files ---------------------------------------------------------------------------------------


def test_what_is_read_is_what_was_added(ledger, told):
    fill(ledger, told)
    table = ledger.table()
    added = pd.concat([told[day][0] for day in DAYS])
    assert len(table) == len(added)
    key = list(COLUMNS[:6])
    both = added.merge(table, on=key, suffixes=("", "_read"))
    assert len(both) == len(added)
    assert both["value_read"].to_numpy() == pytest.approx(both["value"].to_numpy(), rel=1e-5)
    asked = pd.concat([told[day][1] for day in DAYS])
    read = ledger.targets().set_index("target")
    assert set(read.index) == set(asked["target"])
    assert (read.loc[asked["target"], "known_on"].to_numpy() == asked["known_on"].to_numpy()).all()
    assert read["observed"].isna().sum() == asked["observed"].isna().sum()


def test_the_order_in_which_jobs_end_does_not_matter(ledger, told, tmp_path):
    fill(ledger, told)
    other = Ledger(tmp_path / "other", ORIGIN)
    fill(other, told, DAYS[::-1])
    assert contents(ledger) == contents(other)


def test_a_job_that_was_done_twice_stands_there_once(ledger, told):
    fill(ledger, told)
    before = contents(ledger)
    fill(ledger, told, DAYS[:1])
    assert contents(ledger) == before


def test_rows_that_are_there_stay_as_they_are(ledger, told):
    fill(ledger, told, DAYS[:1])
    before = lines(ledger)
    fill(ledger, told, DAYS[1:])
    assert set(before) < set(lines(ledger))


def test_finished_jobs_are_remembered(ledger, told):
    assert ledger.finished() == set()
    fill(ledger, told, DAYS[:1])
    assert ledger.finished() == {(DAYS[0], "somebody")}
    assert ledger.record()["fits"][DAYS[0]]["passed"]


def test_a_run_killed_before_the_record_does_the_job_again(ledger, told, monkeypatch):
    whole = module.write_atomically

    def killed(path, content):
        if path.name == "backtest.json":
            raise KeyboardInterrupt
        return whole(path, content)

    monkeypatch.setattr(module, "write_atomically", killed)
    with pytest.raises(KeyboardInterrupt):
        fill(ledger, told, DAYS[:1])
    monkeypatch.undo()
    assert ledger.finished() == set()
    fill(ledger, told)
    assert len(ledger.table()) == sum(len(told[day][0]) for day in DAYS)


@pytest.mark.parametrize(("key", "value"), [("card_digest", "b" * 64), ("seed", 2)])
def test_another_backtest_is_refused(ledger, told, key, value):
    fill(ledger, told, DAYS[:1])
    other = Ledger(ledger.folder, ORIGIN | {key: value})
    with pytest.raises(StoreError, match=rf"got results with {key} .*, expected .*; give anoth"):
        other.open()


def test_a_damaged_record_is_refused(ledger, told):
    fill(ledger, told, DAYS[:1])
    (ledger.folder / "backtest.json").write_text("{", encoding="utf-8")
    with pytest.raises(StoreError, match="got a damaged file"):
        ledger.open()


def test_the_record_is_plain(ledger, told):
    fill(ledger, told)
    record = json.loads((ledger.folder / "backtest.json").read_text(encoding="utf-8"))
    assert record["origin"] == ORIGIN
    assert record["finished"] == [[day, "somebody"] for day in DAYS]
