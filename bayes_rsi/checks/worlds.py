"""Synthetic worlds: tables of figures whose truth is known.

Invariant: NumPy only, in doublings, and without a line of `bayes_rsi.model`, so that an error there
cannot hide in here; the same seed gives the same files, byte for byte.

    python -m bayes_rsi.checks.worlds data/synthetic/drifting
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bayes_rsi.errors import reported
from bayes_rsi.evidence import TABLES
from bayes_rsi.files import usable_folder
from bayes_rsi.units import date_of_year, year_of_date

__all__ = ["AS_OF", "FIRST_GROWTH", "Size", "World", "simulate", "write"]

AS_OF = "2026-06-30"
STEP = 0.25
REFERENCE = "metr_th11_p50"
#: Doublings of the frontier at the as-of date, and doublings per year at the start.
LEVEL, FIRST_GROWTH = 9.5, 1.7
DRIFT = 0.32
#: In effective years (frontier years between the two pins of the baseline card).
GAPS = {"flagship": 0.12, "small": 0.45, "open": 0.9}
SCATTER, AHEAD, MISS = 0.22, 0.7, 0.8
PINS = (2.5, 0.5)
#: Share of system-series pairs that somebody measured.
MEASURED = 0.35
DEVIATION, PUBLISHED_SD, OWN_SHARE, EXTRA = 0.3, 0.6, 0.6, 0.1
OFFSET_80 = -2.3

Row = dict[str, Any]
#: Doublings per year in intervals of `STEP` years, from the decimal years of their middles.
Growth = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Size:
    """How much of everything a world has.

    Parameters
    ----------
    systems, series, audited, horizons : int
        Systems, series of shares, those of them with an audit, and systems with time horizons.
    edge : float
        Shares lie this far inside of 0 and 1 at least.
    """

    systems: int = 90
    series: int = 16
    audited: int = 5
    horizons: int = 36
    edge: float = 0.0


@dataclass(frozen=True)
class World:
    """Tables and their truth.

    Parameters
    ----------
    tables : mapping of str to list of dict
        Rows of each table of `bayes_rsi.evidence.TABLES`.
    truth : mapping
        ``frontier`` (ISO date to doublings), ``growth`` (doublings per year at the as-of date),
        ``capability`` (system to doublings), ``series`` (id to difficulty in doublings, slope in
        logit per doubling, ceiling, label error) and ``settings``.
    """

    tables: Mapping[str, list[Row]]
    truth: Mapping[str, Any]


@dataclass(frozen=True)
class _Frontier:
    years: np.ndarray
    values: np.ndarray

    def at(self, years: Any) -> Any:
        return np.interp(years, self.years, self.values)

    @property
    def per_effective_year(self) -> float:
        early, late = self.at(self.years[-1] - np.array(PINS))
        return float((late - early) / (PINS[0] - PINS[1]))


@dataclass(frozen=True)
class _Dice:
    figures: np.random.Generator
    plan: np.random.Generator


def simulate(
    seed: int, growth: Growth | None = None, size: Size = Size(), plan: int | None = None
) -> World:
    """Simulate a world.

    Parameters
    ----------
    seed : int
        Seed of everything random in it.
    growth : callable, optional
        Doublings per year from decimal years, both of shape (interval,). Default: a random walk of
        the logarithm, from `FIRST_GROWTH` on.
    size : Size
        How much of everything there is.
    plan : int, optional
        Seed of what has nothing to do with how good anybody is: release dates, tiers, floors,
        sizes, and who is measured on what. Worlds of one plan differ in their figures alone.
        Default: `seed`, in one stream with the rest.

    Returns
    -------
    World
        Tables and truth, written to disk by `write`.

    Examples
    --------
    >>> sorted(simulate(1).tables["scores"][0])[:3]
    ['article', 'censoring', 'ci_high']
    """
    rng = np.random.default_rng(seed)
    dice = _Dice(rng, rng if plan is None else np.random.default_rng(plan))
    frontier = _frontier(rng, growth)
    systems = _systems(dice, frontier, size.systems)
    series = _series(dice, frontier, size)
    shares = _fractions(dice, systems, series, size.edge)
    scores = shares + _horizons(dice, systems, size.horizons)
    tables = {
        "systems": [_system_row(item) for item in systems],
        "aliases": [{"alias": "system-00", "system": "System 00"}],
        "benchmarks": [_benchmark_row(item) for item in series] + _horizon_rows(),
        "audits": [_audit_row(item) for item in series if item["audit"]],
        "scores": sorted(scores, key=lambda row: (row["series"], row["system"])),
        "forecasts": [_forecast_row()],
    }
    days = [date_of_year(year).isoformat() for year in frontier.years]
    keys = ("difficulty", "slope", "ceiling", "label_error")
    truth = {
        "settings": {"seed": seed, "as_of": AS_OF, "drift": DRIFT, "gaps": GAPS},
        "frontier": dict(zip(days, np.round(frontier.values, 6).tolist(), strict=True)),
        "growth": round(float(np.diff(frontier.values)[-1] / STEP), 6),
        "capability": {item["system"]: round(item["capability"], 6) for item in systems},
        "series": {item["series"]: {k: round(float(item[k]), 6) for k in keys} for item in series},
    }
    return World(tables, truth)


def _frontier(rng: np.random.Generator, given: Growth | None) -> _Frontier:
    end = float(year_of_date(AS_OF))
    years = end - STEP * np.arange(22, -1, -1)
    walk = np.concatenate([[0.0], DRIFT * np.sqrt(STEP) * rng.standard_normal(21)])
    growth = FIRST_GROWTH * np.exp(np.cumsum(walk))
    if given is not None:
        growth = given(years[:-1] + STEP / 2)
    values = np.concatenate([[0.0], np.cumsum(growth * STEP)])
    return _Frontier(years, values - values[-1] + LEVEL)


def _systems(dice: _Dice, frontier: _Frontier, count: int) -> list[Row]:
    first, last = frontier.years[0], frontier.years[-1]
    # More systems are released each year than the year before.
    released = first + (last - first) * np.sort(dice.plan.random(count)) ** 0.6
    unit = frontier.per_effective_year
    found = []
    for number, year in enumerate(released):
        tier = str(dice.plan.choice(list(GAPS), p=[0.5, 0.2, 0.3]))
        rng = dice.figures
        below = rng.exponential(GAPS[tier]) + SCATTER * rng.standard_normal()
        day = date_of_year(float(year))
        capability = float(frontier.at(float(year_of_date(day))) - unit * below)
        row = {"system": f"System {number:02d}", "tier": tier, "released": day.isoformat()}
        found.append(row | {"year": float(year), "capability": capability})
    return found


def _series(dice: _Dice, frontier: _Frontier, size: Size) -> list[Row]:
    rng, plan = dice.figures, dice.plan
    unit, found = frontier.per_effective_year, []
    for number in range(size.series):
        year = float(plan.uniform(frontier.years[0] + 0.5, frontier.years[-1] - 0.3))
        aim = AHEAD + MISS * rng.standard_normal()
        error, kept = rng.beta(1.2, 18.0), rng.beta(2.0, 2.0)
        item: Row = {
            "series": f"series_{number:02d}",
            "released": date_of_year(year).isoformat(),
            "floor": float(plan.choice([0.0, 0.0, 0.25])),
            "n_items": int(plan.integers(80, 600)),
            "difficulty": float(frontier.at(year) + unit * aim),
            "slope": float(1.8 * np.exp(0.45 * rng.standard_normal()) / unit),
            "label_error": float(error),
            "ceiling": float(1 - error * (1 - kept)),
            "overdispersion": float(0.1 * np.exp(0.4 * rng.standard_normal())),
            "audit": None,
        }
        if number < size.audited:
            looked = min(int(plan.integers(100, 300)), item["n_items"])
            item["audit"] = (looked, int(rng.binomial(looked, error)))
        found.append(item)
    return found


def _fractions(dice: _Dice, systems: list[Row], series: list[Row], edge: float) -> list[Row]:
    rows = []
    for item in series:
        for system in systems:
            if dice.plan.random() > MEASURED:
                continue
            climb = 1 / (1 + np.exp(-item["slope"] * (system["capability"] - item["difficulty"])))
            mean = item["floor"] + (item["ceiling"] - item["floor"]) * climb
            spread = np.sqrt(
                mean * (1 - mean) * (1 / item["n_items"] + item["overdispersion"] ** 2)
            )
            value = float(np.clip(dice.figures.normal(mean, spread), edge, 1 - edge))
            rows.append(_score(item["series"], system, round(value, 4), "fraction"))
    return rows


def _horizons(dice: _Dice, systems: list[Row], count: int) -> list[Row]:
    rng, rows = dice.figures, []
    for place in sorted(dice.plan.choice(len(systems), count, replace=False)):
        system = systems[place]
        own = system["capability"] + DEVIATION * rng.standard_normal()
        for series, offset in ((REFERENCE, 0.0), ("metr_th11_p80", OFFSET_80)):
            error = np.hypot(OWN_SHARE * PUBLISHED_SD, EXTRA) * rng.standard_normal()
            row = _score(series, system, float(2 ** (own + offset + error)), "minutes")
            half = 2 ** (1.959964 * PUBLISHED_SD)
            ends = {"ci_low": row["value"] / half, "ci_high": row["value"] * half}
            rows.append(row | {k: float(f"{v:.6g}") for k, v in ends.items()} | {"ci_level": 0.95})
    return rows


def _score(series: str, system: Row, value: float, unit: str) -> Row:
    return {
        "series": series,
        "system": system["system"],
        "value": float(f"{value:.6g}"),
        "unit": unit,
        "ci_low": "",
        "ci_high": "",
        "ci_level": "",
        "censoring": "none",
        "reporter": "author",
        "known_on": system["released"],
        "known_on_basis": "release",
        "article": "no",
        "source": "simulated",
    }


def _system_row(item: Row) -> Row:
    kept = {key: item[key] for key in ("system", "released", "tier")}
    return kept | {"lab": "simulated", "source": "simulated"}


def _benchmark_row(item: Row) -> Row:
    kept = {key: item[key] for key in ("series", "released", "floor", "n_items")}
    shared = {"kind": "fraction", "unit": "fraction", "domain": "general_reasoning"}
    return _described(kept | shared) | {"cap": 1}


def _horizon_rows() -> list[Row]:
    shared = {"kind": "horizon", "unit": "minutes", "domain": "long_horizon_autonomy"}
    pair = ((REFERENCE, 0.5), ("metr_th11_p80", 0.8))
    return [_described({"series": name, "reliability": level} | shared) for name, level in pair]


def _described(row: Row) -> Row:
    name = row["series"]
    texts = {"benchmark": name, "title": name, "role": "core", "article": "no"}
    return row | texts | {"source": "simulated"}


def _audit_row(item: Row) -> Row:
    looked, flawed = item["audit"]
    return {
        "audit": f"audit_{item['series']}",
        "benchmark": item["series"],
        "n_audited": looked,
        "n_flawed": flawed,
        "n_items": item["n_items"],
        "sampling": "random",
        "weight": 1.0,
        "known_on": item["released"],
        "source": "simulated",
    }


def _forecast_row() -> Row:
    return {
        "forecaster": "Nobody",
        "question": "Will it happen in the simulated world?",
        "event": "end_to_end",
        "kind": "probability",
        "probability": 0.5,
        "target_date": "2028-12-31",
        "forecast_date": AS_OF,
        "article": "no",
        "source": "simulated",
    }


def write(world: World, folder: str | Path) -> None:
    """Write a world as the CSV files of an evidence folder, and its truth as truth.json.

    Parameters
    ----------
    world : World
        The world.
    folder : path
        Made when missing.
    """
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    for name, rows in world.tables.items():
        with (place / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, TABLES[name].names, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    text = json.dumps(world.truth, indent=1) + "\n"
    (place / "truth.json").write_text(text, encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the world that the notebook fits.

    Parameters
    ----------
    arguments : sequence of str, optional
        Default: those of the command line.
    """
    parser = argparse.ArgumentParser(prog="python -m bayes_rsi.checks.worlds")
    parser.add_argument("out", type=Path, help="folder of the tables and of truth.json")
    chosen = parser.parse_args(arguments)
    with reported(parser.prog):
        write(simulate(seed=9), usable_folder(chosen.out))


if __name__ == "__main__":
    main()
