"""A day by which something shall be done lies ahead."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from closeloop.rootcause.worksheet.checks.scope import Note, Scope
from closeloop.rootcause.worksheet.checks.words import as_text
from closeloop.text import message


def check(scope: Scope) -> Iterator[Note]:
    """Give each day that is past; nothing where no day of today is given."""
    if scope.today is None:
        return
    for number, entry in enumerate(scope.entries, 1):
        written = as_text(entry.get("due"))
        if written and date.fromisoformat(written) < scope.today:
            yield Note(
                rule="due_in_future",
                level="warn",
                message=message("worksheet.due_past", due=written, today=scope.today.isoformat()),
                suggestion=message("worksheet.due_past_do"),
                slot="due",
                entry=number,
            )
