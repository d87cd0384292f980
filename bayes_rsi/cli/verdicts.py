"""The fits of the shipped cards, kept as headlines: what a maintainer runs when something changed.

Invariant: a headline that is of the card, evidence, version and seed of now is left as it is; every
file is written when its fit is done, so that a run that was killed goes on where it was.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from pathlib import Path

import bayes_rsi as rsi
from bayes_rsi.cards import load_pool_card, models_folder
from bayes_rsi.cli.progress import Tell, progress
from bayes_rsi.cli.shelf import origin, stored_headline, weighed
from bayes_rsi.errors import StoreError
from bayes_rsi.pooling.headline import Headline, headline
from bayes_rsi.report.index import index, with_index
from bayes_rsi.report.stored import POOL, VERDICT, as_lines, pool_document, verdict_document
from bayes_rsi.report.writing import usable_folder, write_atomically

__all__ = ["Request", "run_verdicts", "write_index"]

PASSED, GATE_FAILED = 0, 3


@dataclass(frozen=True)
class Request:
    """What the user asks for.

    Parameters
    ----------
    cards : tuple of str
        Names of shipped cards; empty: all.
    models : pathlib.Path or None
        Folder of the results; None: that of the shipped cards.
    seed : int
        Seed.
    refit, quiet, only_index : bool
        Fit again what is current; no progress; fit nothing, refresh pool and tables.
    """

    cards: tuple[str, ...] = ()
    models: Path | None = None
    seed: int = 1
    refit: bool = False
    quiet: bool = False
    only_index: bool = False


def run_verdicts(request: Request) -> int:
    """Fit the shipped cards one after another and keep what each says.

    Parameters
    ----------
    request : Request
        What is asked for.

    Returns
    -------
    int
        Exit code: 0, or 3 when a convergence gate failed in a fit that was asked for.

    Raises
    ------
    BayesRsiError
        When a card or the folder is wrong; nothing has been written then.
    """
    folder = request.models or models_folder()
    cards = [rsi.load_card(name) for name in request.cards or rsi.card_names()]
    for card in cards:
        usable_folder(folder / card.name, (VERDICT,))
    digests = _digests(cards)
    note: Callable[[str], None] = _silent if request.quiet else partial(print, file=sys.stderr)
    if not request.only_index:
        with progress(sys.stderr, quiet=request.quiet) as tell:
            _fit_all(_left(request, folder, cards, digests, note), request, folder, tell, note)
    _refresh(folder, note)
    found = [_current(folder, card, digests) for card in cards]
    return GATE_FAILED if any(one and not one.verdict.passed for one in found) else PASSED


def write_index(folder: Path) -> list[Path]:
    """Write the table of cards into the pages that have a place for it.

    Parameters
    ----------
    folder : pathlib.Path
        With a folder for each card.

    Returns
    -------
    list of pathlib.Path
        Pages that were changed.
    """
    cards = [rsi.load_card(name) for name in rsi.card_names()]
    digests = _digests(cards)
    found = {card.name: _current(folder, card, digests) for card in cards}
    table = index(cards, {name: one for name, one in found.items() if one is not None})
    changed = []
    for page in (folder / "README.md", folder.parent / "README.md"):
        text = page.read_text(encoding="utf-8") if page.is_file() else ""
        if (new := with_index(text, table)) != text:
            changed.append(write_atomically(page, new))
    return changed


def _silent(line: str) -> None:
    del line


def _digests(cards: Iterable[rsi.Card]) -> dict[str, str]:
    """Give the digest of the evidence of each as-of date."""
    return {day: rsi.load_evidence(as_of=day).digest for day in {card.as_of for card in cards}}


def _current(folder: Path, card: rsi.Card, digests: dict[str, str]) -> Headline | None:
    try:
        return stored_headline(folder, card.name, origin(card.as_of, digests[card.as_of]))
    except StoreError:
        return None


def _left(
    request: Request,
    folder: Path,
    cards: list[rsi.Card],
    digests: dict[str, str],
    note: Callable[[str], None],
) -> list[rsi.Card]:
    left = []
    for card in cards:
        found = None if request.refit else _current(folder, card, digests)
        if found is not None and found.tag.seed == request.seed:
            note(f"{card.name}: {folder / card.name / VERDICT} is current.")
        else:
            left.append(card)
    return left


def _fit_all(
    cards: list[rsi.Card], request: Request, folder: Path, tell: Tell, note: Callable[[str], None]
) -> None:
    done = 0
    ordered = sorted(cards, key=lambda card: card.model_digest)
    for _, group in groupby(ordered, key=lambda card: card.model_digest):
        for card, found in _headlines(list(group), request.seed, tell, f"of {len(cards)}", done):
            path = write_atomically(folder / card.name / VERDICT, as_lines(verdict_document(found)))
            note(f"{path}: {found.verdict.sentence()}")
            done += 1


def _headlines(
    cards: list[rsi.Card], seed: int, tell: Tell, count: str, done: int
) -> Iterator[tuple[rsi.Card, Headline]]:
    """Fit the model that the cards share, and project it with the events of each."""

    def told(stage: str, share: float | None) -> None:
        tell(f"{cards[0].name} ({done + 1} {count}): {stage}", share)

    first = rsi.fit(cards[0], rsi.load_evidence(as_of=cards[0].as_of), seed=seed, progress=told)
    for card in cards:
        told("projecting", None)
        tag = replace(first.tag, card=card.name, card_digest=card.digest)
        fit = replace(first, card=card, tag=tag)
        yield card, headline(rsi.forecast(fit), rsi.forecast(fit, group="prior"), card.trend)


def _refresh(folder: Path, note: Callable[[str], None]) -> None:
    """Write pool and tables from what is stored."""
    card = load_pool_card()
    day = rsi.load_card(next(iter(card.members))).as_of
    try:
        pooled, why = weighed(folder, card, origin(day, rsi.load_evidence(as_of=day).digest))
    except StoreError as error:
        note(f"No pool: {error}.")
    else:
        path = write_atomically(folder / POOL, as_lines(pool_document(pooled, card)))
        note(f"{path}: written." + (f" Weights as in pool.toml: {why}." if why else ""))
    for page in write_index(folder):
        note(f"{page}: table of cards written.")
