"""One person answers for something; a department, a team, several people do not."""

from __future__ import annotations

import re
from collections.abc import Iterator

from closeloop.rootcause.worksheet.checks.scope import Note, Scope
from closeloop.rootcause.worksheet.checks.words import as_text, word_list
from closeloop.text import message

# Two characters on both sides: 王和平 is one person.
_SEVERAL = re.compile(r"\s(?:and|or)\s|[&/;、；]|[\u3400-\u9fff]{2}[和与及][\u3400-\u9fff]{2}", re.IGNORECASE)


def check(scope: Scope) -> Iterator[Note]:
    """Give each owner that is a group or several people."""
    for number, entry in enumerate(scope.entries, 1):
        owner = as_text(entry.get("owner"))
        key = ""
        if owner and word_list("collective").find(owner):
            key = "owner_group"
        elif _SEVERAL.search(owner):
            key = "owner_several"
        if key:
            yield Note(
                rule="owner_is_a_person",
                level="warn",
                message=message(f"worksheet.{key}", owner=owner),
                suggestion=message(f"worksheet.{key}_do", owner=owner),
                slot="owner",
                entry=number,
            )
