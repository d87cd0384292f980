"""Every kind of wrong card is refused with its place, what was expected and what to do."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable
from typing import Any

import pytest

from bayes_rsi.cards import KINDS, TRENDS, Card
from bayes_rsi.cards.reading import read_card
from bayes_rsi.errors import BayesRsiError, CardError
from bayes_rsi.evidence import schema
from bayes_rsi.transitions import TRANSITIONS

Change = Callable[[dict[str, Any]], dict[str, Any]]
AUTONOMY = "events.done.requirements.autonomy"


def test_the_sound_card_is_read(card: Card) -> None:
    assert (card.name, card.trend, card.as_of, card.pins) == (
        "tiny",
        "drifting",
        "2026-06-30",
        (2.5, 0.5),
    )
    assert list(card.priors) == ["horizon_at_level", "rounding"]
    assert card.prior("rounding").parameters == (0.005, 0.5)
    event = card.events["done"]
    assert [(r.name, r.kind, r.series) for r in event.requirements] == [
        ("autonomy", "horizon", ""),
        ("parity", "parity", "swe_v"),
    ]
    assert event.adoption is None
    assert list(card.judged) == [
        "priors.horizon_at_level",
        "priors.rounding",
        "events.done.requirements.autonomy",
        "events.done.lead",
        "events.done.taste_gap",
    ]


def test_an_event_without_taste_gap_has_none_for_sure(changed: Change) -> None:
    places = {"events.done.taste_gap": ..., "events.done.taste_free": ...}
    event = read_card(changed(places), "x").events["done"]
    assert (event.taste_gap, event.taste_free) == (None, 1.0)


@pytest.mark.parametrize(
    ("place", "match"),
    [
        ("trnd", r"x\.toml: top of the file: got unknown key 'trnd'\. Did you mean 'trend'\?"),
        ("evidence.kind", r"table \[evidence\].*'kind'\. Did you mean 'kinds'"),
        ("sampling.target_acept", r"table \[sampling\].*Did you mean 'target_accept'"),
        ("forecast.horizn", r"table \[forecast\].*Did you mean 'horizon'"),
        ("priors.rounding.medain", r"\[priors\.rounding\].*'medain'\. Did you mean 'median'"),
        # A key of another family is as unknown as a misspelt one.
        ("priors.rounding.sd", r"\[priors\.rounding\].*unknown key 'sd'"),
        ("events.done.nevr", r"\[events\.done\].*Did you mean 'never'"),
        ("events.done.lead.sourc", r"\[events\.done\.lead\].*Did you mean 'source'"),
        (f"{AUTONOMY}.serie", r"requirements\.autonomy\].*unknown key 'serie'"),
        ("events.done.requirements.parity.whi", r"requirements\.parity\].*Did you mean 'why'"),
        ("evidence.article_onyl", r"\[evidence\].*Did you mean 'article_only'"),
        ("zzz", r"unknown key 'zzz'\. Known: as_of, .*models/README\.md"),
    ],
)
def test_an_unknown_key_is_refused_with_the_closest_one(
    changed: Change, place: str, match: str
) -> None:
    with pytest.raises(CardError, match=match):
        read_card(changed({place: 1}), "x.toml")


@pytest.mark.parametrize(
    ("place", "match"),
    [
        ("trend", "top of the file: got no key 'trend'"),
        ("priors", "got no key 'priors'"),
        ("evidence.min_scores", r"\[evidence\]: got no key 'min_scores'"),
        ("sampling.chains", r"\[sampling\]: got no key 'chains'"),
        ("forecast.step_years", r"\[forecast\]: got no key 'step_years'"),
        ("priors.rounding.family", r"\[priors\.rounding\]: got no key 'family'"),
        ("priors.rounding.sigma", r"\[priors\.rounding\]: got no key 'sigma'"),
        ("priors.rounding.why", r"\[priors\.rounding\]: got no key 'why'"),
        ("priors.rounding.source", r"\[priors\.rounding\]: got no key 'source'"),
        ("priors.rounding.unit", r"\[priors\.rounding\]: got no key 'unit'"),
        ("events.done.never", r"\[events\.done\]: got no key 'never'"),
        ("events.done.lead", r"\[events\.done\]: got no key 'lead'"),
        ("events.done.taste_free", "'taste_free': got nothing, expected a probability"),
        ("events.done.taste_gap", r"'taste_free': got 0\.3, expected nothing without 'taste_gap'"),
        (f"{AUTONOMY}.family", "expected 'family' for a judged horizon, or 'series'"),
        ("events.done.requirements.parity.why", "got no key 'why'"),
    ],
)
def test_a_missing_key_is_named(changed: Change, place: str, match: str) -> None:
    with pytest.raises(CardError, match=match):
        read_card(changed({place: ...}), "x.toml")


BAD = [
    # texts and names
    ("name", "Tiny Card", "a name of small letters"),
    ("name", 3, "a name of small letters"),
    ("title", "  ", "a text that is not empty"),
    ("title", 1, "a text that is not empty"),
    ("trend", "driftng", "one of constant, drifting.*Did you mean 'drifting'"),
    ("trend", ["drifting"], "one of constant, drifting"),
    ("priors.rounding.why", "", "not empty.*Every judged number says why"),
    ("priors.rounding.source", "", "not empty.*write 'judgement'"),
    ("priors.rounding.unit", "", "not empty.*Write '1'"),
    ("events.done.never_why", "", "not empty"),
    ("events.done.requirements.parity.series", "SWE V", "a name of small letters"),
    # numbers
    ("knot_years", 0, "above 0 and at most 1"),
    ("knot_years", 1.5, "above 0 and at most 1"),
    ("knot_years", "0.25", "above 0 and at most 1"),
    ("knot_years", True, "above 0 and at most 1"),
    ("knot_years", math.nan, "above 0 and at most 1"),
    ("lab_systems", 1, "at least 2"),
    ("pins", [0.5, 2.5], "the larger one first"),
    ("pins", [2.5], "two positive numbers"),
    ("pins", [2.5, 0.0], "two positive numbers"),
    ("pins", [math.inf, 0.5], "two positive numbers"),
    ("pins", [2.5, math.nan], "two positive numbers"),
    ("pins", 2.5, "two positive numbers"),
    ("priors.rounding.median", math.nan, "got nan, expected a positive number"),
    ("priors.rounding.median", math.inf, "got inf, expected a positive number"),
    ("priors.rounding.median", -0.1, r"got -0\.1, expected a positive number"),
    ("priors.rounding.sigma", 0, "got 0, expected a positive number"),
    ("priors.rounding.sigma", 10**400, r"got 10+\.\.\., expected a positive number"),
    ("priors.rounding.sigma", "0.5", r"got '0\.5', expected a positive number"),
    ("priors.horizon_at_level.mean", math.nan, "got nan, expected a finite number"),
    ("priors.horizon_at_level.mean", False, "got False, expected a finite number"),
    ("events.done.never", 1.2, "a probability"),
    ("events.done.never", -0.01, "a probability"),
    ("events.done.never", math.nan, "a probability"),
    ("events.done.taste_free", "half", "a probability"),
    # whole numbers
    ("sampling.chains", 1, "a whole number of at least 2"),
    ("sampling.draws", 99, "a whole number of at least 100"),
    ("sampling.tune", 1000.0, "a whole number of at least 100"),
    ("sampling.target_accept", 1.0, "between 0.5 and 1"),
    ("sampling.target_accept", 0.5, "between 0.5 and 1"),
    ("evidence.min_scores", 0, "a whole number of at least 1"),
    ("forecast.replicates", True, "a whole number of at least 1"),
    # lists, flags, tables
    ("evidence.kinds", [], "a list, not empty, of fraction"),
    ("evidence.kinds", ["fractoin"], "Did you mean 'fraction'"),
    ("evidence.kinds", "fraction", "a list of texts"),
    ("evidence.kinds", ["fraction", "fraction"], "every entry once"),
    ("evidence.exclude", [1], "a list of texts"),
    ("evidence.exclude", [""], "a list of texts"),
    ("use_ceilings", "true", "true or false"),
    ("use_ceilings", 1, "true or false"),
    ("evidence.article_only", "yes", "true or false"),
    ("evidence", 3, "got 3, expected a table"),
    ("priors", {}, r"at least one table \[priors\.<name>\]"),
    ("priors.Rounding", {}, "a name of small letters.*Rename it"),
    ("events", {}, "at least one table"),
    ("events.done.requirements", {}, "at least one table"),
    ("events.done.lead", 0.3, "a table"),
    # families and units
    ("priors.rounding.family", "gauss", "one of lognormal, halfnormal, beta"),
    ("priors.rounding.family", "normal", "got 'normal', expected one of lognormal"),
    ("events.done.lead.family", "normal", "one of lognormal, halfnormal, beta"),
    (f"{AUTONOMY}.family", "normal", "one of lognormal, halfnormal, beta"),
    ("events.done.lead.unit", "months", "expected 'years'. Convert the numbers"),
    (f"{AUTONOMY}.unit", "hours", "expected 'minutes'. Convert the numbers"),
    # dates
    ("as_of", "30.06.2026", "an ISO date such as"),
    ("as_of", "2026-06-31", "an ISO date such as"),
    ("as_of", "2026-6-3", "an ISO date such as"),
    ("as_of", 20260630, "an ISO date such as"),
    ("as_of", datetime.time(12), "an ISO date such as"),
    ("forecast.horizon", "2026-06-30", "a date after as_of, 2026-06-30"),
    ("forecast.horizon", "", "an ISO date such as"),
]


@pytest.mark.parametrize(("place", "value", "match"), BAD)
def test_a_bad_value_is_refused(changed: Change, place: str, value: Any, match: str) -> None:
    with pytest.raises(CardError, match=match) as caught:
        read_card(changed({place: value}), "x.toml")
    key = re.escape(place.rpartition(".")[2])
    assert re.search(rf"^x\.toml: .*key '{key}': got .+, expected .+", str(caught.value))


def test_a_card_error_is_also_what_python_users_catch() -> None:
    assert issubclass(CardError, BayesRsiError)
    assert issubclass(CardError, ValueError)


@pytest.mark.parametrize(
    "day",
    [
        "2026-06-30",
        " 2026-06-30 ",
        datetime.date(2026, 6, 30),
        datetime.datetime(2026, 6, 30, 12, 0),
        datetime.datetime(2026, 6, 30, 12, 0, tzinfo=datetime.UTC),
    ],
)
def test_every_spelling_of_a_day_is_the_same_card(changed: Change, card: Card, day: Any) -> None:
    other = read_card(changed({"as_of": day}), "x")
    assert other.as_of == "2026-06-30"
    assert other.digest == card.digest


def test_kinds_are_those_of_the_tables() -> None:
    assert KINDS == schema.KINDS


def test_trends_are_those_of_the_transitions() -> None:
    assert set(TRENDS) == set(TRANSITIONS)
    assert len(set(TRENDS)) == len(TRENDS)


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("roundin", r"x\.toml: table \[priors\.roundin\]: got unknown prior 'roundin'.*'rounding'"),
        ("feedback", r"\[priors\.feedback\].*trend 'drifting' does not ask for \(feedback would\)"),
        ("room", r"got prior 'room'.*\(saturating would\).*without = \['priors\.room'\]"),
    ],
)
def test_a_prior_that_would_change_nothing_is_refused(
    changed: Change, raw: dict[str, Any], name: str, match: str
) -> None:
    with pytest.raises(CardError, match=match):
        read_card(changed({f"priors.{name}": raw["priors"]["rounding"]}), "x.toml")


def test_a_prior_of_the_trend_is_taken(changed: Change, raw: dict[str, Any]) -> None:
    added = {f"priors.{name}": raw["priors"]["rounding"] for name in ("growth_drift", "room")}
    assert "room" in read_card(changed({"trend": "saturating", **added}), "x").priors


def test_a_prior_that_the_card_lacks_is_named(card: Card) -> None:
    with pytest.raises(CardError, match=r"'tiny'.*no prior 'roundin'.*Did you mean 'rounding'"):
        card.prior("roundin")


@pytest.mark.parametrize(
    "name",
    ["adoption", "generation", "growth", "lead", "never", "taste_free", "taste_gap"],
)
def test_a_requirement_with_the_name_of_another_quantity_is_refused(
    changed: Change, name: str
) -> None:
    """What moves `lead` could not know which of the two is meant."""
    raw = changed({f"events.done.requirements.{name}": {"series": "swe_v", "why": "So."}})
    with pytest.raises(CardError, match=rf"requirements\.{name}\]: got name '{name}', expected"):
        read_card(raw, "x.toml")


def test_an_event_that_conditions_read_as_another_is_refused(changed: Change) -> None:
    raw = changed({"name": "tiny"})
    raw["events"]["automated"] = raw["events"]["done"]
    with pytest.raises(CardError, match=r"\[events\.automated\]: got name 'automated'.*Rename it"):
        read_card(raw, "x.toml")
