"""Local days on the line of exact time: where a wall clock is put forward or back, hours vanish or come twice.

Whole microseconds since 1970 in UTC are used throughout, so that sums are exact.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from closeloop.text import message

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)
SECOND, DAY = 1_000_000, 86_400_000_000
EARLIEST, LATEST = 1900, 2299
"""Years between which times are reckoned; beyond them a date is a slip of the pen."""

Piece = tuple[int, int]


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """Return a zone of the IANA database.

    Raises
    ------
    ValueError
        If there is none of this name.

    Examples
    --------
    >>> zone_of("Asia/Shanghai").key
    'Asia/Shanghai'
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # an unknown name, a path, a folder of the database
        raise ValueError(message("calendar.unknown_zone", zone=name)) from None


@lru_cache(maxsize=64)
def any_zone(name: str) -> dt.tzinfo:
    """Return a zone by its name or by its offset, such as ``+08:00``.

    Raises
    ------
    ValueError
        If it is neither.

    Examples
    --------
    >>> any_zone("+08:00")
    datetime.timezone(datetime.timedelta(seconds=28800))
    """
    if name[:1] not in {"+", "-"}:
        return zone_of(name)
    try:
        found = dt.datetime.fromisoformat(f"2000-01-01T00:00{name}").tzinfo
    except ValueError:
        found = None
    if found is None:
        raise ValueError(message("calendar.unknown_zone", zone=name))
    return found


def local_text(at: dt.datetime, zone: str, *, named: bool = False) -> str:
    """Return a time as it was on the clock of a zone, to the minute; UTC is named, also where the zone is unknown.

    Where times of several zones stand together, or nothing else says which it is, `named` adds the zone to each.

    Examples
    --------
    >>> at = dt.datetime(2026, 11, 22, 1, 30, tzinfo=dt.UTC)
    >>> local_text(at, "Asia/Shanghai"), local_text(at, "+08:00"), local_text(at, "Moon")
    ('2026-11-22 09:30', '2026-11-22 09:30', '2026-11-22 01:30 UTC')
    >>> local_text(at, "Asia/Shanghai", named=True)
    '2026-11-22 09:30 Asia/Shanghai'
    """
    try:
        known = any_zone(zone)
    except ValueError:
        return f"{at.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
    suffix = f" {zone}" if named or zone == "UTC" else ""
    return f"{at.astimezone(known):%Y-%m-%d %H:%M}{suffix}"


def exact(at: dt.datetime) -> int:
    """Return a time as microseconds since 1970.

    Raises
    ------
    ValueError
        If it has no zone, or lies beyond the years that are reckoned with.
    """
    if at.tzinfo is None:
        raise ValueError(message("calendar.naive_time", found=at.isoformat()))
    if not EARLIEST <= at.year <= LATEST:
        raise ValueError(message("calendar.far_time", found=at.isoformat(), first=EARLIEST, last=LATEST))
    return (at - EPOCH) // MICROSECOND


def moment(us: int) -> dt.datetime:
    """Return microseconds since 1970 as a time in UTC."""
    return EPOCH + dt.timedelta(microseconds=us)


def local(us: int, zone: dt.tzinfo) -> dt.datetime:
    """Return microseconds since 1970 as a time in a zone."""
    return moment(us).astimezone(zone)


def pieces_of(day: dt.date, hours: Sequence[tuple[int, int]], zone: dt.tzinfo) -> list[Piece]:
    """Return the exact times at which the wall clock of a day stands within its hours.

    An hour that the clocks skip gives nothing; one that comes twice counts twice.

    Parameters
    ----------
    day : date
    hours : sequence of (int, int)
        Minutes of the wall clock, sorted, apart.
    zone : tzinfo

    Examples
    --------
    >>> berlin = zone_of("Europe/Berlin")
    >>> [sum(b - a for a, b in pieces_of(dt.date(2026, m, d), [(0, 1440)], berlin)) / (3600 * SECOND)
    ...  for m, d in ((3, 28), (3, 29), (10, 25))]
    [24.0, 23.0, 25.0]
    """
    if not hours:
        return []
    first, last, turn = _offsets(day, zone)
    midnight = _naive(day)
    if turn is None:
        shift = midnight - first
        return [(shift + start * 60 * SECOND, shift + end * 60 * SECOND) for start, end in hours]
    found = []
    for start, end in hours:
        opens, closes = midnight + start * 60 * SECOND, midnight + end * 60 * SECOND
        found += [(opens - first, min(closes - first, turn)), (max(opens - last, turn), closes - last)]
    return sorted((opens, closes) for opens, closes in found if opens < closes)


def turn_of(day: dt.date, zone: dt.tzinfo) -> tuple[int, int] | None:
    """Return when within a day the clocks are changed and by how many microseconds; None on other days."""
    first, last, turn = _offsets(day, zone)
    if turn is None or not pieces_at(day, turn, zone):
        return None
    return turn, last - first


def pieces_at(day: dt.date, us: int, zone: dt.tzinfo) -> bool:
    """Say whether a moment touches a local day."""
    return any(start <= us <= end for start, end in pieces_of(day, [(0, 1440)], zone))


def end_of(day: dt.date, zone: dt.tzinfo) -> int:
    """Return when a local day is over."""
    whole = pieces_of(day, [(0, 1440)], zone)
    return whole[-1][1] if whole else _naive(day) - _offsets(day, zone)[0]


def _naive(day: dt.date) -> int:
    return (day.toordinal() - 719_163) * DAY


@lru_cache(maxsize=20_000)  # some fifty years of a zone: calendars share them
def _offsets(day: dt.date, zone: dt.tzinfo) -> tuple[int, int, int | None]:
    """Return the offsets before and after a change of the clocks that touches a day, and the moment of it, if any."""
    first = _offset(dt.datetime(day.year, day.month, day.day, tzinfo=zone))
    after = day + dt.timedelta(days=1)
    last = _offset(dt.datetime(after.year, after.month, after.day, fold=1, tzinfo=zone))
    if first == last:
        return first, last, None
    low = (_naive(day) - first) // SECOND - 1
    high = (_naive(after) - min(first, last)) // SECOND + 1
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(local(middle * SECOND, zone)) == first:
            low = middle
        else:
            high = middle
    return first, last, high * SECOND


def _offset(at: dt.datetime) -> int:
    offset = at.utcoffset()
    return 0 if offset is None else offset // MICROSECOND
