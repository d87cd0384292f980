"""Forms of the trend without fits: headlines of the toy forecast, each a little later."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import toy

from bayes_rsi.cards import load_card, load_pool_card
from bayes_rsi.evidence import load_evidence
from bayes_rsi.pooling.headline import Headline, headline
from bayes_rsi.pooling.pool import Pool, Weights, pool
from bayes_rsi.report.stored import (
    POOL,
    VERDICT,
    as_lines,
    pool_document,
    verdict_document,
)
from bayes_rsi.report.writing import write_atomically

#: By how many years each form is later than the toy forecast.
LATER = {"baseline": 0.0, "break": -0.2, "constant": 0.4, "feedback": -0.4, "saturating": 1.0}


def member(card: str = "baseline", verdict=toy.PASSED, **changes) -> Headline:
    """Give the headline of a shipped card as if it had been fitted; `changes` are of its tag."""
    of = load_card(card)
    tag = replace(toy.TAG, card=card, card_digest=of.digest, **changes)
    found = toy.forecast(tag=tag, verdict=verdict, late_years=LATER.get(card, 0.0))
    return headline(found, toy.forecast(tag=tag, late_years=2.0), of.trend)


def weights(**updated: float) -> Weights:
    """Give the prior weights, or others."""
    prior = load_pool_card().weights
    return Weights(prior, updated or prior, {})


def pooled(of: Weights | None = None, **changes) -> Pool:
    """Give the pool of all forms; `changes` are of the tags."""
    return pool({name: member(name, **changes) for name in LATER}, of or weights())


def shelf(folder: Path, cards=tuple(LATER), **changes) -> Path:
    """Write headlines of cards, of the evidence of now, and their pool."""
    now = {"data_digest": load_evidence(as_of=toy.AS_OF).digest} | changes
    for name in cards:
        document = verdict_document(member(name, **now))
        write_atomically(folder / name / VERDICT, as_lines(document))
    if set(LATER) <= set(cards):
        document = pool_document(pooled(**now), load_pool_card())
        write_atomically(folder / POOL, as_lines(document))
    return folder
