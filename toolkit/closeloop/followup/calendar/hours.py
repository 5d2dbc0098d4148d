"""What a calendar is made of: hours of a day, days off, and workdays that make up for them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, model_validator

from closeloop.followup.calendar.zone import zone_of
from closeloop.forms.fields import Model, Text, fault, shown
from closeloop.text import LocalText

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_HOURS = re.compile(r"^\s*(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})\s*$")
_MONTH_DAY = re.compile(r"^(\d{2})-(\d{2})$")


def _read_hours(value: object) -> tuple[int, int]:
    if isinstance(value, tuple) and len(value) == 2:
        start, end = value
    else:
        found = _HOURS.match(value) if isinstance(value, str) else None
        if found is None or int(found[2]) > 59 or int(found[4]) > 59:
            raise fault("calendar.hours_pattern", found=shown(value))
        start, end = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
    if not 0 <= start < end <= 1440:
        raise fault("calendar.hours_order", found=hours_text((start, end)))
    return start, end


def hours_text(hours: tuple[int, int]) -> str:
    """Return minutes of a day as people write them.

    Examples
    --------
    >>> hours_text((540, 1080))
    '09:00-18:00'
    """
    return "-".join(f"{minute // 60:02d}:{minute % 60:02d}" for minute in hours)


def _apart(hours: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    ordered = sorted(hours)
    for before, after in pairwise(ordered):
        if after[0] < before[1]:
            raise fault("calendar.hours_overlap", first=hours_text(before), second=hours_text(after))
    return tuple(ordered)


def _read_zone(name: str) -> str:
    try:
        zone_of(name)
    except ValueError:
        raise fault("calendar.unknown_zone", zone=shown(name)) from None
    return name


def _read_month_day(value: object) -> str:
    found = _MONTH_DAY.match(value) if isinstance(value, str) else None
    if found is None:
        raise fault("calendar.month_day", found=shown(value))
    try:
        dt.date(2024, int(found[1]), int(found[2]))  # a leap year: 02-29 is a day
    except ValueError:
        raise fault("calendar.month_day", found=shown(value)) from None
    return found[0]


Hours = Annotated[
    tuple[int, int],
    BeforeValidator(_read_hours, json_schema_input_type=str),
    PlainSerializer(hours_text, return_type=str),
]
"""``"09:00-12:00"``, kept as minutes of the day; ``24:00`` is its end."""
DayHours = Annotated[tuple[Hours, ...], AfterValidator(_apart)]
MonthDay = Annotated[str, BeforeValidator(_read_month_day)]
"""``"12-25"``: a day of every year."""
Zone = Annotated[str, AfterValidator(_read_zone)]


class Week(Model):
    """The hours of each weekday; one that is not named is free."""

    mon: DayHours = ()
    tue: DayHours = ()
    wed: DayHours = ()
    thu: DayHours = ()
    fri: DayHours = ()
    sat: DayHours = ()
    sun: DayHours = ()

    def of(self, day: dt.date) -> tuple[tuple[int, int], ...]:
        """Return the hours of the weekday that a day is."""
        hours: tuple[tuple[int, int], ...] = getattr(self, WEEKDAYS[day.weekday()])
        return hours


class Holiday(Model):
    """Days off: one, several in a row, or the same every year.

    Attributes
    ----------
    name : LocalText
    on : date or None
        The first of them.
    every : str or None
        Instead of `on`: the first of them, every year.
    until : date or str or None
        The last of them, in the form of the first.
    """

    name: Text
    on: dt.date | None = None
    every: MonthDay | None = None
    until: dt.date | MonthDay | None = None

    @model_validator(mode="after")
    def _check(self) -> Holiday:
        if (self.on is None) == (self.every is None):
            raise fault("calendar.holiday_when")
        if self.on is not None and self.until is not None:
            if not isinstance(self.until, dt.date):
                raise fault("calendar.holiday_until", found=self.until)
            if not dt.timedelta(0) <= self.until - self.on <= dt.timedelta(days=3653):
                raise fault("calendar.holiday_range", first=self.on, last=self.until)
        if self.every is not None and isinstance(self.until, dt.date):
            raise fault("calendar.holiday_until", found=self.until)
        return self

    def days(self) -> list[dt.date]:
        """Return the days of a holiday that is not yearly."""
        if self.on is None:
            return []
        last = self.until if isinstance(self.until, dt.date) else self.on
        return [self.on + dt.timedelta(days=step) for step in range((last - self.on).days + 1)]

    def yearly(self) -> list[tuple[int, int]]:
        """Return month and day of each day of a yearly holiday; from one year into the next, if it is written so."""
        if self.every is None:
            return []
        month, day = map(int, self.every.split("-"))
        at = dt.date(2024, month, day)
        found = [(at.month, at.day)]
        last = self.until if isinstance(self.until, str) else self.every
        while f"{at:%m-%d}" != last:
            at += dt.timedelta(days=1)
            found.append((at.month, at.day))
        return found


class Workday(Model):
    """A day that is worked although it would be free: the hours of a weekday, or its own.

    Attributes
    ----------
    name : LocalText
    on : date
    like : str or None
        Weekday whose hours it has.
    hours : tuple
        Its own hours.
    """

    name: Text
    on: dt.date
    like: Weekday | None = None
    hours: DayHours = ()

    @model_validator(mode="after")
    def _check(self) -> Workday:
        if (self.like is None) == (not self.hours):
            raise fault("calendar.workday_hours", day=self.on)
        return self


def names_by_day(holidays: Sequence[Holiday]) -> tuple[dict[dt.date, LocalText], dict[tuple[int, int], LocalText]]:
    """Return the names of days off: by date, and by month and day."""
    dated = {day: holiday.name for holiday in holidays for day in holiday.days()}
    yearly = {day: holiday.name for holiday in holidays for day in holiday.yearly()}
    return dated, yearly
