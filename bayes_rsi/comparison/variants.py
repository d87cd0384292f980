"""Other cards that differ from one in a single respect: what has to be fitted to see its effect.

Invariant: a variant changes nothing but what its name says, and has a name of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import xarray as xr

from bayes_rsi import names
from bayes_rsi.cards import TRENDS, Card, card_names, load_card
from bayes_rsi.errors import ModelError, did_you_mean

__all__ = ["variant", "variant_names"]


def variant_names(card: Card, panel: xr.Dataset) -> list[str]:
    """List the variants of a card.

    Parameters
    ----------
    card : Card
        What is fitted.
    panel : xarray.Dataset
        The scores.

    Returns
    -------
    list of str
        ``ceilings``; ``trend:<name>`` for each other trend; ``series:<name>``; ``lab:<name>``.
    """
    trends = [f"trend:{name}" for name in TRENDS if name != card.trend]
    series = [f"series:{name}" for name in panel[names.SERIES].values]
    labs = [f"lab:{name}" for name in np.unique(panel["lab"].values)]
    return ["ceilings", *trends, *series, *labs]


def variant(card: Card, panel: xr.Dataset, name: str) -> Card:
    """Give a variant of a card.

    Parameters
    ----------
    card : Card
        What is fitted.
    panel : xarray.Dataset
        The scores.
    name : str
        One of `variant_names`. ``ceilings`` turns them off where they are on and on where they are
        off; a trend takes the priors that the card lacks from the shipped card of that trend, and
        ``never`` too, where the card has that of the shipped card of its own trend: what a trend
        says itself must not be counted twice; a series or a lab is left out.

    Returns
    -------
    Card
        Named after the card and the variant.

    Raises
    ------
    ModelError
        When there is no such variant.

    Examples
    --------
    >>> variant(card, fit.panel, "trend:constant").trend
    'constant'
    """
    known = variant_names(card, panel)
    if name == f"trend:{card.trend}":
        raise ModelError(
            f"got variant '{name}', which is the trend of card '{card.name}' itself, expected "
            f"another one: {', '.join(one for one in known if one.startswith('trend:'))}"
        )
    if name not in known:
        hint = did_you_mean(name, known)
        raise ModelError(
            f"got variant '{name}', expected ceilings, trend:, series: or lab:. {hint}"
        )
    what, _, which = name.partition(":")
    named = replace(card, name=f"{card.name}, {name}")
    if what == "ceilings":
        return replace(named, use_ceilings=not card.use_ceilings)
    if what == "trend":
        return _with_trend(named, which)
    if what == "series":
        return _without(named, [name])
    return _without(named, panel[names.SYSTEM].values[panel["lab"].values == which].tolist())


def _with_trend(card: Card, trend: str) -> Card:
    own, other = _shipped(card.trend), _shipped(trend)
    priors = (dict(other.priors) if other else {}) | dict(card.priors)
    events = dict(card.events)
    if own and other:
        for name in events.keys() & own.events.keys() & other.events.keys():
            if events[name].never == own.events[name].never:
                told = other.events[name]
                events[name] = replace(events[name], never=told.never, never_why=told.never_why)
    return replace(card, trend=trend, priors=priors, events=events)


def _shipped(trend: str) -> Card | None:
    """Give the shipped card of a trend: the one of its name, or the first that has it."""
    having = [name for name in card_names() if load_card(name).trend == trend]
    if not having:
        return None
    return load_card(min(having, key=lambda name: (name != trend, name != "baseline")))


def _without(card: Card, left_out: Sequence[str]) -> Card:
    exclude = tuple({*card.evidence.exclude, *left_out})
    return replace(card, evidence=replace(card.evidence, exclude=exclude))
