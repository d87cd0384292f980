"""One figure: what the scores made of the prior of a quantity.

Invariant: both sides are the draws of the fit, on one scale.
"""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from bayes_rsi import names
from bayes_rsi.errors import ModelError, did_you_mean
from bayes_rsi.posterior import Fit
from bayes_rsi.report.figure import COLOURS

__all__ = ["prior_posterior_figure"]

#: Draws beyond these quantiles of both sides together are left out of the picture.
ENDS = (0.002, 0.998)
BINS = 60


def prior_posterior_figure(fit: Fit, name: str, label: str | None = None) -> Figure:
    """Draw prior and posterior of any parameter.

    Parameters
    ----------
    fit : Fit
        With groups ``prior`` and ``posterior``.
    name : str
        Variable of the posterior.
    label : str, optional
        Label of its element, for a quantity of each series, system or date.

    Returns
    -------
    matplotlib.figure.Figure
        Two histograms of equal area, 6 by 4 inches.

    Raises
    ------
    ModelError
        When the fit has no such quantity, or no such element of it.

    Examples
    --------
    >>> prior_posterior_figure(fit, "growth_drift").savefig("drift.svg")
    """
    sides = {group: _draws(fit, group, name, label) for group in ("prior", "posterior")}
    low, high = np.quantile(np.concatenate(list(sides.values())), ENDS)
    edges = np.linspace(low, high if high > low else low + 1.0, BINS + 1)
    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    for (group, draws), colour in zip(sides.items(), (COLOURS[4], COLOURS[0]), strict=True):
        axes.hist(draws, edges.tolist(), density=True, color=colour, alpha=0.6, label=group)
    unit = fit.card.priors[name].unit if name in fit.card.priors else ""
    axes.set_xlabel(
        " ".join(part for part in (name, label or "", f"({unit})" * bool(unit)) if part)
    )
    axes.set_yticks([])
    axes.legend(frameon=False)
    axes.spines[["top", "right", "left"]].set_visible(False)
    return figure


def _draws(fit: Fit, group: str, name: str, label: str | None) -> np.ndarray:
    data = fit.tree[group].to_dataset()
    if name not in data:
        hint = did_you_mean(name, map(str, data.data_vars))
        raise ModelError(f"got '{name}', expected a quantity of the {group}. {hint}")
    values = data[name]
    (dim, *more) = [*(d for d in values.dims if d not in (names.CHAIN, names.DRAW)), None]
    if dim is None:
        return np.asarray(values.values).ravel()
    known = [str(one) for one in data[dim].values]
    if more[:-1] or label not in known:
        hint = did_you_mean(str(label), known)
        raise ModelError(f"{name}: got label {label!r}, expected one of '{dim}'. {hint}")
    return np.asarray(values.isel({dim: known.index(str(label))}).values).ravel()
