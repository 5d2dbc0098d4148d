"""Words that promise and say nothing: soon, better, as far as possible, 加强, 尽快."""

from __future__ import annotations

from collections.abc import Iterator

from closeloop.rootcause.worksheet.checks.scope import Note, Scope
from closeloop.rootcause.worksheet.checks.words import as_text, word_list
from closeloop.text import message


def check(scope: Scope) -> Iterator[Note]:
    """Give each text that holds such a word."""
    for number, entry in enumerate(scope.entries, 1):
        word = word_list("empty").find(as_text(entry.get("text")))
        if word:
            yield Note(
                rule="vague_words",
                level="warn",
                message=message("worksheet.vague", word=word),
                suggestion=message("worksheet.vague_do"),
                slot="text",
                entry=number,
            )
