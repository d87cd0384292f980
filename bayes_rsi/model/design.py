"""The panel as the arrays a model needs, checked once.

Invariant: every index lies inside its dimension. Compiled samplers do not check bounds, so a wrong
index would end the interpreter instead of raising.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from bayes_rsi import names
from bayes_rsi.cards import Card
from bayes_rsi.errors import ModelError
from bayes_rsi.units import year_of_date

__all__ = ["TIERS", "Design", "design"]

TIERS = ("flagship", "small", "open")
#: Series that define doublings, in order of preference.
REFERENCES = names.HORIZON_REFERENCES


@dataclass(frozen=True)
class Design:
    """Arrays of one panel under one card.

    Parameters
    ----------
    panel : xarray.Dataset
        The panel itself.
    knots : numpy.ndarray
        Years of the frontier's knots, equally spaced, the last is the as-of date; shape (date,).
    pins : numpy.ndarray
        The two years at which the frontier equals the calendar; shape (2,).
    released : numpy.ndarray
        Release years of the systems, shape (system,).
    tier : numpy.ndarray
        Index into `TIERS`, shape (system,).
    n_scores : numpy.ndarray
        Scores of each system, shape (system,).
    reference : str
        Series whose log2 minutes define a doubling; empty before the first horizon was published,
        when a doubling is what the card's prior says.
    lab_systems : int
        Fewest systems of a lab with an effect of its own.
    """

    panel: xr.Dataset
    knots: np.ndarray
    pins: np.ndarray
    released: np.ndarray
    tier: np.ndarray
    n_scores: np.ndarray
    reference: str
    lab_systems: int

    def scores_of(self, kind: str, censored: bool | None = None) -> np.ndarray:
        """Give positions of the scores of one kind.

        Parameters
        ----------
        kind : str
            Kind of metric.
        censored : bool or None
            Only (un)censored rows; None: all.

        Returns
        -------
        numpy.ndarray
            Positions along ``score``.
        """
        kinds = self.panel["kind"].values[self.series_index(np.arange(self.panel.sizes["score"]))]
        chosen = kinds == kind
        if censored is not None:
            chosen &= (self.panel["censoring"].values != "none") == censored
        return np.flatnonzero(chosen)

    def series_of(self, kind: str) -> np.ndarray:
        """Give positions of the series of one kind along ``series``.

        Parameters
        ----------
        kind : str
            Kind of metric.

        Returns
        -------
        numpy.ndarray
            Increasing.
        """
        return np.flatnonzero(self.panel["kind"].values == kind)

    def system_index(self, rows: np.ndarray) -> np.ndarray:
        """Give the position of the system of each row along ``system``.

        Parameters
        ----------
        rows : numpy.ndarray
            Positions along ``score``.

        Returns
        -------
        numpy.ndarray
            Shape of `rows`.
        """
        return _index(self.panel["system"].values, self.panel["score_system"].values[rows])

    def series_index(self, rows: np.ndarray) -> np.ndarray:
        """Give the position of the series of each row along ``series``.

        Parameters
        ----------
        rows : numpy.ndarray
            Positions along ``score``.

        Returns
        -------
        numpy.ndarray
            Shape of `rows`.
        """
        return _index(self.panel["series"].values, self.panel["score_series"].values[rows])

    def interpolated(self, values: Any, years: np.ndarray) -> Any:
        """Interpolate values at the knots linearly at some years.

        Parameters
        ----------
        values : array or tensor
            Values at the knots, shape (date,).
        years : numpy.ndarray
            Decimal years, shape (n,); outside the knots the nearest knot counts.

        Returns
        -------
        array or tensor
            As `values`, shape (n,).
        """
        step = self.knots[1] - self.knots[0]
        place = np.clip((years - self.knots[0]) / step, 0, len(self.knots) - 1)
        left = np.minimum(place.astype(int), len(self.knots) - 2)
        share = place - left
        return values[left] * (1 - share) + values[left + 1] * share


def design(panel: xr.Dataset, card: Card) -> Design:
    """Check a panel against a card and derive the arrays of the model.

    Parameters
    ----------
    panel : xarray.Dataset
        From `bayes_rsi.evidence.panel`.
    card : Card
        The card.

    Returns
    -------
    Design
        Every index inside its dimension.

    Raises
    ------
    ModelError
        When a tier is unknown, a label has no entry, none of the horizon series defines doublings,
        or the evidence does not cover the pins.
    """
    as_of = float(year_of_date(panel.attrs["as_of"]))
    released = year_of_date(panel["released"].values)
    count = int(np.ceil((as_of - released.min()) / card.knot_years))
    knots = as_of - card.knot_years * np.arange(count, -1, -1)
    pins = as_of - np.asarray(card.pins)
    if pins.min() < released.min():
        raise ModelError(
            f"got evidence that starts {released.min():.1f}, expected it to cover the pin at "
            f"{pins.min():.1f}; choose later pins or an as-of date with more evidence"
        )
    labels = panel["series"].values
    undated = np.isnat(panel["series_released"].values) & (panel["kind"].values != "horizon")
    if undated.any():
        raise ModelError(
            f"got series '{labels[undated][0]}' without a release date, expected one: its "
            "difficulty is tied to the frontier of that day; state 'released' in benchmarks.csv or "
            "exclude it"
        )
    present = [name for name in REFERENCES if name in labels]
    if not present and "horizon" in panel["kind"].values:
        raise ModelError(
            f"got no series that defines doublings, expected one of {', '.join(REFERENCES)}; "
            "do not exclude both while other horizons are in"
        )
    counts = np.bincount(
        _index(panel["system"].values, panel["score_system"].values),
        minlength=panel.sizes["system"],
    )
    return Design(
        panel=panel,
        knots=knots,
        pins=pins,
        released=released,
        tier=_index(np.array(TIERS), panel["tier"].values),
        n_scores=counts,
        reference=present[0] if present else "",
        lab_systems=card.lab_systems,
    )


def _index(labels: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    place = {str(label): i for i, label in enumerate(labels)}
    missing = sorted({str(name) for name in wanted} - place.keys())
    if missing:
        raise ModelError(f"got label '{missing[0]}', expected one of {', '.join(list(place)[:8])}")
    return np.array([place[str(name)] for name in wanted], dtype=np.int64)
