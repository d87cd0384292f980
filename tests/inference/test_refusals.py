"""What cannot be fitted, or not be forecast afterwards, is refused before anything is compiled."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import nutpie
import pytest

from bayes_rsi.cards import load_card
from bayes_rsi.errors import ModelError
from bayes_rsi.evidence import load_evidence
from bayes_rsi.inference.sample import fit


@pytest.fixture(autouse=True)
def never_compiled(monkeypatch):
    def compiled(*_, **__):
        raise AssertionError("compiled")

    monkeypatch.setattr(nutpie, "compile_pymc_model", compiled)


@pytest.fixture(scope="module")
def evidence():
    return load_evidence(as_of="2024-06-30")


@pytest.mark.parametrize("seed", [-1, 1.5, "a", None, True])
def test_a_seed_is_a_whole_number(evidence, seed):
    with pytest.raises(ModelError, match=r"fit: got seed .*, expected a whole number from 0 on"):
        fit(load_card("baseline"), evidence, seed)


def test_a_seed_of_numpy_is_one(evidence):
    with pytest.raises(AssertionError, match="compiled"):
        fit(load_card("baseline"), evidence, np.int64(3))


def test_a_name_is_no_card_and_a_card_no_evidence(evidence):
    card = load_card("baseline")
    with pytest.raises(ModelError, match=r"fit: got str 'baseline', expected Card; make it with"):
        fit("baseline", evidence)
    with pytest.raises(ModelError, match=r"got Card .*, expected Evidence; make it with bayes_rsi"):
        fit(card, card)


def test_an_event_that_could_not_be_told_is_refused(evidence):
    card = load_card("baseline")
    event = card.events["end_to_end"]
    (parity, *rest) = sorted(event.requirements, key=lambda item: item.kind != "parity")
    other = replace(event, requirements=(replace(parity, series="paperbnch"), *rest))
    events = dict(card.events) | {"end_to_end": other}
    with pytest.raises(ModelError, match=r"paperbnch.*Did you mean 'paperbench'"):
        fit(replace(card, events=events), evidence)


def test_a_series_that_nothing_is_known_of_yet_is_no_reason(evidence):
    """A backtest fits cards on days on which a required series has no scores."""
    card = load_card("baseline")
    event = card.events["end_to_end"]
    (parity,) = [item for item in event.requirements if item.series == "paperbench"]
    only = {"end_to_end": replace(event, requirements=(parity,))}
    with pytest.raises(AssertionError, match="compiled"):
        fit(replace(card, events=only), evidence)
