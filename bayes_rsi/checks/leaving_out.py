"""The command that leaves each series out in turn, and the page that tells what it found.

Invariant: every number of the page comes from the table or from the posterior that it is about.

    python -m bayes_rsi.checks.leaving_out out --page docs/leave_out.md

reads ``out/posterior.nc``, which `bayes-rsi forecast --out out` left there, and keeps its results
in ``out/leave_out.csv``: a run that was killed goes on where it was.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from bayes_rsi import names
from bayes_rsi.cards import load_card
from bayes_rsi.checks.executor import local
from bayes_rsi.checks.left_out import (
    CHAINS,
    COLUMNS,
    DAY,
    DRAWS,
    EVENT,
    Refit,
    Said,
    in_units,
    leave_out,
    origin_of,
    said_by,
)
from bayes_rsi.checks.rows import Rows
from bayes_rsi.errors import reported
from bayes_rsi.evidence import load_evidence
from bayes_rsi.files import usable_folder, write_atomically
from bayes_rsi.inference.store import load
from bayes_rsi.tags import Tag

__all__ = ["BAR", "main", "page"]

#: Share of the series that should change neither number by a posterior standard deviation or more.
BAR = 0.9
TABLE = "leave_out.csv"


def page(table: pd.DataFrame, before: Said, tag: Tag) -> str:
    """Tell what leaving out each series changed.

    Parameters
    ----------
    table : pandas.DataFrame
        With `COLUMNS`, one row for each series.
    before : Said
        What the fit with all series says.
    tag : Tag
        Of that fit.

    Returns
    -------
    str
        A page in Markdown.
    """
    scaled, (growth, p) = in_units(table, before), before.spread()
    small = int((scaled["largest"] < 1).sum())
    beyond = scaled[scaled["largest"] >= 1]
    refits = scaled[scaled["how"] == "refitted"]
    named = ", ".join(f"`{name}`" for name in beyond["series"]) or "none"
    met = "met" if small >= BAR * len(scaled) else "missed"
    errors = refits[["growth_mcse", "p_mcse"]].max(axis=1)
    spent = (
        f"{len(refits)} were fitted again ({CHAINS} chains of {DRAWS} draws, "
        f"{refits['seconds'].sum() / 60:.0f} minutes of sampling in all, largest Monte Carlo error "
        f"{errors.max():.2f} sd, largest R-hat of growth {refits['r_hat'].max():.3f})"
        if len(refits)
        else "none was fitted again"
    )
    return f"""# Leaving out one series

Written by `make leave-out`; not to be edited. Card `{tag.card}` (digest {tag.card_digest[:12]}),
evidence up to {tag.as_of} (digest {tag.data_digest[:12]}), seed {tag.seed}.

With all {len(scaled)} series the frontier grows by {before.growth.mean():.2f} doublings a year at
the as-of date, posterior standard deviation {growth:.2f}, and P({EVENT} by {DAY}) is
{before.chance.mean():.3f}. The posterior standard deviation of that probability is {p:.3f}: how
much the probabilities differ that single posterior draws give, averaged over future growth and
everything judged.

**Without any one of them: {small} of {len(scaled)} series ({small / len(scaled):.0%}) move both by
less than one standard deviation; the bar of {BAR:.0%} is {met}.** Exceptions: {named}.

{len(scaled) - len(refits)} series were left out by reweighting the posterior draws, with the
parameters of the series (difficulty, slope, drift, ceiling, noise, harness effects) integrated out
approximately (`bayes_rsi/updating/without.py`); {spent}, because k-hat was above 0.7. The audit of
a series goes with its scores; systems that only the series holds stay, known by date and tier.
Where an event requires parity on the series, the requirement goes too.

Changes in posterior standard deviations, with their Monte Carlo errors:

| series | scores | growth | P({EVENT} by {DAY}) | how | k-hat |
|---|---|---|---|---|---|
{_lines(scaled)}
"""


def _lines(scaled: pd.DataFrame) -> str:
    return "\n".join(
        f"| `{row.series}` | {row.n_scores} | {row.growth:+.2f} ± {row.growth_mcse:.2f} | "
        f"{row.p:+.2f} ± {row.p_mcse:.2f} | {row.how} | {row.k_hat:.2f} |"
        for row in scaled.itertuples()
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Leave out each series and write the page.

    Parameters
    ----------
    arguments : sequence of str, optional
        Default: those of the command line.
    """
    parser = argparse.ArgumentParser(prog="python -m bayes_rsi.checks.leaving_out")
    parser.add_argument("out", type=Path, help="folder of a stored forecast; gets the table")
    parser.add_argument("--page", type=Path, default=None, help="where the page goes")
    parser.add_argument("--card", default="baseline", help="card of the forecast")
    parser.add_argument("--seed", type=int, default=1, help="its seed")
    parser.add_argument("--workers", type=int, default=2, help="local processes, one core each")
    chosen = parser.parse_args(arguments)
    with reported(parser.prog):
        _leave_out(chosen)


def _leave_out(chosen: argparse.Namespace) -> None:
    target = chosen.page or chosen.out / "leave_out.md"
    usable_folder(target.parent, (target.name,), "--page" if chosen.page else "out")
    card = load_card(chosen.card)
    evidence = load_evidence(as_of=card.as_of)
    fit = load(card, evidence, chosen.out, chosen.seed)
    rows = Rows(chosen.out / TABLE, origin_of(fit), COLUMNS, ("series",))
    rows.open()
    before, names_of = said_by(fit), fit.panel[names.SERIES].values
    jobs = [Refit(str(one), str(chosen.out), chosen.card, chosen.seed) for one in names_of]
    with local(chosen.workers) as execute:
        for row in leave_out(rows, fit, evidence, before, jobs, execute):
            print(f"{row['series']}: {row['how']}, {row['seconds']} s", file=sys.stderr)
    print(f"wrote {write_atomically(target, page(rows.table(), before, fit.tag))}")


if __name__ == "__main__":
    main()
