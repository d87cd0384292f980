"""Curves of the frontier on every series: against straight lines, parity and the futures."""

from __future__ import annotations

from dataclasses import replace

import handmade
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bayes_rsi.comparison import trajectories as module
from bayes_rsi.comparison.given import given
from bayes_rsi.comparison.trajectories import MOST, trajectories
from bayes_rsi.errors import ModelError
from bayes_rsi.forecasting.conditions import ScoreIs
from bayes_rsi.forecasting.project import forecast
from bayes_rsi.forecasting.scores import expected_score
from bayes_rsi.report.tables import WIDTH
from bayes_rsi.report.trajectories_text import trajectories_text
from bayes_rsi.units import as_date, year_of_date

SCORED = {
    "paperbench": [("Old", 0.2), ("New", 0.35)],
    "swe_bench_pro": [("New", 0.5)],
    "faster": [("Old", 3.0), ("New", 12.0)],
    "against": [("New", 1.2)],
    "span": [("Old", 30.0), ("New", 240.0)],
}
#: The first one on a day at which a curve is told: 300 days before the as-of date.
RELEASED = {"Old": "2025-09-03", "New": "2026-01-20"}


def scored(panel: xr.Dataset) -> xr.Dataset:
    """Give a panel scores on each of its series."""
    rows = [(series, *pair) for series, pairs in SCORED.items() for pair in pairs]
    where, who, value = zip(*rows, strict=True)
    lower = [200.0 if number == 240.0 else 0.0 for number in value]
    return panel.drop_dims(["score", "system"]).assign(
        score_series=("score", list(where)),
        score_system=("score", list(who)),
        value=("score", list(value)),
        censoring=("score", ["interval" if low else "none" for low in lower]),
        lower=("score", [low or np.nan for low in lower]),
        upper=("score", [2 * low or np.nan for low in lower]),
        sd_log2=("score", [0.8 if name == "span" else np.nan for name in where]),
        released=("system", pd.to_datetime(list(RELEASED.values())).to_numpy()),
        system=list(RELEASED),
    )


@pytest.fixture(scope="module")
def fit():
    whole = handmade.whole_fit()
    return replace(whole, panel=scored(whole.panel))


@pytest.fixture(scope="module")
def ours(fit):
    return forecast(fit)


@pytest.fixture(scope="module")
def found(ours):
    return trajectories(ours)


def test_every_series_has_a_row_with_what_was_fitted(found):
    table = found.table.set_index("series")
    assert set(table.index) == set(SCORED)
    assert found.left_out == ()
    for series, pairs in SCORED.items():
        assert table.loc[series, "scores"] == len(pairs)
        highest = max(value for _, value in pairs)
        assert table.loc[series, "best"] == (200.0 if series == "span" else highest)
    assert table.loc["paperbench", "human"] == 0.414
    assert np.isnan(table.loc["swe_bench_pro", "human"])
    assert table.loc[["against", "span"], "ceiling_p50"].isna().all()
    assert len(found.scores) == sum(map(len, SCORED.values()))
    assert (found.as_of, found.until) == ("2026-06-30", "2028-06-29")


def test_curves_begin_with_the_first_scored_release_and_end_on_the_last_day(found):
    dates = found.curves["date"].values
    for series, pairs in SCORED.items():
        first = min(np.datetime64(RELEASED[who], "ns") for who, _ in pairs)
        there = found.curves["expected"].sel(series=series, quantile=0.5).notnull().values
        assert (there == (dates >= first)).all()
    assert str(dates[-1])[:10] == found.until
    assert np.datetime64(found.as_of, "ns") in dates


def test_the_curve_of_a_sure_frontier_is_the_formula():
    """One straight frontier and one curve: quantiles are that curve, in the unit of the series."""
    posterior = handmade.with_horizons(handmade.line(2.0, 10.0))
    posterior = posterior.assign(
        difficulty=posterior["difficulty"] * 0 + 11.0,
        slope=posterior["slope"] * 0 + 0.7,
        ceiling=posterior["ceiling"] * 0 + 0.9,
        ratio_parity=posterior["ratio_parity"] * 0 + 11.0,
        ratio_slope_per_doubling=posterior["ratio_slope_per_doubling"] * 0 + 0.5,
        speedup_difficulty=posterior["speedup_difficulty"] * 0 + 10.0,
        speedup_slope_per_doubling=posterior["speedup_slope_per_doubling"] * 0 + 0.4,
        speedup_limit=posterior["speedup_limit"] * 0 + 6.0,
        horizon_at_level=posterior["horizon_at_level"] * 0 + 8.0,
        horizon_stretch=posterior["horizon_stretch"] * 0 + 0.9,
        horizon_offset=posterior["horizon_offset"] * 0 - 0.5,
        **dict.fromkeys(
            ["rounding", "ratio_noise", "horizon_scatter", "horizon_shared", "horizon_noise"],
            posterior["growth"] * 0,
        ),
        speedup_noise=posterior["speedup_limit"] * 0,
        overdispersion=posterior["slope"] * 0,
    )
    panel = handmade.panel({"exam": (0.25, 0.8)}).assign(n_items=("series", np.full(4, 1e18)))
    panel = panel.assign_coords(score=np.arange(4), system=["Old"]).assign(
        score_series=("score", panel["series"].values),
        score_system=("score", ["Old"] * 4),
        value=("score", np.ones(4)),
        censoring=("score", ["none"] * 4),
        lower=("score", np.full(4, np.nan)),
        upper=("score", np.full(4, np.nan)),
        sd_log2=("score", np.zeros(4)),
        released=("system", np.array(["2025-06-30"], "datetime64[ns]")),
    )
    card = handmade.card(handmade.event("work", {"one": handmade.certain(2.0**30)}))
    made = forecast(handmade.fit(card, posterior.sel(fraction_series=["exam"]), panel))
    found = trajectories(made, until="2027-06-30")
    place = 10.0 + 2.0 * float(year_of_date(as_date("2027-06-30")) - handmade.YEARS[-1])
    wanted = {
        "exam": 0.25 + 0.65 / (1 + np.exp(-0.7 * (place - 11.0))),
        "against": 2 ** (0.5 * (place - 11.0)),
        "faster": 2 ** (6.0 / (1 + np.exp(-0.4 * (place - 10.0)))),
        "span": 2 ** (8.0 + 0.9 * (place - 8.0) - 0.5),
    }
    table = found.table.set_index("series")
    for series, value in wanted.items():
        assert table.loc[series, ["p10", "p50", "p90"]].tolist() == pytest.approx([value] * 3)
    last = found.curves.isel(date=-1)
    assert last["figure"].values == pytest.approx(last["expected"].values)
    assert table.loc["exam", "now"] == pytest.approx(0.25 + 0.65 / (1 + np.exp(0.7)))
    assert table.loc["exam", "ceiling_p50"] == pytest.approx(0.9)
    assert table.loc["faster", "ceiling_p50"] == pytest.approx(2.0**6)


def one_score(panel: xr.Dataset) -> xr.Dataset:
    """Give a panel one score on `exam`."""
    return panel.drop_dims(["score", "system"], errors="ignore").assign(
        score_series=("score", ["exam"]),
        score_system=("score", ["Old"]),
        value=("score", [0.5]),
        censoring=("score", ["none"]),
        lower=("score", [np.nan]),
        upper=("score", [np.nan]),
        sd_log2=("score", [np.nan]),
        n_items=("series", np.full(panel.sizes["series"], 1e12)),
        released=("system", np.array(["2025-06-30"], "datetime64[ns]")),
        system=["Old"],
    )


def test_a_series_that_drifts_sees_the_frontier_with_its_drift(drifted):
    """Two doublings a year less one for the drift, which counts from the only release scored."""
    posterior, panel = drifted.futures.draws, one_score(drifted.futures.panel)
    found = trajectories(forecast(handmade.fit(drifted.futures.card, posterior, panel)), ["exam"])
    released = float(year_of_date(as_date("2025-06-30")))
    years = year_of_date(found.curves["date"].values)
    place = 10.0 + 2.0 * (years - handmade.YEARS[-1]) - (years - released)
    difficulty, slope, ceiling = (
        posterior[name].sel(fraction_series="exam").values.ravel()
        for name in ("difficulty", "slope", "ceiling")
    )
    climbed = 1 / (1 + np.exp(-slope * (place[:, None] - difficulty)))
    wanted = np.quantile(0.25 + (ceiling - 0.25) * climbed, 0.5, axis=1)
    told = found.curves["expected"].sel(series="exam", quantile=0.5).values
    there = ~np.isnan(told)
    assert there.sum() > 30
    assert told[there] == pytest.approx(wanted[there], abs=1e-3)


def noisy(size: float) -> xr.Dataset:
    """Give a sure frontier, a sure curve, and noise on the share that is drawn."""
    posterior = handmade.line(2.0, 10.0)
    nothing = posterior["slope"] * 0.0
    return posterior.assign(
        difficulty=nothing + 10.0,
        slope=nothing + 0.05,
        ceiling=nothing + 1.0,
        overdispersion=nothing + size,
        rounding=posterior["growth"] * 0.0,
    )


def test_a_figure_has_the_noise_of_the_likelihood():
    """On a sure frontier its 80% interval is that of a normal with the noise of a score."""
    card = handmade.card(handmade.event("work", {"one": handmade.certain(2.0**40)}), replicates=40)
    made = forecast(handmade.fit(card, noisy(0.1), one_score(handmade.panel())))
    found = trajectories(made, ["exam"], until="2026-07-15")
    last = found.curves.sel(series="exam").isel(date=-1)
    expected = float(last["expected"].sel(quantile=0.5))
    sd = 0.1 * np.sqrt(expected * (1 - expected))
    low, middle, high = last["figure"].values
    assert high - low == pytest.approx(2.5631 * sd, rel=0.05)
    assert middle == pytest.approx(expected, abs=0.1 * sd)


def test_a_path_stays_with_its_draw_where_futures_are_thinned(monkeypatch):
    """As below, with fewer futures than there are: neither the first ones nor all of one chain."""
    monkeypatch.setattr(module, "MOST", 60)
    test_each_future_is_seen_through_the_curve_of_its_own_draw()
    off = np.linspace(-2.0, 2.0, handmade.CHAINS * handmade.DRAWS)
    posterior = noisy(0.0)
    steep = posterior["slope"] * 0.0 + 0.5
    shifted = posterior["frontier"] + xr.DataArray(
        off.reshape(handmade.CHAINS, -1), dims=("chain", "draw")
    )
    card = handmade.card(handmade.event("work", {"one": handmade.certain(2.0**40)}), replicates=5)
    wide = posterior.assign(frontier=shifted, slope=steep)
    made = forecast(handmade.fit(card, wide, one_score(handmade.panel())))
    ends = trajectories(made, ["exam"], until="2026-07-15").curves.sel(series="exam").isel(date=-1)
    place = 10.0 + 2.0 * 15 / 365.25 + np.quantile(off, [0.1, 0.5, 0.9])
    wanted = 0.25 + 0.75 / (1 + np.exp(-0.5 * (place - 10.0)))
    assert ends["expected"].values == pytest.approx(wanted, abs=0.02)


def test_as_many_futures_count_as_are_said():
    card = handmade.card(handmade.event("work", {"one": handmade.certain(2.0**40)}), replicates=90)
    made = forecast(handmade.fit(card, noisy(0.0), one_score(handmade.panel())))
    size = made.futures.size
    kept = module._thinned(made.futures, np.ones(size, dtype=bool), 2027.0)
    assert size > 2 * MOST
    assert MOST / 2 < kept.size <= MOST == 4000


def test_ceilings_and_what_is_left_below_them_are_quantiles_of_futures(found, ours):
    row = found.table.set_index("series").loc["paperbench"]
    futures = ours.futures
    known = ~np.isnan(ours.years("end_to_end").values.ravel())
    ceiling = futures.flat_of("ceiling", {"fraction_series": "paperbench"})[known]
    told = row[["ceiling_p10", "ceiling_p50", "ceiling_p90"]].tolist()
    assert told == pytest.approx(np.quantile(ceiling, [0.1, 0.5, 0.9]), abs=0.003)
    place = futures.paths.at(year_of_date([as_date(found.until)]))[:, 0]
    left = (ceiling - expected_score(futures, "paperbench", place)[known])[:, None]
    assert row["left"] == pytest.approx(np.median(left), abs=0.01)
    # The median of differences, not the difference of medians.
    assert abs(row["left"] - (row["ceiling_p50"] - row["p50"])) > 0.002
    assert row["left_now"] > row["left"]
    assert found.table.set_index("series").loc[["faster", "span"], "left"].isna().all()


def test_a_forecast_without_a_future_is_refused(ours):
    years = ours.events["event_year"] * np.nan
    with pytest.raises(ModelError, match="without a future that agrees with what is known"):
        trajectories(replace(ours, events=ours.events.assign(event_year=years)))


def test_two_answers_can_be_told_apart(found, ours):
    assert found != trajectories(ours, ["paperbench"])
    assert found == found


def test_each_future_is_seen_through_the_curve_of_its_own_draw():
    """Frontiers and difficulties that are off by the same amount, draw by draw: nothing is open."""
    off = xr.DataArray(
        np.random.default_rng(3).normal(0.0, 2.0, (handmade.CHAINS, handmade.DRAWS)),
        dims=("chain", "draw"),
    )
    posterior = handmade.line(2.0, 10.0)
    nothing = posterior["slope"] * 0.0
    posterior = posterior.assign(
        frontier=posterior["frontier"] + off,
        difficulty=nothing + 11.0 + off,
        slope=nothing + 0.7,
        ceiling=nothing + 0.9,
        overdispersion=nothing,
        rounding=posterior["growth"] * 0.0,
    )
    card = handmade.card(handmade.event("work", {"one": handmade.certain(2.0**40)}), replicates=5)
    made = forecast(handmade.fit(card, posterior, one_score(handmade.panel())))
    row = trajectories(made, ["exam"]).table.iloc[0]
    assert row["p90"] == pytest.approx(row["p10"], abs=1e-6)
    assert 0.3 < row["p50"] < 0.89


def test_now_is_the_median_of_the_curve_on_the_as_of_date(found):
    now = found.curves["expected"].sel({"quantile": 0.5, "date": found.as_of})
    assert found.table["now"].to_numpy() == pytest.approx(now.values.ravel())
    assert (now < found.curves["expected"].sel({"quantile": 0.9, "date": found.as_of})).all()


def test_curves_end_with_the_horizon(fit):
    settings = replace(fit.card.forecast, horizon="2027-12-31")
    short = replace(fit, card=replace(fit.card, forecast=settings))
    assert trajectories(forecast(short), ["paperbench"]).until == "2027-12-31"


def test_quantiles_say_what_a_condition_says(ours, found):
    """Half of the futures are above the median: `given` counts the same ones."""
    for series in ("paperbench", "faster", "span"):
        row = found.table.set_index("series").loc[series]
        for p, value in ((0.9, row["p10"]), (0.5, row["p50"]), (0.1, row["p90"])):
            known = ~np.isnan(ours.years("end_to_end").values.ravel())
            above = ScoreIs(series, ">=", value, found.until).met(ours.futures)[known]
            assert above.mean() == pytest.approx(p, abs=0.02)


def test_a_figure_is_wider_than_what_is_expected(found):
    spread = {
        name: found.curves[name].sel(quantile=0.9) - found.curves[name].sel(quantile=0.1)
        for name in ("expected", "figure")
    }
    early = {"date": np.datetime64("2026-06-30", "ns")}
    assert (spread["figure"].sel(early) > 1.02 * spread["expected"].sel(early)).all()
    shares = found.curves["figure"].sel(series=["paperbench", "swe_bench_pro"])
    assert float(shares.max()) <= 1.0
    assert float(shares.min()) >= 0.0


def test_a_condition_moves_the_curves(ours):
    before = trajectories(ours, ["paperbench"]).table.iloc[0]
    slower = given(ours, "growth < 1.9", min_ess=20).forecast
    after = trajectories(slower, ["paperbench"]).table.iloc[0]
    assert after["p50"] < before["p50"] - 0.01
    assert slower.futures.size > MOST / 4


def test_it_leaves_the_forecast_as_it_was(ours):
    before = ours.futures.scene("end_to_end").dates().year
    trajectories(ours, "PaperBench", until="2027-01-01")
    assert ours.futures.scene("end_to_end").dates().year == pytest.approx(before, nan_ok=True)
    twice = trajectories(ours, ["PaperBench", "paperbench"])
    assert twice.table["series"].tolist() == ["paperbench"]


def test_decades_ahead_numbers_end_where_they_say_nothing(ours):
    found = trajectories(ours, ["against", "span"], until=ours.horizon)
    assert found.table["p90"].tolist() == [2.0**64] * 2
    low = ours.futures.draws.assign(ratio_parity=ours.futures.draws["ratio_parity"] + 1e5)
    below = replace(ours, futures=replace(ours.futures, draws=low))
    assert trajectories(below, ["against"]).table["p10"].tolist() == [2.0**-64]
    text = trajectories_text(found, ours.verdict)
    assert max(map(len, text.splitlines())) <= WIDTH
    assert "3e+17 h" in text


def test_an_upper_bound_is_nothing_that_was_reached(fit):
    bounds = ["left" if name == "span" else "none" for name in fit.panel["score_series"].values]
    nothing = fit.panel["lower"] * np.nan
    panel = fit.panel.assign(censoring=("score", bounds), lower=nothing)
    ours = forecast(replace(fit, panel=panel))
    row = trajectories(ours, ["span"]).table.iloc[0]
    assert np.isnan(row["best"])


def test_what_counts_is_left_out_by_name(fit):
    kinds = fit.panel["kind"].astype(object)
    counting = fit.panel.assign(kind=kinds.where(fit.panel["series"] != "span", "count"))
    ours = forecast(replace(fit, panel=counting))
    assert trajectories(ours).left_out == ("span",)
    with pytest.raises(ModelError, match=r"got series 'span': a count, .*has no curve; leave it"):
        trajectories(ours, ["span"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"series": ["paperbnch"]}, r"'paperbnch': not fitted.*Did you mean 'paperbench'"),
        ({"until": "2026-06-30"}, "got until 2026-06-30, expected a day after the as-of date"),
        ({"until": "2999-01-01"}, "up to the horizon"),
    ],
)
def test_what_cannot_be_drawn_is_refused(ours, arguments, message):
    with pytest.raises(ModelError, match=message):
        trajectories(ours, **arguments)


def test_other_things_are_refused(ours):
    with pytest.raises(ModelError, match="without its futures"):
        trajectories(replace(ours, futures=None))
    with pytest.raises(ModelError, match="trajectories"):
        trajectories("forecast")
