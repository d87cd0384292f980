"""The figure shows what forecast, scores and comparison hold, and is the same each time."""

from __future__ import annotations

import forms
import numpy as np
import pandas as pd
import pytest
import toy

from bayes_rsi.cards import load_card
from bayes_rsi.comparison.forecasters import COLUMNS, compare
from bayes_rsi.evidence import load_evidence
from bayes_rsi.report.figure import figure_bytes, forecast_figure
from bayes_rsi.report.points import horizon_points


@pytest.fixture(scope="module")
def panel():
    return toy.fit(load_card("baseline"), load_evidence(as_of=toy.AS_OF)).panel


@pytest.fixture(scope="module")
def figure(panel):
    forecast = toy.forecast()
    return forecast_figure(forecast, compare(forecast, "clark"), panel)


def test_the_same_content_gives_the_same_bytes(figure, panel):
    forecast = toy.forecast()
    again = forecast_figure(forecast, compare(forecast, "clark"), panel)
    image = figure_bytes(figure)
    assert image == figure_bytes(again)
    assert image.startswith(b"<?xml")
    assert b"<dc:date>" not in image


def test_the_points_of_others_are_those_of_the_table(figure):
    right = figure.axes[1]
    lines = {line.get_label(): line for line in right.lines}
    assert lines["Jack Clark on end to end"].get_ydata().tolist() == [30]
    bound = lines["Jack Clark on end to end, at least"]
    assert bound.get_ydata().tolist() == [60]
    assert bound.get_marker() == "^"


def test_the_curves_are_those_of_the_forecast(figure):
    right = figure.axes[1]
    curve = next(line for line in right.lines if line.get_label() == "end to end").get_ydata()
    assert curve[0] == 0
    assert curve[-1] == pytest.approx(60)
    assert np.all(np.diff(curve) >= 0)


def test_each_form_of_the_trend_and_the_pool_have_their_lines(panel):
    forecast, pool = toy.forecast(), forms.pooled()
    right = forecast_figure(forecast, compare(forecast, "clark"), panel, pool).axes[1]
    dashed = [line for line in right.lines if line.get_linestyle() == "--"]
    thin = [line for line in right.lines if line.get_linewidth() < 1]
    assert len(dashed) == len(forecast.event_names)
    assert len(thin) == len(forecast.event_names) * len(pool.members)
    shown = len(dashed[0].get_ydata())
    assert dashed[0].get_ydata() == pytest.approx(100 * pool.curves.values[0][:shown])
    assert dashed[0].get_xdata()[-1] <= np.datetime64("2040-12-31")
    labels = right.get_legend_handles_labels()[1]
    assert labels.count("forms of the trend") == labels.count("their pool") == 1


def test_the_frontier_ends_in_2032_and_has_its_scores(figure):
    left = figure.axes[0]
    median = next(line for line in left.lines if "median" in str(line.get_label()))
    assert median.get_xdata()[-1] <= np.datetime64("2032-12-31")
    assert "1 work-year" in [label.get_text() for label in left.get_yticklabels()]
    labels = left.get_legend_handles_labels()[1]
    assert "METR: at least" in labels
    assert "as of 2026-06-30" in labels


def test_a_failed_gate_is_written_over_it(panel):
    forecast = toy.forecast(verdict=toy.FAILED)
    figure = forecast_figure(forecast, pd.DataFrame(columns=list(COLUMNS)), panel)
    assert figure.get_suptitle().startswith("CONVERGENCE GATES FAILED")


def test_points_are_the_scores_of_the_panel(panel):
    points = horizon_points(panel).set_index("system")
    assert set(points["series"]) == {"metr_th11_p50"}
    gpt5 = points.loc["GPT-5"]
    assert gpt5["middle"] == pytest.approx(np.log2(203.0125), abs=1e-4)
    assert gpt5["low"] < gpt5["middle"] < gpt5["high"]
    censored = points[points["at_least"]]
    assert (censored["low"] == censored["high"]).all()
    assert points["released"].is_monotonic_increasing


def test_without_the_later_suite_the_first_is_drawn(panel):
    kept = panel.isel(score=panel["score_series"].values != "metr_th11_p50")
    assert set(horizon_points(kept)["series"]) == {"metr_th10_p50"}
    without = panel.isel(
        score=[i for i, s in enumerate(panel["score_series"].values) if "metr" not in s]
    )
    assert horizon_points(without).empty


def test_bars_are_95_percent_intervals(panel):
    found = horizon_points(panel)
    rows = panel.isel(score=panel["score_series"].values == found["series"].iloc[0])
    sd = dict(zip(rows["score_system"].values, rows["sd_log2"].values, strict=True))
    exact = rows["score_system"].values[rows["censoring"].values == "none"]
    points = found[found["system"].isin(exact)].set_index("system")
    half = np.array([np.nan_to_num(sd[name]) for name in points.index]) * 1.959964
    assert (half > 0).sum() > 5
    assert (points["high"] - points["middle"]).to_numpy() == pytest.approx(half, abs=1e-6)
    assert (points["middle"] - points["low"]).to_numpy() == pytest.approx(half, abs=1e-6)
