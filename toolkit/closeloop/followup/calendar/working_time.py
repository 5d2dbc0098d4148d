"""Sums of working time: fast, and exact to the microsecond.

For each year (of UTC) the pieces of working time stand in a table with the sum up to each; a question about a stretch
of time is two searches in such tables.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple
from zoneinfo import ZoneInfo

from closeloop.followup.calendar.zone import EARLIEST, EPOCH, LATEST, MICROSECOND, Piece, moment, pieces_of
from closeloop.text import message

_LONGEST_WAIT = 10
"""Years without working time after which nobody waits any longer."""


_NEW_YEARS = [
    (dt.datetime(year, 1, 1, tzinfo=dt.UTC) - EPOCH) // MICROSECOND for year in range(EARLIEST, LATEST + 12)
]  # a while after the latest time that is asked about, a working time may still have to be found


class _Year(NamedTuple):
    starts: list[int]
    ends: list[int]
    sums: list[int]  # up to the end of each piece
    total: int


class WorkingTime:
    """Working time of one calendar.

    Parameters
    ----------
    zone : ZoneInfo
    hours : callable
        Day → its hours as minutes of the wall clock, sorted and apart.
    """

    __slots__ = ("_hours", "_years", "_zone")

    def __init__(self, zone: ZoneInfo, hours: Callable[[dt.date], Sequence[tuple[int, int]]]) -> None:
        self._zone, self._hours = zone, hours
        self._years: dict[int, _Year] = {}

    def add(self, start: int, amount: int) -> int:
        """Return the first moment at which `amount` of working time has passed since `start`.

        Raises
        ------
        ValueError
            If no working time comes for ten years, or the moment is beyond the years that are reckoned with.
        """
        if amount <= 0:
            return start
        year = _year_of(start)
        table = self._year(year)
        need = _until(table, start) + amount
        empty = 0
        while need > table.total:
            empty = 0 if table.total else empty + 1
            if empty > _LONGEST_WAIT or year >= LATEST:
                raise ValueError(message("calendar.never", start=moment(start).isoformat(), years=_LONGEST_WAIT))
            need -= table.total
            year += 1
            table = self._year(year)
        at = bisect_left(table.sums, need)
        return table.ends[at] - (table.sums[at] - need)

    def between(self, start: int, end: int) -> int:
        """Return the working time from `start` to `end`; negative if `end` is earlier."""
        if end < start:
            return -self.between(end, start)
        first, last = _year_of(start), _year_of(end)
        whole = sum(self._year(year).total for year in range(first, last))
        return whole + _until(self._year(last), end) - _until(self._year(first), start)

    def opening(self, start: int) -> int:
        """Return the first moment from `start` on at which somebody works."""
        year = _year_of(start)
        for _ in range(_LONGEST_WAIT + 1):
            table = self._year(year)
            at = bisect_right(table.ends, start)
            if at < len(table.ends):
                return max(start, table.starts[at])
            year += 1
        raise ValueError(message("calendar.never", start=moment(start).isoformat(), years=_LONGEST_WAIT))

    def pieces(self, start: int, end: int) -> Iterator[Piece]:
        """Give the pieces of working time from `start` to `end`, day by day."""
        first, last = moment(start).toordinal() - 2, moment(end).toordinal() + 2  # days of any zone on earth
        for day in map(dt.date.fromordinal, range(first, last + 1)):
            hours = self._hours(day)
            for opens, closes in pieces_of(day, hours, self._zone) if hours else ():
                if opens >= start and closes <= end:
                    yield opens, closes
                elif max(opens, start) < min(closes, end):
                    yield max(opens, start), min(closes, end)

    def _year(self, year: int) -> _Year:
        table = self._years.get(year)
        if table is None:
            table = self._years[year] = self._table(year)
        return table

    def _table(self, year: int) -> _Year:
        first, last = _NEW_YEARS[year - EARLIEST : year - EARLIEST + 2]
        found = sorted(self.pieces(first, last))
        sums = list(accumulate(end - start for start, end in found))
        return _Year([start for start, _ in found], [end for _, end in found], sums, sums[-1] if sums else 0)


def _year_of(at: int) -> int:
    return EARLIEST + bisect_right(_NEW_YEARS, at) - 1


def _until(table: _Year, at: int) -> int:
    """Return the working time of a year up to a moment in it."""
    index = bisect_right(table.starts, at) - 1
    if index < 0:
        return 0
    return table.sums[index] - max(0, table.ends[index] - at)


def microseconds(seconds: float) -> int:
    """Return seconds as whole microseconds.

    Raises
    ------
    ValueError
        If they are negative or no number.
    """
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 <= seconds < 1e12:
        raise ValueError(message("calendar.bad_amount", found=repr(seconds)))
    return seconds * 1_000_000 if isinstance(seconds, int) else round(seconds * 1e6)
