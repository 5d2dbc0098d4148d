"""A negotiation sheet as HTML: four panels with what is missing in each, the offers, the next option."""

from __future__ import annotations

from typing import TYPE_CHECKING

from closeloop.followup.calendar.zone import local_text
from closeloop.followup.playbook.negotiation_sheet import PANELS, SIDES
from closeloop.html import Cell, Column, Html, Section, element, table
from closeloop.text import language
from closeloop.views.findings_table import findings_table
from closeloop.views.playbook_block import checklist_html, playbook_css
from closeloop.views.style import framed
from closeloop.views.words import in_tag, marks, say

if TYPE_CHECKING:
    from closeloop.followup.playbook.negotiation_sheet import NegotiationSheet


def negotiation_html(sheet: NegotiationSheet) -> str:
    """Return a sheet as the HTML of a notebook output, in the language in use."""
    return framed(Html(element("style", playbook_css()) + negotiation_block(sheet, language())), language())


def negotiation_block(sheet: NegotiationSheet, tag: str) -> Html:
    """Return a sheet as a piece of HTML in the language `tag`; it says everything without style, too."""
    following = sheet.next_option
    chosen = "" if following.option is None else str(following.option.get("text") or "")
    head = element(
        "div", element("div", element("b", in_tag(sheet.title, tag))), element("p", in_tag(sheet.sentence, tag)),
        class_="top",
    )  # fmt: skip
    upcoming = element(
        "div", element("h3", say("playbook.head_next", tag)),
        element("p", *([element("b", chosen), " · "] if chosen else []), in_tag(following.reason, tag)),
    )  # fmt: skip
    before = element("div", checklist_html(sheet.checklist, tag, say("playbook.head_before", tag)))
    return element(
        "div", head, element("div", before, upcoming, class_="two"), *(_panel(sheet, panel, tag) for panel in PANELS),
        _offers(sheet, tag), findings_table(sheet.findings(), tag) if sheet.findings() else "",
        class_="block pb negotiation",
    )  # fmt: skip


def _panel(sheet: NegotiationSheet, panel: str, tag: str) -> Html:
    title = say(f"playbook.panel_{panel}", tag)
    rows = [row for row in sheet.rows() if row["panel"].in_language(tag) == title]
    missing = marks(tag).comma.join(in_tag(each, tag) for each in sheet.missing()[panel])
    lack = [" · ", element("span", say("playbook.still_missing", tag, what=missing), class_="lack")] if missing else []
    columns = (
        Column(head=say("playbook.col_asks", tag), css="ask"), Column(head=say("playbook.side_customer", tag)),
        Column(head=say("playbook.side_company", tag)),
    )  # fmt: skip
    cells = tuple(_cells(in_tag(row["asks"], tag), *(in_tag(row[side], tag) for side in SIDES)) for row in rows)
    body = element("div", table(columns, [Section(rows=cells)], css="res"), class_="scroll") if rows else ""
    return element("section", element("h3", title, *lack), body, class_="panel")


def _cells(asks: str, customer: str, company: str) -> tuple[object, ...]:
    """Return a line; what holds for both sides stands there once."""
    if customer == company:
        return (asks, Cell(content=customer or "–", span=2))
    return (asks, customer or "–", company or "–")


def _offers(sheet: NegotiationSheet, tag: str) -> Html:
    if not sheet.offers:
        return Html("")
    columns = tuple(Column(head=say(f"playbook.col_{name}", tag)) for name in ("at", "option", "by", "answer"))
    rows = tuple(
        (
            local_text(each.at, sheet.zone), str(each.option), each.by,
            say(f"playbook.answer_{each.answer}", tag) if each.answer else say("playbook.answer_interim", tag),
        )
        for each in sheet.offers
    )  # fmt: skip
    return element(
        "section", element("h3", say("playbook.head_offers", tag)),
        element("div", table(columns, [Section(rows=rows)], css="res"), class_="scroll"), class_="panel",
    )  # fmt: skip
