"""Data against judgement: whose uncertainty the uncertainty of an event by a day is.

Invariant: the shares are those of Var 1{T* <= day} over independent blocks of inputs, on the
futures of the forecast and a second set of them; Shapley shares sum to one.

    V(u)        = Var E[1{T* <= day} | inputs in u]
    first order = V({i}) / V(all)
    total       = 1 - V(all but i) / V(all)
    Shapley     = mean over orders of the inputs of (V(up to i) - V(before i)) / V(all)

The blocks are independent only as long as nothing is known of the events, so futures in which one
had happened by the as-of date are counted too, as any other date of this event would be.

V(u) is estimated by pick and freeze: the covariance of the indicator with the one that shares the
inputs in u and has others drawn anew (Sobol 2001, https://doi.org/10.1016/S0378-4754(00)00270-6;
Owen 2014, https://doi.org/10.1137/130936233). Every subset is evaluated, so nothing is sampled but
the futures; errors are by the jackknife over blocks of posterior draws.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi import names
from bayes_rsi.cards import Requirement
from bayes_rsi.forecasting.dice import dice
from bayes_rsi.forecasting.events import crossing, dated, dice_of, required
from bayes_rsi.forecasting.futures import Futures
from bayes_rsi.forecasting.paths import Paths, continued

__all__ = ["DATA", "FUTURE", "counted", "shapley", "shares"]

#: Blocks that are not judged: what the scores say, and chance in the growth still to come.
DATA, FUTURE = "data", "future"
#: Blocks of draws for the jackknife; draws are exchanged within a block.
BLOCKS = 20
LONGEST = 0.99999


@dataclass(frozen=True, eq=False)
class _World:
    """Everything that decides dates in one set of futures, and the other set."""

    futures: Futures
    draws: tuple[xr.Dataset, xr.Dataset]
    paths: dict[tuple[int, int], Paths]
    uniforms: tuple[dict[str, np.ndarray], dict[str, np.ndarray]]


def shares(futures: Futures, event: str, year: float) -> pd.DataFrame:
    """Share out the variance of an event's having happened by a time.

    Parameters
    ----------
    futures : Futures
        Behind a forecast.
    event : str
        Name of the event.
    year : float
        Decimal year.

    Returns
    -------
    pandas.DataFrame
        One row for each block: ``input`` (``data``: the posterior; ``future``: growth still to
        come; else a judged quantity), ``kind`` (data, chance, judgement), ``first``, ``shapley``,
        ``total`` and their standard errors ``..._mcse``. Shares may come out a little below zero.

    Notes
    -----
    Futures in which the event would have happened by the as-of date count as not having it, so
    that the inputs stay independent.
    """
    world = _world(futures, event, year)
    inputs = [DATA, FUTURE, *world.uniforms[0]]
    flags = _flags(world, event, year, inputs)
    whole, each = _jackknife(flags, futures.paths.shape, len(inputs))
    table = pd.DataFrame({"input": inputs, "kind": [_kind(name) for name in inputs]})
    size = len(each)
    for position, name in enumerate(("first", "shapley", "total")):
        spread = np.array([values[position] for values in each])
        table[name] = whole[position]
        table[f"{name}_mcse"] = np.sqrt((size - 1) * spread.var(axis=0))
    return table


def counted(futures: Futures, event: str, year: float) -> float:
    """Give the probability whose variance is shared out: nothing is known of the events in it.

    Parameters
    ----------
    futures : Futures
        Behind a forecast.
    event : str
        Name of the event.
    year : float
        Decimal year.

    Returns
    -------
    float
        Share of all futures, those that contradict the past among them, with the event between
        the as-of date and the year.
    """
    scene = futures.scene(event)
    dates = dated(scene.event, scene.met, scene.uniforms, scene.span)
    return float(np.mean(dates.year <= year))


def shapley(values: np.ndarray, count: int) -> np.ndarray:
    """Give Shapley values of a game.

    Parameters
    ----------
    values : numpy.ndarray
        Worth of every coalition, shape (2 ** count,); bit i of the index says that i is in it.
    count : int
        Number of players.

    Returns
    -------
    numpy.ndarray
        Shape (count,), summing to the worth of all less that of none.

    Examples
    --------
    >>> shapley(np.array([0.0, 1.0, 1.0, 4.0]), 2)
    array([2., 2.])
    """
    subsets = np.arange(2**count)
    sizes = np.array([int(u).bit_count() for u in subsets])
    found = np.empty(count)
    for i in range(count):
        without = subsets[(subsets >> i) & 1 == 0]
        weight = np.array(
            [1 / (count * math.comb(count - 1, size)) for size in sizes[without].tolist()]
        )
        found[i] = np.sum(weight * (values[without | (1 << i)] - values[without]))
    return found


def _kind(name: str) -> str:
    return {DATA: "data", FUTURE: "chance"}.get(name, "judgement")


def _world(futures: Futures, event: str, year: float) -> _World:
    """Draw the second set: posterior draws exchanged within blocks, everything else anew."""
    scene = futures.scene(event)
    until = year + float(scene.event.lead.quantile(LONGEST))
    # Wide variables that decide no date are left out: exchanging them would take the time.
    other = _exchanged(futures.draws)
    draws = (futures.draws, other)
    paths = {
        (a, b): continued(draws[a], futures.card, until, _seed(futures.seed, b))
        for a in (0, 1)
        for b in (0, 1)
    }
    again = {
        name: dice(futures.seed, f"{name}, again").random(futures.size) for name in scene.uniforms
    }
    return _World(futures, draws, paths, (scene.uniforms, again))


def _seed(seed: int, again: int) -> int:
    """Give the seed of the future, or another one that depends on it."""
    return int(dice(seed, "future, again").integers(2**31)) if again else seed


def _exchanged(draws: xr.Dataset) -> xr.Dataset:
    size = draws.sizes[names.DRAW]
    order = np.concatenate([np.roll(block, len(block) // 2) for block in _blocks(size)])
    kept = draws.drop_dims([d for d in (names.SYSTEM, names.STEP) if d in draws.dims])
    return kept.isel({names.DRAW: order}).assign_coords({names.DRAW: draws[names.DRAW].values})


def _blocks(size: int) -> list[np.ndarray]:
    return [b for b in np.array_split(np.arange(size), min(BLOCKS, size // 2)) if len(b)]


def _flags(world: _World, event: str, year: float, inputs: list[str]) -> np.ndarray:
    """Give 1{T* <= year} with each input from the first set (bit set) or the second."""
    futures, count = world.futures, len(inputs)
    scene, place = futures.scene(event), {name: i for i, name in enumerate(inputs)}
    items = required(scene.event, futures.panel)
    met: dict[tuple[str, int, int, int], np.ndarray] = {}

    def crossed(item: Requirement, data: int, chance: int, own: int) -> np.ndarray:
        key = item.name, data, chance, own
        if key not in met:
            uniform = world.uniforms[own].get(dice_of(item))
            paths, draws = world.paths[data, chance], world.draws[data]
            met[key] = crossing(item, paths, draws, futures.panel, uniform)
        return met[key]

    flags = np.empty((2**count, futures.size), dtype=np.float32)
    for subset in range(2**count):
        from_set = [1 - ((subset >> i) & 1) for i in range(count)]
        data, chance = from_set[0], from_set[1]
        uniforms = {n: world.uniforms[from_set[i]][n] for n, i in place.items() if i > 1}
        owns = [from_set[place[dice_of(i)]] if dice_of(i) in place else 0 for i in items]
        times = [crossed(i, data, chance, own) for i, own in zip(items, owns, strict=True)]
        flags[subset] = dated(scene.event, np.stack(times), uniforms, scene.span).year <= year
    return flags


def _jackknife(
    flags: np.ndarray, shape: tuple[int, int, int], count: int
) -> tuple[tuple[np.ndarray, ...], list[tuple[np.ndarray, ...]]]:
    """Give the shares of all futures, and those without each block of draws."""
    position = np.arange(shape[1]).repeat(shape[2])
    where = np.tile(position, shape[0])
    opposite = flags[::-1]  # bits turned: first and second set exchanged
    sums = []
    for block in _blocks(shape[1]):
        chosen = (where >= block[0]) & (where <= block[-1])
        part, other = flags[:, chosen].astype(float), opposite[:, chosen].astype(float)
        sums.append(
            np.stack(
                [
                    part @ part[-1],
                    other @ part[0],
                    part.sum(1),
                    other.sum(1),
                    np.full(len(part), part.shape[1]),
                ]
            )
        )
    total = np.sum(sums, axis=0)
    return _shares(total, count), [_shares(total - one, count) for one in sums]


def _shares(sums: np.ndarray, count: int) -> tuple[np.ndarray, ...]:
    """Give first-order, Shapley and total shares from sums over futures."""
    first, second, own, turned, size = sums
    # Cov(f(A), f(A_u, B_rest)) and, with the sets exchanged, Cov(f(B), f(B_u, A_rest)).
    worth = (first / size - own * own[-1] / size**2) / 2
    worth = worth + (second / size - turned * own[0] / size**2) / 2
    # Of no input it is zero; its estimate has the noise of the others, which so cancels. An input
    # that does nothing then has exactly no share.
    worth = worth - worth[0]
    whole = worth[-1] if worth[-1] > 0 else np.nan
    singles, everything = 1 << np.arange(count), 2**count - 1
    return (
        worth[singles] / whole,
        shapley(worth, count) / whole,
        1 - worth[everything ^ singles] / whole,
    )
