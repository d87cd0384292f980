"""A pool is the mixture of its members, and its weights move with what was forecast."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import forms
import numpy as np
import pandas as pd
import pytest
import toy
from hypothesis import given
from hypothesis import strategies as st

from bayes_rsi.cards import load_pool_card
from bayes_rsi.pooling.pool import given_none_yet, pool, weigh

EVENT, DAY = "end_to_end", date(2028, 12, 31)
#: Futures that contradict what is known, by form.
SHARES = {name: 0.1 * place for place, name in enumerate(forms.LATER)}
ONLY = {name: 1.0 if name == "feedback" else 0.0 for name in forms.LATER}


@pytest.fixture(scope="module")
def found():
    return forms.pooled()


def densities(better: str, by: float, rows: int = 400, systems: int = 40) -> pd.DataFrame:
    """Give outcomes to which one card gave more log density than the others, by so much."""
    rng = np.random.default_rng(1)
    common = rng.normal(-1, 0.5, rows)
    frame = pd.DataFrame({name: common + by * (name == better) for name in forms.LATER})
    blocks = [f"s{i}" for i in rng.integers(0, systems, rows)]
    origins = rng.choice(["2024-06-30", "2025-06-30"], rows)
    return frame.assign(block=blocks, origin=origins)


def test_a_pooled_probability_is_the_weighted_mean(found):
    updated = found.weights.updated
    for day, share in found.events[EVENT].probability_by.items():
        each = {n: m.events[EVENT].probability_by[day] for n, m in found.members.items()}
        assert share.p == pytest.approx(sum(updated[n] * one.p for n, one in each.items()))
        assert min(one.p for one in each.values()) <= share.p <= max(one.p for one in each.values())
        # With one seed the members share dice, so the error is the bound and not the root of a sum.
        assert share.mcse == pytest.approx(sum(updated[n] * one.mcse for n, one in each.items()))
        assert found.pooled(EVENT, day) == pytest.approx(share.p, abs=1e-5)
    never = sum(updated[n] * m.events[EVENT].never.p for n, m in found.members.items())
    assert found.events[EVENT].never.p == pytest.approx(never)


def test_after_the_horizon_and_never_are_pooled_each_by_itself(found):
    event, updated = found.events[EVENT], found.weights.updated
    for name in ("never", "after_horizon"):
        each = {n: getattr(m.events[EVENT], name).p for n, m in found.members.items()}
        wanted = sum(updated[n] * p for n, p in each.items())
        assert getattr(event, name).p == pytest.approx(wanted)
    assert event.never.p != event.after_horizon.p


def test_that_nothing_has_happened_yet_speaks_for_forms_that_said_so():
    """The pool of draws put together, those that contradict it left out."""
    before = forms.pooled().weights.prior
    members = {name: contradicting(name, share) for name, share in SHARES.items()}
    found = pool(members, given_none_yet(members, forms.weights(**before)))
    total = {name: before[name] * (1 - share) for name, share in SHARES.items()}
    wanted = {name: each / sum(total.values()) for name, each in total.items()}
    assert found.weights.updated == pytest.approx(wanted)
    by = {n: m.events[EVENT].probability_by[DAY].p for n, m in members.items()}
    assert found.events[EVENT].probability_by[DAY].p == pytest.approx(
        sum(before[n] * (1 - SHARES[n]) * by[n] for n in by) / sum(total.values())
    )
    assert found.events[EVENT].contradicted == pytest.approx(
        sum(before[n] * share for n, share in SHARES.items())
    )
    # Weights that were kept have it in them already.
    again = pool(members, found.weights)
    assert again.weights == found.weights
    assert again.events[EVENT] == found.events[EVENT]


def contradicting(name: str, share: float):
    """Give a member some of whose futures say that an event had happened."""
    member = forms.pooled().members[name]
    events = {n: replace(event, contradicted=share) for n, event in member.events.items()}
    return replace(member, events=events)


def test_one_member_with_all_the_weight_is_the_pool(found):
    alone = forms.pooled(forms.weights(**ONLY))
    member = found.members["feedback"]
    assert alone.curves.values == pytest.approx(member.curves.values)
    mine, theirs = alone.events[EVENT], member.events[EVENT]
    assert {day: share.p for day, share in mine.probability_by.items()} == pytest.approx(
        {day: share.p for day, share in theirs.probability_by.items()}
    )
    assert mine.quantiles[0.95] is theirs.quantiles[0.95] is None
    for p in (0.25, 0.5, 0.75):  # interpolated between ends of months
        assert abs((mine.quantiles[p] - theirs.quantiles[p]).days) <= 31
    assert mine.binding == pytest.approx(dict(theirs.binding))


def test_quantiles_are_where_the_pooled_curve_crosses(found):
    for name, event in found.events.items():
        for p, day in event.quantiles.items():
            if day is not None:
                assert found.pooled(name, day) == pytest.approx(p, abs=0.02)
                assert found.pooled(name, day) >= found.curves.sel(event=name).values[0]
            else:
                assert found.curves.sel(event=name).values[-1] < p


def test_the_band_leaves_out_forms_at_the_ends_that_weigh_little(found):
    each = found.each(EVENT, DAY)
    lowest, highest = min(each, key=each.get), max(each, key=each.get)
    assert found.band(EVENT, DAY) == (each[lowest], each[highest])
    rest = [name for name in forms.LATER if name != highest]
    light = forms.pooled(
        forms.weights(**{name: 0.97 / len(rest) for name in rest}, **{highest: 0.03})
    )
    low, high = light.band(EVENT, DAY)
    assert low == each[lowest]
    assert high == sorted(each.values())[-2]
    assert forms.pooled(forms.weights(**ONLY)).band(EVENT, DAY) == (each["feedback"],) * 2


@given(
    raw=st.lists(st.floats(0.01, 1), min_size=5, max_size=5),
    day=st.dates(date(2026, 7, 1), date(2060, 12, 31)),
)
def test_the_pool_lies_between_its_members(found, raw, day):
    shares = dict(zip(forms.LATER, np.array(raw) / sum(raw), strict=True))
    mixed = pool(found.members, forms.weights(**shares))
    each = mixed.each(EVENT, day).values()
    assert min(each) - 1e-9 <= mixed.pooled(EVENT, day) <= max(each) + 1e-9
    low, high = mixed.band(EVENT, day)
    assert low <= high
    assert {low, high} <= set(each)


def test_only_events_of_all_members_are_pooled(found):
    less = {"end_to_end": toy.COUNTS["end_to_end"]}
    one = forms.headline(toy.forecast(less), toy.forecast(less), "break")
    mixed = pool({**found.members, "break": one}, forms.weights())
    assert list(mixed.events) == ["end_to_end"]


def test_outside_of_the_curves_there_is_no_number(found):
    assert np.isnan(found.pooled(EVENT, date(2061, 1, 1)))


def test_weights_without_an_outcome_are_those_of_the_card():
    held = weigh(load_pool_card(), pd.DataFrame())
    assert held.updated == held.prior == load_pool_card().weights
    assert (held.outcomes, held.systems, held.origins, held.log_score) == (0, 0, (), {})


def test_who_forecast_better_gains_weight_and_systems_count_once():
    card = load_pool_card()
    held = weigh(card, densities("constant", 0.5))
    assert held.updated["constant"] > held.prior["constant"]
    assert all(held.updated[n] < held.prior[n] for n in forms.LATER if n != "constant")
    assert sum(held.updated.values()) == pytest.approx(1.0)
    assert held.log_score["constant"] - held.log_score["break"] == pytest.approx(0.5)
    assert (held.outcomes, held.systems) == (400, 40)
    assert held.origins == ("2024-06-30", "2025-06-30")
    # Forty systems against a prior worth a hundred: however much better, it is held back.
    most = weigh(card, densities("constant", 50.0)).updated["constant"]
    strength = card.update.strength
    assert most == pytest.approx((40 + strength * card.weights["constant"]) / (40 + strength))
    # Asked ten times as often about the same systems, nothing changes.
    often = pd.concat([densities("constant", 0.5)] * 10)
    assert weigh(card, often).updated == pytest.approx(held.updated, abs=1e-6)


def test_a_log_score_counts_each_system_once():
    card = load_pool_card()
    rows = pd.DataFrame({name: [-1.0, -1.0, -1.0, -4.0] for name in card.members})
    rows = rows.assign(block=["a", "a", "a", "b"], origin="2024-06-30")
    assert set(weigh(card, rows).log_score.values()) == {-2.5}


def test_a_pool_ends_with_the_first_of_its_members(found):
    one = found.members["break"]
    short = {n: replace(e, horizon=date(2050, 12, 31)) for n, e in one.events.items()}
    mixed = pool({**found.members, "break": replace(one, events=short)}, forms.weights())
    assert mixed.events[EVENT].horizon == date(2050, 12, 31)
