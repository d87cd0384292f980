"""From a panel and a card to a PyMC model.

Invariant: pure. Reads no file, draws no number, and the same panel and card give the same model.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pymc as pm
import xarray as xr

from bayes_rsi import names
from bayes_rsi.cards import Card
from bayes_rsi.errors import ModelError
from bayes_rsi.model.ceilings import audited, credited
from bayes_rsi.model.count import count
from bayes_rsi.model.curves import begun
from bayes_rsi.model.design import Design, design
from bayes_rsi.model.drifts import domains, drifting
from bayes_rsi.model.effects import harness_directions, harness_labels, labs
from bayes_rsi.model.fraction import fraction
from bayes_rsi.model.horizon import horizon
from bayes_rsi.model.priors import refuse_unknown
from bayes_rsi.model.ratio import ratio
from bayes_rsi.model.repeated import repeated_labels
from bayes_rsi.model.scale import Scale
from bayes_rsi.model.setting import Setting, setting_of
from bayes_rsi.model.speedup import speedup
from bayes_rsi.model.systems import Latents, latents
from bayes_rsi.units import date_of_year

#: One line for each kind of metric; horizons come before them, because they define the scale.
LIKELIHOODS: dict[str, Callable[[Setting], None]] = {
    "fraction": fraction,
    "speedup": speedup,
    "ratio": ratio,
    "count": count,
}

__all__ = ["LIKELIHOODS", "build", "coordinates", "start"]


def build(panel: xr.Dataset, card: Card) -> pm.Model:
    """Build the joint model of all series.

    Parameters
    ----------
    panel : xarray.Dataset
        From `bayes_rsi.evidence.panel`.
    card : Card
        Priors and trend.

    Returns
    -------
    pymc.Model
        Generative: prior and posterior predictive draws need no special path.

    Raises
    ------
    ModelError
        When panel and card do not fit together, or the card has a prior that nothing asks for.
    """
    refuse_unknown(card)
    arrays = design(panel, card)
    _refuse_kinds(arrays)
    with pm.Model(coords=coordinates(arrays)) as model:
        latent = latents(arrays, card)
        scale = horizon(arrays, card, latent)
        setting = setting_of(arrays, card, latent, scale)
        for kind, likelihood in LIKELIHOODS.items():
            if arrays.series_of(kind).size:
                likelihood(setting)
        _tell_in_doublings(arrays, latent, scale)
    return model


def _refuse_kinds(arrays: Design) -> None:
    known = {"horizon", *LIKELIHOODS}
    if unknown := set(arrays.panel["kind"].values.tolist()) - known:
        raise ModelError(
            f"got series of kind '{min(unknown)}', expected one of {', '.join(sorted(known))}; "
            "take it out of 'kinds' in the card's [evidence]"
        )


def coordinates(arrays: Design) -> dict[str, list]:
    """Give the coordinates of every dimension.

    Parameters
    ----------
    arrays : Design
        Arrays of the panel.

    Returns
    -------
    dict of str to list
        Dimension to its labels.
    """
    panel = arrays.panel
    days = [np.datetime64(date_of_year(year), "ns") for year in arrays.knots]
    scores, systems, series = (panel[d].values for d in (names.SCORE, names.SYSTEM, names.SERIES))
    plain = arrays.scores_of("horizon", censored=False)
    cut = arrays.scores_of("horizon", censored=True)
    both = np.concatenate([plain, cut])
    found = {
        names.DATE: days,
        names.STEP: days[2:],
        names.SYSTEM: list(systems),
        names.HORIZON_SERIES: list(series[arrays.series_of("horizon")]),
        names.HORIZON_SYSTEM: list(systems[np.unique(arrays.system_index(both))]),
        names.HORIZON_SCORE: list(scores[plain]),
        names.CENSORED_SCORE: list(scores[cut]),
        names.LAB: list(labs(arrays)),
        names.DOMAIN: list(domains(arrays)),
        names.DRIFTING_SERIES: list(series[drifting(arrays)]),
    }
    if arrays.series_of("fraction").size:
        found[names.HARNESS] = list(harness_labels(arrays))
        found[names.HARNESS_DIRECTION] = list(harness_directions(arrays))
        found[names.REPEATED] = list(repeated_labels(arrays))
        fractions = series[arrays.series_of("fraction")]
        found[names.AUDITED_SERIES] = list(fractions[audited(arrays)])
        found[names.CREDITED_SERIES] = list(fractions[credited(arrays)])
    for kind in LIKELIHOODS:
        found[f"{kind}_series"] = list(series[arrays.series_of(kind)])
        found[f"{kind}_score"] = list(scores[arrays.scores_of(kind)])
    return found


def start(model: pm.Model, panel: xr.Dataset, card: Card) -> dict[str, np.ndarray]:
    """Give a sensible starting point for the sampler: everybody a little behind the calendar.

    Parameters
    ----------
    model : pymc.Model
        Of that panel and card.
    panel : xarray.Dataset
        The panel.
    card : Card
        The card.

    Returns
    -------
    dict of str to numpy.ndarray
        Initial values by variable.
    """
    arrays = design(panel, card)
    behind = float(card.prior("gap_flagship").quantile(0.5))
    clock = arrays.released - arrays.pins[1] - behind
    return {names.CAPABILITY_CLOCK: clock, **begun(model)}


def _tell_in_doublings(arrays: Design, latent: Latents, scale: Scale) -> None:
    """Add the quantities people read, in doublings."""
    frontier = scale.doublings(latent.in_frame(latent.frontier))
    pm.Deterministic(names.FRONTIER, frontier, dims=names.DATE)
    pm.Deterministic(names.GROWTH, scale.rate * latent.rate / latent.pace)
    if drifting(arrays).size:
        drift = scale.rate * latent.drift
        pm.Deterministic(names.SERIES_DRIFT_DOUBLINGS, drift, dims=names.DRIFTING_SERIES)
    pm.Deterministic(names.CAPABILITY, scale.doublings(latent.place), dims=names.SYSTEM)
