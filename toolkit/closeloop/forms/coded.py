"""A column of answers as small whole numbers: the form in which many respondents are looked at at once."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

UNANSWERED = -1
"""The code of a respondent who gave no answer."""


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """A column as codes into a tuple of distinct answers.

    Parameters
    ----------
    codes : integer array
        One code per respondent: an index into `values`, or -1 where there is no answer.
    values : tuple
        The distinct answers: numbers, texts, booleans, dates, or tuples of option values.

    Examples
    --------
    >>> column = Coded.of(np.array([9.0, np.nan, 6.0, 9.0]))
    >>> column.codes.tolist(), column.values
    ([1, -1, 0, 1], (6.0, 9.0))
    """

    codes: NDArray[np.integer[Any]]
    values: tuple[object, ...]

    def __len__(self) -> int:
        return len(self.codes)

    @classmethod
    def of(cls, array: NDArray[Any]) -> Coded:
        """Factorise an array; NaN, NaT and None are unanswered.

        Parameters
        ----------
        array : one-dimensional numpy array
            Numbers, booleans, datetimes or objects.
        """
        if array.dtype == object:
            return cls._of_objects(array)
        answered = ~np.isnat(array) if array.dtype.kind in "mM" else array == array
        values, inverse = np.unique(array[answered], return_inverse=True)
        codes = np.full(len(array), UNANSWERED, dtype=np.int32)
        codes[answered] = inverse
        return cls(codes, tuple(values.tolist()))

    @classmethod
    def _of_objects(cls, array: NDArray[Any]) -> Coded:
        seen: dict[tuple[type, Hashable], int] = {}
        values: list[object] = []
        codes = np.empty(len(array), dtype=np.int32)
        for position, value in enumerate(array.tolist()):
            if is_missing(value):
                codes[position] = UNANSWERED
                continue
            # The type belongs to the key: 1, 1.0 and True are equal in Python and three different answers here.
            key = (type(value), value)
            code = seen.get(key)
            if code is None:
                code = seen[key] = len(values)
                values.append(value)
            codes[position] = code
        return cls(codes, tuple(values))

    def where(self, keep: NDArray[np.bool_]) -> Coded:
        """Return the column with the answers of everybody else taken away."""
        return self if keep.all() else Coded(np.where(keep, self.codes, UNANSWERED), self.values)


def is_missing(value: object) -> bool:
    """Say whether a value stands for “no answer”: None, NaN, NaT or pandas' ``<NA>``.

    Examples
    --------
    >>> is_missing(None), is_missing(float("nan")), is_missing(0), is_missing("")
    (True, True, False, False)
    """
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return True
    return isinstance(value, float) and value != value
