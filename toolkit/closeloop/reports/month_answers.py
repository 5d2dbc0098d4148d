"""The answers of one month and of those before it, cut out of what was read."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from closeloop.errors import InsufficientDataError
from closeloop.frames import as_frame, column_names
from closeloop.metrics.score_input import ScoreInput, answer_rows, score_input
from closeloop.text import LocalText, message
from closeloop.written import told_joined

_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_NAMED = 24


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Some of the answers of a source, with its metrics and its words: what `score` and the analyses take.

    Examples
    --------
    >>> Answers(ScoreInput(frame=pd.DataFrame({"recommend": [9, 10]}))).n
    2
    """

    given: ScoreInput

    def __closeloop_scores__(self) -> ScoreInput:
        """Return what `closeloop.score` counts."""
        return self.given

    @property
    def frame(self) -> pd.DataFrame:
        """The answers, one a row."""
        return self.given.frame

    @property
    def n(self) -> int:
        """How many answers there are."""
        return len(self.given.frame)


@dataclass(frozen=True, slots=True, eq=False)
class MonthAnswers:
    """The answers of a month beside those of the month before and of all months up to it.

    Attributes
    ----------
    month : str
        Such as ``"2026-06"``.
    this, last, both, until : Answers
        Of the month, the one before, the two together, all up to the end of the month.
    n_undated : int
        Answers without a day; they are in no month.
    """

    month: str
    this: Answers
    last: Answers
    both: Answers
    until: Answers
    n_undated: int

    @property
    def before(self) -> str:
        """The month before."""
        return month_before(self.month)


def month_answers(data: Any, month: object, date: str = "answered_at") -> MonthAnswers:
    """Return the answers of a month, and what they are held against.

    Parameters
    ----------
    data : frame or Responses
    month : str, date or Period
        ``"2026-06"``, or any day of it.
    date : str
        The column of dates.

    Raises
    ------
    InsufficientDataError
        If nobody answered in that month; the months in which somebody did are named.
    ValueError
        If it is no month.

    Examples
    --------
    >>> found = month_answers({"recommend": [9, 3, 10], "answered_at": ["2026-05-30", "2026-06-01", "2026-06-30"]},
    ...                       "2026-06")
    >>> found.this.n, found.last.n, found.before
    (2, 1, '2026-05')
    """
    wanted = month_name(month)
    given = score_input(data)
    columns = column_names(as_frame(given.frame))
    rows = answer_rows(given, list(dict.fromkeys([*columns, date])), message("monthly.report"))
    days = pd.to_datetime(rows[date])
    of = days.dt.strftime("%Y-%m")
    if not (of == wanted).any():
        known = sorted(of.dropna().unique())[-_NAMED:]
        raise InsufficientDataError(
            message("monthly.nobody", month=wanted, known=told_joined(known, ", ", "、") or "–")
        )
    last = month_before(wanted)
    chosen = {"this": of == wanted, "last": of == last, "both": of.isin([last, wanted]), "until": of <= wanted}
    cut = {name: _cut(given, rows, days, flags.fillna(value=False)) for name, flags in chosen.items()}
    return MonthAnswers(month=wanted, **cut, n_undated=int(of.isna().sum()))


def month_name(month: object) -> str:
    """Return a month as ``"2026-06"``.

    Raises
    ------
    ValueError
        If it is no month.

    Examples
    --------
    >>> month_name("2026-06"), month_name(dt.date(2026, 6, 30))
    ('2026-06', '2026-06')
    """
    year, number = getattr(month, "year", None), getattr(month, "month", None)
    if isinstance(year, int) and isinstance(number, int):
        return f"{year:04d}-{number:02d}"
    if isinstance(month, str) and _MONTH.fullmatch(month[:7]) and len(month) in (7, 10):
        return month[:7]
    raise ValueError(message("monthly.no_month", found=repr(month)))


def month_before(month: str) -> str:
    """Return the month before another one.

    Examples
    --------
    >>> month_before("2026-01")
    '2025-12'
    """
    return f"{first_day(month) - dt.timedelta(days=1):%Y-%m}"


def first_day(month: str) -> dt.date:
    """Return the first day of a month."""
    return dt.date.fromisoformat(f"{month}-01")


def month_after(month: str) -> str:
    """Return the month after another one.

    Examples
    --------
    >>> month_after("2025-12")
    '2026-01'
    """
    return f"{first_day(month) + dt.timedelta(days=31):%Y-%m}"


def month_told(month: str) -> LocalText:
    """Return a month as people write it.

    Examples
    --------
    >>> month_told("2026-06").en, month_told("2026-06").zh
    ('June 2026', '2026 年 6 月')
    """
    day = first_day(month)
    return LocalText({"en": f"{_NAMES[day.month - 1]} {day.year}", "zh-CN": f"{day.year} 年 {day.month} 月"})


_NAMES = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def _cut(given: ScoreInput, rows: pd.DataFrame, days: pd.Series[Any], flags: pd.Series[bool]) -> Answers:
    mine = days[flags]
    period = (mine.min().date(), mine.max().date()) if len(mine) else None
    return Answers(replace(given, frame=rows[flags].reset_index(drop=True), period=period, cache={}))
