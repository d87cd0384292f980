"""What the audits of a benchmark say of its items, as counts that a Beta prior can take.

Invariant: an audit speaks for every series of its benchmark and for the whole set of items, each
count discounted by the audit's weight; an unaudited benchmark has no counts rather than a guess.
"""

from __future__ import annotations

import pandas as pd

__all__ = ["audit_counts"]


def audit_counts(audits: pd.DataFrame, benchmarks: pd.Series) -> pd.DataFrame:
    """Add up the audits of each benchmark.

    Parameters
    ----------
    audits : pandas.DataFrame
        Typed rows of `audits.csv`, already cut at a day.
    benchmarks : pandas.Series of str
        One benchmark per series; a benchmark may occur often.

    Returns
    -------
    pandas.DataFrame
        One row per element of `benchmarks`, same order, float, items times weight, summed over
        audits (0 if unaudited): `flawed` and `sound`; `credited` and `refused`, flawed items that
        capable systems are and are not scored correct on, of the audits that tell. An audit of
        weight 0, a second reading of a sample, adds nothing.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"benchmark": "b", "n_audited": 138, "n_flawed": 82, "n_items": 500, "weight": 0.5}
    >>> audits = pd.DataFrame([row | {"sampling": "failed_items", "scored_correct_share": 0.5}])
    >>> audit_counts(audits, pd.Series(["b", "c"])).values.tolist()
    [[41.0, 209.0, 20.5, 20.5], [0.0, 0.0, 0.0, 0.0]]
    """
    flawed, share = audits["n_flawed"], audits["scored_correct_share"]
    items = {
        "flawed": flawed,
        "sound": _looked_at(audits) - flawed,
        "credited": (flawed * share).fillna(0.0),
        "refused": (flawed * (1 - share)).fillna(0.0),
    }
    sums = pd.DataFrame(items, dtype="float64").mul(audits["weight"], axis=0)
    of_series = sums.groupby(audits["benchmark"]).sum().reindex(benchmarks, fill_value=0.0)
    return of_series.reset_index(drop=True)


def _looked_at(audits: pd.DataFrame) -> pd.Series:
    """Give how many items an audit speaks for.

    Where only failed items were audited, the items that systems solved are taken as sound:
    the audited ones alone would overstate the flawed share of the whole set.
    """
    whole = (audits["sampling"] == "failed_items") & audits["n_items"].notna()
    return audits["n_items"].where(whole, audits["n_audited"])
