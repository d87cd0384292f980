"""Baselines: published numbers, formulas by hand, intervals that hold, and an equal footing."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import linregress
from scipy.stats import t as student_t

from bayes_rsi.checks.court.baselines import index as eci
from bayes_rsi.checks.court.baselines.latent import WORTH, Latent, predicted
from bayes_rsi.checks.court.baselines.protocol import Line, student
from bayes_rsi.checks.court.baselines.registry import BASELINES
from bayes_rsi.checks.court.baselines.trend import line_of
from bayes_rsi.checks.court.past import MONTH, Past, past_of
from bayes_rsi.checks.court.scale import from_scale
from bayes_rsi.checks.court.targets import targets
from bayes_rsi.evidence import cut, panel
from bayes_rsi.units import DAYS_PER_YEAR, year_of_date

DAY = "2025-09-30"


@pytest.fixture(scope="module")
def asked(evidence, card):
    return targets(evidence, card, DAY)


@pytest.fixture(scope="module")
def past(evidence, card):
    return past_of(panel(cut(evidence, DAY), card.evidence.kinds, card.evidence.exclude))


@pytest.fixture(scope="module")
def told(past, asked):
    return {name: baseline(past, asked, 200, 1) for name, baseline in BASELINES.items()}


def history(points, origin=2025.0, series="s", metric="fraction", tier="flagship"):
    """A past of one series: (released, y) of systems a, b, ..."""
    frame = pd.DataFrame(points, columns=["released", "y"])
    frame = frame.assign(
        series=series,
        metric=metric,
        system=[f"system {i}" for i in range(len(points))],
        tier=tier,
        known_on=frame["released"],
        scaffold_family="",
    )
    return Past(origin, frame, pd.Series({series: 0.0}))


def question(kind="best", known_best=1.0, months=12, metric="fraction", **cells):
    """A table of one question on series s from 2025-01-01."""
    day = pd.Timestamp("2025-01-01") + pd.DateOffset(months=months)
    row = {
        "target": f"{kind} {months}",
        "kind": kind,
        "series": "s",
        "metric": metric,
        "system": "new",
        "tier": "flagship",
        "released": day,
        "known_on": day,
        "known_best": known_best,
    }
    return pd.DataFrame([row | cells])


def told_of(name, past, asked, draws=20_000):
    return BASELINES[name](past, asked, draws, 1).values[0]


# --- published numbers ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("vintage", "since", "days"),
    [
        ("2026-01-30", 2019.0, 196.475),
        ("2026-01-30", 2023.0, 130.801),
        ("2026-02-06", 2019.0, 188.657),
        ("2026-02-06", 2023.0, 128.120),
    ],
)
def test_the_lines_have_the_doubling_times_that_metr_published(evidence, vintage, since, days):
    """METR, time horizon 1.1: doubling times of the two vintages, to 0.01 day."""
    rows = panel(cut(evidence, vintage), carried_over=True)
    line = line_of(past_of(rows), "metr_th11_p50", since)
    assert DAYS_PER_YEAR / line.slope == pytest.approx(days, abs=0.01)


def test_the_index_agrees_with_epochs_where_both_hold_a_system(evidence, card):
    """Epoch's index of September 2026, other data: anchors 130 and 150 are theirs and ours."""
    published = {
        "Claude 3 Opus": 126.91,
        "Claude 3.5 Sonnet (Oct 2024)": 133.55,
        "Claude 3.7 Sonnet": 141.16,
        "Claude Opus 4": 142.68,
        "Claude Sonnet 4.5": 146.84,
        "Claude Opus 4.5": 150.11,
        "Claude Opus 4.6": 155.34,
        "Claude Mythos 5": 163.27,
    }
    rows = past_of(panel(evidence, card.evidence.kinds, card.evidence.exclude)).figures
    place = eci.fit_index(rows[rows["metric"] == "fraction"]).place
    low, high = place["Claude 3.5 Sonnet (Jun 2024)"], place["GPT-5"]
    ours = 130 + 20 * (place[list(published)] - low) / (high - low)
    theirs = np.array(list(published.values()))
    assert np.corrcoef(ours, theirs)[0, 1] > 0.98
    assert np.abs(ours - theirs).max() < 6
    # One line between the scales leaves about the half width of the intervals of Epoch, 1.5 to 4.
    assert np.std(theirs - np.polyval(np.polyfit(ours, theirs, 1), ours)) < 2.5


# --- formulas ------------------------------------------------------------------------------------


def test_the_line_is_that_of_scipy_and_its_interval_the_textbooks():
    rng = np.random.default_rng(2)
    x, y = rng.random(9), rng.random(9)
    other = linregress(x, y)
    line = Line(x, y)
    centre, scale, freedom = line.at(2.0)
    assert line.slope == pytest.approx(other.slope)
    assert centre == pytest.approx(other.intercept + 2 * other.slope)
    matrix = np.stack([np.ones(9), x], axis=1)
    lever = np.array([1, 2.0]) @ np.linalg.inv(matrix.T @ matrix) @ np.array([1, 2.0])
    rest = y - other.intercept - other.slope * x
    assert scale == pytest.approx(np.sqrt(rest @ rest / 7 * (1 + lever)))
    assert freedom == 7


def test_prediction_intervals_hold_a_new_point_as_often_as_they_say():
    rng = np.random.default_rng(3)
    inside = []
    for _ in range(4000):
        x = rng.random(6)
        y = 1 + 2 * x + rng.normal(size=6)
        centre, scale, freedom = Line(x, y).at(1.5)
        half = scale * student_t.ppf(0.9, freedom)
        inside.append(abs(1 + 3.0 + rng.normal() - centre) <= half)
    assert np.mean(inside) == pytest.approx(0.8, abs=0.02)  # confidence intervals would hold 61%


def test_a_record_is_drawn_above_the_best_and_else_as_before():
    rng = np.random.default_rng(4)
    row = SimpleNamespace(kind="record", known_best=1.0)
    drawn = student((0.0, 1.0, 8), 50_000, rng, row)
    assert drawn.min() > 1.0
    rest = student_t.sf(2.0, 8) / student_t.sf(1.0, 8)
    assert np.mean(drawn > 2.0) == pytest.approx(rest, abs=0.01)


def test_a_best_score_stands_where_a_draw_falls_below_it():
    rng = np.random.default_rng(4)
    drawn = student((0.0, 1.0, 8), 50_000, rng, SimpleNamespace(kind="best", known_best=1.0))
    assert np.mean(drawn == 1.0) == pytest.approx(student_t.cdf(1.0, 8), abs=0.01)


def test_changes_of_the_best_by_hand():
    past = history([(2024.0, 0.0), (2024.5, 1.0), (2024.4, 0.5), (2024.75, 0.7)])
    # Back from 2025.0 in months: the best a quarter before is known back to 2024.25.
    found = past.changes("s", 3 * MONTH)
    assert len(found) == 10
    assert found[0] == 0.0
    assert found[4] == pytest.approx(1.0 - 0.0, abs=0.51)
    assert set(np.round(found, 6)) == {0.0, 0.5, 1.0}
    assert len(past.changes("s", 2.0)) == 0


def test_what_equals_a_record_is_none():
    past = history([(2024.0, 1.0), (2024.5, 1.0), (2025.0, 2.0)])
    years, values = past.records("s")
    assert (years.tolist(), values.tolist()) == ([2024.0, 2025.0], [1.0, 2.0])


def test_persistence_has_no_drift():
    past = history([(2022.0 + i / 4, i / 4) for i in range(12)])
    drawn = told_of("persistence", past, question(known_best=2.75))
    assert np.median(drawn) == 2.75
    assert np.mean(drawn == 2.75) == pytest.approx(0.5, abs=0.02)
    assert drawn.max() == pytest.approx(3.75, abs=0.26)


@pytest.mark.parametrize("kind", ["best", "record"])
def test_a_series_whose_figures_are_all_censored_has_no_records(kind):
    past = history([(2024.0, 1.0), (2024.5, 2.0)], series="another")
    assert past.changes("s", 0.5).size == 0
    told = BASELINES["persistence"](past, question(kind=kind), 100, 1)
    assert told.sizes["target"] == 0


def test_persistence_of_a_named_score_is_the_recent_level_of_its_tier():
    points = [(2024.2, 1.0), (2024.4, 2.0), (2024.6, 3.0)]
    past = history([*points, (2020.0, -9.0)])
    drawn = told_of("persistence", past, question(kind="named", known_best=np.nan))
    centre, scale = 2.0, 1.0 * np.sqrt(1 + 1 / 3)
    expected = centre + scale * student_t.ppf([0.2, 0.5, 0.8], 2)
    assert np.quantile(drawn, [0.2, 0.5, 0.8]) == pytest.approx(expected, abs=0.06)


def test_a_walk_goes_on_as_it_went():
    past = history([(2023.0 + i * MONTH, i / 12) for i in range(25)], origin=2025.0)
    drawn = told_of("walk", past, question(known_best=2.0))
    assert np.median(drawn) == pytest.approx(3.0, abs=0.05)


def test_a_logistic_curve_goes_on_in_logits():
    past = history([(2023.0 + i / 2, -2.0 + i) for i in range(4)])
    drawn = told_of("logistic", past, question(known_best=1.0))
    assert np.median(drawn) == pytest.approx(4.0, abs=0.05)


def test_a_logistic_curve_starts_from_chance():
    """A quarter right by guessing: 0.625 is half of the way, and one logit more is 0.798."""
    shares = 0.25 + 0.75 / (1 + np.exp(-np.array([-2.0, -1.0, 0.0, 1.0])))
    y = np.log(shares / (1 - shares))
    past = history(list(zip([2022.0, 2023.0, 2024.0, 2025.0], y, strict=True)), origin=2025.0)
    past = Past(past.origin, past.figures, pd.Series({"s": 0.25}))
    drawn = told_of("logistic", past, question(known_best=y[-1]))
    share = 0.25 + 0.75 / (1 + np.exp(-2.0))
    assert np.median(from_scale("fraction", drawn)) == pytest.approx(share, abs=0.01)


def test_a_curve_that_stands_stands_exactly_where_the_best_does():
    """A rounded one would be another outcome than the best known, to the PIT."""
    points = list(zip([2022.0, 2023.0, 2024.0, 2025.0], [-1.1, -0.4, 0.1, 0.7], strict=True))
    past = replace(history(points), floor=pd.Series({"s": 0.2}))
    for best in np.linspace(0.71, 1.9, 40):
        drawn = told_of("logistic", past, question(known_best=best))
        assert drawn.min() >= best
        assert not ((drawn > best) & (drawn < best + 1e-9)).any()
    assert (drawn == best).any()


def test_a_weight_counts_like_as_many_points_at_the_same_place():
    x, y = np.array([0.0, 1.0, 2.0, 4.0]), np.array([1.0, 3.0, 2.0, 6.0])
    weights = np.array([1, 3, 2, 2])
    found, often = Line(x, y, weights), Line(np.repeat(x, weights), np.repeat(y, weights))
    assert found.slope == pytest.approx(often.slope)
    assert found.at(3.0)[0] == pytest.approx(often.at(3.0)[0])
    assert found.slope != pytest.approx(Line(x, y).slope, rel=0.01)
    alike = Line(x, y, np.full(4, 7.0))
    assert alike.at(3.0) == pytest.approx(Line(x, y).at(3.0))


@pytest.mark.parametrize("name", ["eci", "component"])
def test_lent_lines_follow_systems_that_are_on_many_series(past, asked, told, name):
    """Of a system that nobody scored yet, more is expected where good ones are scored more."""
    known = set(past.figures["system"])
    new = asked[(asked["kind"] == "named") & ~asked["system"].isin(known)]["target"]
    plain, lent = told[name], told[f"{name}_weighted"]
    both = np.intersect1d(plain["target"].values, new)
    assert len(both) > 20
    assert lent.sel(target=both).mean() > plain.sel(target=both).mean() + 0.1
    scored = np.setdiff1d(plain["target"].values, new)
    assert float(lent.sel(target=scored).mean()) == pytest.approx(
        float(plain.sel(target=scored).mean()), abs=0.1
    )


# --- all of them, on the evidence ----------------------------------------------------------------


def test_outcomes_are_not_looked_at(past, asked, told):
    blind = asked.assign(value=np.nan, observed=np.nan)
    blind.loc[blind["kind"] == "best", ["system", "block"]] = "somebody"
    for name, baseline in BASELINES.items():
        assert baseline(past, blind, 200, 1).identical(told[name]), name


def test_other_questions_move_no_draw(past, asked, told):
    few = asked.iloc[::7]
    for name, baseline in BASELINES.items():
        found = baseline(past, few, 200, 1)
        assert found.identical(told[name].sel(target=found["target"].values)), name


def test_nobody_falls_below_the_best_and_records_lie_above_it(asked, told):
    table = asked.set_index("target")
    for name, found in told.items():
        rows = table.loc[found["target"].values]
        lowest = found.values.min(axis=1)
        best, record = (rows["kind"] == kind for kind in ("best", "record"))
        assert (lowest[best] >= rows["known_best"][best]).all(), name
        assert (lowest[record] > rows["known_best"][record]).all(), name
        assert np.isfinite(found.values).all(), name


def test_who_speaks_about_what(asked, told):
    table = asked.set_index("target")

    def spoken(name):
        rows = table.loc[told[name]["target"].values]
        return set(rows["kind"]), set(rows["metric"])

    assert spoken("persistence")[0] == {"named", "best", "record"}
    for name in ("ols_2019", "ols_2023", "ols_18_months"):
        assert spoken(name) == ({"best", "record"}, {"horizon"})
    assert spoken("walk")[0] == {"best", "record"}
    assert spoken("logistic")[0] == {"best"}
    assert spoken("eci") == ({"best", "named"}, {"fraction"})
    assert spoken("component")[0] == {"best", "named"}


def test_windows_of_the_lines_differ(past):
    slopes = {since: line_of(past, "metr_th10_p50", since).slope for since in (2019, 2023, 2024.2)}
    assert slopes[2019] < slopes[2023] < slopes[2024.2]


def test_too_few_records_give_no_line(past):
    assert line_of(past, "metr_th10_p50", 2025.2) is None


def test_a_walk_is_as_uncertain_as_its_steps_and_their_mean():
    values = np.cumsum(np.tile([0.0, 2.0], 12))
    points = [(2023.0 + i * MONTH, y + 1e-6 * i) for i, y in enumerate(values)]
    past = history(points, origin=2023.0 + 23.5 * MONTH)
    steps, asked = past.changes("s", MONTH), question(known_best=-100.0)
    months = (float(year_of_date(asked["known_on"][0])) - past.origin) / MONTH
    scale = steps.std(ddof=1) * np.sqrt(months + months**2 / len(steps))
    ends = student_t.ppf([0.6, 0.8, 0.9], len(steps) - 1)
    wanted = -100.0 + months * steps.mean() + scale * ends
    drawn = told_of("walk", past, asked)
    assert np.quantile(drawn, [0.6, 0.8, 0.9]) == pytest.approx(wanted, abs=0.03 * scale)


def test_the_place_of_a_known_system_is_known_up_to_its_error():
    lines = {"start": [0.3], "slope": [2.0], "sd": [0.7], "count": [1]}
    latent = Latent(pd.Series({"a": 1.0}), pd.Series({"a": 0.5}), pd.DataFrame(lines, index=["s"]))
    past = history([(2024.0, 1.0)])
    rows = past.figures.assign(system="a")
    asked = question(kind="named", known_best=np.nan, system="a")
    drawn = predicted("x", latent, rows, asked, 50_000, 1, ("fraction",)).values[0]
    # A normal of sd 2 * 0.5 and Student's t, 0.7 wide.
    assert drawn.mean() == pytest.approx(2.3, abs=0.03)
    assert drawn.var() == pytest.approx(1.0 + 0.49 * student_t.var(1 + WORTH), rel=0.03)
