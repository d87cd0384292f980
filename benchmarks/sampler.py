"""How much the two choices of the sampler's room gain, each as a ratio within one run.

    .venv/bin/python benchmarks/sampler.py

1. nutpie against PyMC's own NUTS: smallest bulk effective sample size per second, on the synthetic
   world that is shipped (the real panel takes PyMC's NUTS too long for a benchmark).
2. A stored posterior against a new fit of the same card: seconds.
"""

import tempfile
import time
from dataclasses import replace

import arviz as az
import numpy as np
import nutpie
import pymc as pm

import bayes_rsi as rsi
from bayes_rsi.cards import load_card
from bayes_rsi.evidence import data_folder, load_evidence
from bayes_rsi.inference.sample import panel_of
from bayes_rsi.model.build import build, start

DRAWS, TUNE, CHAINS = 500, 500, 2


def timed(step):
    begun = time.perf_counter()
    result = step()
    return result, time.perf_counter() - begun


def smallest_ess(tree):
    ess = az.ess(tree["posterior"].to_dataset()[["capability", "difficulty", "growth"]])
    return min(float(np.nanmin(values)) for values in ess.data_vars.values())


def samplers():
    card = load_card("baseline")
    # What the card leaves out are series of the real tables.
    card = replace(card, evidence=replace(card.evidence, exclude=()))
    panel = panel_of(card, load_evidence(folder=data_folder() / "synthetic" / "drifting"))
    model = build(panel, card)
    first = start(model, panel, card)
    compiled = nutpie.compile_pymc_model(model, initial_points=first)
    settings = {"draws": DRAWS, "tune": TUNE, "chains": CHAINS, "target_accept": 0.9}
    ours, ours_seconds = timed(
        lambda: nutpie.sample(compiled, seed=1, cores=1, progress_bar=False, **settings)
    )
    with model:
        pm.sample(
            nuts_sampler="pymc",
            draws=1,
            tune=1,
            chains=1,
            progressbar=False,
            quiet=True,
            compute_convergence_checks=False,
            initvals=first,
            random_seed=1,
        )
        theirs, theirs_seconds = timed(
            lambda: pm.sample(
                nuts_sampler="pymc",
                random_seed=1,
                cores=1,
                progressbar=False,
                quiet=True,
                compute_convergence_checks=False,
                initvals=first,
                **settings,
            )
        )
    return smallest_ess(ours) / ours_seconds, smallest_ess(theirs) / theirs_seconds


def storing():
    card = rsi.load_card("baseline")
    evidence = rsi.load_evidence(card.as_of)
    fit, fitting = timed(lambda: rsi.fit(card, evidence))
    with tempfile.TemporaryDirectory() as folder:
        _, writing = timed(lambda: rsi.save_fit(fit, folder))
        _, reading = timed(lambda: rsi.load_fit(card, evidence, folder))
    return fitting, writing, reading


if __name__ == "__main__":
    ours, theirs = samplers()
    print(
        f"smallest ESS per second: nutpie {ours:.1f}, PyMC {theirs:.1f}, ratio {ours / theirs:.1f}"
    )
    fitting, writing, reading = storing()
    print(
        f"seconds: fit {fitting:.1f}, write {writing:.1f}, read {reading:.1f}, "
        f"ratio of fit to read {fitting / reading:.1f}"
    )
