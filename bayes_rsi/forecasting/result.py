"""What a forecast is: draws of the frontier and of the date of each event, with their origin.

Invariant: probabilities are shares of draws and carry a Monte Carlo error; an event that never
comes, or comes after the simulated horizon, is infinite and counts in every denominator.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import xarray as xr

from bayes_rsi import names
from bayes_rsi.errors import ModelError, did_you_mean
from bayes_rsi.forecasting.futures import Futures
from bayes_rsi.forecasting.montecarlo import Share, share_and_error
from bayes_rsi.tags import Tag, Verdict
from bayes_rsi.units import as_date, date_of_year, year_of_date

__all__ = ["Forecast"]

#: Quantiles of the date of an event that a forecast states.
QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)


@dataclass(frozen=True, eq=False)
class Forecast:
    """Draws of what is to come.

    Parameters
    ----------
    tag : Tag
        Origin.
    verdict : Verdict
        Gates of the posterior behind it.
    events : xarray.Dataset
        ``event_year`` (event, chain, draw, replicate): decimal year, infinite for never or later
        than the horizon; ``never`` (same dims): bool, the judged never; ``binding`` (same dims):
        index into ``requirement`` labels of the event, -1 when not applicable. Draws in which any
        of the events has already happened by the as-of date are missing (nan) for all of them: they
        contradict what is known.
    frontier : xarray.Dataset
        ``frontier`` (chain, draw, date): released frontier, doublings (log2 minutes of METR TH1.1
        50% horizon); ``growth`` (chain, draw): doublings per year at the as-of date.
    titles : mapping of str to str
        Event name to one line for people.
    futures : Futures or None
        The futures behind the draws, for the verbs that ask what would be otherwise; None for a
        forecast that was put together from its draws.
    condition : str
        What the draws were conditioned on by `bayes_rsi.given`; empty: nothing. Draws that do not
        meet it are missing (nan), as those are that contradict what is known; the first replicate
        then stands for the frontier and its growth.
    group : {"posterior", "prior"}
        What it goes on from; with ``"prior"`` no score was used.

    Examples
    --------
    >>> chance = forecast.share_by("2028-12-31", event="end_to_end")
    >>> 0 < chance.mcse < chance.p == forecast.probability_by("2028-12-31") < 1
    True
    >>> forecast.never().p < forecast.never_if_none_by("2035-12-31").p
    True
    """

    tag: Tag
    verdict: Verdict
    events: xr.Dataset
    frontier: xr.Dataset
    titles: dict[str, str]
    futures: Futures | None = None
    condition: str = ""
    group: str = "posterior"

    def __repr__(self) -> str:
        """Give origin, condition and medians instead of the draws."""
        middle = {name: self.quantiles(name, (0.5,))[0.5] for name in self.event_names}
        medians = ", ".join(f"{name} {day or 'later or never'}" for name, day in middle.items())
        given = f", given {self.condition!r}" if self.condition else ""
        given += ", from the prior alone" if self.group == "prior" else ""
        return f"Forecast(card {self.tag.card!r} as of {self.tag.as_of}{given}; medians: {medians})"

    def what_if(self, verb: str) -> Futures:
        """Give the futures behind the draws, for a verb that changes something in them.

        Parameters
        ----------
        verb : str
            Who asks, for the error.

        Returns
        -------
        Futures
            Of all draws, without condition.

        Raises
        ------
        ModelError
            When they were not kept, or the forecast is conditioned or of the prior alone.
        """
        if self.condition or self.group != "posterior":
            got = f"given '{self.condition}'" if self.condition else f"from the {self.group}"
            raise ModelError(
                f"{verb}: got a forecast {got}, expected one without condition and with scores; a "
                "condition makes judged quantities depend on each other, and without scores "
                f"nothing is measured. Call {verb} on the forecast itself"
            )
        return self.all_futures(verb)

    def all_futures(self, verb: str) -> Futures:
        """Give the futures behind the draws, whether the forecast is conditioned or not.

        Parameters
        ----------
        verb : str
            Who asks, for the error.

        Returns
        -------
        Futures
            Of all draws.

        Raises
        ------
        ModelError
            When they were not kept.
        """
        if self.futures is None:
            raise ModelError(
                f"{verb}: got a forecast without its futures, expected one made by "
                "bayes_rsi.forecast(fit); project the fit again"
            )
        return self.futures

    @property
    def event_names(self) -> list[str]:
        """Names of the events."""
        return [str(name) for name in self.events[names.EVENT].values]

    @property
    def horizon(self) -> date:
        """Last simulated day."""
        return date_of_year(float(self.events.attrs["horizon_year"]))

    def years(self, event: str = "end_to_end") -> xr.DataArray:
        """Give the draws of the date of an event.

        Parameters
        ----------
        event : str
            Name of the event.

        Returns
        -------
        xarray.DataArray
            Decimal years (chain, draw, replicate), infinite for never or after the horizon, nan
            where the draw contradicts that no event had happened by the as-of date.

        Raises
        ------
        ModelError
            When the forecast holds no such event.
        """
        return self.events[names.EVENT_YEAR].sel({names.EVENT: self._known(event)})

    def probability_by(self, day: str | date, event: str = "end_to_end") -> float:
        """Give P(event happens by 0:00 of a day), given that no event had by the as-of date.

        Parameters
        ----------
        day : str or date
            ISO date, not later than `horizon`.
        event : str
            Name of the event.

        Returns
        -------
        float
            Share of the draws that do not contradict what is known.

        Raises
        ------
        ModelError
            When the event is unknown or the day is after the simulated horizon.

        Examples
        --------
        >>> forecast.probability_by("2028-12-31", event="end_to_end")
        0...
        """
        return self.share_by(day, event).p

    def share_by(self, day: str | date, event: str = "end_to_end") -> Share:
        """Give P(event by a day) with its Monte Carlo standard error.

        Parameters
        ----------
        day : str or date
            ISO date, not later than `horizon`.
        event : str
            Name of the event.

        Returns
        -------
        Share
            Share of the draws that do not contradict what is known.

        Raises
        ------
        ModelError
            When the event is unknown or the day is after the simulated horizon.
        """
        years, limit = self.years(event), float(self._up_to([day])[0])
        return share_and_error((years <= limit).where(years.notnull()))

    def never(self, event: str = "end_to_end") -> Share:
        """Give the probability of the judged never: the paradigm does not get there.

        Parameters
        ----------
        event : str
            Name of the event.

        Returns
        -------
        Share
            Share of the draws that do not contradict what is known.
        """
        return share_and_error(self._never(event).where(self.years(event).notnull()))

    def never_if_none_by(self, day: str | date, event: str = "end_to_end") -> Share:
        """Give P(judged never | the event has not come by a day).

        Parameters
        ----------
        day : str or date
            ISO date, not later than `horizon`.
        event : str
            Name of the event.

        Returns
        -------
        Share
            Share of the draws without the event by that day; nan without any.

        Raises
        ------
        ModelError
            When the event is unknown or the day is after the simulated horizon.
        """
        years, limit = self.years(event), float(self._up_to([day])[0])
        return share_and_error(self._never(event).where(years > limit))

    def after_horizon(self, event: str = "end_to_end") -> Share:
        """Give the probability that the event comes, but after the simulated horizon.

        Parameters
        ----------
        event : str
            Name of the event.

        Returns
        -------
        Share
            Share of the draws that do not contradict what is known.
        """
        years = self.years(event)
        late = (years == np.inf) & ~self._never(event)
        return share_and_error(late.where(years.notnull()))

    def contradicted(self) -> float:
        """Give the share of draws left out because an event would have happened already.

        Returns
        -------
        float
            In [0, 1].
        """
        if self.condition:  # such draws do not meet it
            return 0.0
        return float(self.events[names.EVENT_YEAR].isnull().any(names.EVENT).mean())

    def quantiles(
        self, event: str = "end_to_end", probabilities: Sequence[float] = QUANTILES
    ) -> dict[float, date | None]:
        """Give quantiles of the date of an event.

        Parameters
        ----------
        event : str
            Name of the event.
        probabilities : sequence of float
            In (0, 1).

        Returns
        -------
        dict of float to date or None
            None where the quantile is never or after the horizon.
        """
        draws = self._told(event)
        found = np.quantile(draws, probabilities, method="higher")
        pairs = zip(probabilities, found, strict=True)
        return {p: date_of_year(float(y)) if np.isfinite(y) else None for p, y in pairs}

    def curve(self, days: Sequence[str | date], event: str = "end_to_end") -> np.ndarray:
        """Give P(event by day) on a grid of days.

        Parameters
        ----------
        days : sequence of str or date
            ISO dates, up to the horizon.
        event : str
            Name of the event.

        Returns
        -------
        numpy.ndarray
            Shape (days,), in the order of the days.

        Raises
        ------
        ModelError
            When the event is unknown or a day is after the simulated horizon.
        """
        draws = np.sort(self._told(event))
        return np.searchsorted(draws, self._up_to(days), side="right") / draws.size

    def binding(self, event: str = "end_to_end") -> dict[str, float]:
        """Give the probability that each requirement is the last to be met.

        Parameters
        ----------
        event : str
            Name of the event.

        Returns
        -------
        dict of str to float
            Requirement to share of the draws in which the event comes by the horizon; sums to one.
        """
        chosen = self.events[names.BINDING].sel({names.EVENT: self._known(event)}).values
        labels = self.events.attrs["requirements"][event]
        valid = chosen[chosen >= 0]
        counts = np.bincount(valid.astype(int), minlength=len(labels)) / max(valid.size, 1)
        return {label: float(share) for label, share in zip(labels, counts, strict=True)}

    def growth(self) -> dict[float, float]:
        """Give quantiles of the frontier's growth at the as-of date, as the scores tell it.

        Returns
        -------
        dict of float to float
            Probability to doublings of the METR TH1.1 50% horizon per year.
        """
        values = self.frontier[names.GROWTH].values
        return {p: float(np.nanquantile(values, p)) for p in QUANTILES}

    def frontier_quantiles(self, probabilities: Sequence[float] = (0.1, 0.5, 0.9)) -> xr.DataArray:
        """Give quantiles of the released frontier at each date.

        Parameters
        ----------
        probabilities : sequence of float
            In (0, 1).

        Returns
        -------
        xarray.DataArray
            Doublings (quantile, date).
        """
        draws: Any = self.frontier[names.FRONTIER]
        return draws.quantile(list(probabilities), dim=(names.CHAIN, names.DRAW))

    def _known(self, event: str) -> str:
        if event not in self.event_names:
            hint = did_you_mean(event, self.event_names)
            raise ModelError(f"got event '{event}', expected one of this forecast. {hint}")
        return event

    def _never(self, event: str) -> xr.DataArray:
        return self.events[names.NEVER].sel({names.EVENT: self._known(event)})

    def _told(self, event: str) -> np.ndarray:
        years = self.years(event).values
        return np.asarray(years[~np.isnan(years)])

    def _up_to(self, days: Sequence[str | date]) -> np.ndarray:
        """Give days as decimal years, if they are simulated."""
        dates = [as_date(day) for day in days]
        late = max(dates, default=self.horizon)
        if late > self.horizon:
            raise ModelError(
                f"got day {late}, expected one up to the simulated horizon {self.horizon}; "
                "set a later 'horizon' in the card's [forecast]"
            )
        return year_of_date(dates)
