"""An interest says why somebody wants something; it must not repeat what they demand."""

from __future__ import annotations

import re
from collections.abc import Iterator

from closeloop.rootcause.whys.similarity import TAUTOLOGY, similarity
from closeloop.rootcause.worksheet.checks.scope import Note, Scope
from closeloop.rootcause.worksheet.checks.words import as_text
from closeloop.text import message

# What only says that somebody wants: without it the wish itself is compared.
_WANTS = re.compile(
    r"\b(?:i|we|he|she|they|the customer|the company)?\s*(?:wants?|demands?|asks? for|insists? on|requires?|needs?|"
    r"would like|wishes|expects?)(?: to)?\b"
    r"|(?:客户|公司|我方|对方|我们|他们)?(?:要求|希望|想要|必须|坚持|需要|期望|请求)",
    re.IGNORECASE,
)


def check(scope: Scope) -> Iterator[Note]:
    """Give each interest that is missing beside a position, or says the same."""
    for number, entry in enumerate(scope.entries, 1):
        position, interest = (as_text(entry.get(slot)) for slot in ("position", "interest"))
        key = ""
        if position and not interest:
            key = "interest_missing"
        elif position and repeats(position, interest):
            key = "interest_repeats"
        if key:
            yield Note(
                rule="interest_not_position",
                level="warn",
                message=message(f"worksheet.{key}"),
                suggestion=message("worksheet.interest_do"),
                slot="interest",
                entry=number,
            )


def repeats(position: str, interest: str) -> bool:
    """Say whether an interest only repeats the position.

    Examples
    --------
    >>> repeats("We want a full refund", "The customer wants a full refund")
    True
    >>> repeats("要求全额退款", "担心以后再出问题没有人管")
    False
    """
    one, other = (_WANTS.sub(" ", text) for text in (position, interest))
    return max(similarity(position, interest), similarity(one, other)) >= TAUTOLOGY
