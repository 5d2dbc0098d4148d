"""Parquet files in parts: row by row the same text as the whole file gives."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from closeloop.errors import ResponseValidationError
from closeloop.responses.source import Cells, Progress, SourceFile
from closeloop.responses.stored.parts import Look
from closeloop.responses.table import as_text, text_type
from closeloop.text import message

_HEAD = 25


class ParquetSource:
    """A Parquet file that has been looked at: columns, first rows, and how numbers and times are written as text."""

    guessed_encoding = False

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with pq.ParquetFile(path) as file:
                self.names = list(file.schema_arrow.names)
                self.rows = file.metadata.num_rows
            self.types = self._types()
            first = next(self._texts(_HEAD), None)
        except (pa.ArrowInvalid, OSError) as error:
            raise ResponseValidationError(message("responses.parquet_broken", file=path.name, why=error)) from error
        shown = [] if first is None else [column.slice(0, _HEAD).to_pylist() for column in first]
        self.head = [self.names, *([str(v) for v in row] for row in zip(*shown, strict=True))]
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        self.facts = SourceFile(
            name=path.name,
            sha256=digest,
            encoding="arrow",
            encoding_reason=message("responses.typed_columns"),
            delimiter=None,
            sheet=None,
        )

    def _types(self) -> list[Any]:
        """Return as what type each column is written: whole numbers only where all are, seconds likewise."""
        found: list[Any] = [None] * len(self.names)
        with pq.ParquetFile(self.path) as file:
            asked = [
                i
                for i, field in enumerate(file.schema_arrow)
                if pa.types.is_floating(_plain(field.type)) or pa.types.is_timestamp(_plain(field.type))
            ]
            for i in asked:  # a nested column has several columns in the file: the whole path is told
                batches = file.iter_batches(columns=[self.names[i]])
                found[i] = _common([text_type(pa.chunked_array([batch.column(0)])) for batch in batches])
        return found

    def _texts(self, rows: int) -> Iterator[list[pa.DictionaryArray]]:
        with pq.ParquetFile(self.path) as file:
            for batch in file.iter_batches(batch_size=rows):
                yield [
                    as_text(pa.chunked_array([column]), name, kind)
                    for column, name, kind in zip(batch.columns, self.names, self.types, strict=True)
                ]

    def cells(self, header_rows: int, progress: Progress | None = None) -> Cells:
        """Return all cells at once."""
        from closeloop.responses.table import TableSource

        return TableSource(self.path, self.path.name).cells(header_rows, progress)

    def in_parts(self, header_rows: int, size: int) -> ParquetParts:
        """Return the rows below the header in parts of `size`."""
        return ParquetParts(self, header_rows, size)


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _common(kinds: list[Any]) -> Any:
    """Return the type that all parts of a column can be written as."""
    if not kinds or any(kind is None for kind in kinds):
        return None
    return next((kind for kind in kinds if pa.types.is_timestamp(kind) and kind.unit == "us"), kinds[0])


class ParquetParts:
    """The rows of a Parquet file in parts."""

    def __init__(self, source: ParquetSource, header_rows: int, size: int) -> None:
        self.source = source
        self.size = size
        self.skip = header_rows - 1
        self.rows = max(0, source.rows - self.skip)
        self.width = len(source.names)

    def look(self, look: Look, progress: Progress | None) -> None:
        """Show each part."""
        for part in self.parts(progress):
            look(part)

    def parts(self, progress: Progress | None) -> Iterator[Cells]:
        """Give the parts."""
        total = self.source.path.stat().st_size
        start = 0
        given = False
        for columns in self.source._texts(self.size):
            n = len(columns[0]) if columns else 0
            skip = min(n, max(0, self.skip - start))
            if skip < n:
                numbers = np.arange(start + skip + 1, start + n + 1, dtype=np.int32)
                yield Cells(columns=tuple(column.slice(skip) for column in columns), source_rows=numbers)
                given = True
            start += n
            if progress:
                progress(total * start // max(1, self.source.rows), total)
        if not given:
            empty = pa.DictionaryArray.from_arrays(pa.array([], pa.int32()), pa.array([], pa.string()))
            yield Cells(columns=(empty,) * len(self.source.names), source_rows=np.zeros(0, dtype=np.int32))
