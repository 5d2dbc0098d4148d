"""The codebook of a survey as HTML: one row for each column of the accepted responses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from closeloop.html import Column, Html, Section, element, join, table
from closeloop.text import language
from closeloop.views.style import framed
from closeloop.views.words import in_tag, say

if TYPE_CHECKING:
    from closeloop.survey.codebook_rows import CodebookRow
    from closeloop.survey.survey_codebook import SurveyCodebook

_WIDTHS = {"column": "item", "question": "main", "shown_if": "when"}


def codebook_html(book: SurveyCodebook) -> str:
    """Return a codebook as the HTML of a notebook output, in the language in use."""
    return framed(codebook_table(book, language()), language())


def codebook_table(book: SurveyCodebook, tag: str) -> Html:
    """Return a codebook as a table; whatever stands in labels and conditions is text."""
    heads = {name: say(f"survey_codebook.head_{name}", tag) for name in book.heads() if name != "item"}
    columns = tuple(Column(head=head, css=_WIDTHS.get(name, "")) for name, head in heads.items())
    rows = tuple(tuple(_cell(book, row, name) for name in heads) for row in book.rows)
    caption = join([element("b", in_tag(book.title, tag)), " ", element("span", book.name, class_="soft")])
    body = element("div", table(columns, [Section(rows=rows)], caption=caption, css="t"), class_="scroll", tabindex="0")
    return element("div", body, class_="block")


def _cell(book: SurveyCodebook, row: CodebookRow, name: str) -> Html:
    text = book.cells(row)[name]
    if name in {"column", "shown_if"} and text:
        return element("code", text)
    return join([element("div", line) for line in text.splitlines()]) if "\n" in text else join([text or "–"])
