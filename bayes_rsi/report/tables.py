"""A forecast as plain text for people.

Invariant: the first line is the verdict of the convergence gates, no line is wider than `WIDTH`,
and the probability of an event by a day never stands without its Monte Carlo error.
"""

from __future__ import annotations

import textwrap
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import pandas as pd

from bayes_rsi.cards import Card
from bayes_rsi.comparison.forecasters import hazards
from bayes_rsi.comparison.words import BOUNDS
from bayes_rsi.forecasting.montecarlo import Share
from bayes_rsi.forecasting.result import Forecast
from bayes_rsi.forecasting.summary import INTERVALS, EventSummary, quantile_label, summary

__all__ = ["WIDTH", "aligned", "forecast_text", "framed", "in_percent", "moved_text", "wrapped"]

#: Widest line, in characters.
WIDTH = 100
#: Heads of columns of scores in texts: with the names of the documents lines would not fit.
SHORT = {
    "crps_points": "points",
    "log_score": "log",
    "interval_score_80": "is_80",
    "width_80": "width",
    "inside_50": "in_50",
    "inside_80": "in_80",
    "inside_90": "in_90",
}
#: The article asks what it would mean if nothing had happened by then.
LOOKED_BACK_FROM = date(2028, 12, 31)
_SIDES = ("theirs", "ours")


def forecast_text(
    forecast: Forecast,
    comparisons: pd.DataFrame,
    card: Card,
    files: Mapping[str, Path],
    *,
    not_compared: str = "",
    moved: str = "",
    prior: Forecast | None = None,
    forms: str = "",
) -> str:
    """Write a forecast for people.

    Parameters
    ----------
    forecast : Forecast
        What was forecast.
    comparisons : pandas.DataFrame
        From `bayes_rsi.compare`; may be empty.
    card : Card
        The card behind it.
    files : mapping of str to pathlib.Path
        What was written, by what it is; may be empty.
    not_compared : str, default ""
        Why there is no comparison.
    moved : str, default ""
        From `moved_text`, where evidence was added.
    prior : Forecast, optional
        The same card without any score.
    forms : str, default ""
        From `bayes_rsi.report.forms.forms_text`, or why there are none.

    Returns
    -------
    str
        Verdict, dates, probabilities, last requirements, comparison, forms of the trend, judgement,
        files.

    Examples
    --------
    >>> text = forecast_text(forecast, rsi.compare(forecast, "clark"), card, {})
    >>> text.splitlines()[0]
    'Convergence gates: all ... passed (r_hat ...).'
    """
    events = [summary(forecast, name) for name in forecast.event_names]
    parts = [
        wrapped(forecast.verdict.sentence()),
        _origin(forecast),
        "\n".join(wrapped(f"{event.name}: {event.title}", "    ") for event in events),
        "When (median and central intervals)\n" + _dates(events),
        "Probability in percent, ± Monte Carlo standard error\n" + _probabilities(events),
        "\n".join(_notes(events)),
        _comparison(comparisons) or wrapped(not_compared and f"No comparison: {not_compared}"),
        forms,
        moved,
        _judgement(card, forecast.event_names) + _alone(prior, forecast.event_names),
        _files(files),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def moved_text(
    moved: pd.DataFrame,
    sources: Iterable[str],
    sides: tuple[str, str] = ("shipped", "with yours"),
) -> str:
    """Write what further evidence moved.

    Parameters
    ----------
    moved : pandas.DataFrame
        From `bayes_rsi.comparison.moved.moved`.
    sources : iterable of str
        Where the further evidence came from.
    sides : tuple of str
        Heads of the columns before and after.

    Returns
    -------
    str
        One row for each headline number: before, after, change.
    """
    rows = [["", "", *sides, "change"]]
    for row in moved.to_dict("records"):
        error = "" if row["mcse"] is None else f" ± {100 * row['mcse']:.1f}"
        rows.append([row["event"], row["quantity"], *_before_after(row)])
        rows[-1][-1] += error
    title = f"What {', '.join(sources)} moved (probabilities in percent, changes in points)"
    return wrapped(title) + "\n" + aligned(rows)


def aligned(rows: Sequence[Sequence[str]], gap: int = 2) -> str:
    """Set rows in columns.

    Parameters
    ----------
    rows : sequence of sequence of str
        Cells; all rows of one length.
    gap : int, default 2
        Spaces between columns.

    Returns
    -------
    str
        Lines, without spaces at their ends.

    Examples
    --------
    >>> print(aligned([["a", "long"], ["word", "b"]]))
    a     long
    word  b
    """
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = ((c.ljust(w + gap) for c, w in zip(row, widths, strict=True)) for row in rows)
    return "\n".join("".join(line).rstrip() for line in lines)


def _origin(forecast: Forecast) -> str:
    tag = forecast.tag
    growth = forecast.growth()
    return wrapped(
        f"Card '{tag.card}', evidence known by {tag.as_of}: {tag.n_scores:,} scores of "
        f"{tag.n_systems} systems on {tag.n_series} series. The frontier of released systems "
        f"doubles its time horizon {growth[0.5]:.1f} times a year (90%: {growth[0.05]:.1f} to "
        f"{growth[0.95]:.1f})."
    )


def _dates(events: Sequence[EventSummary]) -> str:
    header = ["", "median", *(f"{percent}%" for percent in INTERVALS)]
    rows = [
        [event.name, quantile_label(event, 0.5), *(_interval(event, p) for p in INTERVALS)]
        for event in events
    ]
    return aligned([header, *rows])


def _interval(event: EventSummary, percent: int) -> str:
    low, high = (quantile_label(event, probability) for probability in event.interval(percent))
    return low if low == high else f"{low} to {high}"


def _probabilities(events: Sequence[EventSummary]) -> str:
    days = list(events[0].probability_by)
    later = f"after {events[0].horizon.year}"
    header = ["", *(f"by {day:%Y-%m}" for day in days), later, "never"]
    rows = [
        [
            event.name,
            *(in_percent(event.probability_by[day]) for day in days),
            in_percent(event.after_horizon),
            in_percent(event.never),
        ]
        for event in events
    ]
    return aligned([header, *rows])


def in_percent(share: Share) -> str:
    """Write a probability with its Monte Carlo standard error, in percent.

    Parameters
    ----------
    share : Share
        The probability.

    Returns
    -------
    str
        Without the sign of percent.

    Examples
    --------
    >>> in_percent(Share(0.25, 0.004))
    '25.0 ± 0.4'
    """
    return f"{100 * share.p:.1f} ± {100 * share.mcse:.1f}"


def _notes(events: Sequence[EventSummary]) -> Iterable[str]:
    yield "Requirement met last, share of the futures in which the event comes"
    for event in events:
        ordered = sorted(event.binding.items(), key=lambda item: -item[1])
        shares = ", ".join(f"{name} {100 * share:.0f}%" for name, share in ordered)
        yield wrapped(f"  {event.name}: {shares or 'none'}", "    ")
    for event in events:
        if event.left_out:
            yield wrapped(
                f"Not required of {event.name}, because no score was known: "
                f"{', '.join(event.left_out)}. With them it would come later, if anything."
            )
        if event.never.p:
            last = [day for day in event.never_if_none_by if day <= LOOKED_BACK_FROM][-1:]
            for day in last:
                yield wrapped(
                    f"If {event.name} has not come by {day:%Y-%m}, it never comes with "
                    f"{in_percent(event.never_if_none_by[day])}%."
                )
    lost = max(event.contradicted for event in events)
    if lost >= 0.001:
        yield wrapped(
            f"Left out: {100 * lost:.1f}% of the draws, which say that an event of the card had "
            "happened by the as-of date."
        )


def _comparison(comparisons: pd.DataFrame) -> str:
    parts = []
    for (name, day), rows in comparisons.groupby(["forecaster", "forecast_date"], sort=False):
        title = f"Check against {name}, forecast of {day:%Y-%m-%d}"
        header = ["", "by", "theirs", "ours", "points", "log-odds"]
        table = aligned([header, *(_check(row) for _, row in rows.iterrows())])
        parts.append("\n".join([title, table, *_hazards(rows)]))
    return "\n\n".join(parts)


def _hazards(rows: pd.DataFrame) -> Iterable[str]:
    """Say what the last two probabilities of a question imply for the time between them."""
    for (event, _), group in rows.groupby(["event", "question"], sort=False):
        told = group.sort_values("date").drop_duplicates("date").iloc[-2:]
        if len(told) < 2:
            continue
        theirs, ours = (hazards(dict(enumerate(told[side])))[1] for side in _SIDES)
        if theirs >= 0 and ours >= 0:
            day = told["date"].iloc[-1]
            end = f"the end of {day:%Y}" if (day.month, day.day) == (12, 31) else f"{day:%Y-%m-%d}"
            yield wrapped(
                f"If {event} has not come before, it comes by {end} with "
                f"{BOUNDS[told['bound'].iloc[-1]]}{100 * theirs:.0f}% (theirs), "
                f"{100 * ours:.0f}% (ours)."
            )


def _check(row: pd.Series) -> list[str]:
    return [
        row["event"],
        f"{row['date']:%Y-%m-%d}",
        f"{BOUNDS[row['bound']]}{100 * row['theirs']:.0f}%",
        f"{100 * row['ours']:.1f} ± {100 * row['mcse']:.1f}%",
        f"{row['points']:+.1f}",
        f"{row['log_odds']:+.2f}",
    ]


def _judgement(card: Card, chosen: Iterable[str]) -> str:
    count = sum(len(card.events[name].priors) for name in chosen if name in card.events)
    return wrapped(
        "Judgement, not measurement: the thresholds, the lags and 'never' of each event "
        f"({count} distributions of card '{card.name}', each with its reason there). "
        "Measured: the frontier, its growth and how scores follow it."
    )


def _alone(prior: Forecast | None, chosen: Iterable[str]) -> str:
    """Say what the judgements would give without any score."""
    if prior is None:
        return ""
    lines = []
    for event in (summary(prior, name) for name in chosen):
        shares = ", ".join(
            f"by {day:%Y-%m} {100 * share.p:.0f}%" for day, share in event.probability_by.items()
        )
        lines.append(wrapped(f"  {event.name}: {shares}", "    "))
    return "\n".join(["\nThe same card without any score, its judgements alone, gives", *lines])


def _files(files: Mapping[str, Path]) -> str:
    if not files:
        return ""
    return "Written\n" + aligned([[f"  {what}", str(path)] for what, path in files.items()])


def _before_after(row: Mapping[Hashable, object]) -> list[str]:
    before, after, change = row["before"], row["after"], row["change"]
    if not isinstance(change, float):
        return [str(before), str(after), "" if before != after else "same"]
    scale, digits = (100, 1) if row["unit"] == "probability" else (1, 2)
    values = (f"{scale * float(str(v)):.{digits}f}" for v in (before, after))
    return [*values, f"{scale * change:+.{digits}f}"]


def wrapped(text: str, indent: str = "") -> str:
    """Break a text into lines of at most `WIDTH`.

    Parameters
    ----------
    text : str
        One paragraph.
    indent : str, default ""
        Put before every line but the first.

    Returns
    -------
    str
        Lines.
    """
    return textwrap.fill(text, WIDTH, subsequent_indent=indent, break_on_hyphens=False)


def framed(table: pd.DataFrame, gap: int = 2) -> str:
    """Set a table of numbers with its index.

    Parameters
    ----------
    table : pandas.DataFrame
        Any; a plain running index is left out, and what is missing stays empty.
    gap : int, default 2
        Spaces between columns.

    Returns
    -------
    str
        Aligned lines, numbers with three decimals.

    Examples
    --------
    >>> print(framed(pd.DataFrame({"crps": [0.5]}, index=pd.Index(["ours"], name="model"))))
    model  crps
    ours   0.500
    """
    flat = table if isinstance(table.index, pd.RangeIndex) else table.reset_index()
    cells = [[_cell(value) for value in row] for row in flat.itertuples(index=False)]
    return aligned([[str(name) for name in flat.columns], *cells], gap)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "" if value != value else f"{value:.3f}"
    return str(value)
