"""One question at a time: two in one cannot both be answered."""

from __future__ import annotations

import re
from collections.abc import Iterator

from closeloop.rootcause.worksheet.checks.scope import Note, Scope
from closeloop.rootcause.worksheet.checks.words import as_text
from closeloop.text import message

_JOINED = re.compile(
    r"\b(?:and|or)\s+(?:why|how|what|who|when|where|which)\b"
    r"|(?:和|及|以及|还有|并且|而且|，|,|、)\s*(?:为什么|为何|怎么|怎样|如何|谁|何时|什么|哪)",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:why|how|what|who|when|where|which)\b|为什么|为何|怎么|怎样|如何|谁|何时|什么|哪|[?？吗]", re.IGNORECASE
)


def check(scope: Scope) -> Iterator[Note]:
    """Give each question that is several, or none."""
    for number, entry in enumerate(scope.entries, 1):
        text = as_text(entry.get("question"))
        if not text:
            continue
        marks = len(re.findall(r"[?？]+", text))
        joined = _JOINED.search(text)
        head_asks = joined is not None and _ASKS.search(text[: joined.start()]) is not None
        key = "several_questions" if marks > 1 or head_asks else "" if _ASKS.search(text) else "no_question"
        if key:
            yield Note(
                rule="one_question",
                level="warn",
                message=message(f"worksheet.{key}"),
                suggestion=message(f"worksheet.{key}_do"),
                slot="question",
                entry=number,
            )
