"""Tornado: the probability of an event by a day with one quantity at its low and its high end.

Invariant: a quantity is held at a value in every future, all else as it was; so low and high are
made of the same futures.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from bayes_rsi import names
from bayes_rsi.cards import Event, Prior
from bayes_rsi.forecasting.events import dice_of
from bayes_rsi.forecasting.futures import Futures, Scene
from bayes_rsi.forecasting.montecarlo import error_of_mean

__all__ = ["HIGH", "LOW", "tornado"]

#: Ends of a judged distribution, and the width of the slice of the posterior around them.
LOW, HIGH, WIDTH = 0.1, 0.9, 0.1


def tornado(futures: Futures, event: str, year: float) -> pd.DataFrame:
    """Hold each quantity at its 10% and its 90% quantile.

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
        Sorted by the size of the change: ``input``, ``kind``, ``unit``, ``low`` and ``high``
        (values), ``p_low`` and ``p_high`` (P(event by then)), ``change`` and ``mcse`` (its
        standard error). The share of never goes from none to twice ours, that of no taste gap from
        0 to 1: they have no distribution. Frontier and growth at the as-of date are held between
        the 5% and 15%, and the 85% and 95%, of their posterior. A probability is nan where in every
        future one of the card's events has happened by the as-of date.
    """
    scene = futures.scene(event)
    rows = [_judged(futures, scene, name, prior, year) for name, prior in _priors(scene.event)]
    rows.append(_share(futures, scene, "never", (0.0, min(2 * scene.event.never, 1.0)), year))
    if scene.event.taste_gap is not None:
        rows.append(_share(futures, scene, "taste_free", (0.0, 1.0), year))
    rows += [_measured(futures, scene, name, year) for name in (names.GROWTH, names.FRONTIER)]
    table = pd.DataFrame(rows)
    order = table["change"].abs().sort_values(ascending=False).index
    return table.loc[order].reset_index(drop=True)


def _priors(event: Event) -> list[tuple[str, Prior]]:
    judged = [(dice_of(item), item.prior) for item in event.requirements]
    judged += [(name, getattr(event, name)) for name in ("lead", "taste_gap", "adoption")]
    return [(name, prior) for name, prior in judged if prior is not None]


def _judged(
    futures: Futures, scene: Scene, name: str, prior: Prior, year: float
) -> dict[str, object]:
    ends = (np.full(futures.size, share) for share in (LOW, HIGH))
    years = [futures.redated(scene.event.name, thrown={name: fixed}) for fixed in ends]
    values = tuple(float(v) for v in prior.quantile([LOW, HIGH]))
    return _row(futures, name, "judgement", prior.unit, values, years, year)


def _share(
    futures: Futures, scene: Scene, name: str, ends: tuple[float, float], year: float
) -> dict[str, object]:
    never = name == "never"
    events = [
        replace(scene.event, never=end) if never else replace(scene.event, taste_free=end)
        for end in ends
    ]
    years = [scene.dates(event).year for event in events]
    return _row(futures, name, "judgement", "probability", ends, years, year)


def _measured(futures: Futures, scene: Scene, name: str, year: float) -> dict[str, object]:
    """Keep the futures whose posterior draw is near an end, instead of holding a value."""
    draws = futures.draws[name]
    last = draws.isel({names.DATE: -1}) if names.DATE in draws.dims else draws
    values = last.transpose(names.CHAIN, names.DRAW).values
    rank = (np.argsort(np.argsort(values.ravel())) + 0.5) / values.size
    rank = np.repeat(rank, futures.paths.shape[2])
    dates = scene.dates().year
    years = [np.where(np.abs(rank - end) <= WIDTH / 2, dates, np.nan) for end in (LOW, HIGH)]
    ends = tuple(float(v) for v in np.quantile(values, [LOW, HIGH]))
    unit = "doublings per year" if name == names.GROWTH else "doublings"
    return _row(futures, name, "data", unit, ends, years, year)


def _row(
    futures: Futures,
    name: str,
    kind: str,
    unit: str,
    ends: tuple[float, ...],
    years: list[np.ndarray],
    year: float,
) -> dict[str, object]:
    found, residuals = [], []
    for dates in years:
        known = ~np.isnan(dates)
        flags = dates <= year
        p = float(flags[known].mean()) if known.any() else np.nan
        found.append(p)
        residuals.append(np.where(known, flags - p, 0.0) / max(known.mean(), 1e-9))
    whole = (residuals[1] - residuals[0]).reshape(futures.paths.shape)
    error = error_of_mean(whole) if np.isfinite(found).all() else np.nan
    cells = (name, kind, unit, *ends, *found, found[1] - found[0], error)
    columns = ("input", "kind", "unit", "low", "high", "p_low", "p_high", "change", "mcse")
    return dict(zip(columns, cells, strict=True))
