"""A playbook as plain text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from closeloop.followup.calendar.zone import local_text
from closeloop.text import language
from closeloop.views.words import in_tag, marks, say

if TYPE_CHECKING:
    from closeloop.followup.playbook.playbook import Playbook


def playbook_text(book: Playbook) -> str:
    """Return the whole playbook in the language in use; phrases in the customer's."""
    tag = language()
    lines = [in_tag(book.title, tag), in_tag(book.sentence, tag)]
    lines += _part("cautions", [in_tag(each, tag) for each in book.cautions], tag)
    lines += _part("say", [each.text.in_language(book.language) for each in book.phrases], tag)
    asked = [
        f"{each.text.in_language(book.language)} {say(f'playbook.kind_{each.kind}', tag)}" for each in book.questions
    ]
    lines += _part("ask", asked, tag)
    lines += _part("checks", [f"[{mark_of(each.done)}] {in_tag(each.text, tag)}" for each in book.checks], tag)
    if book.cards:
        lines += ["", say("playbook.head_cards", tag)]
        for shown in book.cards:
            lines.append(f"  {in_tag(shown.card.title, tag)}{marks(tag).colon}{in_tag(shown.reason, tag)}")
            lines += [f"    {number}. {in_tag(step, tag)}" for number, step in enumerate(shown.card.steps, 1)]
    lines += _part("remedies", [marks(tag).comma.join(in_tag(each, tag) for each in book.remedies)], tag)
    tools = [f"{each.worksheet}{marks(tag).colon}{in_tag(each.why, tag)}" for each in book.tools]
    lines += _part("tools", tools, tag)
    moods = [f"{local_text(each.at, book.zone)} {in_tag(each.label, tag)} ({each.tagged_by})" for each in book.moods]
    lines += _part("moods", moods, tag)
    return "\n".join([*lines, "", in_tag(book.notes[-1], tag)])


def mark_of(done: bool | None) -> str:
    """Return the mark of a line of a checklist."""
    return "?" if done is None else "x" if done else " "


def _part(name: str, lines: Iterable[str], tag: str) -> list[str]:
    said = [line for line in lines if line]
    return ["", say(f"playbook.head_{name}", tag), *(f"  – {line}" for line in said)] if said else []
