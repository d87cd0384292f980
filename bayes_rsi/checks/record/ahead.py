"""What a fit says about the questions of the next year: samples, and the rows to be registered.

Invariant: the draws of a question depend on the fit, the seed and the question alone, and those of
best scores are the ones that the backtest would draw.

Rows are in the columns of a forecast hub (https://hubverse.io), values in the unit of the series:

    quantile       `output_type_id` is the probability
    cdf            `output_type_id` is a value, `value` the probability of no more: of a best score
                   the probability that the best known one stands
    probability    of an event; `output_type_id` is empty
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi import names
from bayes_rsi.checks.court.arrivals import LEAST, conditions, every, like
from bayes_rsi.checks.court.baselines.protocol import each, gathered
from bayes_rsi.checks.court.comings import quiet
from bayes_rsi.checks.court.continuation import continuation
from bayes_rsi.checks.court.events import Event, probabilities
from bayes_rsi.checks.court.measured import Measured, measured
from bayes_rsi.checks.court.observing import Question, observed
from bayes_rsi.checks.court.ours import predictions
from bayes_rsi.checks.court.scale import KINDS, from_scale
from bayes_rsi.checks.court.targets import MONTHS, until
from bayes_rsi.checks.record.asked import asked_ahead, series_of, targets_of
from bayes_rsi.forecasting.result import QUANTILES, Forecast
from bayes_rsi.posterior import Fit
from bayes_rsi.units import year_of_date

__all__ = ["COLUMNS", "LEVELS", "NEVER", "dates_ahead", "samples_ahead", "scores_ahead"]

#: Columns of a registered forecast; those of `court.answers` without the outcome.
COLUMNS = (
    "origin_date",
    "horizon",
    "target",
    "model",
    "output_type",
    "output_type_id",
    "value",
)
#: Probabilities of the quantiles of a score.
LEVELS = (
    0.01,
    0.025,
    0.05,
    0.1,
    0.2,
    0.25,
    0.3,
    0.4,
    0.5,
    0.6,
    0.7,
    0.75,
    0.8,
    0.9,
    0.95,
    0.975,
    0.99,
)
#: Ends of years by which the probability of an event of the card is registered.
YEARS = 10
#: In the place of a day: an event never comes.
NEVER = "never"


def samples_ahead(fit: Fit, draws: int) -> xr.DataArray:
    """Answer all questions about scores.

    Parameters
    ----------
    fit : Fit
        The fit.
    draws : int
        Size of each sample.

    Returns
    -------
    xarray.DataArray
        Dims (target, draw), on the scale of `court.scale`.
    """
    asked, seed = asked_ahead(fit.panel), fit.tag.seed
    others, systems = asked[asked["kind"] != "system"], asked[asked["kind"] == "system"]
    until_year = float(year_of_date(asked["released"].max()))
    crowd = measured(continuation(fit, until_year, draws, seed))
    found: dict[str, np.ndarray] = {}
    for (series, tier), rows in systems.groupby(["series", "tier"]):
        alike = _alike(fit.panel, str(series), str(tier))
        for row, rng in each("ours", rows, seed, ("system",), KINDS):
            found[row.target] = _system(crowd, row, alike, rng)
    return xr.concat([predictions(fit, others, draws, seed), gathered(found, draws)], names.TARGET)


def _alike(panel: xr.Dataset, series: str, tier: str) -> pd.DataFrame:
    """Give those of a tier on a series, the recent ones if they are enough, with conditions."""
    table = like(panel, series)
    table = table[table["tier"] == tier]
    recent = table[table["recent"]]
    alike = recent if len(recent) >= LEAST else table
    kinds = ("scaffold_family", "reporter")
    first = {name: conditions(panel, series, alike.index, name)[:, 0] for name in kinds}
    return alike.assign(**first)


def _system(crowd: Measured, row: Any, alike: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Draw the score of a system that is like others."""
    count = crowd.world.count
    who = rng.integers(0, len(alike), count)
    family, reporter = (
        alike[name].to_numpy(dtype=str)[who] for name in ("scaffold_family", "reporter")
    )
    year = float(year_of_date(row.released))
    capability = crowd.newcomer(year, row.tier, "", (count,), rng)
    question = Question(row.series, np.full(count, year), family=family, reporter=reporter)
    return observed(crowd.world, capability, question, rng)


def scores_ahead(
    samples: xr.DataArray, panel: xr.Dataset, levels: Sequence[Event], model: str
) -> pd.DataFrame:
    """Write what is registered about scores.

    Parameters
    ----------
    samples : xarray.DataArray
        From `samples_ahead`; questions that it does not hold are left out.
    panel : xarray.Dataset
        What is known.
    levels : sequence of Event
        From `asked.open_levels`.
    model : str
        Name of the forecaster.

    Returns
    -------
    pandas.DataFrame
        With `COLUMNS`, the target without its day.
    """
    asked = asked_ahead(panel)
    held = asked[asked["target"].isin(samples[names.TARGET].values)]
    rows = [one for row in held.itertuples() for one in _score(row, samples)]
    day, comes = str(panel.attrs["as_of"]), _comes(panel)
    rows += [
        (count, f"{day}|new|{series}|{count}m", "probability", "", p)
        for (series, count), p in comes.items()
    ]
    rows += list(_levels(samples, targets_of(levels, panel), comes, day))
    return _table(rows, day, model)


#: Months or nothing, target with its day, output type, its id, value.
_Row = tuple[object, str, str, str, float]


def _score(row: Any, samples: xr.DataArray) -> Iterator[_Row]:
    drawn = samples.sel({names.TARGET: row.target}).values
    found = from_scale(row.metric, np.quantile(drawn, LEVELS))
    for level, value in zip(LEVELS, found, strict=True):
        yield row.months, row.target, "quantile", f"{level:g}", float(value)
    if row.kind == "best":
        stands = float(np.mean(drawn <= row.known_best))
        yield row.months, row.target, "cdf", repr(row.known_value), stands


def _comes(panel: xr.Dataset) -> dict[tuple[str, int], float]:
    """Give the probability that something new becomes known, by series and months."""
    day = str(panel.attrs["as_of"])
    years = year_of_date([until(day, count) for count in MONTHS]) - year_of_date(day)
    ages = every(panel)["age"]
    return {
        (series, count): float(1 - none)
        for series in series_of(panel)
        for count, none in zip(MONTHS, quiet(ages.loc[series].to_numpy(), years), strict=True)
    }


def _levels(
    samples: xr.DataArray,
    asked: pd.DataFrame,
    comes: Mapping[tuple[str, int], float],
    day: str,
) -> Iterator[_Row]:
    pairs = zip(asked["series"], asked["months"], strict=True)
    told = probabilities(samples, asked.assign(comes=[comes[pair] for pair in pairs]))
    rows: Iterable[Any] = asked[asked["target"].isin(told.index)].itertuples()
    for row in rows:
        target = f"{day}|level|{row.event}|{row.months}m"
        yield row.months, target, "probability", "", float(told[row.target])


def dates_ahead(forecast: Forecast) -> pd.DataFrame:
    """Write what is registered about the events of the card.

    Parameters
    ----------
    forecast : Forecast
        The whole of it.

    Returns
    -------
    pandas.DataFrame
        With `COLUMNS`: ``event|<name>|<day>`` with the probability by that day, for the ends of ten
        years, and ``event|<name>|never``; ``date|<name>`` with quantiles in decimal years
        (`units.year_of_date`), infinite for never or after the simulated horizon.
    """
    day = forecast.tag.as_of
    first = date.fromisoformat(day)
    ends = [date(first.year + n, 12, 31) for n in range(YEARS)]
    ends = [end for end in ends if first < end <= forecast.horizon]
    rows: list[_Row] = []
    for name in forecast.event_names:
        said = {end.isoformat(): forecast.probability_by(end, name) for end in ends}
        said[NEVER] = forecast.never(name).p
        rows += [("", f"{day}|event|{name}|{by}", "probability", "", p) for by, p in said.items()]
        for level, found in forecast.quantiles(name, QUANTILES).items():
            value = float(year_of_date(found)) if found is not None else np.inf
            rows.append(("", f"{day}|date|{name}", "quantile", f"{level:g}", value))
    return _table(rows, day, forecast.tag.card)


def _table(rows: Iterable[_Row], day: str, model: str) -> pd.DataFrame:
    columns = ["horizon", "target", "output_type", "output_type_id", "value"]
    table = pd.DataFrame(list(rows), columns=columns)
    table["target"] = table["target"].str.removeprefix(f"{day}|")
    return table.assign(origin_date=day, model=model)[list(COLUMNS)]
