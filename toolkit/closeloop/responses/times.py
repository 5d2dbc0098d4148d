"""Times as exports write them: parsed once per distinct text, brought to one zone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

_OFFSET = r"(?:Z|UTC|[+-]\d{2}:?\d{2}|(?:GMT|UTC)[+-]\d{1,2})$"
_YEAR_FIRST = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d")
_CLOCKS = (" %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p", "")
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

    Examples
    --------
    >>> parse_times(["2026/5/3 7:05:00"], "Asia/Shanghai", "Asia/Shanghai").instant
    array(['2026-05-02T23:05:00.000000'], dtype='datetime64[us]')
    """
    series = pd.Series(list(texts), dtype="str").str.strip()
    naive = pd.Series(np.full(len(series), np.datetime64("NaT"), dtype="datetime64[us]"))
    zoned = series.str.contains(_OFFSET, regex=True, na=False)
    unread = series[~zoned & (series != "")]
    for pattern in _YEAR_FIRST:
        unread = _fill(naive, unread, pattern)
    unread = unread.str.replace(r"^(\d{4})[年/-](\d{1,2})[月/-](\d{1,2})日?[T ]?", r"\1-\2-\3 ", regex=True)
    unread = unread.str.replace(r"(:\d{2})\.\d+$", r"\1", regex=True).str.strip()
    for pattern in _YEAR_FIRST:
        unread = _fill(naive, unread, pattern)
    ambiguous = np.zeros(len(series), dtype=bool)
    if len(unread):
        order = _day_or_month_first(unread)
        if order is None:
            ambiguous[unread.index[unread.str.match(_SLASHED)]] = True
        else:
            for clock in _CLOCKS:
                unread = _fill(naive, unread, order + clock)
    aware = naive.dt.tz_localize(naive_zone, ambiguous=np.ones(len(naive), dtype=bool), nonexistent="shift_forward")
    instant = aware.dt.tz_convert("UTC")
    if zoned.any():
        instant[zoned] = _with_offset(series[zoned])
    local = instant.dt.tz_convert(zone).dt.tz_localize(None)
    if naive_zone == zone:  # as written, also where the clock was put back
        local = local.where(zoned, naive)
    return Times(
        local=local.to_numpy("datetime64[us]"),
        ambiguous=ambiguous,
        instant=instant.dt.tz_localize(None).to_numpy("datetime64[us]"),
    )


def _with_offset(texts: pd.Series) -> pd.Series:
    plain = texts.str.replace(
        r"\s*(?:GMT|UTC)([+-])(\d{1,2})$", lambda m: f"{m[1]}{int(m[2]):02d}:00", regex=True
    ).str.replace(r"\s*UTC$", "+00:00", regex=True)
    return pd.to_datetime(plain, utc=True, errors="coerce", format="ISO8601").astype("datetime64[us, UTC]")


def _fill(times: pd.Series, texts: pd.Series, pattern: str) -> pd.Series:
    """Put in what a pattern can read; return what it could not."""
    if not len(texts):
        return texts
    found = pd.to_datetime(texts, format=pattern, errors="coerce")
    read = found.notna()
    times[found.index[read]] = found[read].astype("datetime64[us]")
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
