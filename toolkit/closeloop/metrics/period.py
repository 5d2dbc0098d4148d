"""Calendar periods as a key: day, week, month, quarter or year of a date column."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from closeloop.text import LocalText, message

EVERY = ("day", "week", "month", "quarter", "year")
"""The periods there are, finest first."""

_REFINES = {
    "day": {"day", "week", "month", "quarter", "year"},
    "week": {"week"},
    "month": {"month", "quarter", "year"},
    "quarter": {"quarter", "year"},
    "year": {"year"},
}


@dataclass(frozen=True, slots=True)
class Period:
    """A key that puts each row into the calendar period of a date column.

    Parameters
    ----------
    column : str
        A column of dates or times. Times with a zone are read on that zone's wall clock (in DuckDB, whose columns have
        no zone of their own: on that of the connection).
    every : {"month", "day", "week", "quarter", "year"}
        Weeks are those of ISO 8601.
    name : str, optional
        What the key is called in the table; by default the word in `every`.

    Raises
    ------
    ValueError
        If `every` is none of the five.

    Notes
    -----
    The labels read 2026-08-14, 2026-W33, 2026-08, 2026-Q3 and 2026. They sort as time does.

    Examples
    --------
    >>> Period("answered_at").key
    'month'
    """

    column: str
    every: str = "month"
    name: str | None = field(default=None)

    def __post_init__(self) -> None:
        if self.every not in EVERY:
            raise ValueError(message("scores.unknown_period", every=self.every, choices=", ".join(EVERY)))

    @property
    def key(self) -> str:
        """The name of the key column in the table."""
        return self.every if self.name is None else self.name

    @property
    def title(self) -> LocalText:
        """What the key is called on display."""
        return message(f"scores.{self.every}") if self.name is None else LocalText(self.name)

    def refines(self, other: Period) -> bool:
        """Whether each of these periods lies within one of `other`'s (a day in its week, a month in its quarter)."""
        return self.column == other.column and other.every in _REFINES[self.every]


def period_labels(days: npt.NDArray[np.datetime64], every: str) -> list[str]:
    """Return the label of the period in which each day lies.

    Parameters
    ----------
    days : ndarray of datetime64[D]
        No NaT.
    every : str
        One of `EVERY`.

    Returns
    -------
    list of str
        As long as `days`.

    Examples
    --------
    >>> period_labels(np.array(["2026-08-14", "2027-01-01"], "M8[D]"), "week")
    ['2026-W33', '2026-W53']
    """
    day = days.astype("M8[D]")
    if every == "day":
        return [str(d) for d in day]
    if every == "week":
        number = day.astype(np.int64)
        thursday = (number - (number + 3) % 7 + 3).astype("M8[D]")  # 1970-01-01 was a Thursday
        year = thursday.astype("M8[Y]")
        week = (thursday - year.astype("M8[D]")).astype(np.int64) // 7 + 1
        return [f"{y}-W{w:02d}" for y, w in zip(year.astype(str), week, strict=True)]
    month = day.astype("M8[M]")
    if every == "month":
        return [str(m) for m in month]
    year = day.astype("M8[Y]")
    if every == "quarter":
        quarter = (month - year.astype("M8[M]")).astype(np.int64) // 3 + 1
        return [f"{y}-Q{q}" for y, q in zip(year.astype(str), quarter, strict=True)]
    return [str(y) for y in year]
