"""From a stored forecast to the answer of a verb.

Invariant: what is wrong with a question is told before the posterior is read, where that can be.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import bayes_rsi as rsi
from bayes_rsi.cli.drawn import Drawn
from bayes_rsi.cli.posteriors import POSTERIOR, obtain
from bayes_rsi.cli.progress import Stages, progress
from bayes_rsi.cli.saying import answered
from bayes_rsi.cli.stored import Stored, said_by_others
from bayes_rsi.comparison.forecasters import Compared
from bayes_rsi.comparison.measurements import measurement
from bayes_rsi.comparison.variants import variant
from bayes_rsi.files import usable_folder
from bayes_rsi.report.explained_text import explained_text
from bayes_rsi.report.implied_text import implied_text
from bayes_rsi.report.trajectories_text import trajectories_text
from bayes_rsi.report.verbs import (
    compared_text,
    compounding_text,
    given_text,
    human_level_text,
    information_text,
)

__all__ = [
    "answer_compare",
    "answer_compounding",
    "answer_explain",
    "answer_given",
    "answer_human_level",
    "answer_implied",
    "answer_information",
    "answer_trajectories",
]

#: Folder of the fits of variants, inside that of the forecast.
VARIANTS = "variants"


def answer_given(stored: Stored, condition: str) -> int:
    """Answer `bayes-rsi given`.

    Parameters
    ----------
    stored : Stored
        Which forecast.
    condition : str
        Text of the grammar.

    Returns
    -------
    int
        Exit code.
    """
    from bayes_rsi.forecasting.grammar import parse

    parse(condition)  # before the posterior, which takes seconds to read
    return answered(stored, "given", lambda it, _: rsi.given(it, condition), given_text)


def answer_explain(
    stored: Stored, day: str, event: str, refit: tuple[str, ...], figure: Path | None
) -> int:
    """Answer `bayes-rsi explain`.

    Parameters
    ----------
    stored : Stored
        Which forecast.
    day, event : str
        Of which probability.
    refit : tuple of str
        Variants to fit.
    figure : pathlib.Path or None
        Where a figure goes.

    Returns
    -------
    int
        Exit code.
    """
    drawn = None if figure is None else Drawn(figure)

    def ask(forecast: rsi.Forecast, fit: rsi.Fit) -> Any:
        others = {name: _refitted(stored, fit, name) for name in refit}
        found = rsi.explain(forecast, day, event, others)
        if drawn is not None:
            from bayes_rsi.report.explained import explained_figure  # matplotlib: 1 s

            drawn.keep(explained_figure(found))
        return found

    return answered(stored, "explain", ask, explained_text)


def answer_trajectories(
    stored: Stored, series: tuple[str, ...], until: str | None, figure: Path | None
) -> int:
    """Answer `bayes-rsi trajectories`.

    Parameters
    ----------
    stored : Stored
        Which forecast.
    series : tuple of str
        Fitted series; none: all.
    until : str or None
        ISO date of the end of the curves.
    figure : pathlib.Path or None
        Where a figure goes.

    Returns
    -------
    int
        Exit code.
    """
    drawn = None if figure is None else Drawn(figure)

    def ask(forecast: rsi.Forecast, _: rsi.Fit) -> Any:
        found = rsi.trajectories(forecast, series, until)
        if drawn is not None:
            from bayes_rsi.report.trajectories_figure import trajectories_figure  # matplotlib: 1 s

            drawn.keep(trajectories_figure(found, forecast))
        return found

    return answered(stored, "trajectories", ask, trajectories_text)


def answer_implied(
    stored: Stored, forecaster: str, event: str | None, not_before: str | None
) -> int:
    """Answer `bayes-rsi implied`.

    Parameters
    ----------
    stored : Stored
        Which forecast.
    forecaster : str
        Whose probabilities.
    event : str or None
        Of what.
    not_before : str or None
        ISO date.

    Returns
    -------
    int
        Exit code.
    """

    def ask(forecast: rsi.Forecast, _: rsi.Fit) -> Any:
        theirs = said_by_others(stored)
        # A bar for who waits; lines for who does not would say nothing.
        with progress(sys.stderr, quiet=not sys.stderr.isatty()) as tell:
            return rsi.implied(forecast, forecaster, event, not_before, theirs, tell)

    return answered(stored, "implied", ask, implied_text)


def answer_compare(stored: Stored, forecaster: str | None) -> int:
    """Answer `bayes-rsi compare`.

    Parameters
    ----------
    stored : Stored
        Which forecast.
    forecaster : str or None
        Whose probabilities; None: everybody's.

    Returns
    -------
    int
        Exit code.
    """
    return answered(
        stored,
        "compare",
        lambda it, _: Compared(rsi.compare(it, forecaster, said_by_others(stored))),
        compared_text,
    )


def answer_compounding(stored: Stored, accuracy: float, event: str) -> int:
    """Answer `bayes-rsi compounding`.

    Parameters
    ----------
    stored : Stored
        Which forecast.
    accuracy : float
        Share that one generation keeps.
    event : str
        From which generations are counted.

    Returns
    -------
    int
        Exit code.
    """
    return answered(
        stored,
        "compounding",
        lambda it, _: rsi.compounding(it, accuracy, event),
        compounding_text,
    )


def answer_human_level(stored: Stored) -> int:
    """Answer `bayes-rsi human-level`.

    Parameters
    ----------
    stored : Stored
        Which forecast.

    Returns
    -------
    int
        Exit code.
    """
    return answered(stored, "human_level", lambda it, _: rsi.human_level(it), human_level_text)


def answer_information(stored: Stored, candidates: tuple[str, ...], day: str, event: str) -> int:
    """Answer `bayes-rsi value-of-information`.

    Parameters
    ----------
    stored : Stored
        Which forecast.
    candidates : tuple of str
        Measurements; none: the default ones.
    day, event : str
        Of which probability.

    Returns
    -------
    int
        Exit code.
    """
    for text in candidates:
        measurement(text)  # before the posterior, which takes seconds to read
    return answered(
        stored,
        "value_of_information",
        lambda it, _: rsi.value_of_information(it, candidates, day, event),
        information_text,
    )


def _refitted(stored: Stored, fit: rsi.Fit, name: str) -> rsi.Forecast:
    """Fit a variant, or read it where an earlier run left it."""
    card = variant(fit.card, fit.panel, name)
    evidence = stored.evidence(fit.tag.as_of)
    folder = stored.out / VARIANTS / name.replace(":", "-").replace(" ", "_").replace("/", "_")
    usable_folder(folder, (POSTERIOR,))
    with progress(sys.stderr) as tell:
        stages = Stages(tell, lambda line: print(line, file=sys.stderr))
        posterior = obtain(card, evidence, stored.seed, [folder], stages)
    posterior.keep(folder)
    if not posterior.fit.verdict.passed:
        print(f"{name}: {posterior.fit.verdict.sentence()}", file=sys.stderr)
    return rsi.forecast(posterior.fit)
