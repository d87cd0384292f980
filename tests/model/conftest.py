"""A panel small enough to compute by hand, the model built on it, and its values at a point."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pymc as pm
import pytest
import xarray as xr

from bayes_rsi.cards import Card, load_card
from bayes_rsi.model.build import build, start
from bayes_rsi.model.design import TIERS, Design, design
from bayes_rsi.units import year_of_date

AS_OF = "2026-06-30"
NAN = float("nan")

# Sorted as the panel sorts them: systems by release, series and scores by name.
SYSTEMS = (
    # system, released, tier, lab
    ("Alpha 1", "2022-03-01", "flagship", "Alpha"),
    ("Alpha 2", "2023-05-10", "flagship", "Alpha"),
    ("Beta 1", "2023-11-15", "open", "Beta"),
    ("Alpha 3 mini", "2024-08-01", "small", "Alpha"),
    ("Beta 2", "2025-04-01", "flagship", "Beta"),
    ("Gamma 1", "2026-02-01", "flagship", "Gamma"),
)
SERIES = (
    # series, kind, released, floor, human, flawed, sound
    ("exam", "fraction", "2022-01-01", 0.25, NAN, 12.0, 88.0),
    ("lab", "fraction", "2024-01-01", NAN, NAN, 0.0, 0.0),
    ("metr_th11_p50", "horizon", "2022-01-01", NAN, NAN, 0.0, 0.0),
    ("metr_th11_p80", "horizon", "2022-01-01", NAN, NAN, 0.0, 0.0),
    ("swe", "fraction", "2023-10-01", 0.0, 0.6, 0.0, 0.0),
)
SCORES = (
    # series, system, value, trials, sd, censoring, lower, upper
    ("exam", "Alpha 1", 0.30, 200, NAN, "none", NAN, NAN),
    ("exam", "Alpha 2", 0.45, 200, NAN, "none", NAN, NAN),
    ("exam", "Alpha 3 mini", 0.60, 200, NAN, "none", NAN, NAN),
    ("exam", "Beta 1", 0.52, 200, NAN, "none", NAN, NAN),
    ("exam", "Beta 2", 1.00, 20, NAN, "none", NAN, NAN),
    ("lab", "Alpha 3 mini", 0.30, 40, NAN, "none", NAN, NAN),
    ("lab", "Beta 1", 0.00, 40, NAN, "none", NAN, NAN),
    ("lab", "Gamma 1", 0.80, 120, NAN, "none", NAN, NAN),
    ("metr_th11_p50", "Alpha 1", 2.0, 0, 0.5, "none", NAN, NAN),
    ("metr_th11_p50", "Alpha 2", 8.0, 0, 0.4, "none", NAN, NAN),
    ("metr_th11_p50", "Alpha 3 mini", 20.0, 0, 0.6, "interval", 10.0, 40.0),
    ("metr_th11_p50", "Beta 2", 60.0, 0, NAN, "none", NAN, NAN),
    ("metr_th11_p50", "Gamma 1", 960.0, 0, 1.3, "right", NAN, NAN),
    ("metr_th11_p80", "Alpha 1", 1.0, 0, 0.5, "left", NAN, NAN),
    ("metr_th11_p80", "Alpha 2", 1.5, 0, 0.7, "none", NAN, NAN),
    ("metr_th11_p80", "Beta 2", 12.0, 0, 0.6, "none", NAN, NAN),
    ("swe", "Alpha 1", 0.00, 500, NAN, "none", NAN, NAN),
    ("swe", "Alpha 2", 0.12, 500, NAN, "none", NAN, NAN),
    ("swe", "Beta 2", 0.55, 500, NAN, "none", NAN, NAN),
    ("swe", "Gamma 1", 0.72, 500, NAN, "none", NAN, NAN),
)

# The kinds that only some panels have.
MORE_SERIES = (
    ("erdos", "count", "2025-06-01", NAN, NAN, 0.0, 0.0),
    ("kernels", "speedup", "2025-01-15", NAN, 4.0, 0.0, 0.0),
    ("versus", "ratio", "2024-11-22", NAN, 1.0, 0.0, 0.0),
)
MORE_SCORES = (
    ("erdos", "Beta 2", 0.0, 40, NAN, "none", NAN, NAN),
    ("erdos", "Gamma 1", 13.0, 700, NAN, "none", NAN, NAN),
    ("kernels", "Alpha 3 mini", 1.5, 0, NAN, "none", NAN, NAN),
    ("kernels", "Beta 2", 4.0, 0, NAN, "none", NAN, NAN),
    ("kernels", "Gamma 1", 52.0, 0, NAN, "none", NAN, NAN),
    ("versus", "Alpha 2", 0.2, 0, NAN, "none", NAN, NAN),
    ("versus", "Beta 2", 0.8, 0, NAN, "none", NAN, NAN),
    ("versus", "Gamma 1", 1.7, 0, NAN, "none", NAN, NAN),
)

# Two more figures of one system on one series.
AGAIN = (
    ("exam", "Alpha 2", 0.49, 200, NAN, "none", NAN, NAN),
    ("exam", "Alpha 2", 0.55, 200, NAN, "none", NAN, NAN),
)


def days(values: Any) -> np.ndarray:
    """Give dates as the panel holds them."""
    return np.array(values, dtype="datetime64[ns]")


def tiny_panel(series_rows: tuple = SERIES, score_rows: tuple = SCORES) -> xr.Dataset:
    """Lay the tables above out as `bayes_rsi.evidence.panel` does."""
    system, released, tier, lab = zip(*SYSTEMS, strict=True)
    series, kind, since, floor, human, flawed, sound = zip(*series_rows, strict=True)
    of, who, value, trials, sd, censoring, lower, upper = zip(*score_rows, strict=True)
    count = len(score_rows)
    on_score = {
        "score_system": np.array(who),
        "score_series": np.array(of),
        "value": np.array(value),
        "n_trials": np.array(trials, dtype="int64"),
        "sd_log2": np.array(sd),
        "censoring": np.array(censoring),
        "lower": np.array(lower),
        "upper": np.array(upper),
        "known_on": days([AS_OF] * count),
        "first_known": days([AS_OF] * count),
        "scaffold_family": np.array(["agent"] * count),
        "reporter": np.array(["author"] * count),
        "article": np.zeros(count, dtype=bool),
    }
    on_system = {"released": days(released), "tier": np.array(tier), "lab": np.array(lab)}
    missing = np.full(len(series_rows), NAN)
    on_series = {
        "benchmark": np.array(series),
        "kind": np.array(kind),
        "domain": np.array(["software_engineering"] * len(series_rows)),
        "role": np.array(["core"] * len(series_rows)),
        "floor": np.array(floor),
        "cap": missing,
        "human": np.array(human),
        "reliability": np.array([0.5 if name.endswith("p50") else NAN for name in series]),
        "n_items": missing,
        "series_released": days(since),
        "audit_flawed": np.array(flawed),
        "audit_sound": np.array(sound),
        # A quarter of what an audit finds flawed is scored correct all the same.
        "audit_credited": 0.25 * np.array(flawed),
        "audit_refused": 0.75 * np.array(flawed),
    }
    variables = {
        name: (dim, values)
        for dim, group in (("score", on_score), ("system", on_system), ("series", on_series))
        for name, values in group.items()
    }
    labels = [f"{row[0]}|{row[1]}|||author" for row in score_rows]
    coords = {"score": np.array(labels), "system": np.array(system), "series": np.array(series)}
    return xr.Dataset(
        variables,
        coords=coords,
        attrs={"as_of": AS_OF, "data_digest": "0" * 64, "absent_series": ""},
    )


@dataclasses.dataclass(frozen=True)
class World:
    """A panel, a card, their model, and its values at any point."""

    panel: xr.Dataset
    card: Card
    model: pm.Model
    at: Callable[[Mapping[str, np.ndarray]], dict[str, np.ndarray]]
    first: Mapping[str, np.ndarray]

    def point(self, seed: int, spread: float = 0.3) -> dict[str, np.ndarray]:
        """Give a point near the sampler's start, in the sampler's coordinates."""
        rng = np.random.default_rng(seed)
        return {
            name: np.asarray(value + spread * rng.standard_normal(np.shape(value)))
            for name, value in self.first.items()
        }

    def rows(self, kind: str, censored: bool | None = None) -> xr.Dataset:
        """Give the scores of a kind, each with the facts of its series beside it."""
        own = self.panel.drop_dims(["system", "series"])
        facts = self.panel.drop_dims(["score", "system"]).sel(series=own["score_series"])
        joined = own.merge(facts, join="exact", compat="no_conflicts")
        chosen = joined["kind"].values == kind
        if censored is not None:
            chosen &= (joined["censoring"].values != "none") == censored
        return joined.isel(score=np.flatnonzero(chosen))

    def of(self, values: Mapping[str, np.ndarray], name: str, labels: xr.DataArray) -> np.ndarray:
        """Give the elements of a variable that belong to labels of its dimension."""
        (dim,) = self.model.named_vars_to_dims[name]
        return (
            xr.DataArray(values[name], {dim: list(self.model.coords[dim])}, dim)
            .sel({dim: labels.values})
            .values
        )

    def frame(self, values: Mapping[str, np.ndarray]) -> tuple[float, float]:
        """Give level and pace of the capabilities: least squares, weighted by their scores."""
        names = self.panel["system"].values
        scored = self.panel["score_system"].values
        weights = np.array([np.count_nonzero(scored == name) for name in names], dtype=float)
        years = year_of_date(self.panel["released"].values)
        years = years - np.average(years, weights=weights)
        pace, level = np.polyfit(years, values["capability_clock"], 1, w=np.sqrt(weights))
        return float(level), float(pace)

    def place(self, values: Mapping[str, np.ndarray], systems: xr.DataArray) -> np.ndarray:
        """Give the places of systems in the population's frame."""
        level, pace = self.frame(values)
        return (self.of(values, "capability_clock", systems) - level) / pace

    def behind(self, values: Mapping[str, Any]) -> np.ndarray:
        """Give by how much the tier of each system is behind at least, shape (system, ...)."""
        least = [values["gap_flagship"] * 0.0, values["behind_small"], values["behind_open"]]
        of = {tier: np.asarray(x) for tier, x in zip(TIERS, least, strict=True)}
        return np.stack([of[tier] for tier in self.panel["tier"].values.tolist()])

    def since_middle(self, rows: xr.Dataset) -> np.ndarray:
        """Give years between release and the mean release of the systems scored on the series."""
        release = year_of_date(self.panel["released"].sel(system=rows["score_system"]).values)
        series = rows["score_series"].values
        return release - np.array([release[series == name].mean() for name in series])

    def drifted(self, values: Mapping[str, np.ndarray], kind: str) -> np.ndarray:
        """Give the capability behind the scores of a kind, drifted, in doublings."""
        rows = self.rows(kind)
        drift = self.of(values, "series_drift", rows["score_series"]) * values["horizon_rate"]
        capability = self.of(values, "capability", rows["score_system"])
        return capability + drift * self.since_middle(rows)


def world_of(panel: xr.Dataset, card: Card) -> World:
    """Build a model and compile, once, every variable and its log density in its own space."""
    model = build(panel, card)
    for name, value in start(model, panel, card).items():
        model.set_initval(model[name], value)
    told = [*model.free_RVs, *model.deterministics]
    labels = [rv.name for rv in told] + [f"logp {rv.name}" for rv in model.basic_RVs]
    outputs = [
        *model.replace_rvs_by_values(told),
        *model.logp(vars=model.basic_RVs, jacobian=False, sum=False),
    ]
    compute = model.compile_fn(outputs, mode="FAST_COMPILE")

    def at(point: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        return dict(zip(labels, compute(point), strict=True))

    return World(panel, card, model, at, model.initial_point())


@pytest.fixture(scope="session")
def panel() -> xr.Dataset:
    """The tiny panel; copy it before changing it."""
    return tiny_panel()


@pytest.fixture
def untouched() -> xr.Dataset:
    """A tiny panel that no model was built on yet."""
    return tiny_panel()


@pytest.fixture(scope="session")
def card() -> Card:
    """The shipped default with wider knots."""
    return dataclasses.replace(load_card("baseline"), knot_years=0.5)


@pytest.fixture(scope="session")
def world(panel: xr.Dataset, card: Card) -> World:
    """The tiny model, built and compiled once."""
    return world_of(panel, card)


@pytest.fixture(scope="session")
def plain(panel: xr.Dataset) -> World:
    """The same scores under the other choices: constant growth, no ceilings."""
    card = dataclasses.replace(load_card("constant"), knot_years=0.5, use_ceilings=False)
    return world_of(panel, card)


@pytest.fixture(scope="session")
def kinds(card: Card) -> World:
    """The same scores, and some of every other kind."""
    series, scores = sorted(SERIES + MORE_SERIES), sorted(SCORES + MORE_SCORES)
    return world_of(tiny_panel(tuple(series), tuple(scores)), card)


def varied(panel: xr.Dataset) -> xr.Dataset:
    """Give the panel with several harnesses on one series, and reports of developers."""
    series = panel["score_series"].values
    families = np.resize(["agent", "other", "agent", "", "other", "agent"], series.size)
    reporter = np.where(np.arange(series.size) % 3 == 0, "developer", "author")
    return panel.assign(
        scaffold_family=("score", np.where(series == "exam", families, "agent")),
        reporter=("score", reporter),
    )


@pytest.fixture
def everything() -> xr.Dataset:
    """A panel with every kind of metric, two labs, two domains, harnesses, repeated figures."""
    series, scores = sorted(SERIES + MORE_SERIES), sorted(SCORES + MORE_SCORES + AGAIN)
    panel = varied(tiny_panel(tuple(series), tuple(scores)))
    domain = np.where(panel["series"].values == "exam", "general_reasoning", "software_engineering")
    return panel.assign(lab=("system", np.array([*"AAAABB"])), domain=("series", domain))


@pytest.fixture(scope="session")
def mixed(panel: xr.Dataset, card: Card) -> World:
    """The same scores from several harnesses and reporters."""
    return world_of(varied(panel), card)


@pytest.fixture(scope="session")
def two_labs(panel: xr.Dataset, card: Card) -> World:
    """The same scores of systems of two labs, four systems and two."""
    return world_of(panel.assign(lab=("system", np.array([*"AAAABB"]))), card)


@pytest.fixture(scope="session")
def again(card: Card) -> World:
    """The same scores, and two more of one system on one series."""
    return world_of(tiny_panel(SERIES, tuple(sorted(SCORES + AGAIN))), card)


@pytest.fixture
def remade(card: Card) -> Callable[..., World]:
    """Build and compile a model of another panel, or of another card too."""
    return lambda panel, chosen=card: world_of(panel, chosen)


@pytest.fixture(params=["world", "plain"])
def either(request: pytest.FixtureRequest) -> World:
    """Each of the two models."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def arrays(panel: xr.Dataset, card: Card) -> Design:
    """The tiny panel as arrays."""
    return design(panel, card)


@pytest.fixture(scope="session")
def prior(world: World) -> xr.DataTree:
    """Draws from prior and prior predictive; no chain is run."""
    with world.model:
        return pm.sample_prior_predictive(
            400, random_seed=1, compile_kwargs={"mode": "FAST_COMPILE"}
        )
