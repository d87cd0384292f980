"""A card that says only what it changes about another.

Invariant: what comes out is a whole card, checked like any other; a distribution or a requirement
is replaced as a whole, so no number of one family ends up under another, and no judged number under
the reason of another one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bayes_rsi.errors import CardError, did_you_mean

__all__ = ["EXTENDS", "WITHOUT", "extended"]

EXTENDS, WITHOUT = "extends", "without"
#: Keys by which a table is one distribution or one requirement: replaced whole.
_WHOLE = ("family", "series")
#: Judged numbers of an event, and the key of their reason.
_JUDGED, _REASON = ("never", "taste_free"), "never_why"


def extended(
    raw: Mapping[str, Any],
    file: str,
    base: Callable[[str], Mapping[str, Any]],
    seen: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Put a card on top of the one that it extends.

    Parameters
    ----------
    raw : mapping
        What `tomllib` read. ``extends`` names a shipped card; ``without`` lists dotted places, such
        as ``priors.growth_drift``, of what this card leaves out of it.
    file : str
        Name of the file, for errors.
    base : callable
        Gives what `tomllib` read of a shipped card, by its name.
    seen : tuple of str
        Cards on the way here, to find a circle.

    Returns
    -------
    dict
        The whole card, without ``extends`` and ``without``.

    Raises
    ------
    CardError
        When cards extend each other in a circle, ``without`` names nothing that is there, or a
        judged number is changed without a reason of its own.
    """
    own = dict(raw)
    name, dropped = own.pop(EXTENDS, None), own.pop(WITHOUT, [])
    if name is None:
        if dropped:
            raise CardError(
                f"{file}: top of the file, key '{WITHOUT}': got a list, expected it only beside "
                f"'{EXTENDS}'; name the card that it is taken from"
            )
        return own
    if not isinstance(name, str) or name in seen:
        raise CardError(
            f"{file}: top of the file, key '{EXTENDS}': got {name!r}, expected the name of a "
            f"shipped card that does not extend this one ({' -> '.join(seen) or 'no other'})"
        )
    whole = extended(base(name), name, base, (*seen, name))
    for place in _places(dropped, file):
        whole = _less(whole, place.split("."), place, file)
    _refuse_without_reason(whole, own, file)
    return _over(whole, own)


def _refuse_without_reason(below: Mapping[str, Any], above: Mapping[str, Any], file: str) -> None:
    for name, event in _tables(above, "events"):
        old = dict(_tables(below, "events")).get(name, {})
        changed = [key for key in _JUDGED if key in event and event[key] != old.get(key)]
        if changed and old and _REASON not in event:
            raise CardError(
                f"{file}: table [events.{name}], key '{changed[0]}': got {event[changed[0]]!r} "
                f"without a reason of its own, expected '{_REASON}' beside it; say why"
            )


def _tables(card: Mapping[str, Any], key: str) -> list[tuple[str, Mapping[str, Any]]]:
    found = card.get(key)
    pairs = found.items() if isinstance(found, Mapping) else ()
    return [(name, table) for name, table in pairs if isinstance(table, Mapping)]


def _places(dropped: Any, file: str) -> list[str]:
    if not isinstance(dropped, list) or not all(isinstance(item, str) for item in dropped):
        raise CardError(
            f"{file}: top of the file, key '{WITHOUT}': got {dropped!r}, expected a list of dotted "
            "places such as 'priors.growth_drift'"
        )
    return dropped


def _less(table: Mapping[str, Any], keys: list[str], place: str, file: str) -> dict[str, Any]:
    first, *rest = keys
    if first not in table or (rest and not isinstance(table[first], Mapping)):
        raise CardError(
            f"{file}: top of the file, key '{WITHOUT}': got '{place}', expected a place of the "
            f"extended card. {did_you_mean(first, table)}"
        )
    if not rest:
        return {key: value for key, value in table.items() if key != first}
    return {**table, first: _less(table[first], rest, place, file)}


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        whole = any(not isinstance(one, Mapping) or _is_whole(one) for one in (value, old))
        merged[key] = value if whole else _over(old or {}, value)
    return merged


def _is_whole(table: Mapping[str, Any]) -> bool:
    return any(isinstance(table.get(key), str) for key in _WHOLE)
