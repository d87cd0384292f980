"""pool.toml: the shipped one says everything, another one says what is wrong with it."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest

from bayes_rsi.cards import TRENDS, load_card, load_pool_card, models_folder
from bayes_rsi.errors import CardError

SHIPPED = (models_folder() / "pool.toml").read_text(encoding="utf-8")


def changed(tmp_path: Path, old: str, new: str) -> Path:
    """Write the shipped file with one change."""
    assert old in SHIPPED
    path = tmp_path / "mine.toml"
    path.write_text(SHIPPED.replace(old, new, 1), encoding="utf-8")
    return path


def test_every_trend_has_one_member_that_says_why_and_from_where() -> None:
    card = load_pool_card()
    assert sorted(member.trend for member in card.members.values()) == sorted(TRENDS)
    for name, member in card.members.items():
        assert member.card == name
        assert member.trend == load_card(name).trend
        assert member.why.strip()
        assert member.source.strip()
    assert sum(card.weights.values()) == pytest.approx(1.0, abs=1e-12)


def test_it_is_frozen_and_known_by_its_content(tmp_path: Path) -> None:
    card = load_pool_card()
    assert pickle.loads(pickle.dumps(card)) == copy.deepcopy(card) == card
    with pytest.raises(FrozenInstanceError, match="cannot assign"):
        card.why = "other"  # type: ignore[misc]
    with pytest.raises(TypeError, match="does not support item assignment"):
        card.members["constant"] = card.members["break"]  # type: ignore[index]
    assert load_pool_card(changed(tmp_path, "[update]", "\n\n[update]")).digest == card.digest
    other = load_pool_card(changed(tmp_path, "strength = 100.0", "strength = 50.0"))
    assert other.digest != card.digest
    assert replace(card, why="Another").digest != card.digest


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("strength =", "strenght =", r"\[update\]: .*'strenght'.*Did you mean 'strength'"),
        ("[members.constant]", "[members.constnt]", r"'constnt': .*Did you mean 'constant'"),
        ("[members.constant]", "[members.fast]", r"no other member has. 'baseline' has trend"),
        ("weight = 0.10", "weight = 0.2", r"key 'members': .*sum to one. They sum to 1\.1"),
        ("weight = 0.10", "weight = -0.1", r"\[members.constant\], key 'weight': got -0.1"),
        ("weight = 0.10", "wieght = 0.1", r"'wieght'. Did you mean 'weight'"),
        ("strength = 100.0", "strength = -1", r"key 'strength': got -1, expected a number of sys"),
        ('"2024-06-30", "2025-06-30"', '"2024-06-30", "2025-03-31"', "at least a year after"),
        ('"2024-06-30", "2025-06-30"', '"2025-06-30", "2024-06-30"', "at least a year after"),
        ('"2024-06-30", "2025-06-30"', '"last year"', "key 'origins': .*a list of ISO dates"),
        ('until = "2025-12-31"', 'until = "2025-06-30"', "expected a date after the last origin"),
        ('source = "judgement"', 'source = ""', r"\[update\], key 'source': got ''"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(CardError, match=rf"mine\.toml: .*{message}"):
        load_pool_card(changed(tmp_path, old, new))
