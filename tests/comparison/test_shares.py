"""Shares of variance against closed forms: a date that is a sum of normals."""

from __future__ import annotations

from itertools import combinations
from math import comb

import handmade
import numpy as np
import pytest
from handmade import certain, judged
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bayes_rsi.comparison.shares import shapley, shares
from bayes_rsi.forecasting.project import forecast

AS_OF = float(handmade.YEARS[-1])
RATE, LEVEL, DRAWS = 2.0, 10.0, 5000
#: Standard deviations of the date, in years: what data, threshold and lag leave open.
SPREADS = {"data": 0.8, "requirement one": 1.2, "adoption": 0.6}
MIDDLE = AS_OF + 12.0


def normal_world(replicates: int = 1):
    """T = as-of + (threshold - level) / rate + lag: level, log threshold and lag are normal."""
    rng = np.random.default_rng(4)
    level = LEVEL + RATE * SPREADS["data"] * rng.standard_normal((2, DRAWS // 2, 1))
    place = np.zeros(DRAWS // 2, dtype=int)
    posterior = (
        handmade.line(RATE, LEVEL).isel(draw=place).assign_coords(draw=np.arange(DRAWS // 2))
    )
    slope = RATE * (handmade.YEARS - AS_OF)
    posterior = posterior.assign(frontier=(("chain", "draw", "date"), level + slope))
    sigma = SPREADS["requirement one"] * RATE * np.log(2.0)
    event = handmade.event(
        "work",
        {"one": judged("lognormal", 2.0 ** (LEVEL + 10 * RATE), sigma)},
        adoption=judged("normal", 2.0, SPREADS["adoption"]),
    )
    card = handmade.card(event, trend="constant", replicates=replicates)
    return forecast(handmade.fit(card, posterior))


def closed_forms(year: float) -> dict[str, dict[str, float]]:
    """V(u) = P(both of two dates that share the inputs in u lie before) - P^2."""
    names, total = list(SPREADS), sum(s**2 for s in SPREADS.values())
    h = (year - MIDDLE) / np.sqrt(total)
    p = stats.norm.cdf(h)

    def worth(chosen) -> float:
        rho = sum(SPREADS[name] ** 2 for name in chosen) / total
        if rho >= 1 - 1e-12:
            return p * (1 - p)
        both = stats.multivariate_normal([0, 0], [[1, rho], [rho, 1]]).cdf([h, h])
        return both - p**2

    whole, count = worth(names), len(names)
    found: dict[str, dict[str, float]] = {}
    for name in names:
        others = [other for other in names if other != name]
        value = sum(
            (worth((*chosen, name)) - worth(chosen)) / (count * comb(count - 1, size))
            for size in range(count)
            for chosen in combinations(others, size)
        )
        first, rest = worth([name]) / whole, worth(others) / whole
        found[name] = {"first": first, "shapley": value / whole, "total": 1 - rest}
    return found


@pytest.mark.parametrize("later", [0.0, 1.0, -1.5])
def test_shares_are_those_of_the_closed_form(later):
    """5 standard errors: false alarms of one in a million, for each of nine numbers."""
    found = normal_world()
    table = shares(found.futures, "work", MIDDLE + later).set_index("input")
    for name, wanted in closed_forms(MIDDLE + later).items():
        for kind, value in wanted.items():
            row = table.loc[name]
            assert abs(row[kind] - value) < 5 * row[f"{kind}_mcse"], (name, kind)
            assert row[f"{kind}_mcse"] < 0.05
    assert table.loc[["future", "never", "lead"], "shapley"].abs().max() < 1e-9


def test_a_wrong_assignment_would_be_seen():
    """The errors are small enough to tell threshold and lag apart."""
    table = shares(normal_world().futures, "work", MIDDLE).set_index("input")
    wanted = closed_forms(MIDDLE)
    row = table.loc["adoption"]
    assert abs(row["shapley"] - wanted["data"]["shapley"]) > 5 * row["shapley_mcse"]


def test_shapley_shares_sum_to_one_and_lie_between_first_and_total(hand_forecast):
    table = shares(hand_forecast.futures, "work", AS_OF + 3.0)
    assert table["shapley"].sum() == pytest.approx(1.0)
    slack = 5 * table[["first_mcse", "shapley_mcse", "total_mcse"]].sum(axis=1)
    assert (table["first"] <= table["shapley"] + slack).all()
    assert (table["shapley"] <= table["total"] + slack).all()
    assert table["kind"].tolist()[:2] == ["data", "chance"]
    assert set(table["kind"][2:]) == {"judgement"}


def test_chance_in_the_future_is_told_from_the_data():
    """Where growth walks wildly and nothing else is open, all of it is chance."""
    event = handmade.event("work", {"one": judged("lognormal", 2.0**20, 1e-9)})
    posterior = handmade.line(RATE, LEVEL)  # every draw the same but for its future
    posterior["growth_drift"] = posterior["growth_drift"] * 0.0 + 0.6
    found = forecast(handmade.fit(handmade.card(event, replicates=20), posterior))
    middle = float(np.median(found.years("work")))
    table = shares(found.futures, "work", middle).set_index("input")
    assert table.loc["future", "shapley"] == pytest.approx(1.0, abs=1e-9)
    assert table.loc["future", "first"] == pytest.approx(1.0, abs=1e-9)
    assert table.loc["data", "total"] == pytest.approx(0.0, abs=1e-9)


def test_a_lead_moves_dates_and_no_share():
    tables = []
    for lead in (0.0, 2.0):
        event = handmade.event(
            "work",
            {"one": judged("lognormal", 2.0**18, 1.5)},
            lead=certain(lead),
            adoption=judged("lognormal", 1.0, 0.7),
        )
        found = forecast(handmade.fit(handmade.card(event, replicates=5), handmade.draws()))
        table = shares(found.futures, "work", AS_OF + 6.0 - lead)
        tables.append(table.set_index("input")["shapley"])
    np.testing.assert_allclose(tables[1], tables[0], atol=0.01)


@given(st.lists(st.floats(-3, 3), min_size=1, max_size=6))
def test_shapley_of_a_sum_is_each_part(parts):
    count = len(parts)
    worth = np.array([sum(p for i, p in enumerate(parts) if (u >> i) & 1) for u in range(2**count)])
    assert shapley(worth, count) == pytest.approx(parts, abs=1e-9)


@given(st.lists(st.floats(-1, 1), min_size=8, max_size=8))
def test_shapley_shares_out_the_whole(worth):
    values = np.array([0.0, *worth[1:]])
    assert shapley(values, 3).sum() == pytest.approx(values[-1], abs=1e-9)
