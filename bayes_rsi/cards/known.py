"""The priors that a card may have, by the part of the model that asks for them.

Invariant: every prior here is asked for by some model, and no model asks for another one
(tests/model/test_priors.py); those of a trend are the parameters of its law.
"""

from __future__ import annotations

from bayes_rsi.errors import CardError, did_you_mean
from bayes_rsi.transitions import TRANSITIONS

__all__ = ["PRIORS", "TRENDS", "refuse_prior"]

#: Names of the trends; each has one law.
TRENDS = tuple(TRANSITIONS)
#: Names of the priors that the model knows, by the part of it that asks for them.
PRIORS: dict[str, tuple[str, ...]] = {
    "trend": tuple(dict.fromkeys(name for law in TRANSITIONS.values() for name in law.priors)),
    "frontier": (
        "gap_flagship",
        "gap_small",
        "gap_open",
        "behind_small",
        "behind_open",
        "system_scatter",
    ),
    "effects": (
        "lab_spread",
        "domain_drift",
        "series_drift_spread",
        "harness_spread",
        "reporter_offset",
    ),
    "series": ("difficulty_ahead", "difficulty_spread"),
    "horizon": (
        "horizon_at_level",
        "horizon_rate",
        "horizon_offset",
        "horizon_stretch",
        "horizon_scatter",
        "horizon_shared",
        "horizon_noise",
    ),
    "fraction": (
        "slope_typical",
        "slope_spread",
        "label_error_unaudited",
        "label_error_audited",
        "scored_correct",
        "overdispersion_typical",
        "overdispersion_spread",
        "overdispersion_common",
        "rounding",
    ),
    "speedup": ("speedup_limit", "speedup_slope", "speedup_noise"),
    "ratio": ("ratio_slope", "ratio_noise"),
    "count": ("count_slope",),
}


def refuse_prior(name: str, trend: str, where: str) -> None:
    """Refuse a prior that would change nothing, most likely a misspelt or a misplaced one.

    A prior of a kind of metric that the card does not fit is let pass: it comes with the card that
    is extended.

    Parameters
    ----------
    name : str
        Name of the prior.
    trend : str
        Trend of the card.
    where : str
        File and place, for the error.

    Raises
    ------
    CardError
        With the closest known name, or with the trends that ask for it.
    """
    known = {one for part in PRIORS.values() for one in part}
    if name not in known:
        raise CardError(
            f"{where}: got unknown prior '{name}', expected one that the model asks for. "
            f"{did_you_mean(name, known)}"
        )
    if name in PRIORS["trend"] and name not in TRANSITIONS[trend].priors:
        users = [other for other, law in TRANSITIONS.items() if name in law.priors]
        raise CardError(
            f"{where}: got prior '{name}', expected none that trend '{trend}' does not ask for "
            f"({', '.join(users)} would); take it out, with without = ['priors.{name}'] where it "
            "comes from another card, or choose another trend"
        )
