"""The contents of a workbook: what a report says in words, and which sheet holds which table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from closeloop.metrics.result import TableResult
from closeloop.metrics.score_table import ScoreTable
from closeloop.reports.page_blocks import Words, page_blocks
from closeloop.reports.parts import Heading, drawn_chart, part_html
from closeloop.reports.sheets import Sheet, sheets_of
from closeloop.text import LocalText
from closeloop.views.chart import Chart
from closeloop.views.claim import Claim
from closeloop.views.words import in_tag


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the contents: a heading, a text, or a sheet with the call that gave what stands on it."""

    text: str = ""
    heading: bool = False
    sheet: Sheet | None = None
    call: str = ""
    ahead: bool = False


def contents(parts: Sequence[Any], calls: Sequence[str], ahead: Sequence[int], tag: str, title: str) -> list[Line]:
    """Return the lines of the contents, in the order of the parts.

    Parameters
    ----------
    parts : sequence
    calls : sequence of str
        Of each part; empty where nothing was computed.
    ahead : sequence of int
        Places of the parts whose sheets stand before the others.
    tag : str
    title : str
        Of the report; a part without a title before the first heading is called like it.

    Examples
    --------
    >>> import closeloop as cl
    >>> [line.text or line.sheet.title for line in contents(["# Why", "So.", cl.IssueTree("Late?")], (), (), "en", "R")]
    ['Why', 'So.', 'Late?']
    """
    shown = {id(part) for part in parts if isinstance(part, TableResult | ScoreTable)}
    lines: list[Line] = []
    seen: set[int] = set()
    for at, part in enumerate(parts):
        call = calls[at] if at < len(calls) else ""
        if isinstance(part, str | LocalText | Heading | Claim):
            said = _said(part, tag)
            title = next((line.text for line in said if line.heading), title)
            lines += [replace(line, call=call) for line in said]
        elif id(part) not in seen and not (isinstance(part, Chart) and id(part.result) in shown):
            seen.add(id(part))  # a result that stands twice has one sheet, and its picture stands on it
            lines += [Line(sheet=sheet, call=call, ahead=at in ahead) for sheet in _sheets(part, tag, title)]
    return lines


def _said(part: Any, tag: str) -> list[Line]:
    heading = isinstance(part, Heading) or (not isinstance(part, Claim) and in_tag(part, tag).startswith("# "))
    blocks = page_blocks(part_html(part, tag))
    return [Line(text=block.text, heading=heading) for block in blocks if isinstance(block, Words)]


def _sheets(part: Any, tag: str, title: str) -> list[Sheet]:
    first, *rest = sheets_of(part, tag, title)
    if isinstance(part, TableResult | ScoreTable):
        first = replace(first, charts=(drawn_chart(part, tag),))
    return [first, *rest]
