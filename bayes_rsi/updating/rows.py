"""What is new: two panels of one card, compared score by score, and audit by audit.

Invariant: every score of the later panel is either an unchanged one of the earlier panel or new,
and every score of the earlier panel is either unchanged or gone; a changed figure is both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi import names
from bayes_rsi.errors import EvidenceError, Problem

__all__ = ["Changes", "changes"]

#: What makes a figure the same one.
_COMPARED = ("value", "n_trials", "sd_log2", "censoring", "lower", "upper")
#: What audits say of a series.
_AUDITS = ("audit_flawed", "audit_sound", "audit_credited", "audit_refused")


@dataclass(frozen=True, eq=False)
class Changes:
    """Scores that came and went.

    Parameters
    ----------
    new : numpy.ndarray
        Positions along ``score`` of the later panel, shape (n,).
    gone : tuple of str
        Labels of the earlier panel: withdrawn, or replaced by a later vintage or higher effort.
    new_series : tuple of str
        Series that the earlier panel does not have.
    audited : tuple of str
        Series of both panels of which audits say something else now.
    later_systems : tuple of str
        Systems of new scores that were released after the as-of date of the earlier panel.
    table : pandas.DataFrame
        The new scores: ``score`` (label), ``series``, ``system``, ``value``, ``known_on``.
    """

    new: np.ndarray
    gone: tuple[str, ...]
    new_series: tuple[str, ...]
    audited: tuple[str, ...]
    later_systems: tuple[str, ...]
    table: pd.DataFrame


def changes(before: xr.Dataset, after: xr.Dataset) -> Changes:
    """Compare two panels.

    Parameters
    ----------
    before, after : xarray.Dataset
        From `bayes_rsi.evidence.panel`, of one card.

    Returns
    -------
    Changes
        Scores that came and went, and series that were audited.

    Raises
    ------
    EvidenceError
        When nothing changed: the new rows do not count under the rules of the panel.
    """
    was = _figures(before)
    now = _figures(after)
    new = [i for i, (label, figure) in enumerate(now.items()) if was.get(label) != figure]
    gone = tuple(label for label, figure in was.items() if now.get(label) != figure)
    audited = _audited(before, after)
    if not new and not gone and not audited:
        expected, got = "at least one score that the card fits", "scores that change nothing"
        hint = "Give a later day where they are known later; data/README.md has the other rules."
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
    known = set(before[names.SERIES].values.tolist())
    unknown = tuple(name for name in after[names.SERIES].values.tolist() if name not in known)
    later = _released_after(after, table["system"], before.attrs["as_of"])
    return Changes(np.array(new, dtype=int), gone, unknown, audited, later, table)


def _released_after(panel: xr.Dataset, systems: pd.Series, day: str) -> tuple[str, ...]:
    released = panel["released"].sel({names.SYSTEM: systems.unique()}).to_series()
    return tuple(map(str, released.index[released > pd.Timestamp(day)]))


def _audited(before: xr.Dataset, after: xr.Dataset) -> tuple[str, ...]:
    """Give the series of both panels whose audits differ."""
    both = np.intersect1d(before[names.SERIES].values, after[names.SERIES].values)
    was, now = (panel[list(_AUDITS)].sel({names.SERIES: both}) for panel in (before, after))
    other = (was != now).to_array().any("variable").values
    return tuple(str(name) for name in both[other])


def _figures(panel: xr.Dataset) -> dict[str, tuple[str, ...]]:
    """Give what identifies each figure; text, because nan equals nan there."""
    columns = [panel[name].values.astype(str) for name in _COMPARED]
    labels = panel[names.SCORE].values.astype(str)
    return {label: cells for label, *cells in map(tuple, zip(labels, *columns, strict=True))}  # type: ignore[misc]
