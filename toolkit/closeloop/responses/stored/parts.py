"""Files in parts: looked at once from end to end, then given part by part, each with a bounded number of rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from closeloop.responses.delimited import (
    DelimitedSource,
    RecordBlock,
    columns_of,
    record_columns,
)
from closeloop.responses.dialects.layout import Layout
from closeloop.responses.source import Cells, Progress, codes_of, one_chunk
from closeloop.responses.write import written_back

Look = Callable[[Cells], None]
"""Takes a part while a file is looked at."""


class Parts(Protocol):
    """A source that gives its cells in parts, in their order."""

    @property
    def rows(self) -> int:
        """How many rows there are; known when it was looked at."""
        ...

    @property
    def width(self) -> int:
        """How many columns the widest record has."""
        ...

    def look(self, look: Look, progress: Progress | None) -> None:
        """Go through the file once, and show each part to `look`."""
        ...

    def parts(self, progress: Progress | None) -> Iterator[Cells]:
        """Give the parts; those of a file without rows are one without."""
        ...


class TextParts:
    """A delimited text file in parts.

    As when it is read whole, Arrow reads it where every record has the header's width, and records are read one by one
    where one has not, wherever it stands: that is known after a look at all of it.
    """

    def __init__(self, source: DelimitedSource, layout: Layout, size: int, watched: Collection[int]) -> None:
        self.source = source
        self.header_rows = layout.header_rows
        self.size = size
        self.rows = 0
        self._headers = [column.header.strip() for column in layout.columns]
        self._watched = watched
        self.width = source.width(layout.header_rows)
        self._blank = 0
        self._by_record = False

    def look(self, look: Look, progress: Progress | None) -> None:
        """Go through the file once; the columns that are not looked at come empty."""
        try:
            plain = self._look_at_batches(look, progress)
        except pa.ArrowInvalid:
            plain = False
        if not plain:
            self._by_record = True
            self._look_at_records(look, progress)

    def _look_at_batches(self, look: Look, progress: Progress | None) -> bool:
        self.rows = 0
        first = self.source.first_row(self.header_rows)
        last: pa.RecordBatch | None = None
        for batch in self.source.batches(self.header_rows, self._watched, progress):
            if not batch.num_rows:
                continue
            if _has_empty_row(batch):
                return False
            start = first + self.rows
            rows = np.arange(start, start + batch.num_rows, dtype=np.int32)
            look(written_back(Cells(columns=self._coded(batch), source_rows=rows), self._headers))
            self.rows += batch.num_rows
            last = batch
        return last is None or not any("\n" in (text := column[-1].as_py()) or "\r" in text for column in last.columns)

    def _coded(self, batch: pa.RecordBatch) -> tuple[pa.DictionaryArray, ...]:
        """Return the columns that are looked at; nobody reads the others, which come empty."""
        nothing = pa.DictionaryArray.from_arrays(pa.array([], pa.int32()), pa.array([], pa.string()))
        return tuple(one_chunk(pa.chunked_array([c])) if i in self._watched else nothing for i, c in enumerate(batch))

    def _look_at_records(self, look: Look, progress: Progress | None) -> None:
        self.rows = self._blank = kept = 0
        for block in self.source.record_blocks(self.header_rows, self.size, progress):
            self.width = max(self.width, block.widest)
            self._blank += block.blank
            filled = [i for i, line in enumerate(block.lines) if any(line)]
            if filled:
                self.rows = kept + filled[-1] + 1
            kept += len(block.lines)
            look(written_back(_cells(block, self.width), self._headers))
        if self.source.width(self.header_rows) > 1:
            self.rows = kept
        self._blank += kept - self.rows

    def parts(self, progress: Progress | None) -> Iterator[Cells]:
        """Give the parts; of rows of one column the empty ones at the end of the file are left out."""
        given = 0
        first = True
        for part in self._records(progress) if self._by_record else self._batched(progress):
            kept = min(len(part.source_rows), self.rows - given)
            if kept < len(part.source_rows):
                faults = tuple(fault for fault in part.faults if fault.row < kept)
                part = replace(part.take(np.arange(kept)), faults=faults)
            if kept or first:
                part = written_back(part, self._headers)
                yield replace(part, blank_lines=self._blank if first else 0)
                first = False
            given += kept
            if given == self.rows:
                break

    def _batched(self, progress: Progress | None) -> Iterator[Cells]:
        waiting: list[pa.RecordBatch] = []
        row = self.source.first_row(self.header_rows)
        for batch in self.source.batches(self.header_rows, progress=progress):
            while batch.num_rows:
                room = self.size - sum(each.num_rows for each in waiting)
                waiting.append(batch.slice(0, room))
                batch = batch.slice(room)
                if sum(each.num_rows for each in waiting) == self.size:
                    yield self._part(waiting, row)
                    row += self.size
                    waiting = []
        if waiting or not self.rows:
            yield self._part(waiting, row)

    def _part(self, batches: list[pa.RecordBatch], first: int) -> Cells:
        columns = columns_of(batches, self.width)
        return Cells(columns=columns, source_rows=np.arange(first, first + len(columns[0]), dtype=np.int32))

    def _records(self, progress: Progress | None) -> Iterator[Cells]:
        for block in self.source.record_blocks(self.header_rows, self.size, progress):
            yield _cells(block, self.width)


def _has_empty_row(batch: pa.RecordBatch) -> bool:
    """Say whether a row is empty throughout, asking first the columns that are encoded."""
    empty = np.ones(batch.num_rows, dtype=bool)
    for column in sorted(batch.columns, key=lambda each: not pa.types.is_dictionary(each.type)):
        if pa.types.is_dictionary(column.type):
            texts = column.dictionary.to_pylist()
            empty &= codes_of(column) == texts.index("") if "" in texts else False
        else:
            empty &= pc.equal(column, "").to_numpy(zero_copy_only=False)
        if not empty.any():
            return False
    return True


def _cells(block: RecordBlock, width: int) -> Cells:
    columns = record_columns(block.lines, width) if block.lines else columns_of([], width)
    return Cells(
        columns=tuple(columns), source_rows=np.array(block.numbers, dtype=np.int32), faults=tuple(block.faults)
    )  # fmt: skip


@dataclass(slots=True)
class OnePart:
    """A source that is read whole: its one part is all of it, and tells everything about itself."""

    cells: Cells

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.cells.source_rows)

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.cells.columns)

    def look(self, look: Look, progress: Progress | None) -> None:
        """There is nothing to gather that its only part does not hold."""

    def parts(self, progress: Progress | None) -> Iterator[Cells]:  # noqa: ARG002  (it was read already)
        """Give the cells."""
        yield self.cells
