"""A headline says what the forecast said."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import toy
import xarray as xr

from bayes_rsi.forecasting.summary import summary
from bayes_rsi.pooling.headline import headline, learnt, months


def test_numbers_are_those_of_the_forecast():
    forecast, prior = toy.forecast(), toy.forecast(late_years=1.0)
    found = headline(forecast, prior, "drifting")
    assert found.tag == forecast.tag
    assert found.verdict == forecast.verdict
    assert dict(found.growth) == forecast.growth()
    for name in forecast.event_names:
        assert found.events[name] == summary(forecast, name)
        assert found.prior_alone[name] == summary(prior, name).probability_by
        curve = found.curves.sel(event=name).values
        assert curve == pytest.approx(forecast.curve(found.days, name), abs=1e-6)


def test_the_curves_begin_at_the_as_of_date_and_go_by_months_to_2060():
    found = headline(toy.forecast(), toy.forecast(), "drifting")
    assert found.days[:3] == [date(2026, 6, 30), date(2026, 7, 31), date(2026, 8, 31)]
    assert found.days[-1] == date(2060, 12, 31)
    assert len(found.days) == 1 + 34 * 12 + 6
    assert (np.diff(found.curves.values) >= 0).all()


def test_months_begin_in_the_middle_of_one():
    found = months(date(2026, 6, 10), date(2026, 8, 30))
    assert found == [date(2026, 6, 10), date(2026, 6, 30), date(2026, 7, 31)]


def test_what_is_learnt_of_a_trend_stands_beside_what_was_believed():
    rng = np.random.default_rng(1)
    posterior, prior = rng.normal(0.1, 0.1, (4, 500)), rng.normal(0.0, 0.2, (4, 500))
    sides = [xr.Dataset({"feedback": (("chain", "draw"), x)}) for x in (posterior, prior)]
    (found,) = learnt(*sides, ["feedback"]).values()
    assert found.quantiles[0.5] == np.median(posterior)
    assert found.prior_quantiles[0.05] == np.quantile(prior, 0.05)
    assert (found.above_zero, found.prior_above_zero) == (
        (posterior > 0).mean(),
        (prior > 0).mean(),
    )
