"""How much the forecast rests on any one series: leave each out in turn.

Invariant: a change is told with its Monte Carlo error, and in units of the posterior standard
deviation of what changes; reweighted draws are used only where k-hat allows it, a refit elsewhere.

The unit of the growth rate is the standard deviation of its posterior draws. That of P(event by a
day) is the standard deviation, over posterior draws, of the probability that each draw alone gives,
averaged over future growth and over everything judged. Two sets of futures of the same draws give
it without the noise of either: the covariance of what they say.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from typing import Any

import arviz as az
import numpy as np
import pandas as pd

from bayes_rsi import names
from bayes_rsi.cards import load_card
from bayes_rsi.checks.executor import Executor
from bayes_rsi.checks.rows import Rows
from bayes_rsi.evidence import Evidence, load_evidence
from bayes_rsi.evidence.cut import evidence_of
from bayes_rsi.forecasting.montecarlo import error_of_mean
from bayes_rsi.forecasting.project import forecast
from bayes_rsi.inference.own import own_parameters
from bayes_rsi.inference.sample import panel_of
from bayes_rsi.inference.store import load
from bayes_rsi.inference.switched import Switched, switched
from bayes_rsi.posterior import Fit
from bayes_rsi.units import year_of_date
from bayes_rsi.updating.without import without

__all__ = [
    "COLUMNS",
    "DAY",
    "EVENT",
    "Refit",
    "Said",
    "evidence_without",
    "in_units",
    "leave_out",
    "origin_of",
    "reweighted",
    "run",
    "said_by",
]

#: What is asked.
EVENT, DAY = "end_to_end", "2028-12-31"
#: How often what is judged is drawn for each future.
TIMES = 4
#: Chains, draws and tuning draws of a refit: enough to place a change within a tenth or so of a
#: standard deviation; the page says how near each came.
CHAINS, DRAWS, TUNE = 2, 400, 300
#: Columns of the table: ``growth`` (doublings per year) and ``p`` are changes, each with its error.
COLUMNS = (
    "series",
    "n_scores",
    "how",
    "k_hat",
    "growth",
    "growth_mcse",
    "p",
    "p_mcse",
    "r_hat",
    "seconds",
)


@dataclass(frozen=True, eq=False)
class Said:
    """What each posterior draw says.

    Parameters
    ----------
    growth : numpy.ndarray
        Doublings per year at the as-of date, shape (chain, draw).
    first, second : numpy.ndarray
        What the draw says of P(event by the day) (`Futures.chances`), from two independent sets of
        futures, same shape.
    """

    growth: np.ndarray
    first: np.ndarray
    second: np.ndarray

    @property
    def chance(self) -> np.ndarray:
        """What each draw says of P(event by the day), from both sets."""
        return (self.first + self.second) / 2

    def spread(self) -> tuple[float, float]:
        """Give the posterior standard deviations of growth and of the probability.

        Returns
        -------
        tuple of float
            The second one without the noise of the futures; 0 where that is all there is.
        """
        together = float(np.cov(self.first.ravel(), self.second.ravel())[0, 1])
        return float(self.growth.std(ddof=1)), float(np.sqrt(max(together, 0.0)))


@dataclass(frozen=True)
class Refit:
    """A fit without one series.

    Parameters
    ----------
    series : str
        The one that is left out.
    out : str
        Folder of the stored fit.
    card : str
        Name or path of its card.
    seed : int
        Its seed; also that of everything random here.
    """

    series: str
    out: str
    card: str
    seed: int


def said_by(fit: Fit) -> Said:
    """Ask a fit.

    Parameters
    ----------
    fit : Fit
        With its posterior.

    Returns
    -------
    Said
        By each draw.
    """
    year, sides = float(year_of_date(DAY)), []
    for seed in (fit.tag.seed, fit.tag.seed + 1):
        sides.append(forecast(fit, seed).what_if("leaving out").chances(EVENT, year, TIMES))
    growth = fit.tree["posterior"][names.GROWTH].transpose(names.CHAIN, names.DRAW).values
    return Said(growth, *sides)


def evidence_without(evidence: Evidence, series: str) -> Evidence:
    """Take the scores of one series away; its name stays known.

    Parameters
    ----------
    evidence : Evidence
        All of it. The card's ``exclude`` would take the other series of its benchmark along.
    series : str
        The series.

    Returns
    -------
    Evidence
        With a digest of its own.
    """
    left = evidence.scores[evidence.scores["series"] != series].reset_index(drop=True)
    return evidence_of(evidence.tables | {"scores": left}, evidence.as_of, evidence.as_of, evidence)


def reweighted(
    fit: Fit, evidence: Evidence, before: Said, wanted: Collection[str]
) -> Iterator[dict[str, Any]]:
    """Leave series out, each in turn, by reweighting the draws of the fit.

    Parameters
    ----------
    fit : Fit
        With the log likelihood of each score.
    evidence : Evidence
        Behind the fit.
    before : Said
        What the fit says.
    wanted : collection of str
        The series.

    Yields
    ------
    dict
        A row; its changes are missing where k-hat does not allow them.
    """
    own, n_scores = own_parameters(fit), fit.panel["score_series"].to_series().value_counts()
    needed = {item.series for item in fit.card.events[EVENT].requirements}
    for series in sorted(wanted):
        begun, weights = time.perf_counter(), without(fit, series, own.get(series))
        row = {"series": series, "n_scores": int(n_scores[series]), "how": "reweighted"}
        row |= {"k_hat": weights.k_hat}
        if weights.reliable:
            after = before
            if series in needed:  # what is required changes too
                panel = panel_of(fit.card, evidence_without(evidence, series))
                after = said_by(replace(fit, panel=panel))
            pairs = {"growth": (before.growth, after.growth), "p": (before.chance, after.chance)}
            for name, (old, new) in pairs.items():
                row |= _weighted(name, weights.values, old, new)
        yield row | {"seconds": round(time.perf_counter() - begun, 1)}


def _weighted(name: str, weights: np.ndarray, old: np.ndarray, new: np.ndarray) -> dict[str, float]:
    after = float(np.average(new, weights=weights))
    residual = weights * (new - after) - (old - old.mean())
    change = after - float(old.mean())
    return {name: change, f"{name}_mcse": error_of_mean(residual[..., None])}


def run(job: Refit) -> dict[str, Any]:
    """Fit without a series.

    Parameters
    ----------
    job : Refit
        The job.

    Returns
    -------
    dict
        Means of growth and probability with their errors, R-hat of growth, and seconds.
    """
    fit, evidence, model = _model_of(job.out, job.card, job.seed)
    begun = time.perf_counter()
    sampling = replace(fit.card.sampling, chains=CHAINS, draws=DRAWS, tune=TUNE)
    panel = panel_of(fit.card, evidence_without(evidence, job.series))
    tree = model.without(job.series, sampling, job.seed)
    said = said_by(replace(fit, panel=panel, tree=tree))
    found: dict[str, Any] = {"series": job.series}
    for name, values in (("growth", said.growth), ("p", said.chance)):
        found[name] = float(values.mean())
        found[f"{name}_mcse"] = error_of_mean((values - values.mean())[..., None])
    seconds = round(time.perf_counter() - begun, 1)
    return found | {"r_hat": float(az.rhat(said.growth)), "seconds": seconds}


@cache
def _model_of(out: str, card: str, seed: int) -> tuple[Fit, Evidence, Switched]:
    """Read a fit and compile its model, once in each process."""
    chosen = load_card(card)
    evidence = load_evidence(as_of=chosen.as_of)
    fit = load(chosen, evidence, out, seed)
    return fit, evidence, switched(fit)


def origin_of(fit: Fit) -> dict[str, Any]:
    """Say what the table comes from.

    Parameters
    ----------
    fit : Fit
        The fit whose series are left out.

    Returns
    -------
    dict
        Plain types.
    """
    refits = {"chains": CHAINS, "draws": DRAWS, "tune": TUNE}
    return fit.tag.as_dict() | {"package_version": version("bayes-rsi"), "refits": refits}


def leave_out(
    rows: Rows, fit: Fit, evidence: Evidence, before: Said, jobs: Sequence[Refit], execute: Executor
) -> Iterator[Mapping[str, Any]]:
    """Leave out the series that a table does not hold yet, and put down each as it ends.

    Parameters
    ----------
    rows : Rows
        Opened.
    fit : Fit
        With the log likelihood of each score.
    evidence : Evidence
        Behind the fit.
    before : Said
        What the fit says.
    jobs : sequence of Refit
        How each series is refitted where it has to be.
    execute : Executor
        Where refits run.

    Yields
    ------
    mapping
        A row, after it was put down.
    """
    done = {series for (series,) in rows.done()}
    wanted = {job.series for job in jobs} - done
    if not wanted:
        return
    told = list(reweighted(fit, evidence, before, wanted))
    ready = [row for row in told if "p" in row]
    if ready:
        rows.add(*ready)
    yield from ready
    left = {row["series"]: row for row in told if "p" not in row}
    for _, found in execute(run, [job for job in jobs if job.series in left]):
        row = left[found["series"]] | found | {"how": "refitted"}
        for name, values in (("growth", before.growth), ("p", before.chance)):
            error = error_of_mean((values - values.mean())[..., None])
            row[name] = found[name] - float(values.mean())
            row[f"{name}_mcse"] = float(np.hypot(found[f"{name}_mcse"], error))
        rows.add(row)
        yield row


def in_units(table: pd.DataFrame, before: Said) -> pd.DataFrame:
    """Give changes and errors in posterior standard deviations.

    Parameters
    ----------
    table : pandas.DataFrame
        With `COLUMNS`.
    before : Said
        What the fit with all series says.

    Returns
    -------
    pandas.DataFrame
        The same, largest change first, with ``largest``, the larger of both changes.
    """
    growth, p = before.spread()
    units = {"growth": growth, "growth_mcse": growth, "p": p, "p_mcse": p}
    scaled = table.assign(**{name: table[name] / unit for name, unit in units.items()})
    scaled["largest"] = scaled[["growth", "p"]].abs().max(axis=1)
    return scaled.sort_values("largest", ascending=False, ignore_index=True)
