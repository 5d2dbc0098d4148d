"""Frames and Parquet files: typed columns, taken as the text that a file of them would hold."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from closeloop.errors import ResponseValidationError
from closeloop.frames import as_frame, plain_value
from closeloop.responses.source import Cells, Progress, SourceFile, encode, one_chunk
from closeloop.responses.workbook import cell_text
from closeloop.text import message

if TYPE_CHECKING:
    import pandas as pd


class TableSource:
    """A frame in memory, or a Parquet file; its column names are its header, its first row is row 1.

    A pandas index that has a name is taken as the first column; one without a name is left out.
    """

    guessed_encoding = False

    def __init__(self, frame: Any, name: str = "frame") -> None:
        table = _read_parquet(frame) if isinstance(frame, Path) else _to_arrow(frame)
        self._columns = tuple(
            as_text(column, title, text_type(column))
            for column, title in zip(table.columns, table.column_names, strict=True)
        )
        self._n = table.num_rows
        shown = [column.slice(0, 25).to_pylist() for column in self._columns]
        self.head = [list(table.column_names), *([str(v) for v in row] for row in zip(*shown, strict=True))]
        self.facts = SourceFile(
            name=name,
            sha256=self._digest(frame),
            encoding="arrow",
            encoding_reason=message("responses.typed_columns"),
            delimiter=None,
            sheet=None,
        )

    def _digest(self, frame: Any) -> str:
        if isinstance(frame, Path):
            return hashlib.sha256(frame.read_bytes()).hexdigest()
        digest = hashlib.sha256()
        for column in self._columns:
            digest.update(column.indices.to_numpy(zero_copy_only=False).tobytes())
            digest.update("\x1f".join(column.dictionary.to_pylist()).encode())
        return digest.hexdigest()

    def cells(self, header_rows: int, progress: Progress | None = None) -> Cells:
        """Return the cells; a further header row (labels under the names) is cut off."""
        skip = header_rows - 1
        if progress:
            progress(1, 1)
        columns = tuple(c.slice(skip) for c in self._columns) if skip else self._columns
        return Cells(columns=columns, source_rows=np.arange(skip + 1, self._n + 1, dtype=np.int32))


def _read_parquet(path: Path) -> pa.Table:
    import pyarrow.parquet as pq

    try:
        return pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise ResponseValidationError(message("responses.parquet_broken", file=path.name, why=error)) from error


def _to_arrow(frame: Any) -> pa.Table:
    import narwhals.stable.v2 as nw
    import pandas as pd

    if isinstance(frame, pa.Table):
        return frame
    taken = as_frame(frame)
    if isinstance(taken, pd.DataFrame):
        return _from_pandas(taken)
    eager = taken.collect("pyarrow") if isinstance(taken, nw.LazyFrame) else taken
    table: pa.Table = eager.to_arrow()
    return table


def _from_pandas(frame: pd.DataFrame) -> pa.Table:
    """Return a table column by column, so that a name may stand twice and a column may mix numbers and texts."""
    columns: list[tuple[object, Any]] = []
    columns += [(name, frame.index.get_level_values(i)) for i, name in enumerate(frame.index.names) if name is not None]
    columns += [(name, frame.iloc[:, i]) for i, name in enumerate(frame.columns)]
    arrays = [_column_to_arrow(column) for _, column in columns]
    return pa.Table.from_arrays(arrays, names=[str(name) for name, _ in columns])


def _column_to_arrow(column: Any) -> pa.Array | pa.ChunkedArray:
    try:
        return pa.array(column, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):
        return pa.array([cell_text(plain_value(value)) for value in column], pa.string())


def text_type(column: pa.ChunkedArray) -> pa.DataType | None:
    """Return as what type numbers or times of a column are written: whole ones as such; None: as they are."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_floating(kind):
        column = pc.if_else(pc.is_nan(column), None, column)
        whole = pc.all(pc.equal(pc.floor(column), column)).as_py()
        small = pc.max(pc.abs(column)).as_py()
        return pa.int64() if whole is not False and (small is None or small < 2**53) else None
    if pa.types.is_timestamp(kind):
        try:
            column.cast(pa.timestamp("s", kind.tz))
        except pa.ArrowInvalid:  # parts of a second are in it; they are kept
            return pa.timestamp("us", kind.tz)
        return pa.timestamp("s", kind.tz)
    return None


def as_text(column: pa.ChunkedArray, title: str, written: pa.DataType | None) -> pa.DictionaryArray:
    """Return a column as text, its numbers or times as the type that they are written as."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_floating(kind):
        column = pc.if_else(pc.is_nan(column), None, column)
        column = column if written is None else column.cast(written)
    elif pa.types.is_timestamp(kind):
        pattern = "%Y-%m-%d %H:%M:%S" if kind.tz is None else "%Y-%m-%dT%H:%M:%S%z"
        column = pc.strftime(column.cast(written, safe=False), format=pattern)
    try:
        text = column.cast(pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid) as error:
        raise ResponseValidationError(message("responses.column_nested", column=title, kind=kind)) from error
    return one_chunk(
        pa.chunked_array([encode(chunk) for chunk in text.chunks], type=pa.dictionary(pa.int32(), pa.string()))
    )
