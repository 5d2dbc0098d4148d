"""The tables of responses as one workbook: text as text, dates as dates, nothing that runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from closeloop.errors import ResponseValidationError
from closeloop.survey.whole_file import open_workbook
from closeloop.text import message

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 1_048_575
"""Rows of a sheet below its header."""
_MOST_COLUMNS = 16_384
_MOST_CHARACTERS = 32_767
_MOST_EXACT = 10**15
_FIRST_DATE = dt.datetime(1900, 3, 1)  # noqa: DTZ001  a sheet knows no zones, and counts 29 February 1900 as a day
_WIDTHS = (8, 60)
_SAMPLE = 200


def write_xlsx(tables: Mapping[str, pd.DataFrame], path: Path, most_rows: int = MOST_ROWS) -> None:
    """Write tables as the sheets of a workbook; one of more rows than a sheet has goes on in the next.

    Raises
    ------
    ResponseValidationError
        If a table has more columns, or a cell more characters, than a workbook holds: nothing is cut off.
    """
    for name, frame in tables.items():
        if frame.shape[1] > _MOST_COLUMNS:
            raise ResponseValidationError(message("survey_codebook.xlsx_wide", table=name, most=_MOST_COLUMNS))
    with open_workbook(path) as workbook:
        formats = {
            "head": workbook.add_format({"bold": True}),
            "time": workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            "day": workbook.add_format({"num_format": "yyyy-mm-dd"}),
        }
        for name, frame in tables.items():
            for number, start in enumerate(range(0, max(1, len(frame)), most_rows), start=1):
                title = name if number == 1 else f"{name} ({number})"
                _write_sheet(workbook.add_worksheet(title), name, frame.iloc[start : start + most_rows], formats)


def _write_sheet(sheet: Any, name: str, frame: pd.DataFrame, formats: Mapping[str, Any]) -> None:
    sheet.freeze_panes(1, 0)
    for place, header in enumerate(map(str, frame.columns)):
        values = list(_values(frame.iloc[:, place]))
        shown = max([len(header), *(len(str(value)) for value in values[:_SAMPLE] if value is not None)])
        sheet.set_column(place, place, min(max(shown + 2, _WIDTHS[0]), _WIDTHS[1]))
        _write_text(sheet, 0, place, header, name, formats["head"])
        for line, value in enumerate(values, start=1):
            if value is not None:
                _write_cell(sheet, line, place, value, name, formats)


def _values(column: pd.Series) -> Iterator[Any]:
    """Give the cells of a column as plain values, None where there is none."""
    import pandas as pd

    if isinstance(column.dtype, pd.DatetimeTZDtype):
        column = column.dt.tz_convert("UTC").dt.tz_localize(None)
    missing = column.isna().to_numpy()
    for value, gone in zip(column.astype(object), missing, strict=True):
        yield None if gone else value.to_pydatetime() if isinstance(value, pd.Timestamp) else value


def _write_cell(sheet: Any, line: int, place: int, value: Any, name: str, formats: Mapping[str, Any]) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(line, place, value)
    elif isinstance(value, (int, float)) and abs(value) < _MOST_EXACT:
        sheet.write_number(line, place, value)
    elif isinstance(value, dt.datetime) and value >= _FIRST_DATE:
        sheet.write_datetime(line, place, value, formats["time"])
    elif isinstance(value, dt.date) and not isinstance(value, dt.datetime) and value >= _FIRST_DATE.date():
        sheet.write_datetime(line, place, value, formats["day"])
    else:
        _write_text(sheet, line, place, str(value), name, None)


def _write_text(sheet: Any, line: int, place: int, text: str, name: str, form: Any) -> None:
    if len(text) > _MOST_CHARACTERS:
        raise ResponseValidationError(
            message("survey_codebook.xlsx_long", table=name, row=line, column=place + 1, most=_MOST_CHARACTERS)
        )
    sheet.write_string(line, place, text, form)
