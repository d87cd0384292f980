"""The labelled face: by name, with the numbers of the kernels."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from bayes_rsi.score.kernels import crps
from bayes_rsi.score.sample import LEVELS, sample_scores


def drawn(labels: list[str], seed: int = 1, shift: float = 0.0) -> xr.DataArray:
    values = np.random.default_rng(seed).normal(shift, 1.0, (len(labels), 500))
    return xr.DataArray(values, dims=("target", "draw"), coords={"target": labels})


def seen(**values: float) -> xr.DataArray:
    coords = {"target": list(values)}
    return xr.DataArray(list(values.values()), dims="target", coords=coords)


def test_targets_are_matched_by_name():
    draws = drawn(["a", "b"])
    table = sample_scores(draws, seen(c=9.0, b=1.0, a=-1.0))
    exact = crps(draws.values, np.array([-1.0, 1.0]))
    assert table["crps"].sel(target=["a", "b"]).values == pytest.approx(exact)


def test_the_order_of_dims_does_not_matter():
    draws, outcome = drawn(["a", "b"]), seen(a=0.3, b=0.1)
    assert sample_scores(draws.transpose(), outcome).identical(sample_scores(draws, outcome))


def test_every_level_has_its_columns():
    table = sample_scores(drawn(["a"]), seen(a=0.0))
    for level in LEVELS:
        assert {f"covered_{level * 100:.0f}", f"width_{level * 100:.0f}"} <= set(table)
    assert bool(table["covered_50"].item())
    assert float(table["width_90"].item()) > float(table["width_50"].item())


def test_ties_are_broken_by_the_name_alone():
    flat = xr.DataArray(np.ones((2, 50)), dims=("target", "draw"), coords={"target": ["a", "b"]})
    both = sample_scores(flat, seen(a=1.0, b=1.0))["pit"]
    alone = sample_scores(flat.sel(target=["b"]), seen(b=1.0))["pit"]
    assert both.values[0] != both.values[1]
    assert float(alone.sel(target="b")) == float(both.sel(target="b"))


def test_a_target_without_outcome_is_named():
    with pytest.raises(ValueError, match="no outcome of target 'b'"):
        sample_scores(drawn(["a", "b"]), seen(a=0.0))
