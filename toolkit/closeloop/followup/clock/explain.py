"""From a reading to the days it is made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from closeloop.followup.calendar.calendar import CalendarDay
from closeloop.followup.calendar.zone import SECOND, any_zone, exact, local, moment, pieces_of, turn_of
from closeloop.followup.clock.clock_reading import ClockReading
from closeloop.followup.clock.explanation import Explanation, SpanKind, TimeSpan
from closeloop.text import message

if TYPE_CHECKING:
    from closeloop.followup.calendar.calendar import Calendar

_MOST_DAYS = 3653


def explain(reading: ClockReading, calendars: Mapping[str, Calendar]) -> Explanation:
    """Return why a clock shows what it shows.

    Parameters
    ----------
    reading : ClockReading
    calendars : mapping
        As `closeloop.followup.calendar.load.shelf` gives them.

    Returns
    -------
    Explanation

    Raises
    ------
    ValueError
        If the reading's calendar is not there, or more than ten years would have to be told.

    Examples
    --------
    >>> from closeloop.followup.calendar.load import load_calendar, shelf
    >>> friday = dt.datetime(2026, 10, 16, 16, tzinfo=dt.UTC)
    >>> reading = ClockReading(clock="resolution", cycle=1, unit="business_hours", amount=2, target=7200.0,
    ...     started_at=friday, due_at=friday + dt.timedelta(hours=66), elapsed_s=3600.0, remaining_s=3600.0,
    ...     read_at=friday + dt.timedelta(days=1), state="running", calendar="weekdays-9-17@1")
    >>> print(explain(reading, shelf([load_calendar("weekdays-9-17")])).to_frame()[["kind", "seconds", "ahead"]])
          kind  seconds  ahead
    0  counted   3600.0  False
    1     rest      0.0  False
    2     rest      0.0   True
    3  counted   3600.0   True
    """
    until = reading.stopped_at or reading.read_at
    until = max(until, reading.started_at)
    last = max(until, reading.due_at or until) if reading.stopped_at is None else until
    if (last - reading.started_at).days > _MOST_DAYS:
        raise ValueError(message("clock.too_long", days=(last - reading.started_at).days, most=_MOST_DAYS))
    cuts = sorted(
        {until, *([reading.due_at] if reading.due_at else []), *(at for p in reading.pauses for at in (p.start, p.end))}
    )
    spans = [
        span
        for day in _days(reading, calendars, reading.started_at, last)
        for span in _day_spans(day, reading, cuts, reading.started_at, last, until)
    ]
    return Explanation(reading=reading, spans=tuple(spans))


def _days(
    reading: ClockReading, calendars: Mapping[str, Calendar], start: dt.datetime, end: dt.datetime
) -> Iterator[CalendarDay]:
    if reading.calendar:
        calendar = calendars.get(reading.calendar)
        if calendar is None:
            known = ", ".join(sorted(calendars)) or "–"
            raise ValueError(message("clock.unknown_calendar", calendar=reading.calendar, known=known))
        yield from calendar.days(start, end)
        return
    zone = any_zone(reading.zone)
    day, last = local(exact(start), zone).date(), local(exact(end), zone).date()
    while day <= last:
        turn = turn_of(day, zone)
        spans = tuple((moment(a), moment(b)) for a, b in pieces_of(day, [(0, 1440)], zone))
        yield CalendarDay(day=day, kind="workday", spans=spans, shift_s=0.0 if turn is None else turn[1] / SECOND)
        day += dt.timedelta(days=1)


def _day_spans(
    day: CalendarDay,
    reading: ClockReading,
    cuts: list[dt.datetime],
    start: dt.datetime,
    last: dt.datetime,
    until: dt.datetime,
) -> Iterator[TimeSpan]:
    shift = day.shift_s
    found = False
    for opens, closes in day.spans:
        edges = [max(opens, start), *(cut for cut in cuts if max(opens, start) < cut < min(closes, last))]
        edges.append(min(closes, last))
        for a, b in pairwise(edges):
            if a >= b:
                continue
            pause = next((p for p in reading.pauses if p.valid and p.start <= a < p.end), None)
            void = any(not p.valid and p.start <= a < p.end for p in reading.pauses)
            yield TimeSpan(
                day=day.day, start=a, end=b, kind="counted" if pause is None else "paused",
                seconds=(b - a).total_seconds() if pause is None else 0.0, ahead=a >= until,
                late=reading.due_at is not None and a >= reading.due_at, void=void and pause is None,
                make_up=day.kind == "make_up", name=day.name, shift_s=shift,
            )  # fmt: skip
            found, shift = True, 0.0
    if not found and (_hour(day, reading, 0) < last or last == start):
        begins = max(min(_hour(day, reading, 12), last), start)
        yield TimeSpan(
            day=day.day, start=begins, end=begins, kind=_idle_kind(day), ahead=begins > until,
            late=reading.due_at is not None and begins > reading.due_at, name=day.name, shift_s=shift,
        )  # fmt: skip


def _idle_kind(day: CalendarDay) -> SpanKind:
    if day.kind == "holiday":
        return "holiday"
    return "rest" if day.kind == "rest" else "closed"


def _hour(day: CalendarDay, reading: ClockReading, hour: int) -> dt.datetime:
    """Return an hour of the wall clock of a day."""
    return dt.datetime.combine(day.day, dt.time(hour), tzinfo=any_zone(reading.zone)).astimezone(dt.UTC)
