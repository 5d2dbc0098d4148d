"""What a report puts on the sheets of a workbook: tables of real numbers, or what the page says, row by row."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw

from closeloop.metrics.result import Shown, TableResult
from closeloop.metrics.score_table import ScoreTable
from closeloop.reports.page_blocks import Grid, Picture, Words, page_blocks
from closeloop.reports.parts import is_frame, part_html
from closeloop.text import LocalText
from closeloop.views.chart import Chart
from closeloop.views.frame_table import as_columns
from closeloop.views.score_panel import ScorePanel, ScoreRow, panels
from closeloop.views.words import in_tag, say

_DIGITS = {"count": 0, "points": 1, "percent": 1, "decimal": 2, "p": 3}
_WRITTEN = re.compile(r"([+−-]?)(\d{1,3}(?:,\d{3})*|\d+)(?:\.(\d+))?(?:[\s\u00a0]?([%％]))?")
"""A cell that is nothing but a number, as the page writes it."""
_HALF = 100.0


@dataclass(frozen=True, slots=True)
class Cell:
    """A value and how it is written: one of `closeloop.written.FORMS`, ``"day"``, or ``"head"`` for a bold text."""

    value: Any
    form: str = "text"
    digits: int = 0


@dataclass(frozen=True, slots=True)
class SheetTable:
    """A table: its head, and its rows."""

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook.

    Attributes
    ----------
    title, said : str
        What it is about, and what was found.
    blocks : tuple
        Tables, and lines of text as a single `Cell`.
    notes : tuple of str
    charts : tuple of Chart
    """

    title: str
    said: str = ""
    blocks: tuple[SheetTable | Cell, ...] = ()
    notes: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = field(default=())


def sheets_of(part: Any, tag: str, title: str) -> tuple[Sheet, ...]:
    """Return the sheets of one part of a report.

    Parameters
    ----------
    part : object
    tag : str
    title : str
        What a part is called that has no title of its own: the heading above it.

    Examples
    --------
    >>> import pandas as pd
    >>> (sheet,) = sheets_of(pd.DataFrame({"region": ["East"], "share": [0.4]}), "en", "Regions")
    >>> sheet.title, sheet.blocks[0].head, [cell.value for cell in sheet.blocks[0].rows[0]]
    ('Regions', ('region', 'share'), ['East', 0.4])
    """
    if isinstance(part, ScoreTable):
        return tuple(_of_panel(panel) for panel in panels(part, tag))
    if isinstance(part, TableResult):
        return (_of_result(part, tag),)
    if isinstance(part, Chart):
        return (Sheet(title=part.title, said=part.alt, notes=(part.caption,) if part.caption else (), charts=(part,)),)
    if is_frame(part):
        return (Sheet(title=title, blocks=(_of_frame(part),)),)
    return (_of_page(part, tag, title),)


def _of_panel(panel: ScorePanel) -> Sheet:
    """Return one block of scores: the shares as shares, an NPS in points, each with the limits of its interval."""
    three = panel.kind == "nps"
    form, digits = {"nps": ("points", 1), "top_box": ("percent", 1)}.get(panel.kind, ("decimal", 2))
    names = [say(f"scores.{name}", panel.tag) for name in ("detractors", "passives", "promoters")] if three else []
    low, high = (say(f"reports.{side}", panel.tag, of=panel.interval_head) for side in ("low", "high"))
    head = (panel.who, "n", *names, panel.estimate_head, low, high)

    def line(row: ScoreRow, label: str) -> tuple[Cell, ...]:
        shares = [Cell(share / _HALF, "percent", 1) for share in row.shares or ()]
        if row.estimate is None:
            return (Cell(label), _number_or_text(row.count), Cell(row.instead))
        scale = _HALF if panel.kind == "top_box" else 1.0
        shown = [value if value is None else value / scale for value in (row.estimate, row.low, row.high)]
        return (Cell(label), _number_or_text(row.count), *shares, *(Cell(value, form, digits) for value in shown))

    rows: list[tuple[Cell, ...]] = []
    for section in panel.sections:
        rows += [(Cell(section.heading, "head"),)] if section.heading else []
        rows += [line(row, row.label) for row in section.rows]
    rows.append(line(panel.total, panel.total.label))
    return Sheet(panel.title, panel.sentence, (SheetTable(head, tuple(rows)),), panel.notes)


def _of_result(result: TableResult, tag: str) -> Sheet:
    """Return the table of a result in full; an interval takes two columns."""
    head: list[str] = []
    for column in result.columns:
        title = column.title.in_language(tag)
        limits = (say("reports.low", tag, of=title), say("reports.high", tag, of=title))
        head += [title] if column.high is None else limits
    rows = tuple(tuple(_line(row, result.columns, tag)) for row in result.rows())
    notes = tuple(note.in_language(tag) for note in result.notes)
    table = SheetTable(tuple(head), rows)
    return Sheet(result.title.in_language(tag), result.sentence.in_language(tag), (table,), notes)


def _line(row: dict[str, Any], columns: tuple[Shown, ...], tag: str) -> Iterator[Cell]:
    hidden = bool(row.get("hidden") or row.get("suppressed"))
    for column in columns:
        digits = _DIGITS.get(column.form, 0) if column.digits is None else column.digits
        for name in (column.name,) if column.high is None else (column.name, column.high):
            value = row.get(name)
            if isinstance(value, LocalText):
                value = value.in_language(tag)
            if column.form == "yes" and value is not None:
                value = say("yes" if value else "no", tag)
            if hidden and _is_missing(value):
                yield Cell(say("reports.hidden", tag))
            elif column.form in {"text", "short"} and isinstance(value, float):
                yield Cell(value, "decimal", 2)
            else:
                yield Cell(value, column.form, digits)


def _of_frame(frame: Any) -> SheetTable:
    whole = as_columns(frame)
    forms = {name: _form(whole.schema[name]) for name in whole.columns}
    rows = tuple(
        tuple(Cell(value, *forms[name]) for name, value in zip(whole.columns, row, strict=True))
        for row in whole.iter_rows()
    )
    return SheetTable(tuple(map(str, whole.columns)), rows)


def _form(kind: Any) -> tuple[str, int]:
    if kind.is_integer():
        return "count", 0
    return ("decimal", 2) if kind.is_numeric() else ("text", 0)


def _of_page(part: Any, tag: str, title: str) -> Sheet:
    """Return what the page of a part says: its tables, and its lines set in as its lists are."""
    blocks: list[SheetTable | Cell] = []
    found = list(page_blocks(part_html(part, tag)))
    first = found[0] if found and isinstance(found[0], Words) and found[0].heading else None
    for block in found[1:] if first is not None else found:
        if isinstance(block, Grid):
            blocks.append(_of_grid(block))
        elif isinstance(block, Picture):
            blocks.append(Cell(block.alt))
        else:
            blocks.append(Cell("    " * max(block.level - 1, 0) + block.text, "head" if block.heading else "text"))
    return Sheet(title=title if first is None else first.text, blocks=tuple(blocks))


def _of_grid(grid: Grid) -> SheetTable:
    lines: list[tuple[Cell, ...]] = []
    for row in grid.rows:
        line: list[Cell] = []
        for slot in row:
            said = "\n".join(words.text for words in slot.paragraphs)
            line.append(_number_or_text(said) if slot.number else Cell(said))
            line += [Cell("")] * (slot.span - 1)
        lines.append(tuple(line))
    heads = min(grid.n_heads, 1)
    return SheetTable(tuple(str(cell.value) for cell in lines[0]) if heads else (), tuple(lines[heads:]))


def _number_or_text(said: str) -> Cell:
    r"""Return a number where a text is nothing but one, with its decimals.

    Examples
    --------
    >>> _number_or_text("−1,234.5"), _number_or_text("40 %"), _number_or_text("< 10")
    (Cell(value=-1234.5, form='decimal', digits=1), Cell(value=0.4, form='percent', digits=0), Cell(value='< 10', ...
    """
    found = _WRITTEN.fullmatch(said.strip())
    if found is None:
        return Cell(said)
    sign, whole, decimals, percent = found.groups()
    value = float(f"{whole.replace(',', '')}.{decimals or 0}") * (-1 if sign in ("−", "-") else 1)
    if percent:
        return Cell(value / _HALF, "percent", len(decimals or ""))
    if sign == "+":
        return Cell(value, "points", len(decimals or ""))
    return Cell(value, "decimal", len(decimals)) if decimals else Cell(int(value), "count", 0)


def _is_missing(value: object) -> bool:
    return value is None or value is nw.dependencies.get_pandas().NA or (isinstance(value, float) and math.isnan(value))


def plain(value: Any, tag: str) -> Any:
    """Return what a cell holds: a number, a day, a text; a dash where there is nothing."""
    if _is_missing(value):
        return "–"
    if isinstance(value, bool):
        return say("yes" if value else "no", tag)
    if isinstance(value, int | float) and math.isfinite(value):
        return value
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat(" ", "minutes") if isinstance(value, dt.datetime) else value.isoformat()
    return in_tag(value, tag) if isinstance(value, LocalText | str) else str(value)
