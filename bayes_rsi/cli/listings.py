"""Lists for people and documents for machines: cards, series of scores, what is wrong with tables.

Invariant: both forms say the same, from the same facts.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import bayes_rsi as rsi
from bayes_rsi.errors import Problem
from bayes_rsi.report.document import as_json
from bayes_rsi.report.tables import WIDTH, aligned

__all__ = ["list_cards", "list_problems", "list_series"]


def list_cards(json: bool = False) -> str:
    """List the shipped cards.

    Parameters
    ----------
    json : bool, default False
        As a document.

    Returns
    -------
    str
        Name, as-of date and title, then the events; titles go on below themselves.
    """
    cards = [rsi.load_card(name) for name in rsi.card_names()]
    plain = ("name", "title", "trend", "as_of", "digest")
    facts = [
        {key: getattr(card, key) for key in plain} | {"events": list(card.events)} for card in cards
    ]
    if json:
        return as_json({"cards": facts})
    room = WIDTH - max(len(card.name) for card in cards) - len("  2026-06-30  ")
    rows = [["card", "as of", "title (events)"]]
    for card in facts:
        lines = textwrap.wrap(card["title"], room, break_on_hyphens=False)
        lines += textwrap.wrap(f"({', '.join(card['events'])})", room)
        rows += [[card["name"], card["as_of"], lines[0]], *(["", "", line] for line in lines[1:])]
    return aligned(rows) + "\n"


def list_series(json: bool = False) -> str:
    """List the series of the shipped tables.

    Parameters
    ----------
    json : bool, default False
        As a document.

    Returns
    -------
    str
        One line each: name, kind, role, number of scores and of systems, first and last day.
    """
    facts = _series()
    if json:
        return as_json({"series": facts})
    head = ["series", "kind", "role", "scores", "systems", "first", "last"]
    return aligned([head, *([f"{row[key]}" for key in head] for row in facts)]) + "\n"


def _series() -> list[Mapping[str, Any]]:
    evidence = rsi.load_evidence()
    counted = evidence.scores[evidence.scores["excluded"] == ""].groupby("series")
    facts = counted.agg(
        scores=("value", "size"),
        systems=("system", "nunique"),
        first=("known_on", "min"),
        last=("known_on", "max"),
    )
    for end in ("first", "last"):
        facts[end] = facts[end].dt.strftime("%Y-%m-%d")
    told = evidence.series.set_index("series")[["kind", "role"]].join(facts, how="inner")
    return told.sort_index().reset_index().to_dict("records")  # type: ignore[return-value]


def list_problems(problems: Sequence[Problem]) -> str:
    """Write what is wrong with tables as a document.

    Parameters
    ----------
    problems : sequence of Problem
        May be empty.

    Returns
    -------
    str
        JSON.
    """
    told = [asdict(one) | {"value": str(one.value)} for one in problems]
    return as_json({"problems": told})
