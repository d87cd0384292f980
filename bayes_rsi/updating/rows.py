"""What is new: two panels of one card, compared score by score, audit by audit, fact by fact.

Invariant: every score of the later panel is either an unchanged one of the earlier panel or new,
and every score of the earlier panel is either unchanged or gone; a changed figure is both. What
the panels say of series and systems is compared whole, so nothing changes in silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi import names
from bayes_rsi.errors import EvidenceError, Problem

__all__ = ["Changes", "changes"]

#: What makes a figure the same one.
_COMPARED = ("value", "n_trials", "sd_log2", "censoring", "lower", "upper", "scaffold_family")
#: What audits say of a series.
_AUDITS = ("audit_flawed", "audit_sound", "audit_credited", "audit_refused")


@dataclass(frozen=True, eq=False)
class Changes:
    """Scores that came and went.

    Parameters
    ----------
    new : numpy.ndarray
        Positions along ``score`` of the later panel, shape (n,).
    table : pandas.DataFrame
        The new scores: ``score`` (label), ``series``, ``system``, ``value``, ``known_on``.
    gone : tuple of str
        Labels of the earlier panel: withdrawn, or replaced by a later vintage or higher effort.
    new_series : tuple of str
        Series that the earlier panel does not have.
    lost_series : tuple of str
        Series that the later panel does not have.
    audited : tuple of str
        Series of both panels of which audits say something else now.
    restated : tuple of str
        Series and systems of both panels of which anything else is said now: floor, release, tier.
    later_systems : tuple of str
        Systems of new scores that were released after the as-of date of the earlier panel.
    """

    new: np.ndarray
    table: pd.DataFrame
    gone: tuple[str, ...] = ()
    new_series: tuple[str, ...] = ()
    lost_series: tuple[str, ...] = ()
    audited: tuple[str, ...] = ()
    restated: tuple[str, ...] = ()
    later_systems: tuple[str, ...] = ()


def changes(before: xr.Dataset, after: xr.Dataset, waiting: bool = False) -> Changes:
    """Compare two panels.

    Parameters
    ----------
    before, after : xarray.Dataset
        From `bayes_rsi.evidence.panel`, of one card.
    waiting : bool, default False
        Whether a later day is change enough: nobody gave rows of their own.

    Returns
    -------
    Changes
        Scores that came and went, and what else the panels differ in.

    Raises
    ------
    EvidenceError
        When nothing changed: the new rows do not count under the rules of the panel.
    """
    was = _figures(before)
    now = _figures(after)
    new = [i for i, (label, figure) in enumerate(now.items()) if was.get(label) != figure]
    gone = tuple(label for label, figure in was.items() if now.get(label) != figure)
    audited = _differing(before, after, names.SERIES, _AUDITS)
    restated = _restated(before, after)
    waited = waiting and after.attrs["as_of"] != before.attrs["as_of"]
    if not new and not gone and not audited and not restated and not waited:
        expected, got = "at least one score that the card fits", "scores that change nothing"
        hint = (
            "Scores and audits change a fit, other tables do not. Rows may be known later than "
            "that day, of series that the card leaves out, or of lower effort than shipped ones: "
            "data/README.md has the rules."
        )
        raise EvidenceError([Problem("new rows", None, None, got, expected, hint)])
    picked = after.isel({names.SCORE: np.array(new, dtype=int)})
    table = pd.DataFrame(
        {
            "score": picked[names.SCORE].values.astype(str),
            "series": picked["score_series"].values.astype(str),
            "system": picked["score_system"].values.astype(str),
            "value": picked["value"].values,
            "known_on": picked["known_on"].values,
        }
    )
    return Changes(
        new=np.array(new, dtype=int),
        table=table,
        gone=gone,
        new_series=_only_in(after, before),
        lost_series=_only_in(before, after),
        audited=audited,
        restated=restated,
        later_systems=_released_after(after, table["system"], before.attrs["as_of"]),
    )


def _only_in(one: xr.Dataset, other: xr.Dataset) -> tuple[str, ...]:
    """Give the series of one panel that another does not have."""
    there = set(other[names.SERIES].values.tolist())
    return tuple(name for name in one[names.SERIES].values.tolist() if name not in there)


def _released_after(panel: xr.Dataset, systems: pd.Series, day: str) -> tuple[str, ...]:
    released = panel["released"].sel({names.SYSTEM: systems.unique()}).to_series()
    return tuple(map(str, released.index[released > pd.Timestamp(day)]))


def _restated(before: xr.Dataset, after: xr.Dataset) -> tuple[str, ...]:
    """Give the series and systems of both panels of which other facts than audits differ."""
    found: tuple[str, ...] = ()
    for dim in (names.SERIES, names.SYSTEM):
        facts = [str(n) for n, held in before.data_vars.items() if held.dims == (dim,)]
        found += _differing(before, after, dim, [name for name in facts if name not in _AUDITS])
    return found


def _differing(
    before: xr.Dataset, after: xr.Dataset, dim: str, variables: Sequence[str]
) -> tuple[str, ...]:
    """Give the labels of both panels along a dim at which any of the variables differs."""
    both = np.intersect1d(before[dim].values, after[dim].values)
    other = np.zeros(both.size, dtype=bool)
    for name in variables:
        was, now = (panel[name].sel({dim: both}).values.astype(str) for panel in (before, after))
        other |= was != now
    return tuple(str(name) for name in both[other])


def _figures(panel: xr.Dataset) -> dict[str, tuple[str, ...]]:
    """Give what identifies each figure; text, because nan equals nan there."""
    columns = [panel[name].values.astype(str) for name in _COMPARED]
    labels = panel[names.SCORE].values.astype(str)
    return {label: cells for label, *cells in map(tuple, zip(labels, *columns, strict=True))}  # type: ignore[misc]
