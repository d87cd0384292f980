"""The shipped evidence, and a forecast registered a year before its end."""

from __future__ import annotations

import pytest
import recorded
import xarray as xr

from bayes_rsi.cards import Card, load_card
from bayes_rsi.checks.record.registration import Registration
from bayes_rsi.evidence import Evidence, cut, load_evidence

DAY, END = "2025-06-30", "2026-06-30"


@pytest.fixture(scope="session")
def evidence() -> Evidence:
    return load_evidence(END)


@pytest.fixture(scope="session")
def card() -> Card:
    return load_card("baseline")


@pytest.fixture(scope="session")
def seen(evidence: Evidence) -> Evidence:
    return cut(evidence, DAY)


@pytest.fixture(scope="session")
def known(seen: Evidence, card: Card) -> xr.Dataset:
    return recorded.panel_of(seen, card)


@pytest.fixture(scope="session")
def drawn(known: xr.Dataset) -> xr.DataArray:
    return recorded.drawn(known)


@pytest.fixture(scope="session")
def entry(seen: Evidence, card: Card, known: xr.Dataset, drawn: xr.DataArray) -> Registration:
    return recorded.entry(seen, card, known, drawn)
