"""Times as exports write them: parsed once per distinct text, brought to one zone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from closeloop.errors import ResponseValidationError, closest
from closeloop.responses.dates import Evidence, full_year, serial_days, year_first
from closeloop.text import message

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DIGIT, _SPACE = r"\p{Nd}", r"[\s\p{Z}]"  # of RE2, whose own \d and \s are those of ASCII only
_ENDS_IN_OFFSET = rf":{_DIGIT}{{2}}.*(?:Z|UTC|GMT|[+-]{_DIGIT}{{1,2}}(?::?{_DIGIT}{{2}})?)$"
_OFFSET = r"^(?P<clock>.*?)\s*(?:Z|UTC|GMT|(?:UTC|GMT)?(?P<sign>[+-])(?P<hours>1[0-4]|0?\d):?(?P<minutes>[0-5]\d)?)$"
_NO_TIME = np.datetime64("NaT", "us")
_PLAINER = (
    ("T", " "),
    (rf"(:{_DIGIT}{{2}})\.{_DIGIT}+", r"\1"),
    (f"{_SPACE}*上午{_SPACE}*", " AM "),
    (f"{_SPACE}*下午{_SPACE}*", " PM "),
)
"""What is written otherwise in some times, and as what it is read."""
_DASHED = f"^({_DIGIT}{{4}})[年/.-]({_DIGIT}{{1,2}})[月/.-]({_DIGIT}{{1,2}})日? ?"
_SHORT_YEAR = re.compile(r"^(\d\d)年")
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
    stripped = _stripped(texts)
    zoned = _says(stripped, _ENDS_IN_OFFSET)
    clock, offsets = stripped, pd.DataFrame()
    with_offset = _series(stripped.filter(pa.array(zoned)), np.flatnonzero(zoned))
    if zoned.any():
        offsets = with_offset.str.extract(_OFFSET)
        clocks = pa.array(offsets["clock"].fillna(""), pa.large_string())
        clock = pc.replace_with_mask(stripped, pa.array(zoned), clocks)  # all dates tell which number is the day
    read = _clock_times(clock, day_first, date1904)
    naive = np.where(zoned, _NO_TIME, read.times)
    checked_zone(naive_zone)
    aware = pd.DatetimeIndex(naive).tz_localize(naive_zone, ambiguous="NaT", nonexistent="NaT")
    instant = aware.tz_convert(None).to_numpy(copy=True)
    lost = np.isnat(instant) & ~np.isnat(naive)
    skipped = np.zeros(len(stripped), dtype=bool)
    if lost.any():
        shown, earlier = pd.DatetimeIndex(naive[lost]), np.ones(int(lost.sum()), dtype=bool)
        skipped[lost] = shown.tz_localize(naive_zone, ambiguous=earlier, nonexistent="NaT").isna()
        moved = shown.tz_localize(naive_zone, ambiguous=earlier, nonexistent="shift_forward")
        instant[lost] = moved.tz_convert(None).to_numpy()
    if zoned.any():
        said = _with_offset(with_offset, pd.Series(read.times[zoned], index=with_offset.index), offsets)
        instant[zoned] = said.dt.tz_localize(None).to_numpy()
    local = pd.DatetimeIndex(instant).tz_localize("UTC").tz_convert(checked_zone(zone)).tz_localize(None).to_numpy()
    if naive_zone == zone:  # as written, also where the clock was put back
        local = np.where(zoned, local, naive)
    day_only = ~zoned & ~np.isnat(naive) & ~_says(clock, ":") & (not read.serial)
    return Times(
        local=local,
        instant=instant,
        ambiguous=read.ambiguous & np.isnat(instant),
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
    read = _clock_times(_stripped(texts), day_first, date1904)
    days = [None if time is None else time.date() for time in read.times.tolist()]
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


def _stripped(texts: Sequence[str]) -> pa.Array:
    return pc.utf8_trim_whitespace(pa.array(list(texts), pa.large_string()))


@dataclass(slots=True)
class _Clock:
    """Times without an offset, which texts are ambiguous, whether they are day numbers, and what tells it."""

    times: NDArray[np.datetime64]
    ambiguous: NDArray[np.bool_]
    evidence: tuple[Evidence, ...] = ()
    serial: bool = False


def _clock_times(texts: pa.Array, day_first: bool | None, date1904: bool | None) -> _Clock:
    """Return the times that texts without an offset say."""
    naive = np.full(len(texts), _NO_TIME)
    ambiguous = np.zeros(len(texts), dtype=bool)
    at = np.flatnonzero(_says(texts, "."))
    spelled, at = _fill(naive, texts.take(pa.array(at)), at)
    if not at.size:
        return _Clock(naive, ambiguous)
    serials = serial_days(_series(spelled, at), date1904) if np.isnat(naive).all() else None
    if serials is not None:
        naive[at] = serials[0].to_numpy()
        first = replace(serials[1], places=(int(at[0]),))
        return _Clock(naive, ambiguous, (first,), serial=True)
    for pattern, plain in _PLAINER:
        spelled = pc.replace_substring_regex(spelled, pattern, plain)
    if _says(spelled, f"^{_DIGIT}{{2}}年").any():
        full = [_SHORT_YEAR.sub(lambda year: f"{full_year(int(year[1]))}年", text) for text in spelled.to_pylist()]
        spelled = pa.array(full, pa.large_string())
    spelled = pc.replace_substring_regex(spelled, _DASHED, r"\1-\2-\3 ")
    spelled, at = _fill(naive, pc.utf8_trim_whitespace(spelled), at)
    if not _says(spelled, f"^{_DIGIT}{{1,2}}[/.-]").any():
        return _Clock(naive, ambiguous)
    ordered = year_first(_series(pc.replace_substring(spelled, ", ", " "), at), day_first)
    _fill(naive, pa.array(ordered.texts[~ordered.ambiguous]), at[~ordered.ambiguous])
    ambiguous[at[ordered.ambiguous]] = True
    evidence = tuple(replace(e, places=tuple(int(at[place]) for place in e.places)) for e in ordered.evidence)
    return _Clock(naive, ambiguous, evidence)


def _says(texts: pa.Array, pattern: str) -> NDArray[np.bool_]:
    """Return which texts hold a pattern (of RE2)."""
    found: NDArray[np.bool_] = pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False)
    return found


def _series(texts: pa.Array, at: NDArray[np.intp]) -> pd.Series:
    return pd.Series(pd.array(texts, dtype="str"), index=at)


def _fill(times: NDArray[np.datetime64], texts: pa.Array, at: NDArray[np.intp]) -> tuple[pa.Array, NDArray[np.intp]]:
    """Put in, at their places, what can be read as a day and perhaps a time of day; return what cannot."""
    colons = pc.count_substring(texts, ":").to_numpy(zero_copy_only=False)
    halves = _says(texts, "[AaPp][Mm]")
    words = texts.to_numpy(zero_copy_only=False)
    read = np.zeros(len(texts), dtype=bool)
    for (n, half), clocks in _CLOCKS.items():
        for clock in clocks:
            places = np.flatnonzero((colons == n) & (halves == half) & ~read)
            if places.size:
                found = pd.to_datetime(words[places], format="%Y-%m-%d" + clock, errors="coerce").to_numpy()
                known = ~np.isnat(found)
                read[places[known]] = True
                times[at[places[known]]] = found[known]
    return texts.filter(pa.array(~read)), at[~read]
