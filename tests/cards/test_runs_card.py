"""The runs card: the shipped one says everything, another one says what is wrong with it."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest

from bayes_rsi.cards import card_names, load_runs_card, models_folder
from bayes_rsi.cards.runs import RUNS_PRIORS
from bayes_rsi.errors import CardError

SHIPPED = (models_folder() / "time_horizon" / "runs.toml").read_text(encoding="utf-8")


def test_the_shipped_card_says_why_and_from_where() -> None:
    card = load_runs_card()
    assert set(card.priors) == set(RUNS_PRIORS)
    for prior in card.priors.values():
        assert prior.why.strip()
        assert prior.source.strip()
    assert "time_horizon" not in card_names()


def test_an_estimate_is_less_reliable_than_a_baseline() -> None:
    error = {
        source: float(load_runs_card().priors[f"human_error_{source}"].quantile(0.5))
        for source in ("baseline", "qa", "external_qa", "estimate")
    }
    assert error["baseline"] < min(error["qa"], error["external_qa"])
    assert max(error["qa"], error["external_qa"]) < error["estimate"]


def test_a_card_is_frozen_and_known_by_its_content(tmp_path: Path) -> None:
    card = load_runs_card()
    assert pickle.loads(pickle.dumps(card)) == copy.deepcopy(card) == card
    with pytest.raises(FrozenInstanceError, match="cannot assign"):
        card.name = "other"  # type: ignore[misc]
    with pytest.raises(TypeError, match="does not support item assignment"):
        card.priors["halfway"] = card.priors["overdispersion"]  # type: ignore[index]
    path = tmp_path / "mine.toml"
    path.write_text("# another layout\n" + SHIPPED, encoding="utf-8")
    assert load_runs_card(path).digest == card.digest
    path.write_text(SHIPPED.replace("mean = 4.0", "mean = 4.5"), encoding="utf-8")
    assert load_runs_card(path).digest != card.digest
    assert replace(card, title="Another").digest != card.digest


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[priors.halfway]", "[priors.halfwy]", r"unknown key 'halfwy'. Did you mean 'halfway'"),
        ('family = "beta"', 'family = "normal"', r"overdispersion\], key 'family': got 'normal'"),
        ("sd = 2.0", "sd = -2.0", r"_spread\], key 'sd': got -2.0, expected a positive number"),
        ('unit = "doublings"', 'unit = "minutes"', r"key 'unit': got 'minutes', expected 'doubl"),
        ("chains = 4", "chains = 1", r"\[sampling\], key 'chains': got 1, expected a whole"),
        ('source = "judgement"', 'source = ""', r"key 'source': got '', expected a text"),
        ('name = "time_horizon"', "", r"got no key 'name'"),
    ],
)
def test_a_wrong_card_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in SHIPPED
    path = tmp_path / "mine.toml"
    path.write_text(SHIPPED.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CardError, match=rf"mine\.toml: .*{message}"):
        load_runs_card(path)


def test_a_missing_prior_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(SHIPPED.partition("[priors.human_error_estimate]")[0], encoding="utf-8")
    with pytest.raises(CardError, match=r"table \[priors\]: got no key 'human_error_estimate'"):
        load_runs_card(path)
