"""Log likelihood of single scores under posterior draws, without a compiled model.

Invariant: the densities are those of `bayes_rsi.model` (a test holds both together on every score
of a real fit); capability comes in doublings, in which difficulties and slopes are stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import xarray as xr
from scipy import special

from bayes_rsi import names
from bayes_rsi.forecasting.drifts import drift_of, middles
from bayes_rsi.model.design import Design
from bayes_rsi.model.effects import SELF
from bayes_rsi.model.horizon import bounds, published_sd

__all__ = ["LIKELIHOODS", "Nodes", "averages", "harness_label", "score_log_likelihood"]


@dataclass(frozen=True, eq=False)
class Nodes:
    """What a system may be, under every posterior draw.

    Parameters
    ----------
    capability : numpy.ndarray
        Doublings, shape (draw, node).
    deviation : numpy.ndarray
        At long work, in units of the scatter, shape (draw, node).
    harness : mapping of str to numpy.ndarray
        Effects of harnesses that the fit has not seen on a series, by `harness_label`, in units of
        their spread about the average of those that it has, shape (draw, node).
    before : mapping of int to sequence of int
        Position of a share along ``score`` to those of the same system on the same series that are
        known before it.
    """

    capability: np.ndarray
    deviation: np.ndarray
    harness: Mapping[str, np.ndarray] = field(default_factory=dict)
    before: Mapping[int, Sequence[int]] = field(default_factory=dict)


#: What effects are relative to, by series: mean release behind its scores, share of own reports,
#: and by how much the average of the harnesses that were seen is itself off that of all.
MIDDLE, OWN_REPORTS, BEYOND = "series_middle", "series_own_reports", "series_harness_beyond"


def averages(panel: xr.Dataset) -> xr.Dataset:
    """Give what drift and effects of reporters and harnesses are relative to, in a fit's panel.

    Parameters
    ----------
    panel : xarray.Dataset
        The scores that were fitted.

    Returns
    -------
    xarray.Dataset
        ``series_middle`` (decimal years), ``series_own_reports`` (share) and
        ``series_harness_beyond`` (factor on the spread of harnesses: root of one and the squared
        shares of those that were seen), all (series).
    """
    columns = ("score_series", "reporter", "scaffold_family")
    rows = pd.DataFrame({name: panel[name].values for name in columns})
    by = rows.groupby("score_series", observed=True)
    own = by["reporter"].agg(lambda who: (who == SELF).mean())
    beyond = by["scaffold_family"].agg(
        lambda all_of: np.sqrt(1 + (all_of.value_counts(normalize=True, dropna=False) ** 2).sum())
    )
    found = {
        name: (names.SERIES, column.to_numpy(float))
        for name, column in ((OWN_REPORTS, own), (BEYOND, beyond))
    }
    return xr.Dataset({MIDDLE: middles(panel)}).merge(
        xr.Dataset(found, {names.SERIES: own.index.to_numpy(dtype=str)})
    )


def harness_label(series: str, family: str) -> str:
    """Give the name of a harness family on a series, as the model has it.

    Parameters
    ----------
    series, family : str
        Family may be empty: not stated.

    Returns
    -------
    str
        ``series|family``.

    Examples
    --------
    >>> harness_label("gpqa_diamond", "")
    'gpqa_diamond|unstated'
    """
    return f"{series}|{family or 'unstated'}"


def score_log_likelihood(design: Design, draws: xr.Dataset, row: int, nodes: Nodes) -> np.ndarray:
    """Give the log likelihood of one score.

    Parameters
    ----------
    design : Design
        Of the panel that holds the score.
    draws : xarray.Dataset
        Posterior, chains and draws stacked along ``sample``.
    row : int
        Position along ``score``.
    nodes : Nodes
        Of its system.

    Returns
    -------
    numpy.ndarray
        Shape (draw, node).
    """
    series = str(design.panel["score_series"].values[row])
    kind = str(design.panel["kind"].sel({names.SERIES: series}).item())
    if kind != "horizon":  # horizons have a rate of their own instead of a drift
        nodes = _drifted(design, draws, row, nodes)
    return LIKELIHOODS[kind](design, draws, row, nodes)


def _drifted(design: Design, draws: xr.Dataset, row: int, nodes: Nodes) -> Nodes:
    """Move capability by the drift of the series."""
    series = str(design.panel["score_series"].values[row])
    drift = drift_of(draws, series)
    if drift is None:
        return nodes
    release = design.released[design.system_index(np.array([row]))[0]]
    since = release - float(draws[MIDDLE].sel({names.SERIES: series}))
    return replace(nodes, capability=nodes.capability + drift.values[:, None] * since)


def _effects(design: Design, draws: xr.Dataset, row: int, nodes: Nodes) -> np.ndarray:
    """Give what harness and reporter add to the logit of a share, shape (draw, node or 1)."""
    score = design.panel.isel({names.SCORE: row})
    series, family = (str(score[name].item()) for name in ("score_series", "scaffold_family"))
    own = float(str(score["reporter"].item()) == SELF)
    own -= float(draws[OWN_REPORTS].sel({names.SERIES: series}))
    effect = _each(draws, names.REPORTER_OFFSET) * own
    label = harness_label(series, family)
    if names.HARNESS_EFFECT in draws and label in draws[names.HARNESS].values:
        effect = effect + draws[names.HARNESS_EFFECT].sel({names.HARNESS: label}).values[:, None]
    elif label in nodes.harness and names.HARNESS_SPREAD in draws:
        spread = _each(draws, names.HARNESS_SPREAD) * float(draws[BEYOND].sel(series=series))
        effect = effect + spread * nodes.harness[label]
    return effect


def _fraction(design: Design, draws: xr.Dataset, row: int, nodes: Nodes) -> np.ndarray:
    mean, shared, rest = _share(design, draws, row, nodes)
    score = design.panel.isel({names.SCORE: row})
    known, wide = _deviation(design, draws, row, nodes)
    mean, sd = mean + shared * known, np.sqrt(rest + shared**2 * wide)
    value = float(score["value"].item())
    if value <= 0:
        return special.log_ndtr(-mean / sd)
    if value >= 1:
        return special.log_ndtr((mean - 1) / sd)
    return _normal(value, mean, sd)


def _share(
    design: Design, draws: xr.Dataset, row: int, nodes: Nodes
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give mean, sd of what figures of the pair have in common, and variance of the rest."""
    score, of = (
        design.panel.isel({names.SCORE: row}),
        _of(draws, names.FRACTION_SERIES, design, row),
    )
    series = {names.SERIES: str(score["score_series"].item())}
    floor = float(np.nan_to_num(design.panel["floor"].sel(series).item()))
    logit = of(names.SLOPE) * (nodes.capability - of(names.DIFFICULTY))
    climbed = _logistic(logit + _effects(design, draws, row, nodes))
    mean = floor + (of(names.CEILING) - floor) * climbed
    even, spread = mean * (1 - mean), of(names.OVERDISPERSION)
    common = _each(draws, names.COMMON) if names.COMMON in draws else np.zeros((1, 1))
    trials = 1 / float(score["n_trials"].item())
    rest = even * (trials + (1 - common) * spread**2) + _each(draws, names.ROUNDING) ** 2
    return mean, np.sqrt(common * even) * spread, rest


def _deviation(
    design: Design, draws: xr.Dataset, row: int, nodes: Nodes
) -> tuple[np.ndarray | float, np.ndarray | float]:
    """Give mean and variance of what the figures of a system on a series have in common.

    Known from the draws where the fit saw several, else learnt from the figures before, which are
    normal given it: precision ``1 + sum(shared^2 / rest)``.
    """
    series, system = (str(design.panel[f"score_{of}"].values[row]) for of in ("series", "system"))
    pair = f"{series}|{system}"
    if names.REPEATED in draws.dims and pair in draws[names.REPEATED].values:
        return draws[names.REPEATED_DEVIATION].sel({names.REPEATED: pair}).values[:, None], 0.0
    precision: np.ndarray | float = 1.0
    total: np.ndarray | float = 0.0
    for other in nodes.before.get(row, ()):
        mean, shared, rest = _share(design, draws, other, nodes)
        precision = precision + shared**2 / rest
        total = total + shared * (float(design.panel["value"].values[other]) - mean) / rest
    return total / precision, 1 / precision


def _horizon(design: Design, draws: xr.Dataset, row: int, nodes: Nodes) -> np.ndarray:
    rows = np.array([row])
    mean = _horizon_mean(design, draws, row, nodes)
    own = np.sqrt(1 - _each(draws, names.HORIZON_SHARED)) * float(published_sd(design, rows)[0])
    sd = np.hypot(own, _each(draws, names.HORIZON_NOISE))
    score = design.panel.isel({names.SCORE: row})
    if str(score["censoring"].item()) == "none":
        return _normal(float(np.log2(score["value"].item())), mean, sd)
    lower, upper = (float(end[0]) for end in bounds(design, rows))
    beyond = mean > (lower + upper) / 2  # from the side of the mean that keeps precision
    near = np.where(beyond, upper - mean, mean - lower) / sd
    far = np.where(beyond, lower - mean, mean - upper) / sd
    log_near = special.log_ndtr(near)
    return log_near + np.log1p(-np.exp(special.log_ndtr(far) - log_near))


def _horizon_mean(design: Design, draws: xr.Dataset, row: int, nodes: Nodes) -> np.ndarray:
    of = _of(draws, names.HORIZON_SERIES, design, row)
    level = _each(draws, names.HORIZON_AT_LEVEL)
    place = nodes.capability - level
    if str(design.panel["score_series"].values[row]) != design.reference:
        place = of(names.HORIZON_STRETCH) * place + of(names.HORIZON_OFFSET)
    return level + place + _each(draws, names.HORIZON_SCATTER) * nodes.deviation


def _speedup(design: Design, draws: xr.Dataset, row: int, nodes: Nodes) -> np.ndarray:
    of = _of(draws, names.SPEEDUP_SERIES, design, row)
    climbed = _logistic(of(names.SPEEDUP_SLOPE) * (nodes.capability - of(names.SPEEDUP_DIFFICULTY)))
    value = float(np.log2(design.panel["value"].values[row]))
    return _normal(value, of(names.SPEEDUP_LIMIT) * climbed, of(names.SPEEDUP_NOISE))


def _ratio(design: Design, draws: xr.Dataset, row: int, nodes: Nodes) -> np.ndarray:
    of = _of(draws, names.RATIO_SERIES, design, row)
    mean = of(names.RATIO_SLOPE) * (nodes.capability - of(names.RATIO_DIFFICULTY))
    value = float(np.log2(design.panel["value"].values[row]))
    return _normal(value, mean, _each(draws, names.RATIO_NOISE))


def _count(design: Design, draws: xr.Dataset, row: int, nodes: Nodes) -> np.ndarray:
    of = _of(draws, names.COUNT_SERIES, design, row)
    logit = of(names.COUNT_SLOPE) * (nodes.capability - of(names.COUNT_DIFFICULTY))
    score = design.panel.isel({names.SCORE: row})
    solved, tried = float(score["value"].item()), float(score["n_trials"].item())
    ways = special.gammaln(tried + 1) - special.gammaln(solved + 1)
    ways = ways - special.gammaln(tried - solved + 1)
    return ways - solved * np.logaddexp(0, -logit) - (tried - solved) * np.logaddexp(0, logit)


#: One for each kind of metric.
LIKELIHOODS: dict[str, Callable[[Design, xr.Dataset, int, Nodes], np.ndarray]] = {
    "fraction": _fraction,
    "horizon": _horizon,
    "speedup": _speedup,
    "ratio": _ratio,
    "count": _count,
}


def _of(draws: xr.Dataset, dim: str, design: Design, row: int) -> Callable[[str], np.ndarray]:
    """Give what reads a quantity of the score's series, shape (draw, 1)."""
    series = str(design.panel["score_series"].values[row])
    return lambda name: draws[name].sel({dim: series}).values[:, None]


def _each(draws: xr.Dataset, name: str) -> np.ndarray:
    return draws[name].values[:, None]


def _normal(value: float, mean: np.ndarray, sd: np.ndarray) -> np.ndarray:
    return np.asarray(-0.5 * ((value - mean) / sd) ** 2 - np.log(sd) - 0.5 * np.log(2 * np.pi))


def _logistic(x: np.ndarray) -> np.ndarray:
    return np.asarray(special.expit(x))
