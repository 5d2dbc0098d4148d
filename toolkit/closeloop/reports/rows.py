"""Rows of texts under heads: tasks, causes, names; a table of what people wrote."""

from __future__ import annotations

from dataclasses import dataclass

from closeloop.html import Column, Html, Section, element, join, table
from closeloop.reports.block import Block
from closeloop.reports.slots import filled_css
from closeloop.text import LocalText
from closeloop.views.words import in_tag

Text = LocalText | str
Said = Text | tuple[Text, ...]
"""What a cell says; several texts stand on a line each."""


@dataclass(frozen=True, slots=True)
class Rows(Block):
    """A table of texts.

    Parameters
    ----------
    title : LocalText or str
    heads : tuple of LocalText or str
    rows : tuple of tuple
        Of each row its cells; an empty one is a dash.
    narrow : tuple of int
        Columns that do not break.

    Examples
    --------
    >>> "<td>Wu Fan</td>" in Rows("Tasks", ("What", "Who"), (("List all contracts", "Wu Fan"),)).block("en")
    True
    """

    title: Text
    heads: tuple[Text, ...]
    rows: tuple[tuple[Said, ...], ...]
    narrow: tuple[int, ...] = ()

    def block(self, tag: str) -> Html:
        """Return the table."""
        columns = tuple(
            Column(head=in_tag(head, tag), css="short" if at in self.narrow else "")
            for at, head in enumerate(self.heads)
        )
        cells = tuple(tuple(_cell(each, tag) for each in row) for row in self.rows)
        caption = element("b", in_tag(self.title, tag))
        return element("div", table(columns, [Section(rows=cells)], caption=caption, css="res ents"), class_="scroll")

    def css(self) -> Html:
        """Return the style sheet of filled documents."""
        return filled_css()


def _cell(said: Said, tag: str) -> object:
    lines = [in_tag(each, tag) for each in (said if isinstance(said, tuple) else (said,)) if each]
    if len(lines) < 2:
        return lines[0] if lines else "–"
    return join(element("div", line) for line in lines)
