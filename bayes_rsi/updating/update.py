"""Update a fit by new scores: by reweighting where k-hat allows it, by a refit where it does not.

Invariant: what comes back says which of the two it was; reweighted numbers are only given when
the weights can be relied on (`bayes_rsi.updating.weighing`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi.comparison.moved import moved
from bayes_rsi.errors import ConvergenceError, ModelError, refuse_other
from bayes_rsi.evidence import Evidence
from bayes_rsi.forecasting.project import forecast
from bayes_rsi.forecasting.result import Forecast
from bayes_rsi.forecasting.weights import Weights
from bayes_rsi.inference.sample import Progress, panel_of, tag_of
from bayes_rsi.inference.sample import fit as fit_again
from bayes_rsi.posterior import Fit
from bayes_rsi.tags import Verdict
from bayes_rsi.units import year_of_date
from bayes_rsi.updating.known import evidence_of, files_in, refuse_lost
from bayes_rsi.updating.ratios import GONE, Told, attribution
from bayes_rsi.updating.reweighted import passing, reweighted, table_of
from bayes_rsi.updating.rows import changes
from bayes_rsi.updating.weighing import gates_of, unweighable, weighed

__all__ = ["ASSUMES", "Update", "update"]

#: What is assumed, in one line.
ASSUMES = (
    "new scores come from the model that was fitted; between the as-of dates nothing else was "
    "learned but them and that no event had happened"
)
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
        No file, or evidence of a later day that holds no new score: what is updated by is that no
        event has happened until then (a fit with rows of its own needs evidence that has them).
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
    refuse_other(fit, Fit, "update", "bayes_rsi.fit or bayes_rsi.load_fit")
    if fit.tag.package_version.endswith(MARK):
        raise ModelError(
            "update: got a fit whose draws were reweighted before, expected one that was sampled; "
            "update the first fit by all new rows together"
        )
    rows = new_rows if isinstance(new_rows, Evidence) else files_in(new_rows)
    evidence = evidence_of(fit, rows, as_of)
    panel = panel_of(fit.card, evidence)
    found = changes(fit.panel, panel, waiting=isinstance(rows, Evidence) or not rows)
    if not isinstance(rows, Evidence) and not rows:
        refuse_lost(found.gone, evidence)
    if not refit:
        _refuse(unweighable(found))
    before = forecast(fit)
    before.share_by(day, event)  # what cannot be told is refused before anything is computed
    result = weighed(fit, panel, found, before)
    if not refit:
        _refuse(result.why)
    if result.why or result.told is None or result.weights is None:
        done = _refitted(fit, evidence, before, progress)
    else:
        asked = (event, day)
        done = _reweighted(fit, panel, before, result.told, result.weights, asked)
    return Update(
        fit=done.fit,
        before=before,
        after=done.after,
        rows=found.table.assign(shift=[done.shifts.get(s, np.nan) for s in found.table["score"]]),
        gone=done.shifts.get(GONE, np.nan if result.why else 0.0),
        passing=passing(before, done.mass, done.fit.tag.as_of, event, day),
        table=done.table,
        k_hat=np.nan if result.weights is None else result.weights.k_hat,
        ess=np.nan if result.weights is None else result.weights.ess,
        refitted=bool(result.why),
        why=result.why,
        asked=f"{event} by {day}",
        seconds=result.seconds,
    )


def _refuse(why: str) -> None:
    if why:
        raise ConvergenceError(
            f"update: got {why}; fit again (refit=True; in the shell without --no-refit)"
        )


@dataclass(frozen=True, eq=False)
class _Done:
    """What came of new scores: ``mass`` weighs the draws of before, ``shifts`` is by score."""

    fit: Fit
    after: Forecast
    table: pd.DataFrame
    shifts: Mapping[str, float]
    mass: np.ndarray


def _reweighted(
    fit: Fit,
    panel: xr.Dataset,
    before: Forecast,
    told: Told,
    weights: Weights,
    asked: tuple[str, str],
) -> _Done:
    event, day = asked
    chances = before.all_futures("update").chances(event, float(year_of_date(day)), TIMES)
    marked = replace(
        tag_of(fit.card, panel, fit.tag.seed),
        package_version=fit.tag.package_version + MARK,
    )
    verdict = Verdict((*fit.verdict.gates, *gates_of(weights)))
    new_fit, after = reweighted(fit, before, weights, marked, verdict)
    table = table_of(before, weights, marked.as_of)
    return _Done(new_fit, after, table, attribution(told, chances.ravel()), weights.values)


def _refitted(fit: Fit, evidence: Evidence, before: Forecast, progress: Progress | None) -> _Done:
    again = fit_again(fit.card, evidence, fit.tag.seed, progress, begin=fit)
    after = forecast(again)
    ones = np.ones(before.all_futures("update").paths.shape[:2])
    return _Done(again, after, moved(before, after), {}, ones)
