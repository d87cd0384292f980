"""Tidy tables into the labelled panel that models are built from.

Invariant: the dims, coordinates, variables and dtypes below are the contract between the evidence
and every model, held by `tests/evidence/test_panel.py`; the same tables in any row order give the
same panel; and it carries the day and the digest of what it was made from.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from statistics import NormalDist

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi.errors import EvidenceError, Problem
from bayes_rsi.evidence.audits import audit_counts
from bayes_rsi.evidence.cut import Evidence, digest_of
from bayes_rsi.evidence.rules import keys_as_text
from bayes_rsi.evidence.schema import LABEL_MARK
from bayes_rsi.evidence.selection import known, select
from bayes_rsi.evidence.vintages import KEY, first_known

__all__ = ["panel"]

#: A variable of a dim: its values, one per label.
_Variable = tuple[str, np.ndarray]


def panel(
    evidence: Evidence,
    kinds: Sequence[str] = ("fraction", "horizon"),
    exclude: Collection[str] = (),
    min_scores: int = 3,
    article_only: bool = False,
    carried_over: bool = False,
) -> xr.Dataset:
    """Select the figures a model may see and lay them out with names and dates.

    The rules, in this order (each a function of `selection`):

    1. `known`: `known_on` is not after `evidence.as_of` (use `cut` for an earlier day);
    2. `not_excluded`: the column `excluded` is empty: no duplicates, leaks, quotations or
       composites. An excluded row does not withdraw an older vintage either;
    3. `fitted_series`: the series is of one of `kinds` and its role is not `context`. Kind `index`
       cannot stand beside others, for an index is made of them;
    4. `not_named`: neither its series, its benchmark nor its system is in `exclude`; and, where
       `article_only` is asked for, `quoted_by_article`: it is marked as quoted by the article;
    5. `not_carried_over`: its runs are not counted already, in a series that they were carried over
       from (the column `carried_from`); not asked where `carried_over` is true;
    6. `latest_vintage`: of each series, system, scaffold, effort and reporter, the vintage that
       became known last;
    7. `highest_effort`: of each series, system, scaffold and reporter, the highest effort
       (max > high > medium > low > none > unstated);
    8. `released_systems`: the system was released by `evidence.as_of`;
    9. `enough_scores`: its series has at least `min_scores` such rows.

    Systems are sorted by release, then name; series by id; scores by series, system, scaffold,
    effort, reporter. Systems and series without a selected score are not in the panel.

    Parameters
    ----------
    evidence : Evidence
        From `load_evidence` or `cut`.
    kinds : sequence of str, default ("fraction", "horizon")
        Kinds of series to take.
    exclude : collection of str, optional
        Series, benchmarks or systems to leave out.
    min_scores : int, default 3
        Fewest scores of a series.
    article_only : bool, default False
        Take only figures that the article quotes.
    carried_over : bool, default False
        Take also figures whose runs another series counts: for a line through one series, as its
        publisher draws it. A model of all would count the runs twice.

    Returns
    -------
    xarray.Dataset
        Dims `score`, `system`, `series`, with those names as coordinates (str); a score is labelled
        `series|system|scaffold|effort|reporter`.

        On `score`: `score_system`, `score_series` (str); `value` (float, unit of the series);
        `n_trials` (int; fractions and counts: items times runs, at least 1, else 0); `sd_log2`
        (float, doublings; horizons: half width of the published interval over its normal quantile,
        nan without one); `censoring` (str); `lower`, `upper` (float, nan unless censoring is
        `interval`); `known_on` (datetime64[ns]), and `first_known` of any vintage of the figure;
        `scaffold_family`, `reporter` (str); `article`
        (bool).

        On `system`: `released` (datetime64[ns]); `tier`, `lab` (str).

        On `series`: `benchmark`, `kind`, `domain`, `role` (str); `floor`, `cap`, `human`,
        `reliability`, `n_items` (float, nan if none); `series_released` (datetime64[ns], NaT if
        unknown); `audit_flawed`, `audit_sound`, `audit_credited` and `audit_refused` (float,
        weighted items, 0 if unaudited), see `audits.audit_counts`.

        Attributes: `as_of` (ISO), `data_digest`, `absent_series` (names of the series that are not
        in the panel, divided by blanks: known later, of another kind, left out or too short).

    Raises
    ------
    EvidenceError
        Unknown kind or name, an index beside other kinds, no score left, or tables that were
        changed after they were loaded.

    Examples
    --------
    >>> panel(rsi.load_evidence("2025-12-31")).sizes["system"]
    306
    """
    _refuse_changed(evidence)
    scores = select(evidence, kinds, exclude, min_scores, article_only, carried_over)
    systems = _systems(scores, evidence.systems)
    series = _series(scores, evidence.series)
    return xr.Dataset(
        {
            **_score_variables(scores, series),
            "first_known": ("score", _first_known(scores, evidence)),
            **_system_variables(systems),
            **_series_variables(series),
            **_audit_variables(series, evidence.audits),
        },
        coords={
            "score": _text(keys_as_text(scores, KEY, LABEL_MARK)),
            "system": _text(systems["system"]),
            "series": _text(series["series"]),
        },
        attrs={
            "as_of": evidence.as_of.isoformat(),
            "data_digest": evidence.digest,
            "absent_series": " ".join(sorted(evidence.every_series - set(series["series"]))),
        },
    )


def _refuse_changed(evidence: Evidence) -> None:
    """Raise when the digest, which every forecast will carry, is no longer true."""
    digest = digest_of(evidence.tables)
    if digest != evidence.digest:
        hint = "Leave the tables as they are: put changes into a file, load_evidence(add=...)."
        expected = f"the loaded tables, digest {evidence.digest[:12]}"
        got = f"tables with digest {digest[:12]}"
        raise EvidenceError([Problem("evidence", None, None, got, expected, hint)])


def _systems(scores: pd.DataFrame, systems: pd.DataFrame) -> pd.DataFrame:
    kept = systems[systems["system"].isin(scores["system"])]
    return kept.sort_values(["released", "system"]).reset_index(drop=True)


def _series(scores: pd.DataFrame, series: pd.DataFrame) -> pd.DataFrame:
    kept = series[series["series"].isin(scores["series"])]
    return kept.sort_values("series").reset_index(drop=True)


def _score_variables(scores: pd.DataFrame, series: pd.DataFrame) -> dict[str, _Variable]:
    of_series = series.set_index("series").loc[scores["series"]].reset_index()
    values = {
        "score_system": _text(scores["system"]),
        "score_series": _text(scores["series"]),
        "value": scores["value"].to_numpy(),
        "n_trials": _n_trials(scores, of_series),
        "sd_log2": _sd_log2(scores, of_series["kind"]),
        "censoring": _text(scores["censoring"]),
        "lower": scores["lower"].to_numpy(),
        "upper": scores["upper"].to_numpy(),
        "known_on": _days(scores["known_on"]),
        "scaffold_family": _text(scores["scaffold_family"]),
        "reporter": _text(scores["reporter"]),
        "article": scores["article"].to_numpy(dtype=bool),
    }
    return {name: ("score", array) for name, array in values.items()}


def _first_known(scores: pd.DataFrame, evidence: Evidence) -> np.ndarray:
    return _days(first_known(scores, known(evidence.scores, evidence.as_of)))


def _n_trials(scores: pd.DataFrame, of_series: pd.DataFrame) -> np.ndarray:
    """Count trials of fractions and counts: items (of the figure, else the series) times runs."""
    items = scores["n_items"].fillna(of_series["n_items"])  # both missing: no share, no count
    trials = np.maximum(items * scores["n_seeds"].fillna(1), 1)
    counted = of_series["kind"].isin(["fraction", "count"]).to_numpy()
    return np.where(counted, trials, 0).astype("int64")


def _sd_log2(scores: pd.DataFrame, kinds: pd.Series) -> np.ndarray:
    """Give the standard deviation of a horizon in doublings, from its published interval.

    (log2 ci_high - log2 ci_low) / (2 z), z the normal quantile of the level.
    """
    usable = (
        (kinds == "horizon") & (scores["ci_low"] > 0) & scores["ci_level"].between(0.01, 0.9999)
    )
    low, high = scores["ci_low"].where(usable), scores["ci_high"].where(usable)
    levels = scores["ci_level"].where(usable)
    z = levels.map(lambda level: NormalDist().inv_cdf(0.5 + level / 2), na_action="ignore")
    return np.asarray((np.log2(high) - np.log2(low)) / (2 * z), dtype=float)


def _system_variables(systems: pd.DataFrame) -> dict[str, _Variable]:
    return {
        "released": ("system", _days(systems["released"])),
        "tier": ("system", _text(systems["tier"])),
        "lab": ("system", _text(systems["lab"])),
    }


def _series_variables(series: pd.DataFrame) -> dict[str, _Variable]:
    texts = {name: _text(series[name]) for name in ("benchmark", "kind", "domain", "role")}
    names = ("floor", "cap", "human", "reliability", "n_items")
    numbers = {name: series[name].to_numpy() for name in names}
    released = {"series_released": _days(series["released"])}
    return {name: ("series", array) for name, array in (texts | numbers | released).items()}


def _audit_variables(series: pd.DataFrame, audits: pd.DataFrame) -> dict[str, _Variable]:
    counts = audit_counts(audits, series["benchmark"])
    return {f"audit_{name}": ("series", counts[name].to_numpy()) for name in counts}


def _text(values: pd.Series) -> np.ndarray:
    """Give fixed-width text, which netCDF and xarray compare and store alike everywhere."""
    return np.asarray(values.tolist(), dtype=str)


def _days(values: pd.Series) -> np.ndarray:
    return values.to_numpy(dtype="datetime64[ns]")
