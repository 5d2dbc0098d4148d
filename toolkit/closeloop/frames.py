"""The border to dataframes: what comes in, which columns it has, and what counts as missing.

pandas frames pass as they are. Every other kind that narwhals knows becomes a narwhals frame and stays lazy if it was.
None, NaN, NaT and ``<NA>`` are all missing from here on; in Polars and DuckDB a NaN is not a null, for closeloop it is.

What narwhals does not know, Parquet files and datasets of PyArrow, an engine reads (`closeloop.scan`).
"""

from __future__ import annotations

import datetime as dt
import math
import os
from collections.abc import Iterable, Mapping
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from closeloop.errors import ColumnNotFoundError
from closeloop.scan import is_dataset, scan_dataset, scan_files
from closeloop.text import LocalText, message

Frame = pd.DataFrame | nw.LazyFrame[Any] | nw.DataFrame[Any]
"""A frame past the border."""


def as_frame(data: Any) -> Frame:
    """Return `data` as a pandas frame (if it is one, or a mapping of columns) or as a narwhals frame.

    Parameters
    ----------
    data : frame, mapping, path or dataset
        Any eager or lazy frame that narwhals supports (of DuckDB a relation of any connection), a mapping column name →
        values, the path of a Parquet file, of a folder of them or a pattern (``"answers/*.parquet"``), or a
        `pyarrow.dataset.Dataset`; DuckDB reads these, else Polars (`closeloop.scan`).

    Raises
    ------
    TypeError
        If it is no table.
    FileNotFoundError, ValueError, ImportError
        If Parquet files or a dataset cannot be read, see `closeloop.scan.scan_files`.

    Examples
    --------
    >>> as_frame({"score": [9, 10]}).shape
    (2, 1)
    """
    if isinstance(data, pd.DataFrame):
        return data
    if isinstance(data, Mapping):
        try:
            return pd.DataFrame(dict(data))
        except UnicodeEncodeError:
            return pd.DataFrame({name: _whole(values) for name, values in data.items()})
    if isinstance(data, str | os.PathLike):
        data = scan_files(os.fspath(data))
    elif is_dataset(data):
        data = scan_dataset(data)
    try:
        frame = nw.from_native(data)
    except TypeError as error:
        raise TypeError(message("scores.not_a_frame", found=type(data).__name__)) from error
    if isinstance(frame, nw.DataFrame) and isinstance(native := nw.to_native(frame), pd.DataFrame):
        return native  # a narwhals wrapper of a pandas frame
    if not isinstance(frame, nw.DataFrame | nw.LazyFrame):
        raise TypeError(message("scores.not_a_frame", found=type(data).__name__))
    return frame


def as_column(data: Any) -> pd.Series[Any]:
    """Return one sequence of values (list, tuple, array, Series of any library) as a pandas Series.

    Raises
    ------
    TypeError
        If it is not one-dimensional.

    Examples
    --------
    >>> as_column([9, None]).isna().tolist()
    [False, True]
    """
    if isinstance(data, pd.Series):
        return data
    if isinstance(data, list | tuple):
        # (An array of the list, to ask for its dimensions, would take as much for each text as the longest one needs.)
        if not any(isinstance(value, list | tuple | np.ndarray) for value in data):
            return _series(data)
    elif isinstance(data, np.ndarray | range):
        if np.ndim(data) == 1:
            return _series(data)
    elif nw.dependencies.is_into_series(data):
        series: pd.Series[Any] = nw.from_native(data, series_only=True).to_pandas()
        return series
    elif isinstance(data, Iterable) and not isinstance(data, str | bytes | Mapping):
        # of pyarrow's scalars, which know no other library's “missing”, the plain values
        return pd.Series(data.to_pylist() if hasattr(data, "to_pylist") else list(data))
    raise TypeError(message("scores.not_a_column", found=type(data).__name__))


def _series(values: Any) -> pd.Series[Any]:
    try:
        return pd.Series(values)
    except UnicodeEncodeError:
        return pd.Series(_whole(values))


def _whole(values: Any) -> Any:
    """Return values without half characters (lone surrogates): no column of texts, and no file, can hold them."""
    if not isinstance(values, list | tuple | np.ndarray):
        return values
    return [
        value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace") if isinstance(value, str) else value
        for value in values
    ]


def column_names(frame: Frame) -> list[str]:
    """Return the names of the columns, without touching the rows.

    Examples
    --------
    >>> column_names(as_frame({"a": [1], "b": [2]}))
    ['a', 'b']
    """
    if isinstance(frame, pd.DataFrame):
        return [str(name) for name in frame.columns]
    return list(frame.collect_schema().names())


def require_columns(frame: Frame, names: Iterable[str], where: LocalText | str = "") -> None:
    """Check that the columns are there, each once.

    Raises
    ------
    ColumnNotFoundError
        Naming the closest columns there are.
    ValueError
        If two columns bear a name that is asked for.
    """
    have = column_names(frame)
    for name in names:
        if name not in have:
            raise ColumnNotFoundError(name, have, where)
        if have.count(name) > 1:
            raise ValueError(message("scores.column_twice", column=name, count=have.count(name)))


def plain_value(value: Any) -> object:
    """Return a cell as a plain Python value: every missing one is None, a whole float an int, midnight a date.

    A column of whole numbers with a gap is float in one engine and int in another; both give the same key.

    Examples
    --------
    >>> plain_value(float("nan")), plain_value(np.float64(3.0)), plain_value("3")
    (None, 3, '3')
    """
    if isinstance(value, str):
        return value
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return int(value) if value.is_integer() else value
    if isinstance(value, pd.Timestamp):
        value = value.to_pydatetime()
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date()
    return value


def convert(frame: pd.DataFrame, backend: str) -> Any:
    """Return a small pandas table as the asked-for kind of frame.

    Raises
    ------
    ValueError
        If the kind is none of pandas, polars and pyarrow.

    Examples
    --------
    >>> convert(pd.DataFrame({"n": [1]}), "pyarrow").num_rows
    1
    """
    if backend == "pandas":
        return frame
    if backend not in ("polars", "pyarrow"):
        raise ValueError(message("scores.unknown_backend", backend=backend))
    import pyarrow as pa

    table = pa.Table.from_pandas(frame.apply(_of_one_type), preserve_index=False)
    if backend == "pyarrow":
        return table
    import polars as pl

    return pl.from_arrow(table)


def _of_one_type(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return a column that other kinds of frame can hold: as texts, where texts and other values share it."""
    kinds = {type(value) for value in column.dropna()} if column.dtype == object else set()
    return column.map(str, na_action="ignore") if str in kinds and len(kinds) > 1 else column
