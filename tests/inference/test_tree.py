"""The joined log likelihood has one column for each score, under that score's own label."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from bayes_rsi.inference.tree import OBSERVED, assemble

LABELS = {
    "fraction": ["exam|A|||author", "exam|B|||author", "paper|A|||author"],
    "speedup": ["faster|A|||author", "faster|C|||author"],
    "ratio": ["against|B|||author"],
    "count": ["solved|A|||author"],
    "horizon": ["span|A|||author", "span|C|||author"],
    "horizon_censored": ["span|B|||author"],
}
CHAINS, DRAWS = 2, 5


def pieces(**labels: list[str]) -> dict[str, xr.DataTree | xr.Dataset]:
    """Give the pieces of a fit whose log likelihoods are all different numbers."""
    rng = np.random.default_rng(0)
    sizes = {"chain": np.arange(CHAINS), "draw": np.arange(DRAWS)}

    def draws_of(names: dict[str, list[str]]) -> xr.Dataset:
        made = xr.Dataset(coords=sizes)
        for name, scores in names.items():
            dims = ("chain", "draw", OBSERVED[name])
            values = rng.standard_normal((CHAINS, DRAWS, len(scores)))
            made = made.assign_coords({dims[2]: scores}).assign({name: (dims, values)})
        return made

    growth = xr.Dataset({"growth": (("chain", "draw"), rng.random((CHAINS, DRAWS)))}, sizes)
    seen = {n: (OBSERVED[n], rng.random(len(s))) for n, s in labels.items()}
    scores = sorted(label for group in labels.values() for label in group)
    return {
        "sampled": xr.DataTree.from_dict({"posterior": growth, "sample_stats": growth * 2}),
        "prior": xr.DataTree.from_dict(
            {
                "prior": growth,
                "prior_predictive": draws_of(labels),
                "observed_data": xr.Dataset(seen),
            }
        ),
        "predicted": xr.DataTree.from_dict({"posterior_predictive": draws_of(labels)}),
        "likelihood": draws_of(labels),
        "panel": xr.Dataset({"value": ("score", np.arange(float(len(scores))))}, {"score": scores}),
    }


CASES = [LABELS, {name: LABELS[name] for name in ("fraction", "horizon")}]


@pytest.mark.parametrize("labels", CASES, ids=["all", "two kinds"])
def test_every_score_has_its_own_log_likelihood(labels):
    parts = pieces(**labels)
    joined = assemble(**parts)["log_likelihood"]["score_log_likelihood"]
    assert joined.dims == ("chain", "draw", "score")
    assert sorted(joined["score"].values.tolist()) == parts["panel"]["score"].values.tolist()
    for name, scores in labels.items():
        for label in scores:
            source = parts["likelihood"][name].sel({OBSERVED[name]: label})
            assert joined.sel(score=label).values == pytest.approx(source.values, rel=1e-6)


def test_every_kind_is_joined_here():
    assert list(LABELS) == list(OBSERVED)


def test_the_order_is_that_of_the_observed_variables():
    joined = assemble(**pieces(**LABELS))["log_likelihood"]
    assert joined["score"].values.tolist() == [
        label for group in LABELS.values() for label in group
    ]
    # Whatever order the likelihoods came in.
    parts = pieces(**LABELS)
    turned = parts | {"likelihood": parts["likelihood"][list(reversed(LABELS))]}
    assert assemble(**turned)["log_likelihood"].identical(assemble(**parts)["log_likelihood"])


def test_groups_are_those_of_a_fit():
    parts = pieces(**LABELS)
    tree = assemble(**parts)
    assert set(tree.children) == {
        "posterior",
        "sample_stats",
        "prior",
        "prior_predictive",
        "posterior_predictive",
        "log_likelihood",
        "observed_data",
        "constant_data",
    }
    assert tree["posterior"].to_dataset().identical(parts["sampled"]["posterior"].to_dataset())
    assert tree["prior"].to_dataset().identical(parts["prior"]["prior"].to_dataset())
    assert tree["constant_data"].to_dataset().identical(parts["panel"])


def test_predictions_keep_their_labels_and_lose_digits_only():
    parts = pieces(**LABELS)
    found = assemble(**parts)["posterior_predictive"]
    source = parts["predicted"]["posterior_predictive"]
    for name, scores in LABELS.items():
        assert found[name].dtype == np.float32
        assert found[OBSERVED[name]].values.tolist() == scores
        assert found[name].values == pytest.approx(source[name].values, rel=1e-6)


def test_a_draw_of_the_prior_without_a_curve_is_left_out():
    made = pieces(**LABELS)
    made["prior"]["prior_predictive"]["fraction"][0, 3, 1] = np.nan
    tree = assemble(**made)
    assert tree["prior"].sizes["draw"] == tree["prior_predictive"].sizes["draw"] == DRAWS - 1
    assert not np.isnan(tree["prior_predictive"]["fraction"].values).any()
    assert (
        tree["prior"]["growth"].values == made["prior"]["prior"]["growth"].values[:, [0, 1, 2, 4]]
    ).all()
    assert tree["posterior"].sizes["draw"] == DRAWS
