"""Times as exports write them: parsed once per distinct text, brought to one zone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import numpy as np
import pandas as pd

from closeloop.errors import ResponseValidationError, closest
from closeloop.responses.dates import Evidence, full_year, serial_days, year_first
from closeloop.text import message

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ENDS_IN_OFFSET = r":\d{2}.*(?:Z|UTC|GMT|[+-]\d{1,2}(?::?\d{2})?)$"
_OFFSET = r"^(?P<clock>.*?)\s*(?:Z|UTC|GMT|(?:UTC|GMT)?(?P<sign>[+-])(?P<hours>1[0-4]|0?\d):?(?P<minutes>[0-5]\d)?)$"
_NAMED_DAY_PARTS = (("上午", "AM"), ("下午", "PM"))
_CLOCKS = {
    (2, False): (" %H:%M:%S",),
    (1, False): (" %H:%M",),
    (0, False): ("",),
    (2, True): (" %I:%M:%S %p", " %p %I:%M:%S"),
    (1, True): (" %I:%M %p", " %p %I:%M"),
}
"""How a time of day may be written, by its number of colons and whether it has AM or PM: few patterns to try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Times of distinct texts: `local` in the survey's zone, `instant` in UTC, both naive.

    `ambiguous` marks texts that can be read two ways and are not read; `date_only` those without a time of day, read as
    midnight; `skipped` times that the clock of their zone never showed, `twice` those it showed twice. `evidence` is
    what the column as a whole tells.
    """

    local: NDArray[np.datetime64]
    instant: NDArray[np.datetime64]
    ambiguous: NDArray[np.bool_]
    date_only: NDArray[np.bool_]
    skipped: NDArray[np.bool_]
    twice: NDArray[np.bool_]
    evidence: tuple[Evidence, ...] = ()


def parse_times(
    texts: Sequence[str],
    naive_zone: str,
    zone: str,
    *,
    day_first: bool | None = None,
    date1904: bool | None = None,
) -> Times:
    """Read times, each distinct text once.

    Year-first forms, Chinese forms (2026年5月3日) and forms with an offset are read as they stand. Of ``3/4/2026``
    the texts together decide which number is the day (see `year_first`); where they do not, it is ambiguous, and not
    guessed. A column of nothing but spreadsheet day numbers is read as such. A day without a time is its midnight. What
    cannot be read is NaT.

    Parameters
    ----------
    texts : sequence of str
        The distinct texts of a whole column.
    naive_zone : str
        The zone of times that do not name one.
    zone : str
        The zone of the local times to return.
    day_first : bool, optional
        Whether the day stands before the month, where somebody said so.
    date1904 : bool, optional
        Whether day numbers count from 1904, as in workbooks of old Macintoshes; left out, only if they prove it.

    Raises
    ------
    ResponseValidationError
        If there is no such zone.

    Examples
    --------
    >>> parse_times(["2026/5/3 7:05:00"], "Asia/Shanghai", "Asia/Shanghai").instant
    array(['2026-05-02T23:05:00.000000'], dtype='datetime64[us]')
    """
    series = pd.Series(list(texts), dtype="str").str.strip()
    zoned = series.str.contains(_ENDS_IN_OFFSET, regex=True, na=False)
    clock = series.mask(zoned, "")
    offsets = series[zoned].str.extract(_OFFSET) if zoned.any() else pd.DataFrame()
    if zoned.any():
        clock[zoned] = offsets["clock"].fillna("")  # the dates of all texts together tell which number is the day
    read = _clock_times(clock, day_first, date1904)
    naive = read.times.mask(zoned)
    checked_zone(naive_zone)
    aware = naive.dt.tz_localize(naive_zone, ambiguous="NaT", nonexistent="NaT")
    lost = (aware.isna() & naive.notna()).to_numpy()
    skipped = np.zeros(len(series), dtype=bool)
    if lost.any():
        skipped[lost] = naive[lost].dt.tz_localize(
            naive_zone, ambiguous=np.ones(int(lost.sum()), dtype=bool), nonexistent="NaT"
        ).isna()  # fmt: skip
        aware[lost] = naive[lost].dt.tz_localize(
            naive_zone, ambiguous=np.ones(int(lost.sum()), dtype=bool), nonexistent="shift_forward"
        )
    instant = aware.dt.tz_convert("UTC")
    if zoned.any():
        instant[zoned] = _with_offset(series[zoned], read.times[zoned], offsets)
    local = instant.dt.tz_convert(checked_zone(zone)).dt.tz_localize(None)
    if naive_zone == zone:  # as written, also where the clock was put back
        local = local.where(zoned, naive)
    whole_day = ~zoned & naive.notna() & ~clock.str.contains(":", regex=False) & (not read.serial)
    day_only = whole_day.to_numpy(dtype=bool)
    return Times(
        local=local.to_numpy("datetime64[us]"),
        instant=instant.dt.tz_localize(None).to_numpy("datetime64[us]"),
        ambiguous=read.ambiguous & instant.isna().to_numpy(),
        date_only=day_only,
        skipped=skipped & ~day_only,
        twice=lost & ~skipped & ~day_only,
        evidence=read.evidence,
    )


def parse_days(
    texts: Sequence[str], *, day_first: bool | None = None, date1904: bool | None = None
) -> tuple[list[dt.date | None], NDArray[np.bool_], tuple[Evidence, ...]]:
    """Read dates, each distinct text once: the days, which texts are ambiguous, and what the column tells.

    Examples
    --------
    >>> parse_days(["25.4.2026", "3.4.2026"])[0]
    [datetime.date(2026, 4, 25), datetime.date(2026, 4, 3)]
    """
    read = _clock_times(pd.Series(list(texts), dtype="str").str.strip(), day_first, date1904)
    days = [None if pd.isna(time) else time.date() for time in read.times]
    return days, read.ambiguous, read.evidence


def checked_zone(name: str) -> str:
    """Return the name of a time zone.

    Raises
    ------
    ResponseValidationError
        If there is none of this name.
    """
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: "Asia" is a folder of zones
        near = closest(name, available_timezones()) or ("Asia/Shanghai", "Europe/Berlin", "UTC")
        raise ResponseValidationError(message("responses.zone_unknown", found=name, names=", ".join(near))) from error


def _with_offset(texts: pd.Series, clock: pd.Series, parts: pd.DataFrame) -> pd.Series:
    """Return the instants that texts with an offset say: the ISO forms at once, the others piece by piece."""
    instant = pd.to_datetime(texts, utc=True, errors="coerce", format="ISO8601").astype("datetime64[us, UTC]")
    odd = instant.isna()
    if odd.any():
        seconds = parts["hours"].fillna("0").astype(int) * 3600 + parts["minutes"].fillna("0").astype(int) * 60
        ahead = seconds.where(parts["sign"] != "-", -seconds).astype("timedelta64[s]")
        instant[odd] = clock[odd].sub(ahead[odd]).dt.tz_localize("UTC")
    return instant


@dataclass(slots=True)
class _Clock:
    """Times without an offset, which texts are ambiguous, whether they are day numbers, and what tells it."""

    times: pd.Series
    ambiguous: NDArray[np.bool_]
    evidence: tuple[Evidence, ...] = ()
    serial: bool = False


def _clock_times(texts: pd.Series, day_first: bool | None, date1904: bool | None) -> _Clock:
    """Return the times that texts without an offset say."""
    naive = pd.Series(np.full(len(texts), np.datetime64("NaT"), dtype="datetime64[us]"))
    ambiguous = np.zeros(len(texts), dtype=bool)
    unread = _fill(naive, texts[texts != ""], "%Y-%m-%d")
    if not len(unread):
        return _Clock(naive, ambiguous)
    serials = serial_days(unread, date1904) if naive.isna().all() else None
    if serials is not None:
        naive[unread.index] = serials[0]
        first = replace(serials[1], places=(int(unread.index[0]),))
        return _Clock(naive, ambiguous, (first,), serial=True)
    unread = unread.str.replace("T", " ").str.replace(r"(:\d{2})\.\d+", r"\1", regex=True)
    for name, mark in _NAMED_DAY_PARTS:
        unread = unread.str.replace(rf"\s*{name}\s*", f" {mark} ", regex=True)
    unread = unread.str.replace(r"^(\d\d)年", lambda year: f"{full_year(int(year[1]))}年", regex=True)
    unread = unread.str.replace(r"^(\d{4})[年/.-](\d{1,2})[月/.-](\d{1,2})日? ?", r"\1-\2-\3 ", regex=True)
    unread = _fill(naive, unread.str.strip(), "%Y-%m-%d")
    if not len(unread):
        return _Clock(naive, ambiguous)
    if not unread.str.contains(r"^\d{1,2}[/.-]", regex=True).any():
        return _Clock(naive, ambiguous)
    ordered = year_first(unread.str.replace(", ", " ", regex=False), day_first)
    _fill(naive, ordered.texts[~ordered.ambiguous], "%Y-%m-%d")
    at = unread.index.to_numpy()
    ambiguous[at[ordered.ambiguous]] = True
    evidence = tuple(replace(e, places=tuple(int(at[place]) for place in e.places)) for e in ordered.evidence)
    return _Clock(naive, ambiguous, evidence)


def _fill(times: pd.Series, texts: pd.Series, day: str) -> pd.Series:
    """Put in what can be read as a day and perhaps a time of day; return the texts that cannot."""
    if not len(texts):
        return texts
    colons = texts.str.count(":").to_numpy()
    halves = texts.str.contains("[AaPp][Mm]", regex=True).to_numpy(dtype=bool)
    read = np.zeros(len(texts), dtype=bool)
    for (n, half), clocks in _CLOCKS.items():
        for clock in clocks:
            places = np.flatnonzero((colons == n) & (halves == half) & ~read)
            if places.size:
                found = pd.to_datetime(texts.iloc[places], format=day + clock, errors="coerce")
                known = found.notna().to_numpy()
                read[places[known]] = True
                times[found.index[known]] = found[known].astype("datetime64[us]")
    return texts[~read]
