"""The priors that a card may have, by the part of the model that asks for them.

Invariant: every prior here is asked for by some model, and no model asks for another one
(tests/model/test_priors.py); those of a trend are the parameters of its laws (tests too).
"""

from __future__ import annotations

from collections.abc import Mapping

from bayes_rsi.errors import CardError, did_you_mean
from bayes_rsi.transitions import TRANSITIONS

__all__ = ["POSITIVE", "PRIORS", "TRENDS", "families_of", "refuse_prior", "why_not"]

#: Names of the trends; each has one law.
TRENDS = tuple(TRANSITIONS)
#: What is never negative.
POSITIVE = ("lognormal", "halfnormal", "beta")
_REAL = ("normal", *POSITIVE)
#: The model starts its curves from the median.
_MEDIAN = ("lognormal",)
_SHARE, _ERROR = ("beta",), ("beta", "scaled_beta")
#: The priors that the model knows and their families, by the part of it that asks for them.
PRIORS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "trend": {
        "growth_drift": POSITIVE,
        "break_age": POSITIVE,
        "break_size": _REAL,
        "feedback": _REAL,
        "feedback_cap": POSITIVE,
        "room": POSITIVE,
    },
    "frontier": {
        "gap_flagship": POSITIVE,
        "gap_small": POSITIVE,
        "gap_open": POSITIVE,
        "behind_small": POSITIVE,
        "behind_open": POSITIVE,
        "system_scatter": POSITIVE,
    },
    "effects": {
        "lab_spread": POSITIVE,
        "domain_drift": _REAL,
        "series_drift_spread": POSITIVE,
        "harness_spread": POSITIVE,
        "reporter_offset": _REAL,
    },
    "series": {
        "difficulty_ahead": _REAL,
        "difficulty_spread": POSITIVE,
    },
    "horizon": {
        "horizon_at_level": _REAL,
        "horizon_rate": POSITIVE,
        "horizon_offset": _REAL,
        "horizon_stretch": POSITIVE,
        "horizon_scatter": POSITIVE,
        "horizon_shared": _SHARE,
        "horizon_noise": POSITIVE,
    },
    "fraction": {
        "slope_typical": POSITIVE,
        "slope_spread": POSITIVE,
        "label_error_unaudited": _ERROR,
        "label_error_audited": _ERROR,
        "scored_correct": _SHARE,
        "overdispersion_typical": POSITIVE,
        "overdispersion_spread": POSITIVE,
        "overdispersion_common": _SHARE,
        "rounding": POSITIVE,
    },
    "speedup": {
        "speedup_limit": _MEDIAN,
        "speedup_slope": _MEDIAN,
        "speedup_noise": POSITIVE,
    },
    "ratio": {
        "ratio_slope": _MEDIAN,
        "ratio_noise": POSITIVE,
    },
    "count": {
        "count_slope": _MEDIAN,
    },
}


def families_of(name: str) -> tuple[str, ...]:
    """Say of which families a prior may be.

    Parameters
    ----------
    name : str
        Of `PRIORS`.

    Returns
    -------
    tuple of str
        Those that stay where the quantity can be, and that the model can build on.
    """
    return next(families[name] for families in PRIORS.values() if name in families)


def why_not(name: str) -> str:
    """Say why a prior takes no other families.

    Parameters
    ----------
    name : str
        Of `PRIORS`.

    Returns
    -------
    str
        One sentence.
    """
    reasons = {
        POSITIVE: "It is never negative, and 'scaled_beta' is for label errors.",
        _REAL: "'scaled_beta' is for label errors.",
        _MEDIAN: "Curves of the model start from its median.",
        _SHARE: "It is a share, from 0 to 1.",
        _ERROR: "It is a share, from 0 to 1.",
    }
    return reasons[families_of(name)]


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
