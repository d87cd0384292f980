"""How many short chains find the posterior, from where fits begin and from the mean of the priors.

    .venv/bin/python benchmarks/starts.py 2026-06-30 2025-03-31 2024-06-30

A chain counts as lost when after its warm-up of 300 draws the log density is 300 below the median
of all chains of that day: between chains that found it, it differs by some tens. Minutes a day.
"""

import sys

import numpy as np
import nutpie

import bayes_rsi as rsi
from bayes_rsi.inference.sample import panel_of
from bayes_rsi.model.build import build, start

CHAINS, BATCH, TUNE, LOST, PATIENCE = 48, 4, 300, 300, 60


def ends(compiled, settings):
    """Log density at the end of each chain; a batch that does not end in time stops where it is."""
    found = []
    for seed in range(CHAINS // BATCH):
        chains = nutpie.sample(
            compiled,
            draws=1,
            tune=TUNE,
            chains=BATCH,
            seed=seed,
            target_accept=settings.target_accept,
            save_warmup=True,
            progress_bar=False,
            blocking=False,
        )
        try:
            tree = chains.wait(timeout=PATIENCE)
        except TimeoutError:
            tree = chains.abort()
        logp = tree["warmup_sample_stats"]["logp"].values
        found += [chain[np.isfinite(chain)][-1] for chain in logp]
    return np.array(found)


def main(days):
    """Print a line for each day and beginning."""
    card = rsi.load_card("baseline")
    for day in days:
        panel = panel_of(card, rsi.load_evidence(as_of=day))
        model = build(panel, card)
        begun = start(model, panel, card)
        prior = {name: value for name, value in begun.items() if not name.endswith("_rise")}
        results = {
            name: ends(nutpie.compile_pymc_model(model, initial_points=points), card.sampling)
            for name, points in (("middle of the scores", begun), ("mean of the prior", prior))
        }
        line = np.median(np.concatenate(list(results.values()))) - LOST
        for name, found in results.items():
            print(f"{day} from the {name}: {np.sum(found < line)} of {found.size} lost", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:] or ["2026-06-30"])
