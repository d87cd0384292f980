"""Measurements that nobody has made yet, as objects and as text.

Invariant: a measurement gives, for every future, what would be measured in it, noise included; it
knows nothing that the future does not hold.

    text = "horizon of" system
         | "horizon on" day
         | "score on" series "on" day
         | judged quantity "to" percent        a taste benchmark: "taste_gap to 40%"
         | "audit of" series "with" number "items"
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bayes_rsi import names
from bayes_rsi.errors import ConditionError, ModelError, did_you_mean
from bayes_rsi.forecasting.conditions import plain
from bayes_rsi.forecasting.dice import dice
from bayes_rsi.forecasting.drifts import seen_from
from bayes_rsi.forecasting.frontier import on_day
from bayes_rsi.forecasting.futures import Futures
from bayes_rsi.forecasting.scores import expected_score, horizon_sd, score_noise
from bayes_rsi.units import as_date

__all__ = ["Audit", "HorizonOf", "HorizonOn", "JudgedTo", "Measurement", "ScoreOn", "measurement"]


class Measurement(ABC):
    """Something that could be measured."""

    @abstractmethod
    def values(self, futures: Futures, event: str) -> np.ndarray:
        """Give what would be measured.

        Parameters
        ----------
        futures : Futures
            Behind a forecast.
        event : str
            Whose judged quantities are meant.

        Returns
        -------
        numpy.ndarray
            Shape (path,); only the order of the values matters.
        """

    @abstractmethod
    def __str__(self) -> str:
        """Give the measurement as the grammar writes it."""

    def noise(self, futures: Futures) -> np.ndarray:
        """Give standard normal noise of its own.

        Parameters
        ----------
        futures : Futures
            Behind a forecast.

        Returns
        -------
        numpy.ndarray
            Shape (path,).
        """
        return dice(futures.seed, f"measurement {self}").standard_normal(futures.size)


@dataclass(frozen=True)
class HorizonOf(Measurement):
    """The 50% time horizon of a system that is in the fit.

    Parameters
    ----------
    system : str
        Canonical name.
    """

    system: str

    def values(self, futures: Futures, event: str) -> np.ndarray:
        """Give capability, the system's own deviation, and noise, in doublings.

        Parameters
        ----------
        futures : Futures
            Behind a forecast.
        event : str
            Not used.

        Returns
        -------
        numpy.ndarray
            Log2 minutes, shape (path,).
        """
        system = _known(self.system, futures.draws[names.SYSTEM].values, "system")
        own = dice(futures.seed, f"deviation {system}").standard_normal(futures.size)
        if system in futures.draws[names.HORIZON_SYSTEM].values:
            own = futures.flat_of(names.HORIZON_DEVIATION, {names.HORIZON_SYSTEM: system})
        capability = futures.flat_of(names.CAPABILITY, {names.SYSTEM: system})
        deviation = own * futures.flat(names.HORIZON_SCATTER)
        return capability + deviation + self.noise(futures) * horizon_sd(futures)

    def __str__(self) -> str:
        """Give the measurement as the grammar writes it."""
        return f"horizon of {self.system}"


@dataclass(frozen=True)
class HorizonOn(Measurement):
    """The 50% time horizon of a system at the frontier on a day.

    Parameters
    ----------
    day : str
        ISO date.
    """

    day: str

    def values(self, futures: Futures, event: str) -> np.ndarray:
        """Give the frontier, a deviation, and noise, in doublings.

        Parameters
        ----------
        futures : Futures
            Behind a forecast.
        event : str
            Not used.

        Returns
        -------
        numpy.ndarray
            Log2 minutes, shape (path,).
        """
        sd = np.hypot(futures.flat(names.HORIZON_SCATTER), horizon_sd(futures))
        return on_day(futures.paths, self.day) + self.noise(futures) * sd

    def __str__(self) -> str:
        """Give the measurement as the grammar writes it."""
        return f"horizon on {self.day}"


@dataclass(frozen=True)
class ScoreOn(Measurement):
    """The score on a series of a system at the frontier on a day.

    Parameters
    ----------
    series : str
        A share of items, a speed-up, a ratio or a horizon.
    day : str
        ISO date.
    """

    series: str
    day: str

    def values(self, futures: Futures, event: str) -> np.ndarray:
        """Give the expected score and noise.

        Parameters
        ----------
        futures : Futures
            Behind a forecast.
        event : str
            Not used.

        Returns
        -------
        numpy.ndarray
            Shape (path,).
        """
        series = _known(plain(self.series), futures.panel[names.SERIES].values, "series")
        seen = seen_from(futures.paths, futures.draws, futures.panel, series)
        mean = expected_score(futures, series, on_day(seen, self.day))
        return mean + self.noise(futures) * score_noise(futures, series, mean)

    def __str__(self) -> str:
        """Give the measurement as the grammar writes it."""
        return f"score on {plain(self.series)} on {self.day}"


@dataclass(frozen=True)
class JudgedTo(Measurement):
    """A judged quantity, measured with a relative error: what a taste benchmark would tell.

    Parameters
    ----------
    name : str
        A lag, or a requirement with a judged horizon.
    error : float
        Standard deviation of the natural logarithm of what is measured.
    """

    name: str
    error: float

    def __post_init__(self) -> None:
        """Refuse an error that none is."""
        if not (0 <= self.error < math.inf):
            raise ConditionError(
                f"got an error of {self.error:g} of '{self.name}', expected a number from 0 on; "
                "write 0.4 for 40%"
            )

    def values(self, futures: Futures, event: str) -> np.ndarray:
        """Give the logarithm of the quantity and noise; of no taste gap, the lowest.

        Parameters
        ----------
        futures : Futures
            Behind a forecast.
        event : str
            Whose quantity it is.

        Returns
        -------
        numpy.ndarray
            Shape (path,).
        """
        scene = futures.scene(event)
        priors = {key.removeprefix("requirements."): p for key, p in scene.event.priors.items()}
        dice_names = {name.removeprefix("requirement "): name for name in scene.uniforms}
        name = _known(self.name, [n for n in priors if n in dice_names], "judged quantity")
        with np.errstate(divide="ignore"):
            told = np.log(priors[name].quantile(scene.uniforms[dice_names[name]]))
        told = told + self.error * self.noise(futures)
        if name == "taste_gap":  # no gap shows as one too small to be seen
            told = np.where(scene.uniforms["taste_free"] < scene.event.taste_free, -np.inf, told)
        return told

    def __str__(self) -> str:
        """Give the measurement as the grammar writes it."""
        return f"{self.name} to {100 * self.error:g}%"


@dataclass(frozen=True)
class Audit(Measurement):
    """An audit of the items of a series: how many are flawed.

    Parameters
    ----------
    series : str
        A share of items.
    items : int
        How many are looked at.
    """

    series: str
    items: int

    def __post_init__(self) -> None:
        """Refuse an audit of nothing."""
        if isinstance(self.items, bool) or self.items != int(self.items) or self.items < 1:
            raise ConditionError(
                f"got an audit of '{self.series}' with {self.items} items, expected a whole number "
                "from 1 on"
            )

    def values(self, futures: Futures, event: str) -> np.ndarray:
        """Give the number of flawed items.

        Parameters
        ----------
        futures : Futures
            Behind a forecast.
        event : str
            Not used.

        Returns
        -------
        numpy.ndarray
            Shape (path,).
        """
        if names.LABEL_ERROR not in futures.draws:
            raise ModelError(
                f"{self}: got a fit without ceilings, expected one with them; ask a forecast of a "
                "card with use_ceilings = true"
            )
        known = futures.draws[names.FRACTION_SERIES].values
        series = _known(plain(self.series), known, "series of shares")
        flawed = futures.flat_of(names.LABEL_ERROR, {names.FRACTION_SERIES: series})
        return dice(futures.seed, f"measurement {self}").binomial(self.items, flawed).astype(float)

    def __str__(self) -> str:
        """Give the measurement as the grammar writes it."""
        return f"audit of {plain(self.series)} with {self.items} items"


def measurement(text: str) -> Measurement:
    """Read a measurement.

    Parameters
    ----------
    text : str
        As the grammar at the top of this module has it.

    Returns
    -------
    Measurement
        The object.

    Raises
    ------
    ConditionError
        With what was got and what was expected.

    Examples
    --------
    >>> measurement("taste_gap to 40%")
    JudgedTo(name='taste_gap', error=0.4)
    """
    for pattern, make in _FORMS:
        found = re.fullmatch(pattern, text.strip(), re.IGNORECASE)
        if found:
            try:
                return make(found.groups())
            except ValueError as error:
                raise ConditionError(f"measurement '{text}': {error}") from None
    raise ConditionError(
        f"measurement: got '{text}', expected one of: horizon of SYSTEM, horizon on DATE, score on "
        "SERIES on DATE, QUANTITY to PERCENT%, audit of SERIES with NUMBER items"
    )


_FORMS = (
    (r"horizon of (.+)", lambda words: HorizonOf(words[0])),
    (r"horizon on (\S+)", lambda words: HorizonOn(as_date(words[0]).isoformat())),
    (
        r"score on (.+) on (\S+)",
        lambda words: ScoreOn(plain(words[0]), as_date(words[1]).isoformat()),
    ),
    (
        r"(\w+) to ([0-9]+\.?[0-9]*|\.[0-9]+)%",
        lambda words: JudgedTo(words[0], float(words[1]) / 100),
    ),
    (
        r"audit of (.+) with ([0-9]+) items",
        lambda words: Audit(plain(words[0]), int(words[1])),
    ),
)


def _known(wanted: str, known: Sequence[str] | np.ndarray, what: str) -> str:
    options = [str(name) for name in known]
    if wanted not in options:
        raise ConditionError(
            f"got {what} '{wanted}', expected one of this forecast. {did_you_mean(wanted, options)}"
        )
    return wanted
