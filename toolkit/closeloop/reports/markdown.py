"""A report as markdown: the same page, so that any editor, forum or repository can show it."""

from __future__ import annotations

import re

from closeloop.reports.page_blocks import Block, Grid, Words, page_blocks
from closeloop.rootcause.tree.outline_text import escaped

_LEADING = re.compile(r"^(?:(-|\+(?=\s))|(\d+)([.)])(?=\s|$))")
"""What would begin a list at the beginning of a paragraph."""


def page_markdown(html: str) -> str:
    r"""Return a page of our own HTML as markdown that shows what people wrote and does nothing else.

    Examples
    --------
    >>> print(page_markdown("<h2>Why?</h2><ul><li>a *b*<ul><li>c</li></ul></li></ul><p>End.</p>"))
    ## Why?
    <BLANKLINE>
    - a \*b\*
      - c
    <BLANKLINE>
    End.
    <BLANKLINE>
    """
    written: list[str] = []
    before: Block | None = None
    for block in page_blocks(html):
        listed = isinstance(block, Words) and isinstance(before, Words) and block.level and before.level
        if written and not listed:
            written.append("")
        written += _lines(block)
        before = block
    return "\n".join(written) + "\n"


def _lines(block: Block) -> list[str]:
    if isinstance(block, Grid):
        return _table(block)
    if not isinstance(block, Words):
        return [f"*{_inline(block.alt)}*"] if block.alt else []
    if block.code:
        return [_code(block.text)]
    if block.heading:
        return [f"{'#' * block.heading} {_inline(block.text)}"]
    said = _LEADING.sub(lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}", _words(block))
    if block.level:
        indent = "  " * (block.level - 1)
        return [f"{indent}  {said}" if block.more else f"{indent}- {said}"]
    return [said]


def _code(text: str) -> str:
    """Return source as markdown: between more backticks than it has in a row."""
    fence = "`" * (1 + max((len(found) for found in re.findall("`+", text)), default=0))
    return f"{fence}{text}{fence}"


def _words(words: Words) -> str:
    return "".join(_bold(run.text) if run.bold else _inline(run.text) for run in words.runs)


def _bold(text: str) -> str:
    """Return bold words; the marks stand at the words, not at a space."""
    inner = text.strip()
    if not inner:
        return text
    at = text.index(inner)
    return f"{text[:at]}**{_inline(inner)}**{text[at + len(inner) :]}"


def _inline(text: str) -> str:
    # Behind a space `escaped` takes nothing for the beginning of a list.
    return "<br>".join(escaped(f" {line}")[1:] for line in text.split("\n"))


def _table(grid: Grid) -> list[str]:
    width = max(sum(slot.span for slot in row) for row in grid.rows)
    rows = []
    for row in grid.rows:
        cells: list[str] = []
        for slot in row:
            cells.append("<br>".join(_words(words) for words in slot.paragraphs))
            cells += [""] * (slot.span - 1)
        rows.append(cells + [""] * (width - len(cells)))
    head = rows[0] if grid.n_heads else [""] * width
    body = rows[1:] if grid.n_heads else rows
    numbers = [slot.number for slot in grid.rows[0] for _ in range(slot.span)] + [False] * width
    rule = ["---:" if numbers[at] else "---" for at in range(width)]
    return [f"| {' | '.join(cells)} |" for cells in (head, rule, *body)]
