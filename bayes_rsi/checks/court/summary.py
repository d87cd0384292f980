"""The verdict of the court: who forecast how well, from the two tables of a backtest.

Invariant: pure; every comparison is made on the questions that both sides answered, and says how
many they were. Losses are rows like all others.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from bayes_rsi.checks.court.baselines.registry import LENT
from bayes_rsi.score.calibration import covered, pit_ecdf
from bayes_rsi.score.paired import Comparison, block_bootstrap

__all__ = [
    "against",
    "bars",
    "calibration",
    "rivals",
    "scored",
    "unasked",
]

#: What the model has to reach.
BAR_RATIO = 0.8
BAR_COVERAGE = {0.5: (0.4, 0.6), 0.8: (0.7, 0.9)}
#: A baseline is a rival for a group of questions if it answers at least this share of them.
SPOKEN = 0.5


def scored(table: pd.DataFrame, asked: pd.DataFrame) -> pd.DataFrame:
    """Put the scores of all forecasters beside the questions.

    Parameters
    ----------
    table : pandas.DataFrame
        What was forecast, with `answers.COLUMNS`.
    asked : pandas.DataFrame
        What was asked, with `targets.COLUMNS`.

    Returns
    -------
    pandas.DataFrame
        One row for each forecaster and question: ``model``, ``crps``, ``log_score``, ``pit``,
        ``crps_points``, quantiles ``q0.1`` to ``q0.9``, ``interval_score_80`` and ``_50``,
        ``width_80`` and ``_50``, and the columns of the question.
    """
    rows = table[table["output_type"].isin(["score", "quantile"])]
    name = rows["output_type_id"].where(
        rows["output_type"] == "score", "q" + rows["output_type_id"]
    )
    target = rows["origin_date"] + "|" + rows["target"]
    wide = (
        rows.assign(name=name, target=target)
        .pivot(index=["model", "target"], columns="name", values="value")
        .reset_index()
    )
    if "crps_points" not in wide:  # told of shares only, and none of them has been scored
        wide["crps_points"] = np.nan
    wide = wide.rename_axis(columns=None).merge(asked, on="target", validate="many_to_one")
    for percent, low, high in ((50, "q0.25", "q0.75"), (80, "q0.1", "q0.9")):
        outside = 2 / (1 - percent / 100)
        below = (wide[low] - wide["upper"]).clip(lower=0)
        above = (wide["observed"] - wide[high]).clip(lower=0)
        wide[f"width_{percent}"] = wide[high] - wide[low]
        wide[f"interval_score_{percent}"] = wide[f"width_{percent}"] + outside * (below + above)
    return wide


def calibration(scores: pd.DataFrame, by: Sequence[str] = ()) -> pd.DataFrame:
    """Give mean scores and coverage.

    Parameters
    ----------
    scores : pandas.DataFrame
        From `scored`.
    by : sequence of str
        Columns to tell apart beside the forecaster, such as ``months``, ``domain``, ``series``.

    Returns
    -------
    pandas.DataFrame
        Index forecaster and `by`; ``pairs``, ``systems``, mean ``crps``, ``crps_points``,
        ``log_score``, ``interval_score_80``, ``width_80``, shares ``inside_50``, ``inside_80``,
        ``inside_90`` and mean ``pit``.
    """
    marked = scores.assign(
        inside_50=covered(scores["pit"].to_numpy(), 0.5),
        inside_80=covered(scores["pit"].to_numpy(), 0.8),
        inside_90=covered(scores["pit"].to_numpy(), 0.9),
    )
    groups = marked.groupby(["model", *by], observed=True)
    means = ["crps", "crps_points", "log_score", "interval_score_80", "width_80"]
    table = groups[[*means, "inside_50", "inside_80", "inside_90", "pit"]].mean()
    table.insert(0, "systems", groups["block"].nunique())
    table.insert(0, "pairs", groups.size())
    return table


def against(
    scores: pd.DataFrame, ours: str, by: Sequence[str] = (), score: str = "crps", seed: int = 1
) -> pd.DataFrame:
    """Compare one forecaster with every other, on what both answered.

    Parameters
    ----------
    scores : pandas.DataFrame
        From `scored`.
    ours : str
        Name of the forecaster.
    by : sequence of str
        Columns of groups; none: all questions together.
    score : str, default "crps"
        Column compared.
    seed : int, default 1
        Seed of the bootstrap.

    Returns
    -------
    pandas.DataFrame
        Index the other forecaster (``baseline``) and `by`; fields of `score.paired.Comparison`, the
        intervals of 90% from a bootstrap by system.
    """
    mine = scores[scores["model"] == ours].set_index("target")
    rows = []
    for theirs, part in scores[scores["model"] != ours].groupby("model"):
        both = part[part["target"].isin(mine.index)]
        for label, group in both.groupby(list(by)) if by else [((), both)]:
            if len(group):
                found = _compared(mine.loc[group["target"]], group, score, seed)
                key = dict(zip(by, label, strict=True))
                rows.append({"baseline": theirs, **key, **vars(found)})
    return pd.DataFrame(rows).set_index(["baseline", *by]) if rows else pd.DataFrame()


def unasked(scores: pd.DataFrame, tests: Sequence[str]) -> pd.DataFrame:
    """Keep questions of the days of the test whose outcome no other day had asked about.

    The same figure is asked from several days: what was tuned on earlier ones has met most outcomes
    of the last.

    Parameters
    ----------
    scores : pandas.DataFrame
        From `scored`.
    tests : sequence of str
        Days of the test.

    Returns
    -------
    pandas.DataFrame
        Rows of `scores`.
    """
    figure = pd.MultiIndex.from_frame(scores[["series", "block", "observed"]])
    tested = scores["origin"].isin(list(tests)).to_numpy()
    return scores[tested & ~figure.isin(figure[~tested])]


def rivals(scores: pd.DataFrame) -> pd.DataFrame:
    """Leave out the baselines that are lent what is ours.

    Parameters
    ----------
    scores : pandas.DataFrame
        From `scored`.

    Returns
    -------
    pandas.DataFrame
        Rows of `scores`.
    """
    return scores[~scores["model"].isin(list(LENT))]


def _compared(mine: pd.DataFrame, other: pd.DataFrame, score: str, seed: int) -> Comparison:
    ours, theirs = (frame[score].to_numpy(dtype=float) for frame in (mine, other))
    return block_bootstrap(ours, theirs, other["block"].to_numpy(), seed)


def bars(scores: pd.DataFrame, ours: str, tests: Sequence[str]) -> pd.DataFrame:
    """Hold a forecaster against what it has to reach.

    Parameters
    ----------
    scores : pandas.DataFrame
        From `scored`.
    ours : str
        Name of the forecaster.
    tests : sequence of str
        Days on which nothing was tuned.

    Returns
    -------
    pandas.DataFrame
        ``bar``, ``value``, ``limit`` (text) and ``passed``. CRPS over that of the best baseline at
        most 0.8, on the days of the test at most 1: over all questions, over those about horizons,
        and over both kinds of these, records and named systems. The best baseline is the one that
        does best against us where both answer, of those that answer half of the questions.
        None that is best at one kind about horizons answers the other, so together they are held
        against the best of each; nan where one has none. Those that are lent what is ours are no
        rivals. Then the coverage, and the PIT inside its band: that of independent outcomes, and
        that of outcomes which depend on each other within a system.
    """
    scores = rivals(scores)
    mine = scores[scores["model"] == ours]
    rows = [*_ratios(scores, ours, BAR_RATIO)]
    tested = scores["origin"].isin(list(tests))
    rows += _ratios(scores[tested], ours, 1.0, ", test days")
    for level, (low, high) in BAR_COVERAGE.items():
        share = float(covered(mine["pit"].to_numpy(), level).mean()) if len(mine) else np.nan
        name = f"share inside the {level:.0%} interval"
        rows.append((name, share, f"{low:g} to {high:g}", low <= share <= high))
    pit = mine["pit"].to_numpy()
    for name, blocks in (("", None), (", systems as blocks", mine["block"].to_numpy())):
        inside = bool(len(mine)) and bool(pit_ecdf(pit, blocks=blocks).attrs["inside"])
        rows.append((f"PIT-ECDF inside its 95% band{name}", float(inside), "1", inside))
    return pd.DataFrame(rows, columns=["bar", "value", "limit", "passed"])


def _ratios(
    scores: pd.DataFrame, ours: str, limit: float, where: str = ""
) -> list[tuple[str, float, str, bool]]:
    """Hold all questions, horizons, and both kinds of questions about horizons to one limit."""
    horizons = scores[scores["metric"] == "horizon"]
    named = horizons["kind"] == "named"
    kinds = {"records of horizons": horizons[~named], "horizons of named systems": horizons[named]}
    asked = {f"all{where}": [scores], f"horizons{where}": list(kinds.values())}
    asked |= {f"{kind}{where}": [part] for kind, part in kinds.items()}
    return [_ratio(name, parts, ours, limit) for name, parts in asked.items()]


def _ratio(
    name: str, parts: Sequence[pd.DataFrame], ours: str, limit: float
) -> tuple[str, float, str, bool]:
    """Compare with the best baseline of each part, and add the parts up; nan where one has none."""
    found = pd.concat([_best(part, ours) for part in parts])
    rival = f" ({', '.join(found.index)})" if len(found) else ""
    worst = np.nan
    if len(found) == len(parts):
        mine, theirs = (float((found["pairs"] * found[side]).sum()) for side in ("ours", "theirs"))
        worst = mine / theirs
    text = f"CRPS over the best baseline's, {name}{rival}"
    return text, worst, f"at most {limit:g}", worst <= limit


def _best(scores: pd.DataFrame, ours: str) -> pd.DataFrame:
    """Give the comparison with the baseline that does best against us: one row, or none."""
    found = against(scores, ours)
    if not len(found):
        return found
    found = found[found["pairs"] >= SPOKEN * (scores["model"] == ours).sum()]
    return found.sort_values("ratio").tail(1)
