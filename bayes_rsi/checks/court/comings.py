"""Whether something new becomes known on a series: some are run on, some are retired.

Invariant: from the days on which systems became known alone, by one rule for every series.

    while a series is run, days with new systems on it come at a rate that is Gamma(n + 1/2, b + t),
        n of them seen in the time t, of at most a year, that ends with the last (its first day
        aside)
    it is retired at a rate r, the same for all series
    silent for s years since its last such day, it is still run with probability
        e^(-r s) q(s) / (e^(-r s) q(s) + integral from 0 to s of r e^(-r u) q(u) du)
    with q(u) = (B / (B + u))^(n + 1/2) the probability of u years without a new system, B = b + t

Schmittlein, Morrison and Colombo (1987), https://doi.org/10.1287/mnsc.33.1.1, with the rate of
retirement common to all and estimated from all: the mode of its posterior.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

__all__ = ["comes", "retired", "watched"]

#: Years without a new system that the prior of a series' rate is worth; with half a system it is
#: nearly Jeffreys' prior, which has none.
PRIOR_YEARS = 0.1
#: Prior of the rate of retirement, per year: Gamma(3/2, 1/2), wide about one.
SHAPE, RATE = 1.5, 0.5
#: Years up to its last new system that tell how often a series is run.
WINDOW = 1.0
_RATES = np.geomspace(0.01, 5.0, 200)
_POINTS = 201


def watched(known: pd.DataFrame, now: float) -> pd.DataFrame:
    """Give what is known of each series' days with new systems.

    Parameters
    ----------
    known : pandas.DataFrame
        ``series`` and ``known``: the first figure of each system on it, decimal years, until `now`.
    now : float
        The day, decimal year.

    Returns
    -------
    pandas.DataFrame
        Index ``series``: ``days`` with new systems in the time that tells how often it is run, its
        first day aside; ``active`` (years of that time, up to the last such day), ``silent`` (years
        since).
    """
    rows = {
        str(name): _watched(np.unique(part["known"].to_numpy(dtype=float)), now)
        for name, part in known.groupby("series")
    }
    columns = ["days", "active", "silent"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("series")


def _watched(days: np.ndarray, now: float) -> tuple[int, float, float]:
    start = max(days[-1] - WINDOW, days[0])
    return int((days[1:] > start).sum()), float(days[-1] - start), float(now - days[-1])


def retired(table: pd.DataFrame) -> float:
    """Give the rate at which series are retired.

    Parameters
    ----------
    table : pandas.DataFrame
        From `watched`.

    Returns
    -------
    float
        Per year.
    """
    fits = [
        np.log(_run(table, rate) + _stopped(table, rate)).sum() - rate * table["active"].sum()
        for rate in _RATES
    ]
    prior = (SHAPE - 1) * np.log(_RATES) - RATE * _RATES
    return float(_RATES[int(np.argmax(np.array(fits) + prior))])


def comes(known: pd.DataFrame, now: float, years: np.ndarray) -> dict[tuple[str, int], float]:
    """Give the probability that a new system becomes known on each series within some times.

    Parameters
    ----------
    known : pandas.DataFrame
        As for `watched`.
    now : float
        The day, decimal year.
    years : numpy.ndarray
        How long, shape (time,).

    Returns
    -------
    dict of tuple to float
        By series and position of the time.

    Examples
    --------
    >>> known = pd.DataFrame({"series": ["a"] * 3, "known": [2025.0, 2025.5, 2025.9]})
    >>> [round(p, 2) for p in comes(known, 2026.0, np.array([0.25, 1.0])).values()]
    [0.37, 0.69]
    """
    table = watched(known, now)
    rate = retired(table)
    run, stopped = _run(table, rate), _stopped(table, rate)
    ahead = table.assign(active=table["active"] + table["silent"])  # all of it was watched
    found: dict[tuple[str, int], float] = {}
    for place, time in enumerate(np.asarray(years, dtype=float)):
        then = ahead.assign(silent=time)
        new = run / (run + stopped) * (1 - _run(then, rate) - _stopped(then, rate))
        found |= {(str(name), place): float(p) for name, p in zip(table.index, new, strict=True)}
    return found


def _law(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Give shape and exposure of the rate of each series while it is run."""
    return table["days"].to_numpy() + 0.5, PRIOR_YEARS + table["active"].to_numpy()


def _run(table: pd.DataFrame, rate: float) -> np.ndarray:
    """Give P(still run, and nothing new) at the end of the silence."""
    shape, exposure = _law(table)
    silent = table["silent"].to_numpy()
    return np.asarray(np.exp(-rate * silent) * (exposure / (exposure + silent)) ** shape)


def _stopped(table: pd.DataFrame, rate: float) -> np.ndarray:
    """Give P(retired in the silence, and nothing new until then)."""
    shape, exposure = (part[:, None] for part in _law(table))
    u = np.linspace(0.0, table["silent"].to_numpy(), _POINTS, axis=1)
    density = rate * np.exp(-rate * u) * (exposure / (exposure + u)) ** shape
    return np.asarray(np.trapezoid(density, u, axis=1))
