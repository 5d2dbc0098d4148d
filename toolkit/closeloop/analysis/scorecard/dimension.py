"""What filters choose from: a column's values, in order, with their labels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from closeloop.analysis.trend.periods import period_told
from closeloop.metrics.encode import encode_key, sort_key
from closeloop.metrics.labels import Labels, value_label
from closeloop.metrics.period import Period
from closeloop.text import LocalText, message

MOST_VALUES = 60
"""A column of more values is no segment."""

_FORMS = {
    "year": r"\d{4}", "quarter": r"\d{4}-Q[1-4]", "month": r"\d{4}-\d{2}", "week": r"\d{4}-W\d{2}",
    "day": r"\d{4}-\d{2}-\d{2}",
}  # fmt: skip
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """One filter.

    Attributes
    ----------
    name : str
        A segment's column, ``"period"`` or ``"language"``.
    title : LocalText
    values : tuple
        What may be chosen, in order; None is the missing value.
    labels : tuple of LocalText
        What the values are called.
    every : str
        What a period is; empty for what is no period.
    """

    name: str
    title: LocalText
    values: tuple[object, ...]
    labels: tuple[LocalText, ...]
    every: str = ""

    def place(self, choice: object) -> int:
        """Return the position of a value, by itself or by what it is called in any language; None is "all".

        Raises
        ------
        ValueError
            If there is no such value.
        """
        if choice is None:
            return len(self.values)
        if choice in self.values:
            return self.values.index(choice)
        for place, label in enumerate(self.labels):
            if str(choice) in (label.en, label.zh, str(self.values[place])):
                return place
        known = ", ".join(str(label) for label in self.labels)
        raise ValueError(message("scorecard.unknown_value", value=repr(choice), dimension=self.name, known=known))


def segment(column: pd.Series, name: str, title: LocalText | str, labels: Labels) -> tuple[Dimension, Ints]:
    """Return a column as a filter, and which of its values each row has.

    Raises
    ------
    ValueError
        If it has too many values.

    Examples
    --------
    >>> found, rows = segment(pd.Series(["b", "a", None]), "plan", "Plan", {})
    >>> found.values, rows.tolist()
    (('a', 'b', None), [1, 0, 2])
    """
    source = str(column.name)
    values, rows = _coded(column, None)
    named = list(labels.get(source, {}))
    order = sorted(
        range(len(values)),
        key=lambda i: (0, named.index(values[i])) if values[i] in named else (1, *sort_key(values[i])),
    )
    if len(values) > MOST_VALUES:
        raise ValueError(message("scorecard.too_many_values", column=source, count=len(values), most=MOST_VALUES))
    told = tuple(value_label(labels, source, values[i]) for i in order)
    dimension = Dimension(
        name=name, title=title if isinstance(title, LocalText) else LocalText(title),
        values=tuple(values[i] for i in order), labels=told,
    )  # fmt: skip
    return dimension, np.argsort(order)[rows] if order else rows


def calendar_filter(column: pd.Series, period: Period | str) -> tuple[Dimension, Ints]:
    """Return periods as a filter, and which of them each row lies in.

    Parameters
    ----------
    column : Series
        Dates, or labels of periods such as ``"2026-07"`` or ``"2026-Q3"``.
    period : Period or str
        What a period is; the name of a column of dates makes months of them.

    Raises
    ------
    ValueError
        If the column holds neither dates nor labels of one kind of period, or too many periods.

    Examples
    --------
    >>> calendar_filter(pd.Series(["2026-Q2", "2026-Q1"]), "quarter")[0].every
    'quarter'
    """
    source = str(column.name)
    if isinstance(period, str):
        texts = column.dropna().astype(str)
        dated = pd.api.types.is_datetime64_any_dtype(column)
        forms = _FORMS.items() if len(texts) else [("month", "")]
        every = next((e for e, form in forms if texts.map(re.compile(form).fullmatch).notna().all()), None)
        if not dated and every in (None, "day") and pd.api.types.infer_dtype(column, skipna=True) == "date":
            dated = True
        if not dated and every is None:
            raise ValueError(message("scorecard.not_periods", column=source, found=repr(str(texts.iloc[0]))))
        values, rows = _coded(column, Period(source)) if dated else _coded(column.astype("string"), None)
        every = "month" if dated else str(every)
    else:
        values, rows = _coded(column, period)
        every = period.every
    if len(values) > MOST_VALUES:
        raise ValueError(message("scorecard.too_many_periods", count=len(values), most=MOST_VALUES))
    order = sorted(range(len(values)), key=lambda i: sort_key(values[i]))
    told = tuple(value_label({}, source, None) if values[i] is None else period_told(str(values[i])) for i in order)
    dimension = Dimension(
        name="period", title=message(f"scores.{every}"), values=tuple(values[i] for i in order), labels=told,
        every=every,
    )  # fmt: skip
    return dimension, np.argsort(order)[rows] if order else rows


def _coded(column: pd.Series, period: Period | None) -> tuple[list[object], Ints]:
    """Return the values that occur, and which of them each row has."""
    codes = encode_key(column, period)
    place = codes.values.astype(np.int64) + codes.offset
    occurring, rows = np.unique(place, return_inverse=True)
    return [codes.labels[i] for i in occurring.tolist()], rows.astype(np.int64)


def checked_names(by: Sequence[str]) -> tuple[str, ...]:
    """Return the segment columns: one to four, none twice.

    Examples
    --------
    >>> checked_names("region")
    ('region',)
    """
    names = (by,) if isinstance(by, str) else tuple(by)
    if not 1 <= len(names) <= 4 or len(set(names)) != len(names):
        raise ValueError(message("scorecard.how_many_segments", found=", ".join(map(str, names)) or "–"))
    for name in names:
        if name in ("period", "rows"):
            raise ValueError(message("scorecard.reserved", name=name))
    return names
