"""When a warning is told: within the hours of whoever is to act, at once where somebody's safety is at stake."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from closeloop.followup.calendar.calendar import Calendar


def deliver_at(at: dt.datetime, hours: Calendar, *, safety: bool = False) -> dt.datetime:
    """Return when a warning that falls due at a moment is to be told; the queue shows it from that moment on anyway.

    Parameters
    ----------
    at : datetime
    hours : Calendar
        When the owner works.
    safety : bool
        A matter of safety waits for nobody's hours.

    Examples
    --------
    >>> from closeloop.followup.calendar.load import load_calendar
    >>> office, saturday = load_calendar("weekdays-9-17"), dt.datetime(2026, 10, 17, 3, tzinfo=dt.UTC)
    >>> f"{deliver_at(saturday, office):%a %H:%M}", f"{deliver_at(saturday, office, safety=True):%a %H:%M}"
    ('Mon 09:00', 'Sat 03:00')
    """
    return at.astimezone(dt.UTC) if safety else hours.opening(at)
