"""How a clock counts: by the wall clock, in working hours, or in working days."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Literal, NamedTuple

from closeloop.followup.calendar.zone import any_zone, end_of, moment

if TYPE_CHECKING:
    from closeloop.followup.calendar.calendar import Calendar

Unit = Literal["calendar_hours", "business_hours", "working_days"]
UNITS: tuple[Unit, ...] = ("calendar_hours", "business_hours", "working_days")
"""24 of the first from Friday 16:00 end on Saturday 16:00, of the second (8-hour days) on Wednesday 16:00; one of the
third on Monday 16:00."""


class Measure(NamedTuple):
    """A unit and the calendar by which it counts.

    Working days are counted once, from the start to the due date; from then on such a clock counts working seconds, so
    that pauses, warnings and explanations add up.

    Examples
    --------
    >>> from closeloop.followup.calendar.load import load_calendar
    >>> friday = dt.datetime(2026, 10, 16, 16, tzinfo=dt.UTC)
    >>> office = load_calendar("weekdays-9-17")
    >>> [f"{Measure(unit, office).due(friday, amount):%a %H:%M}"
    ...  for unit, amount in (("calendar_hours", 24), ("business_hours", 24), ("working_days", 1))]
    ['Sat 16:00', 'Wed 16:00', 'Mon 16:00']
    """

    unit: Unit
    calendar: Calendar

    def due(self, start: dt.datetime, amount: float) -> dt.datetime:
        """Return when an amount in this unit has passed since `start`."""
        if self.unit == "working_days":
            return self.calendar.add_days(start, int(amount))
        return self.add(start, amount * 3600)

    def add(self, start: dt.datetime, seconds: float) -> dt.datetime:
        """Return the first moment at which so many seconds of this clock have passed."""
        if self.unit == "calendar_hours":
            return start + dt.timedelta(seconds=seconds)
        return self.calendar.add(start, seconds)

    def between(self, start: dt.datetime, end: dt.datetime) -> float:
        """Return the seconds that this clock counts from `start` to `end`."""
        if self.unit == "calendar_hours":
            return (end - start).total_seconds()
        return self.calendar.between(start, end)

    def seconds(self, start: dt.datetime, amount: float) -> float:
        """Return how many seconds of this clock an amount is, beginning at `start`."""
        return self.seconds_until(start, self.due(start, amount), amount)

    def seconds_until(self, start: dt.datetime, due: dt.datetime, amount: float) -> float:
        """Return how many seconds of this clock an amount is whose due date is known already."""
        return self.between(start, due) if self.unit == "working_days" else amount * 3600


def day_closes(day: dt.date, calendar: Calendar, zone: str) -> dt.datetime:
    """Return when a day that somebody named is over: when work ends on it, else at midnight.

    Parameters
    ----------
    day : date
    calendar : Calendar
    zone : str
        Where it was named: by its midnight, if the calendar is open round the clock.

    Examples
    --------
    >>> from closeloop.followup.calendar.load import load_calendar
    >>> day = dt.date(2026, 10, 19)
    >>> [f"{day_closes(day, load_calendar(name), 'Asia/Shanghai'):%d %H:%M}" for name in ("24x7", "weekdays-9-18")]
    ['19 16:00', '19 10:00']
    """
    return moment(end_of(day, any_zone(zone))) if calendar.is_always_open else calendar.closing(day)
