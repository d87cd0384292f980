"""How much longer checked evidence takes than reading its tables: a ratio in one run.

.venv/bin/python benchmarks/loading.py
"""

from __future__ import annotations

import timeit

import pandas as pd

from bayes_rsi.evidence import TABLES, data_folder, load_evidence

REPEATS = 5


def read() -> None:
    """Read the tables without looking at them."""
    for name in TABLES:
        pd.read_csv(data_folder() / f"{name}.csv")


def main() -> None:
    """Print the ratio of the fastest of some runs."""
    checked, plain = (
        min(timeit.repeat(it, number=1, repeat=REPEATS)) for it in (load_evidence, read)
    )
    print(
        f"checked evidence {checked:.2f} s, tables alone {plain:.2f} s: {checked / plain:.0f} times"
    )


if __name__ == "__main__":
    main()
