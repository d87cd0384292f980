"""Prior power-scaling: what moves when a judgement is trusted more, or less.

Invariant: a component of the joint density is raised to a power near one by reweighting the
futures; nothing is sampled again.

    p(theta | y) * p_i(theta) ** (alpha - 1)

Stated are ArviZ's psense (the gradient of the cumulative Jensen-Shannon distance of the rank of the
event's date by log2 alpha; above 0.05 it is worth a look) and the derivatives of the headline
numbers by log2 alpha: the change per doubling of the trust, to first order, which is a covariance
with the log density. The density of a lognormal is that of the logarithm: then a power is a smaller
spread about the same median, and not another median too, which would depend on the unit.
Kallioinen et al. (2024), https://doi.org/10.1007/s11222-023-10366-5.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi import names
from bayes_rsi.cards import Event, Prior
from bayes_rsi.forecasting.futures import Futures, Scene
from bayes_rsi.forecasting.montecarlo import error_of_mean

__all__ = ["components", "sensitivity"]

#: Powers of ArviZ's gradient, its defaults.
STEP = (0.99, 1.01)
#: Half width of the window around the median in which its density is counted, years.
NEAR = 0.5
_DATE = "date"


def sensitivity(futures: Futures, event: str, years: Mapping[str, float]) -> pd.DataFrame:
    """Scale each prior, and the likelihood, by a power.

    Parameters
    ----------
    futures : Futures
        Behind a forecast.
    event : str
        Name of the event.
    years : mapping of str to float
        Label to decimal year: for which P(event by then) is stated.

    Returns
    -------
    pandas.DataFrame
        One row for each component, most sensitive first: ``component``, ``kind`` (judgement: of the
        event; prior: of the model; data: the likelihood), ``psense``, for each label the change of
        the probability per doubling of alpha and its error ``..._mcse``, and ``median`` (change of
        the median date in years, nan where it is beyond the horizon) with ``median_mcse``.
    """
    scene = futures.scene(event)
    parts = components(futures, scene)
    dates = scene.dates().year
    tree = _tree(futures, dates, {name: part for name, (_, part) in parts.items()})
    rows = [
        {"component": name, "kind": kind, "psense": _psense(tree, name)}
        | _gradients(futures, dates, part, years)
        for name, (kind, part) in parts.items()
    ]
    return pd.DataFrame(rows).sort_values("psense", ascending=False, ignore_index=True)


def components(futures: Futures, scene: Scene) -> dict[str, tuple[str, np.ndarray]]:
    """Give the log density of each component in every future.

    Parameters
    ----------
    futures : Futures
        Behind a forecast.
    scene : Scene
        Of an event.

    Returns
    -------
    dict of str to tuple
        Name to kind and log density, shape (path,): the judged distributions of the event, the
        model's priors of single numbers (those of a number for each series or system would say that
        everything is sensitive), and the likelihood of all scores where it was kept.
    """
    found = {name: ("judgement", density) for name, density in _judged(scene.event, scene.uniforms)}
    dims = {names.CHAIN, names.DRAW}
    for name, prior in futures.card.priors.items():
        if name in futures.draws and set(futures.draws[name].dims) == dims:
            found[name] = ("prior", _log_density(prior, futures.flat(name)))
    if futures.log_likelihood is not None:
        told = futures.log_likelihood.transpose(names.CHAIN, names.DRAW, ...)
        whole = told.values.sum(axis=-1, dtype=float).ravel()
        found["likelihood"] = ("data", np.repeat(whole, futures.paths.shape[2]))
    return found


def _judged(event: Event, uniforms: Mapping[str, np.ndarray]) -> list[tuple[str, np.ndarray]]:
    found = []
    for key, prior in event.priors.items():
        name = key.replace("requirements.", "requirement ")
        if name in uniforms:
            found.append((name, _log_density(prior, prior.quantile(uniforms[name]))))
    for name in ("never", "taste_free"):
        share = getattr(event, name)
        if name in uniforms and 0 < share < 1:
            is_so = uniforms[name] < share
            found.append((name, np.where(is_so, np.log(share), np.log1p(-share))))
    return found


def _log_density(prior: Prior, value: np.ndarray) -> np.ndarray:
    return prior.log_density(value) + (np.log(value) if prior.family == "lognormal" else 0.0)


def _tree(futures: Futures, dates: np.ndarray, parts: Mapping[str, np.ndarray]) -> xr.DataTree:
    """Lay the futures out for ArviZ: replicates as further draws, dates by their ranks.

    A rank has no far end: in years, psense would be about how far away never is put. Futures that
    contradict what is known are no part of the forecast; without them the chains have no common
    length, so all are laid out as one.
    """
    known = ~np.isnan(dates)
    chains = futures.paths.shape[0] if known.all() else 1
    last = np.searchsorted(np.sort(dates[known]), dates[known]) / known.sum()

    def laid(values: np.ndarray) -> tuple[tuple[str, str], np.ndarray]:
        return (names.CHAIN, names.DRAW), values.reshape(chains, -1)

    return xr.DataTree.from_dict(
        {
            "posterior": xr.Dataset({_DATE: laid(last)}),
            "log_prior": xr.Dataset({name: laid(part[known]) for name, part in parts.items()}),
        }
    )


def _psense(tree: xr.DataTree, name: str) -> float:
    from arviz_stats import psense  # 1 s to import: kept off the path of `import bayes_rsi`
    from arviz_stats.base import array_stats

    part = tree["log_prior"].to_dataset()[name].values
    if np.unique(part).size > 2:
        return float(psense(tree, group="prior", alphas=STEP, group_var_names=[name])[_DATE])
    # A tail of equal weights cannot be smoothed, and of two values needs none.
    low, high = (np.exp((alpha - 1) * part) for alpha in STEP)
    dates = tree["posterior"].to_dataset()[_DATE].values
    found = array_stats.power_scale_sense(
        dates, low / low.sum(), high / high.sum(), *STEP, chain_axis=0, draw_axis=1
    )
    return float(found)


def _gradients(
    futures: Futures, dates: np.ndarray, part: np.ndarray, years: Mapping[str, float]
) -> dict[str, float]:
    """Give the derivatives by log2 alpha at alpha = 1, with their errors."""
    found: dict[str, float] = {}
    for label, year in years.items():
        found[label], found[f"{label}_mcse"] = _gradient(futures, dates, part, year)
    median = _median(dates)
    density = _density(dates, median)
    change, error = _gradient(futures, dates, part, median) if density else (np.nan, np.nan)
    # Where more has come by the median, the median comes earlier.
    found["median"] = -change / density if density else np.nan
    found["median_mcse"] = error / density if density else np.nan
    return found


def _gradient(
    futures: Futures, dates: np.ndarray, part: np.ndarray, year: float
) -> tuple[float, float]:
    """Give ln(2) Cov(1{T* <= year}, log density) and its Monte Carlo error."""
    known = ~np.isnan(dates)
    flags = dates <= year
    centred = np.where(known, flags - flags[known].mean(), 0.0) * (part - part[known].mean())
    products = np.log(2) * centred / known.mean()
    change = float(products.mean())
    residual = np.where(known, products - change, 0.0).reshape(futures.paths.shape)
    return change, error_of_mean(residual)


def _median(dates: np.ndarray) -> float:
    return float(np.quantile(dates[~np.isnan(dates)], 0.5, method="higher"))


def _density(dates: np.ndarray, median: float) -> float:
    """Give the density of the date at its median, per year; 0 where there is none."""
    if not np.isfinite(median):
        return 0.0
    near = np.abs(dates - median) <= NEAR
    return float(near.sum() / (~np.isnan(dates)).sum() / (2 * NEAR))
