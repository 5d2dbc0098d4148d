"""The measured gap from which a problem starts."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

import closeloop as cl
from closeloop.errors import InsufficientDataError
from closeloop.metrics.measured_gap import Gap
from closeloop.text import set_language

LATE: dict[str, Any] = {
    "metric": "late parcels", "standard": 0.05, "actual": 0.138, "n": 4820, "as_of": "2026-09-30",
    "ci": (0.129, 0.148), "unit": "percent", "higher_is_better": False,
}  # fmt: skip


@pytest.mark.parametrize(
    ("standard", "ci", "higher", "verdict"),
    [
        (30, (6, 18), True, "missed"),
        (5, (6, 18), True, "met"),
        (10, (6, 18), True, "cannot tell"),
        (5, (6, 18), False, "missed"),
        (30, (6, 18), False, "met"),
        (18, (6, 18), True, "missed"),
        (30, None, True, "cannot tell"),
    ],
)
def test_the_interval_decides(standard: float, ci: tuple[float, float] | None, higher: bool, verdict: str) -> None:
    gap = Gap(metric="nps", standard=standard, actual=12, n=50, as_of="2026-06-30", ci=ci, higher_is_better=higher)
    assert gap.verdict == verdict


def test_the_sentence_says_both_figures_the_doubt_and_the_size() -> None:
    text = str(Gap(**LATE).sentence).replace("\u00a0", " ")
    assert text == (
        "late parcels should be 5.0 % and is 13.8 % (95 % 12.9 % to 14.8 %, n = 4,820, as of 2026-09-30): "
        "a gap of 8.8 percentage points."
    )


def test_the_sentence_exists_in_chinese() -> None:
    set_language("zh-CN")
    try:
        gap = Gap(metric="净推荐值", standard=30, actual=12, n=480, as_of="2026-06-30", ci=(6, 18), unit="points")
        assert str(gap.sentence).replace("\u00a0", " ") == (
            "净推荐值应为 +30，实际为 +12（95% 区间 +6 至 +18，n = 480，截至 2026-06-30）：落差 18 分。"
        )
    finally:
        set_language("en")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"metric": " "}, "says what was measured"),
        ({"actual": math.nan}, "actual of a gap should be a finite number"),
        ({"standard": "5 %"}, "standard of a gap"),
        ({"n": 0}, "n of a gap"),
        ({"n": True}, "n of a gap"),
        ({"ci": (0.2, 0.3)}, "do not hold the actual value"),
        ({"as_of": "last month"}, "should be a date"),
    ],
)
def test_a_gap_without_its_facts_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Gap(**(LATE | change))


def test_a_gap_from_a_score_table_has_its_interval_its_n_and_its_last_day() -> None:
    days = pd.date_range("2026-01-01", periods=200, freq="D")
    frame = pd.DataFrame({"recommend": [10, 9, 8, 3] * 50, "region": ["East", "West"] * 100, "answered_at": days})
    table = cl.score(frame, cl.Nps("recommend"), by="region")
    gap = table.gap(standard=30, region="East", as_of="2026-07-19")
    result = table.result(region="East")
    assert (gap.actual, gap.n, gap.where) == (result.score, 100, "East")
    assert gap.ci == pytest.approx(tuple(result.confidence_interval()))
    assert gap.as_of == dt.date(2026, 7, 19)
    assert gap.unit == "points"


def test_a_gap_of_a_hidden_group_is_refused() -> None:
    frame = pd.DataFrame({"recommend": [10] * 40 + [3] * 5, "region": ["East"] * 40 + ["West"] * 5})
    with pytest.raises(InsufficientDataError):
        cl.score(frame, cl.Nps("recommend"), by="region").gap(30, region="West", as_of="2026-06-30")


def test_a_gap_without_a_date_asks_for_one() -> None:
    with pytest.raises(ValueError, match="as_of="):
        cl.score({"recommend": [10, 3] * 20}, cl.Nps("recommend")).gap(30)


def test_a_gap_of_nobody_is_refused() -> None:
    with pytest.raises(InsufficientDataError, match="Nobody answered"):
        cl.score({"recommend": [None, None]}, cl.Nps("recommend")).gap(30, as_of="2026-06-30")


def test_a_gap_of_a_share_is_in_shares() -> None:
    gap = cl.score({"overall": [5, 4, 2, 1] * 20}, cl.TopBox("overall")).gap(0.8, as_of="2026-06-30")
    assert (gap.actual, gap.unit, gap.verdict) == (0.5, "percent", "missed")


def test_hostile_words_stay_words() -> None:
    html = Gap(**(LATE | {"metric": "<script>alert(1)</script>"}))._repr_html_()
    assert "<script>" not in html


def test_numbers_of_other_libraries_are_numbers() -> None:
    gap = Gap(**{**LATE, "n": np.int64(4820), "actual": np.float32(0.138), "standard": np.int64(0), "ci": None})
    assert (type(gap.n), type(gap.actual), type(gap.standard)) == (int, float, float)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"unit": "stars"}, "The unit of a gap is one of points, percent, decimal, count; it is stars."),
        ({"ci": (None, 0.2)}, "ci should be two finite numbers"),
        ({"ci": (0.1, 0.2, 0.3)}, "ci should be two finite numbers"),
        ({"as_of": pd.NaT}, "as_of should be a date such as 2026-09-30, it is NaT."),
        ({"n": 5.5}, "a whole number from 1; it is 5.5"),
    ],
)
def test_what_cannot_be_is_refused_in_words(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        Gap(**{**LATE, **wrong})
