"""The forms of the trend in text and document: all of them, with the pool and the range."""

from __future__ import annotations

import json
from dataclasses import replace

import forms
import jsonschema
import pandas as pd
import pytest
import toy

from bayes_rsi.comparison.forecasters import COLUMNS, compare
from bayes_rsi.forecasting.summary import HEADLINE_DAYS as DAYS
from bayes_rsi.pooling.pool import pool
from bayes_rsi.report.document import as_json, forecast_document, forecast_schema
from bayes_rsi.report.forms import forms_record, forms_text, pool_text
from bayes_rsi.report.tables import WIDTH

NONE = pd.DataFrame(columns=list(COLUMNS))


@pytest.fixture(scope="module")
def found():
    return forms.pooled()


def row(text: str, label: str) -> str:
    """Give the first line that begins with a label."""
    return next(line for line in text.splitlines() if line.startswith(label))


def test_every_form_stands_beside_this_forecast_and_the_pool(found):
    forecast = toy.forecast()
    text = forms_text(forecast, found, NONE)
    assert "10.0 ± " in row(text, "this forecast")
    for name, member in found.members.items():
        line = row(text, member.trend)
        share = list(member.events["end_to_end"].probability_by.values())[-4]
        assert f"{found.weights.updated[name]:.2f}" in line
        assert f"{100 * share.p:.1f} ± {100 * share.mcse:.1f}" in line
    pooled = list(found.events["end_to_end"].probability_by.values())[-4]
    assert f"{100 * pooled.p:.1f} ± " in row(text, "pool")
    low, high = found.band("end_to_end", DAYS[-4])
    assert f"{100 * low:.1f} to {100 * high:.1f}" in row(text, "range, 90%")
    assert "Weights: those of models/pool.toml, for no backtest" in text
    one = found.members["feedback"].trend_parameters["feedback"]
    told = f"upwards with {100 * one.above_zero:.0f}%; without any score"
    assert told in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= WIDTH


@pytest.mark.parametrize(
    ("bound", "theirs", "where"),
    [
        ("exact", 0.9, "above"),
        ("exact", 0.001, "below"),
        ("exact", None, "inside"),
        ("lower", 0.001, "inside"),
        ("lower", 0.9, "above"),
        ("upper", 0.9, "inside"),
        ("upper", 0.001, "below"),
    ],
)
def test_what_others_said_is_placed_in_the_range(found, bound, theirs, where):
    forecast = toy.forecast()
    rows = compare(forecast, "clark").iloc[1:]
    low, high = found.band("end_to_end", rows["date"].iloc[0].date())
    said = (low + high) / 2 if theirs is None else theirs
    text = forms_text(forecast, found, rows.assign(bound=bound, theirs=said))
    assert f"lies {where} the range of the forms, {100 * low:.1f} to {100 * high:.1f}%" in " ".join(
        text.split()
    )
    assert "The range holds the forms of the trend with 90% of the weight" in text


def test_the_pool_is_told_with_weights_scores_and_dates(found):
    held = forms.weights(**found.weights.prior)
    scored = replace(
        held,
        log_score={name: -1.0 - place / 100 for place, name in enumerate(forms.LATER)},
        origins=("2024-06-30",),
        outcomes=1234,
        systems=56,
    )
    text = pool_text(pool(found.members, scored))
    assert "1,234 outcomes of 56 systems" in text
    assert "They are not independent" in " ".join(text.split())
    assert row(text, "drifting").split()[1:] == ["baseline", "0.350", "-1.0000", "0.350", "pass"]
    assert "Dates (median and central intervals)" in text
    dates = text.partition("Dates (median")[2]
    assert row(dates, "drifting").endswith("to after 2075")  # its own horizon
    assert row(dates, "pool").endswith("to after 2060")  # the end of the curves
    assert max(map(len, text.splitlines())) <= WIDTH


def test_a_failed_gate_is_told():
    members = {name: forms.member(name) for name in forms.LATER}
    members["break"] = forms.member("break", toy.FAILED)
    text = pool_text(pool(members, forms.weights()))
    assert "CONVERGENCE GATES FAILED for break" in text
    assert row(text, "break").endswith("FAIL")


def test_the_document_of_a_forecast_holds_them(found):
    record = forms_record(found)
    document = forecast_document(toy.forecast(), NONE, {}, {}, forms=record)
    jsonschema.Draft202012Validator(forecast_schema()).validate(json.loads(as_json(document)))
    assert [m["card"] for m in document["forms_of_trend"]["members"]] == list(forms.LATER)
    share = found.events["end_to_end"].never
    assert record["pool"]["end_to_end"]["never"] == {"p": share.p, "mcse": share.mcse}
