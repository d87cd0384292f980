"""What the scores of one system differ by: against the formula forwards, and the draws of a fit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayes_rsi import names
from bayes_rsi.checks.regraded import regraded, table_of
from bayes_rsi.errors import ModelError


@given(st.floats(0.0, 0.5), st.floats(0.0, 1.0), st.floats(0.01, 0.4), st.floats(0.0, 1.0))
def test_regrading_undoes_what_label_errors_took(floor, climbed, error, correct):
    ceiling = 1 - error * (1 - correct)
    scored = floor + (ceiling - floor) * climbed
    found = regraded(scored, np.array([ceiling]), floor)
    np.testing.assert_allclose(found, floor + (1 - floor) * climbed, atol=1e-9)


def test_no_run_is_regraded_beyond_all_items():
    assert regraded(0.9, np.array([0.8, 0.9, 1.0])).tolist() == [1.0, 1.0, 0.9]


def test_each_score_of_the_system_has_a_row(small_fit):
    panel = small_fit.panel
    fractions = panel["series"].values[panel["kind"].values == "fraction"]
    of, who = panel["score_series"].values, panel["score_system"].values
    series, system = next((s, w) for s, w in zip(of, who, strict=True) if s in fractions)
    found = table_of(small_fit, series, system)
    mine = (of == series) & (who == system)
    assert found["scored"].tolist() == sorted(panel["value"].values[mine])
    drawn = small_fit.tree["posterior_predictive"].to_dataset()[names.FRACTION]
    label = panel["score"].values[mine][np.argmin(panel["value"].values[mine])]
    expected = np.quantile(drawn.sel(fraction_score=label).values, (0.1, 0.5, 0.9))
    np.testing.assert_allclose(found.loc[0, ["low", "median", "high"]].astype(float), expected)
    assert (found["regraded"] >= found["scored"] - 1e-9).all()
    assert (found["regraded_low"] <= found["regraded_high"]).all()


def test_the_effect_is_that_of_the_harness(small_fit):
    effects = small_fit.tree["posterior"].to_dataset()[names.HARNESS_EFFECT]
    label = str(effects[names.HARNESS].values[0])
    series, family = label.split("|")
    panel = small_fit.panel
    mine = (panel["score_series"].values == series) & (panel["scaffold_family"].values == family)
    found = table_of(small_fit, series, str(panel["score_system"].values[mine][0]))
    row = found.set_index("harness").loc[[family]].iloc[0]
    drawn = effects.sel({names.HARNESS: label})
    assert row["effect"] == pytest.approx(float(drawn.mean()))
    assert row["sd"] == pytest.approx(float(drawn.std()))


def test_what_has_no_share_is_refused(small_fit):
    panel = small_fit.panel
    series = str(panel["series"].values[panel["kind"].values == "fraction"][0])
    horizon = str(panel["series"].values[panel["kind"].values == "horizon"][0])
    who = str(panel["score_system"].values[panel["score_series"].values == horizon][0])
    for asked in ((series, "Nobody 1"), (horizon, who), ("no_series", who)):
        with pytest.raises(ModelError, match=r"expected a system with scores on a series of kind"):
            table_of(small_fit, *asked)
