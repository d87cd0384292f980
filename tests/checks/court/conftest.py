"""The shipped evidence and the baseline card, read once."""

from __future__ import annotations

import pytest

from bayes_rsi.cards import Card, load_card
from bayes_rsi.evidence import Evidence, load_evidence

END = "2026-06-30"


@pytest.fixture(scope="session")
def evidence() -> Evidence:
    return load_evidence(END)


@pytest.fixture(scope="session")
def card() -> Card:
    return load_card("baseline")
