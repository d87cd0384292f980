"""Value of information: how far a measurement not yet made can be expected to move a probability.

Invariant: what is expected of the posterior after a measurement is the posterior now; the table
says by how much single outcomes would move it.

    f = 1{T* <= day},  y = what would be measured;  the new probability is E[f | y]
    stated: E |E[f | y] - P| and the share Var E[f | y] / Var f that the measurement resolves

E[f | y] is a quintic in the normal scores of y, fitted by least squares; the share is estimated on
futures that the quintic has not seen (cross-validation over blocks of posterior draws), so that a
measurement that tells nothing shows nothing. Strong, Oakley and Brennan (2014),
https://doi.org/10.1177/0272989X13505910.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from bayes_rsi.comparison.measurements import Measurement, measurement
from bayes_rsi.errors import refuse_other
from bayes_rsi.forecasting.montecarlo import Share
from bayes_rsi.forecasting.result import Forecast
from bayes_rsi.units import as_date, year_of_date

__all__ = ["ASSUMES", "Information", "candidates_of", "value_of_information"]

#: What is assumed, in one line.
ASSUMES = (
    "the measurement has the noise of the model, the measured system of a future day stands at the "
    "frontier, and nothing else is learned"
)
#: Judged quantities that are asked about when nothing is named, with their errors.
JUDGED = {"taste_gap": "40%", "adoption": "40%", "autonomy": "100%"}
#: A horizon is asked for on the last day of a year, at least so many days ahead.
AHEAD = 90
#: Folds of the cross-validation, and degree of the polynomial.
FOLDS, DEGREE = 10, 5


@dataclass(frozen=True)
class Information:
    """What measurements can be expected to tell.

    Parameters
    ----------
    event : str
        Name of the event.
    day : datetime.date
        By which it happens.
    probability : Share
        P(event by the day) now.
    table : pandas.DataFrame
        One row for each measurement, the most telling first: ``measurement``, ``move`` (expected
        absolute change of the probability), ``low`` and ``high`` (the probability after an outcome
        at its 10% and its 90% quantile), ``resolved`` (share of the variance) and
        ``resolved_mcse``, both nan where the event comes in no future by the day, or in every one.
    assumes : str
        In one line.
    """

    event: str
    day: date
    probability: Share
    table: pd.DataFrame
    assumes: str = ASSUMES


def value_of_information(
    forecast: Forecast,
    candidates: str | Measurement | Sequence[str | Measurement] = (),
    day: str | date = "2028-12-31",
    event: str = "end_to_end",
) -> Information:
    """Say which measurement would move a probability most.

    Parameters
    ----------
    forecast : Forecast
        From `bayes_rsi.forecast`, without condition.
    candidates : str, Measurement, or sequence of them
        One or more texts of the grammar in `bayes_rsi.comparison.measurements`, or its objects.
        Default: those of `candidates_of`.
    day : str or date, default "2028-12-31"
        ISO date, up to the horizon.
    event : str, default "end_to_end"
        Name of the event.

    Returns
    -------
    Information
        Sorted by what is resolved.

    Raises
    ------
    ConditionError
        When a measurement cannot be read, or names something unknown.
    ModelError
        When the event or the day cannot be told.

    Examples
    --------
    >>> value_of_information(forecast, ["taste_gap to 40%"]).table["measurement"].tolist()
    ['taste_gap to 40%']
    """
    refuse_other(forecast, Forecast, "value_of_information", "bayes_rsi.forecast")
    given = [candidates] if isinstance(candidates, str | Measurement) else list(candidates)
    chosen_ones = given or candidates_of(forecast, event)
    asked = [measurement(one) if isinstance(one, str) else one for one in chosen_ones]
    futures = forecast.what_if("value_of_information")
    probability, chosen = forecast.share_by(day, event), as_date(day)
    dates = futures.scene(event).dates().year
    known = ~np.isnan(dates)
    flags = (dates <= float(year_of_date(chosen))).astype(float)
    folds = _folds(futures.paths.shape)
    rows = [
        {"measurement": str(one)}
        | _value(one.values(futures, event)[known], flags[known], folds[known])
        for one in asked
    ]
    table = pd.DataFrame(rows).sort_values("resolved", ascending=False, ignore_index=True)
    return Information(event, chosen, probability, table)


def candidates_of(forecast: Forecast, event: str) -> list[str]:
    """Give what is asked about an event when nothing is named.

    Parameters
    ----------
    forecast : Forecast
        From `bayes_rsi.forecast`.
    event : str
        Name of the event.

    Returns
    -------
    list of str
        The horizon at the end of this year or the next, and the judged quantities of the event
        that people argue about.
    """
    as_of = as_date(forecast.tag.as_of)
    near = (date(as_of.year, 12, 31) - as_of).days < AHEAD
    has = forecast.what_if("value_of_information").scene(event).event.priors
    names = {name.removeprefix("requirements.") for name in has}
    judged = [f"{name} to {error}" for name, error in JUDGED.items() if name in names]
    return [f"horizon on {as_of.year + near}-12-31", *judged]


def _folds(shape: tuple[int, int, int]) -> np.ndarray:
    """Give a fold for each path: neighbouring draws of a chain share one."""
    chains, draws, replicates = shape
    fold = np.arange(draws) * min(FOLDS, draws) // draws
    return np.tile(np.repeat(fold, replicates), chains)


def _value(measured: np.ndarray, flags: np.ndarray, folds: np.ndarray) -> dict[str, float]:
    basis = _basis(measured)
    variance = float(np.var(flags))
    resolved = _resolved(basis, flags, folds)
    seen = basis @ _fitted(basis, flags) - flags.mean()
    # A little of what the fit saw is noise: it is drawn in to what it also foresaw.
    told = float(np.nan_to_num(resolved * variance))
    shrink = np.sqrt(max(told, 0.0) / max(float(np.mean(seen**2)), 1e-12))
    moves = np.clip(seen * min(shrink, 1.0), -flags.mean(), 1 - flags.mean())
    low, high = np.quantile(measured, [0.1, 0.9], method="nearest")
    return {
        "move": float(np.abs(moves).mean()),
        "low": float(flags.mean() + moves[measured == low].mean()),
        "high": float(flags.mean() + moves[measured == high].mean()),
        "resolved": resolved,
        "resolved_mcse": _error(basis, flags, folds),
    }


def _resolved(basis: np.ndarray, flags: np.ndarray, folds: np.ndarray) -> float:
    """Give the share of the variance that is foreseen in futures that the fit has not seen."""
    unseen = np.zeros_like(flags)
    for fold in np.unique(folds):
        out = folds == fold
        unseen[out] = basis[out] @ _fitted(basis[~out], flags[~out]) - flags[~out].mean()
    variance = float(np.var(flags)) or np.nan
    return float(np.mean((flags - flags.mean()) * unseen)) / variance


def _error(basis: np.ndarray, flags: np.ndarray, folds: np.ndarray) -> float:
    """Give its Monte Carlo standard error: a jackknife over the folds.

    What folds say is not independent, for each is foreseen from all others.
    """
    kept = [folds != fold for fold in np.unique(folds)]
    found = np.array([_resolved(basis[one], flags[one], folds[one]) for one in kept])
    return float(np.sqrt((len(kept) - 1) * np.var(found)))


def _basis(measured: np.ndarray) -> np.ndarray:
    """Give powers of the normal scores of the values; equal values have equal scores."""
    from scipy import special, stats  # kept off the path of `import bayes_rsi`

    scores = special.ndtri((stats.rankdata(measured) - 0.5) / measured.size)
    return np.vander(scores, DEGREE + 1, increasing=True)


def _fitted(basis: np.ndarray, flags: np.ndarray) -> np.ndarray:
    return np.asarray(np.linalg.lstsq(basis, flags, rcond=None)[0])
