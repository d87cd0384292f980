"""Other people's published forecasts beside ours.

Invariant: only forecasts known by our as-of date are compared, only on days after it and within
the simulated horizon, and of several forecasts on one question only the latest.

What somebody says of a time horizon or of a score is compared through the condition that the table
gives: their quantile q of a quantity is a probability of 1 - q that it is at least so large.
"""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise

import numpy as np
import pandas as pd

from bayes_rsi.comparison.given import share_of
from bayes_rsi.errors import ConditionError, EvidenceError, Problem, refuse_other
from bayes_rsi.evidence import load_evidence
from bayes_rsi.forecasting.conditions import Condition, HorizonIs, ScoreIs, plain
from bayes_rsi.forecasting.grammar import parse
from bayes_rsi.forecasting.montecarlo import Share
from bayes_rsi.forecasting.result import Forecast
from bayes_rsi.units import as_date

__all__ = ["ASSUMES", "COLUMNS", "Compared", "compare", "hazards"]

#: What is assumed, in one line.
ASSUMES = (
    "horizons and scores are those expected at the frontier of released systems, whether or not "
    "anybody measures them, and without the noise of a measurement"
)

#: Columns of a comparison.
COLUMNS = (
    "forecaster",
    "question",
    "forecast_date",
    "event",
    "date",
    "bound",
    "theirs",
    "ours",
    "mcse",
    "points",
    "log_odds",
)
#: How a condition writes the unit of a quantile; others are left out.
_UNITS = {"hours": " h", "minutes": " min", "percent": "%"}
_QUANTILES = {"p10": 0.1, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p90": 0.9}


@dataclass(frozen=True, eq=False)
class Compared:
    """Others' probabilities beside ours, as the command line gives them.

    Parameters
    ----------
    table : pandas.DataFrame
        From `compare`.
    assumes : str
        In one line.
    """

    table: pd.DataFrame
    assumes: str = ASSUMES


def compare(
    forecast: Forecast, forecaster: str | None = None, forecasts: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Put somebody's probabilities beside ours.

    A published probability is compared at its date; of published quantiles of a date each is a
    probability at the date it gives, and of those of a horizon or a score each is a probability
    that it is at least so large.

    Parameters
    ----------
    forecast : Forecast
        Ours.
    forecaster : str, optional
        Name in `data/forecasts.csv`, whatever its case, or words of it that fit only one
        forecaster: ``"clark"``. Default: everybody.
    forecasts : pandas.DataFrame, optional
        Table `forecasts` of an `Evidence`. Default: the shipped one as known on our as-of date.

    Returns
    -------
    pandas.DataFrame
        One row for each event and day, in order: ``forecaster``, ``question``, ``forecast_date``,
        ``event`` (of ours, or a condition without its day), ``date`` (datetime64), ``bound``
        (exact, lower: theirs or more, upper: theirs or less), ``theirs``, ``ours``, ``mcse`` of
        ours (probabilities), ``points`` (ours minus theirs, percentage points), ``log_odds``
        (difference of logits, natural; infinite where a probability is 0 or 1).

    Raises
    ------
    EvidenceError
        When no forecaster, or more than one, is meant, nothing of theirs can be compared, or a
        condition of the table cannot be read.

    Examples
    --------
    >>> compare(forecast, "clark")["theirs"].tolist()
    [0.3, 0.6]
    """
    refuse_other(forecast, Forecast, "compare", "bayes_rsi.forecast")
    as_of = forecast.tag.as_of
    table = load_evidence(as_of=as_of).forecasts if forecasts is None else forecasts
    later = table[table["forecast_date"] > pd.Timestamp(as_of)]
    table = table.drop(later.index)
    # Somebody who changed their mind is judged by what they say now, even where that is about days
    # that lie behind us.
    latest = table.groupby(["forecaster", "question"])["forecast_date"].transform("max")
    usable = _comparable(table[table["forecast_date"] == latest], forecast)
    if forecaster is None:
        return _beside(usable, forecast)
    comparable = usable["forecaster"].unique().tolist()
    name = _named(forecaster, comparable, table["forecaster"], as_of, later["forecaster"])
    return _beside(usable[usable["forecaster"] == name], forecast)


def hazards(probability_by_year: Mapping[int, float]) -> dict[int, float]:
    """Give the chance of an event within each period, given that it has not happened before.

    Parameters
    ----------
    probability_by_year : mapping of int to float
        P(event by the end of the year), non-decreasing; years may be left out.

    Returns
    -------
    dict of int to float
        From the second year on: P(event after the year before and by the end of this one | not
        before); nan once the event is certain.

    Examples
    --------
    >>> round(hazards({2027: 0.3, 2028: 0.6})[2028], 3)
    0.429
    """
    years = sorted(probability_by_year)
    found = {}
    for before, year in pairwise(years):
        earlier, later = probability_by_year[before], probability_by_year[year]
        found[year] = (later - earlier) / (1 - earlier) if earlier < 1 else math.nan
    return found


def _comparable(table: pd.DataFrame, forecast: Forecast) -> pd.DataFrame:
    """Give one row for each probability at a date that our forecast speaks about."""
    columns = ["forecaster", "question", "forecast_date", "event", "date", "bound", "theirs"]
    met = (table["condition"] != "") & (forecast.futures is not None)
    ours = table[table["event"].isin(forecast.event_names) | met]
    frame = pd.DataFrame([row for _, cells in ours.iterrows() for row in _pairs(cells)])
    frame = frame.reindex(columns=columns)
    days = pd.to_datetime(frame["date"])
    after, last = pd.Timestamp(forecast.tag.as_of), pd.Timestamp(forecast.horizon)
    return frame.assign(date=days)[(days > after) & (days <= last)]


def _ours(forecast: Forecast, event: str, day: pd.Timestamp) -> Share | None:
    """Give our probability; None where it is about a series that is not fitted."""
    if event in forecast.event_names:
        return forecast.share_by(as_date(day), event)
    text = f"{event} by {as_date(day)}"
    try:
        parts = parse(text)
        return None if any(_absent(part, forecast) for part in parts) else share_of(forecast, parts)
    except ConditionError as error:
        hint = "See `bayes-rsi given --help`."
        found = Problem("forecasts.csv", None, "condition", text, f"a condition: {error}", hint)
        raise EvidenceError([found]) from error


def _absent(part: Condition, forecast: Forecast) -> bool:
    """Whether a condition is about a known series that this forecast was not fitted to."""
    panel = forecast.all_futures("compare").panel
    if isinstance(part, HorizonIs):
        fitted = panel["reliability"].values if "reliability" in panel else np.zeros(0)
        return part.reliability != 50 and not np.isclose(fitted, part.reliability / 100).any()
    return isinstance(part, ScoreIs) and plain(part.series) in panel.attrs["absent_series"].split()


def _pairs(row: pd.Series) -> Iterator[dict[Hashable, object]]:
    """Give the dated probabilities that a published forecast states."""
    common = row[["forecaster", "question", "forecast_date", "event", "bound"]].to_dict()
    common["event"] = row["event"] or row["condition"]
    if row["kind"] == "probability" and pd.notna(row["target_date"]):
        yield common | {"date": row["target_date"], "theirs": row["probability"]}
    if row["kind"] == "quantiles" and row["unit"] == "date":
        for column, probability in _QUANTILES.items():
            if row[column]:
                yield common | {"date": pd.Timestamp(row[column]), "theirs": probability}
    elif row["kind"] == "quantiles" and row["unit"] in _UNITS and row["condition"]:
        for column, probability in _QUANTILES.items():
            if row[column]:
                said = f"{row['condition']} >= {row[column]}{_UNITS[row['unit']]}"
                day = {"date": row["target_date"], "theirs": 1 - probability}
                yield common | {"event": said} | day


def _named(
    wanted: str, comparable: list[str], known: pd.Series, as_of: str, later: pd.Series
) -> str:
    """Find the one forecaster who is meant: by the whole name, else by words of it."""
    fitting = _fitting(wanted, known)
    found = [name for name in fitting if name in comparable]
    if len(found) == 1 and _words(wanted):
        return found[0]
    expected = f"one forecaster with a dated probability for an event of ours, known by {as_of}"
    if found:
        hint = f"It fits {', '.join(repr(name) for name in sorted(found))}: give the whole name."
    elif fitting:
        hint = "What they published cannot be compared: no probability, or another event or time. "
        hint += _comparable_names(comparable)
    elif after := _fitting(wanted, later):
        hint = f"What {after[0]} says is of a later day: make a forecast as of that day. "
        hint += _comparable_names(comparable)
    else:
        hint = _suggestion(wanted, comparable)
    raise EvidenceError([Problem("forecasts.csv", None, "forecaster", wanted, expected, hint)])


def _fitting(wanted: str, names: pd.Series) -> list[str]:
    everybody = [str(name) for name in names.unique()]
    exact = [name for name in everybody if name.casefold() == wanted.strip().casefold()]
    return exact or [name for name in everybody if _words(wanted) <= _words(name)]


def _words(name: str) -> set[str]:
    return set(re.findall(r"\w+", name.casefold()))


def _suggestion(wanted: str, names: list[str]) -> str:
    """Look for a slip in whole names and in single words."""
    spelled = {word: name for name in names for word in (*_words(name), name.casefold())}
    close = get_close_matches(wanted.casefold(), spelled, n=1)
    if close:
        return f"Did you mean '{spelled[close[0]]}'?"
    return _comparable_names(names)


def _comparable_names(names: list[str]) -> str:
    """List names in quotes: some have commas in them."""
    return f"Comparable: {', '.join(repr(name) for name in sorted(names)) or 'nobody'}."


def _beside(rows: pd.DataFrame, forecast: Forecast) -> pd.DataFrame:
    asked = zip(rows["event"], rows["date"], strict=True)
    shares = [_ours(forecast, event, day) for event, day in asked]
    told = [share for share in shares if share is not None]
    rows = rows[np.array([share is not None for share in shares], dtype=bool)]
    ours = np.array([share.p for share in told])
    theirs = rows["theirs"].to_numpy(dtype=float)
    both = rows.assign(
        ours=ours,
        mcse=[share.mcse for share in told],
        points=100 * (ours - theirs),
        log_odds=_logit(ours) - _logit(theirs),
    )
    order = ["event", "question", "date", "forecaster"]
    return both[list(COLUMNS)].sort_values(order, ignore_index=True)


def _logit(p: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(p) - np.log1p(-p))
