"""Boxes: parts of a report side by side on one sheet of paper, read column by column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from closeloop.html import Html, element, join
from closeloop.reports.block import Block
from closeloop.reports.slots import filled_css
from closeloop.text import LocalText
from closeloop.views.words import in_tag


@dataclass(frozen=True, slots=True)
class Box:
    """A box with its heading and what stands in it: parts as a report takes them.

    Examples
    --------
    >>> Box("Target", ("5 % by October",)).title
    'Target'
    """

    title: LocalText | str
    parts: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Boxes(Block):
    """Columns of boxes; one below the other where the page is narrow.

    Examples
    --------
    >>> page = Boxes(((Box("Current state", ("Late.",)),), (Box("Target", ("In time.",)),)))
    >>> page.block("en").count("<section")
    2
    """

    columns: tuple[tuple[Box, ...], ...]

    def block(self, tag: str) -> Html:
        """Return the columns."""
        return element(
            "div", *(element("div", *(_box(box, tag) for box in each)) for each in self.columns), class_="a3"
        )

    def css(self) -> Html:
        """Return the style sheets of filled documents and of all that stands in the boxes."""
        from closeloop.reports.parts import parts_css

        inside = [part for column in self.columns for box in column for part in box.parts]
        return Html(filled_css() + parts_css([part for part in inside if not isinstance(part, Block)]))


def _box(box: Box, tag: str) -> Html:
    from closeloop.reports.calls import call_of
    from closeloop.reports.parts import part_html

    shown: list[Html] = []
    for part in box.parts:
        call = call_of(part)
        shown.append(part_html(part, tag))
        shown += [element("p", element("code", call), class_="call")] if call else []
    return element("section", element("h2", in_tag(box.title, tag)), join(shown), class_="box")
