"""What every likelihood builds on, made once for a model.

Invariant: a prior that several kinds of metric share is one variable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from bayes_rsi.cards import Card
from bayes_rsi.model.design import Design
from bayes_rsi.model.priors import variable
from bayes_rsi.model.scale import Scale
from bayes_rsi.model.systems import Latents
from bayes_rsi.units import year_of_date

__all__ = ["Rows", "Setting", "setting_of"]


@dataclass(frozen=True)
class Rows:
    """Scores of one kind.

    Parameters
    ----------
    value : numpy.ndarray
        In the unit of the kind, shape (n,).
    series : numpy.ndarray
        Position among the series of the kind, shape (n,).
    trials : numpy.ndarray
        Trials behind each score, shape (n,); 0 where the kind has none.
    """

    value: np.ndarray
    series: np.ndarray
    trials: np.ndarray


@dataclass(frozen=True)
class Setting:
    """Panel, card and the shared part of the model.

    Parameters
    ----------
    design : Design
        Arrays of the panel.
    card : Card
        Priors.
    latent : Latents
        Frontier and capabilities.
    scale : Scale
        What a doubling is.
    aims : tensor
        Place at which the makers of each series aimed it, in the population's frame, shape
        (series,); without meaning for horizons.
    spread : tensor
        How far a difficulty may be off its aim, standard deviation, in the same frame; scalar.
    """

    design: Design
    card: Card
    latent: Latents
    scale: Scale
    aims: Any
    spread: Any

    def rows(self, kind: str) -> Rows:
        """Give the scores of one kind.

        Parameters
        ----------
        kind : str
            Kind of metric.

        Returns
        -------
        Rows
            In the order of the panel.
        """
        rows = self.design.scores_of(kind)
        return Rows(
            value=self.design.panel["value"].values[rows],
            series=np.searchsorted(self.design.series_of(kind), self.design.series_index(rows)),
            trials=self.design.panel["n_trials"].values[rows],
        )

    def places(self, kind: str) -> Any:
        """Give the capability behind each score of one kind, with the drift of its series.

        Parameters
        ----------
        kind : str
            Kind of metric.

        Returns
        -------
        tensor
            In the population's frame, in the order of `rows`.
        """
        return self.latent.places(self.design, self.design.scores_of(kind))

    def aim(self, kind: str) -> tuple[Any, Any]:
        """Give what the makers of each series aimed at: mean and sd of its difficulty.

        Parameters
        ----------
        kind : str
            Kind of metric.

        Returns
        -------
        tuple of tensor
            Places in the population's frame, shape (series of the kind,), and a scalar.
        """
        return self.aims[self.design.series_of(kind)], self.spread


def setting_of(design: Design, card: Card, latent: Latents, scale: Scale) -> Setting:
    """Add to the model on the context stack what the likelihoods share.

    A new benchmark is aimed at the frontier of its day and a little beyond, ``difficulty_ahead``.
    This is what lets a series with three scores be useful.

    Parameters
    ----------
    design : Design
        Arrays of the panel.
    card : Card
        Priors.
    latent : Latents
        Frontier and capabilities.
    scale : Scale
        What a doubling is.

    Returns
    -------
    Setting
        For every kind of metric but horizons.
    """
    ahead, spread = variable(card, "difficulty_ahead"), variable(card, "difficulty_spread")
    released = year_of_date(design.panel["series_released"].values)
    # Horizons need no release date, and nobody asks for their aim.
    dated = np.where(np.isnan(released), design.knots[0], released)
    aims = latent.in_frame(design.interpolated(latent.frontier, dated) + ahead)
    # On few systems a prior draw may have a falling population; the sampler's pace is positive.
    return Setting(design, card, latent, scale, aims, spread / abs(latent.pace))
