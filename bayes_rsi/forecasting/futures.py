"""The futures behind a forecast, kept so that they can be dated again under other judgements.

Invariant: dated again with its own event, every future has the date that the forecast gives it;
what is changed is the only thing that changes (one uniform for each judged quantity, one path for
each future).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from bayes_rsi import names
from bayes_rsi.cards import Card, Event, Requirement
from bayes_rsi.errors import ModelError, did_you_mean
from bayes_rsi.forecasting.dice import dice
from bayes_rsi.forecasting.events import Dates, crossing, dated, dice_of, judged_dice, required
from bayes_rsi.forecasting.paths import Paths

__all__ = ["Futures", "Scene"]


@dataclass(frozen=True, eq=False)
class Scene:
    """What decides the date of one event in every future.

    Parameters
    ----------
    event : Event
        From the card.
    met : numpy.ndarray
        Decimal years in which each requirement is met, shape (requirement, path).
    uniforms : mapping of str to numpy.ndarray
        Uniforms behind the judged quantities, shape (path,) each.
    span : tuple of float
        Decimal years of the as-of date and of the horizon.
    """

    event: Event
    met: np.ndarray
    uniforms: dict[str, np.ndarray]
    span: tuple[float, float]

    def dates(self, event: Event | None = None, met: np.ndarray | None = None) -> Dates:
        """Date the event.

        Parameters
        ----------
        event : Event, optional
            With other lags or another share of never; its requirements do not count here.
        met : numpy.ndarray, optional
            Other times at which the requirements are met, shape (requirement, path).

        Returns
        -------
        Dates
            One date for each path.
        """
        return dated(
            event or self.event, self.met if met is None else met, self.uniforms, self.span
        )


@dataclass(frozen=True, eq=False)
class Futures:
    """Paths of the frontier and everything that turns them into dates.

    Parameters
    ----------
    card : Card
        Events and their judged quantities.
    panel : xarray.Dataset
        The scores behind the fit.
    draws : xarray.Dataset
        The posterior (or prior) that the paths continue.
    paths : Paths
        The frontier, one path for each chain, draw and replicate.
    span : tuple of float
        Decimal years of the as-of date and of the horizon.
    seed : int
        Seed of the future and of the judged quantities.
    log_likelihood : xarray.DataArray or None
        Of each score (chain, draw, score), where the draws are a posterior's and it was kept.
    rows : numpy.ndarray or None
        Path whose dice each path has, shape (path,), where paths were picked again; None: its own.
    """

    card: Card
    panel: xr.Dataset
    draws: xr.Dataset
    paths: Paths
    span: tuple[float, float]
    seed: int
    log_likelihood: xr.DataArray | None = None
    rows: np.ndarray | None = None
    _scenes: dict[str, Scene] = field(default_factory=dict, repr=False)

    @property
    def size(self) -> int:
        """Number of paths."""
        return len(self.paths.values)

    def event(self, name: str) -> Event:
        """Give an event of the card.

        Parameters
        ----------
        name : str
            Its name.

        Returns
        -------
        Event
            As the card has it.

        Raises
        ------
        ModelError
            When the card has no such event.
        """
        if name not in self.card.events:
            hint = did_you_mean(name, self.card.events)
            raise ModelError(f"got event '{name}', expected one of card '{self.card.name}'. {hint}")
        return self.card.events[name]

    def scene(self, name: str) -> Scene:
        """Give what decides the date of an event; computed once.

        Parameters
        ----------
        name : str
            Name of the event.

        Returns
        -------
        Scene
            Of all futures.
        """
        if name not in self._scenes:
            event = self.event(name)
            uniforms = judged_dice(event, self.size, self.seed)
            if self.rows is not None:
                uniforms = {key: values[self.rows] for key, values in uniforms.items()}
            items = required(event, self.panel)
            met = np.stack([self.met(i, uniforms.get(dice_of(i))) for i in items])
            self._scenes[name] = Scene(event, met, uniforms, self.span)
        return self._scenes[name]

    def met(
        self, item: Requirement, uniform: np.ndarray | None, paths: Paths | None = None
    ) -> np.ndarray:
        """Give when a requirement is met.

        Parameters
        ----------
        item : Requirement
            Of an event; its prior may be another one than the card's.
        uniform : numpy.ndarray or None
            Uniform behind a judged horizon, shape (path,); None for parity.
        paths : Paths, optional
            Other paths than these.

        Returns
        -------
        numpy.ndarray
            Decimal years, shape (path,).
        """
        return crossing(item, paths or self.paths, self.draws, self.panel, uniform)

    def chances(self, event: str, year: float, times: int = 1) -> np.ndarray:
        """Give P(event by a time) for each posterior draw, averaged over what is judged.

        Parameters
        ----------
        event : str
            Name of the event.
        year : float
            Decimal year.
        times : int
            How often the judged quantities are drawn for each path; the first are the forecast's.

        Returns
        -------
        numpy.ndarray
            Shape (chain, draw); nan where every future contradicts what is known.
        """
        scene, items = self.scene(event), required(self.event(event), self.panel)
        came, known = np.zeros(self.size), np.zeros(self.size)
        for turn in range(times):
            dates = scene.dates()
            if turn:
                uniforms = {
                    name: dice(self.seed, f"{name}, turn {turn}").random(self.size)
                    for name in scene.uniforms
                }
                fixed = {i: scene.met[k] for k, i in enumerate(items) if dice_of(i) not in uniforms}
                met = [fixed[i] if i in fixed else self.met(i, uniforms[dice_of(i)]) for i in items]
                dates = dated(scene.event, np.stack(met), uniforms, self.span)
            came += dates.year <= year
            known += ~np.isnan(dates.year)
        of_draw = (values.reshape(self.paths.shape).sum(-1) for values in (came, known))
        with np.errstate(invalid="ignore"):
            return np.divide(*of_draw)

    def flat(self, name: str) -> np.ndarray:
        """Give a scalar quantity of the posterior for each path.

        Parameters
        ----------
        name : str
            Variable with dims (chain, draw) only.

        Returns
        -------
        numpy.ndarray
            Shape (path,).
        """
        return self.flat_of(name, {})

    def flat_of(self, name: str, where: Mapping[str, str]) -> np.ndarray:
        """Give one element of a quantity of the posterior for each path.

        Parameters
        ----------
        name : str
            Variable.
        where : mapping of str to str
            Label along each of its dims but (chain, draw).

        Returns
        -------
        numpy.ndarray
            Shape (path,).
        """
        picked = self.draws[name].sel(dict(where)).transpose(names.CHAIN, names.DRAW)
        return np.repeat(picked.values.ravel(), self.paths.shape[2])

    def uniform(self, name: str) -> np.ndarray:
        """Give the uniforms of a named quantity.

        Parameters
        ----------
        name : str
            Name of the dice.

        Returns
        -------
        numpy.ndarray
            Shape (path,).
        """
        values = dice(self.seed, name).random(self.size)
        return values if self.rows is None else values[self.rows]

    def folded(self, values: np.ndarray) -> xr.DataArray:
        """Give values of the paths with their dims.

        Parameters
        ----------
        values : numpy.ndarray
            Shape (path,).

        Returns
        -------
        xarray.DataArray
            Dims (chain, draw, replicate).
        """
        dims = (names.CHAIN, names.DRAW, names.REPLICATE)
        coords = {name: self.draws[name].values for name in dims[:2]}
        return xr.DataArray(values.reshape(self.paths.shape), dims=dims, coords=coords)
