"""Forms of the trend without fits: headlines of the toy forecast, each a little later."""

from __future__ import annotations

import functools
from dataclasses import replace
from pathlib import Path

import pandas as pd
import toy

from bayes_rsi.cards import load_card, load_pool_card
from bayes_rsi.checks.court.answers import COLUMNS
from bayes_rsi.checks.court.ledger import Ledger
from bayes_rsi.checks.court.targets import COLUMNS as ASKED
from bayes_rsi.evidence import load_evidence
from bayes_rsi.files import write_atomically
from bayes_rsi.pooling.headline import Headline, headline, learnt
from bayes_rsi.pooling.pool import Pool, Weights, given_none_yet, pool
from bayes_rsi.report.stored import (
    POOL,
    VERDICT,
    as_lines,
    pool_document,
    verdict_document,
)
from bayes_rsi.transitions import TRANSITIONS

#: By how many years each form is later than the toy forecast.
LATER = {"baseline": 0.0, "break": -0.2, "constant": 0.4, "feedback": -0.4, "saturating": 1.0}


@functools.cache
def member(card: str = "baseline", verdict=toy.PASSED, **changes) -> Headline:
    """Give the headline of a shipped card as if it had been fitted; `changes` are of its tag."""
    of = load_card(card)
    tag = replace(toy.TAG, **{"card": card, "card_digest": of.digest, **changes})
    found = toy.forecast(tag=tag, verdict=verdict, late_years=LATER.get(card, 0.0))
    tree = toy.law(of)
    posterior, prior = (tree[group].to_dataset() for group in ("posterior", "prior"))
    parameters = learnt(posterior, prior, TRANSITIONS[of.trend].priors)
    return headline(found, toy.forecast(tag=tag, late_years=2.0), of.trend, parameters)


@functools.cache
def digest_of_now() -> str:
    """Give the digest of the shipped evidence."""
    return load_evidence(as_of=toy.AS_OF).digest


def weights(**updated: float) -> Weights:
    """Give the prior weights, or others."""
    prior = load_pool_card().weights
    return Weights(prior, updated or prior, {})


def pooled(of: Weights | None = None, **changes) -> Pool:
    """Give the pool of all forms; `changes` are of the tags."""
    members = {name: member(name, **changes) for name in LATER}
    return pool(members, given_none_yet(members, of or weights()))


def shelf(folder: Path, cards=tuple(LATER), **changes) -> Path:
    """Write headlines of cards, of the evidence of now, and their pool."""
    now = {"data_digest": digest_of_now()} | changes
    for name in cards:
        document = verdict_document(member(name, **now))
        write_atomically(folder / name / VERDICT, as_lines(document))
    if set(LATER) <= set(cards):
        document = pool_document(pooled(**now), load_pool_card())
        write_atomically(folder / POOL, as_lines(document))
    return folder


def backtests(folder: Path, better: str, **changes) -> None:
    """Write backtests of all forms, in which one gave each outcome half a unit more density."""
    update = load_pool_card().update
    systems = [f"System {i}" for i in range(10)]
    names = [f"named|exam|{system}|{i}" for system in systems for i in range(3)]
    asked = pd.DataFrame(
        [
            dict.fromkeys(ASKED, "")
            | {"target": f"{update.origins[0]}|{name}", "origin": update.origins[0]}
            | {"block": name.split("|")[2], "known_on": "2024-10-01", "months": 6}
            for name in names
        ]
    )
    for card in LATER:
        rows = [
            dict.fromkeys(COLUMNS, "")
            | {"origin_date": update.origins[0], "target": name, "model": card, "horizon": 6}
            | {"output_type": "score", "output_type_id": "log_score"}
            | {"value": 0.5 if card == better else 1.0}
            for name in names
        ]
        origin = {"card_digest": load_card(card).digest, "data_digest": digest_of_now()}
        origin |= {"package_version": toy.TAG.package_version} | changes
        Ledger(folder / card, origin).add(update.origins[0], card, pd.DataFrame(rows), asked, None)
