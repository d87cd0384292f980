"""What one system's scores on one series differ by: harness, grading and chance.

Invariant: capability is the same in every row, so whatever differs between them is something else.

    python -m bayes_rsi.checks.regraded FOLDER core_bench_hard "Claude Opus 4.5"

reads the posterior.nc that `bayes-rsi forecast --out FOLDER` left there.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi import names
from bayes_rsi.cards import load_card
from bayes_rsi.errors import ModelError, did_you_mean, reported
from bayes_rsi.evidence import load_evidence
from bayes_rsi.inference.store import load
from bayes_rsi.posterior import Fit

__all__ = ["regraded", "table_of"]

#: Quantiles of the 80% intervals and the median.
QUANTILES = (0.1, 0.5, 0.9)


def regraded(score: float, ceiling: np.ndarray, floor: float = 0.0) -> np.ndarray:
    """Give what a run would have scored had no item been graded wrongly.

    A share ``floor + (ceiling - floor) s`` was scored, s of the range climbed; without label errors
    the ceiling is one.

    Parameters
    ----------
    score : float
        Share of items, in [0, 1].
    ceiling : numpy.ndarray
        Largest expected score, in (floor, 1], of any shape.
    floor : float, default 0
        Chance level.

    Returns
    -------
    numpy.ndarray
        Share of items, at most one, shape of `ceiling`.

    Examples
    --------
    >>> float(regraded(0.76, np.array(0.8)).round(2))
    0.95
    """
    climbed = np.minimum((score - floor) / (ceiling - floor), 1.0)
    return np.asarray(floor + (1.0 - floor) * climbed)


def table_of(fit: Fit, series: str, system: str) -> pd.DataFrame:
    """Tell what a system's scores on a series differ by.

    Parameters
    ----------
    fit : Fit
        With posterior predictive draws.
    series : str
        A share of items.
    system : str
        A system with scores on it.

    Returns
    -------
    pandas.DataFrame
        One row for each score: ``harness`` (scaffold family), ``scored``; ``low``, ``median`` and
        ``high`` of the 80% posterior predictive interval; ``effect`` of the harness and its ``sd``,
        logits, nan where the series has one family only; ``regraded_low``, ``regraded`` and
        ``regraded_high``, what the run would have scored without label errors.

    Raises
    ------
    ModelError
        When the system has no such score.
    """
    panel = fit.panel
    mine = (panel["score_series"].values == series) & (panel["score_system"].values == system)
    shares = panel["kind"].sel(series=series).item() == "fraction" if mine.any() else False
    if not shares:
        known = np.unique(panel["score_system"].values[panel["score_series"].values == series])
        others = panel["series"].values[panel["kind"].values == "fraction"]
        hint = did_you_mean(system, known) if known.size else did_you_mean(series, others)
        raise ModelError(
            f"got no share of '{system}' on '{series}', expected a system with scores on a series "
            f"of kind fraction. {hint}"
        )
    scores = panel.isel({names.SCORE: np.flatnonzero(mine)})
    rows = [_row(fit, series, scores.isel({names.SCORE: i})) for i in range(int(mine.sum()))]
    return pd.DataFrame(rows).sort_values("scored").reset_index(drop=True)


def _row(fit: Fit, series: str, score: xr.Dataset) -> dict[str, str | float]:
    label, family = (str(score[name].item()) for name in (names.SCORE, "scaffold_family"))
    scored = float(score["value"].item())
    posterior = fit.tree["posterior"].to_dataset()
    ceiling = posterior[names.CEILING].sel({names.FRACTION_SERIES: series}).values
    predicted = fit.tree["posterior_predictive"].to_dataset()[names.FRACTION]
    mine = predicted.sel({names.FRACTION_SCORE: label}).values
    low, median, high = (float(value) for value in np.quantile(mine, QUANTILES))
    floor = float(np.nan_to_num(fit.panel["floor"].sel(series=series).item()))
    clean = np.quantile(regraded(scored, ceiling, floor), QUANTILES)
    effect, sd = _effect(fit, f"{series}|{family or 'unstated'}")
    return {
        "harness": family or "unstated",
        "scored": scored,
        "low": low,
        "median": median,
        "high": high,
        "effect": effect,
        "sd": sd,
        "regraded_low": float(clean[0]),
        "regraded": float(clean[1]),
        "regraded_high": float(clean[2]),
    }


def _effect(fit: Fit, label: str) -> tuple[float, float]:
    posterior = fit.tree["posterior"].to_dataset()
    if names.HARNESS_EFFECT not in posterior or label not in posterior[names.HARNESS].values:
        return np.nan, np.nan
    drawn = posterior[names.HARNESS_EFFECT].sel({names.HARNESS: label})
    return float(drawn.mean()), float(drawn.std())


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table of a stored posterior.

    Parameters
    ----------
    arguments : sequence of str, optional
        Default: those of the command line.
    """
    parser = argparse.ArgumentParser(prog="python -m bayes_rsi.checks.regraded")
    parser.add_argument("out", type=Path, help="folder of a stored forecast")
    parser.add_argument("series", help="a share of items, such as core_bench_hard")
    parser.add_argument("system", help="a system with scores on it")
    parser.add_argument("--card", default="baseline", help="card of the forecast")
    parser.add_argument("--seed", type=int, default=1, help="its seed")
    chosen = parser.parse_args(arguments)
    with reported(parser.prog):
        card = load_card(chosen.card)
        fit = load(card, load_evidence(card.as_of), chosen.out, chosen.seed)
        print(table_of(fit, chosen.series, chosen.system).round(2).to_string(index=False))


if __name__ == "__main__":
    main()
