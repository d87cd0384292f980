"""When will AI research and development be automated? Bayesian forecasts from public benchmarks.

The front door: what most people need, by one name each. From figures to an answer:

>>> import bayes_rsi as rsi
>>> evidence = rsi.load_evidence(as_of="2026-06-30")  # doctest: +SKIP
>>> fit = rsi.fit(rsi.load_card("baseline"), evidence)  # doctest: +SKIP
>>> forecast = rsi.forecast(fit)  # doctest: +SKIP
>>> forecast.probability_by("2028-12-31", event="end_to_end")  # doctest: +SKIP
>>> rsi.compare(forecast, "clark")  # doctest: +SKIP

Invariant: importing this package imports none of its rooms; each name is loaded when it is first
asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bayes_rsi.cards import Card, card_names, load_card
    from bayes_rsi.comparison.compounding import compounding
    from bayes_rsi.comparison.explain import explain
    from bayes_rsi.comparison.forecasters import compare
    from bayes_rsi.comparison.given import given
    from bayes_rsi.comparison.human_level import human_level
    from bayes_rsi.comparison.implied import implied
    from bayes_rsi.comparison.information import value_of_information
    from bayes_rsi.comparison.trajectories import trajectories
    from bayes_rsi.errors import BayesRsiError
    from bayes_rsi.evidence import Evidence, load_evidence, load_runs
    from bayes_rsi.forecasting.project import forecast
    from bayes_rsi.forecasting.result import Forecast
    from bayes_rsi.inference.sample import fit
    from bayes_rsi.inference.store import load as load_fit
    from bayes_rsi.inference.store import save as save_fit
    from bayes_rsi.inference.time_horizon import time_horizon
    from bayes_rsi.posterior import Fit
    from bayes_rsi.updating.update import update

    __version__: str

# `__version__` has no room; every other name: module below the package, name in it.
_PLACES = {
    "BayesRsiError": ("errors", "BayesRsiError"),
    "Card": ("cards", "Card"),
    "Evidence": ("evidence", "Evidence"),
    "Fit": ("posterior", "Fit"),
    "Forecast": ("forecasting.result", "Forecast"),
    "card_names": ("cards", "card_names"),
    "compare": ("comparison.forecasters", "compare"),
    "compounding": ("comparison.compounding", "compounding"),
    "explain": ("comparison.explain", "explain"),
    "fit": ("inference.sample", "fit"),
    "forecast": ("forecasting.project", "forecast"),
    "given": ("comparison.given", "given"),
    "human_level": ("comparison.human_level", "human_level"),
    "implied": ("comparison.implied", "implied"),
    "load_card": ("cards", "load_card"),
    "load_evidence": ("evidence", "load_evidence"),
    "load_fit": ("inference.store", "load"),
    "load_runs": ("evidence", "load_runs"),
    "save_fit": ("inference.store", "save"),
    "time_horizon": ("inference.time_horizon", "time_horizon"),
    "trajectories": ("comparison.trajectories", "trajectories"),
    "update": ("updating.update", "update"),
    "value_of_information": ("comparison.information", "value_of_information"),
}

__all__ = [
    "BayesRsiError",
    "Card",
    "Evidence",
    "Fit",
    "Forecast",
    "__version__",
    "card_names",
    "compare",
    "compounding",
    "explain",
    "fit",
    "forecast",
    "given",
    "human_level",
    "implied",
    "load_card",
    "load_evidence",
    "load_fit",
    "load_runs",
    "save_fit",
    "time_horizon",
    "trajectories",
    "update",
    "value_of_information",
]


def __getattr__(name: str) -> Any:
    """Load a name of the front door when it is first asked for."""
    if name == "__version__":
        from importlib.metadata import version  # kept off the path of `import bayes_rsi`

        value: Any = version("bayes-rsi")
    elif name in _PLACES:
        module, attribute = _PLACES[name]
        value = getattr(import_module(f"{__name__}.{module}"), attribute)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the front door, loaded or not."""
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
