"""The list of the shipped cards as a Markdown table, with what their stored fits say.

Invariant: the tables between the markers in README.md and models/README.md are what this gives for
the files of now (tests/report/test_index.py); `bayes-rsi verdicts` writes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

from bayes_rsi.cards import Card
from bayes_rsi.forecasting.summary import quantile_label
from bayes_rsi.pooling.headline import Headline
from bayes_rsi.report.tables import in_percent

__all__ = ["index", "with_index"]

#: Event and days of the columns with numbers.
EVENT, DAYS = "end_to_end", (date(2027, 12, 31), date(2028, 12, 31))
_MARKED = re.compile(r"(?<=<!-- index -->\n\n).*?(?=\n\n<!-- /index -->)", re.DOTALL)


def index(cards: Iterable[Card], stored: Mapping[str, Headline]) -> str:
    """Write cards as rows of a Markdown table.

    Parameters
    ----------
    cards : iterable of Card
        In the order of the rows.
    stored : mapping of str to Headline
        Headlines of their fits, by name, of those that have a current one.

    Returns
    -------
    str
        Header and one line for each card: name, trend, title, number of judged distributions, then
        of `EVENT` the probability by `DAYS` in percent and the median, and whether the convergence
        gates passed; "-" without a fit.
    """
    head = ["card", "trend", "in one line", "priors"]
    head += [*(f"by end of {day.year}, %" for day in DAYS), "median", "gates"]
    rows = [head, ["---"] * len(head)]
    rows += [[*_said(card), *_found(stored.get(card.name))] for card in cards]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def with_index(text: str, table: str) -> str:
    """Put the table between the markers of a page.

    Parameters
    ----------
    text : str
        A page; without markers it stays as it is.
    table : str
        From `index`.

    Returns
    -------
    str
        The page.
    """
    return _MARKED.sub(lambda _: table, text)


def _said(card: Card) -> list[str]:
    return [f"`{card.name}`", card.trend, card.title.replace("|", "/"), str(len(card.judged))]


def _found(headline: Headline | None) -> list[str]:
    if headline is None or EVENT not in headline.events:
        return ["-"] * (len(DAYS) + 2)
    event = headline.events[EVENT]
    by = event.probability_by  # without the days that are over
    shares = [in_percent(by[day]) if day in by else "-" for day in DAYS]
    return [*shares, quantile_label(event, 0.5), "pass" if headline.verdict.passed else "FAIL"]
