"""From registered quantiles back to a sample, so that one set of scores serves for both.

Invariant: a sample made here has the registered quantiles, in the order of its size: sample numbers
of two questions that are alike belong together, so a mean of samples is one of quantiles.

Between quantiles the value is linear in the normal score of the probability, and goes on so beyond
the first and the last: a normal distribution comes back as it was. Of a best score the part that
the best known keeps is put there exactly, for ties decide the PIT.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri

from bayes_rsi.checks.court.scale import to_scale

__all__ = ["Told", "between", "sample", "told"]


@dataclass(frozen=True, eq=False)
class Told:
    """What was registered about one score.

    Parameters
    ----------
    level, value : numpy.ndarray
        Probabilities, increasing, and quantiles, unit of the series.
    best : float
        Best known, below which there is nothing; nan where there is no such bound.
    stands : float
        Probability that it stands; 0 without a bound.
    """

    level: np.ndarray
    value: np.ndarray
    best: float = np.nan
    stands: float = 0.0


def told(table: pd.DataFrame) -> dict[str, Told]:
    """Read what was registered about scores.

    Parameters
    ----------
    table : pandas.DataFrame
        Of a registration, as text.

    Returns
    -------
    dict of str to Told
        By target, all that have quantiles.
    """
    rows = table[table["output_type"].isin(["quantile", "cdf"])]
    number = rows["output_type_id"].astype(float).to_numpy()
    value, is_bound = (
        rows["value"].astype(float).to_numpy(),
        rows["output_type"].to_numpy() == "cdf",
    )
    found = {}
    for name, places in rows.reset_index(drop=True).groupby("target").indices.items():
        at, bound = places[~is_bound[places]], places[is_bound[places]]
        limit = (number[bound[0]], value[bound[0]]) if len(bound) else (np.nan, 0.0)
        found[str(name)] = Told(number[at], value[at], *map(float, limit))
    return found


def sample(said: Told, metric: str, draws: int) -> np.ndarray:
    """Give the registered distribution of a score.

    Parameters
    ----------
    said : Told
        From `told`.
    metric : str
        Kind of series.
    draws : int
        Size of the sample.

    Returns
    -------
    numpy.ndarray
        On the scale, shape (draws,), not falling.
    """
    place = (np.arange(draws) + 0.5) / draws
    level, value = said.level, to_scale(metric, said.value)
    if np.isnan(said.best):
        return _interpolated(place, level, value)
    bottom, above = float(to_scale(metric, said.best)), level > said.stands
    if not above.any():  # it stands up to the last quantile
        return np.full(draws, bottom)
    level, value = level[above], value[above]
    if said.stands > 0:  # from where it no longer stands the value rises to the next quantile
        level, value = np.append(said.stands, level), np.append(bottom, value)
    risen = np.maximum(bottom, _interpolated(place, level, value))
    return np.where(place <= said.stands, bottom, risen)


def _interpolated(place: np.ndarray, level: np.ndarray, value: np.ndarray) -> np.ndarray:
    if len(level) < 2:
        return np.full(len(place), value[0])
    at, knots = ndtri(place), ndtri(level)
    inside = np.interp(at, knots, value)
    low = value[0] + (at - knots[0]) * (value[1] - value[0]) / (knots[1] - knots[0])
    high = value[-1] + (at - knots[-1]) * (value[-1] - value[-2]) / (knots[-1] - knots[-2])
    return np.where(at < knots[0], low, np.where(at > knots[-1], high, inside))


def between(days: np.ndarray, samples: np.ndarray, day: np.datetime64) -> np.ndarray:
    """Give the distribution for a day between those that were asked about.

    Quantiles are interpolated linearly in time.

    Parameters
    ----------
    days : numpy.ndarray
        Asked days, increasing, datetime64, shape (day,).
    samples : numpy.ndarray
        From `sample`, shape (day, draw).
    day : numpy.datetime64
        Not before the first and not after the last.

    Returns
    -------
    numpy.ndarray
        Shape (draw,).
    """
    right = int(np.clip(np.searchsorted(days, day), 1, len(days) - 1))
    span = (days[right] - days[right - 1]) / np.timedelta64(1, "D")
    share = float((day - days[right - 1]) / np.timedelta64(1, "D")) / float(span)
    return np.asarray((1 - share) * samples[right - 1] + share * samples[right])
