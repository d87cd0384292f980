"""The model that is calibrated, and deliberately wrong ones that must be found out.

Invariant: every variant is fitted to the same simulated scores, which the right model has drawn;
the model has no switch that is there for a test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

from bayes_rsi import names
from bayes_rsi.cards import Card, load_card
from bayes_rsi.checks.sbc.quantities import LAST_FRONTIER
from bayes_rsi.evidence import data_folder
from bayes_rsi.model import systems

__all__ = ["DESIGN", "RIGHT", "VARIANTS", "Variant", "reduced_card"]

#: Folder of the reduced design.
DESIGN = data_folder() / "synthetic" / "reduced"
RIGHT = "right"
#: A share of the published variance that is next to nothing, as parameters of a beta.
NEXT_TO_NOTHING = (100.0, 1e5)


@dataclass(frozen=True)
class Variant:
    """A model to be fitted to simulated scores.

    Parameters
    ----------
    name : str
        Its name in files.
    title : str
        What is wrong with it, for people.
    told_by : tuple of str
        Quantities in which that must be seen, named before it is run; empty for the right one.
    card : callable
        From the card of the right model to its own.
    built : callable
        Context in which its model is built.
    """

    name: str
    title: str
    told_by: tuple[str, ...] = ()
    card: Callable[[Card], Card] = lambda card: card
    built: Callable[[], AbstractContextManager[Any]] = nullcontext


def reduced_card() -> Card:
    """Read the card of the reduced design.

    Returns
    -------
    Card
        The baseline's priors and events.
    """
    return load_card(DESIGN / "card.toml")


def _without_ceilings(card: Card) -> Card:
    return replace(card, use_ceilings=False)


def _independent_errors(card: Card) -> Card:
    """Take the errors of all systems on a suite for their own."""
    prior = replace(card.prior(names.HORIZON_SHARED), parameters=NEXT_TO_NOTHING)
    return replace(card, priors={**card.priors, names.HORIZON_SHARED: prior})


@contextmanager
def _gap_flipped() -> Iterator[None]:
    """Put systems above the frontier: capability = frontier + gap + noise."""
    density = systems._log_density

    def mirrored(capability: Any, frontier: Any, *others: Any) -> Any:
        return density(2.0 * frontier - capability, frontier, *others)

    with patch.object(systems, "_log_density", mirrored):
        yield


VARIANTS = {
    variant.name: variant
    for variant in (
        Variant(RIGHT, "the model as it is"),
        Variant(
            "no_ceilings",
            "ceilings ignored",
            (names.ROUNDING, "overdispersion_typical", "slope[gpqa_diamond]"),
            card=_without_ceilings,
        ),
        Variant(
            "independent_errors",
            "METR's shared error ignored",
            (names.SUITE_ERROR, names.HORIZON_NOISE),
            card=_independent_errors,
        ),
        Variant(
            "gap_flipped",
            "sign of the gap flipped",
            (LAST_FRONTIER, "gap_flagship"),
            built=_gap_flipped,
        ),
    )
}
