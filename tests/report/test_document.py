"""forecast.json keeps to its schema, and the schema refuses what it should."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable
from typing import Any

import jsonschema
import numpy as np
import pandas as pd
import pytest
import toy

from bayes_rsi.comparison.forecasters import COLUMNS, compare
from bayes_rsi.comparison.moved import moved
from bayes_rsi.report.document import as_json, forecast_document, forecast_schema

VALIDATOR = jsonschema.Draft202012Validator(forecast_schema())
NONE = pd.DataFrame(columns=list(COLUMNS))


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    forecast = toy.forecast()
    change = moved(forecast, toy.forecast(late_years=0.5))
    files = {"figure": "forecast.svg"}
    return forecast_document(forecast, compare(forecast, "clark"), files, {"a": 1.23456}, change)


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(forecast_schema())


def test_documents_keep_to_the_schema(document):
    VALIDATOR.validate(json.loads(as_json(document)))
    VALIDATOR.validate(forecast_document(toy.forecast(verdict=toy.FAILED), NONE, {}, {}))


def test_numbers_are_those_of_the_forecast(document):
    event = document["events"]["end_to_end"]
    assert event["probability_by"]["2028-12-31"]["p"] == pytest.approx(0.2)
    assert event["quantiles"]["0.5"] == "2031-06-30"
    assert event["intervals"]["80"] == ["2028-06-30", None]
    assert event["never"]["p"] == pytest.approx(0.07)
    quarters = {row["date"]: row for row in document["by_quarter"]["end_to_end"]}
    assert quarters["2028-12-31"]["p"] == pytest.approx(0.2)
    assert quarters["2026-09-30"] == {"date": "2026-09-30", "p": 0.0, "hazard": 0.0}
    assert [row["theirs"] for row in document["comparisons"]] == [0.3, 0.6]
    assert document["timings"] == {"a": 1.235}
    first = document["frontier"][0]
    assert first["p50"] == pytest.approx(8.0, rel=0.01)
    assert first["p10"] <= first["p50"] <= first["p90"]


def test_no_number_is_infinite_or_missing():
    forecast = toy.forecast(verdict=toy.FAILED)
    steep = forecast.frontier.assign(frontier=forecast.frontier["frontier"] * 1e6)
    early = forecast_document(
        toy.forecast({"end_to_end": {"never": 200}}), compare(forecast, "clark"), {}, {}
    )
    rows = compare(forecast, "clark").assign(log_odds=-math.inf)
    object.__setattr__(forecast, "frontier", steep)
    found = forecast_document(forecast, rows, {}, {})
    assert found["comparisons"][0]["log_odds"] is None
    assert found["frontier"][-1]["p90"] is None
    assert found["verdict"]["gates"][1]["value"] is None
    assert set(early["events"]["end_to_end"]["quantiles"].values()) == {None}
    for one in (found, early):
        VALIDATOR.validate(json.loads(as_json(one)))


def test_a_number_that_is_not_finite_is_refused():
    with pytest.raises(ValueError, match="not JSON compliant"):
        as_json({"p": np.nan})


def test_the_same_forecast_gives_the_same_text(document):
    forecast = toy.forecast()
    change = moved(forecast, toy.forecast(late_years=0.5))
    files = {"figure": "forecast.svg"}
    again = forecast_document(forecast, compare(forecast, "clark"), files, {"a": 9.0}, change)
    assert as_json(again | {"timings": {}}) == as_json(document | {"timings": {}})


def _set(*path: Any, value: Any) -> Callable[[dict], None]:
    def break_it(document: dict) -> None:
        for key in path[:-1]:
            document = document[key]
        document[path[-1]] = value

    return break_it


def _drop(*path: Any) -> Callable[[dict], None]:
    def break_it(document: dict) -> None:
        for key in path[:-1]:
            document = document[key]
        del document[path[-1]]

    return break_it


EVENT = ("events", "end_to_end")


@pytest.mark.parametrize(
    "break_it",
    [
        _set("schema_version", value=2),
        _set("surprise", value=1),
        _drop("verdict"),
        _drop("tag", "seed"),
        _set("tag", "card_digest", value="abc"),
        _set("tag", "seed", value=-1),
        _set("tag", "as_of", value="30.06.2026"),
        _set("tag", "as_of", value="2026-13-01"),
        _set("verdict", "gates", value=[]),
        _set("verdict", "gates", 0, "passed", value="yes"),
        _set("events", value={}),
        _set("events", "End to end", value={}),
        _set(*EVENT, "probability_by", "2028-12-31", value=0.2),
        _set(*EVENT, "probability_by", "2028-12-31", "p", value=20),
        _set(*EVENT, "probability_by", "2028-12-31", "mcse", value=-0.1),
        _drop(*EVENT, "probability_by", "2028-12-31", "mcse"),
        _set(*EVENT, "probability_by", "end of 2028", value={"p": 0.2, "mcse": 0}),
        _set(*EVENT, "quantiles", "0.5", value=2031.5),
        _set(*EVENT, "quantiles", "50", value=None),
        _set(*EVENT, "quantiles", value={}),
        _set(*EVENT, "intervals", "80", value=["2028-06-30"]),
        _drop(*EVENT, "intervals", "90"),
        _drop(*EVENT, "never"),
        _set(*EVENT, "contradicted", value=1.5),
        _set(*EVENT, "binding", "autonomy", value=-0.5),
        _set("comparisons", 0, "bound", value="about"),
        _set("comparisons", 0, "theirs", value=30),
        _drop("comparisons", 0, "points"),
        _set("frontier", 0, "p50", value=0),
        _set("frontier", value=[]),
        _set("growth", "unit", value="doublings per month"),
        _set("growth", "quantiles", "0.5", value=None),
        _set("files", "figure", value=3),
        _set("timings", "a", value=-1),
        _set("moved", value=[]),
        _set("moved", 0, "unit", value="percent"),
    ],
)
def test_a_broken_document_is_refused(document, break_it):
    broken = copy.deepcopy(document)
    break_it(broken)
    with pytest.raises(jsonschema.ValidationError, match=r"."):
        VALIDATOR.validate(broken)
