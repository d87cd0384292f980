"""The first four recipes of CONTRIBUTING.md, performed to the letter on a copy of the tables.

The page is the only source of the rows, the cards, the commands and the errors: a recipe that no
longer works fails here, and so does one whose step could be left out.
"""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import handmade
import numpy as np
import pymc as pm
import pytest
import xarray as xr
from scipy import stats
from typer.testing import CliRunner

import bayes_rsi as rsi
from bayes_rsi.cards import load_card
from bayes_rsi.cli.app import app
from bayes_rsi.errors import CardError, ModelError
from bayes_rsi.evidence import data_folder, datapackage
from bayes_rsi.forecasting.events import check_events
from bayes_rsi.forecasting.project import forecast
from bayes_rsi.inference.sample import panel_of
from bayes_rsi.model.build import build, start

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
#: What the small model is fitted to, beside the series of a recipe.
KEPT = {"metr_th11_p50", "metr_th11_p80", "paperbench", "gpqa_diamond"}
BLOCK = re.compile(r"^ *```(\w+) ?(\S*)\n(.+?)^ *```$", re.DOTALL | re.MULTILINE)


def recipe(title: str) -> str:
    """Give the text below a heading."""
    return PAGE.partition(f". {title}\n")[2].partition("\n### ")[0]


def steps(title: str) -> list[tuple[str, str, str]]:
    """Give language, file and text of each block of a recipe, in order."""
    found = [(kind, file, dedent(text)) for kind, file, text in BLOCK.findall(recipe(title))]
    assert found, title
    return found


def dedent(text: str) -> str:
    """Take off the indent of the first line."""
    indent = re.match(" *", text).group()
    return "".join(line.removeprefix(indent) for line in text.splitlines(keepends=True))


def promised(title: str, without: str) -> str:
    """Give the error that a recipe promises for a step left out."""
    (line,) = [line for line in recipe(title).replace("\n  ", " ").splitlines() if without in line]
    return line.split("`")[-2]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a copy of the tables in `data`, in which commands run."""
    shutil.copytree(data_folder(), tmp_path / "data", ignore=shutil.ignore_patterns("synthetic"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def shipped():
    """The panel of the shipped tables."""
    return panel_of(load_card("baseline"), rsi.load_evidence())


def append(title: str, leave_out: str = "") -> None:
    """Append the rows of a recipe to their files, but those of one file."""
    for kind, file, text in steps(title):
        if kind == "csv" and file != leave_out:
            with Path(file).open("a", encoding="utf-8") as table:
                table.write(text)


def commands(title: str) -> list[str]:
    """Give the commands of a recipe."""
    return [
        line for kind, _, text in steps(title) if kind == "console" for line in text.splitlines()
    ]


def run(command: str) -> tuple[int, str]:
    """Run a command of a recipe in this process; give exit code and what it printed."""
    program, *words = shlex.split(command)
    if program == "bayes-rsi":
        result = CliRunner().invoke(app, words)
        return result.exit_code, result.output
    assert words[:2] == ["-m", "bayes_rsi.evidence.datapackage"], command
    problems = [str(problem) for problem in datapackage.verify(Path(words[-1]))]
    return datapackage.main(words[2:]), "\n".join(problems)


def toml(title: str, folder: Path, old: str = "", new: str = "") -> Path:
    """Write the card of a recipe, perhaps with something else in it."""
    ((_, file, text),) = [step for step in steps(title) if step[0] == "toml"]
    assert old in text
    path = folder / file
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def small(evidence: rsi.Evidence, *more: str) -> rsi.Card:
    """Give the baseline for few series."""
    whole, kept = load_card("baseline"), KEPT.union(more)
    table = evidence.series
    benchmarks = set(table["benchmark"][table["series"].isin(kept)])
    others = tuple(name for name in table["series"] if name not in kept | benchmarks)
    return replace(whole, evidence=replace(whole.evidence, exclude=others))


def compiled(card: rsi.Card, scores: xr.Dataset) -> tuple[pm.Model, dict, Callable]:
    """Build the model; give it, its first point, and the log densities of its variables."""
    model = build(scores, card)
    for name, value in start(model, scores, card).items():
        model.set_initval(model[name], value)
    variables = model.basic_RVs
    compute = model.compile_fn(model.logp(vars=variables, sum=False), mode="FAST_COMPILE")
    names = [variable.name for variable in variables]
    return (
        model,
        model.initial_point(),
        lambda point: dict(zip(names, compute(point), strict=True)),
    )


def test_a_series(folder):
    title = "A benchmark series"
    append(title)
    assert len(commands(title)) == 3
    for command in commands(title):
        assert run(command)[0] == 0, command
    card = load_card("baseline")
    scores = panel_of(card, rsi.load_evidence(folder="data"))
    assert np.sum(scores["score_series"].values == "example_bench") == 3
    early = panel_of(card, rsi.load_evidence("2026-01-14", "data"))
    assert "example_bench" not in early["series"].values


def test_a_system(folder):
    append("A system")
    for command in commands("A system"):
        assert run(command)[0] == 0, command
    card = load_card("baseline")
    scores = panel_of(card, rsi.load_evidence(folder="data"))
    of_system = scores["score_series"].values[scores["score_system"].values == "Example 1"]
    assert set(of_system) == {"paperbench", "swe_bench_verified"}
    early = panel_of(card, rsi.load_evidence("2026-02-09", "data"))
    assert "Example 1" not in early["system"].values


def test_both_have_parameters_that_the_density_depends_on(folder):
    append("A benchmark series")
    append("A system")
    evidence = rsi.load_evidence(folder="data")
    card = small(evidence, "example_bench")
    model, point, density = compiled(card, panel_of(card, evidence))
    assert "Example 1" in model.coords["system"]
    before = density(point)
    assert all(np.all(np.isfinite(values)) for values in before.values())
    place = list(model.coords["fraction_series"]).index("example_bench")
    own = np.array([n.startswith("example_bench|") for n in model.coords["fraction_score"]])
    moved = [
        model.rvs_to_values[rv].name
        for rv in model.free_RVs
        if model.named_vars_to_dims.get(rv.name) == ("fraction_series",)
    ]
    assert len(moved) >= 4
    for name in moved:
        value = point[name].copy()
        value[place] += 0.3
        after = density(point | {name: value})["fraction"]
        assert np.all(after[own] != before["fraction"][own]), name
        np.testing.assert_array_equal(after[~own], before["fraction"][~own])


@pytest.mark.parametrize(
    ("title", "file", "without"),
    [
        ("A benchmark series", "data/benchmarks.csv", "Without 1"),
        ("A system", "data/systems.csv", "Without 1"),
        ("A system", "data/aliases.csv", "Without 2"),
    ],
)
def test_a_row_left_out_is_asked_for(folder, title, file, without):
    append(title, leave_out=file)
    code, said = run(commands(title)[0])
    assert code == 2
    assert promised(title, without) in said


@pytest.mark.parametrize("title", ["A benchmark series", "A system"])
def test_without_scores_all_checks_pass_and_nothing_is_fitted(folder, shipped, title):
    append(title, leave_out="data/scores.csv")
    for command in commands(title):
        assert run(command)[0] == 0, command
    scores = panel_of(load_card("baseline"), rsi.load_evidence(folder="data"))
    assert scores.sizes == shipped.sizes
    absent = set(scores.attrs["absent_series"].split()) - set(
        shipped.attrs["absent_series"].split()
    )
    assert absent == ({"example_bench"} if title == "A benchmark series" else set())


def test_checksums_left_as_they_were_are_found(folder):
    title = "A benchmark series"
    append(title)
    _, _, verify = commands(title)
    code, said = run(verify)
    assert code == 1
    assert promised(title, "Without the second command") in said


def test_an_event(folder, shipped):
    card = load_card(toml("An event", folder))
    made = handmade.draws(series=("paperbench",))
    scores = handmade.panel({"paperbench": (0.0, 0.414)})
    only = replace(card, events={"replication": card.events["replication"]})
    found = forecast(handmade.fit(only, made, scores))
    assert "replication" in found.event_names
    assert 0 < found.probability_by("2030-12-31", "replication") <= 0.98
    base = load_card("baseline")
    assert set(card.events) == {*base.events, "replication"}
    check_events(card, shipped)


@pytest.mark.parametrize(
    ("title", "old", "new", "without"),
    [
        ("An event", 'never_why = "Judgement. Little is missing."\n', "", "Without `never_why`"),
        ("A prior", 'why = "Open-weight models may be two years behind."\n', "", "Without `why`"),
        ("A prior", "[priors.gap_open]", "[priors.gap_opne]", "Misspelt"),
        ("A prior", "[priors.gap_open]", "[priors.room]", "A prior of another trend"),
    ],
)
def test_a_card_without_a_key_is_refused_as_promised(folder, title, old, new, without):
    with pytest.raises(CardError, match=re.escape(promised(title, without))):
        load_card(toml(title, folder, old, new))


def test_an_event_without_lead_is_refused_as_promised(folder):
    text = toml("An event", folder).read_text(encoding="utf-8")
    path = folder / "short.toml"
    path.write_text(text.partition("[events.replication.lead]")[0], encoding="utf-8")
    with pytest.raises(CardError, match=re.escape(promised("An event", "Without `lead`"))):
        load_card(path)


def test_an_event_on_a_series_of_no_table_is_refused_as_promised(folder, shipped):
    card = load_card(toml("An event", folder, '"paperbench"', '"paperbnch"'))
    with pytest.raises(ModelError, match=re.escape(promised("An event", "paperbnch"))):
        check_events(card, shipped)


def test_a_prior(folder):
    card, base = load_card(toml("A prior", folder)), load_card("baseline")
    changed = {name for name in base.priors if card.priors[name] != base.priors[name]}
    assert changed == {"gap_open"}
    evidence = rsi.load_evidence(card.as_of)
    chosen = replace(card, evidence=small(evidence).evidence)
    model = build(panel_of(chosen, evidence), chosen)
    values = np.array([0.1, 0.8, 3.0])
    found = pm.logp(model["gap_open"], values).eval(mode="FAST_COMPILE")
    np.testing.assert_allclose(found, stats.halfnorm(scale=2.0).logpdf(values), rtol=1e-6)
