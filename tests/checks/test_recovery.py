"""The model finds the truth of a synthetic world, and a wrong model does not, in three of them.

Limits are two-sided: (truth - mean)' covariance^-1 (truth - mean) is chi-squared with as many
degrees of freedom as there are numbers, if the posterior is right. A fit that is too sure fails
above, one that is too vague below. Each group of numbers raises a false alarm in one world of a
thousand. Distances of several worlds add up: what one world does not tell three together may.
"""

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from bayes_rsi.cards import load_card
from bayes_rsi.checks.worlds import AS_OF, simulate, write
from bayes_rsi.evidence import data_folder, load_evidence
from bayes_rsi.inference.sample import fit

WORLD = data_folder() / "synthetic" / "drifting"
#: Seeds of further worlds like the shipped one.
OTHERS = (10, 11)
FALSE_ALARM = 0.001
GROUPS = ("frontier", "growth", "capability", "difficulty", "log_slope", "ceiling")


def truth_of(folder):
    return json.loads((folder / "truth.json").read_text(encoding="utf-8"))


def fitted(folder=WORLD, **changes):
    card = load_card("baseline")
    sampling = replace(card.sampling, draws=1000, tune=800)
    chosen = replace(card.evidence, exclude=())  # it names series of the real tables
    return fit(
        # Its events ask for series that this world does not have.
        replace(card, sampling=sampling, evidence=chosen, events={}, **changes),
        load_evidence(AS_OF, folder),
        seed=1,
    )


# Six fits of a hundred systems.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def right():
    return fitted()


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """Folders of the further worlds."""
    folders = [tmp_path_factory.mktemp(f"world_{seed}") for seed in OTHERS]
    for seed, folder in zip(OTHERS, folders, strict=True):
        write(simulate(seed), folder)
    return folders


@pytest.fixture(scope="module")
def right_elsewhere(elsewhere):
    return [(fitted(folder), truth_of(folder)) for folder in elsewhere]


@pytest.fixture(scope="module")
def wrong_elsewhere(elsewhere):
    return [(fitted(folder, use_ceilings=False), truth_of(folder)) for folder in elsewhere]


def rank(found, group, truth=None):
    """Share of the chi-squared distribution below the distance of the truth."""
    return together([(found, truth_of(WORLD) if truth is None else truth)], group)


def together(pairs, group):
    """The same of the distances in several worlds, added up."""
    found = [distance(fit, group, told) for fit, told in pairs]
    return stats.chi2.cdf(sum(away for away, _ in found), sum(count for _, count in found))


def distance(found, group, told):
    """Squared distance of the truth, and how many numbers it is of."""
    draws, truth = numbers(found.tree["posterior"].to_dataset(), group, told)
    apart = truth - draws.mean(0)
    away = apart @ np.linalg.solve(np.atleast_2d(np.cov(draws.T)), apart)
    return float(away), len(truth)


def numbers(posterior, group, told):
    """Draws (draw, n) and truth (n,) of one group of numbers."""
    if group == "growth":
        return posterior["growth"].values.reshape(-1, 1), np.array([told["growth"]])
    if group == "frontier":
        # The knots of a fit begin with the first system, a little after those of the world.
        days = [str(day)[:10] for day in posterior["date"].values.astype("datetime64[D]")]
        shared = [day for day in days if day in told["frontier"]]
        assert len(shared) == len(days)
        picked, truth = posterior["frontier"], [told["frontier"][day] for day in shared]
    elif group == "capability":
        names = [str(name) for name in posterior["system"].values]
        picked, truth = posterior["capability"], [told["capability"][name] for name in names]
    else:
        key = group.removeprefix("log_")
        picked = posterior[key]
        names = [str(name) for name in posterior["fraction_series"].values]
        truth = [told["series"][name][key] for name in names]
        if group.startswith("log_"):
            picked, truth = np.log(picked), np.log(truth)
    return picked.values.reshape(-1, len(truth)), np.array(truth)


def test_the_sampler_converges(right):
    # 0.02 instead of the gate's 0.01: with few draws the largest of 1,000 values is noisier.
    gates = {gate.name: gate.value for gate in right.verdict.gates}
    assert gates["divergences"] == 0
    assert gates["r_hat"] < 1.02


@pytest.mark.parametrize("group", GROUPS)
def test_truth_is_where_the_posterior_says(right, group):
    assert FALSE_ALARM / 2 < rank(right, group) < 1 - FALSE_ALARM / 2


@pytest.fixture(scope="module")
def wrong():
    return fitted(use_ceilings=False)


def test_a_model_without_ceilings_is_found_out(wrong):
    """Steeper curves have to stand in for ceilings."""
    assert rank(wrong, "log_slope") > 1 - FALSE_ALARM / 2


@pytest.mark.parametrize("place", range(len(OTHERS)))
def test_a_model_without_ceilings_is_found_out_in_other_worlds(wrong_elsewhere, place):
    found, truth = wrong_elsewhere[place]
    assert rank(found, "log_slope", truth) > 1 - FALSE_ALARM / 2


def test_capabilities_of_all_worlds_together_tell_right_from_wrong(
    right, wrong, right_elsewhere, wrong_elsewhere
):
    """The capabilities of one world do not quite give a model without ceilings away."""
    shipped = truth_of(WORLD)
    as_it_is = together([(right, shipped), *right_elsewhere], "capability")
    without = together([(wrong, shipped), *wrong_elsewhere], "capability")
    assert FALSE_ALARM / 2 < as_it_is < 1 - FALSE_ALARM / 2
    assert without > 1 - FALSE_ALARM / 2


@pytest.mark.parametrize(("factor", "side"), [(0.5, "above"), (3.0, "below")])
def test_a_posterior_of_the_wrong_width_is_found_out(right, factor, side):
    """Draws drawn together look too sure, draws spread out too vague."""
    draws, truth = numbers(right.tree["posterior"].to_dataset(), "capability", truth_of(WORLD))
    middle = draws.mean(0)
    apart = truth - middle
    distance = apart @ np.linalg.solve(np.cov((middle + factor * (draws - middle)).T), apart)
    found = stats.chi2.cdf(distance, len(truth))
    assert found > 1 - FALSE_ALARM / 2 if side == "above" else found < FALSE_ALARM / 2
