"""What a file of results comes from, so that results of something else are never added to it.

Invariant: nothing is written here; a file is read whole or refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bayes_rsi.errors import StoreError

__all__ = ["read_record", "refuse_another"]


def read_record(path: Path) -> dict[str, Any]:
    """Read a record.

    Parameters
    ----------
    path : pathlib.Path
        A JSON file that holds one object.

    Returns
    -------
    dict
        Empty when there is no file.

    Raises
    ------
    StoreError
        When the file is damaged.

    Examples
    --------
    >>> read_record(Path("none.json"))
    {}
    """
    if not path.is_file():
        return {}
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise StoreError(
            f"{path}: got a damaged file ({error}), expected what an earlier run wrote; move it "
            "away, with the tables beside it"
        ) from error


def refuse_another(path: Path, found: Mapping[str, Any], origin: Mapping[str, Any]) -> None:
    """Refuse to add to what comes from something else.

    Parameters
    ----------
    path : pathlib.Path
        For the error.
    found : mapping of str to object
        Origin of what is there; what is not in ``origin`` may be anything.
    origin : mapping of str to object
        Origin of what would be added, as plain types.

    Raises
    ------
    StoreError
        When they differ.

    Examples
    --------
    >>> refuse_another(Path("out.json"), {"seed": 1, "fits": 3}, {"seed": 1})
    """
    for key, value in origin.items():
        if found.get(key) != value:
            raise StoreError(
                f"{path}: got results with {key} {found.get(key)!r}, expected {value!r}; give "
                "another folder, or move the old files away"
            )
