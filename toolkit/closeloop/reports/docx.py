"""A report as a Word document: the same page, with nested lists, tables with heads, pictures with their words."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from closeloop.errors import StoreError
from closeloop.html import harmless
from closeloop.metrics.score_text import width_of
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
_PAPER = {"A4": (210, 297), "A4 landscape": (297, 210), "A3 landscape": (420, 297)}
"""Millimetres."""
_SHORTEST, _LONGEST = 6, 60
"""Of the texts of a column, in letters: what its width goes by."""
_LONGEST_WORD = 20
_A_LETTER, _MARGINS = 0.086, 0.17
"""Inches that a letter of a table takes, bold ones and wide fonts in mind, and the two margins of a cell."""
_MAY_BREAK = re.compile(r"[^\S\u00a0]+|(?<=[-/\u3000-\u9fff\uff00-\uffef])|(?=[\u3000-\u9fff])")
"""Where a line may end: between words, not before a unit, and anywhere in Chinese."""


def docx_bytes(html: str, title: str, tag: str, template: str | Path | None = None, *, size: str = "A4") -> bytes:
    """Return a page of our own HTML as the bytes of a Word file.

    Parameters
    ----------
    html : str
        The page.
    title : str
        For the properties of the file.
    tag : str
        The language of the page.
    template : str or Path, optional
        A Word file whose styles, margins, header and footer are kept; the page stands behind what it says.
    size : str
        The paper, as `closeloop.reports.report.Report` names it; a template has its own.

    Raises
    ------
    ImportError
        If python-docx is not installed.
    StoreError
        If the template cannot be read as a Word file.
    """
    try:
        import docx
    except ImportError as error:
        raise ImportError(message("reports.needs_docx")) from error
    if template is None:
        document = docx.Document()
        _set_paper(document, size)
        _set_fonts(document)
    else:
        document = _opened(template)
        _add_missing_styles(document)
    _set_properties(document, title, tag)
    for block in page_blocks(html):
        _add(document, block)
    return _fixed(document)


def _opened(template: str | Path) -> Document:
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    if not Path(template).is_file():
        raise StoreError(message("reports.no_template", file=template))
    try:
        return docx.Document(str(template))
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError, SyntaxError) as error:
        raise StoreError(message("reports.bad_template", file=template)) from error


def _add_missing_styles(document: Document) -> None:
    """Add each style that we need and the template lacks, as it is in a file of our own; its own stay as they are."""
    import docx

    known = {style.name for style in document.styles}
    ours = docx.Document()
    _set_fonts(ours)
    for name in _STYLES:
        if name not in known:
            added = deepcopy(ours.styles[name].element)
            for numbered in added.xpath("./w:pPr/w:numPr"):
                numbered.getparent().remove(numbered)  # its list is not in the template; `_write` sets the bullet
            document.styles.element.append(added)


def _set_paper(document: Document, size: str) -> None:
    from docx.enum.section import WD_ORIENTATION
    from docx.shared import Mm

    section = document.sections[0]
    width, height = _PAPER[size]
    section.page_width, section.page_height = Mm(width), Mm(height)
    section.orientation = WD_ORIENTATION.LANDSCAPE if width > height else WD_ORIENTATION.PORTRAIT
    section.left_margin = section.right_margin = Mm(25)
    section.top_margin = section.bottom_margin = Mm(22)


def _set_fonts(document: Document) -> None:
    """Name the fonts, a Chinese one for Chinese letters, in every language of the page."""
    from docx.oxml.ns import qn

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


def _set_properties(document: Document, title: str, tag: str) -> None:
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
        if not _has_bullet(paragraph.style):
            paragraph.paragraph_format.left_indent = Inches(_INDENT * words.level)
            paragraph.add_run("• ")
    if words.level > _DEEPEST_STYLE or words.more:
        paragraph.paragraph_format.left_indent = Inches(_INDENT * words.level)
        if not words.more:
            paragraph.paragraph_format.first_line_indent = Inches(-_INDENT)
    if words.code:
        _name_call(paragraph, words.text)
    else:
        _say(paragraph, words)


def _has_bullet(style: Any) -> bool:
    while style is not None:
        if style.element.xpath("./w:pPr/w:numPr"):
            return True
        style = style.base_style
    return False


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

    widest = _room(document)
    width = min(picture.width, widest) if picture.width else widest
    shape = document.add_picture(io.BytesIO(picture.png), width=Inches(width))
    properties = shape._inline.docPr  # python-docx has no door to the alternative text
    properties.set("descr", picture.alt)


def _room(document: Document) -> float:
    """Return the inches between the margins."""
    from docx.shared import Inches

    section: Any = document.sections[-1]
    if None in (section.page_width, section.left_margin, section.right_margin):
        return _WIDEST
    return min(_WIDEST, float(section.page_width - section.left_margin - section.right_margin) / Inches(1))


def _widths(grid: Grid, width: int, room: float) -> list[float]:
    """Return the inches of each column: its longest word, and of what is left the more, the longer its texts."""
    longest, word = [float(_SHORTEST)] * width, [0.0] * width
    for row in grid.rows:
        at = 0
        for slot in row:
            if slot.span == 1 and at < width:
                texts = [words.text for words in slot.paragraphs]
                longest[at] = max([longest[at], *(min(width_of(text), _LONGEST) for text in texts)])
                parts = [width_of(part) for text in texts for part in _MAY_BREAK.split(text)]
                word[at] = max([word[at], *(min(part, _LONGEST_WORD) for part in parts)])
            at += slot.span
    margins = min(_MARGINS, room / width)
    letter = min(_A_LETTER, (room - margins * width) / max(sum(word), 1))  # too many words: each a little narrower
    least = [margins + letter * letters for letters in word]
    weights = [length**0.75 for length in longest]
    left = room - sum(least)
    return [inches + left * weight / sum(weights) for inches, weight in zip(least, weights, strict=True)]


def _lay_out(document: Document, grid: Grid) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Inches

    width = max(sum(slot.span for slot in row) for row in grid.rows)
    table = document.add_table(rows=len(grid.rows), cols=width, style="Table Grid")
    room = _room(document)
    for column, inches in zip(table.columns, _widths(grid, width, room), strict=True):
        column.width = Inches(inches)  # LibreOffice goes by the grid, Word by the cells
        for cell in column.cells:
            cell.width = Inches(inches)
    for at, row in enumerate(grid.rows):
        place, cells = 0, table.rows[at].cells
        whole = table.rows[at]._tr.get_or_add_trPr()
        whole.append(whole.makeelement(qn("w:cantSplit"), {}))
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
