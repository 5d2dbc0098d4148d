"""Whoever decides had a choice: two options at least, or the reason why there is one."""

from __future__ import annotations

from collections.abc import Iterator

from closeloop.rootcause.worksheet.checks.scope import Note, Scope
from closeloop.rootcause.worksheet.checks.words import as_text
from closeloop.text import message


def check(scope: Scope) -> Iterator[Note]:
    """Say so if there is one option (or none) and no reason."""
    if scope.begun and len(scope.entries) < 2 and not as_text(scope.own.get("reason")):
        yield Note(
            rule="two_options_or_reason",
            level="error",
            message=message("worksheet.one_option", n=len(scope.entries)),
            suggestion=message("worksheet.one_option_do"),
        )
