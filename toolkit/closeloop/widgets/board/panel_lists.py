"""What was recorded of a case, in its panel: tasks, promises, options, evidence, and what is at fault."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from closeloop.followup.case.history import value_text
from closeloop.followup.commands.decide import is_permitted
from closeloop.followup.commands.table import Field, command_table
from closeloop.followup.commands.values import utc_time
from closeloop.followup.event import is_private, is_said
from closeloop.followup.loop.case import Case
from closeloop.followup.loop.moments import Moment
from closeloop.followup.privacy.masking import masked_text
from closeloop.followup.state import Entry
from closeloop.text import LocalText, language, message
from closeloop.views.words import marks
from closeloop.widgets.board.command_fields import entry_title
from closeloop.widgets.board.panel_log import paged
from closeloop.widgets.board.panel_words import folded, here, moment, plain


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of entries.

    Attributes
    ----------
    kind : str
        Of the entries.
    add : str
        The command that adds one.
    front : str
        The field that is the row.
    back : tuple of str
        The fields that stand below it; the history has all of them.
    acts : tuple of str
        What can be done to one that is still open.
    """

    kind: str
    add: str
    front: str
    back: tuple[str, ...]
    acts: tuple[str, ...] = ()


LISTS = (
    Listed("tasks", "add_task", "what", ("owner", "due_on", "priority"), ("task_done", "change_task")),
    Listed("promises", "promise", "what", ("due_at", "to"), ("keep_promise", "break_promise")),
    Listed(
        "options", "add_option", "text", ("owner", "due_on", "cost", "currency", "lawful", "interim"),
        ("offer", "change_option"),
    ),
    Listed("evidence", "add_evidence", "kind", ("state", "what", "source", "date")),
    Listed("facts", "add_fact", "text", ("source", "date")),
    Listed("causes", "link_cause", "cause", ("level", "cause_class")),
    Listed("stakeholders", "add_stakeholder", "role", ("name", "attitude", "influence")),
    Listed("risks", "assess_risk", "what", ("option", "source", "response", "owner")),
    Listed("watchers", "add_watcher", "who", ("role",)),
    Listed("lessons", "lesson", "root", ("trigger", "gains", "losses")),
)  # fmt: skip
_ENDING = frozenset({"tasks", "promises"})
_ICONS = {"error": "alert", "warn": "warn"}


def list_blocks(case: Case, now: dt.datetime, unfolded: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return a block for each kind of entry of which there are some."""
    return [_list(case, each, now, unfolded) for each in LISTS if case.state.added(each.kind)]


def findings_block(case: Case, now: Moment | None) -> dict[str, Any] | None:
    """Return what is at fault with a case, and what mends it."""
    found = case.findings(now)
    if not len(found):
        return None
    rows = [
        {
            "icon": _ICONS.get(each.level, "ask"), "text": plain(each.message), "level": each.level,
            "sub": f"→ {plain(each.suggestion)}" if each.suggestion else "",
        }
        for each in found
    ]  # fmt: skip
    return {
        "key": "findings", "title": here(message("case_panel.findings")), "note": str(len(found)), "rows": rows,
    }  # fmt: skip


def _list(case: Case, listed: Listed, now: dt.datetime, unfolded: Mapping[str, int]) -> dict[str, Any]:
    entries = list(reversed(case.state.added(listed.kind)))
    entries.sort(key=lambda each: _is_over(listed.kind, each))
    rows, fold = paged(entries, listed.kind, unfolded)
    done, n = sum(_is_over(listed.kind, each) for each in entries), len(entries)
    note = here(message("case_panel.open_of", open=n - done, done=done)) if listed.kind in _ENDING else str(n)
    may = is_permitted(case.state, listed.add)
    return {
        "key": listed.kind, "title": here(message(f"case_panel.list_{listed.kind}")), "note": note, "fold": fold,
        "rows": [_row(case, listed, each, now, unfolded, acts=listed.acts if may else ()) for each in rows],
        "acts": [_act(listed.add)] if may else [],
    }  # fmt: skip


def _row(
    case: Case, listed: Listed, entry: Entry, now: dt.datetime, unfolded: Mapping[str, int], *, acts: tuple[str, ...]
) -> dict[str, Any]:
    fields = command_table().commands[listed.add].fields
    parts = [_state(listed.kind, entry, case, now)]
    parts += [_said(entry, name, fields[name], case, now) for name in listed.back]
    is_over = _is_over(listed.kind, entry)
    text = here(message("case_panel.numbered", n=entry.seq, text=_front(entry, listed, fields[listed.front])))
    sub = marks(language()).semicolon.join(part for part in parts if part)
    row = folded(text, sub, f"{listed.kind}:{entry.seq}", unfolded)
    if listed.kind in _ENDING:
        row["icon"] = "out" if entry.get("dropped") or entry.get("kept") is False else "ok" if is_over else "clock"
    if acts and not is_over:
        row["acts"] = [_act(each) | {"fields": {_names(each, listed.kind): entry.seq}} for each in acts]
    return row


def _act(command: str) -> dict[str, Any]:
    return {"command": command, "label": here(command_table().commands[command].label)}


def _names(command: str, kind: str) -> str:
    """Return the field by which a command names an entry of a kind."""
    fields = command_table().commands[command].fields
    return next(name for name, field in fields.items() if field.type == "entry" and field.of == kind)


def _front(entry: Entry, listed: Listed, field: Field) -> str:
    value = entry.get(listed.front)
    if is_private(value):
        return here(masked_text(value))
    return here(value_text(value, field, command_table(), "UTC")) if is_said(value) else entry_title(entry, listed.kind)


def _said(entry: Entry, name: str, field: Field, case: Case, now: dt.datetime) -> str:
    value = entry.get(name)
    if not is_said(value) or value == field.default:
        return ""
    at = utc_time(value) if field.type == "datetime" else None
    told = value_text(value, field, command_table(), case.zone) if at is None else LocalText(moment(at, case.zone, now))
    return here(message("case_panel.of_field", label=field.label, value=told))


def _state(kind: str, entry: Entry, case: Case, now: dt.datetime) -> str:
    """Return what became of a task or a promise."""
    if entry.get("dropped"):
        return here(message("case_panel.dropped"))
    over = entry.get("done_at") or entry.get("kept_at") or entry.get("broken_at")
    at = over if isinstance(over, dt.datetime) else utc_time(over)
    if at is None:
        return ""
    key = "done" if kind == "tasks" else "kept" if entry.get("kept") else "broken"
    return here(message(f"case_panel.was_{key}", at=moment(at, case.zone, now)))


def _is_over(kind: str, entry: Entry) -> bool:
    if kind == "tasks":
        return entry.get("done_at") is not None or bool(entry.get("dropped"))
    return kind == "promises" and entry.get("kept") is not None
