"""Where the shipped cards are, and how a card is loaded by its name or from a file.

Invariant: a shipped card is called like its folder, and files are only read.
"""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

from bayes_rsi.cards.extending import EXTENDS, extended
from bayes_rsi.cards.facts import Card
from bayes_rsi.cards.reading import read_card
from bayes_rsi.errors import CardError, did_you_mean

__all__ = ["card_names", "load_card", "models_folder", "read_toml"]

#: What a card that extends another says of itself.
OWN = ("name", "title", "why")


def models_folder() -> Path:
    """Give the folder of the shipped cards: packaged copy, else the checkout's ``models/``.

    Returns
    -------
    pathlib.Path
        A folder with one folder for each card.

    Raises
    ------
    CardError
        When neither exists.
    """
    package = Path(str(resources.files("bayes_rsi"))).resolve()
    packaged, checkout = package / "_models", package.parent / "models"
    for folder in (packaged, checkout):
        if folder.is_dir():
            return folder
    raise CardError(
        f"got no folder of cards, expected {packaged} or {checkout}; install the package again, "
        "or give the path of a .toml file"
    )


def card_names() -> list[str]:
    """List the shipped cards.

    Returns
    -------
    list of str
        Names, sorted.
    """
    return sorted(path.parent.name for path in models_folder().glob("*/card.toml"))


def load_card(name_or_path: str | Path) -> Card:
    """Read and check a card.

    Parameters
    ----------
    name_or_path : str or path
        Name of a shipped card, or path of a TOML file.

    Returns
    -------
    Card
        Checked and frozen.

    Raises
    ------
    CardError
        When the card is missing, is not TOML, has unknown or missing keys, or bad values.

    Examples
    --------
    >>> load_card("baseline").trend
    'drifting'
    """
    if Path(name_or_path).suffix == ".toml":
        return _own(Path(name_or_path))
    name = str(name_or_path)
    raw, path = _shipped(name), models_folder() / name / "card.toml"
    card = read_card(extended(raw, str(path), _shipped, (name,)), str(path))
    if card.name != name:
        raise CardError(
            f"{path}: top of the file, key 'name': got '{card.name}', expected '{name}'"
        )
    return card


def _own(path: Path) -> Card:
    """Read a card of a user's own, which must not pass for a shipped one."""
    raw = read_toml(path)
    missing = [key for key in OWN if EXTENDS in raw and key not in raw]
    if missing:
        raise CardError(
            f"{path}: top of the file, key '{missing[0]}': got none, expected one of its own "
            f"beside '{EXTENDS}'; a card that differs has its own {', '.join(OWN)}"
        )
    card = read_card(extended(raw, str(path), _shipped), str(path))
    if card.name in card_names() and card.digest != load_card(card.name).digest:
        raise CardError(
            f"{path}: top of the file, key 'name': got '{card.name}', which is a shipped card that "
            "says something else, expected a name of its own"
        )
    return card


def _shipped(name: str) -> dict[str, Any]:
    if name not in (known := card_names()):
        raise CardError(
            f"got card '{name}', expected the name of a shipped card or the path of a .toml file. "
            f"{did_you_mean(name, known)}"
        )
    return read_toml(models_folder() / name / "card.toml")


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file, with or without a byte order mark.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    dict
        What it says, unchecked.

    Raises
    ------
    CardError
        When it cannot be read, or is no TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))  # with or without a mark
    except OSError as error:
        raise CardError(
            f"{path}: got a file that cannot be read ({error.strerror}), expected a card; "
            f"shipped ones are {', '.join(card_names())}"
        ) from error
    except ValueError as error:  # not UTF-8, or not TOML: a key twice, a quote too few
        raise CardError(f"{path}: got text that is not TOML, expected a card: {error}") from error
