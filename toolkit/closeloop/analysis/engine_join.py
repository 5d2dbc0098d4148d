"""Joining a small table to rows that another engine holds: the table goes to the rows, the rows stay where they are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from closeloop.frames import plain_value
from closeloop.text import message

Lazy = nw.LazyFrame[Any]

KIND = "text", "whole", "number", "flag", "day"
"""The kinds of columns that rows are joined by."""

_FILL: dict[str, str | int | float] = {"text": "", "whole": 0, "number": 0.0, "flag": 0, "day": 0}
_VALUE, _KNOWN = "closeloop on {}", "closeloop known {}"


def key_kind(frame: Lazy, column: str) -> str:
    """Return the kind of a column that rows are to be joined by.

    Raises
    ------
    ValueError
        If it holds something else, such as times, lists or ids of a type of their own.

    Examples
    --------
    >>> import polars as pl
    >>> key_kind(nw.from_native(pl.LazyFrame({"id": [1, 2]})), "id")
    'whole'
    """
    dtype = frame.collect_schema()[column]
    if isinstance(dtype, nw.String | nw.Categorical | nw.Enum):
        return "text"
    if dtype.is_integer():
        return "whole"
    if dtype.is_numeric():
        return "number"
    if isinstance(dtype, nw.Boolean):
        return "flag"
    if isinstance(dtype, nw.Date):
        return "day"
    raise ValueError(message("engine_join.bad_key", column=column, found=str(dtype)))


def key_columns(column: str, kind: str, place: int = 0) -> list[nw.Expr]:
    """Return a column as two that have no gaps: its values, and whether each is one (1) or missing (0).

    Nulls do not join, and a NaN is a null in one engine and a number in another.

    Examples
    --------
    >>> import polars as pl
    >>> frame = nw.from_native(pl.LazyFrame({"id": ["a", None]})).select(*key_columns("id", "text"))
    >>> frame.collect().rows()
    [('a', 1), ('', 0)]
    """
    value: nw.Expr
    if kind == "text":
        value = nw.col(column).cast(nw.String)
    elif kind == "number":
        value = nw.col(column).cast(nw.Float64)
    elif kind == "day":  # as a whole number: the same in every engine
        day = nw.col(column).dt
        value = (day.year().cast(nw.Int64) * 100 + day.month().cast(nw.Int64)) * 100 + day.day().cast(nw.Int64)
    else:
        value = nw.col(column).cast(nw.Int64)
    known = value <= np.inf if kind == "number" else ~nw.col(column).is_null()  # no engine takes a NaN to be under ∞
    return [
        nw.when(known).then(value).otherwise(nw.lit(_FILL[kind])).alias(_VALUE.format(place)),
        nw.when(known).then(nw.lit(1)).otherwise(nw.lit(0)).alias(_KNOWN.format(place)),
    ]


def key_names(size: int = 1) -> list[str]:
    """Return the names of the columns that `key_columns` makes, for so many columns.

    Examples
    --------
    >>> key_names()
    ['closeloop on 0', 'closeloop known 0']
    """
    return [name.format(place) for place in range(size) for name in (_VALUE, _KNOWN)]


def fits(value: object, kind: str) -> bool:
    """Return whether a plain value may occur in a column of a kind; a missing one may.

    Examples
    --------
    >>> fits("7", "whole"), fits(7, "whole"), fits(None, "whole")
    (False, True, True)
    """
    if value is None:
        return True
    if kind == "text":
        return isinstance(value, str)
    if kind == "day":
        return isinstance(value, dt.date) and not isinstance(value, dt.datetime)
    if isinstance(value, bool):
        return kind == "flag"
    return isinstance(value, int) or (kind == "number" and isinstance(value, float))


def key_values(values: Iterable[object], kind: str, place: int = 0) -> dict[str, Any]:
    """Return plain values of a column as the two columns of `key_columns`, for the table that is to be joined.

    Examples
    --------
    >>> {name: column.to_pylist() for name, column in key_values(["a", None], "text").items()}
    {'closeloop on 0': ['a', ''], 'closeloop known 0': [1, 0]}
    """
    import pyarrow as pa

    plain = list(values)
    filled: list[Any] = [_FILL[kind] if value is None else value for value in plain]
    if kind == "day":
        filled = [value if value == 0 else (value.year * 100 + value.month) * 100 + value.day for value in filled]
    elif kind == "flag":
        filled = [int(value) for value in filled]
    elif kind == "number":
        filled = [float(value) for value in filled]
    types = {"text": pa.string(), "number": pa.float64()}
    return {
        _VALUE.format(place): pa.array(filled, types.get(kind, pa.int64())),
        _KNOWN.format(place): pa.array([int(value is not None) for value in plain], pa.int64()),
    }


def plain_key(value: Any, kind: str) -> object:
    """Return the plain value that stands in the column of values that `key_columns` makes.

    Examples
    --------
    >>> plain_key(20261123, "day"), plain_key(7.0, "number")
    (datetime.date(2026, 11, 23), 7)
    """
    if kind == "day":
        return dt.date(int(value) // 10_000, int(value) // 100 % 100, int(value) % 100)
    return bool(value) if kind == "flag" else plain_value(value)


def uploaded(frame: Lazy, columns: dict[str, Any]) -> Lazy:
    """Return a small table as a lazy frame that `frame`'s engine can join.

    Parameters
    ----------
    frame : LazyFrame
        The rows.
    columns : dict
        Name → array of PyArrow.

    Raises
    ------
    ValueError
        If the engine takes no table.

    Examples
    --------
    >>> import polars as pl
    >>> import pyarrow as pa
    >>> uploaded(nw.from_native(pl.LazyFrame({"x": [1]})), {"factor": pa.array([2])}).collect().rows()
    [(2,)]
    """
    import pyarrow as pa

    small_table = pa.table(columns)
    eager = nw.from_native(small_table, eager_only=True)
    engine = frame.implementation
    native: Any = nw.to_native(frame)
    found: Lazy | None = None
    if engine.is_duckdb():
        # On the connection of the rows: relations of different ones do not join. (DuckDB finds the table by its name.)
        found = nw.from_native(native.query("closeloop_rows", "select * from small_table"))
    elif engine.is_spark_like():
        found = eager.lazy(engine, session=getattr(native, "sparkSession", None) or native.session)
    elif engine.is_polars() or engine.is_dask() or engine.is_ibis():
        found = eager.lazy(engine)
    elif engine.is_pyarrow():
        found = eager.lazy()
    elif engine.is_pandas():
        found = nw.from_native(small_table.to_pandas(), eager_only=True).lazy()
    if found is not None:
        return found
    names = ", ".join(frame.collect_schema().names())
    raise ValueError(message("engine_join.no_upload", engine=str(engine), columns=names))


def with_table(frame: Lazy, table: pd.DataFrame, on: Sequence[str]) -> Lazy:
    """Return rows with the columns of a small table joined in; a missing value in `on` meets a missing one.

    Parameters
    ----------
    frame : LazyFrame
        The rows.
    table : pandas.DataFrame
        The columns `on`, each combination once, and columns of numbers.
    on : sequence of str
        What rows and table have in common.

    Returns
    -------
    LazyFrame
        In whichever order the engine likes; null where the table has no such combination.

    Raises
    ------
    ValueError
        If rows cannot be joined by these columns, or the engine takes no table.

    Examples
    --------
    >>> import polars as pl
    >>> rows = nw.from_native(pl.LazyFrame({"sex": ["f", None]}))
    >>> sorted(with_table(rows, pd.DataFrame({"sex": ["f", None], "factor": [2.0, 3.0]}), ["sex"]).collect()["factor"])
    [2.0, 3.0]
    """
    import pyarrow as pa

    kinds = [key_kind(frame, column) for column in on]
    columns: dict[str, Any] = {}
    for place, (column, kind) in enumerate(zip(on, kinds, strict=True)):
        columns |= key_values(map(plain_value, table[column]), kind, place)
    more = [name for name in table.columns if name not in on]
    columns |= {name: pa.array(table[name]) for name in more}
    keyed = [key for place, pair in enumerate(zip(on, kinds, strict=True)) for key in key_columns(*pair, place)]
    joined = frame.with_columns(*keyed).join(uploaded(frame, columns), on=key_names(len(on)), how="left")
    return joined.select(*frame.collect_schema().names(), *more)
