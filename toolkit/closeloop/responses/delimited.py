"""Text files: comma, semicolon, tab. Cells by position, so that a header may repeat itself."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from closeloop.errors import InsufficientDataError, ResponseValidationError
from closeloop.responses.encoding import find_encoding
from closeloop.responses.source import (
    CELL_TYPE,
    Cells,
    Progress,
    RowFault,
    SourceFile,
    drop_blank_tail,
    encode,
    one_chunk,
)
from closeloop.text import message

_HEAD_RECORDS = 25
_HEAD_CHARS = 400_000
_MOST_HEAD_CHARS = 16_000_000
_HEAD_LINES = 5
_BLOCK_BYTES = 4 << 20
_BLOCK_ROWS = 50_000
_DELIMITERS = (",", ";", "\t", "|")
_NAMED = re.compile(r"\ufeff?\"?sep=(?P<delimiter>[,;\t|])\"?[\r\n]")
_END = "\x00\x00end of file\x00\x00"
"""Laid behind the last record: if it comes back as part of an answer, a quotation mark was never closed."""

csv.field_size_limit(min(sys.maxsize, 2**31 - 1))


_OTHER_FILES = {
    b"PK\x03\x04": "ZIP / XLSX", b"\xd0\xcf\x11\xe0": "XLS", b"PAR1": "Parquet", b"$FL2": "SPSS", b"$FL3": "SPSS",
    b"%PDF": "PDF", b"\x1f\x8b": "gzip", b"SQLite format 3": "SQLite",
}  # fmt: skip
"""How files begin that are no text, whatever their name says."""


def _refuse_other_files(path: Path) -> None:
    with path.open("rb") as stream:
        start = stream.read(16)
    for mark, kind in _OTHER_FILES.items():
        if start.startswith(mark):
            raise ResponseValidationError(message("responses.not_text", file=path.name, kind=kind))


class DelimitedSource:
    """A delimited text file that has been looked at: encoding, delimiter and first records are known."""

    def __init__(self, path: Path, encoding: str, looks_chinese: Callable[[str], bool]) -> None:
        if path.stat().st_size == 0:
            raise InsufficientDataError(message("responses.file_empty", file=path.name))
        _refuse_other_files(path)
        found = find_encoding(path, encoding, looks_chinese)
        self.path = path
        with path.open(encoding=found.name, errors="replace", newline="") as stream:
            start = stream.read(_HEAD_CHARS)
            while start.count("\n") < _HEAD_LINES and len(start) < _MOST_HEAD_CHARS:  # thousands of columns
                more = stream.read(len(start))
                if not more:
                    break
                start += more
        if not start.strip():
            raise InsufficientDataError(message("responses.file_empty", file=path.name))
        named = _NAMED.match(start)  # Excel's own first line; the records of the file are counted with it
        self._before = 1 if named else 0
        self.delimiter = "\t" if path.suffix.lower() == ".tsv" else _find_delimiter(start)
        if named:
            self.delimiter = named["delimiter"]
        self.head = _records(start, self.delimiter)[self._before :]
        self.guessed_encoding = found.guessed
        self.facts = SourceFile(
            name=path.name,
            sha256=_sha256(path),
            encoding=found.name,
            encoding_reason=found.reason,
            delimiter=self.delimiter,
            sheet=None,
        )

    def cells(self, header_rows: int, progress: Progress | None = None) -> Cells:
        """Read the cells: by Arrow where every record has the header's width, else record by record."""
        width = self.width(header_rows)
        try:
            batches = list(self.batches(header_rows, progress=progress))
        except pa.ArrowInvalid:
            return self._by_record(width, header_rows, progress)
        columns = columns_of(batches, width)
        if has_blank_row(columns) or ends_in_lines(columns):
            return self._by_record(width, header_rows, progress)
        first = self.first_row(header_rows)
        rows = np.arange(first, first + len(columns[0]), dtype=np.int32)
        return Cells(columns=columns, source_rows=rows)

    def width(self, header_rows: int) -> int:
        """Return how many columns the header names."""
        return max((len(record) for record in self.head[:header_rows]), default=0)

    def first_row(self, header_rows: int) -> int:
        """Return the number of the first record below the header."""
        return self._before + header_rows + 1

    def batches(
        self, header_rows: int, coded: Collection[int] | None = None, progress: Progress | None = None
    ) -> Iterator[pa.RecordBatch]:
        """Give the cells block by block, as Arrow reads them.

        Parameters
        ----------
        coded : collection of int, optional
            The columns to encode by their distinct texts, the others come as plain text; None: all.

        Raises
        ------
        pyarrow.ArrowInvalid
            If a record is not as wide as the header, or longer than a block: `record_blocks` reads these.
        """
        names = [str(position) for position in range(self.width(header_rows))]
        types = {name: CELL_TYPE if coded is None or int(name) in coded else pa.string() for name in names}
        total = self.path.stat().st_size
        encoding = "utf8" if self.facts.encoding in ("utf-8", "utf-8-sig") else self.facts.encoding
        with pa.OSFile(str(self.path)) as stream:
            reader = pacsv.open_csv(
                stream,
                read_options=pacsv.ReadOptions(
                    column_names=names,
                    skip_rows_after_names=self._before + header_rows,
                    block_size=_BLOCK_BYTES,
                    encoding=encoding,
                ),
                parse_options=pacsv.ParseOptions(
                    delimiter=self.delimiter, newlines_in_values=True, ignore_empty_lines=False
                ),
                convert_options=pacsv.ConvertOptions(column_types=types),
            )
            for batch in reader:
                yield batch
                if progress:
                    progress(min(stream.tell(), total), total)
        if progress:
            progress(total, total)

    def record_blocks(
        self, header_rows: int, rows: int = _BLOCK_ROWS, progress: Progress | None = None
    ) -> Iterator[RecordBlock]:
        """Give the records below the header block by block, whatever their shape; `rows` at most in each."""
        width = self.width(header_rows)
        total = self.path.stat().st_size
        with self.path.open("rb") as raw:
            text = io.TextIOWrapper(raw, encoding=self.facts.encoding, newline="")
            records = enumerate(csv.reader(chain(text, [_END]), delimiter=self.delimiter), start=1)
            for lines in _blocks(islice(records, self._before + header_rows, None), rows):
                block = RecordBlock()
                for number, record in lines:
                    swallowed = -1
                    if record and record[-1].endswith(_END):
                        if record == [_END]:
                            continue
                        record[-1] = record[-1].removesuffix(_END)  # the end of the file was taken into an answer
                        swallowed = max(cell.count("\n") for cell in record)
                    if not record and width > 1:
                        block.blank += 1
                        continue
                    fault = _shape_fault(len(block.lines), record, width)
                    if fault:
                        block.faults.append(fault)
                    if swallowed >= 0:
                        block.faults.append(_unclosed_quote(len(block.lines), number, swallowed))
                    block.lines.append(record)
                    block.numbers.append(number)
                yield block
                if progress:
                    progress(min(raw.tell(), total), total)

    def _by_record(self, width: int, header_rows: int, progress: Progress | None) -> Cells:
        faults: list[RowFault] = []
        numbers: list[int] = []
        blocks: list[list[pa.DictionaryArray]] = []
        blank = 0
        widest = width
        for block in self.record_blocks(header_rows, progress=progress):
            faults += [replace(fault, row=fault.row + len(numbers)) for fault in block.faults]
            numbers += block.numbers
            blank += block.blank
            widest = max(widest, block.widest)
            blocks.append(record_columns(block.lines, widest))
        columns = _stack(blocks, widest)
        kept = len(numbers)
        end = drop_blank_tail(columns) if width == 1 else kept  # in one column a blank line is an empty answer
        blank += kept - end
        cut = Cells(columns=tuple(columns), source_rows=np.array(numbers, dtype=np.int32)).take(np.arange(end))
        return replace(cut, faults=tuple(f for f in faults if f.row < end), blank_lines=blank)


@dataclass(slots=True)
class RecordBlock:
    """Some records, their numbers in the file, what is wrong with their shape, and how many lines were blank."""

    lines: list[list[str]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)
    blank: int = 0

    @property
    def widest(self) -> int:
        """How many cells the longest record has."""
        return max(map(len, self.lines), default=0)


def _unclosed_quote(row: int, number: int, lines: int) -> RowFault:
    said = message("responses.unclosed_quote", row=number, lines=lines)
    return RowFault(row=row, code="unclosed_quote", fatal=True, message=said)


def columns_of(batches: Sequence[pa.RecordBatch], width: int) -> tuple[pa.DictionaryArray, ...]:
    """Return the columns of blocks that were read with all of them encoded."""
    schema = pa.schema([(str(position), CELL_TYPE) for position in range(width)])
    return tuple(one_chunk(column) for column in pa.Table.from_batches(batches, schema).columns)


def _shape_fault(row: int, record: list[str], width: int) -> RowFault | None:
    if len(record) > width and any(cell.strip() for cell in record[width:]):
        text = message("responses.row_too_long", found=len(record), expected=width)
        return RowFault(row=row, code="row_too_long", message=text, fatal=True)
    if len(record) < width and any(cell.strip() for cell in record):
        text = message("responses.row_too_short", found=len(record), expected=width)
        return RowFault(row=row, code="row_too_short", message=text, fatal=False)
    return None


def _blocks(records: Iterator[tuple[int, list[str]]], rows: int) -> Iterator[list[tuple[int, list[str]]]]:
    while block := list(islice(records, rows)):
        yield block


def record_columns(lines: list[list[str]], width: int) -> list[pa.DictionaryArray]:
    """Return records as columns; a short record is filled with empty cells."""
    padded = [line if len(line) == width else line + [""] * (width - len(line)) for line in lines]
    return [encode(list(column)) for column in zip(*padded, strict=True)]


def _stack(blocks: list[list[pa.DictionaryArray]], width: int) -> list[pa.DictionaryArray]:
    """Lay blocks below one another; a block read before a wider record came is filled with empty cells."""
    filled = [b for b in blocks if b]
    for block in filled:
        rows = len(block[0])
        block.extend(encode([""] * rows) for _ in range(width - len(block)))
    if not filled:
        return [encode([]) for _ in range(width)]
    return [one_chunk(pa.chunked_array([block[i] for block in filled])) for i in range(width)]


def ends_in_lines(columns: tuple[pa.DictionaryArray, ...]) -> bool:
    """Say whether the last row has an answer of several lines: an open quotation mark may have swallowed the rest."""
    return len(columns[0]) > 0 and any("\n" in column[-1].as_py() or "\r" in column[-1].as_py() for column in columns)


def has_blank_row(columns: tuple[pa.DictionaryArray, ...]) -> bool:
    """Say whether a row is empty throughout: it may be a blank line, which only reading by record can tell."""
    empty = np.ones(len(columns[0]), dtype=bool)
    for column in columns:
        texts = column.dictionary.to_pylist()
        if "" not in texts:
            return False
        empty &= column.indices.to_numpy(zero_copy_only=False) == texts.index("")
        if not empty.any():
            return False
    return True


def _records(text: str, delimiter: str) -> list[list[str]]:
    return list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), _HEAD_RECORDS))


def _find_delimiter(text: str) -> str:
    """Return the delimiter under which the first records agree best in width; a comma where there is one column."""
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        widths = [len(record) for record in _records(text, delimiter) if record]
        if widths and widths[0] > 1:
            agreement = sum(width == widths[0] for width in widths) / len(widths)
            score = agreement + 1e-3 * min(widths[0], 100)
            if score > best_score:
                best, best_score = delimiter, score
    return best


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
