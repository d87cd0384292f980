"""The figure of prior and posterior shows the draws of both."""

from __future__ import annotations

import handmade
import numpy as np
import pytest

from bayes_rsi.errors import ModelError
from bayes_rsi.report.prior_posterior import BINS, prior_posterior_figure


@pytest.fixture(scope="module")
def fit():
    return handmade.whole_fit(size=400)


@pytest.mark.parametrize(("name", "label"), [("growth_drift", None), ("difficulty", "exam")])
def test_two_histograms_of_equal_area(name, label):
    plain = handmade.fit(handmade.card(handmade.event("work", {"exam": "exam"})))
    (axes,) = prior_posterior_figure(plain, name, label).axes
    assert len(axes.patches) == 2 * BINS
    areas = [sum(b.get_height() * b.get_width() for b in part) for part in axes.containers]
    assert areas == pytest.approx([1.0, 1.0])
    middles = [
        np.average(
            [b.get_x() + b.get_width() / 2 for b in part], weights=[b.get_height() for b in part]
        )
        for part in axes.containers
    ]
    for middle, group in zip(middles, ("prior", "posterior"), strict=True):
        draws = plain.tree[group][name]
        draws = draws if label is None else draws.sel(fraction_series=label)
        assert middle == pytest.approx(draws.mean().item(), abs=0.1 * draws.std().item())
    assert name in axes.get_xlabel()


def test_unknown_names_and_labels_are_refused(fit):
    with pytest.raises(ModelError, match=r"got 'growth_drfit'.*Did you mean 'growth_drift'"):
        prior_posterior_figure(fit, "growth_drfit")
    plain = handmade.fit(handmade.card(handmade.event("work", {"exam": "exam"})))
    with pytest.raises(ModelError, match=r"difficulty: got label 'exma'.*Did you mean 'exam'"):
        prior_posterior_figure(plain, "difficulty", "exma")
    with pytest.raises(ModelError, match=r"difficulty: got label None, expected one of"):
        prior_posterior_figure(plain, "difficulty")
