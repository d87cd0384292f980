"""Which cards are weighed together as forms of the trend, and how much each is believed beforehand.

Invariant: prior weights sum to one, each has its `why` and its source, and every member is a
shipped card with a trend of its own. It is shipped as ``models/pool.toml``: a judgement like a
card's, read and refused by the same rules.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bayes_rsi.cards.shipped import card_names, load_card, models_folder, read_toml
from bayes_rsi.cards.toml import Table
from bayes_rsi.errors import did_you_mean
from bayes_rsi.units import as_date

__all__ = ["Member", "PoolCard", "Update", "load_pool_card"]

FILE = "pool.toml"
#: Prior weights may miss one by this much: they are written with few digits.
TOLERANCE = 1e-6
#: Days from one origin to the next: forecasts of a year ahead then share no outcome.
APART = 365


@dataclass(frozen=True)
class Member:
    """One form of the trend.

    Parameters
    ----------
    card : str
        Name of the shipped card.
    trend : str
        Its trend.
    weight : float
        Weight before anything was forecast, in (0, 1).
    why, source : str
        Reason, and where it is from.
    """

    card: str
    trend: str
    weight: float
    why: str
    source: str


@dataclass(frozen=True)
class Update:
    """How past forecasts move the weights.

    Parameters
    ----------
    strength : float
        How many systems the prior weights count as.
    origins : tuple of str
        Days of backtests that count, ISO, at least a year apart.
    until : str
        Outcomes that became known later do not count, ISO.
    why, source : str
        Reason, and where it is from.
    """

    strength: float
    origins: tuple[str, ...]
    until: str
    why: str
    source: str


@dataclass(frozen=True)
class PoolCard:
    """Forms of the trend with their prior weights.

    Parameters
    ----------
    why : str
        What is pooled.
    update : Update
        How weights move.
    members : mapping of str to Member
        By the name of the card, sorted.
    """

    why: str
    update: Update
    members: Mapping[str, Member] = field(hash=False)

    def __post_init__(self) -> None:
        """Copy the members into a read-only mapping, in an order that no file decides."""
        ordered = dict(sorted(self.members.items()))
        object.__setattr__(self, "members", MappingProxyType(ordered))

    def __reduce__(self) -> tuple[type[PoolCard], tuple[Any, ...]]:
        """Pickle and copy by content: a read-only mapping does neither."""
        return PoolCard, (self.why, self.update, dict(self.members))

    @property
    def weights(self) -> dict[str, float]:
        """Prior weights by card; they sum to one."""
        total = sum(member.weight for member in self.members.values())
        return {name: member.weight / total for name, member in self.members.items()}

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the content, hexadecimal; layout and comments do not enter."""
        members = {name: asdict(member) for name, member in self.members.items()}
        content = {"why": self.why, "update": asdict(self.update), "members": members}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def load_pool_card(path: str | Path | None = None) -> PoolCard:
    """Read and check which forms of the trend are pooled.

    Parameters
    ----------
    path : path, optional
        A TOML file. Default: the shipped one.

    Returns
    -------
    PoolCard
        Checked and frozen.

    Raises
    ------
    CardError
        For the first thing that is wrong, with file, table and key.

    Examples
    --------
    >>> sum(load_pool_card().weights.values())
    1.0
    """
    place = models_folder() / FILE if path is None else Path(path)
    top = Table(str(place), "", read_toml(place)).only(("why", "update", "members"))
    members = {name: _member(table, name) for name, table in top.tables("members")}
    _refuse_twins(top.table("members"), members)
    total = sum(member.weight for member in members.values())
    if abs(total - 1) > TOLERANCE:
        expected = "tables whose 'weight' sum to one"
        raise top.error("members", expected, f"They sum to {total:g}.")
    return PoolCard(top.text("why"), _update(top.table("update")), members)


def _member(table: Table, name: str) -> Member:
    if name not in (known := card_names()):
        hint = did_you_mean(name, known)
        raise Table(table.file, "members", {name: {}}).error(name, "a shipped card", hint)
    table.only(("weight", "why", "source"))
    weight = table.number("weight", "a weight above 0, at most 1", lambda value: 0 < value <= 1)
    trend = load_card(name).trend
    return Member(name, trend, weight, table.text("why"), table.text("source"))


def _refuse_twins(table: Table, members: Mapping[str, Member]) -> None:
    first: dict[str, str] = {}
    for name, member in members.items():
        other = first.setdefault(member.trend, name)
        if other != name:
            hint = f"'{other}' has trend '{member.trend}' too; it would count twice."
            raise table.error(name, "a card with a trend that no other member has", hint)


def _update(table: Table) -> Update:
    table.only(item.name for item in fields(Update))
    origins = _days(table, "origins")
    until = table.date("until")
    if origins and until <= max(origins):  # ISO dates sort as text
        raise table.error("until", f"a date after the last origin, {max(origins)}")
    return Update(
        strength=table.number(
            "strength", "a number of systems, not negative", lambda value: value >= 0
        ),
        origins=origins,
        until=until,
        why=table.text("why"),
        source=table.text("source"),
    )


def _days(table: Table, key: str) -> tuple[str, ...]:
    expected = "a list of ISO dates, rising, each at least a year after the one before"
    texts = table.texts(key)
    try:
        days: list[date] = [as_date(text) for text in texts]
    except ValueError:
        raise table.error(key, expected) from None
    if any((later - earlier).days < APART for earlier, later in pairwise(days)):
        raise table.error(key, expected, "Forecasts a year ahead would share outcomes.")
    return tuple(day.isoformat() for day in days)
