"""Each family of a card becomes the PyMC distribution that SciPy and the card mean."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pymc as pm
import pytensor
import pytest
from scipy import stats

from bayes_rsi.cards import FAMILIES, PRIORS, TRENDS, Card, Prior, card_names, load_card
from bayes_rsi.cards.known import families_of
from bayes_rsi.errors import ModelError
from bayes_rsi.model.build import build
from bayes_rsi.model.priors import distribution, parameters, refuse_unknown, variable
from bayes_rsi.transitions import TRANSITIONS

ANYWHERE = np.array([-3.0, -0.2, 0.05, 0.4, 0.95, 1.7, 60.0])
FAMILY = {
    "normal": ((0.7, 1.3), stats.norm(0.7, 1.3)),
    "lognormal": ((2.5, 0.4), stats.lognorm(0.4, scale=2.5)),
    "halfnormal": ((0.8,), stats.halfnorm(scale=0.8)),
    "beta": ((1.2, 18.0), stats.beta(1.2, 18.0)),
}


def prior_of(family: str) -> Prior:
    return Prior(family, family, FAMILY[family][0], "unit", "why", "judgement")


def test_every_family_is_covered():
    assert FAMILY.keys() == FAMILIES.keys() - {"scaled_beta"}  # test_ceilings


def test_a_family_that_only_label_errors_take_is_refused_elsewhere():
    prior = Prior("rounding", "scaled_beta", (1.5, 6.0, 0.3), "1", "why", "judgement")
    with pytest.raises(ModelError, match="'rounding': got family 'scaled_beta', which only label"):
        distribution(prior)


@pytest.mark.parametrize("family", FAMILY)
def test_log_density_is_that_of_scipy_and_of_the_card(family):
    cls, keywords = distribution(prior_of(family))
    logp = pm.logp(cls.dist(**keywords), ANYWHERE)
    found = pytensor.function([], logp, mode="FAST_COMPILE")()
    # PyTensor keeps 18.0 in 32 bits, which suffice for it, and its log gamma too: 1e-7 off.
    np.testing.assert_allclose(found, FAMILY[family][1].logpdf(ANYWHERE), rtol=1e-6)
    np.testing.assert_allclose(found, prior_of(family).log_density(ANYWHERE), rtol=1e-6)


@pytest.mark.parametrize("family", FAMILY)
@pytest.mark.parametrize(("dims", "shape"), [(None, ()), ("place", (3,))])
def test_a_variable_keeps_the_name_and_takes_the_dimension(card, family, dims, shape):
    with pm.Model(coords={"place": list("abc")}) as model:
        made = variable(replace(card, priors={family: prior_of(family)}), family, dims=dims)
    assert [rv.name for rv in model.free_RVs] == [family] == [made.name]
    assert pm.draw(made, random_seed=1, mode="FAST_COMPILE").shape == shape
    assert model.named_vars_to_dims.get(family) == (None if dims is None else ("place",))


def test_the_known_priors_are_those_of_the_shipped_cards_together():
    shipped = {name for card in card_names() for name in load_card(card).priors}
    known = [name for names in PRIORS.values() for name in names]
    assert sorted(known) == sorted(shipped)


@pytest.mark.parametrize("name", ["scored_correct", "overdispersion_common", "horizon_shared"])
def test_a_share_takes_a_beta_only(name):
    """A lognormal of median 3 would pass for a share until the sampler finds nowhere to begin."""
    assert families_of(name) == ("beta",)


def test_each_family_of_a_card_is_one_that_its_prior_takes():
    for card in map(load_card, card_names()):
        for name, prior in card.priors.items():
            assert prior.family in families_of(name), name


def test_the_priors_of_trends_are_the_parameters_of_their_laws():
    assert set(PRIORS["trend"]) == {name for law in TRANSITIONS.values() for name in law.priors}


def test_the_known_priors_are_those_that_the_models_ask_for(monkeypatch, everything):
    """Over all trends and kinds of metric, with every effect in the panel."""
    asked, prior = set(), Card.prior
    monkeypatch.setattr(Card, "prior", lambda self, name: asked.add(name) or prior(self, name))
    for trend in TRENDS:
        shipped = "baseline" if trend == "drifting" else trend
        build(everything, replace(load_card(shipped), knot_years=0.5, lab_systems=2))
    assert asked == {name for names in PRIORS.values() for name in names}


def test_a_misspelt_prior_beside_the_right_one_is_refused():
    card = load_card("baseline")
    more = dict(card.priors) | {"horizon_noize": card.prior("horizon_noise")}
    with pytest.raises(ModelError, match=r"'horizon_noize'.*Did you mean 'horizon_noise'"):
        refuse_unknown(replace(card, priors=more))


def test_a_known_prior_that_is_not_needed_is_fine():
    refuse_unknown(replace(load_card("baseline"), trend="constant"))


def test_numbers_of_another_family_are_refused():
    card = load_card("baseline")
    wrong = dict(card.priors) | {"label_error": prior_of("lognormal")}
    with pytest.raises(
        ModelError, match=r"prior 'label_error': got family 'lognormal', .*beta or scaled_beta"
    ):
        parameters(replace(card, priors=wrong), "label_error", "beta", "scaled_beta")
