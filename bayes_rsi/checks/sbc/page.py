"""What simulation-based calibration found, as text, as a figure and as the page of the docs.

Invariant: every number comes from the results; the page says how many quantities would leave the
band by chance, and names all that did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import xarray as xr

from bayes_rsi import names
from bayes_rsi.cards import Card
from bayes_rsi.checks.sbc.ledger import Ledger
from bayes_rsi.checks.sbc.quantities import CHANCE, LAST_FRONTIER, is_headline
from bayes_rsi.checks.sbc.ranks import LEVEL, band, verdict
from bayes_rsi.checks.sbc.variants import RIGHT, VARIANTS, Variant, reduced_card
from bayes_rsi.report.figure import figure_bytes
from bayes_rsi.report.pit import Panel, pit_figure
from bayes_rsi.report.tables import aligned

__all__ = ["Finding", "figure", "page", "passed", "summary"]

#: A wrong model is found out by a corrected p below this.
FOUND_OUT = 0.001


@dataclass(frozen=True, eq=False)
class Finding:
    """One variant under one seed.

    Parameters
    ----------
    variant : Variant
        What was fitted.
    seed : int
        Seed of the run.
    places : pandas.DataFrame
        One row for each simulation, one column for each quantity.
    table : pandas.DataFrame
        From `ranks.verdict`, and ``headline``, whether the verdict depends on the quantity.
    notes : pandas.DataFrame
        How each simulation went.
    """

    variant: Variant
    seed: int
    places: pd.DataFrame
    table: pd.DataFrame
    notes: pd.DataFrame

    @classmethod
    def of(cls, variant: str, seed: int, ledger: Ledger) -> Finding:
        """Judge the results of a run.

        Parameters
        ----------
        variant : str
            Name in `VARIANTS`.
        seed : int
            Its seed.
        ledger : Ledger
            Its results.

        Returns
        -------
        Finding
            With the verdict on each quantity.
        """
        places = ledger.places()
        table, card = verdict(places), reduced_card()
        table["headline"] = [is_headline(str(name), card) for name in table.index]
        return cls(VARIANTS[variant], seed, places, table, ledger.notes())

    @property
    def outside(self) -> list[str]:
        """Headline quantities whose ECDF leaves the band."""
        return self._outside(headline=True)

    @property
    def others_outside(self) -> list[str]:
        """Other quantities whose ECDF leaves the band."""
        return self._outside(headline=False)

    def _outside(self, *, headline: bool) -> list[str]:
        chosen = ~self.table["inside"] & (self.table["headline"] == headline)
        return self.table.index[chosen].tolist()

    @property
    def found_out(self) -> list[str]:
        """Quantities, among those named before, in which a wrong model is seen for certain."""
        seen = self.table.index[self.table["p_of_all"] < FOUND_OUT]
        return [name for name in self.variant.told_by if name in seen]

    @property
    def passed(self) -> bool:
        """Whether the right model stayed inside, or a wrong one was found out."""
        return bool(self.found_out) if self.variant.told_by else not self.outside


def passed(findings: Sequence[Finding]) -> bool:
    """Say whether the check holds: the right model passes and each wrong one is found out.

    Parameters
    ----------
    findings : sequence of Finding
        All runs; of the right model, the first seed counts.

    Returns
    -------
    bool
        Whether every bar is met.
    """
    first = findings[:1] if findings and findings[0].variant.name == RIGHT else []
    wrong = [one for one in findings if one.variant.told_by]
    return all(one.passed for one in [*first, *wrong])


def summary(findings: Sequence[Finding]) -> str:
    """Write the verdicts for the terminal.

    Parameters
    ----------
    findings : sequence of Finding
        All runs.

    Returns
    -------
    str
        A line for each run, and what left the band.
    """
    head = ["model", "seed", "simulations", "outside", "smallest p", "verdict"]
    rows = [
        [
            one.variant.title,
            str(one.seed),
            str(len(one.places)),
            _counted(one),
            f"{one.table['p_of_all'].min():.2g}",
            _verdict(one),
        ]
        for one in findings
    ]
    return aligned([head, *rows]) + "\n"


def _counted(one: Finding) -> str:
    headline = int(one.table["headline"].sum())
    others = len(one.table) - headline
    return f"{len(one.outside)} of {headline}, {len(one.others_outside)} of {others} others"


def _verdict(one: Finding) -> str:
    if one.variant.told_by:
        return f"found out by {', '.join(one.found_out)}" if one.passed else "NOT FOUND OUT"
    told = "passed" if one.passed else f"OUTSIDE: {', '.join(one.outside)}"
    if one.others_outside:
        told += f"; others outside: {', '.join(one.others_outside)}"
    return told


def figure(findings: Sequence[Finding]) -> bytes:
    """Draw every run.

    Parameters
    ----------
    findings : sequence of Finding
        All runs.

    Returns
    -------
    bytes
        SVG with one panel for each.
    """
    panels = {
        f"{one.variant.name} {one.seed}": Panel(
            f"{one.variant.title}, seed {one.seed}",
            one.places,
            band(len(one.places)),
            one.variant.told_by or _shown(one),
        )
        for one in findings
    }
    return figure_bytes(pit_figure(panels))


def _shown(one: Finding) -> list[str]:
    wanted = [LAST_FRONTIER, CHANCE, *one.outside, *one.others_outside]
    return [name for name in dict.fromkeys(wanted) if name in one.places]


def page(findings: Sequence[Finding], card: Card, panel: xr.Dataset, day: date) -> str:
    """Write the page of the docs.

    Parameters
    ----------
    findings : sequence of Finding
        All runs.
    card : Card
        Of the reduced design.
    panel : xarray.Dataset
        The reduced design.
    day : datetime.date
        When it was run.

    Returns
    -------
    str
        Markdown.
    """
    parts = [
        _HEAD.format(
            day=day,
            systems=panel.sizes[names.SYSTEM],
            series=panel.sizes[names.SERIES],
            scores=panel.sizes[names.SCORE],
            kinds=", ".join(sorted(set(panel["kind"].values.tolist()))),
            card=card.digest[:12],
            data=panel.attrs["data_digest"][:12],
        ),
        _verdicts(findings),
        _HOW.format(level=f"{LEVEL:.0%}", found_out=FOUND_OUT),
        _sampling(findings),
        _quantities([one for one in findings if not one.variant.told_by]),
        *[_wrong(one) for one in findings if one.variant.told_by],
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


_HEAD = """\
# Simulation-based calibration

Written by `bayes-rsi sbc --docs docs` on {day}; card `{card}`, design `{data}`.

The model draws parameters from its priors and scores from its likelihood; the sampler is given the
scores and must give the parameters back. If everything is right, the place of the drawn value among
the draws of the posterior is uniform, for every quantity
([Talts et al. 2018](https://arxiv.org/abs/1804.06788)). The reduced design
(`data/synthetic/reduced`) has {systems} systems, {series} series and {scores} scores of all kinds
({kinds}), with audits, labs, domains, harnesses, reporters and censored horizons; priors and events
are those of `baseline`. The model is compiled once and sampled again under each set of scores.

![How far places are from uniform ones](sbc.svg)"""

_HOW = """\
**inside**: the ECDF of the places lies in the simultaneous {level} band
([Säilynoja et al. 2022](https://doi.org/10.1007/s11222-022-10090-6)) everywhere. Of independent
quantities of a right model one in a hundred leaves it, so a few of many are expected outside;
**p of all** is the Kolmogorov-Smirnov p after Holm's correction for their number: below 0.01 in one
right model of a hundred, however many quantities there are. A wrong model counts as found out when
it is below {found_out} in a quantity named before the run.

The verdict depends on every prior, the frontier at the last knot and P(end_to_end by 2028-12-31)
given each draw, with the same futures and judged uniforms for all of them. **Others** are ceilings,
curves, growth and the joint log likelihood, which sees what single quantities miss
([Modrák et al. 2023](https://doi.org/10.1214/23-BA1404)).

What this does not test: the priors themselves, the full panel, or whether the model describes the
world. Worlds in which a horizon that the design calls censored is not, or in which capability falls
over the years, are drawn again (the posterior does not depend on that). Counts of audits are whole
numbers here; where `data/audits.csv` discounts one, its likelihood is a power of a binomial, which
nothing can be drawn from."""


def _verdicts(findings: Sequence[Finding]) -> str:
    head = "| model | seed | simulations | outside | smallest p of all | verdict |\n"
    rows = [
        f"| {one.variant.title} | {one.seed} | {len(one.places)} | "
        f"{_counted(one)} | {one.table['p_of_all'].min():.2g} | {_verdict(one)} |"
        for one in findings
    ]
    return head + "|---|---|---|---|---|---|\n" + "\n".join(rows)


def _sampling(findings: Sequence[Finding]) -> str:
    head = "| model | seed | draws kept | smallest ESS | with divergences | seconds |\n"
    rows = [
        f"| {one.variant.title} | {one.seed} | {one.notes['kept'].median():.0f} | "
        f"{one.notes['ess'].median():.0f} | {(one.notes['divergences'] > 0).mean():.0%} | "
        f"{one.notes['seconds'].median():.0f} |"
        for one in findings
    ]
    return f"{_SAMPLED}\n\n{head}|---|---|---|---|---|---|\n" + "\n".join(rows)


_SAMPLED = """\
## Sampling

Of each posterior about as many draws are kept as its least effective quantity is worth, so that
they are nearly independent. Medians over simulations."""


def _quantities(right: Sequence[Finding]) -> str:
    if not right:
        return ""
    head = "| quantity | " + " | ".join(
        f"seed {one.seed}: mean place | spread | inside | p" for one in right
    )
    rule = "|---|" + "---|" * (4 * len(right))
    rows = [
        f"| {name} | " + " | ".join(_cells(one.table.loc[name]) for one in right) + " |"
        for name in right[0].table.index
        if all(name in one.table.index for one in right)
    ]
    text = (
        "## Every quantity of the right model\n\nMean place is 0.5 and spread 1 when all is right; "
        "a mean above 0.5 says that the\nposterior lies too low, a spread above 1 that it is too "
        "narrow."
    )
    return f"{text}\n\n{head} |\n{rule}\n" + "\n".join(rows)


def _wrong(one: Finding) -> str:
    worst = one.table.sort_values("p").index[:8]
    rows = []
    for name in dict.fromkeys([*one.variant.told_by, *worst]):
        row, named = one.table.loc[name], "yes" if name in one.variant.told_by else ""
        rows.append(f"| {name} | {named} | {_cells(row)} | {row['p_of_all']:.2g} |")
    head = "| quantity | named before | mean place | spread | inside | p | p of all |\n"
    rule = "|---|---|---|---|---|---|---|\n"
    return f"## Wrong on purpose: {one.variant.title}\n\n{head}{rule}" + "\n".join(rows)


def _cells(row: pd.Series) -> str:
    inside = "yes" if row["inside"] else "**no**"
    return f"{row['mean']:.2f} | {row['spread']:.2f} | {inside} | {row['p']:.2g}"
