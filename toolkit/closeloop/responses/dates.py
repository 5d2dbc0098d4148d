"""Which number of a date is the day, the month and the year: told by the whole column, never guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

PIVOT = 68
"""Two digits of a year up to this one are of this century, those above of the last, as in POSIX."""

_NUMBERS = r"^(?P<a>\d{1,2})(?P<mark>[/.-])(?P<b>\d{1,2})(?P=mark)(?P<c>\d{4}|\d{1,2})(?!\d)(?P<rest>.*)$"
SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
"""A day number as spreadsheets keep it."""
_FIRST_1900, _LAST_1900 = 36526, 73050  # 2000-01-01 and 2099-12-31, counted in days as spreadsheets of Windows do
_SHIFT_1904 = 1462  # the old Macintosh count begins so many days later
_YEARS_APART = 3
_DAY, _MONTH = 31, 12
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Something that a column as a whole tells about its dates; `places` are the distinct texts that prove it."""

    code: str
    severity: str = "info"
    places: tuple[int, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """Texts with their dates rewritten year first (``texts``), those that can be read two ways, and what tells it."""

    texts: pd.Series
    ambiguous: NDArray[np.bool_]
    evidence: tuple[Evidence, ...]


def year_first(texts: pd.Series, day_first: bool | None = None) -> Ordered:
    """Rewrite dates such as ``25/4/2026 12:00`` with the year first, where the column tells what is what.

    Dates written with the same mark (/, . or -) are one way of writing. A number above 12 in one of them proves which
    is the day in all of them. Where nothing does, or both orders are proven, only dates that can be read one way are
    rewritten; the others are ambiguous. Years of two digits stand where the numbers hardly vary.

    Parameters
    ----------
    texts : Series of str
        Distinct texts.
    day_first : bool, optional
        What somebody said about it; the column need not prove it then.

    Examples
    --------
    >>> year_first(pd.Series(["3/4/2026", "25/4/2026 9:00"])).texts.tolist()
    ['2026-04-03', '2026-04-25 9:00']
    >>> year_first(pd.Series(["3/4/2026"])).ambiguous.tolist()
    [True]
    """
    ambiguous = np.zeros(len(texts), dtype=bool)
    parts = texts.str.extract(_NUMBERS)
    parts = parts[parts["mark"].notna()]
    evidence: list[Evidence] = []
    result = texts.copy()
    for _, group in parts.groupby("mark", sort=True):
        a, b, c = (group[name].to_numpy().astype(np.int64) for name in "abc")
        short = (group["c"].str.len() <= 2).to_numpy()
        two = [(group[name].str.len() == 2).to_numpy()[short] for name in "ac"]
        places = np.array([texts.index.get_loc(label) for label in group.index], dtype=np.intp)
        leading, known = _years_lead(a[short], b[short], c[short], *two)
        if short.any():
            evidence.append(_about_years(places[short], leading=leading, known=known))
        undecided = short & (not known)
        turned = short & leading & known  # year, month, day: nothing else to tell
        days, months = np.where(turned, c, a), b
        plain = ~turned & ~undecided
        day, month, doubtful, told = _days_and_months(days, months, c, plain, places, day_first)
        evidence += told
        years = np.where(turned, a, c)
        years = np.where(short, [full_year(year) for year in years.tolist()], years)
        doubtful |= undecided
        ambiguous[places[doubtful]] = True
        written = [
            f"{y:04d}-{m:02d}-{d:02d}{rest}" if not unsure else text
            for y, m, d, rest, unsure, text in zip(
                years.tolist(), month.tolist(), day.tolist(), group["rest"], doubtful.tolist(), texts[group.index],
                strict=True,
            )
        ]  # fmt: skip
        result[group.index] = written
    return Ordered(texts=result, ambiguous=ambiguous, evidence=tuple(evidence))


def full_year(digits: int) -> int:
    """Return the year that two digits mean.

    Examples
    --------
    >>> full_year(26), full_year(99)
    (2026, 1999)
    """
    return digits + (2000 if digits <= PIVOT else 1900)


def _days_and_months(
    first: NDArray[np.int64],
    second: NDArray[np.int64],
    third: NDArray[np.int64],
    asked: NDArray[np.bool_],
    places: NDArray[np.intp],
    day_first: bool | None,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_], list[Evidence]]:
    """Return days, months and which stay in doubt; where not `asked`, the first number is the day already."""
    says_day = asked & (first > _MONTH) & (first <= _DAY) & (second <= _MONTH)
    says_month = asked & (second > _MONTH) & (second <= _DAY) & (first <= _MONTH)
    open_ = asked & ~says_day & ~says_month & (first != second) & (first <= _MONTH) & (second <= _MONTH)
    swapped = says_month.copy()
    doubtful = np.zeros(len(first), dtype=bool)
    evidence: list[Evidence] = []
    proofs = tuple(int(places[flags.argmax()]) for flags in (says_day, says_month) if flags.any())
    if says_day.any() and says_month.any():
        dates = np.unique(np.stack([first, second, third])[:, open_], axis=1)  # whatever time of day stands behind
        evidence.append(
            Evidence(code="date_order_mixed", severity="warning", places=proofs, fields={"n": dates.shape[1]})
        )
        doubtful = open_ if day_first is None else doubtful
    elif proofs:
        code = "date_day_first" if says_day.any() else "date_month_first"
        evidence.append(Evidence(code=code, places=proofs))
        day_first = bool(says_day.any())
    elif day_first is None:
        doubtful = open_
    if day_first is False:
        swapped |= open_
    return np.where(swapped, second, first), np.where(swapped, first, second), doubtful, evidence


def _years_lead(
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    c: NDArray[np.int64],
    two_first: NDArray[np.bool_],
    two_last: NDArray[np.bool_],
) -> tuple[bool, bool]:
    """Say whether years of two digits stand first, and whether the column tells it."""
    last = two_last & ((a <= _MONTH) | (b <= _MONTH)) & (np.maximum(a, b) <= _DAY) & (np.minimum(a, b) > 0)
    first = two_first & (b <= _MONTH) & (c <= _DAY) & (b > 0) & (c > 0)
    readable = last | first
    if not readable.any():
        return False, True
    if not first[readable].all() or not last[readable].all():
        return bool(first[readable].all()), bool(first[readable].all() or last[readable].all())
    few_last = bool(np.ptp(c[readable]) <= _YEARS_APART < np.ptp(a[readable]))
    few_first = bool(np.ptp(a[readable]) <= _YEARS_APART < np.ptp(c[readable]))
    return few_first, few_last or few_first


def _about_years(places: NDArray[np.intp], *, leading: bool, known: bool) -> Evidence:
    if not known:
        return Evidence(code="date_years_open", severity="warning", places=(int(places[0]),))
    code = "date_years_first" if leading else "date_years_last"
    return Evidence(code=code, places=(int(places[0]),), fields={"pivot": PIVOT})


def serial_days(texts: pd.Series, date1904: bool | None = None) -> tuple[pd.Series, Evidence] | None:
    """Return the times that spreadsheet day numbers stand for, if all texts are such numbers of this century.

    Examples
    --------
    >>> serial_days(pd.Series(["46145.5"]))[0].tolist()
    [Timestamp('2026-05-03 12:00:00')]
    >>> serial_days(pd.Series(["46145", "7"])) is None
    True
    """
    if not len(texts) or not texts.str.fullmatch(SERIAL.pattern).all():
        return None
    days = texts.astype(float)
    shift = _SHIFT_1904 if date1904 or (date1904 is None and days.min() < _FIRST_1900) else 0
    if days.min() + shift < _FIRST_1900 or days.max() + shift > _LAST_1900 + 1:
        return None
    seconds = ((days + shift) * 86400).round().astype("int64")
    times = (np.datetime64("1899-12-30", "us") + seconds.to_numpy().astype("timedelta64[s]")).astype("datetime64[us]")
    read = pd.Series(times, index=texts.index)
    fields = {"first": read.iloc[0].strftime("%Y-%m-%d"), "system": 1904 if shift else 1900}
    return read, Evidence(code="date_serials", severity="warning", places=(0,), fields=fields)
