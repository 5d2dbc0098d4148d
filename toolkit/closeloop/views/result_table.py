"""A result of several rows as HTML: its sentence over its table, its notes below."""

from __future__ import annotations

from closeloop.html import Column, Html, Section, element, join, table
from closeloop.metrics.result import Shown, TableResult
from closeloop.numbers import number
from closeloop.views.words import say
from closeloop.written import write, write_interval

MOST_ROWS = 200


_CSS = {"text": "", "yes": "", "short": "short"}


def result_table(result: TableResult, tag: str) -> Html:
    """Return a result with its caption, table and notes; at most `MOST_ROWS` rows, the rest counted."""
    columns = tuple(
        Column(head=column.title.in_language(tag), css=_CSS.get(column.form, "num")) for column in result.columns
    )
    rows = result.rows()
    cells = tuple(tuple(cell(row, column, tag) for column in result.columns) for row in rows[:MOST_ROWS])
    caption = two_lines(result.title.in_language(tag), result.sentence.in_language(tag))
    parts = [element("div", table(columns, [Section(rows=cells)], caption=caption, css="res"), class_="scroll")]
    notes = [note.in_language(tag) for note in result.notes]
    if len(rows) > MOST_ROWS:
        notes.insert(0, say("rows_left_out", tag, count=number(len(rows) - MOST_ROWS)))
    parts += [element("p", note, class_="note") for note in notes]
    return element("div", *parts, class_="block")


def cell(row: dict[str, object], column: Shown, tag: str) -> str:
    """Return one value of a row as it is written in its column."""
    if column.high is not None:
        return write_interval(row.get(column.name), row.get(column.high), column.form, tag, column.digits)
    return write(row.get(column.name), column.form, tag, column.digits)


def two_lines(title: str, sentence: str) -> Html:
    """Return a caption whose title has a line of its own, also where the style is stripped (an untrusted notebook).

    Examples
    --------
    >>> two_lines("NPS by region", "318 answered.")
    '<div><b>NPS by region</b></div><div><span>318 answered.</span></div>'
    """
    return join([element("div", element("b", title)), element("div", element("span", sentence))])
