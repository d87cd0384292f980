"""The fits of the shipped cards, kept as headlines: what a maintainer runs when something changed.

Invariant: a headline that is of the card, evidence, version and seed of now is left as it is; every
file is written when its fit is done, so that a run that was killed goes on where it was.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from pathlib import Path

import bayes_rsi as rsi
from bayes_rsi.cards import load_pool_card, models_folder
from bayes_rsi.cli.progress import Tell, progress
from bayes_rsi.cli.shelf import origin, stored_headline, weighed
from bayes_rsi.errors import StoreError
from bayes_rsi.files import usable_folder, write_atomically
from bayes_rsi.pooling.headline import Headline, headline, learnt
from bayes_rsi.report.index import index, with_index
from bayes_rsi.report.stored import POOL, VERDICT, as_lines, pool_document, verdict_document
from bayes_rsi.transitions import TRANSITIONS

__all__ = ["Request", "run_verdicts", "write_index"]

PASSED, GATE_FAILED = 0, 3

#: By as-of date.
type Evidences = Mapping[str, rsi.Evidence]


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
        usable_folder(folder / card.name, (VERDICT,), "--models")
    evidence = _evidence(cards)
    note: Callable[[str], None] = _silent if request.quiet else partial(print, file=sys.stderr)
    if not request.only_index:
        with progress(sys.stderr, quiet=request.quiet) as tell:
            left = _left(request, folder, cards, evidence, note)
            for card, found in _headlines(left, evidence, request.seed, tell):
                text = as_lines(verdict_document(found))
                path = write_atomically(folder / card.name / VERDICT, text, "--models")
                note(f"{path}: {found.verdict.sentence()}")
    _refresh(folder, evidence, note)
    kept = [_current(folder, card, evidence) for card in cards]
    return GATE_FAILED if any(one and not one.verdict.passed for one in kept) else PASSED


def write_index(folder: Path, evidence: Evidences | None = None) -> list[Path]:
    """Write the table of cards into the pages that have a place for it.

    Parameters
    ----------
    folder : pathlib.Path
        With a folder for each card.
    evidence : mapping of str to Evidence, optional
        By as-of date, where it has been read already.

    Returns
    -------
    list of pathlib.Path
        Pages that were changed.
    """
    cards = [rsi.load_card(name) for name in rsi.card_names()]
    held = _evidence(cards, evidence)
    found = {card.name: _current(folder, card, held) for card in cards}
    table = index(cards, {name: one for name, one in found.items() if one is not None})
    changed = []
    beside = [folder.parent / "README.md"] if folder == models_folder() else []
    for page in (folder / "README.md", *beside):
        text = page.read_text(encoding="utf-8") if page.is_file() else ""
        if (new := with_index(text, table)) != text:
            changed.append(write_atomically(page, new, "--models"))
    return changed


def _silent(line: str) -> None:
    del line


def _evidence(cards: Iterable[rsi.Card], held: Evidences | None = None) -> dict[str, rsi.Evidence]:
    """Read the evidence of each as-of date once."""
    found = dict(held or {})
    for day in {card.as_of for card in cards} - found.keys():
        found[day] = rsi.load_evidence(as_of=day)
    return found


def _origin(card: rsi.Card, evidence: Evidences) -> dict[str, str]:
    return origin(card.as_of, evidence[card.as_of].digest)


def _current(folder: Path, card: rsi.Card, evidence: Evidences) -> Headline | None:
    try:
        return stored_headline(folder, card.name, _origin(card, evidence))
    except StoreError:
        return None


def _left(
    request: Request,
    folder: Path,
    cards: Iterable[rsi.Card],
    evidence: Evidences,
    note: Callable[[str], None],
) -> list[rsi.Card]:
    left = []
    for card in cards:
        found = None if request.refit else _current(folder, card, evidence)
        if found is not None and found.tag.seed == request.seed:
            note(f"{card.name}: {folder / card.name / VERDICT} is current.")
        else:
            left.append(card)
    return left


def _headlines(
    cards: list[rsi.Card], evidence: Evidences, seed: int, tell: Tell
) -> Iterator[tuple[rsi.Card, Headline]]:
    """Fit every model once, and project it with the events of each card that shares it."""
    done = 0
    ordered = sorted(cards, key=lambda card: card.model_digest)
    for _, sharing in groupby(ordered, key=lambda card: card.model_digest):
        group = list(sharing)
        named = f"{' + '.join(card.name for card in group)} ({done + 1} of {len(cards)})"
        told = partial(_tell, tell, named)
        first = rsi.fit(group[0], evidence[group[0].as_of], seed=seed, progress=told)
        for card in group:
            told("projecting", None)
            yield card, _projected(first, card)
        done += len(group)


def _tell(tell: Tell, named: str, stage: str, share: float | None) -> None:
    tell(f"{named}: {stage}", share)


def _projected(fit: rsi.Fit, card: rsi.Card) -> Headline:
    """Give the headline of a card that has the model of the card that was fitted."""
    tag = replace(fit.tag, card=card.name, card_digest=card.digest)
    own = replace(fit, card=card, tag=tag)
    posterior, prior = (fit.tree[group].to_dataset() for group in ("posterior", "prior"))
    found = learnt(posterior, prior, TRANSITIONS[card.trend].priors)
    return headline(rsi.forecast(own), rsi.forecast(own, group="prior"), card.trend, found)


def _refresh(folder: Path, evidence: Evidences, note: Callable[[str], None]) -> None:
    """Write pool and tables from what is stored."""
    members = load_pool_card()
    first = rsi.load_card(next(iter(members.members)))
    held = _evidence([first], evidence)
    try:
        pooled, why = weighed(folder, members, _origin(first, held))
    except StoreError as error:
        note(f"No pool: {error}.")
    else:
        text = as_lines(pool_document(pooled, members))
        path = write_atomically(folder / POOL, text, "--models")
        note(f"{path}: written." + (f" Weights as in pool.toml: {why}." if why else ""))
    for page in write_index(folder, held):
        note(f"{page}: table of cards written.")
