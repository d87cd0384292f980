"""Posteriors of earlier runs, reused where they are exactly what this run would give.

Invariant: a stored posterior is used only when it is of the model (the card but for its events),
data, as-of date, version and seed asked for; the user is told which case it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import bayes_rsi as rsi
from bayes_rsi.cli.progress import Stages
from bayes_rsi.errors import StoreError

__all__ = ["MODELS", "POSTERIOR", "SHIPPED", "Posterior", "obtain"]

#: Where the cards, their verdicts and their records are, in a checkout.
MODELS = Path("models")
#: Name that `save_fit` gives its file.
POSTERIOR = "posterior.nc"
#: Folder, inside that of the files, of the posterior without the added rows.
SHIPPED = "shipped"


@dataclass(frozen=True)
class Posterior:
    """A fit and where it lies.

    Parameters
    ----------
    fit : Fit
        Stored or new.
    home : pathlib.Path or None
        Folder that it was read from; None when it is new.
    """

    fit: rsi.Fit
    home: Path | None

    def keep(self, folder: Path) -> None:
        """Write it, unless it lies there already.

        Parameters
        ----------
        folder : pathlib.Path
            Where it goes.
        """
        if self.home != folder:
            rsi.save_fit(self.fit, folder)


def obtain(
    card: rsi.Card, evidence: rsi.Evidence, seed: int, folders: Iterable[Path], stages: Stages
) -> Posterior:
    """Give the posterior: a stored one if it is the one asked for, else a new one.

    Parameters
    ----------
    card : Card
        What is assumed.
    evidence : Evidence
        What was seen.
    seed : int
        Seed of the fit.
    folders : iterable of pathlib.Path
        Where earlier runs may have left it; none to sample anew.
    stages : Stages
        Told what happens; takes the time.

    Returns
    -------
    Posterior
        Stored or new.
    """
    for folder in folders:
        if (folder / POSTERIOR).exists():
            fit = _recalled(card, evidence, seed, folder, stages)
            if fit is not None:
                return Posterior(fit, folder)
    fit = rsi.fit(card, evidence, seed=seed, progress=stages.tell)
    stages.add(fit.timings)
    return Posterior(fit, None)


def _recalled(
    card: rsi.Card, evidence: rsi.Evidence, seed: int, folder: Path, stages: Stages
) -> rsi.Fit | None:
    try:
        fit = stages.run("recalling", lambda: rsi.load_fit(card, evidence, folder, seed))
    except StoreError as error:
        stages.note(f"Not reused: {error}.")
        return None
    stages.note(
        f"Posterior reused from {folder / POSTERIOR} (same model, data, as-of date, version "
        "and seed); --refit samples anew."
    )
    return fit
