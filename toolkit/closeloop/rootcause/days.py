"""Days as people give them: a date, or its ISO text."""

from __future__ import annotations

import datetime as dt

from closeloop.text import message


def day_of(when: object) -> dt.date:
    """Return a day from a date or its ISO text.

    Raises
    ------
    ValueError
        If it is neither.

    Examples
    --------
    >>> day_of("2026-10-08")
    datetime.date(2026, 10, 8)
    """
    if isinstance(when, dt.datetime):
        return when.date()
    if isinstance(when, dt.date):
        return when
    try:
        return dt.date.fromisoformat(str(when))
    except ValueError:
        raise ValueError(message("whys.no_day", found=when)) from None


def day_or_none(when: object) -> dt.date | None:
    """Return a day, or None where none is given.

    Raises
    ------
    ValueError
        If it is given and no day.
    """
    return None if when is None else day_of(when)
