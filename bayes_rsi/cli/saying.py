"""An answer of a verb, printed.

Invariant: standard output holds the answer alone, as text or as one JSON document; a failed
convergence gate is the exit code, and the first line of a text.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import bayes_rsi as rsi
from bayes_rsi.cli.stored import Stored, recalled
from bayes_rsi.report.document import as_json
from bayes_rsi.report.verb_document import verb_document
from bayes_rsi.tags import Verdict

__all__ = ["answered", "printed", "said"]

_PASSED, _FAILED = 0, 3


def answered(
    stored: Stored,
    verb: str,
    ask: Callable[[rsi.Forecast, rsi.Fit], Any],
    text: Callable[[Any, Verdict], str],
) -> int:
    """Ask a stored forecast, and print what it says.

    Parameters
    ----------
    stored : Stored
        Which forecast.
    verb : str
        Name of the verb.
    ask : callable
        Gives the answer from the forecast and its fit.
    text : callable
        Writes it as text, with the verdict of the posterior.

    Returns
    -------
    int
        Exit code.
    """
    fit = recalled(stored)
    forecast = rsi.forecast(fit)
    return said(stored, verb, ask(forecast, fit), forecast, text)


def said(
    stored: Stored,
    verb: str,
    found: Any,
    forecast: rsi.Forecast,
    text: Callable[[Any, Verdict], str],
) -> int:
    """Print an answer.

    Parameters
    ----------
    stored : Stored
        Whether a document is wanted.
    verb : str
        Name of the verb.
    found : dataclass
        The answer.
    forecast : Forecast
        What it is about: its tag and its verdict are said too.
    text : callable
        Writes it as text, with the verdict.

    Returns
    -------
    int
        Exit code.
    """
    if stored.json:
        return printed(stored, forecast, as_json(verb_document(verb, found, forecast)))
    return printed(stored, forecast, text(found, forecast.verdict))


def printed(stored: Stored, forecast: rsi.Forecast, whole: str) -> int:
    """Print a text or a document.

    Parameters
    ----------
    stored : Stored
        Whether it is a document: then a failed gate is told on standard error.
    forecast : Forecast
        Whose gates passed or not.
    whole : str
        What is printed.

    Returns
    -------
    int
        Exit code.
    """
    verdict = forecast.verdict
    if stored.json and not verdict.passed:
        print(verdict.sentence(), file=sys.stderr)
    print(whole, end="")
    return _PASSED if verdict.passed else _FAILED
