"""The columns that measuring works on: what is missing in them, and how they are put together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
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


def columns_of_rows(kinds: Mapping[str, str], rows: Sequence[Sequence[Any]], what: str) -> Columns:
    """Return a table of rows that hold a value for every column, in their order; None is blank.

    Examples
    --------
    >>> columns_of_rows({"code": "text", "score": "number"}, [("price", None), (None, 3)], "cases")["code"].tolist()
    ['price', '']
    """
    given: dict[str, Any] = dict(zip(kinds, zip(*rows, strict=True), strict=True)) if rows else {}
    for name, kind in kinds.items():
        if kind == "text" and name in given:
            given[name] = ["" if value is None else value for value in given[name]]
    return columns_of(kinds, given, what)


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
    if isinstance(moment, dt.datetime):
        return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()
    if moment is None or moment == "":
        return np.nan
    if isinstance(moment, str):
        return seconds(dt.datetime.fromisoformat(moment))
    if isinstance(moment, int | float):
        return float(moment)
    raise TypeError(str(message("measure.no_time", found=repr(moment))))


def factorized(texts: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], IntArray]:
    """Return the distinct values in the order of their first places, and the number of each value among them.

    Sorting texts, as ``numpy.unique`` does, takes ten times as long.

    Examples
    --------
    >>> distinct, code = factorized(np.array(["b", "a", "b"]))
    >>> distinct.tolist(), code.tolist()
    (['b', 'a'], [0, 1, 0])
    """
    seen: dict[Any, int] = {}
    code = np.fromiter((seen.setdefault(one, len(seen)) for one in texts.tolist()), np.int64, len(texts))
    return np.array(list(seen), dtype=texts.dtype), code


def first_of(keys: Sequence[npt.NDArray[Any]]) -> IntArray:
    """Return the position of the first row of each distinct key, in the order of the rows.

    Examples
    --------
    >>> first_of([np.array(["a", "b", "a"]), np.array([1, 1, 1])]).tolist()
    [0, 1]
    """
    seen: set[tuple[Any, ...]] = set()
    found = []
    for place, key in enumerate(zip(*(key.tolist() for key in keys), strict=True)):
        if key not in seen:
            seen.add(key)
            found.append(place)
    return np.array(found, dtype=np.int64)


def lookup(keys: npt.NDArray[Any], wanted: npt.NDArray[Any]) -> IntArray:
    """Return where each wanted text stands among the keys (its first place), −1 where it does not or is empty.

    Examples
    --------
    >>> lookup(np.array(["r1", "r2"]), np.array(["r2", "", "r9"])).tolist()
    [1, -1, -1]
    """
    place = dict(zip(reversed(keys.tolist()), range(len(keys) - 1, -1, -1), strict=True))
    place[""] = -1
    return np.fromiter((place.get(one, -1) for one in wanted.tolist()), np.int64, len(wanted))
