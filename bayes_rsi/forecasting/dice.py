"""Random numbers of the projection, one stream for each named quantity.

Invariant: a quantity's stream depends on the seed and on its name alone, so adding an event or a
requirement moves no other draw, and events that share a quantity see the same value of it.
"""

from __future__ import annotations

import hashlib

import numpy as np

__all__ = ["dice"]


def dice(seed: int, name: str) -> np.random.Generator:
    """Give the stream of a named quantity.

    Parameters
    ----------
    seed : int
        Seed of the forecast, not negative.
    name : str
        Name of the quantity.

    Returns
    -------
    numpy.random.Generator
        At the beginning of the stream.

    Examples
    --------
    >>> dice(1, "lead").random() == dice(1, "lead").random()
    True
    """
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    return np.random.default_rng(np.random.SeedSequence([seed, key]))
