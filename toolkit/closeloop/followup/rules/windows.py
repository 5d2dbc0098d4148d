"""Days, weeks and months in which answers and cases are counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """One of them.

    Attributes
    ----------
    first, after : date
        The first day, and the first that no longer belongs to it.
    label : str
    """

    first: dt.date
    after: dt.date
    label: str

    @property
    def days(self) -> int:
        """How long it is."""
        return (self.after - self.first).days

    def end(self, zone: ZoneInfo) -> dt.datetime:
        """Return the moment at which it is over, in UTC."""
        return dt.datetime.combine(self.after, dt.time(), zone).astimezone(dt.UTC)


def window_of(day: dt.date, every: str) -> Window:
    """Return the window in which a day lies.

    Examples
    --------
    >>> window_of(dt.date(2026, 8, 14), "week").label, window_of(dt.date(2026, 12, 14), "month").after
    ('2026-W33', datetime.date(2027, 1, 1))
    """
    if every == "day":
        return Window(day, day + dt.timedelta(days=1), day.isoformat())
    if every == "week":
        first = day - dt.timedelta(days=day.weekday())
        year, week, _ = first.isocalendar()
        return Window(first, first + dt.timedelta(days=7), f"{year}-W{week:02d}")
    first = day.replace(day=1)
    return Window(first, (first + dt.timedelta(days=31)).replace(day=1), f"{first:%Y-%m}")


def windows_between(first: dt.date, last: dt.date, every: str) -> Iterator[Window]:
    """Give the windows from that of one day to that of another, without a gap.

    Examples
    --------
    >>> [w.label for w in windows_between(dt.date(2026, 1, 30), dt.date(2026, 3, 1), "month")]
    ['2026-01', '2026-02', '2026-03']
    """
    window = window_of(first, every)
    while window.first <= last:
        yield window
        window = window_of(window.after, every)
