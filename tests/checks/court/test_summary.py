"""The verdict: scores by hand, pairs on equal terms, bars that pass and fail."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from bayes_rsi.checks.court.answers import answers
from bayes_rsi.checks.court.baselines.protocol import gathered
from bayes_rsi.checks.court.scale import to_scale
from bayes_rsi.checks.court.summary import (
    against,
    bars,
    calibration,
    scored,
    unasked,
)
from bayes_rsi.score.kernels import crps

SIZE = 400
DAYS = ("2025-06-30", "2025-12-31")


def question(number: int) -> dict[str, object]:
    day = DAYS[number % 2]
    return {
        "target": f"{day}|named|series {number % 5}|system {number}",
        "origin": day,
        "months": (3, 6, 12)[number % 3],
        "kind": ("named", "record")[number // 10 % 2],
        "series": f"series {number % 5}",
        "metric": ("fraction", "horizon")[number % 5 == 0],
        "domain": f"domain {number % 2}",
        "system": f"system {number // 2}",
        "known_best": np.nan,
        "block": f"system {number // 2}",
    }


@pytest.fixture(scope="module")
def asked() -> pd.DataFrame:
    """Questions whose outcomes are standard normal, in any order."""
    rows = pd.DataFrame([question(n) for n in range(SIZE)])
    places = np.random.default_rng(7).permutation(SIZE) + 0.5
    return rows.assign(observed=norm.ppf(places / SIZE)).assign(upper=lambda all: all["observed"])


def forecaster(asked, name, sd, shift=0.0, every=1, seed=2):
    rng = np.random.default_rng(seed)
    found = {str(target): shift + sd * rng.normal(size=500) for target in asked["target"][::every]}
    return answers(name, gathered(found, 500), asked, pd.DataFrame())


@pytest.fixture(scope="module")
def scores(asked):
    table = pd.concat(
        [
            forecaster(asked, "ours", 1.0),
            forecaster(asked, "biased", 1.0, shift=2.0),
            forecaster(asked, "few", 3.0, every=3),
        ]
    )
    return scored(table, asked)


def test_one_row_for_each_forecaster_and_answer(scores):
    count = scores.groupby("model").size()
    assert count.to_dict() == {"ours": SIZE, "biased": SIZE, "few": 134}
    row = scores.iloc[0]
    assert row["width_80"] == pytest.approx(row["q0.9"] - row["q0.1"])


def test_interval_scores_by_hand(scores):
    row = scores[(scores["observed"] > scores["q0.9"]) & (scores["model"] == "ours")].iloc[0]
    expected = row["width_80"] + 10 * (row["observed"] - row["q0.9"])
    assert row["interval_score_80"] == pytest.approx(expected)


def test_the_interval_score_of_a_censored_figure_counts_from_its_nearer_end(asked):
    """What is at least so much lies within every interval that goes on above it."""
    cut = asked.assign(upper=np.inf)
    found = scored(forecaster(cut, "high", 1.0, shift=4.0), cut)
    assert (found["q0.1"] > found["observed"]).any()
    assert (found["interval_score_80"] >= found["width_80"]).all()
    inside = found["q0.9"] >= found["observed"]
    np.testing.assert_allclose(found["interval_score_80"][inside], found["width_80"][inside])


def test_the_truth_is_calibrated_and_others_are_not(scores):
    table = calibration(scores)
    assert table.loc["ours", "inside_80"] == pytest.approx(0.8, abs=0.05)
    assert table.loc["ours", "inside_90"] == pytest.approx(0.9, abs=0.05)
    assert table.loc["ours", "crps"] == pytest.approx(1 / np.sqrt(np.pi), abs=0.03)
    assert table.loc["biased", "inside_80"] < 0.4
    assert table.loc["few", "inside_80"] > 0.95
    assert table.loc["ours", "systems"] == SIZE // 2


def test_groups_are_told_apart(scores):
    table = calibration(scores, ["months"]).loc["ours"]
    assert table["pairs"].sum() == SIZE
    assert set(table.index) == {3, 6, 12}


def test_comparisons_are_on_what_both_answered(scores):
    found = against(scores, "ours")
    assert found.loc["few", "pairs"] == 134
    mine = scores[scores["model"] == "ours"].set_index("target")
    few = scores[scores["model"] == "few"].set_index("target")
    assert found.loc["few", "ours"] == pytest.approx(mine.loc[few.index, "crps"].mean())
    assert (found["ratio"] < 1).all()
    assert (found["difference_high"] < 0).all()


def test_losses_are_told_too(scores):
    found = against(scores, "biased")
    assert found.loc["ours", "ratio"] > 1
    assert found.loc["ours", "ratio_low"] > 1


def test_bars_of_a_good_forecaster_pass_and_of_a_bad_one_fail(scores):
    good, bad = (bars(scores, name, DAYS[1:]).set_index("bar") for name in ("ours", "biased"))
    assert good["passed"].all()
    assert not bad["passed"].any()


def test_a_ratio_between_the_bars_passes_the_tests_only(asked):
    table = pd.concat([forecaster(asked, "ours", 1.0), forecaster(asked, "near", 1.6, seed=3)])
    found = bars(scored(table, asked), "ours", DAYS[1:])
    passed = dict(zip(found["bar"].str.partition(" (")[0], found["passed"], strict=True))
    assert not passed["CRPS over the best baseline's, all"]
    assert passed["CRPS over the best baseline's, all, test days"]


def test_horizons_are_held_against_the_best_baseline_of_each_kind(asked):
    """A line answers the records, an index the named systems."""
    kinds = {"line": "record", "index": "named"}
    known = asked[(asked["kind"] == "named") | (asked.index % 20 < 15)]  # three of four records
    rivals = [
        forecaster(known[known["kind"] == kind], name, 1.0, shift=1.0 + number, seed=6 + number)
        for number, (name, kind) in enumerate(kinds.items())
    ]
    beside = scored(pd.concat([forecaster(asked, "ours", 1.0), *rivals]), asked)
    found = bars(beside, "ours", DAYS[1:]).set_index("bar")["value"]
    horizons = beside[beside["metric"] == "horizon"]
    others = horizons[horizons["model"] != "ours"]
    assert others["kind"].value_counts().nunique() == 2  # so that they count by their numbers
    answered = horizons["target"].isin(others["target"]) & (horizons["model"] == "ours")
    mine, theirs = horizons[answered]["crps"].sum(), others["crps"].sum()
    both = found["CRPS over the best baseline's, horizons (line, index)"]
    assert both == pytest.approx(mine / theirs)
    parts = found[[bar for bar in found.index if "horizons of" in bar or "of horizons (" in bar]]
    assert parts.min() < both < parts.max()


def test_horizons_pass_on_no_kind_alone(asked):
    index = forecaster(asked[asked["kind"] == "named"], "index", 1.0, shift=2.0)
    beside = scored(pd.concat([forecaster(asked, "ours", 1.0), index]), asked)
    found = bars(beside, "ours", DAYS[1:]).set_index("bar")
    named = found.loc["CRPS over the best baseline's, horizons of named systems (index)"]
    both = found.loc["CRPS over the best baseline's, horizons (index)"]
    assert named["passed"]
    assert np.isnan(both["value"])
    assert not both["passed"]


def test_bars_of_the_test_days_are_about_those_alone(asked):
    """A rival far off before the test days, and nearly perfect on them."""
    rival = forecaster(asked, "rival", 1.0, shift=4.0)
    late = (rival["origin_date"] == DAYS[1]) & (rival["output_type_id"] == "crps")
    rival["value"] = rival["value"].mask(late, 1e-3)
    table = pd.concat([forecaster(asked, "ours", 1.0), rival])
    found = bars(scored(table, asked), "ours", DAYS[1:])
    found = found[found["bar"].str.startswith("CRPS")]
    assert found["passed"].tolist() == (~found["bar"].str.contains("test days")).tolist()


def test_a_rival_that_hardly_answers_sets_no_bar_but_where_it_does(asked):
    frontier = asked[(asked["metric"] == "horizon") & (asked["kind"] == "record")]
    strong = forecaster(frontier, "oracle", 0.05, seed=4)
    strong["value"] = strong["value"].mask(strong["output_type_id"] == "crps", 1e-3)
    table = pd.concat(
        [forecaster(asked, "ours", 1.0), forecaster(asked, "biased", 1.0, shift=2.0), strong]
    )
    found = bars(scored(table, asked), "ours", DAYS[1:]).set_index("bar")
    assert found.loc["CRPS over the best baseline's, all (biased)", "passed"]
    assert not found.loc["CRPS over the best baseline's, records of horizons (oracle)", "passed"]


def test_baselines_that_are_lent_what_is_ours_stand_beside_and_set_no_bar(asked):
    simple = forecaster(asked, "eci", 1.0, shift=2.0, seed=5)
    table = pd.concat([forecaster(asked, "ours", 1.0), simple])
    lent = forecaster(asked, "eci_weighted", 1.0, seed=6)
    alone, beside = (scored(part, asked) for part in (table, pd.concat([table, lent])))
    pd.testing.assert_frame_equal(bars(beside, "ours", DAYS[1:]), bars(alone, "ours", DAYS[1:]))
    assert against(beside, "ours").loc["eci_weighted", "ratio"] == pytest.approx(1.0, abs=0.05)


def test_shares_beyond_the_scale_count_as_its_end_whoever_forecasts(asked):
    top = float(to_scale("fraction", 1.0))
    pair = [asked[asked["metric"] == kind].iloc[:1] for kind in ("fraction", "horizon")]
    rows = pd.concat(pair).assign(observed=top, upper=top)
    samples = gathered({str(name): np.full(50, top + 3.0) for name in rows["target"]}, 50)
    table = answers("wild", samples, rows, pd.DataFrame())
    found = table[table["output_type_id"] == "crps"]["value"]
    np.testing.assert_allclose(found, [0.0, 3.0], atol=1e-9)


def test_outcomes_that_earlier_days_asked_about_are_told_from_those_that_none_did():
    rows = [
        ("early", "swe", "one", 0.5),
        ("late", "swe", "one", 0.5),  # the same figure
        ("late", "swe", "one", 0.7),  # revised since
        ("late", "swe", "two", 0.5),
        ("late", "gpqa", "one", 0.5),
        ("late", "gpqa", "one", 0.5),  # asked twice, on the last day only
    ]
    scores = pd.DataFrame(rows, columns=["origin", "series", "block", "observed"])
    assert unasked(scores, ["late"]).index.tolist() == [2, 3, 4, 5]
    assert unasked(scores, ["early", "late"]).index.tolist() == [0, 1, 2, 3, 4, 5]


def test_bars_of_somebody_who_said_nothing_fail(scores):
    assert not bars(scores, "nobody", DAYS)["passed"].any()


def test_points_are_those_of_the_shares():
    shares, end = np.linspace(0.3, 0.6, 50), float(to_scale("fraction", 0.5))
    name = "2025-06-30|named|s|a"
    row = {"target": name, "months": 3, "metric": "fraction", "observed": end, "upper": end}
    drawn = gathered({name: to_scale("fraction", shares)}, 50)
    table = answers("x", drawn, pd.DataFrame([row]), pd.DataFrame()).set_index("output_type_id")
    wanted = crps(shares[None], np.array([0.5]))[0]
    assert table.loc["crps_points", "value"] == pytest.approx(float(wanted))
