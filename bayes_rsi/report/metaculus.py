"""A date of an event as the 201 numbers that Metaculus takes for a date question.

Invariant: what leaves keeps Metaculus' rules to the last digit, and says by how much that moved it.

Rules for a question with 200 outcomes inside its range (https://www.metaculus.com/api/, source
https://github.com/Metaculus/metaculus/blob/main/docs/openapi.yml, checked by the server as in
https://github.com/Metaculus/metaculus/tree/main/questions/serializers):

    points      201, at equal distances in time from the lower to the upper bound
    steps       each rises by at least 0.01 / 200 and by at most 0.2
    closed end  nothing beyond it: 0 at the lower, 1 at the upper bound
    open end    at least 0.001 beyond it

As in Metaculus' own `standardize_cdf` a share of 1% is spread evenly over the range, 0.1% goes
beyond each open bound, and steps that are still too high are cut and the rest raised in proportion.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import numpy as np

from bayes_rsi.errors import ModelError
from bayes_rsi.forecasting.result import Forecast
from bayes_rsi.report.tables import wrapped
from bayes_rsi.units import as_date, date_of_year, year_of_date

__all__ = [
    "MetaculusCdf",
    "broken_rules",
    "metaculus_cdf",
    "metaculus_document",
    "metaculus_text",
    "standardised",
]

#: Outcomes inside the range of a date question.
OUTCOMES = 200
LEAST_STEP, LARGEST_STEP, LEAST_BEYOND = 0.01 / OUTCOMES, 0.2, 0.001
#: The server rounds to ten digits; margins keep the rules in spite of it.
DIGITS, MARGIN = 10, 1e-6
EVENLY = 0.01 + MARGIN
_AT_LOWER = {True: "at least 0.001: it is open", False: "0: it is closed"}
_AT_UPPER = {True: "at most 0.999: it is open", False: "1: it is closed"}
SOURCE = "https://github.com/Metaculus/metaculus/blob/main/docs/openapi.yml"


@dataclass(frozen=True, eq=False)
class MetaculusCdf:
    """An event on the range of a question.

    Parameters
    ----------
    event : str
        Its name.
    lower, upper : datetime.date
        Bounds of the range, at 0:00 UTC.
    open_lower, open_upper : bool
        Whether probability may lie beyond them.
    values : numpy.ndarray
        ``continuous_cdf``, shape (201,).
    raw : numpy.ndarray
        The forecast before the rules were applied, same shape.
    """

    event: str
    lower: date
    upper: date
    open_lower: bool
    open_upper: bool
    values: np.ndarray
    raw: np.ndarray

    @property
    def inside(self) -> np.ndarray:
        """The forecast given that it lies within closed bounds, shape (201,)."""
        bottom, top = _ends(self.raw, self.open_lower, self.open_upper)
        return (self.raw - bottom) / (top - bottom)

    @property
    def left_out(self) -> float:
        """Probability beyond closed bounds, which the question takes for impossible."""
        bottom, top = _ends(self.raw, self.open_lower, self.open_upper)
        return float(1 - (top - bottom))

    @property
    def moved(self) -> float:
        """Largest change of a probability of `inside` by a day that the rules asked for."""
        return float(np.abs(self.values - self.inside).max())


def metaculus_cdf(
    forecast: Forecast,
    event: str,
    lower: str | date,
    upper: str | date,
    *,
    open_lower: bool = False,
    open_upper: bool = True,
) -> MetaculusCdf:
    """Give the date of an event on the range of a Metaculus question.

    What lies beyond an open upper bound is the probability of never, of dates after it, and of
    those after the simulated horizon.

    Parameters
    ----------
    forecast : Forecast
        Holds the event.
    event : str
        Name of the event.
    lower, upper : str or datetime.date
        Bounds of the question, the upper one within the simulated horizon.
    open_lower, open_upper : bool
        Whether they are open. What we have beyond a closed one is taken away (`left_out`), the rest
        raised in proportion.

    Returns
    -------
    MetaculusCdf
        Keeps to the rules.

    Raises
    ------
    ModelError
        When the event is unknown, the bounds are in the wrong order or beyond the horizon, or all
        of the forecast lies beyond closed bounds.

    Examples
    --------
    >>> asked = metaculus_cdf(forecast, "end_to_end", date(2026, 7, 1), date(2050, 1, 1))
    >>> len(asked.values), bool(asked.values[-1] < 1)
    (201, True)
    """
    lower, upper = as_date(lower), as_date(upper)
    if not lower < upper <= forecast.horizon:
        raise ModelError(
            f"got a range from {lower} to {upper}, expected bounds in this order and up to the "
            f"simulated horizon {forecast.horizon}; take those of the question"
        )
    draws = forecast.years(event).values
    draws = np.sort(draws[~np.isnan(draws)])
    first, last = (float(year_of_date(day)) for day in (lower, upper))
    grid = np.linspace(first, last, OUTCOMES + 1)
    raw = np.searchsorted(draws, grid, side="right") / draws.size
    values = standardised(raw, open_lower=open_lower, open_upper=open_upper)
    return MetaculusCdf(event, lower, upper, open_lower, open_upper, values, raw)


def standardised(raw: np.ndarray, *, open_lower: bool, open_upper: bool) -> np.ndarray:
    """Make a distribution keep to the rules.

    With open bounds no probability changes by more than 0.011001 and the sum of what steps are
    higher than 0.2.

    Parameters
    ----------
    raw : numpy.ndarray
        Probability by each point, not falling, in [0, 1], shape (201,).
    open_lower, open_upper : bool
        Whether the bounds are open.

    Returns
    -------
    numpy.ndarray
        Same shape.

    Raises
    ------
    ModelError
        When nothing is left between closed bounds.

    Examples
    --------
    >>> found = standardised(np.zeros(201), open_lower=False, open_upper=True)
    >>> float(found[0]), float(found[-1])
    (0.0, 0.010001)
    """
    bottom, top = _ends(raw, open_lower, open_upper)
    if top <= bottom:
        raise ModelError(
            "got a forecast that lies wholly beyond a closed bound, expected some of it between "
            "the bounds; take a question with an open bound or another range"
        )
    beyond = LEAST_BEYOND * (open_lower + open_upper)
    mixed = (1 - EVENLY - beyond) * (raw - bottom) / (top - bottom)
    mixed += EVENLY * np.linspace(0.0, 1.0, len(raw)) + LEAST_BEYOND * open_lower
    steps = _cut(np.diff(mixed), LARGEST_STEP - MARGIN)
    values = np.round(mixed[0] + np.concatenate([[0.0], np.cumsum(steps)]), DIGITS)
    if not open_upper:
        values[-1] = 1.0  # but for rounding it is already
    return np.asarray(values)


def _ends(raw: np.ndarray, open_lower: bool, open_upper: bool) -> tuple[float, float]:
    """Give the probabilities between which the question asks."""
    return 0.0 if open_lower else float(raw[0]), 1.0 if open_upper else float(raw[-1])


def _cut(steps: np.ndarray, limit: float) -> np.ndarray:
    """Cut steps at a limit and raise the others in proportion, so that the sum stays."""
    total, cut = steps.sum(), np.zeros(len(steps), dtype=bool)
    found = steps
    while (found > limit).any():  # one more step is cut in each round
        cut |= found > limit
        left = total - limit * cut.sum()
        found = np.where(cut, limit, steps * (left / steps[~cut].sum()))
    return found


def broken_rules(values: np.ndarray, *, open_lower: bool, open_upper: bool) -> list[str]:
    """Say which rules a distribution breaks, as the server checks them.

    Parameters
    ----------
    values : numpy.ndarray
        ``continuous_cdf``.
    open_lower, open_upper : bool
        Whether the bounds are open.

    Returns
    -------
    list of str
        Empty when it would be taken.

    Examples
    --------
    >>> broken_rules(np.linspace(0.0, 1.0, 201), open_lower=False, open_upper=True)
    ['1 at the upper bound, expected at most 0.999: it is open']
    """
    found = []
    if len(values) != OUTCOMES + 1:
        found.append(f"{len(values)} values, expected {OUTCOMES + 1}")
    steps = np.round(np.diff(np.round(values, DIGITS)), DIGITS)
    if (steps < round(LEAST_STEP, DIGITS)).any():
        found.append(f"a step of {steps.min():g}, expected at least {LEAST_STEP:g}")
    if (steps > LARGEST_STEP).any():
        found.append(f"a step of {steps.max():g}, expected at most {LARGEST_STEP:g}")
    first, last = (float(np.round(values[end], DIGITS)) for end in (0, -1))
    if (first < LEAST_BEYOND) if open_lower else (first != 0):
        found.append(f"{first:g} at the lower bound, expected {_AT_LOWER[open_lower]}")
    if (last > 1 - LEAST_BEYOND) if open_upper else (last != 1):
        found.append(f"{last:g} at the upper bound, expected {_AT_UPPER[open_upper]}")
    return found


def metaculus_text(asked: MetaculusCdf, forecast: Forecast) -> str:
    """Say what is sent to Metaculus, and what its rules did to it.

    Parameters
    ----------
    asked : MetaculusCdf
        From `metaculus_cdf`.
    forecast : Forecast
        What it was made from.

    Returns
    -------
    str
        Lines, the first one the verdict of the gates.
    """
    where = int(np.abs(asked.values - asked.inside).argmax())
    first, last = (float(year_of_date(day)) for day in (asked.lower, asked.upper))
    day = date_of_year(first + (last - first) * where / OUTCOMES)
    ends = [
        f"{'open' if is_open else 'closed'}" for is_open in (asked.open_lower, asked.open_upper)
    ]
    lines = [
        forecast.verdict.sentence(),
        f"{asked.event}, from {asked.lower} ({ends[0]}) to {asked.upper} ({ends[1]}): "
        f"{1 - asked.raw[-1]:.1%} lies beyond the upper bound, {1 - asked.values[-1]:.1%} under "
        "the rules of Metaculus.",
        f"They move no probability by more than {100 * asked.moved:.2f} percentage points "
        f"({asked.inside[where]:.1%} to {asked.values[where]:.1%} by {day}).",
    ]
    if asked.left_out >= LEAST_STEP:
        lines.append(
            f"{asked.left_out:.1%} of the forecast lies beyond closed bounds. The question takes "
            "that for impossible, so the rest stands for all."
        )
    return "\n".join(wrapped(line) for line in lines) + "\n"


def metaculus_document(asked: MetaculusCdf, forecast: Forecast) -> Mapping[str, Any]:
    """Give what is sent to Metaculus, and where it comes from, as plain types.

    Parameters
    ----------
    asked : MetaculusCdf
        From `metaculus_cdf`.
    forecast : Forecast
        What it was made from.

    Returns
    -------
    dict
        ``continuous_cdf`` beside the range (ISO dates, and Unix time as the question's ``scaling``
        has it), what moved, tag and verdict.
    """
    bounds = {
        f"range_{name}": int(datetime.combine(day, time(), UTC).timestamp())
        for name, day in (("min", asked.lower), ("max", asked.upper))
    }
    return {
        "event": asked.event,
        "lower": asked.lower.isoformat(),
        "upper": asked.upper.isoformat(),
        "scaling": bounds | {"zero_point": None},
        "open_lower_bound": asked.open_lower,
        "open_upper_bound": asked.open_upper,
        "continuous_cdf": [float(value) for value in asked.values],
        "above_upper_bound": float(1 - asked.raw[-1]),
        "moved": asked.moved,
        "rules": SOURCE,
        "passed": forecast.verdict.passed,
        "tag": forecast.tag.as_dict(),
    }
