"""The posterior of one fit as the prior of the next.

Invariant: each prior keeps its family; its numbers are those that give it the moments of the
posterior draws. What the posterior says of several numbers together is lost, and of single systems
and series too: prefer a joint fit where there is one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from bayes_rsi import names
from bayes_rsi.cards import Card, Prior
from bayes_rsi.errors import ModelError, did_you_mean
from bayes_rsi.posterior import Fit

__all__ = ["OF_PANEL", "matched", "posterior_as_prior"]

#: What is told from the mean and the growth of the systems of one panel.
OF_PANEL = (names.HORIZON_AT_LEVEL, "horizon_rate")


def matched(prior: Prior, draws: np.ndarray, why: str) -> Prior:
    """Give the prior of one family with the moments of draws.

    Parameters
    ----------
    prior : Prior
        Whose family, name and unit it has.
    draws : numpy.ndarray
        Of the quantity, any shape.
    why : str
        Reason, for the card.

    Returns
    -------
    Prior
        ``normal``: mean and standard deviation; ``lognormal``: those of the logarithm;
        ``halfnormal``: the root of the mean square; ``beta``: mean and variance, ``scaled_beta``
        those of the share of its largest value.

    Examples
    --------
    >>> prior = Prior("x", "normal", (0.0, 9.0), "1", "wide", "judgement")
    >>> matched(prior, np.array([1.0, 3.0]), "as measured").parameters
    (2.0, 1.0)
    """
    values = np.asarray(draws, dtype=float).ravel()
    numbers: tuple[float, ...]
    if prior.family == "normal":
        numbers = (values.mean(), values.std())
    elif prior.family == "lognormal":
        logs = np.log(values)
        numbers = (float(np.exp(logs.mean())), logs.std())
    elif prior.family == "halfnormal":
        numbers = (float(np.sqrt(np.mean(values**2))),)
    else:
        most = prior.parameters[2:]  # none of a plain beta
        part = values / most[0] if most else values
        mean = part.mean()
        size = mean * (1 - mean) / part.var() - 1
        numbers = (mean * size, (1 - mean) * size, *most)
    return replace(prior, parameters=tuple(map(float, numbers)), why=why, source="an earlier fit")


def posterior_as_prior(fit: Fit, only: Iterable[str] | None = None) -> Card:
    """Give the card of the next fit: priors of single numbers as the posterior has them.

    Parameters
    ----------
    fit : Fit
        The earlier fit.
    only : iterable of str, optional
        Names of priors; default: all of single numbers but those of `OF_PANEL`, which say nothing
        about other systems.

    Returns
    -------
    Card
        Under another name. Fit it to other scores, never to the same ones again.

    Raises
    ------
    ModelError
        When a name is not that of a prior of a single number, or one of `OF_PANEL`.

    Examples
    --------
    >>> posterior_as_prior(fit, ["growth_drift"]).prior("growth_drift").parameters  # doctest: +SKIP
    (0.31, 0.25)
    """
    posterior = fit.tree["posterior"].to_dataset()
    single = {names.CHAIN, names.DRAW}
    known = [n for n in fit.card.priors if n in posterior and set(posterior[n].dims) == single]
    chosen = [n for n in known if n not in OF_PANEL] if only is None else list(only)
    for name in chosen:
        if name in OF_PANEL:
            raise ModelError(
                f"got '{name}', expected a quantity that means the same for other scores: this one "
                "is relative to the systems of this fit; leave it out"
            )
        if name not in known:
            raise ModelError(
                f"got '{name}', expected a prior of a single number in the fit. "
                f"{did_you_mean(name, known)}"
            )
    why = f"Posterior of card '{fit.card.name}', evidence known by {fit.tag.as_of}, moment-matched."
    new = {n: matched(fit.card.priors[n], posterior[n].values, why) for n in chosen}
    name = f"{fit.card.name}, after {fit.tag.as_of}"
    return replace(fit.card, name=name, priors=dict(fit.card.priors) | new)
