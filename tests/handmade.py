"""A fit made by hand: known draws of frontier and curves, a small panel, events that can be solved.

No sampler stands behind it, so that what follows a fit is tested against formulas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from bayes_rsi.cards import Card, Event, Prior, Requirement, load_card
from bayes_rsi.posterior import Fit
from bayes_rsi.tags import Gate, Tag, Verdict
from bayes_rsi.units import year_of_date

AS_OF = "2026-06-30"
CHAINS, DRAWS, REPLICATES = 2, 50, 3
#: Knots of the past; the distances between them differ, as those between real dates do.
DAYS = np.array(
    ["2025-06-30", "2025-09-29", "2025-12-29", "2026-03-31", AS_OF], dtype="datetime64[ns]"
)
YEARS = year_of_date(DAYS)
#: Floor and human baseline of each fraction series; `unaided` has no baseline.
SHARES = {"exam": (0.25, 0.8), "paper": (0.0, 0.4), "unaided": (0.0, np.nan)}
#: Human baselines of a speed-up and of a ratio, in their units.
GAINS = {"faster": ("speedup", 4.0), "against": ("ratio", 1.5)}
VERDICT = Verdict((Gate("r_hat", 1.002, 1.01, True, "growth"),))
TAG = Tag("handmade", "c" * 64, AS_OF, "d" * 64, "0.1.0", 7, 12, 4, 4)


def judged(family: str, *parameters: float) -> Prior:
    """Give a judged distribution."""
    return Prior("judged", family, parameters, "made up", "to test", "judgement")


def certain(value: float) -> Prior:
    """Give a distribution that is one number: its spread is lost in rounding."""
    return judged("normal", value, 1e-20)


def requirement(name: str, of: str | Prior) -> Requirement:
    """Give a requirement: parity on a series, or a judged horizon in minutes."""
    if isinstance(of, str):
        return Requirement(name, "parity", of, None, "to test")
    return Requirement(name, "horizon", "", of, "to test")


def event(name: str, requirements: Mapping[str, str | Prior], **changes: Any) -> Event:
    """Give an event without lead, lags and never unless told otherwise."""
    items = tuple(requirement(key, of) for key, of in sorted(requirements.items()))
    none = {"lead": certain(0.0), "taste_gap": None, "taste_free": 1.0, "adoption": None}
    rest = none | {"never": 0.0, "never_why": "to test"} | changes
    return Event(name=name, title=name.title(), why="to test", requirements=items, **rest)


def card(*events: Event, trend: str = "drifting", horizon: str = "2060-12-31", **settings) -> Card:
    """Give the baseline with other events, trend and settings of the projection."""
    whole = load_card("baseline")
    chosen = {"step_years": 0.25, "replicates": REPLICATES} | settings
    return replace(
        whole,
        trend=trend,
        forecast=replace(whole.forecast, horizon=horizon, **chosen),
        events={one.name: one for one in events},
    )


def draws(
    drift: float = 0.3, seed: int = 5, series: Sequence[str] = tuple(SHARES), size: int = DRAWS
) -> xr.Dataset:
    """Give draws of a frontier of about 2 doublings a year, and of the curves of the series."""
    rng = np.random.default_rng(seed)
    shape = (CHAINS, size)
    growth = 2.0 * np.exp(0.2 * rng.standard_normal((*shape, len(YEARS) - 1)))
    start = 7.0 + 0.5 * rng.standard_normal((*shape, 1))
    frontier = np.concatenate([start, start + np.cumsum(growth * np.diff(YEARS), axis=-1)], axis=-1)
    of_series, of_speedup, of_ratio = (
        ("chain", "draw", f"{kind}_series") for kind in ("fraction", "speedup", "ratio")
    )
    each = (*shape, len(series))
    return xr.Dataset(
        {
            "frontier": (("chain", "draw", "date"), frontier),
            "growth": (("chain", "draw"), growth[..., -1]),
            "growth_drift": (("chain", "draw"), drift * np.exp(0.1 * rng.standard_normal(shape))),
            "difficulty": (of_series, 10.0 + rng.standard_normal(each)),
            "slope": (of_series, np.exp(0.3 * rng.standard_normal(each))),
            "ceiling": (of_series, 1.0 - 0.1 * rng.random(each)),
            "speedup_difficulty": (of_speedup, 10.0 + rng.standard_normal((*shape, 1))),
            "speedup_slope_per_doubling": (of_speedup, 0.3 + rng.random((*shape, 1))),
            "speedup_limit": (of_speedup, 5.0 + 4.0 * rng.random((*shape, 1))),
            "ratio_parity": (of_ratio, 11.0 + rng.standard_normal((*shape, 1))),
            "ratio_slope_per_doubling": (of_ratio, 0.3 + rng.random((*shape, 1))),
        },
        coords={
            "chain": np.arange(CHAINS),
            "draw": np.arange(size),
            "date": DAYS,
            "fraction_series": list(series),
            "speedup_series": ["faster"],
            "ratio_series": ["against"],
        },
    )


def line(rate: float = 2.0, level: float = 10.0) -> xr.Dataset:
    """Give draws that are one straight frontier, at `level` doublings on the as-of date."""
    made = draws(drift=1e-12)
    made["frontier"] = (made["frontier"] * 0.0) + xr.DataArray(
        level + rate * (YEARS - YEARS[-1]), dims="date"
    )
    return made.assign(growth=made["growth"] * 0.0 + rate)


def with_horizons(posterior: xr.Dataset, seed: int = 8) -> xr.Dataset:
    """Add how a suite of time horizons, `span`, differs from the one that doublings are of."""
    rng, shape = np.random.default_rng(seed), posterior["growth"].shape
    of_horizon = ("chain", "draw", "horizon_series")
    return posterior.assign(
        horizon_stretch=(of_horizon, 0.8 + 0.1 * rng.random((*shape, 1))),
        horizon_offset=(of_horizon, 0.2 * rng.standard_normal((*shape, 1))),
        horizon_at_level=(("chain", "draw"), 8.0 + 0.1 * rng.standard_normal(shape)),
    ).assign_coords(horizon_series=["span"])


def panel(shares: Mapping[str, tuple[float, float]] = SHARES) -> xr.Dataset:
    """Give what the projection reads of a panel: kinds, floors and human baselines."""
    names = [*shares, *GAINS, "span"]
    kinds = ["fraction"] * len(shares) + [kind for kind, _ in GAINS.values()] + ["horizon"]
    floor = [pair[0] for pair in shares.values()] + [np.nan] * 3
    human = [pair[1] for pair in shares.values()] + [each for _, each in GAINS.values()] + [480.0]
    return xr.Dataset(
        {"kind": ("series", kinds), "floor": ("series", floor), "human": ("series", human)},
        coords={"series": names},
        # The last two are series that the shipped forecasts of others speak about.
        attrs={
            "as_of": AS_OF,
            "data_digest": "d" * 64,
            "absent_series": "later opqa remote_labor_index",
        },
    )


def fit(of: Card, posterior: xr.Dataset | None = None, scores: xr.Dataset | None = None) -> Fit:
    """Give a fit with a posterior, and a prior of one chain that is something else."""
    posterior = draws() if posterior is None else posterior
    prior = draws(seed=6).isel(chain=[0])
    tree = xr.DataTree.from_dict({"posterior": posterior, "prior": prior})
    return Fit(of, panel() if scores is None else scores, tree, VERDICT, TAG)


def whole_fit(size: int = 400, replicates: int = 5) -> Fit:
    """Give a fit with what the verbs ask for: three events, a known series, a log likelihood."""
    horizon, lead = judged("lognormal", 2.0**15, 1.5), judged("lognormal", 0.3, 0.5)
    last = {
        "taste_gap": judged("lognormal", 1.0, 0.8),
        "taste_free": 0.3,
        "adoption": judged("lognormal", 0.5, 0.7),
        "generation": judged("lognormal", 0.25, 0.7),
    }
    series = ("swe_bench_pro", "paperbench")
    needed = {"replication": "paperbench", "autonomy": horizon}
    of = card(
        event("end_to_end", needed, lead=lead, never=0.07, **last),
        event("engineering", needed, lead=lead, never=0.03),
        replicates=replicates,
    )
    posterior = with_horizons(draws(series=series, size=size))
    noise = {"horizon_scatter": 0.35, "horizon_shared": 0.64, "horizon_noise": 0.15}
    noise |= {"rounding": 0.005, "ratio_noise": 0.5}
    posterior = posterior.assign(
        **{name: xr.full_like(posterior["growth"], value) for name, value in noise.items()},
        frontier=posterior["frontier"] - 0.5,
        overdispersion=xr.full_like(posterior["slope"], 0.1),
        label_error=0.05 + 0.05 * (1.0 - posterior["ceiling"]),
        speedup_noise=xr.full_like(posterior["speedup_limit"], 0.5),
    )
    scores = panel({"swe_bench_pro": (0.0, np.nan), "paperbench": (0.0, 0.414)})
    growth = posterior["growth"]
    told = xr.concat([0.0 * growth, 0.8 * (growth - growth.mean())], "score")
    labels = ["swe_bench_pro|Old|||", "paperbench|New|||"]
    rows = {
        "score_series": ("score", list(series)),
        "score_system": ("score", ["Old", "New"]),
        "lab": ("system", ["Ours", "Theirs"]),
        "sd_log2": ("score", [np.nan, 0.8]),
        "value": ("score", [0.35, 0.2]),
        "censoring": ("score", ["none", "none"]),
        "lower": ("score", [np.nan, np.nan]),
        "upper": ("score", [np.nan, np.nan]),
        "released": ("system", np.array(["2025-08-07", "2026-01-20"], dtype="datetime64[ns]")),
        "n_items": ("series", np.full(scores.sizes["series"], 100.0)),
    }
    scores = scores.assign(rows).assign_coords(score=labels, system=["Old", "New"])
    found = fit(of, posterior, scores)
    found.tree["prior"] = xr.DataTree(draws(seed=6, series=series).isel(chain=[0]))
    found.tree["log_likelihood"] = xr.DataTree(
        told.assign_coords(score=labels).to_dataset(name="score_log_likelihood")
    )
    return found


def published(event: str, said: Mapping[str, float], *, last: str = "exact") -> pd.DataFrame:
    """Give a table `forecasts` in which somebody states probabilities of an event by some days."""
    rows = [
        {"event": event, "probability": p, "target_date": day, "bound": "exact"}
        for day, p in said.items()
    ]
    rows[-1]["bound"] = last
    quantiles = dict.fromkeys(["p10", "p25", "p50", "p75", "p90"], "")
    frame = pd.DataFrame(rows).assign(
        forecaster="Somebody",
        question="q",
        condition="",
        kind="probability",
        unit="probability",
        **quantiles,
    )
    return frame.assign(
        forecast_date=pd.Timestamp("2026-06-01"), target_date=pd.to_datetime(frame["target_date"])
    )
