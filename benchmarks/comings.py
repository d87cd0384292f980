"""How well numbers of new systems are told, for a grid of the two constants of the rule.

    .venv/bin/python benchmarks/comings.py

Stands on the ends of eight quarters and counts, for every series of the panel of `baseline`, the
systems that became known on it in the next 3, 6 and 12 months. Printed are, over the six days
before the test days and over these, the mean negative log probability of the number, the Brier
score of whether there was any, the mean probability of that and its share. `former rule`: as many
as were released in the last year, one by one, and no series is given up. The days before the test
days count with outcomes until the first of these.
"""

import numpy as np
import pandas as pd
from scipy import stats

import bayes_rsi as rsi
from bayes_rsi.checks.backtest import TEST_ORIGINS
from bayes_rsi.checks.court.arrivals import every
from bayes_rsi.checks.court.comings import MOST, comings
from bayes_rsi.checks.court.targets import MONTHS, until
from bayes_rsi.evidence import cut
from bayes_rsi.inference.sample import panel_of
from bayes_rsi.units import year_of_date

DAYS = pd.date_range("2024-06-30", "2026-03-31", freq="QE").strftime("%Y-%m-%d")
GRID = [(shape, rate) for shape in (0.5, 1.0, 2.0) for rate in (0.25, 1 / 3, 0.5, 1.0)]


def counted(card, evidence):
    """Give each series on each day (ages, how many are recent) and how many systems came."""
    rows, systems = [], {}

    def known(day):
        if day not in systems:
            systems[day] = every(panel_of(card, cut(evidence, day)))
        return systems[day]

    for day in DAYS:
        for months in MONTHS:
            end = until(day, months)
            if end > pd.Timestamp(evidence.as_of):
                continue
            years = float(year_of_date(end) - year_of_date(day))
            later = known(f"{end:%Y-%m-%d}").index
            for series, table in known(day).groupby("series"):
                came = later[later.get_level_values("series") == series].difference(table.index)
                ages, recent = table["age"].to_numpy(), int(table["recent"].sum())
                rows.append((day, end, years, ages, recent, min(len(came), MOST)))
    return rows


def former(ages, years, recent):
    """As many as were released in the last year, one by one; no series is given up."""
    share = 1 / (1 + years)
    told = stats.nbinom.pmf(np.arange(MOST + 1), recent + 0.5, share)
    told[-1] = stats.nbinom.sf(MOST - 1, recent + 0.5, share)
    return told


def scores(rows, rule):
    """Score a rule that gives the chances of each number."""
    told = [rule(ages, years, recent) for _, _, years, ages, recent, _ in rows]
    number = np.array([came for *_, came in rows])
    chance = np.array([chances[came] for chances, came in zip(told, number, strict=True)])
    some = np.array([1 - chances[0] for chances in told])
    return {
        "log_loss": -np.log(np.maximum(chance, 1e-12)).mean(),
        "brier": ((some - (number > 0)) ** 2).mean(),
        "told": some.mean(),
        "came": (number > 0).mean(),
    }


def main():
    """Print the grid."""
    rows = counted(rsi.load_card("baseline"), rsi.load_evidence())
    rules = {"former rule": former}
    for shape, rate in GRID:
        rules[f"shape {shape:g}, retired {rate:.2f}"] = lambda ages, years, _, s=shape, r=rate: (
            comings(ages, years, retired=r, shape=s)
        )
    first = pd.Timestamp(min(TEST_ORIGINS))
    for title, part in (
        ("days before the test days", [row for row in rows if row[1] <= first]),
        ("test days", [row for row in rows if row[0] in TEST_ORIGINS]),
    ):
        table = pd.DataFrame({name: scores(part, rule) for name, rule in rules.items()}).T
        print(f"\n{title}: {len(part)} numbers\n{table.round(3).to_string()}")


if __name__ == "__main__":
    main()
