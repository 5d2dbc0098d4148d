"""A page of our own HTML as plain blocks: headings, paragraphs, list items, tables and pictures, in reading order.

Whatever is shown as HTML says everything without its style. So the other forms of a report (Word, markdown) are written
from the same page, and none of them can say less, or something else.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from html.parser import HTMLParser

_BREAKING = frozenset(
    {"div", "p", "h1", "h2", "h3", "ul", "ol", "li", "dl", "dt", "dd", "section", "figure", "figcaption"}
)
_SPACE = re.compile(r"[^\S\u00a0]+")  # a no-break space stays: "95 %" is one word
_HEADINGS = ("h1", "h2", "h3")
_SILENT = frozenset({"svg", "style", "script"})
_REPEATS = "hero"
"""The large figure on top says again what the sentence above it says."""
_TITLED = {"thead": 2, "shead": 2, "problem": 2, "sh": 3}
"""Class of a part → the level of the heading that its first words are."""
_PNG = "data:image/png;base64,"
_PIXELS = 100
"""A figure says its size in hundredths of an inch."""


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one kind within a paragraph."""

    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """A heading (`heading` 1 to 3), an item of a list (`level` from 1; `more`: its next paragraph) or a paragraph.

    `code`: the call that gave what stands above.

    Examples
    --------
    >>> Words((Run("Why late?", bold=True),), heading=2).text
    'Why late?'
    """

    runs: tuple[Run, ...]
    heading: int = 0
    level: int = 0
    more: bool = False
    code: bool = False

    @property
    def text(self) -> str:
        """The words without their kind."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class Slot:
    """A cell of a table."""

    paragraphs: tuple[Words, ...]
    head: bool = False
    number: bool = False
    span: int = 1


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its rows, of which the first `n_heads` are its head."""

    rows: tuple[tuple[Slot, ...], ...]
    n_heads: int = 0


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, what it shows in words, and its width in inches."""

    png: bytes
    alt: str
    width: float


Block = Words | Grid | Picture


def page_blocks(html: str) -> tuple[Block, ...]:
    """Return the blocks of a page.

    Parameters
    ----------
    html : str
        As `closeloop.html` writes it.

    Returns
    -------
    tuple of Block
        Drawings (SVG) within the page are left out, their words stay; a picture that is an SVG is its words alone.

    Examples
    --------
    >>> [(block.level, block.text) for block in page_blocks("<ul><li>a<ul><li>b</li></ul></li></ul>")]
    [(1, 'a'), (2, 'b')]
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.end_words()
    return tuple(reader.blocks)


@dataclass(slots=True)
class _Cell:
    head: bool
    number: bool
    span: int


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self.into: list[Block] = self.blocks  # where paragraphs go: the page, or a cell
        self.runs: list[Run] = []
        self.bold = self.level = self.heading = 0
        self.silent, self.depth = "", 0  # the element that is passed over, and how many of its name are open
        self.begun = False  # whether the item of a list has its first paragraph
        self.row: list[Slot] | None = None
        self.rows: list[tuple[Slot, ...]] = []
        self.n_heads = 0
        self.cell: _Cell | None = None
        self.code = False  # whether the open paragraph is source
        self.spoken = -1  # where in the open paragraph the words for the ear begin

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        css = given.get("class", "").split()
        if self.silent:
            self.depth += tag == self.silent
        elif tag in _SILENT or _REPEATS in css:
            self.silent, self.depth = tag, 1
        elif tag == "img":
            self._picture(given)
        elif tag == "br":
            self.runs.append(Run("\n"))
        elif tag == "b":
            self.bold += 1
        elif tag == "span":
            self.spoken = len(self.runs) if "sr" in css else self.spoken
        elif tag in ("table", "caption", "tr", "td", "th", "tfoot", "thead", "tbody"):
            self._start_table(tag, given)
        elif tag in _BREAKING:
            self.end_words()
            self.code = "call" in css
            self.level += tag in ("ul", "ol")
            self.begun = self.begun and tag != "li"
            titled = next((_TITLED[name] for name in css if name in _TITLED), 0)
            self.heading = int(tag[1]) if tag in _HEADINGS else titled or self.heading

    def handle_endtag(self, tag: str) -> None:
        if self.silent:
            self.depth -= tag == self.silent
            self.silent = self.silent if self.depth else ""
        elif tag == "b":
            self.bold -= 1
        elif tag in ("table", "caption", "tr", "td", "th"):
            self._end_table(tag)
        elif tag in _BREAKING:
            self.end_words()
            self.level -= tag in ("ul", "ol")

    def handle_data(self, data: str) -> None:
        if data and not self.silent:
            self.runs.append(Run(_SPACE.sub(" ", data), bool(self.bold)))

    def end_words(self) -> None:
        """Close the open paragraph, if it says anything."""
        runs = _trimmed(self.runs)
        self.runs = []
        if runs:
            self.into.append(Words(runs, self.heading, self.level, self.begun and self.level > 0, self.code))
            self.heading, self.begun = 0, True
        self.code = False

    def _picture(self, given: dict[str, str]) -> None:
        self.end_words()
        source, alt = given.get("src", ""), given.get("alt", "")
        if source.startswith(_PNG):
            png = base64.b64decode(source.removeprefix(_PNG))
            self.blocks.append(Picture(png, alt, int(given.get("width") or 0) / _PIXELS))
        elif alt:
            self.into.append(Words((Run(alt),)))

    def _start_table(self, tag: str, given: dict[str, str]) -> None:
        if tag == "table":
            self.end_words()
            self.rows, self.n_heads = [], 0
        elif tag == "caption":
            self.end_words()
            self.spoken = -1
        elif tag == "tr":
            self.row = []
        elif tag in ("td", "th"):
            css = given.get("class", "").split()
            self.into, self.runs = [], []
            self.cell = _Cell(tag == "th", "num" in css, int(given.get("colspan") or 1))
        elif tag == "tbody":
            self.n_heads = self.n_heads or len(self.rows)

    def _end_table(self, tag: str) -> None:
        if tag == "caption":
            if self.spoken == 0 and len(self.runs) == 1:
                self.runs = []  # a caption for the ear alone repeats a heading for the eye
            self.end_words()
        elif tag in ("td", "th") and self.cell is not None and self.row is not None:
            self.end_words()
            said = tuple(block for block in self.into if isinstance(block, Words))
            self.row.append(Slot(said, self.cell.head, self.cell.number, self.cell.span))
            self.into, self.cell = self.blocks, None
        elif tag == "tr" and self.row is not None:
            self.rows.append(tuple(self.row))
            self.row = None
        elif tag == "table" and self.rows:
            self.blocks.append(Grid(tuple(self.rows), self.n_heads))


def _trimmed(runs: list[Run]) -> tuple[Run, ...]:
    """Return the words of a paragraph: kinds that follow one another joined, no space at its ends."""
    joined: list[Run] = []
    for run in runs:
        if joined and joined[-1].bold == run.bold:
            joined[-1] = Run(re.sub(" {2,}", " ", joined[-1].text + run.text), run.bold)
        else:
            joined.append(run)
    if joined:
        joined[0] = Run(joined[0].text.lstrip(), joined[0].bold)
        joined[-1] = Run(joined[-1].text.rstrip(), joined[-1].bold)
    return tuple(run for run in joined if run.text)
