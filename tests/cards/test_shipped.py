"""Every shipped card loads; a card from a file does, or says what is wrong with the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from bayes_rsi.cards import card_names, load_card, models_folder
from bayes_rsi.errors import CardError
from bayes_rsi.transitions import TRANSITIONS


def test_the_shipped_cards() -> None:
    assert {"baseline", "constant"} <= set(card_names())
    assert card_names() == sorted(card_names())


@pytest.mark.parametrize("name", card_names())
def test_a_shipped_card_loads_and_every_prior_says_why_and_from_where(name: str) -> None:
    card = load_card(name)
    assert card.name == name
    assert len(card.judged) > 20
    for place, prior in card.judged.items():
        assert prior.why.strip(), place
        assert prior.source.strip(), place
        assert prior.unit.strip(), place
    assert all(event.never_why.strip() for event in card.events.values())


@pytest.mark.parametrize("name", card_names())
def test_the_priors_of_trends_are_there_exactly_where_they_are_used(name: str) -> None:
    card = load_card(name)
    of_trends = {prior for law in TRANSITIONS.values() for prior in law.priors}
    assert of_trends & set(card.priors) == set(TRANSITIONS[card.trend].priors)


@pytest.mark.parametrize("name", card_names())
def test_by_name_and_by_path_it_is_the_same_card(name: str) -> None:
    path = models_folder() / name / "card.toml"
    assert load_card(path) == load_card(str(path)) == load_card(name)


def test_a_card_of_ones_own(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    card = load_card(path)
    path.write_text("\ufeff" + text, encoding="utf-8")
    assert load_card(path) == card
    path.write_text(text.replace('"2026-06-30"', "2026-06-30"), encoding="utf-8")
    assert load_card(path) == card


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(CardError, match=r"got card 'basline'.*Did you mean 'baseline'"):
        load_card("basline")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CardError, match=r"none\.toml: got a file that cannot be read.*baseline"):
        load_card(tmp_path / "none.toml")


@pytest.mark.parametrize("content", [b"name = ", b'name = "a"\nname = "b"', b"\xff\xfe"])
def test_a_file_that_is_no_toml(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(content)
    with pytest.raises(CardError, match=r"x\.toml: got text that is not TOML, expected a card"):
        load_card(path)


def test_an_error_names_the_file_as_it_was_given(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.toml"
    path.write_text(text.replace("median = 0.005", "median = nan"), encoding="utf-8")
    with pytest.raises(CardError, match=r"x\.toml: table \[priors\.rounding\], key 'median'"):
        load_card(path)


def test_a_shipped_card_is_called_like_its_folder(
    tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "card.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr("bayes_rsi.cards.shipped.models_folder", lambda: tmp_path)
    with pytest.raises(CardError, match="key 'name': got 'tiny', expected 'other'"):
        load_card("other")
