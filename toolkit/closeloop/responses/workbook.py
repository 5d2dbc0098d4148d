"""Spreadsheets (.xlsx, .xlsm, .xls): the cells of one sheet, as the text a person would read in them."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import numpy as np

from closeloop.errors import InsufficientDataError, ResponseValidationError, closest
from closeloop.responses.source import Cells, Progress, SourceFile, drop_blank_tail, encode
from closeloop.text import message

_HEAD_RECORDS = 25
_LONG = 1e21  # a number that people key in digit by digit, such as an order number, is shorter than this


class WorkbookSource:
    """One sheet of a workbook, read whole: spreadsheets end at about a million rows."""

    guessed_encoding = False

    def __init__(self, path: Path, sheet: str | int | None) -> None:
        import python_calamine as calamine

        if path.stat().st_size == 0:
            raise InsufficientDataError(message("responses.file_empty", file=path.name))
        try:
            book = calamine.CalamineWorkbook.from_path(str(path))
            names = list(book.sheet_names)
            name = _choose(path, names, sheet, book)
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        except calamine.PasswordError as error:
            raise ResponseValidationError(message("responses.workbook_password", file=path.name)) from error
        except calamine.CalamineError as error:
            raise ResponseValidationError(message("responses.workbook_broken", file=path.name, why=error)) from error
        self._rows = [[cell_text(cell) for cell in row] for row in rows]
        if not any(any(row) for row in self._rows):
            raise InsufficientDataError(message("responses.sheet_empty", file=path.name, sheet=name))
        self.head = self._rows[:_HEAD_RECORDS]
        self.facts = SourceFile(
            name=path.name,
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            encoding=path.suffix[1:].lower(),
            encoding_reason=message("responses.sheets_in_file", sheets=", ".join(names)),
            delimiter=None,
            sheet=name,
        )

    def cells(self, header_rows: int, progress: Progress | None = None) -> Cells:
        """Return the cells below the header; rows that are empty throughout are counted, not kept."""
        body = self._rows[header_rows:]
        filled = [i for i, row in enumerate(body) if any(row)]
        columns = [encode(list(column)) for column in zip(*(body[i] for i in filled), strict=True)]
        if not columns:
            columns = [encode([]) for _ in self._rows[0]]
        end = drop_blank_tail(columns)
        if progress:
            progress(1, 1)
        rows = np.array(filled[:end], dtype=np.int32) + header_rows + 1
        return Cells(columns=tuple(columns), source_rows=rows, blank_lines=_inner_blanks(filled))


def _inner_blanks(filled: list[int]) -> int:
    return filled[-1] + 1 - len(filled) if filled else 0


def _choose(path: Path, names: list[str], sheet: str | int | None, book: object) -> str:
    if sheet is None:
        for name in names:
            if book.get_sheet_by_name(name).height:  # type: ignore[attr-defined]
                return name
        return names[0]
    if isinstance(sheet, int) and 0 <= sheet < len(names):
        return names[sheet]
    if sheet in names:
        return str(sheet)
    near = closest(str(sheet), names) or tuple(names)
    raise ResponseValidationError(
        message("responses.sheet_missing", file=path.name, sheet=sheet, names=", ".join(f"“{n}”" for n in near))
    )


def cell_text(value: object) -> str:
    """Return the text of a spreadsheet cell: 9.0 is "9", a date is its ISO form, nothing is "".

    Examples
    --------
    >>> cell_text(9.0), cell_text(7.5), cell_text(True)
    ('9', '7.5', 'true')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _LONG else repr(value)
    if isinstance(value, dt.datetime):
        at_midnight = value.time() == dt.time()
        return value.date().isoformat() if at_midnight else value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)
