"""The grammar of conditions: from a line of text to objects.

Invariant: every text is either read whole or refused with the place, what was got, what was
expected and the closest known word; nothing is skipped.

    condition  = clause { "and" clause }
    clause     = [ "not" ] event "by" day
               | "horizon" [ "p50" | "p80" ] comparison number time ( "on" | "by" ) day
               | "growth" comparison number
               | series comparison number [ "%" | time ] ( "on" | "by" ) day
    comparison = ">=" | "<=" | ">" | "<"
    time       = "min" | "h" | "work-day" | "work-week" | "work-month" | "work-year"
    day        = YYYY-MM-DD, or YYYY for its last day
    event      = name of the card; "automated" is end_to_end
    series     = name of the tables; capitals, blanks and hyphens do not count
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from bayes_rsi.errors import ConditionError, did_you_mean
from bayes_rsi.forecasting.conditions import (
    Condition,
    EventBy,
    GrowthIs,
    HorizonIs,
    ScoreIs,
    plain,
)
from bayes_rsi.units import WORK_TIME, as_date

__all__ = ["TIMES", "parse"]

#: Units of time, in minutes, by what people write.
TIMES = {
    **WORK_TIME,
    **{f"{name}s": size for name, size in WORK_TIME.items()},
    "min": WORK_TIME["minute"],
    "h": WORK_TIME["hour"],
}
_EVENTS = {"automated": "end_to_end"}
_COMPARISON = re.compile(r">=|<=|>|<|≥|≤|=")
_SIGNS = {"≥": ">=", "≤": "<="}
_NUMBER = re.compile(r"\s*([0-9][0-9,]*\.?[0-9]*|\.[0-9]+)\s*(%|[A-Za-z-]*)\s*$")
_WHEN = re.compile(r"\b(on|by)\s+(\S+)\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class _Clause:
    """A part of the text and where it begins."""

    whole: str
    text: str
    begin: int

    def error(self, got: str, expected: str, hint: str = "") -> ConditionError:
        place = self.whole.find(got, self.begin) if got else self.begin
        where = f"condition '{self.whole}', character {max(place, 0) + 1}"
        text = f"{where}: got '{got}', expected {expected}"
        return ConditionError(f"{text}. {hint}" if hint else text)


def parse(text: str) -> tuple[Condition, ...]:
    """Read a condition.

    Parameters
    ----------
    text : str
        As the grammar at the top of this module has it.

    Returns
    -------
    tuple of Condition
        All of them must be met.

    Raises
    ------
    ConditionError
        With place, what was got, what was expected, and the closest known word.

    Examples
    --------
    >>> [str(one) for one in parse("horizon p50 >= 100 h on 2026-12-31 and not automated by 2028")]
    ['horizon p50 >= 100 h on 2026-12-31', 'not end_to_end by 2028-12-31']
    """
    return tuple(_clause(part) for part in _clauses(text))


def _clauses(text: str) -> list[_Clause]:
    parts, begin = [], 0
    for found in [*re.finditer(r"\band\b", text, re.IGNORECASE), None]:
        end = found.start() if found else len(text)
        piece = text[begin:end]
        parts.append(_Clause(text, piece.strip(), begin + len(piece) - len(piece.lstrip())))
        begin = found.end() if found else end
    for part in parts:
        if not part.text:
            raise part.error("", "a condition such as 'horizon p50 >= 100 h on 2026-12-31'")
    return parts


def _clause(clause: _Clause) -> Condition:
    sign = _COMPARISON.search(clause.text)
    if sign is None:
        return _event(clause)
    if sign.group() == "=":
        raise clause.error(
            "=", "one of >= <= > <", "A quantity takes a single value in no draw; give a bound."
        )
    comparison = _SIGNS.get(sign.group(), sign.group())
    quantity, rest = clause.text[: sign.start()].strip(), clause.text[sign.end() :]
    if not quantity:
        raise clause.error(sign.group(), f"a quantity before '{sign.group()}', such as 'horizon'")
    words = quantity.casefold().split()
    if words == ["growth"]:
        return _growth(clause, comparison, rest)
    day, value = _day(clause, rest)
    number, unit = _number(clause, value)
    if words[0] == "horizon":
        return _horizon(clause, words[1:], comparison, (number, unit), day)
    size = _size(clause, unit)
    return ScoreIs(plain(quantity), comparison, number * size, day, unit)


def _event(clause: _Clause) -> Condition:
    day, text = _day(clause, clause.text, "a comparison (>= <= > <), or an event and 'by' a day")
    words = text.split()
    happened = not (words and words[0].casefold() == "not")
    name = plain(" ".join(words if happened else words[1:]))
    if not name:
        raise clause.error(clause.text, "an event before 'by', such as 'not automated by 2028'")
    return EventBy(_EVENTS.get(name, name), day, happened)


def _growth(clause: _Clause, comparison: str, rest: str) -> Condition:
    if _WHEN.search(rest):
        raise clause.error(
            rest.strip(), "a number alone", "Growth is that at the as-of date and takes no day."
        )
    number, unit = _number(clause, rest)
    if unit:
        raise clause.error(unit, "no unit: doublings per year")
    return GrowthIs(comparison, number)


def _horizon(
    clause: _Clause, words: list[str], comparison: str, value: tuple[float, str], day: date
) -> Condition:
    reliability = words[0] if words else "p50"
    if len(words) > 1 or not re.fullmatch(r"p[0-9]{2}", reliability):
        raise clause.error(" ".join(words), "'p50' or 'p80' after 'horizon'")
    number, unit = value
    if unit in ("", "%"):
        hint = f"Add one of {', '.join(TIMES)}."
        raise clause.error(f"{number:g}{unit}", "a unit of time after the number", hint)
    return HorizonIs(comparison, number * _size(clause, unit), day, int(reliability[1:]))


def _day(
    clause: _Clause,
    text: str,
    expected: str = "'on' or 'by' and a day at the end, which only 'growth' does without",
) -> tuple[date, str]:
    """Take the day from the end of a text; give what stands before it too."""
    found = _WHEN.search(text)
    if found is None:
        raise clause.error(text.strip(), expected, "For example: 'by 2028-12-31'.")
    word = found.group(2)
    try:
        day = date(int(word), 12, 31) if re.fullmatch(r"[0-9]{4}", word) else as_date(word)
    except ValueError:
        raise clause.error(word, "a day such as 2028-12-31, or a year") from None
    return day, text[: found.start()]


def _number(clause: _Clause, text: str) -> tuple[float, str]:
    found = _NUMBER.match(text)
    if found is None:
        raise clause.error(text.strip(), "a number, with a unit where there is one")
    return float(found.group(1).replace(",", "")), found.group(2).casefold()


def _size(clause: _Clause, unit: str) -> float:
    if unit == "%":
        return 0.01
    if unit and unit not in TIMES:
        raise clause.error(unit, "a unit of time, or %", did_you_mean(unit, TIMES))
    return TIMES.get(unit, 1.0)
