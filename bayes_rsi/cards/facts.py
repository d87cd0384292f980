"""What a card says, as frozen facts.

Invariant: nothing in a card can be changed in place, and its digest is that of its content,
whatever the file looked like and however the card was made.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from bayes_rsi.cards.prior import Prior
from bayes_rsi.errors import CardError, did_you_mean

__all__ = [
    "KINDS",
    "Card",
    "Event",
    "EvidenceChoice",
    "ForecastSettings",
    "Requirement",
    "Sampling",
]

#: Kinds of metric; the same as those of the tables (tested).
KINDS = ("fraction", "horizon", "speedup", "ratio", "count", "index")


@dataclass(frozen=True)
class Requirement:
    """One thing that must be true for an event.

    Parameters
    ----------
    name : str
        Name in the card.
    kind : {"horizon", "parity"}
        ``horizon``: a judged time horizon, `prior` in minutes. ``parity``: the capability at which
        the expected score on `series` equals its human baseline.
    series : str
        Series of a parity requirement, else empty.
    prior : Prior or None
        Judged threshold of a horizon requirement.
    why : str
        Reason.
    """

    name: str
    kind: str
    series: str
    prior: Prior | None
    why: str


@dataclass(frozen=True)
class Event:
    """An event: its requirements and what separates capability from the fact.

    Parameters
    ----------
    name, title, why : str
        Identifier, one line for people, reason.
    requirements : tuple of Requirement
        All must hold; the last one to be met binds. Sorted by name.
    lead : Prior
        Years by which internal systems are ahead of released ones.
    taste_gap : Prior or None
        Years between engineering and research taste, when there is a gap; None: not part of it.
    taste_free : float
        Probability that there is no taste gap; 1 without `taste_gap`.
    adoption : Prior or None
        Years between capability and practice.
    never : float
        Probability that the present paradigm never gets there.
    never_why : str
        Reason for `never` and `taste_free`.
    generation : Prior or None
        Years from one generation to its successor once the event has happened; it moves no date,
        and `bayes_rsi.compounding` needs it.
    """

    name: str
    title: str
    why: str
    requirements: tuple[Requirement, ...]
    lead: Prior
    taste_gap: Prior | None
    taste_free: float
    adoption: Prior | None
    never: float
    never_why: str
    generation: Prior | None = None

    def __post_init__(self) -> None:
        """Sort the requirements, so that no file decides which one is called first."""
        ordered = tuple(sorted(self.requirements, key=lambda item: item.name))
        object.__setattr__(self, "requirements", ordered)

    @property
    def priors(self) -> dict[str, Prior]:
        """Every judged distribution of the event: requirements by name, then lags and pace."""
        judged = {item.name: item.prior for item in self.requirements}
        lags = {"lead": self.lead, "taste_gap": self.taste_gap, "adoption": self.adoption}
        lags |= {"generation": self.generation}
        named = {f"requirements.{name}": prior for name, prior in judged.items()} | lags
        return {name: prior for name, prior in named.items() if prior is not None}


@dataclass(frozen=True)
class EvidenceChoice:
    """Which rows a card fits.

    Parameters
    ----------
    kinds : tuple of str
        Kinds of metric, of `KINDS`; kept sorted.
    exclude : tuple of str
        Series (alone as ``series:<name>``), benchmarks or systems left out; kept sorted.
    min_scores : int
        Series with fewer rows are left out.
    article_only : bool
        Whether only the figures that the article quotes are fitted.
    """

    kinds: tuple[str, ...]
    exclude: tuple[str, ...]
    min_scores: int
    article_only: bool = False

    def __post_init__(self) -> None:
        """Sort: the same choice in another order is the same card."""
        for name in ("kinds", "exclude"):
            object.__setattr__(self, name, tuple(sorted(getattr(self, name))))


@dataclass(frozen=True)
class Sampling:
    """Settings of the sampler.

    Parameters
    ----------
    chains, draws, tune : int
        Numbers of chains, of kept and of tuning draws per chain.
    target_accept : float
        Target acceptance of NUTS.
    """

    chains: int
    draws: int
    tune: int
    target_accept: float


@dataclass(frozen=True)
class ForecastSettings:
    """Settings of the projection.

    Parameters
    ----------
    horizon : str
        Last date that is simulated, ISO; later events count as "after the horizon".
    step_years : float
        Step of the projected frontier, years.
    replicates : int
        Futures per posterior draw.
    """

    horizon: str
    step_years: float
    replicates: int


@dataclass(frozen=True)
class Card:
    """A model that somebody stands behind: trend, evidence, priors, events.

    Parameters
    ----------
    name, title, why : str
        Identifier, one line, reason.
    trend : {"constant", "drifting", "break", "feedback", "saturating"}
        Dynamics of the frontier.
    as_of : str
        Default as-of date, ISO.
    knot_years : float
        Spacing of the knots of the frontier, years.
    pins : tuple of float
        Years before the as-of date at which the frontier's clock is pinned, larger first.
    lab_systems : int
        Fewest systems of a lab that has an effect of its own.
    use_ceilings : bool
        Whether label errors bound the scores; False sets every ceiling to 1.
    evidence : EvidenceChoice
        Which rows are fitted.
    sampling : Sampling
        How the posterior is sampled.
    forecast : ForecastSettings
        How the future is simulated.
    priors : mapping of str to Prior
        Priors of the model, by name, sorted by it.
    events : mapping of str to Event
        What is forecast, by name, sorted by it.
    """

    name: str
    title: str
    why: str
    trend: str
    as_of: str
    knot_years: float
    pins: tuple[float, ...]
    lab_systems: int
    use_ceilings: bool
    evidence: EvidenceChoice
    sampling: Sampling
    forecast: ForecastSettings
    priors: Mapping[str, Prior] = field(hash=False)
    events: Mapping[str, Event] = field(hash=False)

    def __post_init__(self) -> None:
        """Copy the mappings into read-only ones, in an order that no file decides."""
        for name in ("priors", "events"):
            ordered = dict(sorted(getattr(self, name).items()))
            object.__setattr__(self, name, MappingProxyType(ordered))

    def __repr__(self) -> str:
        """Give name, trend and sizes instead of every prior with its reason."""
        return (
            f"Card({self.name!r}: {self.title}; trend {self.trend}, {len(self.priors)} priors, "
            f"events {', '.join(self.events)}; as of {self.as_of}, digest {self.digest[:12]})"
        )

    def __reduce__(self) -> tuple[type[Card], tuple[Any, ...]]:
        """Pickle and copy by content: read-only mappings do neither."""
        values = (getattr(self, item.name) for item in fields(self))
        return Card, tuple(dict(v) if isinstance(v, Mapping) else v for v in values)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the card's content, hexadecimal; layout and comments do not enter."""
        text = json.dumps(_plain(self), sort_keys=True, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def model_digest(self) -> str:
        """Digest of what a posterior depends on: no names, titles, reasons, sources and events.

        Cards that agree in it have, with one seed, the same draws.
        """
        priors = {
            name: replace(prior, unit="", why="", source="") for name, prior in self.priors.items()
        }
        forecast = ForecastSettings(horizon="", step_years=1.0, replicates=1)
        model = replace(self, priors=priors, forecast=forecast, events={})
        return replace(model, name="", title="", why="").digest

    @property
    def judged(self) -> dict[str, Prior]:
        """Every judged distribution, those of the events too, by its dotted place in the file."""
        found = {f"priors.{name}": prior for name, prior in self.priors.items()}
        for event in self.events.values():
            found |= {f"events.{event.name}.{key}": value for key, value in event.priors.items()}
        return found

    def prior(self, name: str) -> Prior:
        """Give a prior by name.

        Parameters
        ----------
        name : str
            Name in the card.

        Returns
        -------
        Prior
            As the card has it.

        Raises
        ------
        CardError
            When the card has no such prior.

        Examples
        --------
        >>> card.prior("growth_drift").family
        'lognormal'
        """
        if name not in self.priors:
            hint = did_you_mean(name, self.priors)
            raise CardError(
                f"card '{self.name}': got no prior '{name}', which the model needs; "
                f"add a table [priors.{name}]. {hint}"
            )
        return self.priors[name]


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        held = {item.name: getattr(value, item.name) for item in fields(value)}
        # An option that is off is no content: what was stored before there was one stays valid.
        off = {item.name for item in fields(value) if item.default is False}
        return {k: _plain(v) for k, v in held.items() if not (k in off and v is False)}
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
