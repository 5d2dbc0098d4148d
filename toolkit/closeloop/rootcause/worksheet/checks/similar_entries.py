"""Two entries that say the same in other words."""

from __future__ import annotations

from collections.abc import Iterator

from closeloop.rootcause.whys.similarity import similarity
from closeloop.rootcause.worksheet.checks.scope import Note, Scope
from closeloop.rootcause.worksheet.checks.words import as_text
from closeloop.text import message

ALIKE = 0.75
"""From here on two entries are held side by side. A threshold of ours, stricter than that of a tautology: entries of a
list are about one thing and share its words anyway."""


def check(scope: Scope) -> Iterator[Note]:
    """Give each entry that is like an earlier one; the earliest is named."""
    texts = [as_text(entry.get("text")) for entry in scope.entries]
    for number, text in enumerate(texts):
        twin = next((at for at in range(number) if similarity(texts[at], text) >= ALIKE), None)
        if twin is not None:
            yield Note(
                rule="similar_entries",
                level="warn",
                message=message("worksheet.similar", n=twin + 1, text=texts[twin]),
                suggestion=message("worksheet.similar_do"),
                slot="text",
                entry=number + 1,
            )
