"""What every test runs under: hypothesis without deadlines, figures without a screen.

And one real fit, sampled once for all tests that need one.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from bayes_rsi.cards import Card
    from bayes_rsi.evidence import Evidence
    from bayes_rsi.posterior import Fit

# Set before anything imports matplotlib, and inherited by the subprocesses of tests.
os.environ["MPLBACKEND"] = "Agg"

# A cache of compiled functions for each worker: numba numbers its files by what it finds when it
# looks, so two processes that compile one function for two signatures at once may share a number.
if WORKER := os.environ.get("PYTEST_XDIST_WORKER"):
    own = Path(__file__).parents[1] / ".pytest_cache" / "pytensor" / WORKER
    flags = [os.environ.get("PYTENSOR_FLAGS", ""), f"base_compiledir={own}"]
    os.environ["PYTENSOR_FLAGS"] = ",".join(filter(None, flags))

# No deadline: the first call of a compiled function may take seconds. CI draws the same
# examples every time, so that a red run can be repeated; at home each run draws new ones.
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("home", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "home")

#: Series of the small fit beside those that the card's events need: what defines doublings, two
#: with an audit, and a count.
SMALL_SERIES = {
    "erdos_aletheia",
    "gpqa_diamond",
    "metr_th11_p50",
    "metr_th11_p80",
    "swe_bench_verified",
}


@dataclass(frozen=True)
class SmallRun:
    """A real fit, what went in, and what it told on the way."""

    card: Card
    evidence: Evidence
    fit: Fit
    told: list[tuple[str, float | None]] = field(repr=False)


@pytest.fixture(scope="session")
def small_run() -> SmallRun:
    """Fit the baseline to nine series with few draws: some 45 s, to run and not to believe."""
    # Here, because it takes seconds and most tests need none of it.
    from bayes_rsi.cards import load_card
    from bayes_rsi.evidence import load_evidence
    from bayes_rsi.inference.sample import fit

    whole = load_card("baseline")
    evidence = load_evidence(whole.as_of)
    needed = [item.series for event in whole.events.values() for item in event.requirements]
    kept = SMALL_SERIES.union(needed)
    # A bare name may be that of a benchmark too, which would take all its series along.
    others = tuple(f"series:{name}" for name in evidence.series["series"] if name not in kept)
    card = replace(
        whole,
        evidence=replace(whole.evidence, exclude=others),
        sampling=replace(whole.sampling, chains=2, draws=150, tune=200),
        forecast=replace(whole.forecast, replicates=2),
    )
    told: list[tuple[str, float | None]] = []
    fitted = fit(card, evidence, seed=1, progress=lambda stage, share: told.append((stage, share)))
    return SmallRun(card, evidence, fitted, told)


@pytest.fixture(scope="session")
def small_fit(small_run: SmallRun) -> Fit:
    """A real fit for whoever needs one; it may not be changed in place."""
    return small_run.fit
