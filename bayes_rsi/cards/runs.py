"""What the model of runs on single tasks assumes, from TOML.

Invariant: a runs card has exactly the priors of `RUNS_PRIORS`, each of a family and a unit that the
model can use, so that nothing is missing once a card was read. It is shipped as
``models/time_horizon/runs.toml``, beside the cards and not one of them: it makes no forecast.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bayes_rsi.cards.facts import Sampling
from bayes_rsi.cards.prior import Prior
from bayes_rsi.cards.reading import read_prior, read_sampling
from bayes_rsi.cards.shipped import models_folder, read_toml
from bayes_rsi.cards.toml import Table

__all__ = ["HUMAN_SOURCES", "RUNS_PRIORS", "RunsCard", "load_runs_card", "read_runs_card"]

#: Where a human time comes from; the same as those of the tables (tested).
HUMAN_SOURCES = ("baseline", "qa", "external_qa", "estimate")
_POSITIVE = ("lognormal", "halfnormal")
#: Unit and possible families of every prior, by its name.
RUNS_PRIORS: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "halfway": ("log2 minutes", ("normal",)),
        "slope_typical": ("logit per doubling", ("lognormal",)),
        "slope_spread": ("1", _POSITIVE),
        "family_spread": ("doublings", _POSITIVE),
        "task_spread": ("doublings", _POSITIVE),
        "length_typical": ("log2 minutes", ("normal",)),
        "length_spread": ("doublings", _POSITIVE),
        "overdispersion": ("1", ("beta",)),
    }
    | {f"human_error_{source}": ("doublings", _POSITIVE) for source in HUMAN_SOURCES}
)


@dataclass(frozen=True)
class RunsCard:
    """What the model of runs assumes.

    Parameters
    ----------
    name, title, why : str
        Identifier, one line, reason.
    sampling : Sampling
        How the posterior is sampled.
    priors : mapping of str to Prior
        Those of `RUNS_PRIORS`, sorted by name.
    """

    name: str
    title: str
    why: str
    sampling: Sampling
    priors: Mapping[str, Prior] = field(hash=False)

    def __post_init__(self) -> None:
        """Copy the priors into a read-only mapping, in an order that no file decides."""
        object.__setattr__(self, "priors", MappingProxyType(dict(sorted(self.priors.items()))))

    def __reduce__(self) -> tuple[type[RunsCard], tuple[Any, ...]]:
        """Pickle and copy by content: a read-only mapping does neither."""
        return RunsCard, (self.name, self.title, self.why, self.sampling, dict(self.priors))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the card's content, hexadecimal; layout and comments do not enter."""
        content = {
            "name": self.name,
            "title": self.title,
            "why": self.why,
            "sampling": asdict(self.sampling),
            "priors": {name: asdict(prior) for name, prior in self.priors.items()},
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def load_runs_card(path: str | Path | None = None) -> RunsCard:
    """Read and check a runs card.

    Parameters
    ----------
    path : path, optional
        A TOML file. Default: the shipped one.

    Returns
    -------
    RunsCard
        Checked and frozen.

    Raises
    ------
    CardError
        When the file is missing, is not TOML, has unknown or missing keys, or bad values.

    Examples
    --------
    >>> load_runs_card().priors["overdispersion"].family
    'beta'
    """
    file = models_folder() / "time_horizon" / "runs.toml" if path is None else Path(path)
    return read_runs_card(read_toml(file), str(file))


def read_runs_card(raw: Mapping[str, Any], file: str) -> RunsCard:
    """Check what was read from a runs card and freeze it.

    Parameters
    ----------
    raw : mapping
        What `tomllib` read.
    file : str
        Name of the file, for errors.

    Returns
    -------
    RunsCard
        Checked and frozen.

    Raises
    ------
    CardError
        With file, table and key, what was got, what was expected, and the closest known word.
    """
    top = Table(file, "", raw).only(("name", "title", "why", "sampling", "priors"))
    priors = top.table("priors").only(RUNS_PRIORS)
    return RunsCard(
        name=top.name("name"),
        title=top.text("title"),
        why=top.text("why"),
        sampling=read_sampling(top.table("sampling")),
        priors={
            name: read_prior(priors.table(name), name, *limits)
            for name, limits in RUNS_PRIORS.items()
        },
    )
