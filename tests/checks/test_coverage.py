"""How often scores lie in their predictive intervals, on a fit whose places are known."""

from __future__ import annotations

import pandas as pd
import pytest

from bayes_rsi.checks.coverage import coverage, placed


def test_every_score_but_the_censored_is_placed_once(small_fit):
    table = placed(small_fit)
    censored = small_fit.panel["censoring"].values != "none"
    kind = small_fit.panel["kind"].sel(series=small_fit.panel["score_series"]).values
    left_out = small_fit.panel["score"].values[censored & (kind == "horizon")]
    assert sorted(table["score"]) == sorted(set(small_fit.panel["score"].values) - set(left_out))
    kinds = small_fit.panel["kind"].sel(series=table["series"].to_numpy()).values
    assert set(kinds) == {"fraction", "horizon", "speedup", "ratio", "count"}
    assert table["place"].between(0, 1).all()


def test_a_place_is_the_share_of_predictions_below_and_ties_count_half(small_fit):
    """Of counts, and of shares at an end of their range, many are drawn as they were seen."""
    places, tied = placed(small_fit).set_index("score")["place"], 0
    for kind in ("fraction", "count"):
        predicted = small_fit.tree["posterior_predictive"][kind]
        observed = small_fit.tree["observed_data"][kind]
        for label in predicted[f"{kind}_score"].values:
            drawn = predicted.sel({f"{kind}_score": label}).values.ravel()
            seen = float(observed.sel({f"{kind}_score": label}))
            tied += (drawn == seen).any()
            expected = (drawn < seen).mean() + 0.5 * (drawn == seen).mean()
            assert places[label] == pytest.approx(expected)
    assert tied


def test_coverage_counts_each_series_and_all():
    table = pd.DataFrame({"series": ["a", "a", "b"], "place": [0.5, 0.95, 0.2]})
    found = coverage(table)
    assert found.loc["all", ["scores", "inside_50", "inside_80"]].tolist() == [3, 1 / 3, 2 / 3]
    assert found.loc["a", "inside_95"] == 1.0
    assert found.loc["b", "mean_place"] == 0.2
