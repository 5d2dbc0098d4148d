"""Times, durations and the days of an explanation, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

from closeloop.followup.calendar.zone import any_zone
from closeloop.followup.clock.clock_reading import ClockReading, Pause
from closeloop.followup.clock.explanation import Explanation, TimeSpan
from closeloop.numbers import day as written_day
from closeloop.numbers import days as written_days
from closeloop.numbers import number
from closeloop.views.words import in_tag, marks, say


def when(at: dt.datetime, zone: str, tag: str, *, end: bool = False) -> str:
    """Return a moment with its weekday, in the time of a zone; with `end`, midnight is 24:00 of the day before.

    Examples
    --------
    >>> at = dt.datetime(2026, 10, 16, 8, tzinfo=dt.UTC)
    >>> when(at, "Asia/Shanghai", "en"), when(at, "+08:00", "zh-CN")
    ('Fri 16 Oct 2026 16:00', '2026-10-16 周五 16:00')
    """
    wall = at.astimezone(any_zone(zone))
    time = f"{wall:%H:%M}"
    if end and wall.time() == dt.time():
        wall, time = wall - dt.timedelta(days=1), "24:00"
    weekday, date = say(f"clock.weekday_{wall.weekday()}", tag), written_day(wall.date(), tag)
    return f"{date} {weekday} {time}" if tag == "zh-CN" else f"{weekday} {date} {time}"


def how_long(seconds: float, tag: str) -> str:
    """Return a duration in hours and minutes, without its sign.

    Examples
    --------
    >>> how_long(5400, "en"), how_long(-7200, "zh-CN"), how_long(20, "en")
    ('1 h 30 min', '2 小时', '20 s')
    """
    left = abs(seconds)
    if 0 < left < 60:
        return say("clock.seconds", tag, n=number(left))
    hours, minutes = divmod(int(left // 60), 60)
    parts = [say("clock.hours", tag, n=number(hours))] if hours else []
    parts += [say("clock.minutes", tag, n=minutes)] if minutes or not hours else []
    return " ".join(parts)


def sentences(reading: ClockReading, tag: str) -> str:
    """Return what a clock shows, in a few sentences."""
    zone, target = reading.zone, say(f"clock.amount_{reading.unit}", tag, n=f"{reading.amount or 0:g}")
    start = when(reading.started_at, zone, tag)
    said = [say("clock.said_state", tag, clock=in_tag(reading.label, tag), state=in_tag(reading.state_label, tag))]
    if reading.cycle > 1:
        said.append(say("clock.said_cycle", tag, n=reading.cycle))
    if reading.due_at is None:
        said.append(say("clock.said_since", tag, start=start))
    else:
        key = "clock.said_date" if reading.unit == "date" else "clock.said_due"
        said.append(say(key, tag, target=target, start=start, due=when(reading.due_at, zone, tag, end=True)))
    if reading.breached_at is not None and reading.breached_at != reading.due_at:
        said.append(say("clock.said_breached", tag, at=when(reading.breached_at, zone, tag)))
    if reading.stopped_at is not None:
        key = "clock.said_met" if reading.met_at == reading.stopped_at else "clock.said_stopped"
        said.append(say(key, tag, at=when(reading.stopped_at, zone, tag)))
    elapsed = how_long(reading.elapsed_s, tag)
    if reading.remaining_s is None:
        said.append(say("clock.said_elapsed", tag, elapsed=elapsed))
    else:
        key = "clock.said_left" if reading.stopped_at is None else "clock.said_spare"
        key = "clock.said_over" if reading.remaining_s < 0 else key
        said.append(say(key, tag, elapsed=elapsed, left=how_long(reading.remaining_s, tag)))
    return marks(tag).gap.join(said)


def remarks(reading: ClockReading, tag: str) -> list[str]:
    """Return what a reader should know besides: void pauses, targets that changed, by what is counted."""
    said = [_told_pause(pause, reading, tag) for pause in reading.pauses if not pause.valid]
    said += [in_tag(note, tag) for note in reading.notes]
    if reading.calendar:
        said.append(say("clock.by_calendar", tag, calendar=reading.calendar, policy=reading.policy, zone=reading.zone))
    elif reading.policy:
        said.append(say("clock.by_policy", tag, policy=reading.policy, zone=reading.zone))
    return said


def _told_pause(pause: Pause, reading: ClockReading, tag: str) -> str:
    start, end = (when(at, reading.zone, tag) for at in (pause.start, pause.end))
    return say("clock.void_pause", tag, start=start, end=end, reason=say(f"clock.void_{pause.reason}", tag))


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow:
    """Days that are alike, as one line."""

    first: dt.date
    last: dt.date
    span: TimeSpan
    hours: tuple[str, ...]
    seconds: float
    each: float

    @property
    def phase(self) -> str:
        """Whether it lies before the reading, before the due date, or behind it."""
        return "late" if self.span.late else "ahead" if self.span.ahead else "past"

    def days(self, tag: str) -> str:
        """Return the days, with the weekday."""
        weekday = say(f"clock.weekday_{self.first.weekday()}", tag)
        if self.first == self.last:
            date = written_day(self.first, tag)
            return f"{date} {weekday}" if tag == "zh-CN" else f"{weekday} {date}"
        return written_days(self.first, self.last, tag)

    def what(self, tag: str) -> str:
        """Return what these days are, and what counts of each."""
        span, said = self.span, []
        name = "" if span.name is None else in_tag(span.name, tag)
        if span.kind == "holiday":
            said.append(name)
        elif span.kind != "counted":
            said.append(say(f"clock.kind_{span.kind}", tag))
        if span.make_up:
            said.append(say("clock.kind_make_up", tag, name=name))
        if span.void:
            said.append(say("clock.kind_void", tag))
        if span.shift_s:
            key = "clock.shift_forward" if span.shift_s > 0 else "clock.shift_back"
            said.append(say(key, tag, by=how_long(span.shift_s, tag)))
        if self.first != self.last and span.kind == "counted":
            said.append(say("clock.each", tag, time=how_long(self.each, tag)))
        return marks(tag).semicolon.join(said)


def day_rows(explanation: Explanation) -> list[DayRow]:
    """Return the spans day by day, days that are alike and follow one another joined."""
    found: list[DayRow] = []
    for row in _single_days(explanation):
        before = found[-1] if found else None
        if before is not None and _alike(before, row):
            found[-1] = replace(before, last=row.last, seconds=before.seconds + row.seconds)
        else:
            found.append(row)
    return found


def _alike(before: DayRow, row: DayRow) -> bool:
    one, other = before.span, row.span
    same = (one.kind, one.void, one.make_up, one.name) == (other.kind, other.void, other.make_up, other.name)
    follows = row.first - before.last == dt.timedelta(days=1)
    plain = not one.shift_s and not other.shift_s
    return same and follows and plain and before.phase == row.phase and before.hours == row.hours


def _single_days(explanation: Explanation) -> Iterator[DayRow]:
    zone = any_zone(explanation.reading.zone)
    found: list[DayRow] = []
    for span in explanation.spans:
        hours = (_clock(span.start, zone) + "–" + _clock(span.end, zone, end=True),) if span.start < span.end else ()
        last = found[-1] if found else None
        same = last is not None and (last.first, last.span.kind, last.phase, last.span.void) == (
            span.day, span.kind, "late" if span.late else "ahead" if span.ahead else "past", span.void
        )  # fmt: skip
        if last is not None and same:
            seconds = last.seconds + span.seconds
            found[-1] = replace(last, hours=_joined(last.hours, hours), seconds=seconds, each=seconds)
        else:
            found.append(DayRow(first=span.day, last=span.day, span=span, hours=hours, seconds=span.seconds,
                                each=span.seconds))  # fmt: skip
    yield from found


def _joined(before: tuple[str, ...], after: tuple[str, ...]) -> tuple[str, ...]:
    """Return stretches of a day one after the other; what only a mark divides is one."""
    if before and after and before[-1][6:] == after[0][:5]:
        return (*before[:-1], before[-1][:6] + after[0][6:], *after[1:])
    return (*before, *after)


def _clock(at: dt.datetime, zone: dt.tzinfo, *, end: bool = False) -> str:
    text = f"{at.astimezone(zone):%H:%M}"
    return "24:00" if end and text == "00:00" else text
