"""Stored results keep to their schemas, come back as they were, and damage is refused."""

from __future__ import annotations

import json
import math
from importlib import resources

import forms
import jsonschema
import pytest
import referencing
import toy

from bayes_rsi.cards import load_pool_card
from bayes_rsi.errors import StoreError
from bayes_rsi.report.document import as_json, forecast_schema
from bayes_rsi.report.stored import (
    as_lines,
    pool_document,
    read_headline,
    read_weights,
    verdict_document,
)


def validator(name: str) -> jsonschema.Draft202012Validator:
    """Give the validator of a schema, which refers to that of forecast.json."""
    file = resources.files("bayes_rsi.report").joinpath(f"{name}.schema.json")
    schema = json.loads(file.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    shared = referencing.Resource.from_contents(forecast_schema())
    registry = referencing.Registry().with_resource("forecast.schema.json", shared)
    return jsonschema.Draft202012Validator(schema, registry=registry)


@pytest.fixture(scope="module")
def found():
    return forms.pooled()


@pytest.mark.parametrize("verdict", [toy.PASSED, toy.FAILED])
def test_a_headline_comes_back_as_it_was(tmp_path, verdict):
    made = forms.member("feedback", verdict)
    document = verdict_document(made)
    validator("verdict").validate(json.loads(as_lines(document)))
    path = tmp_path / "verdict.json"
    path.write_text(as_lines(document), encoding="utf-8")
    read = read_headline(path)
    assert (read.tag, read.trend, read.events) == (made.tag, made.trend, made.events)
    assert read.prior_alone == made.prior_alone
    assert read.trend_parameters == made.trend_parameters
    assert set(read.trend_parameters) == {"growth_drift", "feedback", "feedback_cap"}
    assert dict(read.growth) == dict(made.growth)
    assert read.curves.equals(made.curves)
    assert read.verdict.passed == made.verdict.passed
    assert math.isnan(read.verdict.gates[-1].value) == (verdict is toy.FAILED)
    assert as_lines(verdict_document(read)) == as_lines(document)


def test_weights_come_back_as_they_were(tmp_path, found):
    document = pool_document(found, load_pool_card())
    validator("pool").validate(json.loads(as_lines(document)))
    path = tmp_path / "pool.json"
    path.write_text(as_lines(document), encoding="utf-8")
    tag, weights = read_weights(path)
    assert weights == found.weights
    assert set(tag["members"]) == set(forms.LATER)
    assert tag["pool_digest"] == load_pool_card().digest


@pytest.mark.parametrize(
    ("schema", "place", "value"),
    [
        ("verdict", ("tag", "seed"), -1),
        ("verdict", ("surprise",), 1),
        ("verdict", ("months", 0), "June 2026"),
        ("verdict", ("trend_parameters", "growth_drift", "posterior", "above_zero"), 1.5),
        ("verdict", ("curves", "end_to_end", 0), 1.5),
        ("verdict", ("events", "end_to_end", "never", "p"), None),
        ("verdict", ("prior_alone", "end_to_end"), {"2027": 1}),
        ("pool", ("forms_of_trend", "members", 0, "weight"), 1.2),
        ("pool", ("forms_of_trend", "pool", "end_to_end", "binding"), {}),
        ("pool", ("tag", "members", "break", "card_digest"), "abc"),
    ],
)
def test_the_schemas_refuse_what_they_should(found, schema, place, value):
    made = {
        "verdict": lambda: verdict_document(forms.member()),
        "pool": lambda: pool_document(found, load_pool_card()),
    }[schema]()
    document = json.loads(as_json(made))
    inner = document
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    with pytest.raises(jsonschema.ValidationError, match=r"."):
        validator(schema).validate(document)


def test_lists_of_numbers_stand_on_one_line(found):
    document = verdict_document(forms.member())
    text = as_lines(document)
    assert json.loads(text) == json.loads(as_json(document))
    assert len(text.splitlines()) < 300
    awkward = {"a": [], "b": ["x, y", "[1, 2]"], "c": [{"d": [1, 2.5, None]}]}
    assert json.loads(as_lines(awkward)) == awkward


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("{", "damaged file"),
        ("[]", "damaged file"),
        ('{"schema_version": 1}', r"damaged file \(KeyError"),
        ('{"schema_version": 7}', "schema_version 7"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path, text, match):
    path = tmp_path / "verdict.json"
    path.write_text(text, encoding="utf-8")
    for read in (read_headline, read_weights):
        with pytest.raises(StoreError, match=rf"(?s)verdict\.json: got a .*{match}.*verdicts"):
            read(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(StoreError, match=r"pool\.json: got no file, .*`bayes-rsi verdicts`"):
        read_weights(tmp_path / "pool.json")
