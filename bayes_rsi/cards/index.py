"""The list of the shipped cards as a Markdown table: ``python -m bayes_rsi.cards.index``.

Invariant: the table in models/README.md is what this prints (tests/cards/test_index.py).
"""

from __future__ import annotations

from collections.abc import Iterable

from bayes_rsi.cards.facts import Card
from bayes_rsi.cards.shipped import card_names, load_card

__all__ = ["index"]


def index(cards: Iterable[Card]) -> str:
    """Write cards as rows of a Markdown table.

    Parameters
    ----------
    cards : iterable of Card
        In the order of the rows.

    Returns
    -------
    str
        Header and one line for each card: name, trend, title, number of judged distributions.
    """
    rows = [
        f"| `{card.name}` | {card.trend} | {card.title.replace('|', '/')} | {len(card.judged)} |"
        for card in cards
    ]
    return "\n".join(["| card | trend | in one line | priors |", "|---|---|---|---|", *rows])


if __name__ == "__main__":
    print(index(load_card(name) for name in card_names()))
