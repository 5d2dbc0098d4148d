"""Who talked to the customer when, and all that happened, in a case's panel: the newest first, page by page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from closeloop.followup.case.history import history, value_text
from closeloop.followup.commands.decide import is_permitted
from closeloop.followup.commands.table import command_table
from closeloop.followup.commands.values import utc_time
from closeloop.followup.event import is_said
from closeloop.followup.loop.case import Case
from closeloop.followup.playbook.cards import STYLES
from closeloop.followup.state import Entry
from closeloop.text import language, message
from closeloop.views.words import marks
from closeloop.widgets.board.panel_words import folded, here, moment

SHORT = 5
"""So many rows stand in a list that is folded."""
PAGE = 50
"""So many rows stand on a page of one that is not."""
_ICONS = {"phone": "phone", "email": "mail", "letter": "mail", "chat": "speak", "social": "people", "desk": "people"}
_COMMANDS = {"contacts": "record_contact", "messages": "customer_message", "openings": "open_case"}
_SAID = ("words", "summary", "goal", "protocol", "emotion", "next_update_on")
Row = TypeVar("Row")


def log_block(case: Case, now: dt.datetime, unfolded: Mapping[str, int]) -> dict[str, Any]:
    """Return contacts and messages, and how it all began."""
    talks = [(kind, each) for kind in _COMMANDS for each in case.state.added(kind)]
    talks.sort(key=lambda each: (each[1].at, each[1].seq), reverse=True)
    rows, fold = paged(talks, "log", unfolded)
    add = {"command": "record_contact", "label": here(command_table().commands["record_contact"].label)}
    return {
        "key": "log", "title": here(message("case_panel.log")), "note": str(len(talks)), "css": "log", "fold": fold,
        "rows": [_talk(kind, each, case, now, unfolded) for kind, each in rows],
        "acts": [add] if is_permitted(case.state, "record_contact") else [],
    }  # fmt: skip


def history_block(case: Case, now: dt.datetime, unfolded: Mapping[str, int]) -> dict[str, Any]:
    """Return all that happened; folded to begin with."""
    page, is_open, n = unfolded.get("history", 0), "history" in unfolded, len(case.events)
    events = case.events[max(0, n - (page + 1) * PAGE) : max(0, n - page * PAGE)] if is_open else ()
    return {
        "key": "history", "title": here(message("case_panel.history")), "note": str(n), "css": "log",
        "rows": [
            {
                "when": moment(dt.datetime.fromisoformat(each["at"]), case.zone, now), "right": each["actor"],
                **folded(here(each["what"]), here(each["said"]), f"history:{each['seq']}", unfolded),
            }
            for each in reversed(history(events).rows())
        ],
        "fold": _fold("history", is_open=is_open, page=page, rows=n, label="show_history"),
    }  # fmt: skip


def paged(rows: Sequence[Row], part: str, unfolded: Mapping[str, int]) -> tuple[Sequence[Row], dict[str, Any] | None]:
    """Return the rows that are shown, and what unfolds the others; None where there are no more."""
    if len(rows) <= SHORT:
        return rows, None
    page, is_open = unfolded.get(part, 0), part in unfolded
    shown = rows[page * PAGE : (page + 1) * PAGE] if is_open else rows[:SHORT]
    return shown, _fold(part, is_open=is_open, page=page, rows=len(rows), label="show_all")


def _fold(part: str, *, is_open: bool, page: int, rows: int, label: str) -> dict[str, Any]:
    fold: dict[str, Any] = {"part": part, "open": is_open, "label": here(message(f"case_panel.{label}", n=rows))}
    if is_open and rows > PAGE:
        pages = -(-rows // PAGE)
        fold |= {"page": page, "pages": pages, "text": here(message("case_panel.page", page=page + 1, pages=pages))}
    return fold


def _talk(kind: str, entry: Entry, case: Case, now: dt.datetime, unfolded: Mapping[str, int]) -> dict[str, Any]:
    channel = str(entry.get("channel") or "")
    by = command_table().told(command_table().commands["record_contact"].fields["channel"], channel)
    key = "opened_by" if kind == "openings" else "went" if entry.get("direction") == "outbound" else "came"
    at = utc_time(entry.get("received_at")) or entry.at
    text = marks(language()).clause.join([here(message(f"case_panel.{key}", by=by)), *_reached(kind, entry)])
    return {
        "when": moment(at, case.zone, now), "icon": _ICONS.get(channel, "doc"),
        **folded(text, _about(kind, entry), f"{kind}:{entry.seq}", unfolded),
    }  # fmt: skip


def _reached(kind: str, entry: Entry) -> list[str]:
    """Return whether somebody spoke to somebody; of a message there is no question."""
    if kind != "contacts":
        return []
    if entry.get("human") is False:
        return [here(message("case_panel.automatic"))]
    if entry.get("reached") is None:
        return []
    return [here(message("case_panel.reached" if entry.get("reached") else "case_panel.not_reached"))]


def _about(kind: str, entry: Entry) -> str:
    table = command_table()
    fields = table.commands[_COMMANDS[kind]].fields
    told = [
        here(message("case_panel.of_field", label=field.label, value=value_text(entry.get(name), field, table, "UTC")))
        for name, field in fields.items()
        if name in _SAID and is_said(entry.get(name))
    ]
    style = entry.get("style")
    if style in STYLES and style != "unknown":
        told.append(here(message(f"playbook.style_{style}")))
    return marks(language()).semicolon.join(told)
