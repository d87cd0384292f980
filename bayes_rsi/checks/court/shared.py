"""What several cards were asked alike: the densities that each gave to the same outcomes.

Invariant: an outcome is in only if every card answered it, from a day that counts, and if it became
known by the day at which the update ends; nothing that the days of the test ask has a part in it.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from bayes_rsi.cards.pool import Update
from bayes_rsi.checks.court.ledger import Ledger
from bayes_rsi.checks.court.targets import TEST_ORIGINS
from bayes_rsi.errors import CardError

__all__ = ["answered_by_all"]


def answered_by_all(ledgers: Mapping[str, Ledger], update: Update) -> pd.DataFrame:
    """Give the log density of each outcome that all cards were asked about.

    Parameters
    ----------
    ledgers : mapping of str to Ledger
        Backtest of each card, by its name.
    update : Update
        Days that count, and the day at which outcomes end.

    Returns
    -------
    pandas.DataFrame
        One row for each outcome, by target: a column for each card with the natural logarithm of
        its predictive density (of the bin of the outcome, see `bayes_rsi.score.kernels.log_score`),
        ``block`` (system) and ``origin``. Empty without an outcome in common.

    Raises
    ------
    CardError
        When the update would use what the days of the test ask.
    """
    _refuse_tests(update)
    parts = [_of(ledger, card, update) for card, ledger in ledgers.items()]
    scores = pd.concat(
        [part["density"].rename(card) for card, part in zip(ledgers, parts, strict=True)], axis=1
    )
    described = pd.concat([part[["block", "origin"]] for part in parts])
    described = described[~described.index.duplicated()]
    return scores.dropna().join(described).sort_index()


def _of(ledger: Ledger, card: str, update: Update) -> pd.DataFrame:
    asked = ledger.targets()
    asked = asked[asked["origin"].isin(update.origins)]
    asked = asked[asked["known_on"] <= pd.Timestamp(update.until)].set_index("target")
    table = ledger.table()
    rows = table[(table["model"] == card) & (table["output_type_id"] == "log_score")]
    target = rows["origin_date"] + "|" + rows["target"]
    density = pd.Series(-rows["value"].to_numpy(), pd.Index(target, name="target"), name="density")
    return asked[["block", "origin"]].join(density, how="inner").dropna(subset="density")


def _refuse_tests(update: Update) -> None:
    kept = min(TEST_ORIGINS)
    late = [day for day in update.origins if day >= kept]
    late += [update.until] if update.until > kept else []
    if late:
        raise CardError(
            f"pool.toml: table [update]: got {late[0]}, expected origins before {kept} and 'until' "
            f"at most {kept}; later days are kept for the test"
        )
