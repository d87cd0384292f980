"""Results stored beside the shipped cards: which can be used now, and what makes the others anew.

Invariant: a stored result is used only with the card, evidence, as-of date and version that it was
made with; otherwise one `StoreError` says what differs and which command refreshes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from bayes_rsi.cards import PoolCard, load_card, load_pool_card, models_folder
from bayes_rsi.checks.court.ledger import Ledger
from bayes_rsi.checks.court.shared import answered_by_all
from bayes_rsi.errors import StoreError
from bayes_rsi.pooling.headline import Headline
from bayes_rsi.pooling.pool import Pool, Weights, given_none_yet, pool, weigh
from bayes_rsi.report.stored import POOL, VERDICT, read_headline, read_weights
from bayes_rsi.tags import Tag

__all__ = ["origin", "stored_headline", "stored_pool", "stored_weights", "weighed"]

Origin = Mapping[str, str]


def origin(as_of: str, data_digest: str) -> dict[str, str]:
    """Give what all results that are told together must share, in the words of a tag.

    Parameters
    ----------
    as_of, data_digest : str
        Of the evidence.

    Returns
    -------
    dict of str to str
        With the version of this package.
    """
    release = version("bayes-rsi")
    return {"as_of": as_of, "data_digest": data_digest, "package_version": release}


def stored_headline(folder: Path, name: str, wanted: Origin) -> Headline:
    """Read the headline of a shipped card, if it is of the card and the evidence of now.

    Parameters
    ----------
    folder : pathlib.Path
        With a folder for each card.
    name : str
        Name of the card.
    wanted : mapping of str to str
        From `origin`.

    Returns
    -------
    Headline
        As it was stored.

    Raises
    ------
    StoreError
        When it is missing, damaged, or of something else.
    """
    path = folder / name / VERDICT
    found = read_headline(path)
    _refuse_strangers(path, found.tag.as_dict(), {**wanted, "card_digest": load_card(name).digest})
    return found


def weighed(folder: Path, card: PoolCard, wanted: Origin) -> tuple[Pool, str]:
    """Pool the stored headlines, with weights from the stored backtests.

    Parameters
    ----------
    folder : pathlib.Path
        With a folder for each card.
    card : PoolCard
        Members and prior weights.
    wanted : mapping of str to str
        From `origin`.

    Returns
    -------
    tuple
        The pool, and why backtests were not used; empty when they were.

    Raises
    ------
    StoreError
        When a headline cannot be used.
    """
    members = {name: stored_headline(folder, name, wanted) for name in card.members}
    weights, why = stored_weights(folder, card, wanted)
    fresh = given_none_yet(members, weights)
    if not why:
        return pool(members, fresh), ""
    try:  # an installed package has no tables of backtests, but what was made of them
        kept = _kept_weights(folder, card, members, wanted)
    except StoreError:
        return pool(members, fresh), why
    return pool(members, kept if kept.outcomes else fresh), "" if kept.outcomes else why


def stored_weights(folder: Path, card: PoolCard, wanted: Origin) -> tuple[Weights, str]:
    """Weigh the members by their stored backtests, or as beforehand where one is missing.

    Parameters
    ----------
    folder : pathlib.Path
        With a folder for each card.
    card : PoolCard
        Members and prior weights.
    wanted : mapping of str to str
        From `origin`.

    Returns
    -------
    tuple
        Weights, and why backtests were not used; empty when they were.
    """
    ledgers = {name: Ledger(folder / name, {}) for name in card.members}
    try:
        for name, ledger in ledgers.items():
            _refuse_backtest(name, ledger, wanted)
    except StoreError as error:
        return weigh(card, pd.DataFrame()), str(error)
    shared = answered_by_all(ledgers, card.update)
    none = "the stored backtests have no outcome in common from the origins of pool.toml"
    return weigh(card, shared), "" if len(shared) else none


def stored_pool(tag: Tag, folder: Path | None = None) -> Pool:
    """Give the stored pool for a forecast of the same evidence.

    Parameters
    ----------
    tag : Tag
        Origin of the forecast.
    folder : pathlib.Path, optional
        With a folder for each card. Default: that of the shipped cards.

    Returns
    -------
    Pool
        With the weights that were stored.

    Raises
    ------
    StoreError
        When a part of it is missing, damaged, or of something else.
    """
    place, card = folder or models_folder(), load_pool_card()
    wanted = origin(tag.as_of, tag.data_digest)
    members = {name: stored_headline(place, name, wanted) for name in card.members}
    return pool(members, _kept_weights(place, card, members, wanted))


def _kept_weights(
    folder: Path, card: PoolCard, members: Mapping[str, Headline], wanted: Origin
) -> Weights:
    """Read the weights of pool.json, if it was made of these headlines."""
    path = folder / POOL
    held, weights = read_weights(path)
    _refuse_strangers(path, held, {**wanted, "pool_digest": card.digest}, "pool --write")
    for name, member in members.items():
        here = {"card_digest": member.tag.card_digest, "seed": member.tag.seed}
        _refuse_strangers(path, held["members"].get(name, {}), here, "pool --write")
    return weights


def _refuse_backtest(name: str, ledger: Ledger, wanted: Origin) -> None:
    path = ledger.folder / "backtest.json"
    found = ledger.record().get("origin")
    command = f"backtest --card {name}"
    if found is None:
        raise StoreError(
            f"{path}: got no file, expected a backtest; `bayes-rsi {command}` makes it"
        )
    same = {"card_digest": load_card(name).digest, "data_digest": wanted["data_digest"]}
    _refuse_strangers(path, found, same | {"package_version": wanted["package_version"]}, command)


def _refuse_strangers(
    path: Path, found: Mapping[str, object], wanted: Mapping[str, object], command: str = "verdicts"
) -> None:
    for key, value in wanted.items():
        if found.get(key) != value:
            raise StoreError(
                f"{path}: got a result of {key} {_short(found.get(key))}, expected "
                f"{_short(value)}; `bayes-rsi {command}` makes it anew"
            )


def _short(value: object) -> str:
    """Shorten a digest."""
    text = str(value)
    return text[:12] if len(text) == 64 else text
