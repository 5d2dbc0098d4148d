"""The whole matter in one sentence: because …, therefore …, we recommend …."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from closeloop.rootcause.worksheet.checks.scope import Note, Scope
from closeloop.rootcause.worksheet.checks.words import as_text
from closeloop.text import message
from closeloop.written import told_list

_PARTS: Mapping[str, re.Pattern[str]] = {
    "because": re.compile(r"\b(?:because|since|as|due to|given)\b|因为|由于|鉴于", re.IGNORECASE),
    "therefore": re.compile(r"\b(?:therefore|thus|so|hence|consequently)\b|所以|因此|因而|故", re.IGNORECASE),
    "recommend": re.compile(
        r"\b(?:recommend|suggest|propose|advise|we (?:should|will|shall|ask|want))\w*|建议|提议|应当|主张|请批准",
        re.IGNORECASE,
    ),
}
_ENDS = re.compile(r"[.!?。！？](?:\s|$)|[。！？]")


def check(scope: Scope) -> Iterator[Note]:
    """Give the sentences that lack a part, and those that are several."""
    for number, entry in enumerate(scope.entries, 1):
        text = as_text(entry.get("sentence"))
        if not text:
            continue
        lacking = [message(f"worksheet.sentence_{name}") for name, part in _PARTS.items() if not part.search(text)]
        found = [("sentence_lacks", {"parts": told_list(lacking)})] if lacking else []
        if len(_ENDS.findall(text.rstrip())) > 1:
            found.append(("sentence_several", {}))
        for key, fields in found:
            yield Note(
                rule="one_sentence",
                level="warn",
                message=message(f"worksheet.{key}", **fields),
                suggestion=message(f"worksheet.{key}_do"),
                slot="sentence",
                entry=number,
            )
