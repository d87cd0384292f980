"""How many new systems become known on a series in a time to come, if any.

Invariant: from the days since when the systems of a series are known there, and from nothing else;
the same rule for every series and every forecaster.

    rate        of a series that is still run: Gamma with the mean n + 1/2 a year, n the systems
                that became known on it in the last year (those of its first day too), and a shape
                of at most `SHAPE`, since figures come in batches: fifty of one day say little more
                than one
    retired     a series is given up at the rate `RETIRED` a year, seen only by its silence. With
                the shape r, the scale e and a silence of a years since the latest newcomer

                    P(run, silent)     = exp(-q a) (e / (e + a))^r
                    P(retired, silent) = integral of q exp(-q u) (e / (e + u))^r over u from 0 to a

    number      Poisson with that rate until the end of the time, or until the series is given up

Silence moves whether a series is run, and not its rate, which has counted the year of that silence
already: where it moved the rate as well, numbers were told worse by 0.16 nats in a one-off
comparison. So where the last of the year's newcomers grows older than a year, the rate falls at
once and the silence speaks less.

The constants were chosen on days before the test days (`benchmarks/comings.py` prints the grid).
Rates of 1/3 and 1/2 are best there and 0.001 nats apart; the lower is taken because silence in the
tables may also mean that a copy of a board ended. A series that is given up is the "death" of
customer-base analysis: Schmittlein, Morrison and Colombo, Counting your customers
(https://doi.org/10.1287/mnsc.33.1.1).
"""

from __future__ import annotations

import numpy as np
from scipy.stats import nbinom

__all__ = ["MOST", "RETIRED", "SHAPE", "comings", "quiet", "running"]

#: More newcomers than these do not move the best of them.
MOST = 60
#: Largest shape of the rate: figures that come in batches are worth no more than this many.
SHAPE = 1.0
#: Rate, a year, at which series are given up.
RETIRED = 1 / 3
#: Midpoints of the unit interval, to integrate over: within 0.004 up to 40 newcomers in a year, and
#: within 0.02 up to 150, where most of the year was silent.
_INNER = (np.arange(32) + 0.5) / 32


def comings(
    ages: np.ndarray,
    years: float,
    *,
    retired: float = RETIRED,
    shape: float = SHAPE,
    runs: bool = False,
) -> np.ndarray:
    """Give the probability of each number of new systems.

    Parameters
    ----------
    ages : numpy.ndarray
        Years since each system of the series became known on it, shape (system,), at least one.
    years : float
        How long the time to come is.
    retired : float, default `RETIRED`
        Rate at which series are given up, a year.
    shape : float, default `SHAPE`
        Largest shape of the rate of newcomers.
    runs : bool, default False
        Whether it is given that the series is run, and will be until the end.

    Returns
    -------
    numpy.ndarray
        Shape (`MOST` + 1,), sums to one; the last one is that of `MOST` or more.

    Examples
    --------
    Of a series with six newcomers in the last year, the latest two months ago, nothing new within
    three months:

    >>> ages = np.array([2, 3, 5, 8, 10, 11]) / 12
    >>> round(float(comings(ages, 0.25)[0]), 2)
    0.44
    """
    if runs:
        return _told(*_rate(ages, shape), np.array([years]))[0]
    ends, weights = _ends(years, retired)
    told = weights @ _told(*_rate(ages, shape), ends)
    none = np.zeros(MOST + 1)
    none[0] = 1.0
    still = running(ages, retired=retired, shape=shape)
    return np.asarray(still * told + (1 - still) * none)


def quiet(ages: np.ndarray, years: np.ndarray) -> np.ndarray:
    """Give the probability that no new system becomes known on a series for a time.

    Parameters
    ----------
    ages : numpy.ndarray
        Years since each system of the series became known on it, shape (system,).
    years : numpy.ndarray
        How long, shape (time,).

    Returns
    -------
    numpy.ndarray
        Shape (time,).
    """
    return np.array([comings(ages, span)[0] for span in np.atleast_1d(years)])


def running(ages: np.ndarray, *, retired: float = RETIRED, shape: float = SHAPE) -> float:
    """Give the probability that a series is still run, by its silence.

    Parameters
    ----------
    ages : numpy.ndarray
        Years since each system of the series became known on it, shape (system,).
    retired : float, default `RETIRED`
        Rate at which series are given up, a year.
    shape : float, default `SHAPE`
        Largest shape of the rate of newcomers.

    Returns
    -------
    float
        From 0 to 1.
    """
    (form, scale), silent = _rate(ages, shape), max(float(ages.min()), 0.0)
    inner = silent * _INNER
    given_up = silent * np.mean(retired * np.exp(-retired * inner) * _mute(form, scale, inner))
    still = np.exp(-retired * silent) * _mute(form, scale, silent)
    return float(still / (still + given_up))


def _rate(ages: np.ndarray, shape: float) -> tuple[float, float]:
    """Give shape and scale (in years) of the rate of a series that is run."""
    mean = float((ages < 1).sum()) + 0.5
    form = min(mean, shape)
    return form, form / mean


def _mute(form: float, scale: float, years: np.ndarray | float) -> np.ndarray:
    """Give the probability of no newcomer in some years of a series that is run."""
    return np.asarray((scale / (scale + np.asarray(years))) ** form)


def _ends(years: float, retired: float) -> tuple[np.ndarray, np.ndarray]:
    """Give when the series stops to be run, or the time ends, and with which weights."""
    ends = np.append(years * _INNER, years)
    weights = retired * np.exp(-retired * ends) * years / len(_INNER)
    weights[-1] = np.exp(-retired * years)
    return ends, weights / weights.sum()


def _told(form: float, scale: float, ends: np.ndarray) -> np.ndarray:
    """Give the distribution of the number until each end, shape (end, number)."""
    share = scale / (scale + np.maximum(ends, 1e-6))[:, None]
    told = nbinom.pmf(np.arange(MOST + 1), form, share)
    told[:, -1] = nbinom.sf(MOST - 1, form, share[:, 0])
    return np.asarray(told)
