"""How well numbers of new systems are told, for a grid of the two constants of the rule.

    .venv/bin/python benchmarks/comings.py

Stands on the ends of eight quarters and counts, for every series of the panel of `baseline`, the
systems that became known on it in the next 3, 6 and 12 months. Printed are, over the six days
before the test days and over these, the mean negative log probability of the number, the Brier
score of whether there was any, the mean probability of that and its share; `no retirement` takes
figures for independent: as many as in the last year.
"""

import numpy as np
import pandas as pd

import bayes_rsi as rsi
from bayes_rsi.checks.court.arrivals import every
from bayes_rsi.checks.court.comings import MOST, comings
from bayes_rsi.checks.court.targets import MONTHS, until
from bayes_rsi.evidence import cut
from bayes_rsi.inference.sample import panel_of
from bayes_rsi.units import year_of_date

DAYS = pd.date_range("2024-06-30", "2026-03-31", freq="QE").strftime("%Y-%m-%d")
TEST = ("2025-12-31", "2026-03-31")
GRID = [(shape, rate) for shape in (0.5, 1.0, 2.0) for rate in (0.25, 1 / 3, 0.5, 1.0)]


def counted(card, evidence):
    """Give the ages of each series on each day, and the number of systems that came."""
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
                rows.append((day, years, table["age"].to_numpy(), min(len(came), MOST)))
    return rows


def scores(rows, rule):
    """Score a rule that gives the chances of each number."""
    told = [rule(ages, years)[came] for _, years, ages, came in rows]
    some = np.array([1 - rule(ages, years)[0] for _, years, ages, _ in rows])
    came = np.array([number > 0 for *_, number in rows])
    loss = -np.log(np.maximum(told, 1e-12)).mean()
    return {
        "log_loss": loss,
        "brier": ((some - came) ** 2).mean(),
        "told": some.mean(),
        "came": came.mean(),
    }


def main():
    """Print the grid."""
    rows = counted(rsi.load_card("baseline"), rsi.load_evidence())
    rules = {"no retirement": lambda ages, years: comings(ages, years, retired=1e-9, shape=np.inf)}
    for shape, rate in GRID:
        rules[f"shape {shape:g}, retired {rate:.2f}"] = lambda ages, years, s=shape, r=rate: (
            comings(ages, years, retired=r, shape=s)
        )
    for title, test in (("days before the test days", False), ("test days", True)):
        part = [row for row in rows if (row[0] in TEST) == test]
        table = pd.DataFrame({name: scores(part, rule) for name, rule in rules.items()}).T
        print(f"\n{title}: {len(part)} numbers\n{table.round(3).to_string()}")


if __name__ == "__main__":
    main()
