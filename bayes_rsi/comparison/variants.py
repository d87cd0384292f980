"""Other cards that differ from one in a single respect: what has to be fitted to see its effect.

Invariant: a variant changes nothing but what its name says, and has a name of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import xarray as xr

from bayes_rsi import names
from bayes_rsi.cards import TRENDS, Card, Prior, card_names, load_card
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
        off; a trend takes the priors that the card lacks from the shipped card of that trend; a
        series or a lab is left out.

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
        return replace(named, trend=which, priors=_shipped_priors(which) | dict(card.priors))
    if what == "series":
        return _without(named, [name])
    return _without(named, panel[names.SYSTEM].values[panel["lab"].values == which].tolist())


def _shipped_priors(trend: str) -> dict[str, Prior]:
    """Give the priors of the shipped card of a trend, for those that a card does not have."""
    names_of = [name for name in card_names() if load_card(name).trend == trend]
    return dict(load_card(trend if trend in names_of else names_of[0]).priors) if names_of else {}


def _without(card: Card, left_out: Sequence[str]) -> Card:
    exclude = tuple({*card.evidence.exclude, *left_out})
    return replace(card, evidence=replace(card.evidence, exclude=exclude))
