"""What further evidence moved: the headline of one forecast beside that of another.

Invariant: both sides are the numbers of `forecasting.summary`, and a change of a probability comes
with the Monte Carlo error by which it has to be judged.
"""

from __future__ import annotations

import math

import pandas as pd

from bayes_rsi.forecasting.montecarlo import Share
from bayes_rsi.forecasting.result import Forecast
from bayes_rsi.forecasting.summary import EventSummary, median_growth, quantile_label, summary

__all__ = ["moved"]


def moved(before: Forecast, after: Forecast) -> pd.DataFrame:
    """Put the headline numbers of two forecasts side by side.

    Parameters
    ----------
    before, after : Forecast
        With the same as-of date; only events of both are compared.

    Returns
    -------
    pandas.DataFrame
        Columns ``event`` (empty for the frontier), ``quantity``, ``unit`` (date, probability, or
        doublings per year), ``before``, ``after`` (float, or text for a date: ``"2029-03"``,
        ``"after 2075"``, ``"never"``), ``change`` (after minus before; None for a date) and
        ``mcse`` (Monte Carlo standard error of the change of a probability; else None).

    Examples
    --------
    >>> moved(forecast, forecast).query("unit == 'probability'")["change"].abs().max()
    0.0
    """
    rows = []
    for name in after.event_names:
        if name in before.event_names:
            rows += _event_rows(summary(before, name), summary(after, name))
    growth = median_growth(before), median_growth(after)
    rows.append(_row("", "median growth", "doublings per year", *growth, growth[1] - growth[0]))
    return pd.DataFrame(rows, dtype=object)


def _event_rows(before: EventSummary, after: EventSummary) -> list[dict[str, object]]:
    dates = quantile_label(before, 0.5), quantile_label(after, 0.5)
    rows = [_row(after.name, "median date", "date", *dates)]
    for day, share in after.probability_by.items():
        if day in before.probability_by:
            rows.append(_share_row(after.name, f"by {day}", before.probability_by[day], share))
    return [*rows, _share_row(after.name, "never", before.never, after.never)]


def _share_row(event: str, quantity: str, before: Share, after: Share) -> dict[str, object]:
    # As of two independent samplings: they share the dice of what is judged, so it is less.
    error = math.hypot(before.mcse, after.mcse)
    return _row(event, quantity, "probability", before.p, after.p, after.p - before.p, error)


def _row(
    event: str,
    quantity: str,
    unit: str,
    before: float | str,
    after: float | str,
    change: float | None = None,
    mcse: float | None = None,
) -> dict[str, object]:
    cells = (event, quantity, unit, before, after, change, mcse)
    columns = ("event", "quantity", "unit", "before", "after", "change", "mcse")
    return dict(zip(columns, cells, strict=True))
