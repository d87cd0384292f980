"""What a fit forecasts for the court: predictive samples of every question.

Invariant: nothing of the outcome is looked at beyond what the question gives (`targets`), and the
draws of a question do not depend on which others are asked.

    named    the posterior of the system's capability if the panel holds the system, else a system
             like those of its tier that are measured (`measured`); then its figure on the series
    best     the most of the best known and of the figures of those who will be measured by the
             horizon (`arrivals`)
    record   the same, in those futures in which it exceeds the best known and all that were
             released before it since the newest on the series: futures in which it sets no record
             are not those that the question is about
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi import names
from bayes_rsi.checks.court.arrivals import Arrivals, arrivals, like
from bayes_rsi.checks.court.baselines.protocol import each, gathered, moment
from bayes_rsi.checks.court.continuation import Continuation, continuation
from bayes_rsi.checks.court.measured import Measured, measured
from bayes_rsi.checks.court.observing import Question, observed
from bayes_rsi.checks.court.scale import KINDS
from bayes_rsi.posterior import Fit
from bayes_rsi.units import year_of_date

__all__ = ["predictions"]

#: Attempts of each future to set the record that the question says was set.
ATTEMPTS = 16


def predictions(fit: Fit, targets: pd.DataFrame, draws: int, seed: int) -> xr.DataArray:
    """Forecast.

    Parameters
    ----------
    fit : Fit
        Fitted to what was known on the day of the targets.
    targets : pandas.DataFrame
        From `targets.targets`, of that day.
    draws : int
        Size of each predictive sample.
    seed : int
        Seed of the futures.

    Returns
    -------
    xarray.DataArray
        Dims (target, draw), on the scale; all questions on series of the fit.
    """
    until = max((moment(row) for row in targets.itertuples()), default=0.0)
    crowd = measured(continuation(fit, until, draws, seed))
    asked = targets[targets["series"].isin(fit.panel["series"].values)]
    ways = {"named": _named, "best": _best, "record": _record}
    found = {
        row.target: ways[row.kind](crowd, row, rng)
        for row, rng in each("ours", asked, seed, tuple(ways), KINDS)
    }
    return gathered(found, draws)


def _named(crowd: Measured, row: Any, rng: np.random.Generator) -> np.ndarray:
    capability = _capability(crowd, row, (crowd.world.count,), rng)
    question = Question(
        series=row.series,
        released=year_of_date(row.released),
        trials=row.n_trials,
        system=row.system,
        family=row.scaffold_family,
        reporter=row.reporter,
    )
    return observed(crowd.world, capability, question, rng)


def _capability(
    crowd: Measured, row: Any, shape: tuple[int, ...], rng: np.random.Generator
) -> np.ndarray:
    """Give the capability of the system that is asked about: its own, or a newcomer's."""
    if crowd.world.has(row.system):
        own = crowd.world.of(names.CAPABILITY, system=row.system)
        return np.broadcast_to(own.reshape(-1, *[1] * (len(shape) - 1)), shape)
    return crowd.newcomer(float(year_of_date(row.released)), row.tier, row.lab, shape, rng)


def _best(crowd: Measured, row: Any, rng: np.random.Generator) -> np.ndarray:
    world = crowd.world
    span = (float(year_of_date(row.origin)), moment(row))
    new = arrivals(world.panel, row.series, span, world.count, rng)
    return np.maximum(row.known_best, _highest(world, row.series, new, rng))


def _highest(
    world: Continuation, series: str, new: Arrivals, rng: np.random.Generator
) -> np.ndarray:
    """Give the best figure of newcomers; minus infinity where there are none."""
    capability = world.newcomers(new.released, new.tier, new.lab, rng)
    best, own = np.full(world.count, -np.inf), rng.standard_normal(capability.shape)
    for number in range(int(new.figures.max())):
        family, reporter = new.family[..., number], new.reporter[..., number]
        question = Question(series, new.released, family=family, reporter=reporter, own=own)
        figure = observed(world, capability, question, rng)
        counts = new.there & (new.figures > number)
        best = np.maximum(best, np.where(counts, figure, -np.inf).max(axis=1))
    return best


def _record(crowd: Measured, row: Any, rng: np.random.Generator) -> np.ndarray:
    """Draw records: attempts in all futures, of which those that are records are kept."""
    world = crowd.world
    shape = (world.count, ATTEMPTS)
    question = Question(row.series, year_of_date(row.released), system=row.system)
    figure = observed(world, _capability(crowd, row, shape, rng), question, rng)
    bar = np.maximum(row.known_best, _before(world, row, rng))
    kept = figure[figure > bar[:, None]]
    if not kept.size:  # so unlikely that no attempt came through: just above the bar
        return bar
    return np.asarray(rng.choice(kept, world.count))


def _before(world: Continuation, row: Any, rng: np.random.Generator) -> np.ndarray:
    """Give the best of those released on the series between its newest system and this one."""
    newest = float(like(world.panel, row.series)["released"].max())
    end = float(year_of_date(row.released))
    if end <= newest:
        return np.full(world.count, -np.inf)
    span, count = (newest, end), world.count
    new = arrivals(world.panel, row.series, span, count, rng, at_least=0, delayed=False)
    return _highest(world, row.series, new, rng)
