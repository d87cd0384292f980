"""The scalar quantities whose ranks are looked at.

Invariant: each is a function of one draw (and of the scores) alone, the same for the draw behind
the scores and for those of the posterior; what is random in the future is common to all of them.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from bayes_rsi import names
from bayes_rsi.cards import Card
from bayes_rsi.forecasting.events import crossing, dated, dice_of, judged_dice, required
from bayes_rsi.forecasting.paths import continued
from bayes_rsi.units import year_of_date

__all__ = [
    "CHANCE",
    "EVENT",
    "LAST_FRONTIER",
    "chances",
    "derived",
    "hyperparameters",
    "is_headline",
    "scalars",
]

#: The event and the day of the headline.
EVENT, DAY = "end_to_end", "2028-12-31"
CHANCE = f"P({EVENT} by {DAY})"
LAST_FRONTIER = "frontier at the last knot"
#: Functions of the parameters that people read.
DERIVED = (
    names.SUITE_ERROR,
    names.GROWTH,
    names.CEILING,
    names.DIFFICULTY,
    names.SLOPE,
    names.SPEEDUP_DIFFICULTY,
    names.SPEEDUP_SLOPE,
    names.RATIO_DIFFICULTY,
    names.RATIO_SLOPE,
    names.COUNT_DIFFICULTY,
    names.COUNT_SLOPE,
)
#: How far beyond the day an internal lead can bring it forward, years.
LEAD = 2.0
#: Seed of the futures that all draws have in common.
FUTURES = 1


def hyperparameters(draws: xr.Dataset, card: Card) -> xr.Dataset:
    """Give every element of every prior of the card that the model has.

    Parameters
    ----------
    draws : xarray.Dataset
        Variables of the model (chain, draw, ...).
    card : Card
        Its priors.

    Returns
    -------
    xarray.Dataset
        Scalars (chain, draw), called ``name`` or ``name[label]``.
    """
    return _elements(draws, [name for name in sorted(card.priors) if name in draws])


def is_headline(name: str, card: Card) -> bool:
    """Say whether the verdict depends on a quantity; others are told beside it.

    Parameters
    ----------
    name : str
        Of a quantity.
    card : Card
        Its priors.

    Returns
    -------
    bool
        True for every element of a prior, the frontier at the last knot and the chance.

    Examples
    --------
    >>> is_headline(CHANCE, card), is_headline("slope[paperbench]", card)
    (True, False)
    """
    return name in (LAST_FRONTIER, CHANCE) or name.partition("[")[0] in card.priors


def derived(draws: xr.Dataset) -> xr.Dataset:
    """Give what people read of a posterior: the frontier, growth, ceilings and curves.

    Parameters
    ----------
    draws : xarray.Dataset
        Variables of the model (chain, draw, ...).

    Returns
    -------
    xarray.Dataset
        Scalars (chain, draw).
    """
    found = _elements(draws, [name for name in DERIVED if name in draws])
    last = draws[names.FRONTIER].isel({names.DATE: -1}, drop=True)
    return found.assign({LAST_FRONTIER: last})


def scalars(draws: xr.Dataset, card: Card) -> xr.Dataset:
    """Give all quantities that cost nothing.

    Parameters
    ----------
    draws : xarray.Dataset
        Variables of the model (chain, draw, ...).
    card : Card
        Its priors.

    Returns
    -------
    xarray.Dataset
        Scalars (chain, draw); what does not vary is left out.
    """
    both = hyperparameters(draws, card).merge(derived(draws))
    if both.sizes[names.DRAW] == 1:
        return both
    return both[[name for name, values in both.items() if np.ptp(values.values) > 0]]


def _elements(draws: xr.Dataset, wanted: list[str]) -> xr.Dataset:
    found = {}
    for name in wanted:
        dims = [dim for dim in draws[name].dims if dim not in (names.CHAIN, names.DRAW)]
        if not dims:
            found[name] = draws[name]
            continue
        (dim,) = dims
        for label in draws[dim].values:
            found[f"{name}[{label}]"] = draws[name].sel({dim: label}, drop=True)
    return xr.Dataset(found)


def chances(draws: xr.Dataset, panel: xr.Dataset, card: Card) -> np.ndarray:
    """Give P(event by the day), given a draw and that it had not happened by the as-of date.

    Each draw is continued by the same futures and judged by the same uniforms, so this is a
    function of the draw. Where the event would have happened by now in all futures it is 1.

    Parameters
    ----------
    draws : xarray.Dataset
        Variables of the model (chain, draw, ...).
    panel : xarray.Dataset
        The scores.
    card : Card
        Its events; as many futures as it has replicates.

    Returns
    -------
    numpy.ndarray
        Shape (chain, draw).
    """
    day, as_of = (float(year_of_date(each)) for each in (DAY, card.as_of))
    event, replicates = card.events[EVENT], card.forecast.replicates
    paths = continued(draws, card, day + LEAD, FUTURES, common=True)
    size = len(paths.values) // replicates
    uniforms = {
        name: np.tile(values, size)
        for name, values in judged_dice(event, replicates, FUTURES).items()
    }
    met = [
        crossing(item, paths, draws, panel, uniforms.get(dice_of(item)))
        for item in required(event, panel)
    ]
    years = dated(event, np.stack(met), uniforms, (as_of, day + LEAD)).year.reshape(paths.shape)
    known = ~np.isnan(years)
    came = np.sum(years <= day, axis=-1)
    return np.where(known.any(axis=-1), came / np.maximum(known.sum(axis=-1), 1), 1.0)
