"""Ranks of simulation-based calibration beside those of simuk, on the same worlds.

    .venv/bin/uv pip install --target out/simuk --no-deps simuk tqdm
    PYTHONPATH=out/simuk .venv/bin/python benchmarks/simuk_ranks.py 5

simuk draws worlds from the reduced design without its censored horizons (it cannot draw again where
the censoring is another one), compiles the model anew for each and samples it with nutpie. The same
scores then go into the model compiled once. Both ranks are of the same truth in the same posterior,
so they differ by Monte Carlo errors alone: printed are the differences in standard errors, which
should be about standard normal, and the ratio of the times.
"""

import sys
import time
from dataclasses import replace

import numpy as np
import simuk
from arviz_stats.base import array_stats

from bayes_rsi.checks.sbc.simulations import panel
from bayes_rsi.checks.sbc.variants import reduced_card
from bayes_rsi.inference.again import opened
from bayes_rsi.inference.sample import quiet
from bayes_rsi.model.build import build

SEED, DRAWS = 8, 1000
#: Scalars whose ranks are compared.
WANTED = ("horizon_rate", "growth_drift", "gap_flagship", "slope_typical", "difficulty_ahead")


def share_and_error(below):
    """Share of draws below the truth and its Monte Carlo error; below has (chain, draw)."""
    share = below.mean()
    if share in (0.0, 1.0):
        return share, 1 / below.size
    ess = array_stats.ess(below.astype(float), chain_axis=0, draw_axis=1, method="mean")
    return share, np.sqrt(share * (1 - share) / ess)


def theirs(model, settings, count):
    """Run simuk and keep its fits."""
    chosen = {"draws": settings.draws, "tune": settings.tune, "chains": settings.chains}
    chosen |= {"target_accept": settings.target_accept, "nuts_sampler": "nutpie", "cores": 1}
    found = simuk.SBC(model, num_simulations=count, sample_kwargs=chosen, seed=SEED)
    scores = []
    inner = found._get_posterior_samples

    def noted(replicated_data):
        scores.append(replicated_data)
        return inner(replicated_data)

    found._get_posterior_samples = noted
    with quiet():
        found.run_simulations()
    return found, scores


def main(count):
    """Print the comparison."""
    plain = panel().isel(score=np.flatnonzero(panel()["censoring"].values == "none"))
    card = reduced_card()
    settings = replace(card.sampling, draws=DRAWS)
    begun = time.perf_counter()
    found, scores = theirs(build(plain, card), settings, count)
    middle = time.perf_counter()
    ours = opened(build(plain, card), plain, card)
    differences = []
    for number in range(count):
        fits = [
            found.posteriors[number].unstack("sample"),
            ours.sample(scores[number], settings, SEED + number)["posterior"].to_dataset(),
        ]
        for name in WANTED:
            truth = float(found.ref_params[name].isel(sample=number))
            below = [(fit[name].transpose("chain", "draw").values < truth) for fit in fits]
            (first, error), (second, other) = (share_and_error(each) for each in below)
            differences.append((second - first) / np.hypot(error, other))
            print(f"{number} {name}: simuk {first:.3f}, ours {second:.3f}", flush=True)
    ended = time.perf_counter()
    print(
        f"{len(differences)} ranks: standardised differences have mean {np.mean(differences):.2f}, "
        f"standard deviation {np.std(differences):.2f} and reach {np.abs(differences).max():.2f}; "
        f"simuk took {(middle - begun) / (ended - middle):.1f} times as long."
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
