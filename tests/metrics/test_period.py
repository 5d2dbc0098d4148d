"""Calendar periods."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeloop.metrics.period import EVERY, Period, period_labels
from closeloop.metrics.score import score
from closeloop.metrics.spec import Nps

DAYS = st.dates(dt.date(1899, 1, 1), dt.date(2100, 12, 31))


@given(st.lists(DAYS, min_size=1, max_size=20))
def test_labels_equal_the_standard_library(days: list[dt.date]) -> None:
    array = np.array(days, "M8[D]")
    assert period_labels(array, "day") == [d.isoformat() for d in days]
    weeks = [d.isocalendar() for d in days]
    assert period_labels(array, "week") == [f"{w.year}-W{w.week:02d}" for w in weeks]
    assert period_labels(array, "month") == [f"{d:%Y-%m}" for d in days]
    assert period_labels(array, "quarter") == [f"{d.year}-Q{(d.month + 2) // 3}" for d in days]
    assert period_labels(array, "year") == [str(d.year) for d in days]


@given(st.lists(DAYS, min_size=1, max_size=20), st.sampled_from(EVERY))
def test_labels_sort_as_time_does(days: list[dt.date], every: str) -> None:
    labels = period_labels(np.array(sorted(days), "M8[D]"), every)
    assert labels == sorted(labels)


def test_unknown_period_names_the_five() -> None:
    with pytest.raises(ValueError, match="day, week, month, quarter, year"):
        Period("at", "fortnight")


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_every_resolution_of_time_and_nat(unit: str) -> None:
    at = pd.Series(["1969-12-31 23:59:59", "2024-02-29 00:00:00", None], dtype=f"datetime64[{unit}]")
    table = score({"x": [9, 9, 9], "at": at}, Nps("x"), Period("at", "day"), min_n=0)
    assert [g.key for g in table.blocks[0].groups] == [("1969-12-31",), ("2024-02-29",), (None,)]


def test_time_with_a_zone_is_read_on_its_own_wall_clock() -> None:
    at = pd.Series(pd.to_datetime(["2024-12-31 20:00"], utc=True)).dt.tz_convert("Asia/Shanghai")
    table = score({"x": [9], "at": at}, Nps("x"), Period("at", "year"), min_n=0)
    assert table.blocks[0].groups[0].key == ("2025",)


def test_dates_as_objects_and_arrow_dates_work() -> None:
    days = [dt.date(2024, 5, 1), None]
    for at in (pd.Series(days, dtype=object), pd.Series(days, dtype="date32[pyarrow]")):
        table = score({"x": [9, 9], "at": at}, Nps("x"), Period("at"), min_n=0)
        assert [g.key for g in table.blocks[0].groups] == [("2024-05",), (None,)]


def test_no_date_at_all_is_one_missing_period() -> None:
    table = score({"x": [9], "at": pd.Series([pd.NaT])}, Nps("x"), Period("at"), min_n=0)
    assert [g.key for g in table.blocks[0].groups] == [(None,)]


def test_text_is_no_date() -> None:
    with pytest.raises(ValueError, match=r"needs a column of dates; “at” holds str.*to_datetime"):
        score({"x": [9], "at": ["2024-01-01"]}, Nps("x"), Period("at"))
