"""What is claimed says what it rests on."""

from __future__ import annotations

from collections.abc import Iterator

from closeloop.rootcause.worksheet.checks.scope import Note, Scope
from closeloop.rootcause.worksheet.checks.words import as_text
from closeloop.text import message


def check(scope: Scope) -> Iterator[Note]:
    """Give each entry that says something (its `text`, or anything where that is not asked) without evidence."""
    for number, entry in enumerate(scope.entries, 1):
        says = as_text(entry.get("text")) if "text" in scope.asked else scope.started[number - 1]
        if says and not as_text(entry.get("evidence")):
            yield Note(
                rule="evidence_needed",
                level="warn",
                message=message("worksheet.no_evidence"),
                suggestion=message("worksheet.no_evidence_do"),
                slot="evidence",
                entry=number,
            )
