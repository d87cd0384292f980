"""A fit made by hand with two events, for the tests of the projection."""

from __future__ import annotations

import handmade
import pytest
from handmade import judged

from bayes_rsi.posterior import Fit


@pytest.fixture(scope="session")
def hand_fit() -> Fit:
    """Draws without a sampler behind them; nothing in it may be changed in place."""
    lags = {"lead": judged("lognormal", 0.3, 0.5), "never": 0.05}
    first = {"exam": "exam", "one": judged("lognormal", 2.0**14, 1.0)}
    second = {"paper": "paper", "one": judged("lognormal", 2.0**16, 1.0)}
    events = [handmade.event("school", first, **lags), handmade.event("work", second, **lags)]
    return handmade.fit(handmade.card(*events))
