"""The simple forecasters of the court, by name.

Invariant: all follow one protocol, `protocol.Baseline`; what a baseline cannot speak about is not
in its result, and comparisons are made on what both sides spoke about.
"""

from functools import partial

from bayes_rsi.checks.court.baselines.component import component
from bayes_rsi.checks.court.baselines.index import index
from bayes_rsi.checks.court.baselines.logistic import logistic
from bayes_rsi.checks.court.baselines.persistence import persistence
from bayes_rsi.checks.court.baselines.protocol import Baseline
from bayes_rsi.checks.court.baselines.trend import trend_18_months, trend_2019, trend_2023
from bayes_rsi.checks.court.baselines.walk import walk

__all__ = ["BASELINES", "LENT", "Baseline"]

#: Baselines that are lent what is ours: how much of our advantage that is can be told from them.
#: The bars are about what people would use instead, so they are no rivals there.
LENT: dict[str, Baseline] = {
    "eci_weighted": partial(index, lent=True),
    "component_weighted": partial(component, lent=True),
}
#: All of them, by the names under which they stand in tables.
BASELINES: dict[str, Baseline] = {
    "persistence": persistence,
    "ols_2019": trend_2019,
    "ols_2023": trend_2023,
    "ols_18_months": trend_18_months,
    "walk": walk,
    "logistic": logistic,
    "eci": index,
    "component": component,
    **LENT,
}
