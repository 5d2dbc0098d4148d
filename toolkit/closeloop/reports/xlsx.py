"""A report as a workbook: contents first, then a sheet for each table, with numbers that can be reckoned with."""

from __future__ import annotations

import datetime as dt
import io
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from closeloop.html import harmless
from closeloop.metrics.score_text import width_of
from closeloop.reports.contents import Line
from closeloop.reports.sheets import Cell, Sheet, SheetTable, plain
from closeloop.survey.whole_file import whole_workbook
from closeloop.views.chart import Chart
from closeloop.views.words import say

_WHEN = dt.datetime(2000, 1, 1)  # noqa: DTZ001  # the same parts give the same bytes: no clock
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_LONGEST_NAME, _LONGEST_TEXT = 31, 32_767
_NARROWEST, _WIDEST, _TEXT_WIDTH = 9, 46, 90
_LINE = 15.5
_PICTURE = 0.5
"""Pictures are drawn with 200 dots an inch, and a sheet shows 96."""

_STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 14},
    "head": {"bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#F2F2F2"},
    "heading": {"bold": True, "font_size": 11},
    "text": {"text_wrap": True},
    "note": {"text_wrap": True, "font_color": "#595959", "font_size": 9},
    "link": {"font_color": "#0563C1", "underline": 1, "text_wrap": True},
    "call": {"font_name": "Consolas", "font_size": 8, "font_color": "#595959", "text_wrap": True},
}


def write_workbook(path: Path, title: str, lines: Sequence[Line], tag: str) -> None:
    """Write a workbook.

    Parameters
    ----------
    path : Path
    title : str
        Of the report.
    lines : sequence of Line
        In the order of the contents.
    tag : str

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    sheets = sorted((line for line in lines if line.sheet is not None), key=lambda line: not line.ahead)
    names = sheet_names([line.sheet.title for line in sheets if line.sheet])
    with whole_workbook(path) as workbook:
        workbook.set_properties({"title": harmless(title)[:255], "author": "", "comments": "", "created": _WHEN})
        pen = _Pen(workbook, tag)
        pen.contents(title, lines, {id(line): name for line, name in zip(sheets, names, strict=True)})
        for line, name in zip(sheets, names, strict=True):
            if line.sheet is not None:
                pen.sheet(name, line.sheet, line.call)


def sheet_names(titles: Sequence[str]) -> list[str]:
    """Return the names of sheets: numbered, so that no two are alike, and no longer than a workbook allows.

    Examples
    --------
    >>> sheet_names(["NPS: by [region]?", "NPS: by [region]?", "'"])
    ['1 NPS by region', '2 NPS by region', '3']
    """
    names = []
    for at, title in enumerate(titles, 1):
        said = " ".join(_FORBIDDEN.sub(" ", harmless(title)).split())
        kept = f"{at} {said}"
        while len(kept.encode("utf-16-le")) // 2 > _LONGEST_NAME:
            kept = kept[:-1]
        names.append(kept.strip().strip("'").strip())
    return names


class _Pen:
    """What writes into one workbook, with its formats."""

    def __init__(self, workbook: Any, tag: str) -> None:
        self.workbook, self.tag = workbook, tag
        name = "Microsoft YaHei" if tag == "zh-CN" else "Calibri"
        font: dict[str, Any] = {"font_name": name, "font_size": 10, "valign": "top"}
        self.font = font
        self.formats: dict[Any, Any] = {}
        self.texts = {name: workbook.add_format(font | more) for name, more in _STYLES.items()}

    def contents(self, title: str, lines: Sequence[Line], names: dict[int, str]) -> None:
        """Write the first sheet: what the report says in words, and where each table is."""
        sheet = self._begun(say("reports.contents", self.tag))
        sheet.set_column(0, 0, _TEXT_WIDTH)
        self._put(sheet, 0, 0, title, "title")
        sheet.freeze_panes(1, 0)
        for row, line in enumerate(lines, 2):
            if line.sheet is not None:
                name = names[id(line)].replace("'", "''")
                said = _kept(line.sheet.title)
                sheet.write_url(row, 0, f"internal:'{name}'!A1", self.texts["link"], said[:255])
            else:
                self._put(sheet, row, 0, line.text, "heading" if line.heading else "text")
                sheet.set_row(row, _height(line.text, _TEXT_WIDTH) if line.text else None)

    def sheet(self, name: str, shown: Sheet, call: str) -> None:
        """Write one sheet: title and sentence, tables, notes, the call, pictures."""
        sheet = self._begun(name)
        widths = _widths(shown, self.tag)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        self._put(sheet, 0, 0, shown.title, "title")
        row = self._paragraph(sheet, 1, shown.said, widths, "text") if shown.said else 1
        heads = [at for at, block in enumerate(shown.blocks) if isinstance(block, SheetTable) and block.head]
        for at, block in enumerate(shown.blocks):
            if isinstance(block, Cell):
                style = "heading" if block.form == "head" else "text"
                row = self._paragraph(sheet, row, str(plain(block.value, self.tag)), widths, style)
                continue
            if heads == [at]:
                sheet.freeze_panes(row + 1, 1 if len(block.head) > 1 else 0)
                sheet.repeat_rows(row)
            row = self._table(sheet, row, block, widths) + 1
        for note in shown.notes:
            row = self._paragraph(sheet, row, note, widths, "note")
        row = self._paragraph(sheet, row, call, widths, "call") if call else row
        for chart in shown.charts:
            row = self._draw(sheet, row + 1, chart)

    def _begun(self, name: str) -> Any:
        sheet = self.workbook.add_worksheet(name)
        sheet.set_paper(9)  # A4
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.set_footer("&L&8&A&R&8&P / &N")
        sheet.hide_gridlines(2)
        return sheet

    def _table(self, sheet: Any, row: int, table: SheetTable, widths: Sequence[float]) -> int:
        if table.head:
            for column, said in enumerate(table.head):
                self._put(sheet, row, column, said, "head")
            sheet.set_row(row, max(_height(said, widths[at]) for at, said in enumerate(table.head)))
            row += 1
        for line in table.rows:
            height = _LINE
            for column, cell in enumerate(line):
                value = plain(cell.value, self.tag)
                if isinstance(value, str):
                    last = column == len(line) - 1 and len(line) < len(table.head)  # it says why the rest is missing
                    room = sum(widths[column:]) if last else widths[column]
                    height = max(height, _height(value, room))
                    if last and column < len(widths) - 1:
                        sheet.merge_range(row, column, row, len(widths) - 1, "", self.texts["text"])
                    self._put(sheet, row, column, value, "heading" if cell.form == "head" else "text")
                else:
                    sheet.write_number(row, column, value, self._number(cell))
            sheet.set_row(row, height)
            row += 1
        return row

    def _paragraph(self, sheet: Any, row: int, said: str, widths: Sequence[float], style: str) -> int:
        """Write a text over the width of the sheet; returns the next row."""
        if len(widths) > 1:
            sheet.merge_range(row, 0, row, len(widths) - 1, "", self.texts[style])
        self._put(sheet, row, 0, said, style)
        sheet.set_row(row, _height(said, sum(widths)))
        return row + 1

    def _put(self, sheet: Any, row: int, column: int, said: str, style: str) -> None:
        sheet.write_string(row, column, _kept(said), self.texts[style])

    def _number(self, cell: Cell) -> Any:
        """Return the format of a number: grouped by thousands, an NPS with its sign, a share in per cent."""
        key = (cell.form, cell.digits)
        if key not in self.formats:
            places = f".{'0' * cell.digits}" if cell.digits else ""
            written = {
                "points": f"+#,##0{places};−#,##0{places};0{places}",
                "percent": f"0{places}%",
            }.get(cell.form, f"#,##0{places};−#,##0{places}")
            self.formats[key] = self.workbook.add_format(self.font | {"num_format": written, "align": "right"})
        return self.formats[key]

    def _draw(self, sheet: Any, row: int, chart: Chart) -> int:
        png = chart.png()
        inches = chart.figure.get_size_inches()
        scale = _PICTURE * 0.96
        how = {"image_data": io.BytesIO(png), "description": chart.alt, "x_scale": scale, "y_scale": scale,
               "object_position": 3}  # fmt: skip
        sheet.insert_image(row, 0, "chart.png", how)
        return row + math.ceil(float(inches[1]) * 72 / _LINE) + 1


def _kept(said: str) -> str:
    """Return a text as a cell can hold it: harmless, and where it is too long, with a sign that it was cut."""
    text = harmless(said)
    return text if len(text.encode("utf-16-le")) // 2 <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT // 2]}…"


def _widths(shown: Sheet, tag: str) -> list[float]:
    """Return the width of each column: as wide as what stands in it, within limits; Chinese letters take two."""
    columns: dict[int, float] = {}
    for block in shown.blocks:
        if isinstance(block, SheetTable):
            for line in block.rows:
                for at, cell in enumerate(line):
                    if at == len(line) - 1 and len(line) < len(block.head):
                        continue
                    said = plain(cell.value, tag)
                    needed = max(map(width_of, said.split("\n"))) if isinstance(said, str) else _NARROWEST
                    columns[at] = max(columns.get(at, 0), needed)
            for at, said in enumerate(block.head):
                columns[at] = max(columns.get(at, 0), min(width_of(said), 16))
    found = [min(max(columns.get(at, 0) + 2, _NARROWEST), _WIDEST) for at in range(max(columns, default=0) + 1)]
    if len(found) == 1 and found[0] < _TEXT_WIDTH:
        found[0] = _TEXT_WIDTH
    return found


def _height(said: str, width: float) -> float:
    lines = sum(max(1, math.ceil(1.1 * width_of(line) / max(width - 1, 1))) for line in said.split("\n"))
    return min(_LINE * lines, 400)
