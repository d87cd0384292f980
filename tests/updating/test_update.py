"""An update of a real fit: densities, reweighting, refusals, and agreement with a refit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import toy
import xarray as xr
from scipy.stats import multivariate_normal

from bayes_rsi.cards import load_card
from bayes_rsi.errors import ConvergenceError, DateError, EvidenceError, ModelError
from bayes_rsi.evidence import cut, data_folder, load_evidence
from bayes_rsi.forecasting.paths import continued
from bayes_rsi.forecasting.project import forecast
from bayes_rsi.inference.sample import fit as fit_again
from bayes_rsi.inference.sample import panel_of
from bayes_rsi.inference.warm import warm_start
from bayes_rsi.model.build import build, start
from bayes_rsi.model.design import TIERS, design
from bayes_rsi.report.verbs import updated_text
from bayes_rsi.units import year_of_date
from bayes_rsi.updating import likelihood, systems, weighing
from bayes_rsi.updating import update as module
from bayes_rsi.updating.likelihood import Nodes, score_log_likelihood
from bayes_rsi.updating.rows import Changes
from bayes_rsi.updating.systems import NODES, nodes_of
from bayes_rsi.updating.update import update

#: Real figures that are given again with another scaffold: they count as further ones.
ROWS = [
    {"series": "gpqa_diamond", "system": "GPT-5", "value": 0.84},
    {"series": "gpqa_diamond", "system": "Claude Opus 4.5", "value": 0.86},
]


def written(path: Path, rows: list[dict[str, object]]) -> Path:
    common = {"unit": "fraction", "known_on": "2026-06-30", "source": "own", "scaffold": "mine"}
    pd.DataFrame([common | row for row in rows]).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module", autouse=True)
def few_draws():
    """The small fit has 300 draws, of which weights leave some 90: ask for fewer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weighing, "ESS_LIMIT", 20.0)
        yield


@pytest.fixture(scope="module")
def found(small_fit, tmp_path_factory):
    path = written(tmp_path_factory.mktemp("rows") / "mine.csv", ROWS)
    return update(small_fit, path, refit=False)


def stacked(fit):
    """What an update keeps of the posterior for all of its scores."""
    scores = fit.panel["score_system"].values, fit.panel["score_series"].values
    table = pd.DataFrame({"system": scores[0], "series": scores[1]})
    rows = np.arange(len(table))
    return weighing._stacked(fit, Changes(rows, table))


def test_densities_are_those_of_the_model(small_fit):
    """Every score of every kind, under every tenth draw, to the seven digits that are stored."""
    assert off_by_most(small_fit) == {
        kind: pytest.approx(0.0, abs=1e-4)
        for kind in ("fraction", "horizon", "speedup", "ratio", "count")
    }


@pytest.mark.parametrize(
    "name", ["harness_effect", "repeated_deviation", "overdispersion_common", "reporter_offset"]
)
def test_an_effect_that_an_update_forgets_is_found_out(small_fit, monkeypatch, name):
    """Some are used only where they are there, so a name too few in `NEEDED` raises nothing."""
    monkeypatch.setattr(weighing, "NEEDED", tuple(one for one in weighing.NEEDED if one != name))
    try:
        found = off_by_most(small_fit)
    except KeyError:
        return
    assert found["fraction"] > 1e-2


def test_a_drift_that_an_update_forgets_is_found_out(small_fit, monkeypatch):
    kept = tuple(one for one in weighing.NEEDED if one != "series_drift_doublings")
    monkeypatch.setattr(weighing, "NEEDED", kept)
    assert off_by_most(small_fit)["fraction"] > 1e-2


def off_by_most(small_fit):
    """Largest difference of a log density from the model's, by kind."""
    arrays = design(small_fit.panel, small_fit.card)
    draws = stacked(small_fit).isel(sample=slice(None, None, 10))
    told = small_fit.tree["log_likelihood"].to_dataset()["score_log_likelihood"]
    told = told.stack(sample=("chain", "draw")).transpose("sample", ...)
    told = told.isel(sample=slice(None, None, 10))
    off: dict[str, float] = {}
    for row, label in enumerate(small_fit.panel["score"].values):
        system = str(small_fit.panel["score_system"].values[row])
        capability = draws["capability"].sel(system=system).values[:, None]
        deviation = np.zeros_like(capability)
        if system in draws["horizon_system"].values:
            deviation = draws["horizon_deviation_raw"].sel(horizon_system=system).values[:, None]
        ours = score_log_likelihood(arrays, draws, row, Nodes(capability, deviation))
        theirs = told.sel(score=label).values
        series = small_fit.panel["score_series"].values[row]
        kind = str(small_fit.panel["kind"].sel(series=series).item())
        difference = np.abs(ours[:, 0] - theirs) / (1 + np.abs(theirs))
        off[kind] = max(off.get(kind, 0.0), float(difference.max()))
    return off


def test_a_new_system_is_drawn_below_the_frontier_of_its_release(small_fit):
    """Forget a system: its mean is the frontier less the gap of its tier, draw by draw."""
    arrays, whole = design(small_fit.panel, small_fit.card), stacked(small_fit)
    effects = small_fit.tree["posterior"]["lab_effect"]
    mean = np.abs(effects.mean(("chain", "draw")).values)
    farthest = str(effects["lab"].values[int(mean.argmax())])
    position = int(np.flatnonzero(small_fit.panel["lab"].values == farthest)[-1])
    system = str(small_fit.panel["system"].values[position])
    rest = whole.sel(system=[s for s in whole["system"].values if s != system])
    rest = rest.sel(horizon_system=[s for s in rest["horizon_system"].values if s != system])
    paths = continued(
        small_fit.tree["posterior"].to_dataset(), small_fit.card, 2030.0, small_fit.tag.seed
    )
    nodes = nodes_of(arrays, rest, system, paths, 1)
    assert nodes.capability.shape == (300, systems.NODES)
    release = np.array([arrays.released[position]])
    at_release = paths.at(release)[:: paths.shape[2], 0]
    frontier = whole["frontier"].values
    clock = whole["frontier_clock"].values
    scale = (frontier[:, -1] - frontier[:, 0]) / (clock[:, -1] - clock[:, 0])
    tier = TIERS[arrays.tier[position]]
    gap = whole[f"gap_{tier}"].values * scale
    least = whole[f"behind_{tier}"].values * scale if tier != "flagship" else 0.0 * gap
    effect = effects.sel(lab=farthest).stack(sample=("chain", "draw")).values
    gap, least = gap * np.exp(effect), least * np.exp(effect)
    sd = np.hypot(gap, whole["system_scatter"].values * scale) / np.sqrt(systems.NODES)
    z = (nodes.capability.mean(axis=1) - (at_release - least - gap)) / sd
    assert abs(z.mean()) < 5 / np.sqrt(300)
    assert z.std() == pytest.approx(1.0, abs=0.25)


def test_a_harness_that_nobody_has_seen_may_be_any(small_fit):
    """Its effect integrated out on a grid, with the variance it has about those that were seen."""
    panel = small_fit.panel
    columns = {name: panel[name].values for name in ("score_series", "score_system")}
    rows = pd.DataFrame(columns | {"family": panel["scaffold_family"].values})
    row = int(np.flatnonzero((rows["score_series"] == "swe_bench_verified").to_numpy())[-1])
    series, system = rows.loc[row, "score_series"], rows.loc[row, "score_system"]
    counts = rows.loc[rows["score_series"] == series, "family"].value_counts(normalize=True)
    new = panel.copy()
    families = panel["scaffold_family"].values.astype(object)
    families[row] = "made up"
    new["scaffold_family"] = ("score", families)
    table = rows.loc[[row]].rename(columns={"score_series": "series", "score_system": "system"})
    changed = Changes(np.array([row]), table)
    assert weighing._unseen(panel, new, changed) == {system: [f"{series}|made up"]}
    draws = stacked(small_fit).isel(sample=slice(None, None, 30))
    paths = continued(small_fit.tree["posterior"].to_dataset(), small_fit.card, 2027.0, 1)
    nodes = nodes_of(design(new, small_fit.card), draws, system, paths, 1, [f"{series}|made up"])
    ours = np.exp(score_log_likelihood(design(new, small_fit.card), draws, row, nodes))
    grid = np.linspace(-6, 6, 241)
    mass = np.exp(-(grid**2) / 2) / np.exp(-(grid**2) / 2).sum()
    unit = np.broadcast_to(grid, (draws.sizes["sample"], grid.size))
    wide = draws["harness_spread"].values * np.sqrt(1 + (counts**2).sum())
    seen = replace(
        nodes,
        capability=np.broadcast_to(nodes.capability[:, :1], unit.shape),
        deviation=np.broadcast_to(nodes.deviation[:, :1], unit.shape),
        harness={
            f"{series}|made up": unit * wide[:, None] / draws["harness_spread"].values[:, None]
        },
    )
    plain = draws.assign(series_harness_beyond=xr.ones_like(draws["series_harness_beyond"]))
    exact = np.exp(score_log_likelihood(design(new, small_fit.card), plain, row, seen)) @ mass
    assert ours.shape == (draws.sizes["sample"], NODES)
    np.testing.assert_allclose(np.log(ours.mean(axis=1)), np.log(exact), atol=0.6)
    assert np.log(ours.mean(axis=1) / exact).mean() == pytest.approx(0.0, abs=0.1)
    none = replace(nodes, harness={})
    without = np.exp(score_log_likelihood(design(new, small_fit.card), draws, row, none))
    assert np.abs(np.log(without.mean(axis=1) / exact)).mean() > 0.1


def test_figures_of_one_system_on_one_series_share_noise(small_fit):
    """One after the other they have the density that they have together, by its covariance."""
    panel, draws = small_fit.panel, stacked(small_fit).isel(sample=slice(None, None, 50))
    pairs = list(zip(panel["score_series"].values, panel["score_system"].values, strict=True))
    repeated = set(draws["repeated"].values)
    row = next(
        i
        for i, (series, system) in enumerate(pairs)
        if series == "swe_bench_verified" and f"{series}|{system}" not in repeated
    )
    series, system = pairs[row]
    arrays = design(panel, small_fit.card)
    capability = draws["capability"].sel(system=system).values[:, None]
    nodes = Nodes(capability, np.zeros_like(capability), before={row: [row]})
    one = replace(nodes, before={})
    alone, again = (score_log_likelihood(arrays, draws, row, each)[:, 0] for each in (one, nodes))
    moved = likelihood._drifted(arrays, draws, row, one)
    mean, shared, rest = (part[:, 0] for part in likelihood._share(arrays, draws, row, moved))
    value = float(panel["value"].values[row])
    for draw in range(draws.sizes["sample"]):
        both = np.full((2, 2), shared[draw] ** 2) + np.eye(2) * rest[draw]
        together = multivariate_normal([mean[draw]] * 2, both).logpdf([value, value])
        assert alone[draw] + again[draw] == pytest.approx(together, abs=1e-8)
    assert np.abs(again - alone).max() > 0.01
    columns = {"score_series": ("score", [series] * 3), "score_system": ("score", [system] * 3)}
    assert weighing._before(xr.Dataset(columns), Changes(np.array([0, 2]), pd.DataFrame())) == {
        0: [1],
        2: [1, 0],
    }


def test_an_update_reweights_and_says_what_moved(found, small_fit):
    assert not found.refitted
    assert found.why == ""
    assert found.k_hat <= 0.7
    assert found.seconds < 1.0
    assert found.rows["system"].tolist() == sorted(["GPT-5", "Claude Opus 4.5"])
    assert found.asked == "end_to_end by 2028-12-31"
    assert np.isfinite(found.rows["shift"].astype(float)).all()
    assert found.table["before"].iloc[1] == found.before.probability_by("2026-12-31")
    names = [gate.name for gate in found.after.verdict.gates]
    assert names[-2:] == ["pareto_k", "ess_of_weights"]
    assert found.fit.tag.package_version.endswith("+reweighted")
    assert found.fit.tag.n_scores == small_fit.tag.n_scores + 2


def test_what_was_reweighted_is_not_updated_again(found, tmp_path):
    with pytest.raises(ModelError, match="got a fit whose draws were reweighted before"):
        update(found.fit, written(tmp_path / "more.csv", ROWS))


def test_it_refuses_where_the_weights_cannot_be_relied_on(small_fit, tmp_path):
    """Figures from another world: every system of the series at its floor."""
    systems_of = small_fit.panel.where(
        small_fit.panel["score_series"] == "gpqa_diamond", drop=True
    )["score_system"].values
    rows = [
        {"series": "gpqa_diamond", "system": str(name), "value": 0.26}
        for name in dict.fromkeys(systems_of[:25])
    ]
    path = written(tmp_path / "odd.csv", rows)
    with pytest.raises(ConvergenceError, match=r"got a(n effective|\sk-hat).*refit=True"):
        update(small_fit, path, refit=False)


def test_it_names_the_row_that_cannot_be(small_fit, tmp_path):
    """Hours written as minutes, beside a figure like others."""
    slip = dict(ROWS[0]) | {"series": "metr_th11_p50", "unit": "minutes", "value": 0.01}
    slip |= {"ci_low": 0.009, "ci_high": 0.011, "ci_level": 0.95}
    path = written(tmp_path / "slip.csv", [slip, ROWS[1]])
    hint = r"metr_th11_p50\|.* moves the draws most, check it for a slip"
    with pytest.raises(ConvergenceError, match=hint):
        update(small_fit, path, refit=False)


def test_time_alone_is_an_update(small_run):
    fit = small_run.fit
    found = update(fit, [], as_of="2026-09-01", refit=False)
    assert len(found.rows) == 0
    assert not found.refitted
    assert found.passing < 0
    table = found.table.set_index(["event", "quantity"])
    moved = table.loc[("end_to_end", "by 2028-12-31"), "change"]
    assert moved == pytest.approx(found.passing)
    years = found.before.events["event_year"]
    left = years.notnull().all("event") & (years > float(year_of_date("2026-09-01"))).all("event")
    by = (years.sel(event="end_to_end") <= float(year_of_date("2028-12-31"))).where(left)
    assert table.loc[("end_to_end", "by 2028-12-31"), "after"] == pytest.approx(float(by.mean()))
    with pytest.raises(EvidenceError, match="change nothing"):
        update(fit, [], refit=False)
    # A row that only this fit has.
    own = fit.panel.assign_coords(score=["own|row|||", *fit.panel["score"].values[1:]])
    with pytest.raises(ModelError, match=r"a fit with 'own\|row\|\|\|', which the shipped"):
        update(replace(fit, panel=own), [], as_of="2026-09-01", refit=False)


def test_a_series_that_is_not_fitted_needs_a_refit(small_run):
    """The same evidence under a card that leaves one series fewer out."""
    evidence, fit = small_run.evidence, small_run.fit
    panel = panel_of(fit.card, evidence)
    whole = {str(name) for name in panel["series"].values}
    kept = [name for name in fit.panel["series"].values if name != "gpqa_diamond"]
    less = fit.panel.sel(series=kept)
    less = less.sel(score=less["score_series"] != "gpqa_diamond")
    assert "gpqa_diamond" in whole
    with pytest.raises(ConvergenceError, match="scores of gpqa_diamond, which the fit does not"):
        update(replace(fit, panel=less), evidence, refit=False)


def test_an_audit_needs_a_refit(small_fit, tmp_path):
    row = {"audit": "own", "benchmark": "paperbench", "n_audited": 40, "n_flawed": 9}
    row |= {"sampling": "random", "weight": 1, "known_on": "2026-06-30", "source": "own"}
    pd.DataFrame([row]).to_csv(tmp_path / "checked.csv", index=False)
    with pytest.raises(ConvergenceError, match=r"an audit of paperbench.* that the fit has not"):
        update(small_fit, tmp_path / "checked.csv", refit=False)


def test_a_system_released_later_needs_a_refit(small_fit, tmp_path):
    """The draws of the frontier end on the as-of date of the fit."""
    system = {"system": "Nova 1", "lab": "Nova", "released": "2026-09-01", "tier": "flagship"}
    pd.DataFrame([system | {"source": "own"}]).to_csv(tmp_path / "who.csv", index=False)
    row = {"series": "gpqa_diamond", "system": "Nova 1", "value": 0.95, "known_on": "2026-09-02"}
    written(tmp_path / "mine.csv", [row])
    with pytest.raises(ConvergenceError, match=r"Nova 1, released after the as-of date of the fit"):
        update(small_fit, tmp_path, refit=False)


def test_a_revised_figure_takes_back_what_the_old_one_said(small_fit, small_run, tmp_path):
    """Rows, what went and what time did are the whole, by plain importance weights."""
    scores, panel = small_run.evidence.scores, small_fit.panel
    position = int(np.flatnonzero(panel["score_series"].values == "gpqa_diamond")[3])
    label = str(panel["score"].values[position])
    keys = ["series", "system", "scaffold", "effort", "reporter"]
    one = scores[scores[keys].agg("|".join, axis=1) == label].iloc[-1]
    value = float(panel["value"].values[position])
    row = {key: one[key] for key in keys} | {"value": value + 0.02, "vintage": "2026-06-30"}
    path = written(tmp_path / "revised.csv", [row])
    found = update(small_fit, path, refit=False)
    assert found.rows["value"].tolist() == pytest.approx([value + 0.02])
    assert found.gone != 0
    assert found.passing == 0
    change = found.table.set_index(["event", "quantity"]).loc[("end_to_end", "by 2028-12-31")]
    whole = found.rows["shift"].sum() + found.gone
    assert whole == pytest.approx(change["change"], abs=5 * max(change["mcse"], 0.002))
    assert abs(whole) < abs(found.gone)  # the old figure said nearly the same
    assert "figures replaced or known no more" in updated_text(found, found.after.verdict)


def test_after_a_refit_time_is_told_apart(small_fit, tmp_path, monkeypatch):
    """What no event until then says without any score, counted in the futures of the first fit."""
    later = replace(small_fit, tag=replace(small_fit.tag, as_of="2026-09-02"))
    monkeypatch.setattr(module, "fit_again", lambda *_, **__: later)
    system = {"system": "Nova 1", "lab": "Nova", "released": "2026-09-01", "tier": "flagship"}
    pd.DataFrame([system | {"source": "own"}]).to_csv(tmp_path / "who.csv", index=False)
    row = {"series": "gpqa_diamond", "system": "Nova 1", "value": 0.95, "known_on": "2026-09-02"}
    written(tmp_path / "mine.csv", [row])
    found = update(small_fit, tmp_path, event="proof_of_concept", day="2027-12-31")
    assert found.refitted
    assert found.asked == "proof_of_concept by 2027-12-31"
    day, known = float(year_of_date("2027-12-31")), float(year_of_date("2026-09-02"))
    dates = np.stack([found.before.years(name).values for name in found.before.event_names])
    valid = ~np.isnan(dates[0]) & ~(dates <= known).any(axis=0)
    asked = found.before.years("proof_of_concept").values
    expected = np.mean(asked[valid] <= day) - found.before.probability_by(
        "2027-12-31", "proof_of_concept"
    )
    assert found.passing == pytest.approx(expected)
    assert found.passing < -0.001
    text = updated_text(found, found.after.verdict)
    assert "fitted again, because reweighting met Nova 1, released after" in text
    told = " ".join(text.split())
    assert f"moves P({found.asked}) by {100 * expected:+.1f} points without any score" in told
    had = found.before.probability_by("2026-09-02", "proof_of_concept")
    assert f"{100 * had:.1f}% for proof_of_concept" in told


def test_rows_count_that_became_known_later(small_fit, tmp_path):
    """Without a day, the last one of the rows is taken: nothing is dropped in silence."""
    later = [row | {"known_on": "2026-08-15"} for row in ROWS]
    path = written(tmp_path / "mine.csv", later)
    found = update(small_fit, path, refit=False)
    assert len(found.rows) == 2
    assert found.fit.tag.as_of == "2026-08-15"
    with pytest.raises(EvidenceError, match=r"change nothing.*Rows may be known later"):
        update(small_fit, path, as_of="2026-07-31")


def test_an_audit_counts_that_became_known_after_the_scores(small_fit, tmp_path):
    row = {"audit": "own", "benchmark": "paperbench", "n_audited": 40, "n_flawed": 9}
    row |= {"sampling": "random", "weight": 1, "known_on": "2026-09-01", "source": "own"}
    pd.DataFrame([row]).to_csv(tmp_path / "checked.csv", index=False)
    written(tmp_path / "mine.csv", [one | {"known_on": "2026-08-15"} for one in ROWS])
    with pytest.raises(ConvergenceError, match="an audit of paperbench"):
        update(small_fit, tmp_path, refit=False)


def test_an_event_or_day_that_cannot_be_told_is_refused_first(small_fit, tmp_path):
    path = written(tmp_path / "mine.csv", ROWS)
    with pytest.raises(ModelError, match="end_to_ned"):
        update(small_fit, path, event="end_to_ned")
    with pytest.raises(DateError, match="got 'soon', expected an ISO date"):
        update(small_fit, path, day="soon")


def test_a_day_before_the_fit_is_refused_as_that(tmp_path):
    evidence = load_evidence("2026-06-30")
    fit, earlier = toy.fit(load_card("baseline"), evidence), cut(evidence, "2026-03-31")
    refused = "known by 2026-03-31, which is before the as-of date of the fit, expected a day from"
    with pytest.raises(ModelError, match=refused):
        update(fit, tmp_path / "none.csv", as_of="2026-03-31")
    with pytest.raises(ModelError, match=refused):
        update(fit, earlier)


def test_evidence_has_a_day_of_its_own(small_fit, small_run):
    with pytest.raises(ModelError, match="got as_of 2026-08-01 with evidence of 20"):
        update(small_fit, small_run.evidence, as_of="2026-08-01")


def test_rows_that_do_not_count_are_refused(small_fit, small_run, tmp_path):
    with pytest.raises(EvidenceError, match="scores that change nothing"):
        update(small_fit, small_run.evidence)
    with pytest.raises(EvidenceError, match="GPT-55"):
        update(small_fit, written(tmp_path / "wrong.csv", [ROWS[0] | {"system": "GPT-55"}]))


def test_a_warm_start_is_the_posterior_mean_of_what_is_known(small_fit):
    model = build(small_fit.panel, small_fit.card)
    cold = warm_start(model, small_fit.panel, small_fit.card, None)
    np.testing.assert_equal(cold, start(model, small_fit.panel, small_fit.card))
    warm = warm_start(model, small_fit.panel, small_fit.card, small_fit)
    posterior = small_fit.tree["posterior"].to_dataset()
    for name in ("capability_clock", "growth_drift", "fraction_log_tilt"):
        mean = posterior[name].mean(("chain", "draw")).values
        np.testing.assert_allclose(warm[name], mean)
    assert {variable.name for variable in model.free_RVs} <= set(warm)


def test_what_has_no_labels_and_another_size_starts_anew(small_fit):
    """Harness effects are rotated: the directions of another panel are of no use."""
    model = build(small_fit.panel, small_fit.card)
    tree = small_fit.tree.copy()
    posterior = tree["posterior"].to_dataset()
    assert posterior.sizes["harness_direction"] > 1
    tree["posterior"] = xr.DataTree(posterior.isel(harness_direction=slice(1, None)))
    warm = warm_start(model, small_fit.panel, small_fit.card, replace(small_fit, tree=tree))
    assert "harness_raw" not in warm
    assert "growth_drift" in warm


@pytest.mark.slow
def test_ten_later_rows_agree_with_a_refit(small_run, tmp_path):
    """Leave the ten figures out that became known last, fit, add them by weights; then fit all.

    For each headline probability the two differ by at most 3 Monte Carlo standard errors of a
    difference; with 2 a right answer would fail in every twentieth number.
    """
    card = replace(small_run.card, sampling=replace(small_run.card.sampling, draws=500))
    panel = small_run.fit.panel
    order = np.argsort(panel["known_on"].values, kind="stable")[::-1]
    shares = [
        i
        for i in order
        if panel["score_series"].values[i] in ("gpqa_diamond", "swe_bench_verified")
    ]
    chosen = panel["score"].values[shares[:10]]
    folder = tmp_path / "tables"
    folder.mkdir()
    for file in data_folder().glob("*.csv"):
        (folder / file.name).write_bytes(file.read_bytes())
    table = pd.read_csv(folder / "scores.csv", dtype=str, keep_default_na=False)
    keys = ["series", "system", "scaffold", "effort", "reporter"]
    labels = table[keys].agg("|".join, axis=1)
    table[~labels.isin(chosen)].to_csv(folder / "scores.csv", index=False)
    without = load_evidence(as_of=small_run.evidence.as_of, folder=folder)
    earlier = fit_again(card, without, seed=3)
    assert small_run.fit.tag.n_scores - earlier.tag.n_scores == 10
    found = update(earlier, small_run.evidence, refit=False)
    assert found.k_hat <= 0.7
    refit = forecast(fit_again(card, small_run.evidence, seed=4, begin=earlier))
    for name in refit.event_names:
        for day in ("2027-12-31", "2028-12-31", "2030-12-31"):
            row = found.table[(found.table["event"] == name)]
            row = row[row["quantity"] == f"by {day}"].iloc[0]
            theirs = refit.share_by(day, name)
            first = found.before.share_by(day, name)
            error = np.sqrt(theirs.mcse**2 + first.mcse**2 + row["mcse"] ** 2)
            assert abs(row["after"] - theirs.p) < 3 * error, (name, day)
