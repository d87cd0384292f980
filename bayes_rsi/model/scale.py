"""The scale on which results are told: doublings, log2 minutes of METR's TH1.1 50% horizon.

Invariant: one linear map for everything that has a place in the population's frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["Scale"]


@dataclass(frozen=True)
class Scale:
    """Doublings as a linear function of place in the frame: ``at_level + rate * place``.

    Parameters
    ----------
    at_level, rate : tensor
        Doublings at place 0, and doublings per unit of place.
    """

    at_level: Any
    rate: Any

    def doublings(self, place: Any) -> Any:
        """Convert.

        Parameters
        ----------
        place : tensor
            Place in the population's frame.

        Returns
        -------
        tensor
            Doublings, same shape.
        """
        return self.at_level + self.rate * place
