"""Card priors as PyMC variables.

Invariant: the only translation from card to PyMC; a prior keeps its name.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pymc as pm

from bayes_rsi.cards import PRIORS, Card, Prior
from bayes_rsi.errors import ModelError, did_you_mean

__all__ = ["distribution", "parameters", "refuse_unknown", "variable"]


def refuse_unknown(card: Card) -> None:
    """Refuse a prior that no part of the model asks for: most likely a misspelt one.

    The same as when a card is read, for cards that were put together in Python; there a known prior
    that this panel or trend does not need is fine.

    Parameters
    ----------
    card : Card
        The card.

    Raises
    ------
    ModelError
        With the closest known name.
    """
    known = {name for names in PRIORS.values() for name in names}
    for name in card.priors:
        if name not in known:
            raise ModelError(
                f"card '{card.name}': got prior '{name}', expected one that the model knows. "
                f"{did_you_mean(name, known)}"
            )


def variable(card: Card, name: str, dims: str | None = None) -> Any:
    """Register a card's prior in the model on the context stack.

    Parameters
    ----------
    card : Card
        The card.
    name : str
        Name of the prior; also of the variable.
    dims : str or None
        Dimension of an independent vector; None: a scalar.

    Returns
    -------
    tensor
        The variable, shape () or that of `dims`.
    """
    family, keywords = distribution(card.prior(name))
    return family(name, **keywords, dims=dims)


def parameters(card: Card, name: str, *families: str) -> tuple[float, ...]:
    """Give the numbers of a prior that the model needs to be of certain families.

    Parameters
    ----------
    card : Card
        The card.
    name : str
        Name of the prior.
    *families : str
        What it may be.

    Returns
    -------
    tuple of float
        In the order of `bayes_rsi.cards.FAMILIES`.

    Raises
    ------
    ModelError
        When the card has another family there.
    """
    prior = card.prior(name)
    if prior.family not in families:
        raise ModelError(
            f"card '{card.name}', prior '{name}': got family '{prior.family}', expected "
            f"{' or '.join(families)}, which the model builds on; restate the prior as that"
        )
    return prior.parameters


def distribution(prior: Prior) -> tuple[Any, dict[str, float]]:
    """Give the PyMC distribution of a prior and its keywords.

    Parameters
    ----------
    prior : Prior
        Prior of a card.

    Returns
    -------
    tuple
        Distribution class and keyword arguments.

    Raises
    ------
    ModelError
        When PyMC has no distribution of the family.
    """
    first, *rest = prior.parameters
    if prior.family == "scaled_beta":
        raise ModelError(
            f"prior '{prior.name}': got family 'scaled_beta', which only label errors take; "
            "expected normal, lognormal, halfnormal or beta"
        )
    if prior.family == "normal":
        return pm.Normal, {"mu": first, "sigma": rest[0]}
    if prior.family == "lognormal":
        return pm.LogNormal, {"mu": float(np.log(first)), "sigma": rest[0]}
    if prior.family == "halfnormal":
        return pm.HalfNormal, {"sigma": first}
    return pm.Beta, {"alpha": first, "beta": rest[0]}
