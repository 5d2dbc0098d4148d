"""The linter for reports: reads a text, a markdown document or a tree as statements under statements."""

from __future__ import annotations

import re
from typing import Any

from closeloop.rootcause.findings import Findings
from closeloop.rootcause.tree.outline_text import unescaped
from closeloop.rootcause.tree.pyramid_rules import first_sentence, pyramid_faults
from closeloop.rootcause.tree.statement import Statement
from closeloop.text import message

_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$")
_ITEM = re.compile(r"^([ \t]*)([-*+]|\d{1,9}[.)])[ \t]+(.*)$")
_LIST = 100


def pyramid_findings(what: Any) -> Findings:
    """Return what is weak about the way something is argued: rules P01 to P07.

    Parameters
    ----------
    what : str, IssueTree or Pyramid
        A report in markdown or as plain text (its first sentence must be the answer); or a tree, read as its pyramid.

    Returns
    -------
    Findings

    Raises
    ------
    TypeError
        If it is something else.
    ValueError
        If the text is empty.

    Examples
    --------
    >>> pyramid_findings("This report describes our deliveries.").rules
    ('P01',)
    >>> pyramid_findings("Late parcels come from the earlier pick-up, as of 30 Sep 2026.").rules
    ()
    """
    from closeloop.rootcause.tree.issue_tree import IssueTree
    from closeloop.rootcause.tree.pyramid import Pyramid

    if isinstance(what, IssueTree):
        return what.pyramid().findings()
    if isinstance(what, Pyramid):
        return what.findings()
    if not isinstance(what, str):
        raise TypeError(message("pyramid.no_text_type", found=type(what).__name__))
    if not what.strip():
        raise ValueError(message("pyramid.empty"))
    return Findings(pyramid_faults(read_statements(what)))


def read_statements(text: str) -> Statement:
    """Return a markdown text as one statement, its conclusion, with its sections below.

    The conclusion is the first paragraph; where there is none before the first section or list, the title. Further
    paragraphs of a section belong to its lead, in a text without headings and lists each one is a statement.
    """
    top = _Part("", 0)
    trail: list[tuple[int, _Part]] = [(-1, top)]
    fenced = False
    for place, raw in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        if re.match(r"^ {0,3}(?:```|~~~)", raw):
            fenced = not fenced
            continue
        if fenced:
            continue
        heading, item = _HEADING.match(raw), _ITEM.match(raw)
        if heading is None and item is None:
            trail[-1][1].take(raw, place)
            continue
        if heading is not None:
            rank, part = len(heading[1]), _Part(heading[2], place)
            part.numbered = re.match(r"(?:\d+|[一二三四五六七八九十]+)[.、)）]", heading[2]) is not None
            if top.is_empty:
                top.text, top.place = part.text, place  # the title
                continue
        elif item is not None:
            rank, part = _LIST + len(item[1].expandtabs(4)), _Part(item[3], place)
            part.numbered = item[2][0].isdigit()
        while trail[-1][0] >= rank:
            trail.pop()
        trail[-1][1].children.append(part)
        trail.append((rank, part))
    return top.conclusion()


class _Part:
    """A section or list item being read."""

    def __init__(self, text: str, place: int) -> None:
        self.text, self.place, self.numbered = _plain(text), place, False
        self.paragraphs: list[str] = []
        self.children: list[_Part] = []
        self._open, self._first = False, 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been read yet."""
        return not (self.text or self.paragraphs or self.children)

    def take(self, raw: str, place: int) -> None:
        """Take a line that is neither heading nor item."""
        if not raw.strip() or raw.lstrip().startswith("|") or set(raw.strip()) <= set("-=*_ "):
            self._open = False
            return
        if not self.paragraphs:
            self._first = place
        if self._open:
            self.paragraphs[-1] += f" {_plain(raw)}"
        else:
            self.paragraphs.append(_plain(raw))
            self._open = True

    def conclusion(self) -> Statement:
        """Return the whole text: its first paragraph says the conclusion, else its title does."""
        if not self.paragraphs:
            return self.statement()
        self.place = self._first
        answer, *rest = self.paragraphs
        first = first_sentence(answer)
        if not self.children and rest:
            children = tuple(Statement(text=first_sentence(one), lead=one, at=self._at) for one in rest)
        else:
            children = tuple(child.statement() for child in self.children)
        return Statement(text=first, lead=" ".join([answer[len(first) :], *rest]), at=self._at, children=children)

    def statement(self) -> Statement:
        return Statement(
            text=self.text, lead=" ".join(self.paragraphs), numbered=self.numbered, at=self._at,
            children=tuple(child.statement() for child in self.children),
        )  # fmt: skip

    @property
    def _at(self) -> str:
        return f"L{self.place}"


def _plain(text: str) -> str:
    """Return words without the marks of markdown."""
    kept = re.sub(r"!?\[([^\]]*)\]\(([^)]*)\)", r"\1 \2", text)  # a link is a source
    kept = re.sub(r"\s*`\{[^`]*\}`$", "", kept)
    return unescaped(re.sub(r"(?<!\\)[*_`]+|^\s*>\s?", "", kept)).strip()
