"""The commands that are no steps, in the groups in which people look for them."""

from __future__ import annotations

from typing import Any

from closeloop.followup.case.allowed import AllowedEvents
from closeloop.followup.commands.context import Asked, Context
from closeloop.followup.commands.decide import is_permitted
from closeloop.followup.commands.table import command_table
from closeloop.followup.loop.case import Case
from closeloop.followup.stages.guards.registry import GUARDS
from closeloop.text import LocalText, message
from closeloop.widgets.board.command_fields import entries_for
from closeloop.widgets.board.panel_next import main_step
from closeloop.widgets.board.panel_words import here, plain

ONLY_THE_LOOP = ("open_case",)
"""A case is opened on the board, not in its own panel."""

GROUPS: dict[str, tuple[str, ...]] = {
    "talk": ("record_contact", "customer_message", "playback", "record_negotiation", "offer"),
    "find_out": ("add_fact", "add_evidence", "add_stakeholder", "code", "set_severity", "focus", "link_cause"),
    "options": ("add_option", "change_option", "score_option", "assess_risk", "approve"),
    "work": ("add_task", "task_done", "change_task", "promise", "keep_promise", "break_promise"),
    "people": ("assign", "add_watcher", "escalate", "ack_escalation"),
    "time": ("hold", "resume", "set_policy", "draw_lot"),
    "learn": ("lesson", "review_effect", "schedule_remeasure", "remeasure"),
    "record": ("split", "correct"),
}


def recordable(case: Case, context: Context) -> list[dict[str, Any]]:
    """Return the groups of commands that can be given now; of those that have to wait, why.

    Parameters
    ----------
    case : Case
    context : Context
        What the guards may look at.
    """
    groups = []
    for group, names in GROUPS.items():
        given = [_item(case, name, context) for name in names if _may(case, name)]
        if given:
            groups.append({"label": here(message(f"case_panel.group_{group}")), "items": given})
    return groups


def steps(found: AllowedEvents) -> list[dict[str, Any]]:
    """Return the other steps out of the stage of a case, each with what has to be recorded before it."""
    main = main_step(found)
    return [
        {
            "command": each.event,
            "label": here(each.label),
            "why": " ".join(plain(text) for text in each.unmet),
            "direct": not each.unmet and not command_table().commands[each.event].fields,
        }
        for each in found
        if each != main
    ]


def _may(case: Case, name: str) -> bool:
    return is_permitted(case.state, name) or (name == "customer_message" and bool(case.state.value("merged_into")))


def _item(case: Case, name: str, context: Context) -> dict[str, Any]:
    command = command_table().commands[name]
    why = _why_not(case, name, context)
    item = {"command": name, "label": here(command.label), "why": "", "off": False}
    return item if why is None else item | {"why": plain(why), "off": True}


def _why_not(case: Case, name: str, context: Context) -> LocalText | None:
    """Return why a command cannot be given now: nothing is there that it is about, or a guard that no field meets."""
    command = command_table().commands[name]
    for field in command.fields.values():
        if field.type == "entry" and field.required and not entries_for(case, name, field):
            return message("case_panel.none_yet", what=field.label)
    asked = Asked(
        state=case.state, command=name, fields={}, at=context.now, actor=context.actor, context=context
    )  # fmt: skip
    lacking = (GUARDS[guard].check(asked) for guard in command.guards if not GUARDS[guard].with_call)
    return next((text for text in lacking if text is not None), None)
