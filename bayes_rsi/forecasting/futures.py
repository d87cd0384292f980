"""The futures behind a forecast, kept so that they can be dated again under other judgements.

Invariant: dated again with its own event, every future has the date that the forecast gives it;
what is changed is the only thing that changes (one uniform for each judged quantity, one path for
each future).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import xarray as xr

from bayes_rsi import names
from bayes_rsi.cards import Card, Event, Requirement
from bayes_rsi.errors import ModelError, did_you_mean
from bayes_rsi.forecasting.dice import dice
from bayes_rsi.forecasting.events import (
    Dates,
    crossing,
    dated,
    dice_of,
    judged_dice,
    required,
    without,
)
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
    contradicted : numpy.ndarray
        Whether another event of the card would have happened by the as-of date, shape (path,).
    """

    event: Event
    met: np.ndarray
    uniforms: dict[str, np.ndarray]
    span: tuple[float, float]
    contradicted: np.ndarray

    def dates(self, event: Event | None = None) -> Dates:
        """Date the event.

        Parameters
        ----------
        event : Event, optional
            With other lags or another share of never; its requirements do not count here.

        Returns
        -------
        Dates
            One date for each path.
        """
        dates = dated(event or self.event, self.met, self.uniforms, self.span)
        return without(dates, self.contradicted)


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
    # What is computed once belongs to these paths: changed futures begin with none of it.
    _scenes: dict[str, Scene] = field(init=False, default_factory=dict, repr=False)
    _contradicted: dict[str, np.ndarray] = field(init=False, default_factory=dict, repr=False)

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
        alone = self._alone(name)
        if name not in self._contradicted:
            lost = [self.happened(other) for other in self.card.events if other != name]
            self._contradicted[name] = np.any([alone.contradicted, *lost], axis=0)
        return replace(alone, contradicted=self._contradicted[name])

    def happened(self, name: str) -> np.ndarray:
        """Say in which futures an event would have happened by the as-of date.

        Parameters
        ----------
        name : str
            Name of the event.

        Returns
        -------
        numpy.ndarray
            Bool, shape (path,).
        """
        return np.isnan(self._alone(name).dates().year)

    def _alone(self, name: str) -> Scene:
        """Give what decides the date of an event, as if there were no other."""
        if name not in self._scenes:
            event = self.event(name)
            uniforms = judged_dice(event, self.size, self.seed)
            if self.rows is not None:
                uniforms = {key: values[self.rows] for key, values in uniforms.items()}
            items = required(event, self.panel)
            met = np.stack([self.met(i, uniforms.get(dice_of(i))) for i in items])
            free = np.zeros(self.size, dtype=bool)
            self._scenes[name] = Scene(event, met, uniforms, self.span, free)
        return self._scenes[name]

    def redated(
        self,
        name: str,
        changed: Mapping[str, Event] | None = None,
        near: Paths | None = None,
        moved: Paths | None = None,
        thrown: Mapping[str, np.ndarray] | None = None,
    ) -> np.ndarray:
        """Date an event under other judgements, frontier or dice, which all events share.

        Parameters
        ----------
        name : str
            Name of the event.
        changed : mapping of str to Event, optional
            Name to an event as it would be.
        near : Paths, optional
            The same frontier, cut where no date asked for depends on it: for requirements that
            changed.
        moved : Paths, optional
            Another frontier.
        thrown : mapping of str to numpy.ndarray, optional
            Dice to other uniforms, shape (path,); those that an event does not have change nothing.

        Returns
        -------
        numpy.ndarray
            Decimal years, shape (path,); nan where any event of the card would have happened by the
            as-of date.

        Raises
        ------
        ModelError
            When the card has no such event.
        """
        self.event(name)
        others, dice_of_all = changed or {}, thrown or {}
        told: dict[object, np.ndarray] = {}
        lost, year = np.zeros(self.size, dtype=bool), np.zeros(0)
        for each, event in self.card.events.items():
            if each == name or each in others or moved is not None or dice_of_all:
                own = self._alone(each).uniforms
                uniforms = {key: dice_of_all.get(key, values) for key, values in own.items()}
                met = self._met_anew(each, others.get(each, event), uniforms, near, moved, told)
                dates = dated(others.get(each, event), met, uniforms, self.span)
                lost |= np.isnan(dates.year)
                year = dates.year if each == name else year
            else:
                lost |= self.happened(each)
        return np.where(lost, np.nan, year)

    def _met_anew(
        self,
        name: str,
        event: Event,
        uniforms: Mapping[str, np.ndarray],
        near: Paths | None,
        moved: Paths | None,
        told: dict[object, np.ndarray],
    ) -> np.ndarray:
        """Give when each requirement is met; what events have in common is computed once."""
        scene, found = self._alone(name), []
        pairs = zip(required(scene.event, self.panel), required(event, self.panel), strict=True)
        for place, (ours, item) in enumerate(pairs):
            uniform = uniforms.get(dice_of(item))
            if item == ours and moved is None and uniform is scene.uniforms.get(dice_of(item)):
                found.append(scene.met[place])
                continue
            numbers = item.prior and (item.prior.family, *item.prior.parameters)
            key = dice_of(item), item.series, numbers
            if key not in told:
                told[key] = self.met(item, uniform, moved or near)
            found.append(told[key])
        return np.stack(found)

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
        """Give what each posterior draw says of P(event by a time), averaged over what is judged.

        ``p + (came - p known) / mean(known)``, where came is the share of the draw's futures in
        which the event comes by then, known that of futures that do not contradict what is known,
        and ``p = mean(came) / mean(known)``. A draw without any such future says p. Where none
        contradicts it is the probability under the draw; else its weighted mean is the probability
        under weights of the draws to first order.

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
            Shape (chain, draw); its mean is p.
        """
        came, known = np.zeros(self.size), np.zeros(self.size)
        for turn in range(times):
            years = self.redated(event, thrown=self._turn(turn) if turn else None)
            came += years <= year
            known += ~np.isnan(years)
        p = came.sum() / known.sum()
        each = p + (came - p * known) / known.mean()
        return np.asarray(each.reshape(self.paths.shape).mean(-1))

    def _turn(self, turn: int) -> dict[str, np.ndarray]:
        """Draw all judged quantities of the card once more."""
        known = sorted({key for name in self.card.events for key in self._alone(name).uniforms})
        return {key: dice(self.seed, f"{key}, turn {turn}").random(self.size) for key in known}

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
