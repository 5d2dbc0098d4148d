"""A result of several rows as aligned plain text, in the language in use."""

from __future__ import annotations

from closeloop.metrics.result import TableResult
from closeloop.metrics.score_text import pad, width_of
from closeloop.numbers import NO_BREAK
from closeloop.text import language
from closeloop.views.result_table import cell


def result_text(result: TableResult) -> str:
    """Return title, sentence, table and notes."""
    tag = language()
    shown = result.columns
    rows = [[column.title.in_language(tag) for column in shown]]
    rows += [[cell(row, column, tag).replace(NO_BREAK, " ") for column in shown] for row in result.rows()]
    widths = [max(width_of(row[i]) for row in rows) for i in range(len(shown))]
    left = [column.form in ("text", "short", "yes") for column in shown]
    lines = [
        "  ".join(pad(text, width, left=at) for text, width, at in zip(row, widths, left, strict=True)).rstrip()
        for row in rows
    ]
    head = [result.title.in_language(tag), result.sentence.in_language(tag), ""]
    notes = [note.in_language(tag) for note in result.notes]
    return "\n".join([*head, *lines, *([""] if notes else []), *notes]).replace(NO_BREAK, " ")
