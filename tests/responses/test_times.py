"""Times as exports write them, and the zones they are in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import closeloop as cl
from closeloop.responses.times import parse_times
from closeloop.survey.load import survey_from_dict
from closeloop.survey.survey import Survey

Write = Callable[..., Path]


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("2026-05-03 19:05:09", "2026-05-03T19:05:09"),
        ("2026-05-03T19:05:09", "2026-05-03T19:05:09"),
        ("2026-05-03 19:05:09.250", "2026-05-03T19:05:09"),
        ("2026/5/3 7:05", "2026-05-03T07:05"),
        ("2026.5.3", "2026-05-03"),
        ("2026年5月3日 19:05:09", "2026-05-03T19:05:09"),
        ("2026年5月3日", "2026-05-03"),
        ("2026/5/3 下午 7:05:09", "2026-05-03T19:05:09"),
        ("2026/5/3 上午7:05", "2026-05-03T07:05"),
        ("2026/5/3 7:05:09 PM", "2026-05-03T19:05:09"),
        ("4/22/2026 19:57:50", "2026-04-22T19:57:50"),
        ("22.4.2026 19:57", "2026-04-22T19:57"),
        ("22-04-2026", "2026-04-22"),
        ("4/22/2026 7:57:50 PM", "2026-04-22T19:57:50"),
        ("2026-05-03T11:05:09Z", "2026-05-03T19:05:09"),
        ("2026-05-03T11:05:09.5Z", "2026-05-03T19:05:09.5"),
        ("2026-05-03T19:05:09+08:00", "2026-05-03T19:05:09"),
        ("2026-05-03T19:05:09+0800", "2026-05-03T19:05:09"),
        ("2026-05-03 11:05 UTC", "2026-05-03T19:05"),
        ("2026-05-03 19:05:09 GMT+8", "2026-05-03T19:05:09"),
        ("2026/05/03 6:59:49 am GMT-5", "2026-05-03T19:59:49"),
        ("2026-05-03 19:05:09 UTC+05:30", "2026-05-03T21:35:09"),
    ],
)
def test_ways_of_writing_a_time(text: str, local: str) -> None:
    times = parse_times([text, f"  {text} "], "Asia/Shanghai", "Asia/Shanghai")
    assert times.local.tolist() == [np.datetime64(local, "us").astype(object)] * 2
    assert (times.local - times.instant).tolist() == [pd.Timedelta(hours=8)] * 2


@pytest.mark.parametrize(
    "text",
    [
        "soon",
        "2026-02-30",
        "2026-13-01",
        "45000",
        "20260503",
        "7:05",
        "2026-05-03 25:00",
        "1/2",
        "３月",
        "-",
        "Z",
        "2026-05-03 11:05 UTC+99:99",
    ],
)
def test_what_is_no_time_is_not_guessed(text: str) -> None:
    assert np.isnat(parse_times([text], "UTC", "UTC").local).all()


def test_other_answers_tell_whether_the_day_comes_first() -> None:
    assert parse_times(["3/4/2026", "25/4/2026"], "UTC", "UTC").local.astype("datetime64[M]").tolist()[0].month == 4
    assert parse_times(["3/4/2026", "4/25/2026"], "UTC", "UTC").local.astype("datetime64[M]").tolist()[0].month == 3
    both = parse_times(["3/4/2026", "25/4/2026", "4/25/2026"], "UTC", "UTC")
    assert both.ambiguous.all()
    assert np.isnat(both.local).all()


DAY, CLOCK = r"[0-9]{1,4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,4}日?", r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?"
SHAPED = rf"{DAY}( {CLOCK})?( ?(AM|PM|Z|UTC|GMT[+-][0-9]{{1,2}}))?"


@given(st.lists(st.one_of(st.text(max_size=25), st.from_regex(SHAPED, fullmatch=True)), max_size=6))
@settings(max_examples=120, deadline=None)
def test_no_text_makes_reading_times_fail(texts: list[str]) -> None:
    times = parse_times(texts, "Europe/Berlin", "Asia/Shanghai")
    assert len(times.local) == len(times.instant) == len(times.ambiguous) == len(texts)
    assert (np.isnat(times.local) == np.isnat(times.instant)).all()
    assert np.isnat(times.local[times.ambiguous]).all()


def berlin(small_file: dict[str, Any]) -> Survey:
    return survey_from_dict({**small_file, "timezone": "Europe/Berlin"})


def test_the_hour_that_comes_twice_stays_as_written(write: Write, small_file: dict[str, Any]) -> None:
    text = "recommend,answered_at\n9,2026-10-25 02:30:00\n8,2026-10-25T00:30:00Z\n7,2026-10-25T01:30:00Z\n"
    accepted = cl.read_responses(write(text), berlin(small_file)).accepted
    assert accepted["answered_at"].astype(str).tolist() == ["2026-10-25 02:30:00"] * 3
    assert accepted["answered_at_utc"].dt.strftime("%H:%M").tolist() == ["00:30", "00:30", "01:30"]


def test_the_hour_that_never_was_stays_as_written(write: Write, small_file: dict[str, Any]) -> None:
    accepted = cl.read_responses(write("recommend,answered_at\n9,2026-03-29 02:30:00\n"), berlin(small_file)).accepted
    assert accepted["answered_at"].astype(str).tolist() == ["2026-03-29 02:30:00"]
    assert accepted["answered_at_utc"].dt.strftime("%H:%M").tolist() == ["01:00"]


def test_new_year_in_beijing_is_january(write: Write, small: Survey) -> None:
    responses = cl.read_responses(write("recommend,answered_at\n9,2025-12-31T23:30:00Z\n8,2026-01-01 00:10\n"), small)
    table = responses.score("nps", by=cl.Period("answered_at", "month"), min_n=1)
    assert [group.key for group in table.blocks[0].groups] == [("2026-01",)]
    assert responses.timezone == "Asia/Shanghai"
    assert "from the survey" in responses.timezone_reason.en
    assert [day.isoformat() for day in responses.period or ()] == ["2026-01-01", "2026-01-01"]


@pytest.mark.parametrize("zone", ["Mars/Olympus", "Asia/Shangai", "", "Asia", "../etc"])
def test_a_zone_that_does_not_exist_is_a_clear_error(write: Write, small: Survey, zone: str) -> None:
    path = write("recommend,answered_at\n9,2026-01-01 00:00\n")
    if not zone:
        assert cl.read_responses(path, small, timezone=zone).timezone == "Asia/Shanghai"
        return
    with pytest.raises(cl.ResponseValidationError, match=f"no time zone “{zone}”"):
        cl.read_responses(path, small, timezone=zone)
    if zone == "Asia/Shangai":
        with pytest.raises(cl.ResponseValidationError, match="Asia/Shanghai"):
            cl.read_responses(path, small, timezone=zone)


def test_a_time_that_cannot_be_read_is_blanked_and_said(write: Write, small: Survey) -> None:
    responses = cl.read_responses(write("recommend,answered_at\n9,soon\n8,2026-01-01 10:00\n"), small)
    issue = responses.issues.query("item == 'answered_at'").iloc[0]
    assert (issue["code"], issue["effect"], issue["raw_value"], issue["source_row"]) == (
        "not_a_date",
        "blanked",
        "soon",
        2,
    )
    assert responses.accepted["answered_at"].isna().tolist() == [True, False]
