"""One paragraph: what somebody's probabilities say, in plain words with the numbers in them.

Invariant: every number in the paragraph comes from the tables that it stands beside, or from the
forecast's own draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi import names
from bayes_rsi.comparison.levers import OURS
from bayes_rsi.forecasting.result import Forecast
from bayes_rsi.units import date_of_year, readable_minutes, year_of_date

__all__ = ["BOUNDS", "Story", "level", "lever_words", "spread_moved", "told"]

_NAMES = {
    "growth": "growth of the frontier",
    "taste_gap": "the gap in research taste",
    "taste_free": "the probability of no taste gap",
    "adoption": "the lag of adoption",
    "lead": "the internal lead",
    "never": "the probability of never",
}
#: How many judgements are named that a wait without the event would move.
MOST_MOVED = 2
#: What stands before a published probability.
BOUNDS = {"exact": "", "lower": "at least ", "upper": "at most "}


@dataclass(frozen=True)
class Story:
    """What is told.

    Parameters
    ----------
    forecaster, event : str
        Whose probabilities, of what.
    points, hazards, curves, beliefs : pandas.DataFrame
        As `Implied` has them.
    forecast : Forecast
        Ours.
    """

    forecaster: str
    event: str
    points: pd.DataFrame
    hazards: pd.DataFrame
    curves: pd.DataFrame
    beliefs: pd.DataFrame
    forecast: Forecast


def told(story: Story) -> str:
    """Tell it.

    Parameters
    ----------
    story : Story
        Tables and forecast.

    Returns
    -------
    str
        One paragraph.
    """
    parts = (_rise, _single_curve, _believe, _returns, _nothing_happens)
    return " ".join(text for part in parts if (text := part(story)))


def lever_words(row: pd.Series) -> str:
    """Write the numbers of a lever that reproduce a pair.

    Parameters
    ----------
    row : pandas.Series
        Row of `Implied.beliefs`.

    Returns
    -------
    str
        Such as ``"the internal lead at a median of 1.5 years (0.3 years in ours)"``.
    """
    name, place = str(row["lever"]), float(row["pair"])
    if name == "growth":
        return _growth_words(place, float(row["pair_spread"]))
    what = _NAMES.get(name, f"the horizon that '{name}' needs")
    ours, kind = float(row["ours"]), str(row["number"])
    of = "" if kind == "share" else f"a {kind} of "
    theirs, our_own = level(place, row["unit"], ours), level(ours, row["unit"], place)
    text = f"{what} at {of}{theirs} ({our_own} in ours)"
    if spread_moved(row):
        text += f" with {row['spread']} {row['pair_spread']:.2g} ({row['our_spread']:.2g} in ours)"
    return text


def level(value: float, unit: str, other: float = 1.0) -> str:
    """Write the first number of a lever.

    Parameters
    ----------
    value : float
        In the lever's unit.
    unit : str
        As `Lever` has it.
    other : float, default 1
        A number that it stands beside: as many digits as tell the two apart. For a factor on our
        own growth that is 1.

    Returns
    -------
    str
        Such as ``"91 h"``, ``"1.5 years"``, ``"43%"``.
    """
    if unit == "minutes":
        return readable_minutes(value)
    if unit == "probability":
        return _apart(100 * value, 100 * other, ".{}f", (0, 1, 2)) + "%"
    if unit == OURS and np.isclose(value, 1):
        return "as ours"
    return f"{_apart(value, other, '.{}g', (2, 3, 4))} {unit}"


def _apart(value: float, other: float, form: str, digits: tuple[int, ...]) -> str:
    """Write a number with as few digits as tell it from another one, and from zero."""
    written = [(f"{value:{form.format(n)}}", f"{other:{form.format(n)}}") for n in digits]
    told = (ours for ours, theirs in written if ours != theirs and (float(ours) or not value))
    return next(told, written[0][0])


def spread_moved(row: pd.Series) -> bool:
    """Say whether a pair needs another spread than ours.

    Parameters
    ----------
    row : pandas.Series
        Row of `Implied.beliefs`.

    Returns
    -------
    bool
        False also where a lever has none.
    """
    return bool(row["spread"]) and not np.isclose(row["pair_spread"], row["our_spread"])


def _growth_words(factor: float, acceleration: float) -> str:
    text = f"{_NAMES['growth']} {level(factor, OURS)}"
    return f"{text}, its logarithm changing by {acceleration:+.2g} a year" if acceleration else text


def _rise(story: Story) -> str:
    rows, last = story.points, story.hazards.iloc[-1]
    said = ", ".join(
        f"{BOUNDS[row['bound']]}{100 * row['theirs']:.0f}% by {row['date']:%Y-%m-%d}"
        for _, row in rows.iterrows()
    )
    text = f"{story.forecaster} says {said}; we say "
    text += ", ".join(f"{100 * share:.0f}%" for share in rows["ours"]) + "."
    if len(rows) < 2:
        return text
    before = story.hazards.iloc[-2]
    jump = "The step looks like a jump and is none: of" if _rises(story) else "Of"
    return (
        f"{text} {jump} the futures still without it, theirs "
        f"bring it with a hazard of {before['theirs_rate']:.2f} a year until {before['end']} and "
        f"{last['theirs_rate']:.2f} a year until {last['end']} "
        f"(ours: {before['ours_rate']:.2f} and {last['ours_rate']:.2f})."
    )


def _rises(story: Story) -> bool:
    """Say whether the last of their hazards is the higher one: what may be taken for a jump."""
    rates = story.hazards["theirs_rate"]
    return len(rates) > 1 and bool(rates.iloc[-1] > rates.iloc[-2])


def _single_curve(story: Story) -> str:
    normal = story.curves[(story.curves["family"] == "normal") & (story.curves["never"] == 0)]
    by = {row["whose"]: row for _, row in normal.iterrows() if pd.notna(row["median"])}
    if "theirs" not in by:
        return ""
    theirs = by["theirs"]
    smooth = "A smooth trend that crosses a threshold at an uncertain date does the same: their"
    text = (
        f"{smooth if _rises(story) else 'Their'} last two numbers "
        f"lie on one normal curve with median {theirs['median']:%Y-%m} and standard deviation "
        f"{theirs['second']:.1f} years"
    )
    if "ours" in by:
        ours = by["ours"]
        text += f" (ours: {ours['median']:%Y-%m} and {ours['second']:.1f} years)"
    return text + "; the steepest year of such a curve is the one around its median."


def _believe(story: Story) -> str:
    can = story.beliefs[story.beliefs["possible"]]
    if len(can) and can.apply(_is_ours, axis=1).all():
        return "That is our view too: none of our judgements has to move for it."
    cannot = [_NAMES.get(n, n) for n in story.beliefs[~story.beliefs["possible"]]["lever"]]
    text = ""
    if len(can):
        ways = "; or ".join(lever_words(row) for _, row in can.iterrows())
        exact = (story.points["bound"] == "exact").all()
        must = "one must believe in" if exact else "one must go at least as far as"
        text = f"To hold that view, all else as ours, {must} {ways}."
    if cannot:
        text += f" Not possible with one of these alone: {', '.join(cannot)}."
    return text.strip()


def _is_ours(row: pd.Series) -> bool:
    return bool(np.isclose(row["pair"], row["ours"])) and not spread_moved(row)


def _returns(story: Story) -> str:
    draws = story.forecast.all_futures("implied").draws
    if names.FEEDBACK in draws:
        feedback = draws[names.FEEDBACK].values.ravel()
        low, middle, high = np.quantile(feedback, [0.05, 0.5, 0.95])
        return (
            "Increasing returns: a year of progress at today's rate changes log growth by "
            f"{middle:.2f} (90%: {low:.2f} to {high:.2f}), upwards with "
            f"{100 * np.mean(feedback > 0):.0f}%."
        )
    before, now = _growth_a_year_apart(draws)
    return (
        "Increasing returns: this trend has no feedback; what the fit says is that growth "
        f"over the last year was {np.median(now):.1f} doublings, after {np.median(before):.1f} in "
        f"the year before, and with {100 * np.mean(now > before):.0f}% probability higher. "
        "Growth alone cannot say whether the frontier itself is the cause."
    )


def _growth_a_year_apart(draws: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Give the frontier's gain in the year before the last one and in the last one."""
    frontier = draws[names.FRONTIER].transpose(names.CHAIN, names.DRAW, names.DATE)
    years = year_of_date(frontier[names.DATE].values)
    flat = frontier.values.reshape(-1, len(years))
    two, one, now = (
        np.interp(years[-1] - back, years, np.arange(len(years))) for back in (2, 1, 0)
    )
    values = [_at(flat, place) for place in (two, one, now)]
    return values[1] - values[0], values[2] - values[1]


def _at(values: np.ndarray, place: float) -> np.ndarray:
    left = min(int(place), values.shape[1] - 2)
    share = place - left
    return values[:, left] * (1 - share) + values[:, left + 1] * share


def _nothing_happens(story: Story) -> str:
    """Say what is learned when the last day passes without the event."""
    day = story.points["date"].iloc[-1]
    years = story.forecast.years(story.event).values
    never = story.forecast.events[names.NEVER].sel({names.EVENT: story.event}).values
    known = ~np.isnan(years)
    waits = known & (years > float(year_of_date(day.date())))
    if not waits.any():
        return ""
    later = np.quantile(years[waits], 0.5, method="higher")
    growth = np.repeat(story.forecast.frontier[names.GROWTH].values, years.shape[-1]).ravel()
    then, now = (float(np.median(growth[those.ravel()])) for those in (waits, known))
    when = f"{date_of_year(float(later)):%Y-%m}" if np.isfinite(later) else "never"
    return (
        f"If nothing has happened by {day:%Y-%m-%d}, the median date becomes {when}, the "
        f"probability of never goes from {100 * never[known].mean():.0f}% to "
        f"{100 * never[waits].mean():.0f}%, the median growth of the frontier at "
        f"{story.forecast.tag.as_of} from {_apart(now, then, '.{}f', (1, 2))} to "
        f"{_apart(then, now, '.{}f', (1, 2))} doublings a year{_judged_then(story, known, waits)}."
    )


def _judged_then(story: Story, known: np.ndarray, waits: np.ndarray) -> str:
    """Say which judgements would have been wrong most, by their ranks."""
    scene = story.forecast.all_futures("implied").scene(story.event)
    moved: list[tuple[float, str]] = []
    for key, prior in scene.event.priors.items():
        dice = scene.uniforms.get(key.replace("requirements.", "requirement "))
        if dice is None:
            continue
        now, then = (float(np.median(dice[those.ravel()])) for those in (known, waits))
        ours, theirs = (float(prior.quantile(rank)) for rank in (now, then))
        name = key.removeprefix("requirements.")
        what = _NAMES.get(name, f"the horizon that '{name}' needs")
        ends = level(ours, prior.unit, theirs), level(theirs, prior.unit, ours)
        moved.append((abs(then - now), f"{what} from {ends[0]} to {ends[1]}"))
    parts = [text for _, text in sorted(moved, reverse=True)[:MOST_MOVED]]
    return f", and of what is judged {' and '.join(parts)} (medians)" if parts else ""
