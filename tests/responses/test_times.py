"""Times as exports write them, and the zones they are in."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import closeloop as cl
from closeloop.responses.times import parse_days, parse_times
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
        "450000",
        "7",
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
    both = parse_times(["3/4/2026", "25/4/2026", "4/25/2026", "5/5/2026"], "UTC", "UTC")
    assert both.ambiguous.tolist() == [True, False, False, False]
    assert [str(day)[:10] for day in both.local] == ["NaT", "2026-04-25", "2026-04-25", "2026-05-05"]


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


def about_times(responses: cl.Responses) -> dict[str, tuple[str, str]]:
    """What was noted about times for the file as a whole: code → severity and message."""
    found = responses.issues.query("source_row == 0 and item == 'answered_at'")
    return {str(r["code"]): (str(r["severity"]), str(r["message_en"])) for r in found.to_dict("records")}


def test_the_row_that_proves_the_order_is_named(write: Write, small: Survey) -> None:
    text = "recommend,answered_at\n9,3/4/2026 10:00\n8,25/4/2026 9:30\n7,26/4/2026 9:30\n"
    responses = cl.read_responses(write(text), small)
    assert about_times(responses) == {
        "date_day_first": ("info", "the day stands first: “25/4/2026 9:30” in row 3 proves it")
    }
    assert responses.accepted["answered_at"].astype(str).tolist()[0] == "2026-04-03 10:00:00"


def test_mixed_dates_are_read_where_one_reading_is_possible_and_said(write: Write, small: Survey) -> None:
    text = "recommend,answered_at\n9,3/4/2026\n8,25/4/2026\n7,4/25/2026\n6,5/5/2026\n5,6/7/2026\n"
    responses = cl.read_responses(write(text), small)
    days = responses.accepted["answered_at"].dt.strftime("%m-%d").fillna("").tolist()
    assert days == ["", "04-25", "04-25", "05-05", ""]
    severity, said = about_times(responses)["date_order_mixed"]
    assert severity == "warning"
    assert "“25/4/2026” (row 3)" in said
    assert "“4/25/2026” (row 4)" in said
    assert "2 left open" in said
    rows = responses.issues.query("code == 'ambiguous_date'")[["source_row", "effect", "raw_value"]].values.tolist()
    assert rows == [[2, "blanked", "3/4/2026"], [6, "blanked", "6/7/2026"]]


@pytest.mark.parametrize(("dates", "month"), [("day-first", 4), ("month-first", 3), ("auto", None)])
def test_an_order_that_nothing_proves_has_to_be_said(
    write: Write, small: Survey, dates: str, month: int | None
) -> None:
    text = "recommend,answered_at,day\n9,3/4/2026,3.4.2026\n8,5/6/2026,5.6.2026\n"
    accepted = cl.read_responses(write(text), small, dates=dates).accepted
    if month is None:
        assert accepted["answered_at"].isna().all()
        assert accepted["day"].isna().all()
    else:
        assert accepted["answered_at"].dt.month.tolist()[0] == accepted["day"].tolist()[0].month == month


def test_an_order_that_does_not_exist_is_an_error(write: Write) -> None:
    with pytest.raises(cl.ResponseValidationError, match="day-first or month-first"):
        cl.read_responses(write("a\n1\n"), dates="american")


@pytest.mark.parametrize(
    ("texts", "days"),
    [
        (["25/4/26", "3/4/26", "30/3/26"], ["2026-04-25", "2026-04-03", "2026-03-30"]),
        (["4/25/26 7:05 PM", "4/3/26 1:00 AM"], ["2026-04-25", "2026-04-03"]),
        (["26/4/25", "26/4/3", "25/12/30"], ["2026-04-25", "2026-04-03", "2025-12-30"]),
        (["26/4/13"], ["NaT"]),
        (["26/4/3"], ["2026-04-03"]),
        (["5/4/26"], ["NaT"]),
        (["31/12/99", "1/12/98"], ["1999-12-31", "1998-12-01"]),
        (["26年5月3日", "2026年5月4日"], ["2026-05-03", "2026-05-04"]),
        (["25.4.2026", "4/13/2026", "3.4.2026", "4/3/2026"], ["2026-04-25", "2026-04-13", "2026-04-03", "2026-04-03"]),
        (["46145", "46145.75"], ["2026-05-03", "2026-05-03"]),
        (["35064", "36525"], ["2000-01-01", "2004-01-01"]),
        (["46145", "2026-05-03"], ["NaT", "2026-05-03"]),
    ],
)
def test_a_column_tells_where_its_years_and_days_stand(texts: list[str], days: list[str]) -> None:
    assert [str(time)[:10] for time in parse_times(texts, "UTC", "UTC").local] == days
    assert [str(day or "NaT") for day in parse_days(texts)[0]] == days


def test_day_numbers_can_count_from_1904() -> None:
    late = parse_times(["44683.5"], "UTC", "UTC", date1904=True)
    assert str(late.local[0])[:16] == "2026-05-03T12:00"
    assert [dict(e.fields)["system"] for e in late.evidence] == [1904]


def test_day_numbers_and_two_digit_years_are_said(write: Write, small: Survey) -> None:
    numbers = cl.read_responses(write("recommend,answered_at\n9,46145.5\n8,46146\n"), small)
    assert numbers.accepted["answered_at"].astype(str).tolist() == ["2026-05-03 12:00:00", "2026-05-04 00:00:00"]
    assert about_times(numbers)["date_serials"] == (
        "warning",
        "day numbers of a spreadsheet, counted from 1900: “46145.5” in row 2 is 2026-05-03",
    )
    short = cl.read_responses(write("recommend,answered_at\n9,25/4/26\n8,3/4/26\n"), small)
    assert "00 to 68 are of this century" in about_times(short)["date_years_last"][1]
    assert about_times(short)["date_only"][1].startswith("2 times without a time of day")


def test_dates_that_people_answer_with_are_read_by_the_same_rule(write: Write, small: Survey) -> None:
    responses = cl.read_responses(write("recommend,day\n9,3.4.2026\n8,25.4.2026\n7,\n6,soon\n"), small)
    assert [str(day) for day in responses.accepted["day"]] == ["2026-04-03", "2026-04-25", "<NA>", "<NA>"]
    said = responses.issues.query("item == 'day'")[["source_row", "code"]].astype(str).values.tolist()
    assert said == [["0", "date_day_first"], ["5", "not_a_date"]]


def test_hours_that_never_were_or_were_twice_are_named(write: Write, small_file: dict[str, Any]) -> None:
    text = "recommend,answered_at\n9,2026-03-29 02:30:00\n8,2026-10-25 02:30:00\n7,2026-10-25\n"
    issues = cl.read_responses(write(text), berlin(small_file)).issues.query("source_row > 0 and item == 'answered_at'")
    assert issues[["source_row", "code", "effect"]].astype(str).values.tolist() == [
        ["2", "time_skipped", "noted"],
        ["3", "time_twice", "noted"],
    ]
    assert "Europe/Berlin" in issues["message_en"].iloc[0]


def test_beijing_time_is_taken_from_the_platform_and_offsets_from_the_text(write: Write, small: Survey) -> None:
    text = "recommend,answered_at\n9,2026/5/26 12:00\n8,2026/05/26 6:59:49 am GMT-5\n7,2026/5/26 上午 7:05\n"
    accepted = cl.read_responses(write(text), small).accepted
    assert accepted["answered_at_utc"].dt.strftime("%d %H:%M").tolist() == ["26 04:00", "26 11:59", "25 23:05"]


INSTANTS = st.lists(
    st.datetimes(dt.datetime.fromisoformat("2024-01-01"), dt.datetime.fromisoformat("2026-12-31")).map(
        lambda t: t.replace(microsecond=0)
    ),
    min_size=1,
    max_size=12,
    unique=True,
)


@given(INSTANTS, st.sampled_from("/.-"))
@settings(max_examples=60, deadline=None)
def test_both_orders_give_the_same_instants_or_say_that_they_cannot_tell(times: list[dt.datetime], mark: str) -> None:
    for order in ("%d{0}%m{0}%Y %H:%M:%S", "%m{0}%d{0}%Y %H:%M:%S"):
        texts = [time.strftime(order.format(mark)) for time in times]
        read = parse_times(texts, "Asia/Shanghai", "Asia/Shanghai")
        for local, time, ambiguous in zip(read.local.tolist(), times, read.ambiguous, strict=True):
            assert (local is None) if ambiguous else (local == time)
        proven = any(time.day > 12 for time in times)
        assert read.ambiguous.any() == (not proven and any(time.day != time.month for time in times))


def test_a_proof_in_the_last_row_of_a_large_file_reaches_the_first(tmp_path: Path, small: Survey) -> None:
    # Larger than one block of either reader: 4 MB for Arrow, 50 000 rows where a record has an odd width.
    rows = [["9", "3/4/2026", "x" * 80]] * 55_000 + [["8", "25/4/2026", "x"]]
    for name, extra in (("even.csv", []), ("odd.csv", [["7", "26/4/2026"]])):
        path = tmp_path / name
        with path.open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows([["recommend", "answered_at", "why"], *rows, *extra])
        responses = cl.read_responses(path, small)
        assert path.stat().st_size > 4 << 20
        assert set(responses.accepted["answered_at"].dt.strftime("%m-%d")[:55_000]) == {"04-03"}
        assert "“25/4/2026” in row 55002 proves it" in about_times(responses)["date_day_first"][1]
