"""What a model assumes, from TOML: every prior, threshold and setting of a card.

Invariant: a card is immutable all the way down, every judged number carries its `why` and its
source, and an unknown key is an error with a suggestion (tests/cards).
"""

from bayes_rsi.cards.facts import (
    KINDS,
    Card,
    Event,
    EvidenceChoice,
    ForecastSettings,
    Requirement,
    Sampling,
)
from bayes_rsi.cards.known import PRIORS, TRENDS
from bayes_rsi.cards.pool import Member, PoolCard, load_pool_card
from bayes_rsi.cards.prior import FAMILIES, Prior
from bayes_rsi.cards.runs import HUMAN_SOURCES, RunsCard, load_runs_card
from bayes_rsi.cards.shipped import card_names, load_card, models_folder

__all__ = [
    "FAMILIES",
    "HUMAN_SOURCES",
    "KINDS",
    "PRIORS",
    "TRENDS",
    "Card",
    "Event",
    "EvidenceChoice",
    "ForecastSettings",
    "Member",
    "PoolCard",
    "Prior",
    "Requirement",
    "RunsCard",
    "Sampling",
    "card_names",
    "load_card",
    "load_pool_card",
    "load_runs_card",
    "models_folder",
]
