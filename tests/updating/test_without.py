"""Leaving out scores whose series has parameters of its own, against a closed form.

rest ~ N(0, 1), seen once with unit noise; four own ~ N(rest, 2), each with a score ~ N(own, 0.1).
Without the scores rest is N(seen / 2, 1 / 2). With them, the own parameters sit where the scores
are, and dividing by the likelihood of the scores alone cannot bring them back.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from bayes_rsi.forecasting.weights import smoothed
from bayes_rsi.inference.own import Own, own_parameters
from bayes_rsi.updating.without import weights_without, without

SEEN, BETWEEN, NOISE = 0.4, 2.0, 0.1
SCORES = np.array([3.0, 1.0, 2.0, 4.0])
SHAPE = (4, 2000)


@pytest.fixture(scope="module")
def drawn():
    """Exact draws of rest and own given both figures."""
    far, near = 1 / BETWEEN**2, 1 / NOISE**2
    precision = np.diag([2 + len(SCORES) * far, *[far + near] * len(SCORES)])
    precision[0, 1:] = precision[1:, 0] = -far
    covariance = np.linalg.inv(precision)
    mean = covariance @ np.array([SEEN, *(SCORES * near)])
    drawn = np.random.default_rng(1).multivariate_normal(mean, covariance, SHAPE)
    rest, own = drawn[..., 0], drawn[..., 1:]
    lost = stats.norm.logpdf(SCORES, own, NOISE).sum(axis=-1)
    log_prior = stats.norm.logpdf(own, rest[..., None], BETWEEN).sum(axis=-1)
    return rest, Own(own, log_prior), lost


def moments(rest, weights):
    mean = np.average(rest, weights=weights.values)
    return mean, np.average((rest - mean) ** 2, weights=weights.values)


def test_the_weights_give_the_posterior_without_the_score(drawn):
    rest, own, lost = drawn
    weights = weights_without(lost, own, rest[..., None])
    assert weights.reliable
    mean, variance = moments(rest, weights)
    error = np.sqrt(0.5 / weights.ess)
    assert mean == pytest.approx(SEEN / 2, abs=4 * error)
    assert variance == pytest.approx(0.5, rel=4 * np.sqrt(2 / weights.ess))
    assert abs(rest.mean() - SEEN / 2) > 8 * error  # it had moved by far more


def test_dividing_by_the_likelihood_alone_is_found_out(drawn):
    _, _, lost = drawn
    assert not smoothed(-lost).reliable
    assert weights_without(*_parts(drawn)).ess > 10 * smoothed(-lost).ess


def test_without_the_density_of_the_own_parameters_the_answer_is_wrong(drawn):
    rest, own, lost = drawn
    flat = replace(own, log_prior=np.zeros(SHAPE))
    mean, _ = moments(rest, weights_without(lost, flat, rest[..., None]))
    right, _ = moments(rest, weights_without(*_parts(drawn)))
    assert abs(mean - SEEN / 2) > 5 * abs(right - SEEN / 2)


def test_what_does_not_move_among_the_rest_changes_nothing(drawn):
    rest, own, lost = drawn
    more = np.stack([rest, np.full(SHAPE, 7.0)], axis=-1)
    found = weights_without(lost, own, more)
    np.testing.assert_allclose(found.values, weights_without(*_parts(drawn)).values, rtol=1e-6)


def _parts(drawn):
    rest, own, lost = drawn
    return lost, own, rest[..., None]


@pytest.mark.slow
def test_own_parameters_of_a_real_fit(small_fit):
    """Values in the sampler's coordinates, as many as a series has, and densities by SciPy."""
    own, posterior = own_parameters(small_fit), small_fit.tree["posterior"].to_dataset()
    assert set(own) == set(small_fit.panel["series"].values)
    speed = own["anthropic_cpu_speedup"]
    named = [f"speedup_{name}" for name in ("limit", "noise", "log_tilt", "rise")]
    values = [posterior[n].sel(speedup_series="anthropic_cpu_speedup").values for n in named]
    expected = [np.log(values[0]), np.log(values[1]), values[2], values[3]]
    drift = posterior["series_drift_own"].sel(drifting_series="anthropic_cpu_speedup")
    expected.append(drift.values)
    for column in range(5):
        assert any(np.allclose(speed.values[..., column], each) for each in expected)
    noise = np.log(posterior["overdispersion"].sel(fraction_series="gpqa_diamond"))
    gpqa = own["gpqa_diamond"]
    place = [np.allclose(each, noise) for each in np.moveaxis(gpqa.values, -1, 0)]
    assert sum(place) == 1
    # Of a horizon series it is short enough to be written down.
    offset, stretch = (
        posterior[f"horizon_{name}"].sel(horizon_series="metr_th11_p80")
        for name in ("offset", "stretch")
    )
    priors = [small_fit.card.prior(f"horizon_{name}").parameters for name in ("offset", "stretch")]
    expected = stats.norm.logpdf(offset, *priors[0])
    expected = expected + stats.norm.logpdf(np.log(stretch), np.log(priors[1][0]), priors[1][1])
    np.testing.assert_allclose(own["metr_th11_p80"].log_prior, expected, rtol=1e-6)
    for series, each in own.items():
        labels = [
            str(label).split("|")[0]
            for dim in ("harness", "repeated")
            for label in posterior.coords.get(dim, xr.DataArray([])).values
        ]
        families = any(str(one).startswith(f"{series}|") for one in posterior["harness"].values)
        kind = str(small_fit.panel["kind"].sel(series=series).item())
        plain = {"fraction": 6, "speedup": 5, "ratio": 3, "count": 3, "horizon": 2}[kind]
        assert each.values.shape[-1] == plain + labels.count(series) - families, series
    found = without(small_fit, "gpqa_diamond", gpqa)
    assert found.values.mean() == pytest.approx(1.0)
