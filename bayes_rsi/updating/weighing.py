"""Weights of the draws of a fit under new scores, or why there are none.

Invariant: weights can be relied on, with a k-hat of at most `K_LIMIT` and `ESS_LIMIT` independent
draws left, or it is said why not; what can be known before anything is computed is known before.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from bayes_rsi import names
from bayes_rsi.forecasting.result import Forecast
from bayes_rsi.forecasting.weights import K_LIMIT, Weights, smoothed
from bayes_rsi.model.design import TIERS, design
from bayes_rsi.posterior import Fit
from bayes_rsi.tags import Gate
from bayes_rsi.updating.likelihood import averages, harness_label, score_log_likelihood
from bayes_rsi.updating.ratios import Told
from bayes_rsi.updating.rows import Changes
from bayes_rsi.updating.systems import nodes_of

__all__ = ["ESS_LIMIT", "Weighed", "gates_of", "unweighable", "weighed"]

#: Quantities of the posterior that the densities of scores need.
NEEDED = (
    *(f"gap_{tier}" for tier in TIERS),
    *(f"behind_{tier}" for tier in TIERS[1:]),
    "system_scatter",
    names.FRONTIER,
    names.FRONTIER_CLOCK,
    names.CAPABILITY,
    names.DIFFICULTY,
    names.SLOPE,
    names.CEILING,
    names.OVERDISPERSION,
    names.COMMON,
    names.REPEATED_DEVIATION,
    names.ROUNDING,
    names.HORIZON_AT_LEVEL,
    names.HORIZON_STRETCH,
    names.HORIZON_OFFSET,
    names.HORIZON_SCATTER,
    names.HORIZON_DEVIATION,
    names.HORIZON_SHARED,
    names.SERIES_DRIFT_DOUBLINGS,
    names.HARNESS_EFFECT,
    names.HARNESS_SPREAD,
    names.REPORTER_OFFSET,
    names.LAB_EFFECT,
    names.HORIZON_NOISE,
    names.SPEEDUP_DIFFICULTY,
    names.SPEEDUP_SLOPE,
    names.SPEEDUP_LIMIT,
    names.SPEEDUP_NOISE,
    names.RATIO_DIFFICULTY,
    names.RATIO_SLOPE,
    names.RATIO_NOISE,
    names.COUNT_DIFFICULTY,
    names.COUNT_SLOPE,
)
#: Fewest effective draws after reweighting.
ESS_LIMIT = 300.0


@dataclass(frozen=True, eq=False)
class Weighed:
    """Draws of a fit under new scores.

    Parameters
    ----------
    told : Told or None
        What each score says about each draw; None where that cannot be computed.
    weights : Weights or None
        Of the draws; None with `told`.
    why : str
        Why they cannot be relied on; empty where they can.
    seconds : float
        Time of the weighing.
    """

    told: Told | None
    weights: Weights | None
    why: str
    seconds: float


def weighed(fit: Fit, panel: xr.Dataset, found: Changes, before: Forecast) -> Weighed:
    """Weigh the draws of a fit by new scores.

    Parameters
    ----------
    fit : Fit
        What was sampled.
    panel : xarray.Dataset
        With the new scores.
    found : Changes
        From the panel of the fit to that one.
    before : Forecast
        Of the fit.

    Returns
    -------
    Weighed
        Without weights where `unweighable` says why.
    """
    if why := unweighable(found):
        return Weighed(None, None, why, 0.0)
    begun = time.perf_counter()
    told = _told(fit, panel, found, before)
    shape = before.all_futures("update").paths.shape[:2]
    weights = smoothed(told.log_ratio().reshape(shape))
    why = _untrusted(weights)
    if why and told.rows:
        why += f"; {_hardest(told, shape)} moves the draws most, check it for a slip"
    return Weighed(told, weights, why, time.perf_counter() - begun)


def unweighable(found: Changes) -> str:
    """Say why draws cannot be weighed by some changes, all reasons, before anything is computed.

    Parameters
    ----------
    found : Changes
        What is new.

    Returns
    -------
    str
        The reasons; empty where they can.
    """
    reasons = {
        "an audit of {} that the fit has not seen": found.audited,
        "other facts about {} than the fit was told": found.restated,
        "scores of {}, which the fit does not have": found.new_series,
        "no score of {} any more": found.lost_series,
        "{}, released after the as-of date of the fit, where its draws end": found.later_systems,
    }
    return "; ".join(words.format(", ".join(who)) for words, who in reasons.items() if who)


def gates_of(weights: Weights) -> tuple[Gate, ...]:
    """Judge weights as a sampler is judged.

    Parameters
    ----------
    weights : Weights
        Of draws.

    Returns
    -------
    tuple of Gate
        ``pareto_k`` and ``ess_of_weights``.
    """
    return (
        Gate("pareto_k", weights.k_hat, K_LIMIT, True),
        Gate("ess_of_weights", weights.ess, ESS_LIMIT, False),
    )


def _told(fit: Fit, panel: xr.Dataset, found: Changes, before: Forecast) -> Told:
    futures = before.all_futures("update")
    arrays = design(panel, fit.card)
    draws = _stacked(fit, found)
    systems = dict(zip(found.table["score"], found.table["system"], strict=True))
    unseen = _unseen(fit.panel, panel, found)
    before_it = _before(panel, found)
    nodes = {
        system: replace(
            nodes_of(arrays, draws, system, futures.paths, fit.tag.seed, unseen.get(system, [])),
            before=before_it,
        )
        for system in dict.fromkeys(systems.values())
    }
    rows = {
        label: score_log_likelihood(arrays, draws, int(row), nodes[systems[label]])
        for label, row in zip(found.table["score"], found.new, strict=True)
    }
    return Told(rows, systems, _gone(fit, found))


def _unseen(seen: xr.Dataset, panel: xr.Dataset, found: Changes) -> dict[str, list[str]]:
    """Give the harnesses behind new shares that the fit has not seen on the series, by system."""
    told: dict[str, list[str]] = {}
    known = set(_harnesses(seen))
    kinds = panel["kind"].to_series()
    for row, label in zip(found.new, np.array(_harnesses(panel))[found.new], strict=True):
        series, system = (str(panel[f"score_{of}"].values[row]) for of in ("series", "system"))
        if kinds[series] == "fraction" and label not in known:
            told.setdefault(system, []).append(str(label))
    return told


def _before(panel: xr.Dataset, found: Changes) -> dict[int, list[int]]:
    """Give the scores of the same system and series before each new one: what was seen, then new.

    So the densities of new scores, one after the other, are that of all of them together.
    """
    pairs = list(zip(panel["score_series"].values, panel["score_system"].values, strict=True))
    new = [int(row) for row in found.new]
    alike: dict[object, list[int]] = {}
    for row in [*(row for row in range(len(pairs)) if row not in set(new)), *new]:
        alike.setdefault(pairs[row], []).append(row)
    return {row: alike[pairs[row]][: alike[pairs[row]].index(row)] for row in new}


def _harnesses(panel: xr.Dataset) -> list[str]:
    """Give the harness of each score."""
    pairs = zip(panel["score_series"].values, panel["scaffold_family"].values, strict=True)
    return [harness_label(str(series), str(family)) for series, family in pairs]


def _stacked(fit: Fit, found: Changes) -> xr.Dataset:
    """Stack chains and draws of what is needed, along the systems and series asked for."""
    posterior = fit.tree["posterior"].to_dataset()
    needed = posterior[[name for name in NEEDED if name in posterior]]
    for dim in map(str, needed.dims):
        asked = set(found.table["system" if "system" in dim else "series"])
        if dim.endswith(("system", "series")):
            labels = [label for label in needed[dim].values.tolist() if label in asked]
            needed = needed.sel({dim: labels}) if labels else needed.drop_dims(dim)
    needed = needed.merge(averages(fit.panel))
    return needed.stack(sample=(names.CHAIN, names.DRAW)).transpose("sample", ...)


def _gone(fit: Fit, found: Changes) -> np.ndarray:
    told = fit.tree["log_likelihood"].to_dataset()[names.SCORE_LOG_LIKELIHOOD]
    picked = told.sel({names.SCORE: list(found.gone)}).transpose(names.CHAIN, names.DRAW, ...)
    return np.asarray(picked.values.sum(axis=-1, dtype=float).ravel())


def _hardest(told: Told, shape: tuple[int, ...]) -> str:
    """Give the new score that leaves the fewest effective draws by itself."""
    left = {label: smoothed(told.alone(label).reshape(shape)).ess for label in told.rows}
    return min(left, key=lambda label: left[label])


def _untrusted(weights: Weights) -> str:
    """Say why weights cannot be relied on; empty where they can."""
    if not weights.reliable:
        return f"a k-hat of {weights.k_hat:.2f}, expected at most {K_LIMIT}"
    if weights.ess < ESS_LIMIT:
        return f"an effective sample size of {weights.ess:.0f}, expected at least {ESS_LIMIT:g}"
    return ""
