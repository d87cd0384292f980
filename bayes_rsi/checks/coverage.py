"""How often what was seen lies in what the model would have predicted for it.

Invariant: every score of the fit is counted once, censored horizons aside.

    python -m bayes_rsi.checks.coverage FOLDER    # with the posterior.nc of `bayes-rsi forecast`
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np
import pandas as pd

from bayes_rsi import names
from bayes_rsi.cards import load_card
from bayes_rsi.errors import reported
from bayes_rsi.evidence import load_evidence
from bayes_rsi.inference.store import load
from bayes_rsi.inference.tree import OBSERVED
from bayes_rsi.posterior import Fit

__all__ = ["coverage", "placed"]

LEVELS = (0.5, 0.8, 0.95)


def placed(fit: Fit) -> pd.DataFrame:
    """Give the place of each score in its posterior predictive distribution.

    Parameters
    ----------
    fit : Fit
        The fit.

    Returns
    -------
    pandas.DataFrame
        Columns ``score``, ``series`` and ``place``: the share of predictions below the score, ties
        counted half. In the sample, so a true model places fewer than uniformly many at the ends.
    """
    series_of = dict(
        zip(fit.panel[names.SCORE].values, fit.panel["score_series"].values, strict=True)
    )
    parts = []
    told = fit.tree["posterior_predictive"].to_dataset()
    kinds = {name: dim for name, dim in OBSERVED.items() if name != names.HORIZON_CENSORED}
    for name, dim in kinds.items():
        if name not in told:
            continue
        predicted = told[name].stack(all=(names.CHAIN, names.DRAW))
        seen = fit.tree["observed_data"][name]
        place = ((predicted < seen).mean("all") + (predicted <= seen).mean("all")) / 2
        labels = predicted[dim].values
        parts.append(pd.DataFrame({"score": labels, "place": place.values}))
    table = pd.concat(parts, ignore_index=True)
    return table.assign(series=table["score"].map(series_of))


def coverage(table: pd.DataFrame) -> pd.DataFrame:
    """Give the share of scores inside their central predictive intervals.

    Parameters
    ----------
    table : pandas.DataFrame
        From `placed`.

    Returns
    -------
    pandas.DataFrame
        One row for each series and one, ``all``, for their sum: number of scores, share inside the
        50, 80 and 95% interval, and mean place (0.5 without bias).

    Examples
    --------
    >>> table = pd.DataFrame({"series": ["s", "s"], "place": [0.5, 0.95]})
    >>> float(coverage(table).loc["all", "inside_80"])
    0.5
    """
    both = pd.concat([table.assign(series="all"), table])
    rows = {
        str(series): {
            "scores": len(part),
            **{f"inside_{level:.0%}"[:-1]: _inside(part["place"], level) for level in LEVELS},
            "mean_place": float(part["place"].mean()),
        }
        for series, part in both.groupby("series", sort=False)
    }
    return pd.DataFrame(rows).T.astype({"scores": int})


def _inside(place: pd.Series, level: float) -> float:
    return float((np.abs(place - 0.5) <= level / 2).mean())


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the coverage of a stored posterior of the baseline card.

    Parameters
    ----------
    arguments : sequence of str, optional
        Default: those of the command line.
    """
    parser = argparse.ArgumentParser(prog="python -m bayes_rsi.checks.coverage")
    parser.add_argument("folder", help="where `bayes-rsi forecast` left posterior.nc")
    chosen = parser.parse_args(arguments)
    with reported(parser.prog):
        card = load_card("baseline")
        fit = load(card, load_evidence(card.as_of), chosen.folder)
        print(coverage(placed(fit)).round(2).to_string())


if __name__ == "__main__":
    main()
