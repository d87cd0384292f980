"""The model of runs on single tasks: how long the tasks are that a system can do.

Invariant: family effects and task residuals have mean zero, in doublings of human time, so that
`halfway` is the length of the tasks at which a system succeeds half of the time: on an ordinary
task, and averaged over the tasks of that length too, as the curve is symmetric about one half.

    success = chance + (1 - chance) * logistic(slope_s * (halfway_s - difficulty_k))
    successes ~ BetaBinomial(attempts, mean success, correlation overdispersion)
    difficulty_k = log2 of the true human time + family effect + task residual

    true time ~ Normal(length_typical, length_spread^2)
    measured time ~ Normal(true time, human_error^2), the error that of the source of the time

The true times are integrated out in closed form. Given the measured one, a true time is normal with
variance r human_error^2 and drawn towards the typical length by 1 - r, where
r = length_spread^2 / (length_spread^2 + human_error^2); taking measured times for true ones would
flatten the curves. The error of a time and the residual of its task cannot be told apart, so they
are one variable.

How a system differs from its own curve on one task is integrated out too, by the beta-binomial:
with binomial counts eight runs on one task would say as much as single runs on eight tasks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import xarray as xr

from bayes_rsi import names
from bayes_rsi.cards import HUMAN_SOURCES, RunsCard
from bayes_rsi.model.priors import distribution

__all__ = ["runs_model"]

#: Keeps the shapes of the beta distribution above zero; far below any rate that counts can show.
_EDGE = 1e-9


def runs_model(runs: xr.Dataset, card: RunsCard) -> pm.Model:
    """Build the model; nothing is sampled.

    Parameters
    ----------
    runs : xarray.Dataset
        From `bayes_rsi.evidence.lay_out`.
    card : RunsCard
        Priors.

    Returns
    -------
    pymc.Model
        With dims ``system``, ``family``, ``task`` and ``run``.

    Examples
    --------
    >>> model = runs_model(lay_out(load_runs()), load_runs_card())  # doctest: +SKIP
    >>> model.dim_lengths["system"].eval()  # doctest: +SKIP
    array(10)
    """
    dims = (names.SYSTEM, names.FAMILY, names.TASK, names.RUN)
    with pm.Model(coords={dim: runs[dim].values for dim in dims}) as model:
        halfway = _prior(card, names.HALFWAY, dims=names.SYSTEM)
        slope = _slopes(card)
        difficulty = _difficulties(runs, card)
        system, task = _index(runs, "run_system"), _index(runs, "run_task")
        solved = pm.math.sigmoid(slope[system] * (halfway[system] - difficulty[task]))
        chance = runs["chance"].values[task]
        _counts(runs, card, chance + (1 - chance) * solved)
    return model


def _prior(card: RunsCard, name: str, dims: str | None = None) -> Any:
    family, keywords = distribution(card.priors[name])
    return family(name, **keywords, dims=dims)


def _index(runs: xr.Dataset, name: str) -> np.ndarray:
    """Give the positions of labels along the dim that their name ends in."""
    labels = runs[name.partition("_")[2]].values
    return _places(runs[name].values, labels.tolist())


def _places(words: np.ndarray, labels: Sequence[str]) -> np.ndarray:
    """Give positions; a word that is no label is an error here, and not where nobody checks."""
    order = {label: place for place, label in enumerate(labels)}
    return np.array([order[word] for word in words.tolist()])


def _slopes(card: RunsCard) -> Any:
    typical, spread = _prior(card, "slope_typical"), _prior(card, "slope_spread")
    raw = pm.Normal("slope_raw", 0.0, 1.0, dims=names.SYSTEM)
    return pm.Deterministic(names.TASK_SLOPE, typical * pt.exp(spread * raw), dims=names.SYSTEM)


def _difficulties(runs: xr.Dataset, card: RunsCard) -> Any:
    """Non-centred throughout: centring the tasks cost three quarters of the effective draws."""
    place, variance = _true_times(runs, card)
    raw = pm.Normal("family_raw", 0.0, 1.0, dims=names.FAMILY)
    effect = pm.Deterministic(
        names.FAMILY_EFFECT, _prior(card, names.FAMILY_SPREAD) * raw, dims=names.FAMILY
    )
    residual = pm.Normal("task_raw", 0.0, 1.0, dims=names.TASK)
    own = pt.sqrt(variance + _prior(card, names.TASK_SPREAD) ** 2)
    difficulty = place + effect[_index(runs, "task_family")] + own * residual
    return pm.Deterministic(names.TASK_DIFFICULTY, difficulty, dims=names.TASK)


def _true_times(runs: xr.Dataset, card: RunsCard) -> tuple[Any, Any]:
    """Give mean and variance of the true times, and let the measured ones be observed."""
    typical, spread = _prior(card, "length_typical"), _prior(card, "length_spread")
    error = _errors(runs["human_source"].values, card)
    measured, total = runs["log2_minutes"].values, spread**2 + error**2
    pm.Normal(names.HUMAN_TIME, typical, pt.sqrt(total), observed=measured, dims=names.TASK)
    kept = spread**2 / total
    return kept * measured + (1 - kept) * typical, kept * error**2


def _errors(sources: np.ndarray, card: RunsCard) -> Any:
    """Give the standard deviation of each human time; only sources that occur get a variable."""
    present = [source for source in HUMAN_SOURCES if source in sources]
    errors = pt.stack([_prior(card, f"human_error_{source}") for source in present])
    return errors[_places(sources, present)]


def _counts(runs: xr.Dataset, card: RunsCard, success: Any) -> None:
    rate = pt.clip(success, _EDGE, 1 - _EDGE)
    correlation = _prior(card, "overdispersion")
    weight = (1 - correlation) / correlation
    pm.BetaBinomial(
        names.RUN_SUCCESSES,
        alpha=rate * weight,
        beta=(1 - rate) * weight,
        n=runs["attempts"].values,
        observed=runs["successes"].values,
        dims=names.RUN,
    )
