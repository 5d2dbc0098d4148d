"""The case board as HTML: a column per group of stages, the most urgent case first; it says all without style, too."""

from __future__ import annotations

import datetime as dt
from importlib import resources

from closeloop.followup.board import GROUPS, Board, Card
from closeloop.followup.calendar.zone import local_text
from closeloop.followup.stages.table import stage_table
from closeloop.html import Html, element, join
from closeloop.numbers import number
from closeloop.text import LocalText, language
from closeloop.views.style import framed, shortened
from closeloop.views.words import in_tag, say

MOST = 8
"""So many cards of a column are shown; the others are counted."""


def board_html(board: Board) -> str:
    """Return the board as the HTML of a notebook output, in the language in use."""
    return framed(Html(element("style", board_css()) + board_block(board, language())), language())


def board_css() -> Html:
    """Return the style sheet of boards."""
    sheet = resources.files("closeloop").joinpath("views", "board.css")
    return Html(shortened(sheet.read_text(encoding="utf-8")))


def board_block(board: Board, tag: str) -> Html:
    """Return the board as a piece of HTML in the language `tag`."""
    head = element(
        "div",
        element("b", say("board.title", tag)), " ",
        element("span", say("board.as_of", tag, time=local_text(board.now, board.zone, named=True)), class_="soft"),
        class_="head",
    )  # fmt: skip
    columns = [_column(board, group, tag) for group in GROUPS]
    return element(
        "div", head, element("p", in_tag(board.sentence, tag)),
        element("p", in_tag(board.reconciliation, tag), class_="soft"),
        element("div", *columns, _closed(board, tag), class_="columns"), class_="block board",
    )  # fmt: skip


def _column(board: Board, group: str, tag: str) -> Html:
    cards = board.column(group)
    more = say("board.more", tag, n=len(cards) - MOST)
    return element(
        "section",
        element("h3", say(f"board.group_{group}", tag), " ", element("span", len(cards), class_="soft")),
        element("ul", *(_card(card, board.now, tag) for card in cards[:MOST])) if cards else "",
        element("p", more, class_="soft") if len(cards) > MOST else "",
    )


def _card(card: Card, now: dt.datetime, tag: str) -> Html:
    stage = stage_table().stage(card.stage)
    label = in_tag(stage.label, tag) if stage is not None else card.stage
    score = "" if card.score is None else say("board.score", tag, score=number(card.score))
    meta = join([part for part in (label, card.owner or say("board.nobody", tag), score) if part], " · ")
    lines = [
        element("div", element("b", in_tag(card.title, tag)), " ", element("span", f"#{card.number}", class_="soft")),
        element("div", meta, class_="soft"),
    ]
    if card.hold:
        lines.append(element("div", say(f"board.on_hold_{card.hold}", tag), class_="hold"))
    if card.due is not None and card.due_at is not None:
        lines.append(element("div", due_words(card.due, card.due_at, now, tag), class_="due"))
    return element("li", *lines, class_="card late" if card.is_late else "card")


def due_words(what: LocalText, due_at: dt.datetime, now: dt.datetime, tag: str) -> str:
    """Return what falls due and how far off that is: ``first response, 6 h left``."""
    seconds = (due_at - now).total_seconds()
    key = "board.late" if seconds < 0 else "board.left"
    return say(key, tag, what=in_tag(what, tag), time=span_words(abs(seconds), tag))


def span_words(seconds: float, tag: str) -> str:
    """Return a length of time in its largest unit: days from two on, hours from one on, else minutes."""
    minutes = int(seconds // 60)
    if minutes >= 2 * 24 * 60:
        return say("board.time_days", tag, n=minutes // (24 * 60))
    if minutes >= 60:
        return say("board.time_hours", tag, n=minutes // 60)
    return say("board.time_minutes", tag, n=minutes)


def _closed(board: Board, tag: str) -> Html:
    counted = [(stage, n) for stage, n in board.closed.items() if n]
    most = max((n for _, n in counted), default=1)
    rows = []
    for stage, n in counted:
        found = stage_table().stage(stage)
        bar = element("span", class_="bar", style=f"width:{100 * n / most:.0f}%")
        rows.append(element("li", in_tag(found.label, tag) if found else stage, " ", element("b", n), bar))
    total = sum(board.closed.values())
    return element(
        "section", element("h3", say("board.group_closed", tag), " ", element("span", total, class_="soft")),
        element("ul", *rows, class_="closed") if rows else "",
    )  # fmt: skip
