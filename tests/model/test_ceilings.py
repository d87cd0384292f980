"""Ceilings: the worked example, the audit's counts, and no ceilings at all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pymc as pm
import pytensor
import pytest
import xarray as xr
from scipy import special, stats

from bayes_rsi.errors import ModelError
from bayes_rsi.model.build import build
from bayes_rsi.model.ceilings import audit_counts, audited, ceilings, credited
from bayes_rsi.model.design import design

SERIES = ["exam", "lab", "swe"]


@pytest.fixture(scope="module")
def alone(arrays, card):
    """Ceilings without the rest of the model."""
    coords = {"fraction_series": SERIES, "audited_series": ["exam"], "credited_series": ["exam"]}
    with pm.Model(coords=coords) as model:
        ceilings(arrays, card)
    return model


# ImageNet's validation labels are wrong or ambiguous for about 6% of the pictures. A system that
# is scored correct on none of them can reach 94%, on half of them 97%, on all of them 100%.
@pytest.mark.parametrize(
    ("label_error", "scored_correct", "ceiling"),
    [(0.06, 0.0, 0.94), (0.06, 0.5, 0.97), (0.06, 1.0, 1.0), (0.0, 0.3, 1.0), (0.164, 0.6, 0.9344)],
)
def test_imagenet_and_its_limits(alone, label_error, scored_correct, ceiling):
    inputs = [alone["label_error"], alone["scored_correct"]]
    function = pytensor.function(inputs, alone["ceiling"], mode="FAST_COMPILE")
    found = function(np.full(3, label_error), np.full(3, scored_correct))
    np.testing.assert_allclose(found, ceiling, rtol=1e-12)


def test_the_counts_are_those_of_the_panel_in_the_order_of_the_fraction_series(arrays):
    found = {name: counts.tolist() for name, counts in audit_counts(arrays).items()}
    first = {"flawed": 12.0, "sound": 88.0, "credited": 3.0, "refused": 9.0}
    assert found == {name: [count, 0.0, 0.0] for name, count in first.items()}


@pytest.mark.parametrize("seed", range(3))
def test_label_errors_are_those_of_each_series_and_audits_count_them(world, card, seed):
    found = world.at(world.point(seed))
    alpha, beta, most = card.prior("label_error_unaudited").parameters
    unaudited = stats.beta(alpha, beta, scale=most)
    audited = stats.beta(*card.prior("label_error_audited").parameters)
    error = found["label_error"]
    # The first series has been audited: what is usual elsewhere says nothing about it.
    expected = [audited.logpdf(error[0]), *unaudited.logpdf(error[1:])]
    per_part = np.log([1.0, most, most])  # the sampler moves the share of the largest value
    np.testing.assert_allclose(found["logp label_error_part"], expected + per_part, rtol=1e-6)
    assert (error[1:] < most).all()
    # Binomial but for the constant, which weighted counts do not have.
    expected = stats.binom.logpmf(12, 100, error[0]) - np.log(special.comb(100, 12))
    np.testing.assert_allclose(found["logp audit"], [expected], rtol=1e-6)
    expected = stats.beta.logpdf(found["scored_correct"], *card.prior("scored_correct").parameters)
    np.testing.assert_allclose(found["logp scored_correct"], expected, rtol=1e-6)
    expected = stats.binom.logpmf(3, 12, found["scored_correct"][0]) - np.log(special.comb(12, 3))
    np.testing.assert_allclose(found["logp credit"], [expected], rtol=1e-6)
    ceiling = 1 - found["label_error"] * (1 - found["scored_correct"])
    np.testing.assert_allclose(found["ceiling"], ceiling, rtol=1e-12)


def test_a_label_error_in_percent_is_refused(card, panel):
    wrong = replace(card.prior("label_error_unaudited"), parameters=(1.5, 6.0, 30.0))
    priors = dict(card.priors) | {"label_error_unaudited": wrong}
    with pytest.raises(ModelError, match="'label_error_unaudited': got most = 30, expected at mo"):
        build(panel, replace(card, priors=priors))


def test_only_what_an_audit_speaks_for_is_audited(world, arrays):
    assert audited(arrays).tolist() == credited(arrays).tolist() == [0]
    assert list(world.model.coords["audited_series"]) == ["exam"]
    assert list(world.model.coords["credited_series"]) == ["exam"]


def test_an_audit_that_does_not_tell_how_flawed_items_are_scored_observes_errors_only(panel, card):
    nothing = xr.zeros_like(panel["audit_flawed"])
    arrays = design(panel.assign(audit_credited=nothing, audit_refused=nothing), card)
    assert audited(arrays).tolist() == [0]
    assert credited(arrays).tolist() == []


def test_switched_off_every_ceiling_is_exactly_one(arrays, card):
    with pm.Model(coords={"fraction_series": SERIES}) as model:
        ceilings(arrays, replace(card, use_ceilings=False))
        assert model.free_RVs == []
        prior = pm.sample_prior_predictive(
            20, random_seed=1, compile_kwargs={"mode": "FAST_COMPILE"}
        ).prior
    assert prior["ceiling"].sizes["fraction_series"] == 3
    assert (prior["ceiling"].values == 1.0).all()


def test_switched_on_no_ceiling_is_one(prior):
    drawn = prior.prior["ceiling"]
    assert ((drawn > 0) & (drawn < 1)).all()


def test_audits_drawn_from_the_prior_are_counts_of_what_was_looked_at(prior):
    """Mean and spread are those of a binomial given each draw's label error: z of all draws."""
    flawed = prior.prior_predictive["audit"].values[..., 0].ravel()
    error = prior.prior["label_error"].values[..., 0].ravel()
    z = (flawed - 100 * error) / np.sqrt(100 * error * (1 - error))
    assert abs(z.mean()) < 4 / np.sqrt(z.size)
    assert 0.8 < z.std() < 1.2
