"""The bash-only scores of SWE-bench Verified are the counts of outcomes, issue by issue.

500 outcomes of each system (details of leaderboards.json, f1176b6 of 2025-12-10) come down to one
sufficient statistic, the number of resolved issues; so the scores stand for the items.
"""

from __future__ import annotations

import pandas as pd
import pytest

from bayes_rsi.evidence import Evidence, load_evidence

# Resolved issues, counted. Claude 3.7 Sonnet is left out: 51 in the details, 264 in the headline.
RESOLVED = {
    "Claude Opus 4": 338,
    "Claude Opus 4.5": 372,
    "Claude Sonnet 4": 324,
    "Claude Sonnet 4.5": 353,
    "DeepSeek-V3.2": 300,
    "Devstral 2": 269,
    "Devstral Small 2": 282,
    "GLM-4.5": 271,
    "GLM-4.6": 277,
    "GPT-5": 325,
    "GPT-5 mini": 299,
    "GPT-5 nano": 174,
    "GPT-5.1": 330,
    "GPT-5.1-Codex": 330,
    "Gemini 2.5 Pro (May 2025)": 268,
    "Gemini 3 Pro": 371,
    "Kimi K2 (Jul 2025)": 219,
    "Llama 4 Maverick": 105,
    "MiniMax-M2": 305,
    "Qwen2.5-Coder (32B)": 45,
    "Qwen3-Coder-480B-A35B": 277,
    "gpt-oss-120b": 130,
    "o3": 292,
    "o4-mini": 225,
}
# One issue of theirs was not scored: the published share is of 499.
UNSCORED = {"Claude Sonnet 4", "Llama 4 Maverick"}


def disagreeing(scores: pd.DataFrame, resolved: dict[str, int]) -> list[str]:
    """Systems without exactly one score, or whose score is not the count, to four digits."""
    found = []
    for system, count in resolved.items():
        rows = scores[scores["system"] == system]
        items = 500 - (system in UNSCORED)
        if len(rows) != 1 or abs(rows["value"].iloc[0] - count / items) > 0.5e-4:
            found.append(system)
    return found


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return load_evidence()


def test_scores_are_counts(evidence: Evidence) -> None:
    scores = evidence.scores[evidence.scores["series"] == "swe_bench_verified_bash_only"]
    scores = scores[scores["source"].str.contains("leaderboards.json @f1176b6")]
    assert disagreeing(scores, RESOLVED) == []
    assert (scores["n_items"] == 500).all()
    assert disagreeing(scores, RESOLVED | {"o3": 291, "Claude 3.7 Sonnet": 51}) == [
        "o3",
        "Claude 3.7 Sonnet",
    ]
