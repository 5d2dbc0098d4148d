"""The columns of a driver tree: numbers per code, periods in order, and what tells the rows of a period apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from closeloop.frames import Frame, plain_value
from closeloop.rootcause.tree.formula import FloatArray
from closeloop.text import message

Key = tuple[object, ...]


@dataclass(frozen=True, kw_only=True)
class DriverTable:
    """What a driver tree is checked on.

    Attributes
    ----------
    columns : mapping
        Code → its numbers; NaN where there is none.
    period : ndarray of int
        Which of `periods` each row belongs to; −1 where it says none.
    periods : tuple
        In order; ``(None,)`` without a column of periods.
    keys : tuple of tuple
        What tells each row apart from the others of its period.
    """

    columns: dict[str, FloatArray]
    period: NDArray[np.int64]
    periods: tuple[object, ...]
    keys: tuple[Key, ...]

    @property
    def n(self) -> int:
        """Rows."""
        return len(self.period)

    @property
    def n_no_period(self) -> int:
        """Rows whose period is missing; they are not checked."""
        return int((self.period < 0).sum())

    @cached_property
    def one_row_each(self) -> bool:
        """Whether every period has one row."""
        return bool((np.bincount(self.period[self.period >= 0], minlength=len(self.periods)) <= 1).all())

    @cached_property
    def rows_told_apart(self) -> bool:
        """Whether no two rows of a period have the same key."""
        seen = {(int(p), key) for p, key in zip(self.period, self.keys, strict=True) if p >= 0}
        return len(seen) == int((self.period >= 0).sum())

    def summed(self, values: FloatArray) -> FloatArray:
        """Return the sum of the period on each of its rows; NaN where one is missing."""
        found = np.full(self.n, np.nan)
        for number in range(len(self.periods)):
            here = self.period == number
            found[here] = values[here].sum()
        return found


def driver_table(frame: Frame, names: Sequence[str], period: str | None, by: Sequence[str]) -> DriverTable:
    """Read the columns of a driver tree.

    Raises
    ------
    ValueError
        If a column of numbers holds something else, or `by` does not tell the rows of a period apart.
    """
    wanted = list(dict.fromkeys([*names, *by, *([period] if period else [])]))
    table: Any = frame
    if not hasattr(table, "iloc"):  # every other kind of frame becomes a small pandas one
        table = table.lazy().select(wanted).collect().to_pandas()
    n = len(table)
    columns = {name: _numbers(name, table[name]) for name in names}
    labels = [None] * n if period is None else [plain_value(value) for value in table[period].tolist()]
    periods: tuple[object, ...] = (None,) if period is None else tuple(_sorted({v for v in labels if v is not None}))
    place = {label: i for i, label in enumerate(periods)}
    numbers = np.array([place.get(label, -1) for label in labels], dtype=np.int64)
    held = [[plain_value(value) for value in table[name].tolist()] for name in by]
    keys: tuple[Key, ...] = tuple(zip(*held, strict=True)) if held else ((),) * n
    made = DriverTable(columns=columns, period=numbers, periods=periods, keys=keys)
    if by and not made.rows_told_apart:
        seen: set[tuple[int, Key]] = set()
        for number, key in zip(numbers.tolist(), keys, strict=True):
            if (number, key) in seen:
                raise ValueError(message("tree.row_twice", by=", ".join(by), key=", ".join(map(str, key)),
                                         period="–" if period is None else periods[number]))  # fmt: skip
            seen.add((number, key))
    return made


def _numbers(name: str, column: Any) -> FloatArray:
    if getattr(column.dtype, "kind", "O") in "iuf":
        found: FloatArray = column.to_numpy(dtype=float, na_value=np.nan)
        return np.where(np.isfinite(found), found, np.nan)
    found = np.full(len(column), np.nan)
    for row, value in enumerate(column.tolist()):
        plain = plain_value(value)
        if plain is None:
            continue
        try:
            found[row] = math.nan if isinstance(plain, bool | str) else float(plain)  # type: ignore[arg-type]
        except (TypeError, ValueError):  # a decimal or a number of another library passes
            found[row] = math.nan
        if not math.isfinite(found[row]):
            raise ValueError(message("tree.not_numbers", column=name, found=str(plain)[:40], row=row + 1))
    return found


def _sorted(labels: set[Any]) -> list[Any]:
    kinds = {type(label) for label in labels}
    return sorted(labels) if len(kinds) <= 1 or kinds <= {int, float} else sorted(labels, key=str)
