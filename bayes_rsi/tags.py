"""Facts that travel with every result: where it comes from, and whether its sampler converged.

Invariant: nothing leaves the package without a `Tag`, and no posterior without a `Verdict`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["Gate", "Tag", "Verdict"]


@dataclass(frozen=True)
class Tag:
    """Origin of a result.

    Parameters
    ----------
    card, card_digest : str
        Name and SHA-256 of the card.
    as_of, data_digest : str
        As-of date (ISO) and SHA-256 of the evidence known then.
    package_version : str
        Version of this package.
    seed : int
        Seed of the sampler and of the projection.
    n_scores, n_systems, n_series : int
        Size of the fitted panel.
    """

    card: str
    card_digest: str
    as_of: str
    data_digest: str
    package_version: str
    seed: int
    n_scores: int
    n_systems: int
    n_series: int

    def as_dict(self) -> dict[str, Any]:
        """Give the tag as plain types.

        Returns
        -------
        dict
            Parameter to value.
        """
        return asdict(self)


@dataclass(frozen=True)
class Gate:
    """One check of the sampler.

    Parameters
    ----------
    name : str
        Such as ``"r_hat"``.
    value, limit : float
        Worst value found, and what it may be.
    at_most : bool
        True when `value` must not exceed `limit`, False when it must not fall below.
    where : str
        Parameter with the worst value; may be empty.
    """

    name: str
    value: float
    limit: float
    at_most: bool
    where: str = ""

    @property
    def passed(self) -> bool:
        """Whether the value is within its limit; a missing value is not."""
        return self.value <= self.limit if self.at_most else self.value >= self.limit


@dataclass(frozen=True)
class Verdict:
    """All gates of one posterior.

    Parameters
    ----------
    gates : tuple of Gate
        Every check that was made.
    """

    gates: tuple[Gate, ...]

    @property
    def passed(self) -> bool:
        """Whether every gate passed."""
        return all(gate.passed for gate in self.gates)

    def sentence(self) -> str:
        """Say the verdict in one line.

        Returns
        -------
        str
            Every gate's value if all passed, else those that failed.
        """
        if self.passed:
            shown = ", ".join(f"{gate.name} {gate.value:.4g}" for gate in self.gates)
            return f"Convergence gates: all {len(self.gates)} passed ({shown})."
        failed = "; ".join(
            f"{gate.name} {_apart(gate)} ({'at most' if gate.at_most else 'at least'} "
            f"{gate.limit:g}{', at ' + gate.where if gate.where else ''})"
            for gate in self.gates
            if not gate.passed
        )
        return f"CONVERGENCE GATES FAILED, do not rely on what follows: {failed}."


def _apart(gate: Gate) -> str:
    """Write a value that failed with as many digits as tell it from its limit."""
    short = f"{gate.value:.4g}"
    return short if short != f"{gate.limit:.4g}" else f"{gate.value:.8g}"
