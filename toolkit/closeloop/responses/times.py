"""Times as exports write them: parsed once per distinct text, brought to one zone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import numpy as np
import pandas as pd

from closeloop.errors import ResponseValidationError, closest
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
_SLASHED = re.compile(r"\s*(\d{1,2})[/.-](\d{1,2})[/.-]\d{4}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Times of distinct texts: `local` in the survey's zone, `instant` in UTC, both naive; which are ambiguous."""

    local: NDArray[np.datetime64]
    instant: NDArray[np.datetime64]
    ambiguous: NDArray[np.bool_]


def parse_times(texts: Sequence[str], naive_zone: str, zone: str) -> Times:
    """Read times, each distinct text once.

    Year-first forms, Chinese forms (2026年5月3日) and forms with an offset are read as they stand. Of ``3/4/2026``
    the texts together decide which number is the day; where none exceeds 12 they are ambiguous, and not guessed. What
    cannot be read is NaT.

    Parameters
    ----------
    texts : sequence of str
        The distinct texts of a column.
    naive_zone : str
        The zone of times that do not name one.
    zone : str
        The zone of the local times to return.

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
    naive, ambiguous = _clock_times(series.mask(zoned, ""))
    aware = naive.dt.tz_localize(
        checked_zone(naive_zone), ambiguous=np.ones(len(naive), dtype=bool), nonexistent="shift_forward"
    )
    instant = aware.dt.tz_convert("UTC")
    if zoned.any():
        instant[zoned] = _with_offset(series[zoned])
    local = instant.dt.tz_convert(checked_zone(zone)).dt.tz_localize(None)
    if naive_zone == zone:  # as written, also where the clock was put back
        local = local.where(zoned, naive)
    return Times(
        local=local.to_numpy("datetime64[us]"),
        ambiguous=ambiguous,
        instant=instant.dt.tz_localize(None).to_numpy("datetime64[us]"),
    )


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


def _with_offset(texts: pd.Series) -> pd.Series:
    """Return the instants that texts with an offset say: the ISO forms at once, the others piece by piece."""
    instant = pd.to_datetime(texts, utc=True, errors="coerce", format="ISO8601").astype("datetime64[us, UTC]")
    odd = texts[instant.isna()]
    if len(odd):
        parts = odd.str.extract(_OFFSET)
        clock, _ = _clock_times(parts["clock"].fillna("").reset_index(drop=True))
        seconds = parts["hours"].fillna("0").astype(int) * 3600 + parts["minutes"].fillna("0").astype(int) * 60
        ahead = seconds.where(parts["sign"] != "-", -seconds).astype("timedelta64[s]")
        instant[odd.index] = clock.set_axis(odd.index).sub(ahead).dt.tz_localize("UTC")
    return instant


def _clock_times(texts: pd.Series) -> tuple[pd.Series, NDArray[np.bool_]]:
    """Return the times that texts without an offset say, and which texts do not tell the day from the month."""
    naive = pd.Series(np.full(len(texts), np.datetime64("NaT"), dtype="datetime64[us]"))
    unread = _fill(naive, texts[texts != ""], "%Y-%m-%d")
    if len(unread):
        unread = unread.str.replace("T", " ").str.replace(r"(:\d{2})\.\d+", r"\1", regex=True)
        for name, mark in _NAMED_DAY_PARTS:
            unread = unread.str.replace(rf"\s*{name}\s*", f" {mark} ", regex=True)
        unread = unread.str.replace(r"^(\d{4})[年/.-](\d{1,2})[月/.-](\d{1,2})日? ?", r"\1-\2-\3 ", regex=True)
        unread = _fill(naive, unread.str.strip(), "%Y-%m-%d")
    ambiguous = np.zeros(len(texts), dtype=bool)
    if len(unread):
        order = _day_or_month_first(unread)
        if order is None:
            ambiguous[unread.index[unread.str.match(_SLASHED)]] = True
        else:
            _fill(naive, unread, order)
    return naive, ambiguous


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


def _day_or_month_first(texts: pd.Series) -> str | None:
    pairs = texts.str.extract(_SLASHED).dropna().astype(int)
    if pairs.empty:
        return None
    separators = texts[pairs.index].str.extract(r"\d([/.-])\d", expand=False)
    mark = str(separators.iloc[0])
    day_first, month_first = bool((pairs[0] > 12).any()), bool((pairs[1] > 12).any())
    if day_first == month_first:
        return None
    return f"%d{mark}%m{mark}%Y" if day_first else f"%m{mark}%d{mark}%Y"
