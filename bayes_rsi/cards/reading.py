"""From what `tomllib` read to a checked `Card`.

Invariant: a card comes back only when every key is known, no key is missing, every value has its
type, range and unit, and every prior says why and from where. One `CardError` otherwise, for the
first thing that is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from bayes_rsi.cards.facts import (
    KINDS,
    Card,
    Event,
    EvidenceChoice,
    ForecastSettings,
    Requirement,
    Sampling,
)
from bayes_rsi.cards.known import POSITIVE, TRENDS, families_of, refuse_prior, why_not
from bayes_rsi.cards.prior import FAMILIES, Prior
from bayes_rsi.cards.toml import Table
from bayes_rsi.errors import CardError

__all__ = ["read_card", "read_prior", "read_sampling"]

_WHY = "Every judged number says why and from where; write 'judgement' for one of your own."
#: Keys that a prior may have, whatever its family.
_PRIOR = ("family", "unit", "why", "source")
_PARITY = ("series", "why")
#: What else the quantities of an event are called by: a requirement of such a name would be taken
#: for it. And what `given` reads as another event.
_QUANTITIES = ("adoption", "generation", "growth", "lead", "never", "taste_free", "taste_gap")
_OTHERWISE = ("automated",)


def read_card(raw: Mapping[str, Any], file: str) -> Card:
    """Check what was read from a card and freeze it.

    Parameters
    ----------
    raw : mapping
        What `tomllib` read.
    file : str
        Name of the file, for errors.

    Returns
    -------
    Card
        Checked and frozen.

    Raises
    ------
    CardError
        With file, table and key, what was got, what was expected, and the closest known word.
    """
    top = Table(file, "", raw).only(item.name for item in fields(Card))
    as_of, trend = top.date("as_of"), top.choice("trend", TRENDS)
    return Card(
        name=top.name("name"),
        title=top.text("title"),
        why=top.text("why"),
        trend=trend,
        as_of=as_of,
        knot_years=_step(top, "knot_years"),
        pins=top.numbers(
            "pins",
            "two positive numbers, years before as_of, the larger one first",
            lambda pins: len(pins) == 2 and pins[0] > pins[1] > 0,
        ),
        lab_systems=top.integer("lab_systems", 2),
        use_ceilings=top.flag("use_ceilings"),
        evidence=_evidence(top.table("evidence")),
        sampling=read_sampling(top.table("sampling")),
        forecast=_forecast(top.table("forecast"), as_of),
        priors={name: _asked_for(table, name, trend) for name, table in top.tables("priors")},
        events={name: _event(table, name) for name, table in top.tables("events")},
    )


def _asked_for(table: Table, name: str, trend: str) -> Prior:
    refuse_prior(name, trend, table.place)
    families, family = families_of(name), table.values.get("family")
    if family in FAMILIES and family not in families:
        raise table.error("family", f"one of {', '.join(families)}", why_not(name))
    return read_prior(table, name, families=families)


def _evidence(table: Table) -> EvidenceChoice:
    table.only(("kinds", "exclude", "min_scores"), ("article_only",))
    kinds, exclude = table.choices("kinds", KINDS), table.texts("exclude")
    only = "article_only" in table.values and table.flag("article_only")
    return EvidenceChoice(kinds, exclude, table.integer("min_scores", 1), only)


def read_sampling(table: Table) -> Sampling:
    """Read the settings of the sampler.

    Parameters
    ----------
    table : Table
        With the keys of `Sampling`, no others.

    Returns
    -------
    Sampling
        Checked.

    Raises
    ------
    CardError
        For the first thing that is wrong.
    """
    table.only(item.name for item in fields(Sampling))
    return Sampling(
        chains=table.integer("chains", 2),  # R-hat compares chains
        draws=table.integer("draws", 100),
        tune=table.integer("tune", 100),
        target_accept=table.number(
            "target_accept", "a number between 0.5 and 1, both excluded", lambda v: 0.5 < v < 1
        ),
    )


def _forecast(table: Table, as_of: str) -> ForecastSettings:
    table.only(item.name for item in fields(ForecastSettings))
    horizon = table.date("horizon")
    if horizon <= as_of:  # ISO dates sort as text
        raise table.error("horizon", f"a date after as_of, {as_of}")
    return ForecastSettings(horizon, _step(table, "step_years"), table.integer("replicates", 1))


def _step(table: Table, key: str) -> float:
    return table.number(key, "years, above 0 and at most 1", lambda value: 0 < value <= 1)


def read_prior(table: Table, name: str, unit: str = "", families: tuple[str, ...] = ()) -> Prior:
    """Read a prior.

    Parameters
    ----------
    table : Table
        With family, parameters, unit, why and source, no other keys.
    name : str
        Name of the prior.
    unit : str
        The unit that it must have; empty for any.
    families : tuple of str
        Families that it may be of; empty for any.

    Returns
    -------
    Prior
        Checked.

    Raises
    ------
    CardError
        For the first thing that is wrong.
    """
    if "family" not in table.values:
        table.only(_PRIOR, {p for shape in FAMILIES.values() for p in shape})
    family = table.choice("family", families or FAMILIES)
    table.only((*_PRIOR, *FAMILIES[family]))
    if unit and table.values["unit"] != unit:
        raise table.error("unit", f"'{unit}'", "Convert the numbers and name this unit.")
    return Prior(
        name=name,
        family=family,
        parameters=tuple(_parameter(table, key) for key in FAMILIES[family]),
        unit=table.text("unit", "Write '1' for a pure number."),
        why=table.text("why", _WHY),
        source=table.text("source", _WHY),
    )


def _parameter(table: Table, key: str) -> float:
    if key == "mean":
        return table.number(key, "a finite number", lambda value: True)
    return table.number(key)


def _event(table: Table, name: str) -> Event:
    _refuse_taken(table, name, _OTHERWISE)
    optional = ("taste_gap", "taste_free", "adoption", "generation")
    table.only(
        (item.name for item in fields(Event) if item.name not in {"name", *optional}), optional
    )
    return Event(
        name=name,
        title=table.text("title"),
        why=table.text("why"),
        requirements=tuple(_requirement(t, n) for n, t in table.tables("requirements")),
        lead=_years(table, "lead"),
        taste_gap=_years(table, "taste_gap") if "taste_gap" in table.values else None,
        taste_free=_taste_free(table),
        adoption=_years(table, "adoption") if "adoption" in table.values else None,
        never=table.share("never"),
        never_why=table.text("never_why", _WHY),
        generation=_years(table, "generation") if "generation" in table.values else None,
    )


def _years(table: Table, key: str) -> Prior:
    return read_prior(table.table(key), key, "years", POSITIVE)


def _taste_free(table: Table) -> float:
    """Read it where there is a gap to be free of, and only there."""
    if "taste_gap" in table.values:
        return table.share("taste_free")
    if "taste_free" in table.values:
        raise table.error(
            "taste_free", "nothing without 'taste_gap'", "Add the gap, or leave this out."
        )
    return 1.0


def _refuse_taken(table: Table, name: str, taken: tuple[str, ...]) -> None:
    if name in taken:
        raise CardError(
            f"{table.place}: got name '{name}', expected none that means something else "
            f"({', '.join(taken)}). Rename it."
        )


def _requirement(table: Table, name: str) -> Requirement:
    _refuse_taken(table, name, _QUANTITIES)
    if "series" in table.values:
        table.only(_PARITY)
        return Requirement(name, "parity", table.name("series"), None, table.text("why"))
    if "family" not in table.values:
        shapes = {key for family in POSITIVE for key in FAMILIES[family]}
        table.only((), {*_PRIOR, *_PARITY, *shapes})
        raise table.error(
            "family", "'family' for a judged horizon, or 'series' for the human parity of a series"
        )
    prior = read_prior(table, name, "minutes", POSITIVE)
    return Requirement(name, "horizon", "", prior, prior.why)
