"""The columns that measuring works on: what is missing in them, and how they are put together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from closeloop.text import message

Columns = Mapping[str, npt.NDArray[Any]]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]

HOUR, DAY = 3600.0, 86400.0
"""Seconds."""

_BLANK: dict[str, tuple[Any, Any]] = {
    "text": ("", np.str_),
    "time": (np.nan, np.float64),
    "number": (np.nan, np.float64),
    "flag": (False, np.bool_),
    "row": (-1, np.int64),
}
"""Kinds of columns: what stands where nothing is known, and the type. A time is seconds since 1970 in UTC."""


def columns_of(kinds: Mapping[str, str], given: Mapping[str, Any], what: str) -> Columns:
    """Return all columns of a table; one that was not given is blank.

    Parameters
    ----------
    kinds : mapping
        Column → ``"text"``, ``"time"``, ``"number"``, ``"flag"`` or ``"row"``.
    given : mapping
        Column → values, all of one length.
    what : str
        Name of the table, for messages.

    Raises
    ------
    ValueError
        If a column is not known, or the lengths differ.

    Examples
    --------
    >>> found = columns_of({"code": "text", "opened_at": "time"}, {"code": ["price", "delay"]}, "cases")
    >>> found["code"].tolist(), found["opened_at"].tolist()
    (['price', 'delay'], [nan, nan])
    """
    unknown = sorted(set(given) - set(kinds))
    if unknown:
        raise ValueError(message("measure.unknown_column", table=what, found=unknown[0], known=", ".join(kinds)))
    sizes = {len(values) for values in given.values()}
    if len(sizes) > 1:
        raise ValueError(message("measure.unequal_columns", table=what, found=", ".join(map(str, sorted(sizes)))))
    n = sizes.pop() if sizes else 0
    made = {}
    for name, kind in kinds.items():
        blank, dtype = _BLANK[kind]
        made[name] = np.asarray(given[name], dtype=dtype) if name in given else np.full(n, blank, dtype=dtype)
    return made


def picked(table: Columns, keep: npt.NDArray[Any]) -> dict[str, npt.NDArray[Any]]:
    """Return the rows of a table that a mask, or positions, name.

    Examples
    --------
    >>> picked({"n": np.array([3, 4, 5])}, np.array([True, False, True]))["n"].tolist()
    [3, 5]
    """
    return {name: values[keep] for name, values in table.items()}


def seconds(moment: object) -> float:
    """Return a time as seconds since 1970 in UTC; NaN for none.

    Parameters
    ----------
    moment : datetime, str, float or None
        A text in ISO 8601; without a zone it is UTC.

    Examples
    --------
    >>> seconds("1970-01-02T00:00:00Z"), seconds(None)
    (86400.0, nan)
    """
    if moment is None or moment == "":
        return np.nan
    if isinstance(moment, int | float):
        return float(moment)
    at = dt.datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    if not isinstance(at, dt.datetime):
        raise TypeError(str(message("measure.no_time", found=repr(moment))))
    return (at if at.tzinfo else at.replace(tzinfo=dt.UTC)).timestamp()


def first_of(keys: Sequence[npt.NDArray[Any]]) -> IntArray:
    """Return the position of the first row of each distinct key, in the order of the rows.

    Examples
    --------
    >>> first_of([np.array(["a", "b", "a"]), np.array([1, 1, 1])]).tolist()
    [0, 1]
    """
    if not len(keys[0]):
        return np.zeros(0, np.int64)
    code = np.zeros(len(keys[0]), np.int64)
    for key in keys:
        _, part = np.unique(key, return_inverse=True)
        code = code * (part.max() + 1) + part
        _, code = np.unique(code, return_inverse=True)
    _, first = np.unique(code, return_index=True)
    return np.sort(first)


def lookup(keys: npt.NDArray[Any], wanted: npt.NDArray[Any]) -> IntArray:
    """Return where each wanted text stands among the keys (its first place), −1 where it does not or is empty.

    Examples
    --------
    >>> lookup(np.array(["r1", "r2"]), np.array(["r2", "", "r9"])).tolist()
    [1, -1, -1]
    """
    if not len(keys) or not len(wanted):
        return np.full(len(wanted), -1, dtype=np.int64)
    order = np.argsort(keys, kind="stable")
    place = np.searchsorted(keys, wanted, sorter=order)
    found = order[np.minimum(place, len(keys) - 1)]
    return np.where((keys[found] == wanted) & (wanted != ""), found, -1)


def stacked(rows: Iterable[Mapping[str, Any]], names: Iterable[str], blank: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return rows as lists of columns; what a row does not say is the column's blank.

    Examples
    --------
    >>> stacked([{"a": 1}, {}], ["a"], {"a": 0})
    {'a': [1, 0]}
    """
    every = list(rows)
    return {name: [blank[name] if row.get(name) is None else row[name] for row in every] for name in names}


def blanks(kinds: Mapping[str, str]) -> dict[str, Any]:
    """Return what stands in each column where nothing is known.

    Examples
    --------
    >>> blanks({"code": "text", "safety": "flag"})
    {'code': '', 'safety': False}
    """
    return {name: _BLANK[kind][0] for name, kind in kinds.items()}
