"""Every place that knows kinds of metric knows all of them, or says why not."""

from __future__ import annotations

import pytest

from bayes_rsi.cards import facts, known
from bayes_rsi.checks.court import observing, scale
from bayes_rsi.evidence import schema
from bayes_rsi.forecasting import parity, scores
from bayes_rsi.inference import tree
from bayes_rsi.model import build
from bayes_rsi.updating import likelihood

#: Kinds that a model can be fitted to; an index is made of other benchmarks and is never fitted.
FITTED = set(schema.KINDS) - {"index"}
#: Place, what it knows, and what it lacks with the reason.
PLACES = {
    "cards.facts.KINDS": (facts.KINDS, set()),
    "model.build.LIKELIHOODS": (build.LIKELIHOODS, {"horizon"}),  # comes first: defines the scale
    "updating.likelihood.LIKELIHOODS": (likelihood.LIKELIHOODS, set()),
    "inference.tree.OBSERVED": ([n for n in tree.OBSERVED if "censored" not in n], set()),
    "forecasting.parity.PARITY_KINDS": (parity.PARITY_KINDS, {"horizon", "count"}),  # no parity
    "forecasting.scores.SCORED_KINDS": (scores.SCORED_KINDS, {"count"}),  # depends on the attempts
    "checks.court.observing._KINDS": (observing._KINDS, {"count"}),  # counts are not asked about
    "checks.court.scale.KINDS": (scale.KINDS, {"count"}),
    "evidence.schema.UNIT_OF_KIND": (schema.UNIT_OF_KIND, set()),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_place_knows_every_kind(place):
    knows, lacks = PLACES[place]
    assert set(knows) - {"index"} == FITTED - lacks


def test_a_kind_has_priors_of_its_own():
    assert set(known.PRIORS) >= FITTED
