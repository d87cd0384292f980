"""The command that looks for accelerations in worlds that have one and in worlds that have none.

Invariant: every number of the page comes from the table.

    python -m bayes_rsi.checks.acceleration out --page docs/acceleration.md

keeps its results in ``out/acceleration.csv``: a run that was killed goes on where it was.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from bayes_rsi.cards import load_card
from bayes_rsi.checks.executor import local
from bayes_rsi.checks.rows import Rows
from bayes_rsi.checks.seeing import (
    CHAINS,
    COLUMNS,
    DRAWS,
    EARLIER,
    FACTOR,
    KEY,
    MONTHS,
    SIZE,
    SURE,
    TIMES,
    Job,
    origin_of,
    watch,
)
from bayes_rsi.checks.worlds import AS_OF
from bayes_rsi.errors import reported
from bayes_rsi.files import usable_folder, write_atomically

__all__ = ["main", "page", "seen"]

#: Worlds of each kind; of the constant ones twice as many, for a share near nothing.
WORLDS, CONSTANT_WORLDS = 12, 24
#: Seed of the first world.
FIRST = 101
#: Sureness at which the shares are told beside that of the definition.
LESS_SURE = (0.5, 0.8)


def seen(table: pd.DataFrame, sure: float = SURE) -> pd.DataFrame:
    """Count the worlds in which an acceleration is seen.

    Parameters
    ----------
    table : pandas.DataFrame
        With `seeing.COLUMNS`.
    sure : float
        Probability above which it is.

    Returns
    -------
    pandas.DataFrame
        By ``months``, increasing: ``worlds``, ``seen``, and the medians over worlds of
        ``probability`` and ``ratio``.
    """
    grouped = table.assign(seen=table["probability"] > sure).groupby("months")
    return grouped.agg(
        worlds=("seen", "size"),
        seen=("seen", "sum"),
        probability=("probability", "median"),
        ratio=("ratio", "median"),
    )


def page(table: pd.DataFrame, card: str) -> str:
    """Tell how soon accelerations are seen, and how often none is one.

    Parameters
    ----------
    table : pandas.DataFrame
        With `seeing.COLUMNS`.
    card : str
        Name of the card.

    Returns
    -------
    str
        A page in Markdown.
    """
    levels = (*LESS_SURE, SURE)
    counts = {level: seen(table, level) for level in levels}
    head = " | ".join(f"P > {level:g}" for level in levels)
    lines = []
    for position, months in enumerate(counts[SURE].index.tolist()):
        rows = {level: counts[level].iloc[position] for level in levels}
        when = f"{months} months ago" if months else "never"
        shares = [f"{row['seen']:.0f} of {row['worlds']:.0f}" for row in rows.values()]
        medians = [f"{rows[SURE][name]:.2f}" for name in ("probability", "ratio")]
        lines.append(f"| {' | '.join([when, *shares, *medians])} |")
    body = "\n".join(lines)
    return f"""# How soon an acceleration is seen

Written by `make acceleration`; not to be edited. Card `{card}`, {CHAINS} chains of {DRAWS} draws;
largest R-hat of the growth now {table["r_hat"].max():.3f}.

Synthetic worlds (`bayes_rsi/checks/worlds.py`) of {SIZE.systems} systems on {SIZE.series} series of
shares, {SIZE.horizons} of them with time horizons, a quarter of what the real tables hold. In some
the growth of the frontier became {TIMES:g} times what it was, some months before the as-of date
{AS_OF}; in the others it never changed. An acceleration counts as seen when

    P(growth at the as-of date > {FACTOR:g} * growth {EARLIER:g} years before | scores) > {SURE:g}

| growth doubled | {head} | median P | median ratio |
|---|{"---|" * len(levels)}---|---|
{body}

A ratio of {TIMES:g} would be the truth, 1 where growth never changed. The estimate lags because new
systems show the frontier only from below, and because the prior of the drift (`growth_drift`) holds
a doubling within a year and a half for a rare event. A card that cannot accelerate (`constant`)
sees nothing in any world, which a test holds.
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit the worlds and write the page.

    Parameters
    ----------
    arguments : sequence of str, optional
        Default: those of the command line.
    """
    parser = argparse.ArgumentParser(prog="python -m bayes_rsi.checks.acceleration")
    parser.add_argument("out", type=Path, help="folder of the table")
    parser.add_argument("--page", type=Path, default=None, help="where the page goes")
    parser.add_argument("--card", default="baseline", help="which model")
    parser.add_argument("--workers", type=int, default=2, help="local processes, one core each")
    chosen = parser.parse_args(arguments)
    with reported(parser.prog):
        _fit_worlds(chosen)


def _fit_worlds(chosen: argparse.Namespace) -> None:
    target = chosen.page or chosen.out / "acceleration.md"
    usable_folder(target.parent, (target.name,), "--page" if chosen.page else "out")
    usable_folder(chosen.out)
    card = load_card(chosen.card)
    rows = Rows(chosen.out / "acceleration.csv", origin_of(card), COLUMNS, KEY)
    rows.open()
    with local(chosen.workers) as execute:
        for row in watch(rows, _jobs(chosen.card), execute):
            print(f"world {row['world']}, {row['months']} months: {row['probability']:.3f}")
            sys.stdout.flush()
    print(f"wrote {write_atomically(target, page(rows.table(), card.name))}")


def _jobs(card: str) -> list[Job]:
    """List the jobs, so that a run that is cut short has some of every kind."""
    each = [(world, months) for world in range(WORLDS) for months in MONTHS]
    each += [(world, 0) for world in range(WORLDS, CONSTANT_WORLDS)]
    return [Job(months, FIRST + world, card) for world, months in each]


if __name__ == "__main__":
    main()
