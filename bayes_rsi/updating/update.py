"""Update a fit by new scores: by reweighting where k-hat allows it, by a refit where it does not.

Invariant: what comes back says which of the two it was; reweighted numbers are only given when
k-hat is at most `K_LIMIT` and `ESS_LIMIT` independent draws are left.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi import names
from bayes_rsi.comparison.moved import moved
from bayes_rsi.errors import ConvergenceError, ModelError
from bayes_rsi.evidence import Evidence
from bayes_rsi.forecasting.project import forecast
from bayes_rsi.forecasting.result import Forecast
from bayes_rsi.forecasting.weights import K_LIMIT, Weights, smoothed
from bayes_rsi.inference.sample import Progress, panel_of, tag_of
from bayes_rsi.inference.sample import fit as refitted
from bayes_rsi.model.design import TIERS, design
from bayes_rsi.posterior import Fit
from bayes_rsi.tags import Gate, Verdict
from bayes_rsi.units import year_of_date
from bayes_rsi.updating.known import evidence_of
from bayes_rsi.updating.likelihood import averages, score_log_likelihood
from bayes_rsi.updating.ratios import GONE, Told, attribution
from bayes_rsi.updating.reweighted import passing, reweighted, table_of
from bayes_rsi.updating.rows import Changes, changes
from bayes_rsi.updating.systems import nodes_of

__all__ = ["ASSUMES", "ESS_LIMIT", "Update", "update"]

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

#: What is assumed, in one line.
ASSUMES = (
    "new scores come from the model that was fitted; between the as-of dates nothing else was "
    "learned but them and that no event had happened"
)
#: Fewest effective draws after reweighting.
ESS_LIMIT = 300.0
#: Mark of the version of a fit whose draws were reweighted: no stored fit has it.
MARK = "+reweighted"
#: How often the judged quantities are drawn for each future, for the shares of the shift.
TIMES = 8


@dataclass(frozen=True, eq=False)
class Update:
    """A fit with new scores, and what they moved.

    Parameters
    ----------
    fit : Fit
        Refitted, or with reweighted draws (its version then ends in ``+reweighted``: it can be
        projected, not stored as a fit or updated again).
    before, after : Forecast
        Forecasts without and with the new scores.
    rows : pandas.DataFrame
        The new scores: ``score``, ``series``, ``system``, ``value``, ``known_on``, and ``shift``:
        the part of the shift of the probability asked about that is due to it; nan after a refit.
        With `gone` and `passing` they sum to the shift, to first order where futures contradict
        what is known.
    gone : float
        The part that is due to scores of the fit that were replaced or are known no more: what
        they had said is taken back. nan after a refit.
    passing : float
        The part that is due to the time that passed: no event has happened until the new as-of
        date. 0 where that is the old one; after a refit what it does by itself, before any score.
    table : pandas.DataFrame
        As `bayes_rsi.comparison.moved.moved` has it.
    k_hat, ess : float
        Of the weights; nan where there are none because a series is new.
    refitted : bool
        Whether it was fitted again.
    why : str
        Reason for the refit; empty without one.
    asked : str
        Whose probability the shifts are of, such as ``"end_to_end by 2028-12-31"``.
    seconds : float
        Time of the reweighting.
    assumes : str
        In one line.
    """

    fit: Fit
    before: Forecast
    after: Forecast
    rows: pd.DataFrame
    gone: float
    passing: float
    table: pd.DataFrame
    k_hat: float
    ess: float
    refitted: bool
    why: str
    asked: str
    seconds: float
    assumes: str = ASSUMES

    def __repr__(self) -> str:
        """Give how it was done and what came out instead of the tables."""
        how = "fitted again" if self.refitted else f"reweighted, k-hat {self.k_hat:.2f}"
        return f"Update({len(self.rows)} new scores, {how}; after: {self.after!r})"


def update(
    fit: Fit,
    new_rows: str | Path | Iterable[str | Path] | Evidence,
    as_of: str | None = None,
    refit: bool = True,
    event: str = "end_to_end",
    day: str = "2028-12-31",
    progress: Progress | None = None,
) -> Update:
    """Add scores to a fit.

    Scores of systems that the fit does not know are averaged over what the model's prior says such
    a system may be, given the draw. A series or an audit that it does not know needs a refit, and
    so does a system released after its as-of date, beyond which its draws of the frontier end.

    Parameters
    ----------
    fit : Fit
        From `bayes_rsi.fit` or `bayes_rsi.load_fit`.
    new_rows : path, iterable of path, or Evidence
        CSV files of further scores beside the shipped ones; or all evidence, with the new scores.
    as_of : str, optional
        ISO date: known by then. Default: the last day on which a new row became known, at least
        that of the fit; of evidence its own.
    refit : bool, default True
        Fit again where the weights cannot be relied on; False: raise.
    event, day : str
        Whose probability the shares of the rows are about.
    progress : callable, optional
        Told the stages of a refit.

    Returns
    -------
    Update
        With what moved.

    Raises
    ------
    EvidenceError
        When a row is wrong, or none counts.
    ModelError
        When the fit was itself reweighted, or the rows are those of a day before its as-of date.
    ConvergenceError
        With ``refit=False``, when the weights cannot be relied on.

    Examples
    --------
    >>> update(fit, "mine.csv").table  # doctest: +SKIP
    """
    if fit.tag.package_version.endswith(MARK):
        raise ModelError(
            "update: got a fit whose draws were reweighted before, expected one that was sampled; "
            "update the first fit by all new rows together"
        )
    evidence = evidence_of(fit, new_rows, as_of)
    panel = panel_of(fit.card, evidence)
    found = changes(fit.panel, panel)
    why = _unweighable(found)
    if why and not refit:
        raise _unreliable(why)
    before = forecast(fit)
    before.share_by(day, event)  # what cannot be told is refused before anything is computed
    begun = time.perf_counter()
    told = None if why else _told(fit, panel, found, before)
    shape = before.all_futures("update").paths.shape[:2]
    weights = None if told is None else smoothed(told.log_ratio().reshape(shape))
    seconds = time.perf_counter() - begun
    why = why or _untrusted(weights)
    if why and not refit:
        raise _unreliable(why)
    if why or told is None or weights is None:
        again = _refit(fit, evidence, before, found, weights, why, seconds, progress)
        alone = passing(before, np.ones(shape), again.fit.tag.as_of, event, day)
        return replace(again, passing=alone, asked=f"{event} by {day}")
    chances = before.all_futures("update").chances(event, float(year_of_date(day)), TIMES)
    shifts = attribution(told, chances.ravel())
    marked = replace(
        tag_of(fit.card, panel, fit.tag.seed),
        package_version=fit.tag.package_version + MARK,
    )
    gates = (
        Gate("pareto_k", weights.k_hat, K_LIMIT, True),
        Gate("ess_of_weights", weights.ess, ESS_LIMIT, False),
    )
    verdict = Verdict((*fit.verdict.gates, *gates))
    new_fit, after = reweighted(fit, before, weights, marked, verdict)
    return Update(
        fit=new_fit,
        before=before,
        after=after,
        rows=found.table.assign(shift=[shifts[label] for label in found.table["score"]]),
        gone=shifts.get(GONE, 0.0),
        passing=passing(before, weights.values, marked.as_of, event, day),
        table=table_of(before, weights, marked.as_of),
        k_hat=weights.k_hat,
        ess=weights.ess,
        refitted=False,
        why="",
        asked=f"{event} by {day}",
        seconds=seconds,
    )


def _told(fit: Fit, panel: xr.Dataset, found: Changes, before: Forecast) -> Told:
    futures = before.all_futures("update")
    arrays = design(panel, fit.card)
    draws = _stacked(fit, found)
    systems = dict(zip(found.table["score"], found.table["system"], strict=True))
    nodes = {
        system: nodes_of(arrays, draws, system, futures.paths, fit.tag.seed)
        for system in dict.fromkeys(systems.values())
    }
    rows = {
        label: score_log_likelihood(arrays, draws, int(row), nodes[systems[label]])
        for label, row in zip(found.table["score"], found.new, strict=True)
    }
    return Told(rows, systems, _gone(fit, found))


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


def _unweighable(found: Changes) -> str:
    """Say why the draws of the fit cannot be weighed; empty where they can."""
    reasons = {
        "an audit of {} that the fit has not seen": found.audited,
        "other facts about {} than the fit was told": found.restated,
        "scores of {}, which the fit does not have": found.new_series,
        "no score of {} any more": found.lost_series,
        "{}, released after the as-of date of the fit, where its draws end": found.later_systems,
    }
    return next((words.format(", ".join(who)) for words, who in reasons.items() if who), "")


def _unreliable(why: str) -> ConvergenceError:
    return ConvergenceError(f"update: got {why}; fit again, or call with refit=True")


def _untrusted(weights: Weights | None) -> str:
    """Say why weights cannot be relied on; empty where they can, or where there are none."""
    if weights is None:
        return ""
    if not weights.reliable:
        return f"a k-hat of {weights.k_hat:.2f}, expected at most {K_LIMIT}"
    if weights.ess < ESS_LIMIT:
        return f"an effective sample size of {weights.ess:.0f}, expected at least {ESS_LIMIT:g}"
    return ""


def _refit(
    fit: Fit,
    evidence: Evidence,
    before: Forecast,
    found: Changes,
    weights: Weights | None,
    why: str,
    seconds: float,
    progress: Progress | None,
) -> Update:
    again = refitted(fit.card, evidence, fit.tag.seed, progress, begin=fit)
    after = forecast(again)
    return Update(
        fit=again,
        before=before,
        after=after,
        rows=found.table.assign(shift=np.nan),
        gone=np.nan,
        passing=0.0,
        table=moved(before, after),
        k_hat=np.nan if weights is None else weights.k_hat,
        ess=np.nan if weights is None else weights.ess,
        refitted=True,
        why=why,
        asked="",
        seconds=seconds,
    )
