"""models/README.md explains every key that the shipped cards have."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from bayes_rsi.cards import (
    FAMILIES,
    KINDS,
    TRENDS,
    EvidenceChoice,
    ForecastSettings,
    Sampling,
    card_names,
    load_card,
    models_folder,
)

README = (models_folder() / "README.md").read_text(encoding="utf-8")
CODE = set(re.findall(r"`(.+?)`", README))


def keys(values: dict[str, Any]) -> Iterator[str]:
    """Every key of nested tables; names that the author chooses are left out."""
    for key, value in values.items():
        yield key
        if key in ("priors", "events", "requirements"):
            for inner in value.values():
                yield from keys(inner)
        elif isinstance(value, dict):
            yield from keys(value)


@pytest.mark.parametrize("name", card_names())
def test_every_key_of_every_card_is_explained(name: str) -> None:
    raw = tomllib.loads((models_folder() / name / "card.toml").read_text(encoding="utf-8"))
    # The four tables have headings of their own.
    tables = {"evidence", "sampling", "forecast", "priors", "events"}
    missing = set(keys(raw)) - tables - CODE
    assert not missing


def test_every_setting_family_kind_and_trend_is_explained() -> None:
    settings = {
        f.name for part in (EvidenceChoice, Sampling, ForecastSettings) for f in fields(part)
    }
    words = {*settings, *FAMILIES, *KINDS, *TRENDS}
    words |= {key for shape in FAMILIES.values() for key in shape}
    assert not words - CODE


def test_every_prior_of_the_shipped_cards_is_explained_and_no_other() -> None:
    section = README.partition("| prior |")[2].partition("## Events")[0]
    explained = {
        name
        for line in section.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`([a-z_]+)`", line.split("|")[1])
    }
    used = {prior for name in card_names() for prior in load_card(name).priors}
    assert explained == used


def test_the_example_is_a_card_that_loads(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.+?)```", README, flags=re.DOTALL)
    path = tmp_path / "half.toml"
    path.write_text(example, encoding="utf-8")
    card, base = load_card(path), load_card("baseline")
    (autonomy, *_) = card.events["end_to_end"].requirements
    assert autonomy.prior is not None
    assert autonomy.prior.parameters[0] == 60000.0
    assert card.priors == base.priors
    assert card.digest != base.digest
