"""From runs on single tasks to time horizons: checks, sampler, success rates, verdict.

Invariant: the same runs, card and seed give the same draws on one machine with a warm compilation
cache; everything is checked before the sampler starts.

Estimand: the length, in true human time, of the tasks at which a system succeeds in a share of its
runs, averaged over tasks of that length (from families not seen before), chance apart. Differences
between tasks flatten an average, so an ordinary task that is solved 80% of the time is longer than
this. METR's fit of one curve through all tasks averages too.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
import nutpie
import pandas as pd
import xarray as xr

from bayes_rsi import names
from bayes_rsi.cards import RunsCard, load_runs_card
from bayes_rsi.errors import ModelError
from bayes_rsi.evidence import check_runs, lay_out, load_runs
from bayes_rsi.horizons import TimeHorizons
from bayes_rsi.inference.gates import verdict
from bayes_rsi.inference.marginal import crossing
from bayes_rsi.inference.nuts import sample_compiled
from bayes_rsi.model.runs import runs_model
from bayes_rsi.tags import Tag

__all__ = ["time_horizon"]


def time_horizon(
    runs: pd.DataFrame | str | Path,
    *,
    success: Sequence[float] = (0.5, 0.8),
    card: RunsCard | None = None,
    seed: int = 1,
) -> TimeHorizons:
    """Estimate time horizons from runs on single tasks.

    Parameters
    ----------
    runs : pandas.DataFrame or path
        One row for each system and task of one suite: `task`, `family`, `human_minutes`, `system`,
        `successes`, `attempts`; perhaps `human_source`, `chance`, `known_on`, `source`. A path is
        read with `load_runs`, which also cuts at a day.
    success : sequence of float
        Success rates that define the horizons, each between 0 and 1.
    card : RunsCard, optional
        Priors and settings of the sampler. Default: the shipped one.
    seed : int, default 1
        Seed of the sampler.

    Returns
    -------
    TimeHorizons
        With the verdict of the convergence gates; a failed gate does not raise.

    Raises
    ------
    EvidenceError
        When a row of the runs is wrong.
    ModelError
        When a success rate is out of range or given twice.

    Examples
    --------
    >>> horizons = rsi.time_horizon(rsi.load_runs("2026-06-30"))  # doctest: +SKIP
    >>> horizons.table()  # doctest: +SKIP
    """
    rates = _rates(success)
    given = card if card is not None else load_runs_card()
    checked = check_runs(runs) if isinstance(runs, pd.DataFrame) else load_runs(path=runs)
    laid = lay_out(checked)
    tree = _assembled(_sampled(laid, given, seed), laid, rates)
    return TimeHorizons(given, laid, tree, verdict(tree), _tag(laid, given, seed))


def _rates(success: Sequence[float]) -> np.ndarray:
    rates = np.atleast_1d(np.asarray(success, dtype=float))
    if not rates.size or not np.all((rates > 0) & (rates < 1)) or len(set(rates)) < rates.size:
        raise ModelError(
            f"got success rates {success!r}, expected different numbers between 0 and 1, such as "
            "(0.5, 0.8)"
        )
    return np.sort(rates)


def _sampled(runs: xr.Dataset, card: RunsCard, seed: int) -> xr.DataTree:
    return sample_compiled(nutpie.compile_pymc_model(runs_model(runs, card)), card.sampling, seed)


def _assembled(sampled: xr.DataTree, runs: xr.Dataset, rates: np.ndarray) -> xr.DataTree:
    posterior = sampled["posterior"].to_dataset()
    posterior[names.TIME_HORIZON] = _lengths(posterior, rates)
    observed = {
        names.RUN_SUCCESSES: runs["successes"],
        names.HUMAN_TIME: runs["log2_minutes"],
    }
    groups = {
        "posterior": posterior,
        "sample_stats": sampled["sample_stats"].to_dataset(),
        "observed_data": xr.Dataset(observed),
        "constant_data": runs,
    }
    return xr.DataTree.from_dict(groups)


def _lengths(posterior: xr.Dataset, rates: np.ndarray) -> xr.DataArray:
    """Give the lengths at which the average over tasks has a success rate, log2 minutes."""
    slope, dims = posterior[names.TASK_SLOPE], (names.CHAIN, names.DRAW, names.SYSTEM)
    between = posterior[names.FAMILY_SPREAD] ** 2 + posterior[names.TASK_SPREAD] ** 2
    spread = (slope * between**0.5).transpose(*dims)
    parts = [
        posterior[names.HALFWAY] - spread.copy(data=crossing(spread.values, float(rate))) / slope
        for rate in rates
    ]
    lengths: xr.DataArray = xr.concat(parts, xr.Variable(names.SUCCESS, rates))
    lengths = lengths.assign_coords({names.SUCCESS: rates})
    return lengths.transpose(names.CHAIN, names.DRAW, names.SUCCESS, names.SYSTEM)


def _tag(runs: xr.Dataset, card: RunsCard, seed: int) -> Tag:
    return Tag(
        card=card.name,
        card_digest=card.digest,
        as_of=runs.attrs["as_of"],
        data_digest=runs.attrs["data_digest"],
        package_version=version("bayes-rsi"),
        seed=seed,
        n_scores=runs.sizes[names.RUN],
        n_systems=runs.sizes[names.SYSTEM],
        n_series=1,
    )
