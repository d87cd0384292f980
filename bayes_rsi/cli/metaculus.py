"""From a stored forecast to the numbers of a date question on Metaculus, written and printed.

Invariant: what is written is what is printed with ``--json``.
"""

from __future__ import annotations

import bayes_rsi as rsi
from bayes_rsi.cli.saying import printed
from bayes_rsi.cli.stored import Stored, recalled
from bayes_rsi.files import usable_folder, write_atomically
from bayes_rsi.report.document import as_json
from bayes_rsi.report.metaculus import metaculus_cdf, metaculus_document, metaculus_text
from bayes_rsi.units import as_date

__all__ = ["answer_metaculus"]


def answer_metaculus(
    stored: Stored,
    event: str,
    lower: str | None,
    upper: str,
    open_lower: bool,
    open_upper: bool,
) -> int:
    """Answer `bayes-rsi metaculus`.

    Parameters
    ----------
    stored : Stored
        Which forecast.
    event : str
        Which event.
    lower, upper : str or None
        ISO dates of the bounds; no lower one: the as-of date.
    open_lower, open_upper : bool
        Whether they are open.

    Returns
    -------
    int
        Exit code.
    """
    path = usable_folder(stored.out, (f"metaculus-{event}.json",)) / f"metaculus-{event}.json"
    forecast = rsi.forecast(recalled(stored))
    ends = as_date(lower or forecast.tag.as_of), as_date(upper)
    found = metaculus_cdf(forecast, event, *ends, open_lower=open_lower, open_upper=open_upper)
    document = as_json(metaculus_document(found, forecast))
    write_atomically(path, document)
    text = metaculus_text(found, forecast) + f"{path}\n"
    return printed(stored, forecast, document if stored.json else text)
