"""A calendar: when people work, in one time zone, and what is due when by it.

Working time is the set of moments at which the wall clock of the zone stands within the hours of its day. So an hour
that the clocks skip in spring is nobody's, and one that they repeat in autumn counts twice; a calendar that is open
round the clock is the wall clock itself.

Counting, in seconds of working time:

- `Calendar.between` is the working time of a stretch. It adds up: ``between(a, b) + between(b, c) == between(a, c)``.
- `Calendar.add` gives the *first* moment at which so much has passed. What is exactly used up when the day closes is
  due when it closes, not when the next one opens.

Counting in working days, `Calendar.add_days`: n working days later, at the same time of day, but not before that day
opens nor after it closes. Friday 16:00 plus one working day is Monday 16:00. What comes in when the day is over, or on
a day that is not worked, is due when the n-th working day after it closes. A working day is a date with working hours,
be they short; where all have the same hours, ``add_days(add_days(t, a), b)`` is ``add_days(t, a + b)``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from closeloop.followup.calendar.calendar_check import calendar_faults
from closeloop.followup.calendar.hours import WEEKDAYS, Holiday, Week, Workday, Zone, names_by_day
from closeloop.followup.calendar.working_time import WorkingTime, microseconds
from closeloop.followup.calendar.zone import SECOND, Piece, end_of, exact, local, moment, pieces_of, turn_of, zone_of
from closeloop.forms.fields import Model, Remark, Text, unique
from closeloop.text import LocalText, message

DayKind = Literal["workday", "make_up", "holiday", "rest"]
_FARTHEST = 3653


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDay:
    """One local day: what it is, and the working time in it.

    Attributes
    ----------
    day : date
    kind : str
        ``workday``, ``make_up`` (worked although it would be free), ``holiday``, ``rest`` (free every week).
    name : LocalText or None
        Of the holiday, or of what is made up for.
    spans : tuple of (datetime, datetime)
        Working time in UTC.
    shift_s : float
        By how many seconds the clocks are put forward on this day (negative: back).
    """

    day: dt.date
    kind: DayKind
    name: LocalText | None = None
    spans: tuple[tuple[dt.datetime, dt.datetime], ...] = ()
    shift_s: float = 0.0


class Calendar(Model):
    """When people work.

    Attributes
    ----------
    id, version, languages, title, source
        Who it is; a change of hours is a new version.
    zone : str
        IANA name, such as ``Asia/Shanghai``.
    week : Week
    holidays : tuple of Holiday
    workdays : tuple of Workday
        They win over holidays.

    Examples
    --------
    >>> from closeloop.followup.calendar.load import load_calendar
    >>> office = load_calendar("weekdays-9-17")
    >>> friday = dt.datetime(2026, 10, 16, 16, tzinfo=dt.UTC)
    >>> office.zone, f"{office.add(friday, 24 * 3600):%a %H:%M}", f"{office.add_days(friday, 1):%a %H:%M}"
    ('UTC', 'Wed 16:00', 'Mon 16:00')
    """

    format: Literal[1] = 1
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    version: Annotated[int, Field(strict=True, ge=1)] = 1
    languages: Annotated[tuple[str, ...], Field(min_length=1), AfterValidator(unique("survey.language_twice"))] = (
        "en",
        "zh-CN",
    )
    title: Text
    source: Remark | None = None
    zone: Zone
    week: Week
    holidays: tuple[Holiday, ...] = ()
    workdays: tuple[Workday, ...] = ()

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> Calendar:
        if not (info.context or {}).get("checked_later"):
            for found in calendar_faults(self.week, self.holidays, self.workdays):
                raise found.error
        return self

    @property
    def key(self) -> str:
        """Id and version, such as ``weekdays-9-17@1``."""
        return f"{self.id}@{self.version}"

    def add(self, start: dt.datetime, amount: float) -> dt.datetime:
        """Return the first moment, in UTC, at which so many seconds of working time have passed.

        Raises
        ------
        ValueError
            If the start has no zone, the amount is negative, or no working time comes for ten years.
        """
        return moment(self._time.add(exact(start), microseconds(amount)))

    def between(self, start: dt.datetime, end: dt.datetime) -> float:
        """Return the seconds of working time from `start` to `end`; negative if `end` is earlier."""
        return self._time.between(exact(start), exact(end)) / SECOND

    def spans(self, start: dt.datetime, end: dt.datetime) -> tuple[tuple[dt.datetime, dt.datetime], ...]:
        """Return the pieces of working time from `start` to `end`, in UTC."""
        return tuple((moment(a), moment(b)) for a, b in sorted(self._time.pieces(exact(start), exact(end))))

    def opening(self, start: dt.datetime) -> dt.datetime:
        """Return the first moment from `start` on at which somebody works, in UTC."""
        return moment(self._time.opening(exact(start)))

    def add_days(self, start: dt.datetime, n_days: int) -> dt.datetime:
        """Return when `n_days` working days have passed, in UTC; how they are counted stands in this module's head.

        Raises
        ------
        ValueError
            If `n_days` is not a whole number from 1 on, or no working time comes for ten years.
        """
        if not isinstance(n_days, int) or isinstance(n_days, bool) or not 1 <= n_days <= _FARTHEST:
            raise ValueError(message("calendar.bad_days", found=repr(n_days)))
        at = exact(start)
        began = local(at, self._zone)
        todays = self._pieces(began.date())
        day, left, idle = began.date(), n_days, 0
        while left:
            day += dt.timedelta(days=1)
            idle = 0 if self._pieces(day) else idle + 1
            left -= idle == 0
            if idle > _FARTHEST:
                raise ValueError(message("calendar.never", start=start.isoformat(), years=10))
        pieces = self._pieces(day)
        opens, closes = pieces[0][0], pieces[-1][1]
        if not todays or at >= todays[-1][1]:
            return moment(closes)
        same = dt.datetime.combine(day, began.time(), tzinfo=self._zone)
        return moment(min(max(exact(same.astimezone(dt.UTC)), opens), closes))

    def closing(self, day: dt.date) -> dt.datetime:
        """Return when a local day closes; at midnight where nobody works on it."""
        pieces = self._pieces(day)
        return moment(pieces[-1][1] if pieces else end_of(day, self._zone))

    @property
    def is_always_open(self) -> bool:
        """Whether every hour counts; such a calendar says nothing about when somebody's day is over."""
        always = all(getattr(self.week, name) == ((0, 1440),) for name in WEEKDAYS)
        return always and not self.holidays and not self.workdays

    def local_date(self, at: dt.datetime) -> dt.date:
        """Return the date of a moment where the calendar holds."""
        return local(exact(at), self._zone).date()

    def day(self, day: dt.date) -> CalendarDay:
        """Return what a local day is, and the working time in it."""
        kind, name = self._kind(day)
        turn = turn_of(day, self._zone)
        return CalendarDay(
            day=day,
            kind=kind,
            name=name,
            spans=tuple((moment(a), moment(b)) for a, b in self._pieces(day)),
            shift_s=0.0 if turn is None else turn[1] / SECOND,
        )

    def days(self, start: dt.datetime, end: dt.datetime) -> tuple[CalendarDay, ...]:
        """Return the local days from that of `start` to that of `end`."""
        first, last = self.local_date(start), self.local_date(end)
        return tuple(self.day(first + dt.timedelta(days=step)) for step in range((last - first).days + 1))

    def _pieces(self, day: dt.date) -> list[Piece]:
        found = self._known.get(day)
        if found is None:
            found = self._known[day] = pieces_of(day, self._hours(day), self._zone)
        return found

    def _hours(self, day: dt.date) -> tuple[tuple[int, int], ...]:
        workday = self._workdays.get(day)
        if workday is not None:
            hours: tuple[tuple[int, int], ...] = getattr(self.week, workday.like) if workday.like else workday.hours
            return hours
        dated, yearly = self._names
        return () if day in dated or (day.month, day.day) in yearly else self.week.of(day)

    def _kind(self, day: dt.date) -> tuple[DayKind, LocalText | None]:
        workday = self._workdays.get(day)
        if workday is not None:
            return "make_up", workday.name
        dated, yearly = self._names
        name = dated.get(day) or yearly.get((day.month, day.day))
        if name is not None:
            return "holiday", name
        return ("workday" if self.week.of(day) else "rest"), None

    @cached_property
    def _known(self) -> dict[dt.date, list[Piece]]:
        return {}

    @cached_property
    def _zone(self) -> ZoneInfo:
        return zone_of(self.zone)

    @cached_property
    def _time(self) -> WorkingTime:
        return WorkingTime(self._zone, self._hours)

    @cached_property
    def _workdays(self) -> dict[dt.date, Workday]:
        return {workday.on: workday for workday in self.workdays}

    @cached_property
    def _names(self) -> tuple[dict[dt.date, LocalText], dict[tuple[int, int], LocalText]]:
        return names_by_day(self.holidays)
