"""A small sound card as `tomllib` reads it, to be spoiled in one place."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable
from typing import Any

import pytest

from bayes_rsi.cards import Card
from bayes_rsi.cards.reading import read_card

TEXT = """
name = "tiny"
title = "A tiny card"
why = "For tests."
trend = "drifting"
as_of = "2026-06-30"
knot_years = 0.25
pins = [2.5, 0.5]
lab_systems = 4
use_ceilings = true

[evidence]
kinds = ["fraction", "horizon"]
exclude = ["Alpha 1", "swe_v"]
min_scores = 3

[sampling]
chains = 4
draws = 1000
tune = 1000
target_accept = 0.9

[forecast]
horizon = "2075-12-31"
step_years = 0.25
replicates = 4

[priors.rounding]
family = "lognormal"
median = 0.005
sigma = 0.5
unit = "score, fraction"
why = "Scores are rounded."
source = "judgement"

[priors.horizon_at_level]
family = "normal"
mean = 0
sd = 3.0
unit = "doublings"
why = "Wide."
source = "judgement"

[events.done]
title = "Done"
why = "It is done."
never = 0.07
never_why = "Judgement."
taste_free = 0.3

[events.done.requirements.parity]
series = "swe_v"
why = "As well as people."

[events.done.requirements.autonomy]
family = "lognormal"
median = 120000.0
sigma = 2.0
unit = "minutes"
why = "A work-year."
source = "judgement"

[events.done.lead]
family = "halfnormal"
sd = 0.4
unit = "years"
why = "Months."
source = "judgement"

[events.done.taste_gap]
family = "lognormal"
median = 1.0
sigma = 0.8
unit = "years"
why = "A year."
source = "judgement"
"""


@pytest.fixture
def text() -> str:
    """The card as a file holds it."""
    return TEXT


@pytest.fixture
def raw() -> dict[str, Any]:
    """The card as `tomllib` reads it, a copy for each test."""
    return tomllib.loads(TEXT)


@pytest.fixture
def card(raw: dict[str, Any]) -> Card:
    """The card."""
    return read_card(raw, "tiny.toml")


@pytest.fixture
def changed(raw: dict[str, Any]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Give the card with values at dotted places replaced, added or (`...`) taken away."""

    def change(places: dict[str, Any]) -> dict[str, Any]:
        result = copy.deepcopy(raw)
        for place, value in places.items():
            *path, key = place.split(".")
            table = result
            for step in path:
                table = table.setdefault(step, {})
            if value is ...:
                del table[key]
            else:
                table[key] = value
        return result

    return change
