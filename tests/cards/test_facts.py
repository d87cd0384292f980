"""A card cannot be changed in place, and its digest is that of its content and of nothing else."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import tomllib
from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Any

import pytest

from bayes_rsi.cards import FAMILIES, Card, load_card
from bayes_rsi.cards.reading import read_card
from bayes_rsi.errors import CardError

Change = Callable[[dict[str, Any]], dict[str, Any]]


def places(values: dict[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf of nested tables with its dotted place."""
    for key, value in values.items():
        if isinstance(value, dict):
            yield from places(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


def parts(value: Any) -> Iterator[Any]:
    """Everything inside a card."""
    yield value
    if dataclasses.is_dataclass(value):
        for item in dataclasses.fields(value):
            yield from parts(getattr(value, item.name))
    elif isinstance(value, MappingProxyType):
        for item in value.values():
            yield from parts(item)
    elif isinstance(value, tuple):
        for item in value:
            yield from parts(item)


# --- frozen --------------------------------------------------------------------------------------


def test_a_card_holds_nothing_that_can_be_changed(card: Card) -> None:
    held = {type(part) for part in parts(card) if not dataclasses.is_dataclass(part)}
    assert held <= {str, int, float, bool, tuple, type(None), MappingProxyType}
    assert not any(isinstance(part, list | dict | set) for part in parts(card))


def test_every_field_of_every_part_is_frozen(card: Card) -> None:
    facts = [part for part in parts(card) if dataclasses.is_dataclass(part)]
    assert len(facts) > 8
    for fact in facts:
        for item in dataclasses.fields(fact):
            with pytest.raises(dataclasses.FrozenInstanceError, match=item.name):
                setattr(fact, item.name, 1)


def test_the_mappings_are_read_only(card: Card) -> None:
    for mapping in (card.priors, card.events, FAMILIES):
        with pytest.raises(TypeError, match="item assignment"):
            mapping["x"] = 1  # type: ignore[index]


def test_the_dict_that_a_card_was_made_from_is_not_its_own(card: Card) -> None:
    priors = dict(card.priors)
    other = dataclasses.replace(card, priors=priors)
    before = other.digest
    priors.clear()
    assert list(other.priors) == list(card.priors)
    assert dataclasses.replace(other).digest == before


def test_what_the_reader_was_given_is_not_the_cards_own(raw: dict[str, Any], card: Card) -> None:
    other = read_card(raw, "x")
    raw["evidence"]["kinds"].append("ratio")
    raw["priors"].clear()
    assert other == card


# --- digest --------------------------------------------------------------------------------------


def test_layout_comments_and_order_do_not_enter(text: str, card: Card) -> None:
    top, *tables = text.split("\n[")
    spaced = "# A comment\n" + top.replace(" = ", "=") + "\n[" + "\n\n[".join(tables[::-1])
    assert spaced != text
    assert read_card(tomllib.loads(spaced), "elsewhere.toml").digest == card.digest


def test_order_within_lists_of_names_does_not_enter(changed: Change, card: Card) -> None:
    other = {"evidence.kinds": ["horizon", "fraction"], "evidence.exclude": ["swe_v", "Alpha 1"]}
    assert read_card(changed(other), "x") == card
    assert read_card(changed(other), "x").digest == card.digest


def test_whole_numbers_and_decimals_are_the_same(changed: Change, card: Card) -> None:
    other = {"priors.horizon_at_level.mean": 0.0, "priors.horizon_at_level.sd": 3}
    assert read_card(changed(other), "x").digest == card.digest


def test_a_card_made_in_python_has_the_digest_of_its_content(card: Card) -> None:
    event = card.events["done"]
    turned = dataclasses.replace(event, requirements=event.requirements[::-1])
    backwards = dict(reversed(card.priors.items()))
    other = dataclasses.replace(card, priors=backwards, events={"done": turned})
    assert other == card
    assert other.digest == card.digest
    assert list(other.priors) == list(card.priors)


def test_every_value_enters_the_digest(changed: Change, raw: dict[str, Any], card: Card) -> None:
    """Change each leaf in turn, by a little."""
    special = {
        "trend": "constant",
        "as_of": "2026-06-29",
        "pins": [2.5, 0.50001],
        "evidence.kinds": ["fraction"],
        "evidence.exclude": ["swe_v"],
        "forecast.horizon": "2075-12-30",
    }
    # A family or a unit is not changed alone; those of priors of the model are free.
    fixed = {place for place, _ in places(raw) if place.endswith(("family", ".unit"))}
    fixed -= {"priors.rounding.unit", "priors.horizon_at_level.unit"}
    digests = {card.digest}
    leaves = [(place, value) for place, value in places(raw) if place not in fixed]
    for place, value in leaves:
        if place in special:
            new = special[place]
        elif isinstance(value, bool):
            new = not value
        elif isinstance(value, int) and value:
            new = value + 1
        elif isinstance(value, int | float):
            new = value + 1e-9
        else:
            new = f"{value}x"
        digests.add(read_card(changed({place: new}), "x").digest)
    assert len(digests) == len(leaves) + 1


def test_an_option_that_is_off_does_not_enter_and_one_that_is_on_does(
    changed: Change, card: Card
) -> None:
    """What was stored before an option existed stays valid."""
    off = read_card(changed({"evidence.article_only": False}), "x")
    on = read_card(changed({"evidence.article_only": True}), "x")
    assert off == card
    assert off.digest == card.digest != on.digest
    assert dataclasses.replace(card, use_ceilings=False).digest != card.digest


def test_families_enter_the_digest(card: Card) -> None:
    flat = dataclasses.replace(card.prior("rounding"), family="beta")
    other = dataclasses.replace(card, priors=card.priors | {"rounding": flat})
    assert other.digest != card.digest


# --- copies --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda card: pickle.loads(pickle.dumps(card))]
)
def test_a_copy_is_the_same_card(card: Card, again: Callable[[Card], Card]) -> None:
    other = again(card)
    assert other == card
    assert (other.digest, hash(other)) == (card.digest, hash(card))
    assert isinstance(other.priors, MappingProxyType)


def test_shipped_cards_survive_pickling() -> None:
    card = load_card("baseline")
    assert pickle.loads(pickle.dumps(card)).digest == card.digest


def test_another_number_is_another_card(changed: Change, card: Card) -> None:
    assert read_card(changed({"priors.rounding.median": 0.006}), "x") != card


def test_a_changed_prior_is_checked_again(card: Card) -> None:
    with pytest.raises(CardError, match=r"'rounding': got sigma = -1\.0\. Expected a positive"):
        dataclasses.replace(card.prior("rounding"), parameters=(0.005, -1))
