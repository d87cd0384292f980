"""Time horizons estimated from runs on single tasks, for whoever uses them without sampling.

Invariant: every figure comes from the same draws, so that intervals, rows and covariance belong
together; a system whose horizon the tasks do not reach is told from one that was measured.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi import names
from bayes_rsi.cards import RunsCard
from bayes_rsi.errors import ModelError, did_you_mean
from bayes_rsi.tags import Tag, Verdict
from bayes_rsi.units import minutes

__all__ = ["TimeHorizons"]


@dataclass(frozen=True, eq=False)
class TimeHorizons:
    """Time horizons of systems, with their joint posterior. Made by `bayes_rsi.time_horizon`.

    Parameters
    ----------
    card : RunsCard
        What was assumed.
    runs : xarray.Dataset
        What was seen, from `bayes_rsi.evidence.lay_out`.
    tree : xarray.DataTree
        Groups ``posterior``, ``sample_stats``, ``observed_data`` and ``constant_data``. The
        horizons are the variable `names.TIME_HORIZON` of ``posterior``, log2 minutes, over
        (chain, draw, success, system).
    verdict : Verdict
        Whether the sampler converged.
    tag : Tag
        Origin. Its as-of date is the last day on which a row became known, empty if no row says;
        its sizes are rows, systems and one suite.

    Examples
    --------
    >>> horizons = rsi.time_horizon(rsi.load_runs())  # doctest: +SKIP
    >>> horizons.verdict.passed  # doctest: +SKIP
    True
    """

    card: RunsCard
    runs: xr.Dataset
    tree: xr.DataTree
    verdict: Verdict
    tag: Tag

    def __repr__(self) -> str:
        """Give sizes and verdict instead of the draws."""
        tag = self.tag
        return (
            f"TimeHorizons(card {tag.card!r}, {tag.n_systems} systems, {tag.n_scores:,} runs; "
            f"{self.verdict.sentence()})"
        )

    def draws(self, success: float = 0.5) -> xr.DataArray:
        """Give the posterior draws of one kind of horizon.

        Parameters
        ----------
        success : float, default 0.5
            Success rate, one of those that were asked for.

        Returns
        -------
        xarray.DataArray
            Log2 minutes, over (chain, draw, system).

        Raises
        ------
        ModelError
            When the rate was not asked for.
        """
        every, known = self._every, self._every[names.SUCCESS].values
        place = np.flatnonzero(np.isclose(known, success, rtol=0, atol=1e-9))
        if not place.size:
            raise ModelError(
                f"got a success rate of {success}, expected one of {known.tolist()}; "
                f"estimate it too: time_horizon(runs, success=({success}, ...))"
            )
        return every.isel({names.SUCCESS: int(place[0])})

    def table(self, level: float = 0.95) -> pd.DataFrame:
        """Give medians and intervals.

        Parameters
        ----------
        level : float, default 0.95
            Probability of the central intervals.

        Returns
        -------
        pandas.DataFrame
            One row for each system and success rate: `system`, `success`, `minutes` (median),
            `ci_low`, `ci_high`, and `share_inside`, the probability that the horizon lies between
            the shortest and the longest task. Where that is small, prior and shape of the curve
            decide.

        Raises
        ------
        ModelError
            When the level is not between 0 and 1.

        Examples
        --------
        >>> horizons.table().query("success == 0.5")  # doctest: +SKIP
        """
        rates = self._every[names.SUCCESS].values
        parts = [self._summary(float(rate), level).assign(success=float(rate)) for rate in rates]
        columns = ["system", "success", "minutes", "ci_low", "ci_high", "share_inside"]
        rows = pd.concat(parts)[columns].sort_values(["system", "success"])
        return rows.reset_index(drop=True)

    def measured(self, success: float = 0.5) -> list[str]:
        """Name the systems whose median horizon lies between the shortest and the longest task.

        Parameters
        ----------
        success : float, default 0.5
            Success rate, one of those that were asked for.

        Returns
        -------
        list of str
            In the order of the posterior. For the others the tasks are too hard or too easy.
        """
        lengths = self.runs["log2_minutes"]
        median = self.draws(success).median((names.CHAIN, names.DRAW))
        inside = (median >= lengths.min()) & (median <= lengths.max())
        return [str(name) for name in median[names.SYSTEM].values[inside.values]]

    def rows(self, series: str, success: float = 0.5, **cells: str) -> pd.DataFrame:
        """Give horizons as scores, for `load_evidence(add=...)` after `DataFrame.to_csv`.

        They stand for the same runs as the published horizons of the same suite: exclude those.

        Parameters
        ----------
        series : str
            Series of the scores, such as ``metr_th10_p50``.
        success : float, default 0.5
            Success rate, one of those that were asked for and that of the series.
        **cells : str
            Further columns of scores, or other values of these, the same in every row.

        Returns
        -------
        pandas.DataFrame
            One row for each system of `measured`, in minutes, with 95% intervals.

        Raises
        ------
        ModelError
            When no row of the runs says when it became known, and `cells` does not either, or the
            name of the series ends in another success rate, such as ``_p80``.

        Examples
        --------
        >>> rows = horizons.rows("metr_th10_p50")  # doctest: +SKIP
        >>> rows.to_csv("mine.csv", index=False)  # doctest: +SKIP
        >>> evidence = rsi.load_evidence(add=["mine.csv"])  # doctest: +SKIP
        """
        said = re.search(r"_p(\d\d)$", series)
        if said and int(said[1]) != round(100 * success):
            raise ModelError(
                f"got series '{series}' and success {success:g}, expected one rate; give "
                f"success={int(said[1]) / 100:g}"
            )
        known_on = cells.get("known_on", self.tag.as_of)
        if not known_on:
            raise ModelError(
                "got runs without 'known_on', expected the day on which the scores become known; "
                "fill the column of the runs, or say it: rows(..., known_on='2026-06-30')"
            )
        level = 0.95
        summary = self._summary(success, level).set_index("system").loc[self.measured(success)]
        rows = summary.reset_index().rename(columns={"minutes": "value"})
        source = f"bayes_rsi.time_horizon, card {self.tag.card}, runs {self.tag.data_digest[:12]}"
        rows = rows.assign(series=series, unit="minutes", ci_level=level, source=source)
        rows = rows.assign(**{**cells, "known_on": known_on})
        first = ["series", "system", "value", "unit", "ci_low", "ci_high", "ci_level"]
        return rows[list(dict.fromkeys([*first, "known_on", "source", *cells]))]

    def covariance(
        self, success: float = 0.5, systems: Sequence[str] | None = None
    ) -> xr.DataArray:
        """Give the joint posterior covariance between systems.

        Its off-diagonal part is the error of the suite, which all systems share.

        Parameters
        ----------
        success : float, default 0.5
            Success rate, one of those that were asked for.
        systems : sequence of str, optional
            Which systems, in which order. Default: `measured`, as `rows` has them.

        Returns
        -------
        xarray.DataArray
            Log2 minutes squared, over (system, other_system), symmetric, positive semi-definite.

        Raises
        ------
        ModelError
            When a system is not in the posterior.
        """
        draws = self.draws(success)
        chosen = self.measured(success) if systems is None else list(systems)
        known = draws[names.SYSTEM].values.tolist()
        for name in chosen:
            if name not in known:
                hint = did_you_mean(name, known)
                raise ModelError(f"got system '{name}', expected one with runs. {hint}")
        flat = draws.sel({names.SYSTEM: chosen}).transpose(names.SYSTEM, ...)
        values = np.zeros((0, 0))
        if chosen:
            values = np.cov(flat.values.reshape(len(chosen), -1)).reshape(len(chosen), -1)
        coords = {names.SYSTEM: chosen, names.OTHER_SYSTEM: chosen}
        return xr.DataArray(values, coords, (names.SYSTEM, names.OTHER_SYSTEM))

    @property
    def _every(self) -> xr.DataArray:
        return self.tree["posterior"].to_dataset()[names.TIME_HORIZON]

    def _summary(self, success: float, level: float) -> pd.DataFrame:
        if not 0 < level < 1:
            raise ModelError(f"got level {level}, expected a number between 0 and 1, such as 0.95")
        draws = self.draws(success).stack(sample=(names.CHAIN, names.DRAW))
        tail = (1 - level) / 2
        low, middle, high = minutes(draws.quantile([tail, 0.5, 1 - tail], "sample").values)
        lengths = self.runs["log2_minutes"]
        inside = ((draws >= lengths.min()) & (draws <= lengths.max())).mean("sample")
        return pd.DataFrame(
            {
                "system": draws[names.SYSTEM].values,
                "minutes": middle,
                "ci_low": low,
                "ci_high": high,
                "share_inside": inside.values,
            }
        )
