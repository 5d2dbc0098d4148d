"""A survey from the text of 问卷星. What the text does not say is guessed, and marked to be confirmed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from closeloop.survey.findings import Finding, definition_error
from closeloop.survey.wjx_text import marks
from closeloop.survey.wjx_text.items import Block, items_of
from closeloop.text import message

if TYPE_CHECKING:
    from closeloop.survey.survey import Survey

_HANZI = re.compile(r"[\u3400-\u9fff]")
_MOST_CHARACTERS = 1_000_000
_MOST_LINE = 10_000
_PAGE = re.compile(r"={3,}\s?(?:分页)?\s?=*|\[分页栏?\]|【分页栏?】")


def from_wjx_text(text: str, *, id: str) -> Survey:
    """Return the survey that a text of 问卷星 describes; see `Survey.from_wjx_text`."""
    from closeloop.survey.load import survey_from_dict

    lines = _lines(text)
    start = next((place for place, line in enumerate(lines) if line), None)
    if start is None:
        raise definition_error("", [Finding(code="empty", line=1, message=message("wjx_text.empty"))])
    pages = _pages(lines, start + 1)
    if not any(block.question or block.guessed for page in pages for block in page):
        raise definition_error("", [Finding(code="no_question", line=1, message=message("wjx_text.no_question"))])
    tag = "zh-CN" if _HANZI.search(text) else "en"
    taken: set[str] = set()
    written = [[item for block in page for item in items_of(block, tag, taken)] for page in pages]
    data = {
        "format": 1,
        "id": id,
        "version": 1,
        "stage": "draft",
        "languages": [tag],
        "title": lines[start],
        "pages": [{"name": f"page{n}", "items": items} for n, items in enumerate(filter(None, written), start=1)],
    }
    return survey_from_dict(data)


def _lines(text: str) -> list[str]:
    if len(text) > _MOST_CHARACTERS:
        found = Finding(code="long", line=1, message=message("wjx_text.long", most=_MOST_CHARACTERS))
        raise definition_error("", [found])
    lines = [" ".join(line.replace("\ufeff", "").replace("\x00", "").split()) for line in text.splitlines()]
    for number, line in enumerate(lines, start=1):
        if len(line) > _MOST_LINE:
            found = Finding(code="long", line=number, message=message("wjx_text.long", most=_MOST_LINE))
            raise definition_error("", [found])
    return lines


def _pages(lines: Sequence[str], start: int) -> list[list[Block]]:
    """Return the blocks of each page: first the description, then questions and paragraphs."""
    pages: list[list[Block]] = [[]]
    expected = 1
    block: Block | None = None
    for place in range(start, len(lines)):
        line = lines[place]
        if not line:
            block = _after_blank(block, lines, place)
            continue
        if _PAGE.fullmatch(line):
            if pages[-1]:
                pages.append([])
            block = None
            continue
        question = marks.QUESTION.fullmatch(line)
        numbered = None if question or block is not None else marks.NUMBERED.fullmatch(line)
        guessed = numbered is not None and int(numbered["number"]) == expected
        if question or guessed or block is None:
            block = Block(place + 1, question=question, guessed=guessed)
            pages[-1].append(block)
            expected += bool(question or guessed)
        block.lines.append(line)
    return [page for page in pages if page]


def _after_blank(block: Block | None, lines: Sequence[str], place: int) -> Block | None:
    """Return the block that goes on after a blank line: a matrix whose columns are still to come."""
    if block is None or block.question is None or "矩阵" not in block.question["label"]:
        return None
    following = next((line for line in lines[place:] if line), "")
    return block if following.rstrip("：:") in {"行", "列"} or following.startswith("-") else None
