"""A small forecast with known draws, and a fit that samples nothing: for tests of what follows."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import xarray as xr

from bayes_rsi.cards import Card
from bayes_rsi.errors import StoreError
from bayes_rsi.evidence import Evidence, panel
from bayes_rsi.forecasting.result import Forecast
from bayes_rsi.posterior import Fit
from bayes_rsi.tags import Gate, Tag, Verdict
from bayes_rsi.transitions import TRANSITIONS
from bayes_rsi.units import year_of_date

HORIZON = "2075-12-31"
AS_OF = "2026-06-30"
#: Chains, draws, replicates.
SHAPE = (2, 50, 2)
SIZE = int(np.prod(SHAPE))

PASSED = Verdict((Gate("r_hat", 1.003, 1.01, True, "drift"), Gate("divergences", 0, 0, True)))
FAILED = Verdict(
    (Gate("r_hat", 1.2, 1.01, True, "drift"), Gate("e_bfmi", float("nan"), 0.3, False))
)
TAG = Tag("baseline", "a" * 64, AS_OF, "b" * 64, "0.1.0", 1, 1234, 150, 30)


def shuffled(values: Sequence[float] | np.ndarray, seed: int = 0) -> np.ndarray:
    """Give draws in an order without autocorrelation, as (chain, draw, replicate)."""
    return np.random.default_rng(seed).permutation(np.asarray(values, float)).reshape(SHAPE)


def years_of(counts: dict[str, int]) -> np.ndarray:
    """Give draws that fall on the days (or `never`, `later`, `past`) as often as said."""
    special = {"never": np.inf, "later": np.inf, "past": np.nan}
    draws = [
        special[day] if day in special else float(year_of_date(day))
        for day, count in counts.items()
        for _ in range(count)
    ]
    assert len(draws) == SIZE
    return np.array(draws)


def forecast(
    counts: dict[str, dict[str, int]] | None = None,
    tag: Tag = TAG,
    verdict: Verdict = PASSED,
    late_years: float = 0.0,
) -> Forecast:
    """Give a forecast whose draws fall as often as said on each day."""
    counts = counts or COUNTS
    years, never, binding = [], [], []
    for draws in counts.values():
        order = np.random.default_rng(3).permutation(SIZE)
        kinds = np.array([day for day, count in draws.items() for _ in range(count)])[order]
        values = years_of(draws)[order]
        years.append((values + late_years).reshape(SHAPE))
        never.append((kinds == "never").reshape(SHAPE))
        unbound = np.isin(kinds, ["never", "past"])
        last = np.where(unbound, -1, np.where(np.arange(SIZE) % 4 == 0, 1, 0))
        binding.append(last.reshape(SHAPE))
    dims = ("event", "chain", "draw", "replicate")
    events = xr.Dataset(
        {
            "event_year": (dims, np.stack(years)),
            "never": (dims, np.stack(never)),
            "binding": (dims, np.stack(binding)),
        },
        coords={"event": list(counts)},
        attrs={
            "horizon_year": float(year_of_date(HORIZON)),
            "requirements": {name: ["autonomy", "replication"] for name in counts},
            "left_out": {name: [] for name in counts},
        },
    )
    titles = {name: f"What '{name}' means" for name in counts}
    return Forecast(tag, verdict, events, frontier(), titles)


def frontier() -> xr.Dataset:
    """Give a frontier of straight lines: 2 to 3 doublings a year from 8 minutes in 2024."""
    dates = np.arange("2024-01-01", "2033-01-01", 91, dtype="datetime64[D]").astype(
        "datetime64[ns]"
    )
    passed = year_of_date(dates) - 2024.0
    rates = np.linspace(2.0, 3.0, SHAPE[0] * SHAPE[1]).reshape(SHAPE[:2])
    return xr.Dataset(
        {
            "frontier": (("chain", "draw", "date"), 3.0 + rates[..., None] * passed),
            "growth": (("chain", "draw"), rates),
        },
        coords={"date": dates},
    )


#: Hand counts out of 200: end_to_end by the end of 2027: 20, of 2028: 40, never 14.
COUNTS = {
    "end_to_end": {
        "2027-06-30": 20,
        "2028-06-30": 20,
        "2031-06-30": 80,
        "2050-06-30": 50,
        "later": 16,
        "never": 14,
    },
    "proof_of_concept": {"past": 40, "2027-03-31": 80, "2029-03-31": 76, "never": 4},
}


def fit(
    card: Card,
    evidence: Evidence,
    seed: int = 1,
    progress: Callable[[str, float | None], None] | None = None,
    verdict: Verdict = PASSED,
) -> Fit:
    """Give a fit without sampling, telling its stages as the real one does."""
    for stage, share in [("compiling", None), ("sampling", 0.3), ("sampling", 1.0)]:
        if progress is not None:
            progress(stage, share)
    scores = _panel(card, evidence)
    tag = _tag(card, scores, seed)
    return Fit(card, scores, law(card), verdict, tag, {"sampling": 1.5})


def law(card: Card) -> xr.DataTree:
    """Give draws of the parameters of a trend: about 0.1, and about 0 without scores."""
    draws = np.random.default_rng(5).normal(size=SHAPE[:2])
    groups = {"posterior": 0.1 + 0.05 * draws, "prior": 0.2 * draws}
    named = TRANSITIONS[card.trend].priors
    return xr.DataTree.from_dict(
        {
            group: xr.Dataset(dict.fromkeys(named, (("chain", "draw"), values)))
            for group, values in groups.items()
        }
    )


def project(fitted: Fit, group: str = "posterior") -> Forecast:
    """Give the toy forecast of a fit; that of its prior is the same."""
    del group
    return forecast(tag=fitted.tag, verdict=fitted.verdict)


def save(fitted: Fit, folder: str | Path) -> Path:
    """Keep the tag of a fit where the real one keeps its draws."""
    path = Path(folder) / "posterior.nc"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(fitted.tag.as_dict()), encoding="utf-8")
    return path


def load(card: Card, evidence: Evidence, folder: str | Path, seed: int = 1) -> Fit:
    """Give back a fit that `save` kept, if it is the one asked for."""
    path = Path(folder) / "posterior.nc"
    scores = _panel(card, evidence)
    tag = _tag(card, scores, seed)
    if json.loads(path.read_text(encoding="utf-8")) != tag.as_dict():
        raise StoreError(f"{path}: got a posterior of another tag, expected this one; fit again")
    return Fit(card, scores, xr.DataTree(), PASSED, tag)


def _panel(card: Card, evidence: Evidence) -> xr.Dataset:
    return panel(evidence, **asdict(card.evidence))


def _tag(card: Card, scores: xr.Dataset, seed: int) -> Tag:
    attrs, sizes = scores.attrs, scores.sizes
    counts = sizes["score"], sizes["system"], sizes["series"]
    return Tag(card.name, card.digest, attrs["as_of"], attrs["data_digest"], "0.1.0", seed, *counts)
