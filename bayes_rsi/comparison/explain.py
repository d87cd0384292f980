"""Why a forecast says what it says: data against judgement, in five tables.

Invariant: every table is about one event, one day and the futures of one forecast; other forecasts
are only compared, never mixed in.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd
import xarray as xr

from bayes_rsi.comparison.leaving_out import leaving_out
from bayes_rsi.comparison.sensitivity import sensitivity
from bayes_rsi.comparison.shares import counted, shares
from bayes_rsi.comparison.tornado import tornado
from bayes_rsi.errors import ModelError, refuse_other
from bayes_rsi.forecasting.montecarlo import Share
from bayes_rsi.forecasting.result import Forecast
from bayes_rsi.forecasting.summary import quantile_label, summary
from bayes_rsi.units import as_date, date_of_year, year_of_date

__all__ = ["ASSUMES", "Explanation", "explain"]

#: What is assumed, in one line.
ASSUMES = (
    "judged quantities are independent of each other and of the scores, as the card has them; what "
    "is not named in a row stays as it is"
)
#: Days whose probabilities are followed when a prior is scaled.
SCALED = ("2027-12-31", "2028-12-31")


@dataclass(frozen=True)
class Explanation:
    """What the probability of an event by a day is made of.

    Parameters
    ----------
    event : str
        Name of the event.
    day : datetime.date
        By which it happens.
    probability : Share
        P(event by the day).
    counted : float
        The same in all futures, those that contradict the past among them: what the shares are
        about, for only so are their inputs independent.
    shares : pandas.DataFrame
        Shares of the variance of its having happened, from `bayes_rsi.comparison.shares.shares`.
    tornado : pandas.DataFrame
        From `bayes_rsi.comparison.tornado.tornado`.
    sensitivity : pandas.DataFrame
        Prior power-scaling, from `bayes_rsi.comparison.sensitivity.sensitivity`.
    leaving_out : pandas.DataFrame
        From `bayes_rsi.comparison.leaving_out.leaving_out`; empty without a log likelihood.
    alternatives : pandas.DataFrame
        Columns ``what``, ``median``, ``p``, ``change``, ``mcse``: other forecasts, such as without
        ceilings or with another trend; empty when none were given.
    assumes : str
        In one line.
    """

    event: str
    day: date
    probability: Share
    counted: float
    shares: pd.DataFrame
    tornado: pd.DataFrame
    sensitivity: pd.DataFrame
    leaving_out: pd.DataFrame
    alternatives: pd.DataFrame
    assumes: str = ASSUMES

    def __repr__(self) -> str:
        """Give the probability and what is judged of its uncertainty instead of the tables."""
        return (
            f"Explanation(P({self.event} by {self.day}) = {self.probability.p:.3f}, of whose "
            f"uncertainty {100 * self.judged().p:.0f}% is judgement; tables: shares, tornado, "
            "sensitivity, leaving_out, alternatives)"
        )

    def judged(self) -> Share:
        """Give the Shapley share of all that is judged, with the error of their sum at most.

        Returns
        -------
        Share
            Of the variance.
        """
        rows = self.shares[self.shares["kind"] == "judgement"]
        return Share(float(rows["shapley"].sum()), float(rows["shapley_mcse"].sum()))

    def dataset(self) -> xr.Dataset:
        """Give the tables of quantities as one Dataset.

        Returns
        -------
        xarray.Dataset
            Shares on ``input``; the tornado, as ``tornado_...``, on ``held``; power-scaling, as
            ``scaled_...``, on ``component``.
        """
        parts = [
            self.shares.set_index("input").to_xarray(),
            _prefixed(self.tornado, "input", "held", "tornado"),
            _prefixed(self.sensitivity, "component", "component", "scaled"),
        ]
        attrs = {"event": self.event, "day": f"{self.day}", "assumes": self.assumes}
        return xr.merge(parts).assign_attrs(attrs)


def explain(
    forecast: Forecast,
    day: str | date = "2028-12-31",
    event: str = "end_to_end",
    alternatives: Mapping[str, Forecast] | None = None,
) -> Explanation:
    """Take the probability of an event by a day apart.

    Parameters
    ----------
    forecast : Forecast
        From `bayes_rsi.forecast`, without condition.
    day : str or date, default "2028-12-31"
        ISO date, up to the horizon.
    event : str, default "end_to_end"
        Name of the event.
    alternatives : mapping of str to Forecast, optional
        Forecasts of other cards, to be set beside: those of
        `bayes_rsi.comparison.variants.variant`, for example.

    Returns
    -------
    Explanation
        Tables, as pandas and as one Dataset.

    Raises
    ------
    ModelError
        When the event or the day cannot be told, or the answer is certain.

    Examples
    --------
    >>> explain(forecast, "2028-12-31").shares["input"].tolist()[:2]
    ['data', 'future']
    """
    refuse_other(forecast, Forecast, "explain", "bayes_rsi.forecast")
    futures = forecast.what_if("explain")
    probability, chosen = forecast.share_by(day, event), as_date(day)
    if not 0 < probability.p < 1:
        raise ModelError(
            f"explain: got P({event} by {chosen}) = {probability.p:g}, expected something "
            "uncertain; choose a day on which the forecast is of two minds"
        )
    year = float(year_of_date(chosen))
    days = sorted({*map(as_date, SCALED), chosen})
    known = [d for d in days if date_of_year(futures.span[0]) < d <= forecast.horizon]
    told = futures.log_likelihood is not None
    return Explanation(
        event=event,
        day=chosen,
        probability=probability,
        counted=counted(futures, event, year),
        shares=shares(futures, event, year),
        tornado=tornado(futures, event, year),
        sensitivity=sensitivity(futures, event, {f"{d}": float(year_of_date(d)) for d in known}),
        leaving_out=leaving_out(futures, event, year) if told else pd.DataFrame(),
        alternatives=_beside(probability, alternatives or {}, chosen, event),
    )


def _beside(ours: Share, others: Mapping[str, Forecast], day: date, event: str) -> pd.DataFrame:
    rows = []
    for name, other in others.items():
        share = other.share_by(day, event)
        median = quantile_label(summary(other, event), 0.5)
        error = math.hypot(ours.mcse, share.mcse)
        rows.append((name, median, share.p, share.p - ours.p, error))
    return pd.DataFrame(rows, columns=["what", "median", "p", "change", "mcse"])


def _prefixed(table: pd.DataFrame, index: str, dim: str, prefix: str) -> xr.Dataset:
    found = table.set_index(index).rename_axis(dim).to_xarray()
    return found.rename({str(name): f"{prefix}_{name}" for name in found.data_vars})
