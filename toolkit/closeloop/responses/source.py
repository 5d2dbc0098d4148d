"""What every kind of source gives: cells as text, by position, with the row of the file they came from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pyarrow as pa

from closeloop.text import LocalText

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NO_FIRSTS: Mapping[int, Mapping[str, int]] = MappingProxyType({})

Progress = Callable[[int, int], None]
"""Called with what is done and what there is to do, in bytes."""

CELL_TYPE = pa.dictionary(pa.int32(), pa.string())
"""Cells are dictionary-encoded: a column of a survey has few distinct texts, and each is parsed once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """What was read and how it was understood.

    `header_rows` counts the records above the first answer, `rows` the records below; `sha256` is of the file's bytes.
    """

    name: str
    sha256: str
    encoding: str
    encoding_reason: LocalText
    delimiter: str | None
    sheet: str | None
    header_rows: int = 0
    rows: int = 0
    platform: str = ""
    platform_label: LocalText = field(default_factory=lambda: LocalText(""))
    platform_reason: LocalText = field(default_factory=lambda: LocalText(""))


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFault:
    """A record whose shape is wrong; `fatal` when its cells cannot be trusted to stand in their columns."""

    row: int
    code: str
    message: LocalText
    fatal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """The cells below the header: one dictionary array a column, the empty text where the source has nothing.

    `source_rows` are 1-based record numbers in the file, header rows counted. Of a part of a file, `firsts` says by
    column where in the whole file the texts first stand that prove something about all of it.
    """

    columns: tuple[pa.DictionaryArray, ...]
    source_rows: NDArray[np.int32]
    faults: tuple[RowFault, ...] = ()
    blank_lines: int = 0
    firsts: Mapping[int, Mapping[str, int]] = field(default_factory=lambda: _NO_FIRSTS)

    def take(self, rows: NDArray[np.intp]) -> Cells:
        """Return the cells of some rows, faults left behind."""
        index = pa.array(rows)
        return Cells(columns=tuple(c.take(index) for c in self.columns), source_rows=self.source_rows[rows])

    def patched(self, row: int, values: Sequence[str | None]) -> Cells:
        """Return the cells with one row's texts replaced (None leaves a cell as it is) and its faults forgiven."""
        columns = list(self.columns)
        for position, value in enumerate(values):
            if value is None:
                continue
            column = columns[position]
            texts = column.dictionary.to_pylist()
            if value not in texts:
                texts.append(value)
            codes = column.indices.to_numpy(zero_copy_only=False).copy()
            codes[row] = texts.index(value)
            columns[position] = pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(texts, pa.string()))
        kept = tuple(fault for fault in self.faults if fault.row != row)
        return replace(self, columns=tuple(columns), faults=kept)


class Source(Protocol):
    """A file or frame that has been opened: its first records are known, its cells can be asked for."""

    facts: SourceFile
    head: list[list[str]]
    guessed_encoding: bool

    def cells(self, header_rows: int, progress: Progress | None = None) -> Cells:
        """Read everything below the header."""
        ...


def encode(texts: Sequence[str | None] | pa.Array) -> pa.DictionaryArray:
    """Return texts as a dictionary array in which nothing is null: a missing cell is the empty text."""
    plain = texts if isinstance(texts, pa.Array) else pa.array(texts, pa.string())
    return one_chunk(pa.chunked_array([plain.fill_null("").dictionary_encode()]))


def one_chunk(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """Return a chunked dictionary column as one array with one dictionary, without nulls."""
    if column.num_chunks == 0:
        return pa.DictionaryArray.from_arrays(pa.array([], pa.int32()), pa.array([], pa.string()))
    whole = column.unify_dictionaries().combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.chunk(0)
    if whole.null_count:
        whole = whole.cast(pa.string()).fill_null("").dictionary_encode()
    return whole if whole.type == CELL_TYPE else whole.cast(CELL_TYPE)


def codes_of(column: pa.DictionaryArray) -> NDArray[np.int32]:
    """Return the codes of a cell column as a numpy array, without copying where Arrow allows it."""
    codes: NDArray[np.int32] = column.indices.to_numpy(zero_copy_only=False)
    return codes


def drop_blank_tail(columns: Sequence[pa.DictionaryArray]) -> int:
    """Return how many rows remain when rows that are empty in every column are cut off at the end."""
    n = len(columns[0]) if columns else 0
    if n == 0:
        return 0
    filled = np.zeros(n, dtype=bool)
    for column in columns:
        texts = column.dictionary.to_pylist()
        if "" not in texts:
            return n
        filled |= codes_of(column) != texts.index("")
    last = np.flatnonzero(filled)
    return int(last[-1]) + 1 if last.size else 0
