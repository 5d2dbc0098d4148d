"""A case as HTML: where it stands, what its clocks show, what can be done next and what that still needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from closeloop.followup.calendar.zone import local_text
from closeloop.followup.case.history import code_text
from closeloop.followup.commands.table import command_table
from closeloop.followup.commands.values import utc_time
from closeloop.followup.stages.table import stage_table
from closeloop.html import Column, Html, Section, element, join, table
from closeloop.text import language
from closeloop.views.board_block import board_css, due_words
from closeloop.views.style import framed
from closeloop.views.words import in_tag, marks, say

if TYPE_CHECKING:
    from closeloop.followup.loop.case import Case

_KINDS = ("facts", "evidence", "contacts", "messages", "options", "tasks", "promises", "lessons")


def case_html(case: Case) -> str:
    """Return a case as the HTML of a notebook output, in the language in use."""
    return framed(Html(element("style", board_css()) + case_block(case, language())), language())


def case_block(case: Case, tag: str) -> Html:
    """Return a case as a piece of HTML in the language `tag`; names and words stay masked."""
    stage = stage_table().stage(case.stage)
    title = say("board.case_title", tag, number=case.number, id=case.case_id)
    facts = [
        in_tag(stage.label, tag) if stage is not None else case.stage,
        case.owner or say("board.nobody", tag),
        say(f"board.severity_{case.severity}", tag) if case.severity else "",
        say("board.cycle", tag, n=case.state.cycle) if case.state.cycle > 1 else "",
        say(f"board.on_hold_{case.state.hold}", tag) if case.state.hold else "",
    ]
    head = element("div", element("b", title), " ", element("span", " · ".join(x for x in facts if x), class_="soft"))
    added = [
        say("board.added", tag, what=say(f"board.{kind}", tag), n=len(case.state.added(kind)))
        for kind in _KINDS
        if case.state.added(kind)
    ]
    said = element("p", marks(tag).comma.join(added), class_="soft") if added else ""
    sealed = any(event.key_id for event in case.events)
    ways = [say("board.way_reveal", tag, number=case.number)] if sealed else []
    ways.append(say("board.way_more", tag))
    foot = element("p", marks(tag).gap.join(ways), class_="soft")
    parts = (head, _matter(case, tag), said, _clocks(case, tag), _next(case, tag), foot)
    return element("div", *parts, class_="block board case")


def _matter(case: Case, tag: str) -> Html:
    """Return what it is about and how it reached us, as far as that is not private."""
    value, table = case.state.value, command_table()
    fields = table.commands["open_case"].fields
    parts = [say(f"board.kind_{value('kind') or 'other'}", tag)]
    if code := value("code"):
        parts.append(in_tag(code_text("conflict-types", str(code)), tag))
    if channel := value("channel"):
        parts.append(in_tag(table.told(fields["channel"], str(channel)), tag))
    received = utc_time(value("received_at"))
    if received is not None:
        parts.append(say("board.received", tag, time=local_text(received, case.events[0].zone)))
    return element("p", " · ".join(parts))


def _clocks(case: Case, tag: str) -> Html:
    clocks = case.clocks()
    lines = [
        element(
            "li",
            due_words(reading.label, reading.due_at, clocks.now, tag),
            class_="late" if reading.is_late else None,
        )
        for reading in clocks.readings
        if reading.is_open and reading.due_at is not None
    ]
    if not lines:
        return Html("")
    return element("div", element("h3", say("board.clocks", tag)), element("ul", *lines, class_="due"))


def _next(case: Case, tag: str) -> Html:
    columns = (Column(head=say("board.step", tag)), Column(head=say("board.missing", tag)))
    rows = tuple(
        (
            join([element("b", in_tag(each.label, tag)), Html(" "), element("code", each.event)]),
            element("ul", *(element("li", in_tag(text, tag)) for text in each.unmet)) if each.unmet else "✓",
        )
        for each in case.allowed()
    )
    if not rows:
        return Html("")
    caption = element("b", say("board.next", tag))
    return element("div", table(columns, [Section(rows=rows)], caption=caption, css="res"), class_="scroll")
