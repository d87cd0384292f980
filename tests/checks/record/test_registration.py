"""Files of the record: nothing lost on the way, nothing changed afterwards, nothing failed."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace

import handmade
import pandas as pd
import pytest
import toy

import bayes_rsi as rsi
from bayes_rsi.checks.record import registration
from bayes_rsi.checks.record.registration import prepared, read, read_all, register
from bayes_rsi.errors import ConvergenceError, ModelError, StoreError
from bayes_rsi.forecasting.project import forecast
from bayes_rsi.tags import Tag


def test_a_file_is_read_as_it_was_written(entry, tmp_path):
    path = register(tmp_path / "new", entry)
    found = read(path)
    assert re.fullmatch(r"2025-06-30-baseline-[0-9a-f]{8}\.csv", path.name)
    assert found.tag == entry.tag
    assert found.verdict == entry.verdict
    assert found.choice == entry.choice
    assert found.levels == entry.levels
    pd.testing.assert_frame_equal(found.table, entry.table)
    assert found.text() == entry.text() == path.read_text()


@dataclass(frozen=True)
class LaterTag(Tag):
    """What a later version may say beside what ours does."""

    compiler: str = "unknown"


def test_a_tag_that_says_more_one_day_changes_no_name(entry):
    later = replace(entry, tag=LaterTag(**entry.tag.as_dict()))
    assert later.tag.as_dict() != entry.tag.as_dict()
    assert later.name == entry.name


@pytest.mark.parametrize("field", [item.name for item in fields(Tag)])
def test_whatever_differs_in_a_tag_gives_another_name(entry, field):
    value = getattr(entry.tag, field)
    other = value + 1 if isinstance(value, int) else f"{value}x"
    assert replace(entry, tag=replace(entry.tag, **{field: other})).name != entry.name


def test_any_csv_reader_takes_it(entry, tmp_path):
    table = pd.read_csv(register(tmp_path, entry), comment="#")
    assert list(table["target"].unique()) == list(entry.table["target"].unique())
    assert table["value"].notna().all()
    median = table[(table["target"] == "best|paperbench|3m") & (table["output_type_id"] == 0.5)]
    assert 0 < median["value"].item() < 1


def test_the_same_again_changes_nothing(entry, tmp_path):
    path = register(tmp_path, entry)
    before = path.stat().st_mtime_ns
    assert register(tmp_path, entry) == path
    assert path.stat().st_mtime_ns == before
    assert [one.name for one in read_all(tmp_path)] == [entry.name]


def test_another_forecast_of_the_same_tag_is_refused_and_another_tag_stands_beside(entry, tmp_path):
    path = register(tmp_path, entry)
    text = path.read_text()
    other = replace(entry, table=entry.table.iloc[1:])
    with pytest.raises(StoreError, match=r"another forecast of the same card.*registered stays"):
        register(tmp_path, other)
    assert path.read_text() == text
    register(tmp_path, replace(other, tag=replace(entry.tag, seed=2)))
    assert len(read_all(tmp_path)) == 2


def test_a_failed_gate_is_not_registered(entry, tmp_path):
    failed = replace(entry, verdict=toy.FAILED)
    with pytest.raises(ConvergenceError, match=r"gates failed.*not registered"):
        register(tmp_path, failed)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ConvergenceError, match=r"gates failed.*not registered"):
        prepared(None, toy.forecast(verdict=toy.FAILED), None)


@pytest.mark.parametrize("change", [{"as_of": "2026-09-30"}, {"data_digest": "e" * 64}])
def test_reweighted_draws_are_not_registered(change):
    """Their tag is of the later scores and their panel of the earlier ones."""
    whole = handmade.whole_fit()
    other = replace(whole, tag=replace(whole.tag, **change))
    with pytest.raises(ModelError, match=r"whose scores are others.*reweighted are not registered"):
        prepared(other, toy.forecast(), None)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace("quantile,0.5,", "quantile,0.5,1", 1), "rows of another digest"),
        (lambda text: text.replace('"seed": 1', '"seed": 2', 1), "the forecast '2025-06-30-base"),
        (lambda text: text.replace('"format": 1', '"format": 9', 1), r"cannot be read \(format 9"),
        (lambda text: text.replace("origin_date,", "day,", 1), "cannot be read .*columns day"),
        (lambda text: text[text.index("\n") + 1 :], "cannot be read"),
        (lambda text: text.replace('"as_of": ', '"until": ', 1), "cannot be read"),
    ],
)
def test_a_changed_file_is_seen(entry, tmp_path, change, message):
    path = register(tmp_path, entry)
    text = path.read_text()
    path.write_text(change(text))
    assert path.read_text() != text
    with pytest.raises(StoreError, match=message):
        read_all(tmp_path)


def test_a_renamed_file_is_seen(entry, tmp_path):
    path = register(tmp_path, entry)
    path.rename(path.with_stem("2024-06-30-baseline-00000000"))
    with pytest.raises(StoreError, match="expected the forecast as it was registered"):
        read_all(tmp_path)


def test_only_the_forecast_of_the_fit_is_registered():
    """Under its tag: nothing under an assumption, of the prior, or of another future."""
    fit = handmade.whole_fit(size=100)
    whole = forecast(fit)
    others = {
        "given 'engineering by": rsi.given(whole, "engineering by 2035", min_ess=5).forecast,
        "of the prior": forecast(fit, group="prior"),
        "of seed 3": forecast(fit, seed=3),
        "of another fit": replace(whole, tag=replace(whole.tag, as_of="2026-03-31")),
    }
    for told, other in others.items():
        with pytest.raises(ModelError, match=f"got a forecast {told}.*, expected bayes_rsi.forec"):
            registration._refuse_other_forecast(fit, other)
    registration._refuse_other_forecast(fit, whole)


def test_dates_are_written_to_the_hour_and_all_else_to_six_digits(entry):
    rows = entry.table.assign(value=entry.table["value"].astype(float) + 1.23456789e-4)
    again = registration.registration(entry.tag, entry.verdict, entry.choice, entry.levels, rows)
    digits = again.table["value"].str.replace(".", "").str.lstrip("0").str.len()
    dates = again.table["target"].str.startswith("date|") & (again.table["value"] != "inf")
    assert digits[dates].max() == 8
    assert digits[~dates].max() == 6
    months = rows.assign(horizon=pd.to_numeric(rows["horizon"]))
    again = registration.registration(entry.tag, entry.verdict, entry.choice, entry.levels, months)
    assert set(again.table["horizon"]) == set(entry.table["horizon"]) == {"", "0", "3", "6", "12"}
