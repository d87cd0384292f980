"""The backtest as a page: what `docs/calibration.md` and `README.md` say, written from the tables.

Invariant: every number between the marks of the page comes from the ledger; the text outside of
them is nobody's but its author's.

    python -m bayes_rsi.checks.page models/baseline docs/calibration.md
    python -m bayes_rsi.checks.page models/baseline README.md --brief
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from bayes_rsi.checks.backtest import TEST_ORIGINS
from bayes_rsi.checks.court.ledger import Ledger
from bayes_rsi.checks.court.resolved import event_scores, events_against, events_reliability
from bayes_rsi.checks.court.summary import (
    against,
    bars,
    calibration,
    rivals,
    scored,
    unasked,
)
from bayes_rsi.checks.court.targets import outcomes
from bayes_rsi.errors import StoreError, reported
from bayes_rsi.files import write_atomically
from bayes_rsi.report.calibration import calibration_figure
from bayes_rsi.report.figure import figure_bytes
from bayes_rsi.score.calibration import pit_ecdf

__all__ = [
    "MARKS",
    "brief",
    "by_series",
    "picks_inside",
    "series_of_system",
    "tables",
    "write",
    "write_brief",
]

#: What the written part of the page is between.
MARKS = ("<!-- backtest -->", "<!-- /backtest -->")
#: Columns of the comparisons, and of the scores.
_AGAINST = ["pairs", "blocks", "ours", "theirs", "ratio", "ratio_low", "ratio_high"]
_SCORES = ["pairs", "systems", "crps", "log_score", "interval_score_80", "width_80"]
_SCORES += ["inside_50", "inside_80", "inside_90", "pit"]
_PICKS = 200


def tables(ledger: Ledger, tests: Sequence[str]) -> str:
    """Write the tables of a backtest in Markdown.

    Parameters
    ----------
    ledger : Ledger
        Of a backtest.
    tests : sequence of str
        Days on which nothing was tuned.

    Returns
    -------
    str
        Sections, without a heading for the whole.
    """
    table, asked = ledger.table(), ledger.targets()
    record, scores = ledger.record(), scored(ledger.table(), ledger.targets())
    card = str(record["origin"]["card"])
    tested = scores[scores["origin"].isin(list(tests))]
    parts = [
        _heading(asked, record),
        "### The bars\n\n" + _markdown(bars(scores, card, tests).set_index("bar")),
        f"One question of each system, picked at random: the PIT-ECDF of `{card}` lies inside its "
        f"band in {picks_inside(scores[scores['model'] == card]):.0%} of {_PICKS} picks.",
        "### Everybody\n\nEach on what it answered; CRPS in doublings or logits.\n\n"
        + _markdown(calibration(scores)[_SCORES]),
        f"### `{card}` against each\n\nWhere both answered; a ratio below 1 is a win, its 90% "
        "interval from a bootstrap by system.\n\n" + _markdown(against(scores, card)[_AGAINST]),
        "On the test days alone:\n\n" + _markdown(against(tested, card)[_AGAINST]),
        "Of those, outcomes that no earlier day had asked about:\n\n"
        + _markdown(against(unasked(scores, tests), card)[_AGAINST]),
        *_by(scores, card),
        "### Series by series\n\n`rival`: the best baseline that answered at least half of our "
        "questions on the series. Losses are ratios above 1.\n\n"
        + _markdown(by_series(scores, card)),
        "### Events that have resolved\n\nEach on what it answered.\n\n"
        + _markdown(event_scores(table)),
        f"`{card}` against each, on the events that both answered:\n\n"
        + _markdown(events_against(table, card)),
    ]
    return "\n\n".join(parts)


def brief(ledger: Ledger, tests: Sequence[str]) -> str:
    """Write what a reader of the README should see of a backtest, in Markdown.

    Parameters
    ----------
    ledger : Ledger
        Of a backtest.
    tests : sequence of str
        Days on which nothing was tuned.

    Returns
    -------
    str
        The bars, every baseline, and every series on which the best of them is better.
    """
    scores = scored(ledger.table(), ledger.targets())
    card = str(ledger.record()["origin"]["card"])
    everybody = against(scores, card)[_AGAINST].join(calibration(scores)["inside_80"])
    each = by_series(scores, card)
    lost = each[each["ratio"] > 1]
    parts = [
        _markdown(bars(scores, card, tests).set_index("bar")),
        f"`{card}` against each baseline where both answered: mean CRPS (doublings or logits), "
        "ratio with its 90% interval from a bootstrap by system, and the share of outcomes in the "
        "80% intervals of the baseline.",
        _markdown(everybody),
        f"Of {len(each)} series the best baseline is better on {len(lost)}:",
        _markdown(lost),
    ]
    return "\n\n".join(parts)


def _heading(asked: pd.DataFrame, record: dict) -> str:
    count, origin = outcomes(asked), record["origin"]
    fits = record.get("fits", {})
    lines = [
        f"* {day}: {fit['verdict'].partition(': ')[2]}"
        for day, fit in fits.items()
        if not fit["passed"]
    ]
    failed = "\n\nConvergence gates that failed:\n\n" + "\n".join(lines) if lines else ""
    minutes = sum(sum(fit["seconds"].values()) for fit in fits.values()) / 60
    return (
        f"Card `{origin['card']}`, seed {origin['seed']}, evidence until "
        f"{origin['evidence_until']}: {count['pairs']:,} pairs of day and question from "
        f"{asked['origin'].nunique()} days; behind them at most {count['figures']:,} independent "
        f"outcomes (figures of {count['systems']} systems on {count['series']} series). The fits "
        f"took {minutes:.0f} minutes, added up." + failed
    )


def _by(scores: pd.DataFrame, card: str) -> list[str]:
    mine = scores[scores["model"] == card]
    mine = mine.assign(series_of_system=series_of_system(mine))
    titles = {
        "kind of question and of series": ["kind", "metric"],
        "months ahead": ["months"],
        "kind of question and months ahead": ["kind", "months"],
        "day": ["origin"],
        "domain": ["domain"],
        "number of series on which its system was scored": ["series_of_system"],
    }
    return [
        f"### `{card}` by {title}\n\n"
        + _markdown(calibration(mine, by)[_SCORES].droplevel("model"))
        for title, by in titles.items()
    ]


def series_of_system(scores: pd.DataFrame) -> pd.Series:
    """Tell on how many series the system of each question was scored after its day, in bins.

    Parameters
    ----------
    scores : pandas.DataFrame
        Scores of one forecaster.

    Returns
    -------
    pandas.Series
        Ordered categories ``1``, ``2``, ``3-4``, ``5-8`` and ``9 or more``, index of `scores`.
    """
    count = scores.groupby(["origin", "block"])["series"].transform("nunique")
    return pd.cut(count, [0, 1, 2, 4, 8, np.inf], labels=["1", "2", "3-4", "5-8", "9 or more"])


def by_series(scores: pd.DataFrame, card: str) -> pd.DataFrame:
    """Give, for each series, the mean CRPS and that of the best baseline where both answered.

    Parameters
    ----------
    scores : pandas.DataFrame
        From `summary.scored`.
    card : str
        Our name.

    Returns
    -------
    pandas.DataFrame
        Index series: ``pairs``, ``ours``, ``rival``, ``theirs``, ``ratio``; losses first. Baselines
        that are lent what is ours are no rivals.
    """
    found = against(rivals(scores), card, ["series"]).reset_index()
    total = scores[scores["model"] == card].groupby("series").size()
    found = found[found["pairs"] >= found["series"].map(total) / 2]
    worst = found.sort_values("ratio").groupby("series").tail(1)
    table = worst.rename(columns={"baseline": "rival"}).set_index("series")
    columns = ["pairs", "ours", "rival", "theirs", "ratio"]
    return table[columns].sort_values("ratio", ascending=False)


def picks_inside(mine: pd.DataFrame, seed: int = 1) -> float:
    """Give how often the PIT of one question for each system lies inside the uniform band.

    Figures of one system go together, and the band is for outcomes that do not.

    Parameters
    ----------
    mine : pandas.DataFrame
        Scores of one forecaster.
    seed : int, default 1
        Of the picks.

    Returns
    -------
    float
        Share of the picks.
    """
    groups = [group.to_numpy() for _, group in mine.groupby("block")["pit"]]
    rng, inside = np.random.default_rng(seed), []
    for _ in range(_PICKS):
        pit = np.array([rng.choice(group) for group in groups])
        inside.append(pit_ecdf(pit, repeats=1000).attrs["inside"])
    return float(np.mean(inside))


def _markdown(table: pd.DataFrame) -> str:
    flat = table.reset_index()
    head = [str(name) for name in flat.columns]
    rows = [[_cell(value) for value in row] for row in flat.itertuples(index=False)]
    rule = ["--:" if is_numeric_dtype(flat[name]) else "---" for name in flat.columns]
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, rule, *rows])


def _cell(value: object) -> str:
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "**no**"
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:.3f}"
    return str(value)


def write(folder: Path, page: Path, tests: Sequence[str] = TEST_ORIGINS) -> None:
    """Renew the tables of a page, and the figure beside it.

    Parameters
    ----------
    folder : pathlib.Path
        Of a backtest.
    page : pathlib.Path
        Markdown with both `MARKS`; the figure has its name, ending in ``.svg``.
    tests : sequence of str
        Days on which nothing was tuned.

    Raises
    ------
    StoreError
        When there is no backtest in the folder, or the page has no place for it; nothing is
        written then.
    """
    ledger, (before, after) = _ledger(folder), _around(page)
    table, scores = ledger.table(), scored(ledger.table(), ledger.targets())
    told = [str(ledger.record()["origin"]["card"]), "eci", "component"]
    pits = {name: scores[scores["model"] == name]["pit"].to_numpy() for name in told}
    figure = calibration_figure(
        {name: pit_ecdf(pit) for name, pit in pits.items() if len(pit)},
        {name: events_reliability(table, name) for name in (told[0], "walk")},
    )
    write_atomically(page.with_suffix(".svg"), figure_bytes(figure, "svg"))
    write_atomically(page, f"{before}{tables(ledger, tests)}{after}")


def write_brief(folder: Path, page: Path, tests: Sequence[str] = TEST_ORIGINS) -> None:
    """Renew the short tables of a page.

    Parameters
    ----------
    folder : pathlib.Path
        Of a backtest.
    page : pathlib.Path
        Markdown with both `MARKS`.
    tests : sequence of str
        Days on which nothing was tuned.

    Raises
    ------
    StoreError
        When there is no backtest in the folder, or the page has no place for it; nothing is
        written then.
    """
    ledger, (before, after) = _ledger(folder), _around(page)
    write_atomically(page, f"{before}{brief(ledger, tests)}{after}")


def _ledger(folder: Path) -> Ledger:
    ledger = Ledger(folder, {})
    if not ledger.record():
        raise StoreError(f"{folder}: got no backtest, expected one; run `bayes-rsi backtest`")
    return ledger


def _around(page: Path) -> tuple[str, str]:
    """Give what stands before and after the tables of a page, with the marks."""
    text = _text_of(page)
    if not all(mark in text for mark in MARKS):
        raise StoreError(f"{page}: got no place for the tables, expected {' and '.join(MARKS)}")
    before, _, rest = text.partition(MARKS[0])
    after = rest.partition(MARKS[1])[2]
    return f"{before}{MARKS[0]}\n\n", f"\n\n{MARKS[1]}{after}"


def _text_of(page: Path) -> str:
    try:
        return page.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        got = getattr(error, "strerror", None) or str(error)
        expected = f"expected a page of text with {' and '.join(MARKS)}; give its path"
        raise StoreError(f"{page}: got '{got}', {expected}") from None


def main(arguments: Sequence[str] | None = None) -> None:
    """Renew a page.

    Parameters
    ----------
    arguments : sequence of str, optional
        Default: those of the command line.
    """
    parser = argparse.ArgumentParser(prog="python -m bayes_rsi.checks.page")
    parser.add_argument("folder", type=Path, help="folder of a backtest, such as models/baseline")
    parser.add_argument("page", type=Path, help="the page, such as docs/calibration.md")
    parser.add_argument("--brief", action="store_true", help="the short tables of the README")
    chosen = parser.parse_args(arguments)
    with reported(parser.prog):
        (write_brief if chosen.brief else write)(chosen.folder, chosen.page)


if __name__ == "__main__":
    main()
