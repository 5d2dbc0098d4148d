"""Times as people write them, and the moment that a command is recorded at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from closeloop.errors import StoreError
from closeloop.followup.calendar.zone import zone_of
from closeloop.followup.commands.decide import SKEW
from closeloop.followup.event import CaseEvent
from closeloop.text import message

Moment = dt.datetime | str
Now = Moment | Callable[[], dt.datetime] | None


class Clockwork:
    """What time it is for a loop, and how it reads times.

    Parameters
    ----------
    now : datetime, str, callable or None
        A fixed moment, something that gives one, or None for the clock of the machine.
    timezone : str
        IANA name; in it times are read that name no zone. Empty: such times are refused.

    Examples
    --------
    >>> clock = Clockwork("2026-07-01T09:00+08:00", "Asia/Shanghai")
    >>> clock.now().isoformat()
    '2026-07-01T01:00:00+00:00'
    >>> clock.read("2026-06-30 18:30").isoformat()
    '2026-06-30T10:30:00+00:00'
    """

    def __init__(self, now: Now = None, timezone: str = "") -> None:
        self.timezone = timezone
        self._zone = zone_of(timezone) if timezone else None
        self._source = now if callable(now) or now is None else self.read(now)

    def now(self, given: Moment | None = None) -> dt.datetime:
        """Return `given`, or what time it is, in UTC."""
        if given is not None:
            return self.read(given)
        if self._source is None:
            return dt.datetime.now(dt.UTC)
        return self.read(self._source() if callable(self._source) else self._source)

    def read(self, moment: Moment) -> dt.datetime:
        """Return a time in UTC.

        Raises
        ------
        ValueError
            If it is no time, or names no zone and the loop has none.
        """
        if isinstance(moment, str):
            try:
                moment = dt.datetime.fromisoformat(moment.strip())
            except ValueError:
                raise ValueError(message("loop.no_time", found=moment)) from None
        if not isinstance(moment, dt.datetime):
            raise ValueError(message("loop.no_time", found=moment))  # noqa: TRY004  # one error for all that is no time
        if moment.tzinfo is None:
            if self._zone is None:
                raise ValueError(message("loop.no_zone", found=moment.isoformat(" ")))
            moment = moment.replace(tzinfo=self._zone)
        try:
            return moment.astimezone(dt.UTC)
        except OverflowError:  # in UTC it is no year any more
            raise ValueError(message("loop.no_time", found=moment)) from None

    def zone_of(self, moment: Moment | None) -> str:
        """Return in which zone a time was said: its own, else the loop's, else UTC."""
        if isinstance(moment, str):
            try:
                moment = dt.datetime.fromisoformat(moment.strip())
            except ValueError:
                moment = None
        if moment is None or moment.tzinfo is None:
            return self.timezone or "UTC"
        key = getattr(moment.tzinfo, "key", None)
        return key if isinstance(key, str) else moment.isoformat()[-6:]

    def recorded_at(self, before: CaseEvent | None = None) -> dt.datetime:
        """Return when a command is recorded, in UTC; never before what was recorded last.

        Raises
        ------
        StoreError
            If the clock is behind what was already recorded by more than clocks differ.
        """
        recorded = self.now()
        if before is None or recorded >= before.recorded_at:
            return recorded
        if before.recorded_at - recorded > SKEW:
            last = f"{before.recorded_at:%Y-%m-%d %H:%M:%S} UTC"
            raise StoreError(message("loop.clock_behind", now=f"{recorded:%Y-%m-%d %H:%M:%S} UTC", last=last))
        return before.recorded_at
