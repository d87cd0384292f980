"""Two vintages of METR's data give the doubling times that METR published for them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bayes_rsi.errors import EvidenceError
from bayes_rsi.evidence import Evidence, cut, doubling_time, load_evidence, panel, records


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    """The shipped tables."""
    return load_evidence()


def _frame(days: list[str], values: list[float], **columns: Any) -> pd.DataFrame:
    systems = [f"S{place}" for place in range(len(days))]
    return pd.DataFrame(
        {"system": systems, "released": pd.to_datetime(days), "value": values} | columns
    )


@pytest.mark.parametrize(
    ("vintage", "since", "published"),
    [
        ("2026-01-30", "2019-01-01", 196.475),
        ("2026-01-30", "2023-01-01", 130.801),
        ("2026-02-06", "2019-01-01", 188.657),
        ("2026-02-06", "2023-01-01", 128.120),
    ],
)
def test_published_doubling_times(
    evidence: Evidence, vintage: str, since: str, published: float
) -> None:
    got = doubling_time(panel(cut(evidence, vintage), carried_over=True), since)
    assert got == pytest.approx(published, abs=0.01)


def test_records_of_the_first_vintage(evidence: Evidence) -> None:
    names = records(panel(cut(evidence, "2026-01-30"), carried_over=True))["system"].tolist()
    assert names == [
        "GPT-2",
        "GPT-3 (davinci-002)",
        "GPT-3.5 Turbo Instruct",
        "GPT-4 (Mar 2023)",
        "GPT-4 Turbo (Nov 2023)",
        "GPT-4o (May 2024)",
        "Claude 3.5 Sonnet (Jun 2024)",
        "o1-preview",
        "Claude 3.5 Sonnet (Oct 2024)",
        "o1",
        "Claude 3.7 Sonnet",
        "o3",
        "GPT-5",
        "Claude Opus 4.5",
    ]


def test_a_record_needs_more_than_every_system_before_it() -> None:
    frame = _frame(["2024-03-01", "2024-01-01", "2024-02-01", "2024-04-01"], [4, 4, 2, 5])
    assert records(frame)["system"].tolist() == ["S1", "S3"]


def test_one_day_has_one_record() -> None:
    frame = _frame(["2024-01-01", "2024-02-01", "2024-02-01"], [1, 2, 3])
    assert records(frame)["value"].tolist() == [1, 3]


def test_censored_figures_set_no_record() -> None:
    frame = _frame(
        ["2024-01-01", "2024-02-01", "2024-03-01"], [1, 9, 2], censoring=["none", "right", "none"]
    )
    assert records(frame)["value"].tolist() == [1, 2]


def test_records_before_the_start_still_count_as_beaten() -> None:
    days = ["2022-01-01", "2023-01-01", "2023-03-02", "2023-05-01"]
    # The second system beats nobody, though it is the first since 2023.
    assert doubling_time(_frame(days, [4, 2, 8, 16]), "2023-01-01") == pytest.approx(60)


@given(
    period=st.floats(20, 2000),
    start=st.floats(0.01, 100),
    gaps=st.lists(st.integers(1, 400), min_size=1),
)
def test_an_exact_exponential_gives_its_own_doubling_time(
    period: float, start: float, gaps: list[int]
) -> None:
    days = np.concatenate([[0], np.cumsum(gaps[:20])])
    frame = pd.DataFrame(
        {
            "system": [f"S{day}" for day in days],
            "released": np.datetime64("2019-01-01", "ns") + days.astype("timedelta64[D]"),
            "value": start * 2.0 ** (days / period),
        }
    )
    assert doubling_time(frame) == pytest.approx(period, rel=1e-6)


def test_the_order_of_rows_does_not_matter(evidence: Evidence) -> None:
    result = panel(cut(evidence, "2026-02-06"))
    backwards = result.isel(score=slice(None, None, -1), system=slice(None, None, -1))
    assert doubling_time(backwards) == pytest.approx(doubling_time(result), rel=1e-12)


def test_impossible_requests_are_refused(evidence: Evidence) -> None:
    result = panel(cut(evidence, "2026-01-30"))
    with pytest.raises(EvidenceError, match="Did you mean 'metr_th11_p50'"):
        doubling_time(result, series="metr_th11_p5O")
    with pytest.raises(EvidenceError, match="got '1 records', expected at least two"):
        doubling_time(result, since="2025-11-01")
    twice = _frame(["2024-01-01", "2024-02-01"], [1, 2]).assign(system="S")
    with pytest.raises(EvidenceError, match="one value per system"):
        doubling_time(twice)
