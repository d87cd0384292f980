"""Reweighting against a refit, on the ten scores that became known last.

    .venv/bin/python benchmarks/update.py

The baseline card is fitted without them, updated by weights, and fitted with them: seconds, their
ratio, k-hat, and how far the two answers are apart in Monte Carlo standard errors. Some minutes.
"""

import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

import bayes_rsi as rsi
from bayes_rsi.evidence import data_folder
from bayes_rsi.inference.sample import panel_of

LEFT_OUT = 10
CLOSE = 2
KEYS = ["series", "system", "scaffold", "effort", "reporter"]


def timed(step):
    begun = time.perf_counter()
    result = step()
    return result, time.perf_counter() - begun


def without_the_latest(card, evidence, place):
    """Copy the tables but for the scores of the panel that became known last."""
    panel = panel_of(card, evidence)
    order = np.argsort(panel["known_on"].values, kind="stable")[::-1]
    latest = panel["score"].values[order[:LEFT_OUT]]
    for file in data_folder().glob("*.csv"):
        (place / file.name).write_bytes(file.read_bytes())
    table = pd.read_csv(place / "scores.csv", dtype=str, keep_default_na=False)
    labels = table[KEYS].agg("|".join, axis=1)
    table[~labels.isin(latest)].to_csv(place / "scores.csv", index=False)
    return rsi.load_evidence(as_of=evidence.as_of, folder=place)


def apart(found, refit):
    """Give the headline probabilities of both, and their differences in standard errors."""
    rows = found.table[found.table["unit"] == "probability"]
    table = []
    for row in rows[rows["quantity"] != "never"].to_dict("records"):
        day = row["quantity"].removeprefix("by ")
        theirs = refit.share_by(day, row["event"])
        first = found.before.share_by(day, row["event"])
        # The error of the change and that of where it starts from: no less than that of the sum.
        error = np.sqrt(theirs.mcse**2 + first.mcse**2 + row["mcse"] ** 2)
        z = (row["after"] - theirs.p) / error
        table.append((row["event"], day, row["before"], row["after"], theirs.p, z))
    columns = ["event", "by", "before", "reweighted", "refit", "difference, standard errors"]
    return pd.DataFrame(table, columns=columns)


def main():
    card = rsi.load_card("baseline")
    evidence = rsi.load_evidence(as_of=card.as_of)
    with tempfile.TemporaryDirectory() as place:
        earlier = rsi.fit(card, without_the_latest(card, evidence, Path(place)))
    found = rsi.update(earlier, evidence, refit=False)
    again, refit_seconds = timed(lambda: rsi.fit(card, evidence, seed=2))
    warm, warm_seconds = timed(lambda: rsi.fit(card, evidence, seed=2, begin=earlier))
    print(f"rows {len(found.rows)}, k-hat {found.k_hat:.2f}, worth {found.ess:.0f} draws")
    print(f"reweighting {found.seconds:.2f} s, refit {refit_seconds:.1f} s", end="")
    print(f" ({refit_seconds / found.seconds:.0f} times), warm {warm_seconds:.1f} s")
    for name, fit in (("refit", again), ("warm refit", warm)):
        print(f"\n{name}: {fit.verdict.sentence()}")
        table = apart(found, rsi.forecast(fit))
        close = (table.iloc[:, -1].abs() <= CLOSE).sum()
        print(table.round(4).to_string(index=False))
        print(f"{close} of {len(table)} within {CLOSE} standard errors")


if __name__ == "__main__":
    main()
