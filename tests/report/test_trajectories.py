"""Text and figure of trajectories show what they hold."""

from __future__ import annotations

from dataclasses import replace

import handmade
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.dates import date2num

from bayes_rsi.comparison.trajectories import Trajectories
from bayes_rsi.forecasting.project import forecast
from bayes_rsi.report.figure import COLOURS, figure_bytes
from bayes_rsi.report.tables import WIDTH
from bayes_rsi.report.trajectories_figure import trajectories_figure
from bayes_rsi.report.trajectories_text import in_unit, trajectories_text
from bayes_rsi.tags import Gate, Verdict

FORECAST = forecast(handmade.whole_fit(size=20))
VERDICT = Verdict((Gate("r_hat", 1.002, 1.01, True, "growth"),))
DAYS = np.array(["2026-01-01", "2026-06-30", "2028-06-29"], "datetime64[ns]")
LONG = "a_series_with_a_name_that_is_rather_too_long"
CURVES = {
    "exam": [[np.nan, 0.5, 0.7], [np.nan, 0.6, 0.9], [np.nan, 0.7, 0.95]],
    LONG: [[0.9] * 3, [0.93] * 3, [0.95] * 3],
    "span": [[20.0, 60.0, 6e5], [30.0, 90.0, 6e6], [45.0, 140.0, 6e7]],
}


@pytest.fixture
def found():
    rows = [
        ("exam", "fraction", 3, 0.55, 0.8, 0.6, 0.7, 0.9, 0.95, 0.92, 0.94, 0.97, 0.34, 0.04),
        (LONG, "fraction", 1, 1.0, np.nan, 0.93, 0.9, 0.93, 0.95, 0.9, 0.95, 0.98, 0.02, 0.02),
        ("span", "horizon", 2, 240.0, *[np.nan, 90.0, 6e5, 6e6, 6e7], *[np.nan] * 5),
    ]
    columns = "series kind scores best human now p10 p50 p90 ceiling_p10 ceiling_p50 ceiling_p90"
    columns += " left_now left"
    curves = xr.DataArray(
        np.array(list(CURVES.values())),
        {"series": list(CURVES), "quantile": [0.1, 0.5, 0.9], "date": DAYS},
    )
    scores = pd.DataFrame(
        {
            "series": ["exam", "exam", "exam", LONG, "span", "span"],
            "system": ["A", "B", "C", "A", "A", "B"],
            "released": pd.to_datetime(["2026-02-01", "2026-05-01"] + ["2026-03-01"] * 4),
            "value": [0.4, 0.55, 0.7, 1.0, 60.0, 240.0],
            "censoring": ["none", "none", "left", "none", "interval", "right"],
            "lower": [np.nan] * 4 + [50.0, np.nan],
            "upper": [np.nan] * 4 + [70.0, np.nan],
        }
    )
    wider = curves.copy()
    wider.loc[{"series": "exam", "quantile": 0.1}] = [np.nan, 0.4, 0.6]
    wider.loc[{"series": "exam", "quantile": 0.9}] = [np.nan, 0.9, 1.0]
    left = (0.9 - curves).where(curves["series"] != "span")  # no time has a ceiling
    both = xr.Dataset({"expected": curves, "figure": wider, "left": left})
    table = pd.DataFrame(rows, columns=columns.split())
    return Trajectories("2026-06-30", "2028-06-29", table, both, scores, ("erdos",))


def test_the_text_has_the_numbers_in_their_units(found):
    text = trajectories_text(found, VERDICT)
    assert max(map(len, text.splitlines())) <= WIDTH
    lines = {line.split()[0]: line.split() for line in text.splitlines() if line}
    assert lines["exam"] == ["exam", "3", "55%", "60%", "90%", "70%", "to", "95%", "94%"]
    assert lines["span"][1:7] == ["2", "4", "h", "1.5", "h", "100,000"]
    said = " ".join(text.split())
    assert "Of 2 shares of items" in said
    assert "on 1 by 2026-06-30 and on 2 by 2028-06-29" in said
    assert "as they count: erdos." in said
    assert "a_series_with_a_name..r_too_long" in lines
    assert text.startswith("Convergence gates: all 1 passed")
    assert "\nAssumes: " in text


def test_without_shares_nothing_is_used_up(found):
    alone = replace(found, table=found.table[found.table["kind"] == "horizon"])
    text = trajectories_text(alone, VERDICT)
    assert "of items" not in text


def test_while_no_share_is_near_its_ceiling_it_is_not_said_to_be(found):
    one = found.table[:1].assign(left_now=0.3, left=0.2)
    said = " ".join(trajectories_text(replace(found, table=one), VERDICT).split())
    assert "Of 1 share of items" in said
    assert "on 0 by 2026-06-30 and on 0 by 2028-06-29." in said


def test_long_names_and_long_numbers_fit(found):
    """Between columns there is one space where two would not do."""
    numbers = dict.fromkeys(["best", "now", "p10", "p50"], 999_999.0)
    wide = found.table.assign(series=LONG, kind="speedup", **numbers)
    wide = wide.assign(p90=999_999.0, ceiling_p50=999_999.0)
    text = trajectories_text(replace(found, table=wide), VERDICT)
    assert max(map(len, text.splitlines())) <= WIDTH
    assert "999,999x to 999,999x 999,999x" in text


@pytest.mark.parametrize(
    ("value", "kind", "written"),
    [
        (0.08, "fraction", "8%"),
        (0.9444, "fraction", "94.4%"),
        (1.0, "fraction", "100%"),
        (1.27, "ratio", "1.3x"),
        (568.7, "speedup", "569x"),
        (99.4, "speedup", "99x"),
        (99.7, "speedup", "100x"),
        (59.0, "horizon", "59 min"),
        (90.0, "horizon", "1.5 h"),
        (120000.0, "horizon", "2,000 h"),
        (2.0**64, "ratio", "2e+19x"),
        (np.nan, "speedup", "-"),
    ],
)
def test_a_score_is_written_in_its_unit(value, kind, written):
    assert in_unit(value, kind) == written


def test_a_panel_shows_scores_curve_ceiling_and_people(found):
    figure = trajectories_figure(found, FORECAST)
    panels = {axes.get_title(): axes for axes in figure.axes if axes.get_title()}
    assert set(panels) == set(CURVES)
    exam = panels["exam"]
    lines = {line.get_label(): line for line in exam.get_lines()}
    assert lines["its expected score, median"].get_ydata().tolist() == [0.6, 0.9]
    assert lines["score, by release of the system"].get_ydata().tolist() == [0.4, 0.55]
    assert set(lines["ceiling, median and 80%"].get_ydata()) == {0.94}
    assert set(lines["people"].get_ydata()) == {0.8}
    assert lines["score: at most"].get_marker() == "v"
    assert lines["score: at most"].get_ydata().tolist() == [0.7]
    assert exam.get_ylim() == (-0.02, 1.02)
    assert [exam.yaxis.get_major_formatter()(value) for value in (0.2, 1.0)] == ["20%", "100%"]
    (ceiling,) = [p for p in exam.patches if p.get_facecolor()[:3] == to_rgb(COLOURS[1])]
    assert (ceiling.get_y(), ceiling.get_y() + ceiling.get_height()) == pytest.approx((0.92, 0.97))
    bands = {part.get_label(): part.get_paths()[0].vertices[:, 1] for part in exam.collections}
    told = bands["80% of its expected score"]
    assert (told.min(), told.max()) == (0.5, 0.95)
    wider = bands["80% of figures of a frontier system"]
    assert (wider.min(), wider.max()) == (0.4, 1.0)
    assert set(lines["as of"].get_xdata()) == {date2num(pd.Timestamp("2026-06-30"))}
    assert exam.get_xlim()[0] < date2num(pd.Timestamp("2026-02-01"))
    assert "people" not in {line.get_label() for line in panels[LONG].get_lines()}
    (legend,) = figure.legends
    labels = [text.get_text() for text in legend.get_texts()]
    assert len(labels) == len(set(labels)) == 10


def test_the_figure_says_where_it_comes_from_and_whether_to_rely_on_it(found):
    told = trajectories_figure(found, FORECAST).get_suptitle()
    assert told == "card handmade, evidence known by 2026-06-30, seed 7"
    wrong = Verdict((Gate("r_hat", 1.2, 1.01, True, "growth"),))
    failed = replace(FORECAST, verdict=wrong, condition="growth >= 4")
    told = trajectories_figure(found, failed).get_suptitle()
    assert told.startswith("CONVERGENCE GATES FAILED: do not rely on this figure\n")
    assert "seed 7, given growth >= 4" in " ".join(told.split())


@pytest.mark.parametrize("shown", [1, 3])
def test_a_long_title_is_not_cut_off(found, shown):
    wrong = Verdict((Gate("r_hat", 1.2, 1.01, True, "growth"),))
    said = " and ".join(["swe_bench_verified_bash_only_v2 >= 0.9 by 2027-12-31"] * 3)
    failed = replace(FORECAST, verdict=wrong, condition=said)
    figure = trajectories_figure(replace(found, table=found.table[:shown]), failed)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    title = figure._suptitle.get_window_extent(canvas.get_renderer())
    assert 0 <= title.x0 < title.x1 <= figure.bbox.width
    assert title.y1 <= figure.bbox.height
    assert figure.get_suptitle().count(">= 0.9") == 3


def test_a_horizon_is_on_a_scale_of_work_time(found):
    (span,) = [
        axes for axes in trajectories_figure(found, FORECAST).axes if axes.get_title() == "span"
    ]
    assert span.get_yscale() == "log"
    labels = [text.get_text() for text in span.get_yticklabels()]
    assert {"1 hour", "1 work-day", "1 work-year"} <= set(labels)
    beyond = next(line for line in span.get_lines() if line.get_label() == "score: at least")
    assert (beyond.get_marker(), beyond.get_ydata().tolist()) == ("^", [240.0])
    ((ends,),) = [
        part.get_segments()
        for part in span.collections
        if part.get_label() == "score: between bounds"
    ]
    assert ends[:, 1].tolist() == [50.0, 70.0]
    assert not any(60.0 in np.atleast_1d(line.get_ydata()) for line in span.get_lines())
    low, high = span.get_ylim()
    ticks = span.get_yticks()
    assert ((ticks >= low) & (ticks <= high)).all()
    assert high < 1e9  # the curve ends at 6e7 minutes
    assert not any("ceiling" in str(line.get_label()) for line in span.get_lines())
    colours = {line.get_color() for line in span.get_lines()}
    assert COLOURS[0] in colours


def test_the_same_trajectories_give_the_same_file(found):
    first, second = (figure_bytes(trajectories_figure(found, FORECAST)) for _ in range(2))
    assert first == second
