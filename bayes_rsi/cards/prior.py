"""One judged distribution: its numbers, its reason, and how to draw from it.

Invariant: a prior is frozen and its numbers are those of its family, however it was made; `draw`,
`quantile` and `log_density` speak of one and the same distribution (tests/cards/test_prior.py holds
each against SciPy's).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from bayes_rsi.errors import CardError, did_you_mean

__all__ = ["FAMILIES", "Prior"]

#: Shape parameters of each prior family, in the order of `Prior.parameters`.
FAMILIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "normal": ("mean", "sd"),
        "lognormal": ("median", "sigma"),
        "halfnormal": ("sd",),
        "beta": ("alpha", "beta"),
        "scaled_beta": ("alpha", "beta", "most"),
    }
)


@dataclass(frozen=True)
class Prior:
    """One judged distribution.

    Parameters
    ----------
    name : str
        Name in the card.
    family : {"normal", "lognormal", "halfnormal", "beta", "scaled_beta"}
        ``lognormal`` is given by its median and the standard deviation of the natural logarithm,
        ``scaled_beta`` is ``most`` times a beta.
    parameters : tuple of float
        In the order of `FAMILIES`.
    unit : str
        Unit of the quantity.
    why : str
        Reason for the numbers.
    source : str
        Where the reason comes from; "judgement" when from nowhere else.

    Raises
    ------
    CardError
        When the family is not known, or its parameters are not all there, finite and in range.
    """

    name: str
    family: str
    parameters: tuple[float, ...]
    unit: str
    why: str
    source: str

    def __post_init__(self) -> None:
        """Refuse numbers that are no distribution, such as a negative standard deviation."""
        if self.family not in FAMILIES:
            raise self._error(f"family '{self.family}'", did_you_mean(self.family, FAMILIES))
        keys, numbers = FAMILIES[self.family], tuple(float(value) for value in self.parameters)
        if len(numbers) != len(keys):
            raise self._error(f"{len(numbers)} parameters", f"Expected {', '.join(keys)}.")
        for key, value in zip(keys, numbers, strict=True):
            if not math.isfinite(value) or (key != "mean" and value <= 0):
                kind = "finite" if key == "mean" else "positive, finite"
                raise self._error(f"{key} = {value}", f"Expected a {kind} number.")
        object.__setattr__(self, "parameters", numbers)

    @property
    def _most(self) -> float:
        """The largest value of a beta, scaled or not."""
        return self.parameters[2] if self.family == "scaled_beta" else 1.0

    def _error(self, got: str, expected: str) -> CardError:
        return CardError(f"prior '{self.name}': got {got}. {expected}")

    def draw(self, rng: np.random.Generator, size: int | tuple[int, ...]) -> np.ndarray:
        """Draw from the prior.

        Parameters
        ----------
        rng : numpy.random.Generator
            Source of randomness.
        size : int or tuple of int
            Shape of the result.

        Returns
        -------
        numpy.ndarray
            Draws in `unit`, of shape `size`.
        """
        first, *rest = self.parameters
        if self.family == "normal":
            return rng.normal(first, rest[0], size)
        if self.family == "lognormal":
            return first * np.exp(rng.normal(0.0, rest[0], size))
        if self.family == "halfnormal":
            return np.abs(rng.normal(0.0, first, size))
        return self._most * rng.beta(first, rest[0], size)

    def quantile(self, p: npt.ArrayLike) -> np.ndarray:
        """Give the value below which a share `p` of the prior lies.

        Parameters
        ----------
        p : float or array
            Probabilities in [0, 1], any shape.

        Returns
        -------
        numpy.ndarray
            Values in `unit`, shape of `p`; infinite at an open end.

        Raises
        ------
        CardError
            When a probability is outside [0, 1] or nan.

        Examples
        --------
        >>> year = Prior("autonomy", "lognormal", (120000.0, 2.0), "minutes", "...", "judgement")
        >>> float(year.quantile(0.5))
        120000.0
        """
        # Here and not at the top: reading a card should not wait for SciPy.
        from scipy import special

        share = np.asarray(p, dtype=float)
        if not np.all((share >= 0) & (share <= 1)):
            raise CardError(f"prior '{self.name}': got p = {p!r}, expected probabilities in [0, 1]")
        first, *rest = self.parameters
        if self.family == "normal":
            return np.asarray(first + rest[0] * special.ndtri(share))
        if self.family == "lognormal":
            return np.asarray(first * np.exp(rest[0] * special.ndtri(share)))
        if self.family == "halfnormal":
            return np.asarray(first * math.sqrt(2.0) * special.erfinv(share))
        return np.asarray(self._most * special.betaincinv(first, rest[0], share))

    def log_density(self, x: npt.ArrayLike) -> np.ndarray:
        """Give the natural logarithm of the density.

        Parameters
        ----------
        x : float or array
            Values in `unit`, any shape.

        Returns
        -------
        numpy.ndarray
            Per `unit`, shape of `x`; minus infinity outside of what the prior allows.
        """
        from scipy import special

        value = np.asarray(x, dtype=float)
        first, *rest = self.parameters
        with np.errstate(divide="ignore", invalid="ignore"):
            if self.family == "normal":
                return _log_normal((value - first) / rest[0]) - math.log(rest[0])
            if self.family == "lognormal":
                z = np.log(value / first) / rest[0]
                inside, density = value > 0, _log_normal(z) - np.log(rest[0] * value)
            elif self.family == "halfnormal":
                inside, density = value >= 0, _log_normal(value / first) + math.log(2.0 / first)
            else:
                part = value / self._most
                inside = (part >= 0) & (part <= 1)
                # xlogy, not a product: at the ends a flat side is 0 times minus infinity.
                density = special.xlogy(first - 1, part) + special.xlog1py(rest[0] - 1, -part)
                density = density - special.betaln(first, rest[0]) - math.log(self._most)
        return np.where(np.isnan(value), np.nan, np.where(inside, density, -np.inf))


def _log_normal(z: np.ndarray) -> np.ndarray:
    return -0.5 * z * z - 0.5 * math.log(2.0 * math.pi)
