"""SPSS files, through pyreadstat: the codes as text, and what the file says about them.

The reader is a library in C. A file that was cut off is an error; of one whose bytes were changed it can crash.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from closeloop.errors import InsufficientDataError, ResponseValidationError
from closeloop.responses.dialects.spss import DescribedHead, ResponseSet, Variable
from closeloop.responses.source import Cells, Progress, SourceFile, encode
from closeloop.responses.workbook import cell_text
from closeloop.text import message

if TYPE_CHECKING:
    import pandas as pd

_HEAD_RECORDS = 25
_EPOCH = dt.date(1582, 10, 14)
_PERIODS = ("QYR", "MOYR", "WKYR")
"""Formats of dates that stand for a quarter, a month or a week: the reader leaves them as seconds."""


class SavSource:
    """An SPSS file: its variable names are its header, its first case is row 1."""

    guessed_encoding = False

    def __init__(self, path: Path) -> None:
        if path.stat().st_size == 0:
            raise InsufficientDataError(message("responses.file_empty", file=path.name))
        frame, told = _read(path)
        kinds = [str(told.original_variable_types.get(name, "")) for name in told.column_names]
        self._columns = tuple(_column(frame.iloc[:, place], kind) for place, kind in enumerate(kinds))
        self._n = len(frame)
        named = zip(told.column_names, self._columns, strict=True)
        variables = [_variable(name, column, told) for name, column in named]
        shown = [column.slice(0, _HEAD_RECORDS).to_pylist() for column in self._columns]
        rows = [list(told.column_names), *(list(row) for row in zip(*shown, strict=True))]
        self.head: list[list[str]] = DescribedHead(rows, variables, _sets(told.mr_sets or {}))
        self.facts = SourceFile(
            name=path.name,
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            encoding=str(told.file_encoding or "UTF-8").lower(),
            encoding_reason=message("platforms.spss_encoding"),
            delimiter=None,
            sheet=None,
        )

    def cells(self, header_rows: int, progress: Progress | None = None) -> Cells:
        """Return the cells: all cases, less further header rows that somebody's dialect may ask for."""
        skip = header_rows - 1
        if progress:
            progress(1, 1)
        columns = tuple(column.slice(skip) for column in self._columns) if skip else self._columns
        return Cells(columns=columns, source_rows=np.arange(skip + 1, self._n + 1, dtype=np.int32))


def _read(path: Path) -> tuple[pd.DataFrame, Any]:
    try:
        import pyreadstat
    except ImportError as error:
        raise ResponseValidationError(message("platforms.spss_needs_reader", file=path.name)) from error
    try:
        frame, told = pyreadstat.read_sav(str(path), user_missing=True)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeDecodeError, ValueError, OSError) as error:
        raise ResponseValidationError(message("platforms.spss_broken", file=path.name, why=error)) from error
    return frame, told


def _column(series: pd.Series, kind: str) -> pa.DictionaryArray:
    """Return a variable's cells as text, each distinct value written once."""
    codes, distinct = series.factorize()
    texts = [_text(value, kind) for value in distinct]
    return encode(pa.array([texts[code] if code >= 0 else "" for code in codes], pa.string()))


def _text(value: Any, kind: str) -> str:
    """Return the text of a cell: codes without ".0", dates in their ISO form."""
    if hasattr(value, "to_pydatetime"):
        value = value.to_pydatetime()
    if isinstance(value, float) and kind.startswith(_PERIODS):
        return (_EPOCH + dt.timedelta(seconds=value)).isoformat()
    return cell_text(float(value) if isinstance(value, np.floating) else value).rstrip()


def _variable(name: str, column: pa.DictionaryArray, told: Any) -> Variable:
    labels = {cell_text(code): str(text) for code, text in told.variable_value_labels.get(name, {}).items()}
    ranges = told.missing_ranges.get(name, [])
    codes = column.dictionary.to_pylist()
    gone = frozenset(code for code in (*codes, *labels) if code and any(_within(code, each) for each in ranges))
    label = told.column_names_to_labels.get(name) or ""
    return Variable(name=name, label=str(label), labels=labels, missing=gone, codes=tuple(codes))


def _within(text: str, bounds: Mapping[str, Any]) -> bool:
    """Say whether a text is a code in a range that the file declares as missing."""
    low, high = bounds["lo"], bounds["hi"]
    if isinstance(low, str) or isinstance(high, str):
        return str(low).rstrip() <= text <= str(high).rstrip()
    try:
        return bool(float(low) <= float(text) <= float(high))
    except ValueError:
        return False


def _sets(found: Mapping[str, Mapping[str, Any]]) -> Sequence[ResponseSet]:
    return [
        ResponseSet(
            name=name,
            label=str(each["label"] or ""),
            variables=tuple(each["variable_list"]),
            counted=cell_text(each["counted_value"]) if each["is_dichotomy"] else None,
        )
        for name, each in found.items()
    ]
