"""A report as a Word document: the same page, with nested lists, tables with heads, pictures with their words."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import TYPE_CHECKING, Any

from closeloop.html import harmless
from closeloop.reports.page_blocks import Block, Grid, Picture, Words, page_blocks
from closeloop.text import message

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph

_WHEN = dt.datetime(2000, 1, 1)  # noqa: DTZ001  # the same parts give the same bytes: no clock
_ZIPPED = (1980, 1, 1, 0, 0, 0)
_LATIN, _CHINESE, _CODE = "Calibri", "Microsoft YaHei", "Consolas"
_STYLES = ("Normal", "Title", "Heading 1", "Heading 2", "List Bullet", "List Bullet 2", "List Bullet 3", "Table Grid")
_HEADINGS = {1: "Title", 2: "Heading 1", 3: "Heading 2"}
_DEEPEST_STYLE = 3
_INDENT = 0.25
_WIDEST = 6.3
_SMALL = 9


def docx_bytes(html: str, title: str, tag: str) -> bytes:
    """Return a page of our own HTML as the bytes of a Word file.

    Parameters
    ----------
    html : str
        The page.
    title : str
        For the properties of the file.
    tag : str
        The language of the page.

    Raises
    ------
    ImportError
        If python-docx is not installed.
    """
    try:
        import docx
    except ImportError as error:
        raise ImportError(message("reports.needs_docx")) from error
    document = docx.Document()
    _set_page(document, title, tag)
    for block in page_blocks(html):
        _add(document, block)
    return _fixed(document)


def _set_page(document: Document, title: str, tag: str) -> None:
    """Set paper, fonts (a Chinese one for Chinese letters, in every language of the page) and properties."""
    from docx.oxml.ns import qn
    from docx.shared import Mm

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(25)
    section.top_margin = section.bottom_margin = Mm(22)
    for name in _STYLES:
        style: Any = document.styles[name]
        style.font.name = _LATIN
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), _CHINESE)
    normal: Any = document.styles["Normal"]
    language = normal.element.get_or_add_rPr().makeelement(
        qn("w:lang"), {qn("w:val"): "en-GB", qn("w:eastAsia"): "zh-CN"}
    )
    normal.element.get_or_add_rPr().append(language)
    said = document.core_properties
    said.title, said.language = harmless(title)[:255], tag
    said.author = said.comments = ""
    said.last_modified_by = "closeloop"
    said.created = said.modified = said.last_printed = _WHEN
    said.revision = 1


def _add(document: Document, block: Block) -> None:
    if isinstance(block, Words):
        _write(document.add_paragraph(), block)
    elif isinstance(block, Picture):
        _draw(document, block)
    else:
        _lay_out(document, block)


def _write(paragraph: Paragraph, words: Words) -> None:
    from docx.shared import Inches

    if words.heading:
        paragraph.style = _HEADINGS[words.heading]
    elif words.level and not words.more:
        deep = min(words.level, _DEEPEST_STYLE)
        paragraph.style = "List Bullet" if deep == 1 else f"List Bullet {deep}"
    if words.level > _DEEPEST_STYLE or words.more:
        paragraph.paragraph_format.left_indent = Inches(_INDENT * words.level)
        if not words.more:
            paragraph.paragraph_format.first_line_indent = Inches(-_INDENT)
    if words.code:
        _name_call(paragraph, words.text)
    else:
        _say(paragraph, words)


def _name_call(paragraph: Paragraph, call: str) -> None:
    """Write the call that gave what stands above: small, grey, letters of one width."""
    from docx.shared import Pt, RGBColor

    run = paragraph.add_run(call)
    run.font.name, run.font.size, run.font.color.rgb = _CODE, Pt(_SMALL - 1), RGBColor(0x59, 0x59, 0x59)


def _say(paragraph: Paragraph, words: Words, size: int | None = None) -> None:
    from docx.shared import Pt

    for run in words.runs:
        written = paragraph.add_run(run.text)
        written.bold = True if run.bold and not words.heading else None
        if size is not None:
            written.font.size = Pt(size)


def _draw(document: Document, picture: Picture) -> None:
    from docx.shared import Inches

    width = min(picture.width, _WIDEST) if picture.width else _WIDEST
    shape = document.add_picture(io.BytesIO(picture.png), width=Inches(width))
    properties = shape._inline.docPr  # python-docx has no door to the alternative text
    properties.set("descr", picture.alt)


def _lay_out(document: Document, grid: Grid) -> None:
    from docx.oxml.ns import qn

    width = max(sum(slot.span for slot in row) for row in grid.rows)
    table = document.add_table(rows=len(grid.rows), cols=width, style="Table Grid")
    for at, row in enumerate(grid.rows):
        place, cells = 0, table.rows[at].cells
        for slot in row:
            cell = cells[place]
            if slot.span > 1:
                cell = cell.merge(cells[min(place + slot.span, width) - 1])
            _fill(cell, slot.paragraphs, bold=slot.head and at < grid.n_heads, right=slot.number)
            place += slot.span
        if at < grid.n_heads:
            properties = table.rows[at]._tr.get_or_add_trPr()  # so that the head stands on every page
            properties.append(properties.makeelement(qn("w:tblHeader"), {}))
    document.add_paragraph()


def _fill(cell: _Cell, paragraphs: tuple[Words, ...], *, bold: bool, right: bool) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    for at, words in enumerate(paragraphs):
        paragraph = cell.paragraphs[0] if not at else cell.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(0)
        if right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        _say(paragraph, words, _SMALL)
        for run in paragraph.runs if bold else ():
            run.bold = True


def _fixed(document: Document) -> bytes:
    """Return the file with a fixed date on every part of the archive."""
    written, fixed = io.BytesIO(), io.BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as parts, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in parts.namelist():
            part = zipfile.ZipInfo(name, _ZIPPED)
            part.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(part, parts.read(name))
    return fixed.getvalue()
