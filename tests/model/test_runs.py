"""The model of runs: its log density by other means, and what its parameters mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pymc as pm
import pytest
import xarray as xr
from scipy import integrate, stats

from bayes_rsi.cards import RunsCard, load_runs_card
from bayes_rsi.evidence import check_runs, lay_out
from bayes_rsi.model.runs import runs_model

TASKS = (
    # task, family, human_minutes, human_source, chance
    ("count", "words", 1.5, "estimate", 0.0),
    ("guess", "words", 12.0, "baseline", 0.25),
    ("port", "code", 95.0, "external_qa", 0.0),
    ("sort", "code", 6.0, "baseline", 0.0),
)
COUNTS = {
    "Alpha": {"count": (5, 8), "guess": (3, 8), "port": (0, 4), "sort": (2, 7)},
    "Beta": {"count": (8, 8), "port": (1, 30), "sort": (6, 6)},
}


def frame() -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "task": task,
                "family": family,
                "human_minutes": minutes,
                "human_source": source,
                "chance": chance,
                "system": system,
                "successes": counts[task][0],
                "attempts": counts[task][1],
            }
            for system, counts in COUNTS.items()
            for task, family, minutes, source, chance in TASKS
            if task in counts
        ]
    )


@dataclass(frozen=True)
class World:
    """A small model, and its values at a point."""

    runs: xr.Dataset
    card: RunsCard

    @cached_property
    def model(self) -> pm.Model:
        return runs_model(self.runs, self.card)

    @cached_property
    def compiled(self) -> Any:
        model = self.model
        wanted = [*model.unobserved_value_vars, *model.logp(sum=False)]
        labels = [v.name for v in model.unobserved_value_vars]
        labels += [f"logp {v.name}" for v in model.basic_RVs]
        return labels, model.compile_fn(wanted, inputs=model.value_vars, mode="FAST_COMPILE")

    def at(self, point: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Every variable and the log density of every basic one."""
        labels, function = self.compiled
        return dict(zip(labels, function(point), strict=True))

    def point(self, seed: int) -> dict[str, np.ndarray]:
        rng = np.random.default_rng(seed)
        start = self.model.initial_point(random_seed=seed)
        return {name: value + rng.normal(0, 0.4, np.shape(value)) for name, value in start.items()}


@pytest.fixture(scope="module")
def world() -> World:
    return World(lay_out(check_runs(frame())), load_runs_card())


def expected_counts(
    runs: xr.Dataset, values: Mapping[str, np.ndarray], chance: float | None = None
) -> np.ndarray:
    """Log density of the counts, row by row, from the formulas of the docs."""
    tasks, systems = runs["task"].values.tolist(), runs["system"].values.tolist()
    found = []
    for row in range(runs.sizes["run"]):
        one = runs.isel(run=row)
        task, system = (
            tasks.index(str(one["run_task"].values)),
            systems.index(str(one["run_system"].values)),
        )
        reach = values["halfway"][system] - values["task_difficulty"][task]
        guess = float(runs["chance"][task]) if chance is None else chance
        rate = guess + (1 - guess) / (1 + np.exp(-values["task_slope"][system] * reach))
        rho = values["overdispersion"]
        law = stats.betabinom(
            int(one["attempts"]), rate * (1 / rho - 1), (1 - rate) * (1 / rho - 1)
        )
        found.append(law.logpmf(int(one["successes"])))
    return np.array(found)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_counts_have_the_density_of_the_formula(world: World, seed: int) -> None:
    values = world.at(world.point(seed))
    found = values["logp run_successes"]
    np.testing.assert_allclose(found, expected_counts(world.runs, values), rtol=1e-6)
    # Without chance, or with another slope, it is another density.
    assert not np.allclose(found, expected_counts(world.runs, values, chance=0.0), rtol=1e-3)
    other = dict(values) | {"task_slope": values["task_slope"][::-1]}
    assert not np.allclose(found, expected_counts(world.runs, other), rtol=1e-3)


@pytest.mark.parametrize("seed", [1, 2])
def test_difficulties_and_human_times_follow_from_bayes_rule_by_quadrature(
    world: World, seed: int
) -> None:
    """Mean and variance of each true time given the measured one, and the density of that one."""
    values, runs = world.at(world.point(seed)), world.runs
    typical, spread = float(values["length_typical"]), float(values["length_spread"])
    families = runs["family"].values.tolist()
    for place, source in enumerate(runs["human_source"].values):
        error = float(values[f"human_error_{source}"])
        measured = float(runs["log2_minutes"][place])

        def joint(true: float, measured: float = measured, error: float = error) -> float:
            return float(
                stats.norm.pdf(true, typical, spread) * stats.norm.pdf(measured, true, error)
            )

        def moment(power: int, joint: Any = joint) -> float:
            bounds = (typical - 40, typical + 40)
            points = [measured, typical]  # noqa: B023
            return float(integrate.quad(lambda t: t**power * joint(t), *bounds, points=points)[0])

        mass = moment(0)
        mean = moment(1) / mass
        variance = moment(2) / mass - mean**2
        assert values["logp human_time"][place] == pytest.approx(np.log(mass), rel=1e-5)
        own = np.sqrt(variance + float(values["task_spread"]) ** 2)
        effect = values["family_effect"][families.index(str(runs["task_family"][place].values))]
        due = mean + effect + own * values["task_raw"][place]
        assert values["task_difficulty"][place] == pytest.approx(due, rel=1e-5)


def test_raw_variables_are_standard_normal_and_effects_scale_with_their_spread(
    world: World,
) -> None:
    values = world.at(world.point(4))
    for name in ("slope_raw", "family_raw", "task_raw"):
        np.testing.assert_allclose(values[f"logp {name}"], stats.norm.logpdf(values[name]))
    np.testing.assert_allclose(
        values["family_effect"], values["family_spread"] * values["family_raw"]
    )
    logs = np.log(values["task_slope"] / values["slope_typical"])
    np.testing.assert_allclose(logs, values["slope_spread"] * values["slope_raw"])


def test_a_prior_of_the_card_is_that_of_the_model(world: World) -> None:
    values = world.at(world.point(5))
    for name in ("halfway", "overdispersion"):  # without and with a change of variable
        prior = world.card.priors[name]
        due = prior.log_density(values[name])
        if name == "overdispersion":
            due = due + np.log(values[name] * (1 - values[name]))
        np.testing.assert_allclose(values[f"logp {name}"], due, rtol=1e-6)


def test_a_system_is_halfway_where_an_ordinary_task_is_solved_half_of_the_time(
    world: World,
) -> None:
    """All human times exact and all tasks ordinary: at `halfway` the rate is one half."""
    point = world.point(6)
    sources = ("baseline", "estimate", "external_qa")
    point |= {name: np.zeros_like(point[name]) for name in ("family_raw", "task_raw")}
    point |= {f"human_error_{source}_log__": np.array(-30.0) for source in sources}
    lengths = world.runs["log2_minutes"].values
    np.testing.assert_allclose(world.at(point)["task_difficulty"], lengths, atol=1e-9)
    task = world.runs["task"].values.tolist().index("sort")
    system = world.runs["system"].values.tolist().index("Beta")
    point["halfway"] = np.where(np.arange(2) == system, lengths[task], point["halfway"])
    values = world.at(point)
    rho = float(values["overdispersion"])
    half = stats.betabinom(6, 0.5 * (1 / rho - 1), 0.5 * (1 / rho - 1)).logpmf(6)
    row = world.runs["run"].values.tolist().index("sort|Beta")
    assert values["logp run_successes"][row] == pytest.approx(half, rel=1e-6)


def test_only_sources_that_occur_have_an_error(world: World) -> None:
    assert "human_error_qa" not in world.model.named_vars
    assert "human_error_external_qa" in world.model.named_vars


def test_a_hopeless_and_a_trivial_task_keep_finite_densities(world: World) -> None:
    point = world.point(7)
    for far in (-400.0, 400.0):
        values = world.at(point | {"halfway": np.full(2, far)})
        assert np.isfinite(values["logp run_successes"]).all()


def test_a_row_of_an_unknown_task_is_no_silent_index(world: World) -> None:
    """Numba checks no bounds, so a label without a place must fail before anything is compiled."""
    wrong = world.runs.assign(run_task=world.runs["run_task"].str.replace("sort", "srt"))
    with pytest.raises(KeyError, match="srt"):
        runs_model(wrong, world.card)


def test_another_card_is_another_density(world: World) -> None:
    prior = replace(world.card.priors["halfway"], parameters=(0.0, 1.0))
    card = replace(world.card, priors={**world.card.priors, "halfway": prior})
    point = world.point(8)
    before, after = world.at(point), World(world.runs, card).at(point)
    assert not np.allclose(before["logp halfway"], after["logp halfway"])
    np.testing.assert_allclose(before["logp run_successes"], after["logp run_successes"])
