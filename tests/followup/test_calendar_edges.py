"""Calendars at their edges: openings, closings, leap days, changes of the clocks, make-up days, files with faults."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from closeloop.errors import SurveyDefinitionError
from closeloop.followup.calendar.calendar import Calendar
from closeloop.followup.calendar.load import load_calendar, shelf, shipped_calendars
from closeloop.text import set_language

FIVE = ("mon", "tue", "wed", "thu", "fri")
HOUR = 3600


def calendar(hours: list[str] | None = None, zone: str = "UTC", **more: Any) -> Calendar:
    """Give a calendar with these hours from Monday to Friday."""
    week = {name: hours or ["09:00-17:00"] for name in FIVE}
    return Calendar.model_validate({"id": "c", "title": "C", "zone": zone, "week": week} | more)


def utc(month: int, day: int, hour: int = 0, minute: int = 0, second: float = 0, year: int = 2026) -> dt.datetime:
    whole = dt.datetime(year, month, day, hour, minute, tzinfo=dt.UTC)
    return whole + dt.timedelta(seconds=second)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        (utc(10, 16, 9), utc(10, 16, 10)),  # the first moment of the day
        (utc(10, 16, 8, 59, 59), utc(10, 16, 10)),  # before it opens
        (utc(10, 16, 0), utc(10, 16, 10)),  # midnight
        (utc(10, 16, 16), utc(10, 16, 17)),  # used up when it closes: due then, not on Monday morning
        (utc(10, 16, 16, 0, 1), utc(10, 19, 9, 0, 1)),
        (utc(10, 16, 17), utc(10, 19, 10)),  # when it closes
        (utc(10, 16, 20), utc(10, 19, 10)),  # after it closed
        (utc(10, 17, 12), utc(10, 19, 10)),  # on a Saturday
        (utc(2, 28, 16, 30, year=2028), utc(2, 29, 9, 30, year=2028)),  # a leap day, a Tuesday
    ],
)
def test_one_working_hour_from(start: dt.datetime, due: dt.datetime) -> None:
    assert calendar().add(start, HOUR) == due
    assert calendar().between(start, due) == HOUR


@pytest.mark.parametrize(
    ("start", "n_days", "due"),
    [
        (utc(10, 16, 16), 1, utc(10, 19, 16)),  # Friday to Monday
        (utc(10, 16, 7), 1, utc(10, 19, 9)),  # before it opens: not before it opens
        (utc(10, 16, 17), 1, utc(10, 19, 17)),  # when it closes
        (utc(10, 16, 20), 1, utc(10, 19, 17)),  # after it closed
        (utc(10, 17, 12), 1, utc(10, 19, 17)),  # Saturday: until Monday closes
        (utc(10, 18, 12), 2, utc(10, 20, 17)),
        (utc(10, 16, 16), 5, utc(10, 23, 16)),
        (utc(12, 31, 10), 1, utc(1, 1, 10, year=2027)),
    ],
)
def test_working_days_later(start: dt.datetime, n_days: int, due: dt.datetime) -> None:
    assert calendar().add_days(start, n_days) == due


def test_a_working_day_is_not_over_before_the_next_one_closes() -> None:
    early_friday = {"week": {name: ["09:00-17:00"] for name in FIVE} | {"fri": ["09:00-13:00"]}}
    short = calendar(**early_friday)
    assert short.add_days(utc(10, 15, 16), 1) == utc(10, 16, 13)  # Thursday 16:00: Friday closes at 13:00
    assert short.add_days(utc(10, 16, 15), 1) == utc(10, 19, 17)  # after Friday closed: the whole of Monday
    assert short.add_days(utc(10, 16, 12), 1) == utc(10, 19, 12)


def test_a_lunch_break_counts_for_nothing() -> None:
    lunch = calendar(["09:00-12:00", "13:00-18:00"])
    assert lunch.add(utc(10, 16, 11, 30), HOUR) == utc(10, 16, 13, 30)
    assert lunch.between(utc(10, 16, 12), utc(10, 16, 13)) == 0
    assert lunch.add(utc(10, 16, 11), HOUR) == utc(10, 16, 12)


def test_a_saturday_that_is_worked_and_a_holiday_that_is_not() -> None:
    office = load_calendar("example-with-make-up-days")  # Shanghai, UTC+8
    friday = dt.datetime(2026, 9, 25, 8, tzinfo=dt.UTC)  # 16:00 there
    assert office.add(friday, 3 * HOUR) == dt.datetime(2026, 9, 26, 2, tzinfo=dt.UTC)  # Saturday 10:00
    assert office.add_days(friday, 1) == dt.datetime(2026, 9, 26, 8, tzinfo=dt.UTC)
    before = dt.datetime(2026, 9, 30, 9, tzinfo=dt.UTC)  # Wednesday 17:00, the break begins on Thursday
    assert office.add(before, 2 * HOUR) == dt.datetime(2026, 10, 8, 2, tzinfo=dt.UTC)
    own_hours = office.day(dt.date(2026, 10, 10))
    assert (own_hours.kind, len(own_hours.spans)) == ("make_up", 1)
    assert office.day(dt.date(2027, 1, 1)).kind == "holiday"  # every year


def test_a_make_up_day_wins_over_a_holiday() -> None:
    both = calendar(
        holidays=[{"on": "2026-10-12", "until": "2026-10-16", "name": "off"}],
        workdays=[{"on": "2026-10-14", "like": "mon", "name": "on"}],
    )
    assert both.between(utc(10, 12), utc(10, 17)) == 8 * HOUR


def test_a_yearly_holiday_from_one_year_into_the_next_and_on_a_leap_day() -> None:
    found = calendar(
        holidays=[{"every": "12-30", "until": "01-02", "name": "turn"}, {"every": "02-29", "name": "leap"}]
    )
    assert found.between(utc(12, 30), utc(1, 3, year=2027)) == 0
    assert found.between(utc(2, 29, year=2028), utc(3, 1, year=2028)) == 0
    assert found.between(utc(2, 28, year=2028), utc(3, 1, year=2028)) == 8 * HOUR


def test_berlin_skips_an_hour_in_spring_and_repeats_one_in_autumn() -> None:
    night = calendar(zone="Europe/Berlin", week={"sun": ["01:00-04:00"]})
    assert night.between(utc(3, 29), utc(3, 30)) == 2 * HOUR  # 02:00–03:00 does not exist
    assert night.between(utc(10, 24, 12), utc(10, 26)) == 4 * HOUR  # 02:00–03:00 comes twice
    within_gap = calendar(zone="Europe/Berlin", week={"sun": ["02:15-02:45"]})
    assert within_gap.between(utc(3, 29), utc(3, 30)) == 0
    assert within_gap.day(dt.date(2026, 3, 29)).spans == ()
    assert within_gap.day(dt.date(2026, 3, 29)).shift_s == HOUR
    twice = within_gap.day(dt.date(2026, 10, 25))
    assert [(a.hour, a.minute, b.minute) for a, b in twice.spans] == [(0, 15, 45), (1, 15, 45)]
    assert twice.shift_s == -HOUR
    across = calendar(zone="Europe/Berlin", week={"sun": ["02:30-05:00"]})
    assert across.opening(utc(3, 29)) == utc(3, 29, 1)  # 03:00 there, as soon as the clocks are put forward


def test_cairo_has_no_midnight_on_the_day_of_the_change() -> None:
    whole = calendar(zone="Africa/Cairo", week={"fri": ["00:00-24:00"]})
    assert whole.between(utc(4, 23, 12), utc(4, 25, 12)) == 23 * HOUR  # 2026-04-24 begins at 01:00
    assert whole.between(utc(10, 29, 12), utc(11, 1)) == 24 * HOUR
    eve = calendar(zone="Africa/Cairo", week={"thu": ["00:00-24:00"]})
    assert eve.between(utc(10, 28, 12), utc(10, 31)) == 25 * HOUR  # 2026-10-29 has its last hour twice


def test_a_calendar_without_a_working_hour_is_refused_at_once() -> None:
    with pytest.raises(ValidationError, match="no working hours at all"):
        calendar(week={})
    with pytest.raises(ValidationError, match="no working hours at all"):
        calendar(week={"mon": []}, workdays=[{"on": "2026-10-17", "hours": ["09:00-12:00"], "name": "x"}])


def test_ten_years_of_holidays_are_refused_at_once() -> None:
    with pytest.raises(ValidationError, match="no working time for 10 years"):
        calendar(holidays=[{"every": "01-01", "until": "12-31", "name": "always"}])
    two = [
        {"on": "2026-01-01", "until": "2031-12-31", "name": "one"},
        {"on": "2032-01-01", "until": "2036-12-31", "name": "two"},
    ]
    with pytest.raises(ValidationError, match="From 2026-01-01 on the holidays leave no working time"):
        calendar(holidays=two)
    assert calendar(holidays=two[:1]).add(utc(1, 1), HOUR) == utc(1, 1, 10, year=2032)
    with pytest.raises(ValidationError, match="takes more than ten years"):
        calendar(holidays=[{"on": "2026-01-01", "until": "2037-01-01", "name": "long"}])


def test_amounts_and_times_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="has no zone"):
        calendar().add(dt.datetime(2026, 10, 16), HOUR)  # noqa: DTZ001
    with pytest.raises(ValueError, match="seconds from 0 on, not -1"):
        calendar().add(utc(10, 16), -1)
    with pytest.raises(ValueError, match=r"whole numbers from 1 on, not 1\.5"):
        calendar().add_days(utc(10, 16), 1.5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="not between the years 1900 and 2299"):
        calendar().between(utc(10, 16), utc(10, 16, year=9999))
    with pytest.raises(ValueError, match="no working time for 10 years"):
        calendar().add(utc(10, 16), 9e9)  # beyond the year 2299


def test_the_shipped_calendars_load_and_come_back_from_storage() -> None:
    assert set(shipped_calendars()) >= {"24x7", "weekdays-9-17", "weekdays-9-18", "example-with-make-up-days"}
    for name in shipped_calendars():
        found = load_calendar(name)
        assert Calendar.model_validate(found.model_dump(mode="json")) == found
    newer = load_calendar("24x7").model_copy(update={"version": 2})
    kept = shelf([newer, load_calendar("24x7")])
    assert (kept["24x7"].version, kept["24x7@1"].version) == (2, 1)


FAULTY = """\
format: 1
id: faulty
languages: [en, zh-CN]
title: {en: Faulty, zh-CN: 有错}
zone: Mars/Olympus
week:
  mon: [09:00-12:00, 11:00-17:00]
  tue: [9-5]
  wed: [22:00-06:00]
  thr: [09:00-17:00]
holidays:
  - {name: {en: A, zh-CN: 甲}}
  - {on: 2026-10-01, until: 2026-09-01, name: {en: B, zh-CN: 乙}}
  - {every: "02-30", name: {en: C}}
workdays:
  - {on: 2026-10-10, name: {en: D, zh-CN: 丁}}
"""


def test_every_fault_of_a_file_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "faulty.calendar.yaml"
    file.write_text(FAULTY, encoding="utf-8")
    with pytest.raises(SurveyDefinitionError) as caught:
        load_calendar(file)
    told = [(found.line, str(found.message)) for found in caught.value.findings]
    expected = [
        (5, "no time zone “Mars/Olympus”"), (7, "09:00-12:00 and 11:00-17:00 overlap"), (8, "“9-5” is no stretch"),
        (9, "“22:00-06:00” does not end after it begins"), (10, "no key “thr”"), (12, "either “on”"),
        (13, "ends before it begins"), (14, "“02-30” is no day of the year"), (14, "zh-CN"), (16, "either “like”"),
    ]  # fmt: skip
    assert len(told) == len(expected)
    for (line, words), (found_line, text) in zip(expected, sorted(told), strict=True):
        assert found_line == line
        assert words in text or any(words in other for at, other in told if at == line)
    set_language("zh")
    assert "没有“Mars/Olympus”这个时区" in str(caught.value)


def test_contradictions_are_named_with_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "twice.calendar.yaml"
    file.write_text(
        "format: 1\nid: twice\nlanguages: [en]\ntitle: Twice\nzone: UTC\nweek:\n  mon: [09:00-17:00]\n"
        "holidays:\n  - {on: 2026-10-01, until: 2026-10-05, name: A}\n  - {on: 2026-10-05, name: B}\n"
        "workdays:\n  - {on: 2026-10-10, like: mon, name: C}\n  - {on: 2026-10-10, like: sat, name: D}\n",
        encoding="utf-8",
    )
    with pytest.raises(SurveyDefinitionError) as caught:
        load_calendar(file)
    told = sorted((found.line, found.code) for found in caught.value.findings)
    assert told == [(10, "holiday_twice"), (13, "like_free"), (13, "workday_twice")]
    assert "2026-10-05 is a holiday twice: “A” and “B”" in str(caught.value)


def test_a_calendar_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(SurveyDefinitionError, match="weekdays-9-17"):
        load_calendar("weekdays")
