"""What we would say if something were so: the futures that meet a condition, and no others.

Invariant: the same futures as in the forecast, each kept or left out; nothing comes back when
fewer than `LIMIT` independent draws are left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi import names
from bayes_rsi.errors import ConditionError, refuse_other
from bayes_rsi.forecasting.conditions import Condition
from bayes_rsi.forecasting.grammar import parse
from bayes_rsi.forecasting.montecarlo import Share, effective_size, error_of_mean, share_and_error
from bayes_rsi.forecasting.result import Forecast
from bayes_rsi.forecasting.summary import median_growth, quantile_label, summary
from bayes_rsi.units import year_of_date

__all__ = ["ASSUMES", "LIMIT", "Given", "given", "share_of"]

#: Fewest effective draws that a condition may leave: shares then have errors of at most 5 points.
LIMIT = 100.0
#: What is assumed, in one line.
ASSUMES = (
    "a condition is about the frontier of released systems, without measurement noise, and tells "
    "about the judged quantities through our own futures"
)


@dataclass(frozen=True)
class Given:
    """A forecast under a condition.

    Parameters
    ----------
    condition : str
        As the grammar writes it.
    forecast : Forecast
        Of the futures that meet it.
    probability : Share
        P(condition), among the futures that do not contradict what is known already.
    ess : float
        Effective number of independent posterior draws among those kept.
    n_kept : int
        Futures kept.
    table : pandas.DataFrame
        Columns ``event``, ``quantity``, ``unit``, ``before``, ``given``, ``change``, ``mcse`` (of
        the change, both sides being made of the same futures).
    assumes : str
        In one line.
    """

    condition: str
    forecast: Forecast
    probability: Share
    ess: float
    n_kept: int
    table: pd.DataFrame
    assumes: str = ASSUMES

    def __repr__(self) -> str:
        """Give the condition, how likely it is and what it was told by instead of the table."""
        return (
            f"Given({self.condition!r}, P {self.probability.p:.3f}, "
            f"{self.ess:.0f} effective draws; {self.forecast!r})"
        )


def given(
    forecast: Forecast,
    condition: str | Condition | Sequence[Condition],
    min_ess: float = LIMIT,
) -> Given:
    """Condition a forecast.

    Parameters
    ----------
    forecast : Forecast
        From `bayes_rsi.forecast`, or already conditioned.
    condition : str, Condition or sequence of Condition
        Text of the grammar in `bayes_rsi.forecasting.grammar`, or objects of
        `bayes_rsi.forecasting.conditions`; all must be met.
    min_ess : float, default 100
        Fewest effective draws.

    Returns
    -------
    Given
        The conditioned forecast and what moved.

    Raises
    ------
    ConditionError
        When the condition cannot be read, or leaves too few draws.
    ModelError
        When it names an event that the card does not have.

    Examples
    --------
    >>> given(forecast, "horizon p50 >= 10 h on 2026-12-31").ess > 100
    True
    """
    refuse_other(forecast, Forecast, "given", "bayes_rsi.forecast")
    parts, possible = _parts(condition), _possible(forecast)
    text = " and ".join(map(str, parts))
    meets = _met(forecast, parts)
    probability = share_and_error(meets.where(possible))
    meets = meets & possible
    ess = effective_size(meets.values.astype(float))
    if ess < min_ess:
        raise ConditionError(
            f"'{text}': got {int(meets.sum())} of {meets.size} futures, worth {ess:.0f} "
            f"independent draws, expected at least {min_ess:g}; ask for something likelier, or "
            "draw more often ('draws' and 'replicates' of the card)"
        )
    conditioned = _restricted(forecast, meets, text)
    table = _moved(forecast, conditioned, meets)
    return Given(text, conditioned, probability, ess, int(meets.sum()), table)


def share_of(forecast: Forecast, condition: str | Condition | Sequence[Condition]) -> Share:
    """Give the probability of a condition, with its Monte Carlo standard error.

    Parameters
    ----------
    forecast : Forecast
        From `bayes_rsi.forecast`.
    condition : str, Condition or sequence of Condition
        As in `given`.

    Returns
    -------
    Share
        Share of the futures that do not contradict what is known.

    Raises
    ------
    ConditionError
        When the condition cannot be read, or is about a series that is not fitted.
    """
    return share_and_error(_met(forecast, _parts(condition)).where(_possible(forecast)))


def _met(forecast: Forecast, parts: Sequence[Condition]) -> xr.DataArray:
    futures = forecast.all_futures("given")
    return futures.folded(np.logical_and.reduce([part.met(futures) for part in parts]))


def _parts(condition: str | Condition | Sequence[Condition]) -> tuple[Condition, ...]:
    if isinstance(condition, str):
        return parse(condition)
    parts = (condition,) if isinstance(condition, Condition) else tuple(condition)
    if not parts or not all(isinstance(part, Condition) for part in parts):
        raise ConditionError(
            f"got {condition!r}, expected a text or objects of bayes_rsi.forecasting.conditions"
        )
    return parts


def _possible(forecast: Forecast) -> xr.DataArray:
    """Give the futures that count so far: no known fact or earlier condition against them."""
    return forecast.events[names.EVENT_YEAR].notnull().all(names.EVENT)


def _restricted(forecast: Forecast, meets: xr.DataArray, text: str) -> Forecast:
    events = forecast.events.copy()
    events[names.EVENT_YEAR] = events[names.EVENT_YEAR].where(meets)
    events[names.BINDING] = events[names.BINDING].where(meets, -1)
    first = meets.isel({names.REPLICATE: 0}, drop=True)  # the one that the frontier is kept of
    whole = " and ".join(part for part in (forecast.condition, text) if part)
    return replace(
        forecast, events=events, frontier=forecast.frontier.where(first), condition=whole
    )


def _moved(before: Forecast, after: Forecast, meets: xr.DataArray) -> pd.DataFrame:
    rows: list[tuple[object, ...]] = []
    for name in before.event_names:
        if after.years(name).isnull().all():
            continue
        old, new = summary(before, name), summary(after, name)
        labels = quantile_label(old, 0.5), quantile_label(new, 0.5)
        rows.append((name, "median date", "date", *labels, None, None))
        years = before.years(name)
        for day, share in new.probability_by.items():
            flags = (years <= float(year_of_date(day))).where(years.notnull())
            error = _error(flags, meets)
            p = old.probability_by[day].p
            rows.append((name, f"by {day}", "probability", p, share.p, share.p - p, error))
        never = before.events[names.NEVER].sel({names.EVENT: name}).where(years.notnull())
        p, q = old.never.p, new.never.p
        rows.append((name, "never", "probability", p, q, q - p, _error(never, meets)))
    growth = median_growth(before), median_growth(before, lost=~meets)
    change = growth[1] - growth[0]
    rows.append(("", "median growth", "doublings per year", *growth, change, None))
    columns = ["event", "quantity", "unit", "before", "given", "change", "mcse"]
    return pd.DataFrame(rows, columns=columns, dtype=object)


def _error(flags: xr.DataArray, meets: xr.DataArray) -> float:
    """Give the Monte Carlo error of a share among some futures minus the share among all."""
    order = (names.CHAIN, names.DRAW, names.REPLICATE)
    values = flags.transpose(*order).values.astype(float)
    known = ~np.isnan(values)
    some = known & meets.transpose(*order).values
    residuals = [
        np.where(kept, values - values[kept].mean(), 0.0) / kept.mean() for kept in (some, known)
    ]
    return error_of_mean(residuals[0] - residuals[1])
