"""Tables written part by part: typed as Parquet, for people as CSV."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from closeloop.responses.write import defused, for_people

if TYPE_CHECKING:
    from types import TracebackType


class PartsFolder:
    """A folder of Parquet files ``part-00000.parquet``, …, to be read in the order of their names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True)
        self.files: list[Path] = []

    def add(self, table: pa.Table) -> None:
        """Add rows."""
        target = self.folder / f"part-{len(self.files):05}.parquet"
        coded = [field.name for field in table.schema if pa.types.is_dictionary(field.type)]
        pq.write_table(table, target, compression="zstd", compression_level=1, use_dictionary=coded)
        self.files.append(target)


def set_aside(table: pa.Table, path: Path) -> None:
    """Write rows that are soon taken back: quickly, not small."""
    with pa.ipc.new_file(path, table.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as file:
        file.write_table(table)


def taken_back(path: Path) -> pa.Table:
    """Return the rows that were set aside, and take them off the disk."""
    with pa.OSFile(str(path)) as stream, pa.ipc.open_file(stream) as file:
        table = file.read_all()
    path.unlink()
    return table


def typed_table(frame: pd.DataFrame) -> pa.Table:
    """Return a frame as Arrow keeps it, so that pandas reads the same types back."""
    return pa.Table.from_pandas(frame, preserve_index=False)


def coded_table(frame: pd.DataFrame) -> pa.Table:
    """Return a frame whose texts are categories as Arrow keeps them, of one type whatever their number."""
    columns: list[Any] = []
    for name in frame.columns:
        column = frame[name]
        if isinstance(column.dtype, pd.CategoricalDtype):
            names = pa.array(column.cat.categories.to_numpy(dtype=object), pa.string())
            codes = pa.array(column.cat.codes.to_numpy().astype("int32"))
            columns.append(pa.DictionaryArray.from_arrays(codes, names))
        else:
            columns.append(pa.array(column))
    return pa.table(columns, names=list(frame.columns))


class CsvParts:
    """A CSV for people, written part by part: UTF-8 with a byte-order mark, no text that a spreadsheet would run."""

    def __init__(self, path: Path, most: int | None = None) -> None:
        self.rows = 0
        self._most = most
        self._stream = path.open("wb")
        self._stream.write(codecs.BOM_UTF8)
        self._headed = False

    def add(self, table: pa.Table, whole_seconds: Sequence[str] | None = None) -> None:
        """Add rows, as many as there is room for.

        `whole_seconds` names the columns of times that have whole seconds throughout the file; None looks at the rows.
        """
        room = table.num_rows if self._most is None else max(0, self._most - self.rows)
        if self._headed and not room:
            return
        part = table.slice(0, room)
        columns = [
            for_people(column, None if whole_seconds is None else name in whole_seconds)
            for name, column in zip(part.column_names, part.columns, strict=True)
        ]
        names = [defused(name) for name in part.column_names]
        options = pacsv.WriteOptions(include_header=not self._headed)
        pacsv.write_csv(pa.table(columns, names=names), self._stream, options)
        self._headed = True
        self.rows += part.num_rows

    def __enter__(self) -> CsvParts:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()


def in_whole_seconds(tables: Iterator[pa.Table]) -> list[str]:
    """Return the columns of times that have no parts of a second in any table."""
    broken: set[str] = set()
    times: dict[str, None] = {}
    for table in tables:
        for name, column in zip(table.column_names, table.columns, strict=True):
            if pa.types.is_timestamp(column.type):
                times[name] = None
                whole = column.cast(pa.timestamp("s", column.type.tz), safe=False).cast(column.type)
                if pc.all(pc.equal(whole, column)).as_py() is False:
                    broken.add(name)
    return [name for name in times if name not in broken]
