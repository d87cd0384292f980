"""What audits say of a series, given its parameters, against the closed form."""

from __future__ import annotations

import numpy as np
import xarray as xr

from bayes_rsi.cards import load_card
from bayes_rsi.evidence import load_evidence
from bayes_rsi.inference.own import _audits
from bayes_rsi.inference.sample import panel_of
from bayes_rsi.model.design import design


def test_an_audit_speaks_of_errors_and_of_how_they_are_scored():
    card = load_card("baseline")
    arrays = design(panel_of(card, load_evidence(card.as_of)), card)
    series = arrays.panel["series"].values[arrays.series_of("fraction")]
    dims = ("chain", "draw", "fraction_series")
    rng = np.random.default_rng(1)
    drawn = {
        name: (dims, rng.uniform(0.05, 0.95, (2, 3, series.size)))
        for name in ("label_error", "scored_correct")
    }
    found = _audits(xr.Dataset(drawn, coords={"fraction_series": series}), arrays)
    place = series.tolist().index("core_bench_hard")
    error, correct = (drawn[name][1][..., place] for name in ("label_error", "scored_correct"))
    expected = 9 * np.log(error) + 36 * np.log1p(-error)
    expected += 0.999 * np.log(correct) + 8.001 * np.log1p(-correct)
    np.testing.assert_allclose(found["core_bench_hard"], expected)
    place = series.tolist().index("swe_bench_verified")
    error = drawn["label_error"][1][..., place]
    expected = 41 * np.log(error) + 209 * np.log1p(-error)
    np.testing.assert_allclose(found["swe_bench_verified"], expected)
