"""What comes next for a case: the step to take, what each of its guards says, and the control that mends it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from closeloop.followup.case.allowed import AllowedEvent, AllowedEvents, Checked
from closeloop.followup.commands.decide import is_permitted
from closeloop.followup.commands.table import command_table
from closeloop.followup.loop.case import Case
from closeloop.followup.stages.guards.guard import Guard
from closeloop.followup.stages.guards.registry import GUARDS
from closeloop.followup.stages.table import stage_table
from closeloop.text import LocalText, language, message
from closeloop.views.words import marks
from closeloop.widgets.board.command_fields import has_entries
from closeloop.widgets.board.panel_words import here, plain, without_buttons
from closeloop.written import told_list

MET, MISSING, ASKED = "met", "missing", "asked"
"""A guard is met, or something has to be recorded before, or the form of the step itself asks for it."""


_OF_SEVERE = frozenset({"team", "manager_informed"})
_OF_OPTIONS = frozenset({"option_cause", "option_complete", "steps_and_effect", "feasibility", "risk", "lawful"})
_FEW = 2


def main_step(found: AllowedEvents) -> AllowedEvent | None:
    """Return the step that usually comes next; none for a case that has ended, unless somebody outside decides."""
    table = stage_table()
    first = next(iter(found), None)
    return None if first is None or (table.is_end(found.stage) and first.event != "ruling") else first


def next_view(case: Case, found: AllowedEvents) -> dict[str, Any] | None:
    """Return the next step with all of its guards; None where a case has ended."""
    step = main_step(found)
    if step is None:
        return None
    asked = [each for each in step.checks if not _is_idle(case, each)]
    checks = [check_view(case, step.event, each) for each in asked]
    for view, each in zip(checks, asked, strict=True):
        if view["state"] == ASKED and each.guard.with_call:
            view["words"] = here(message("case_panel.asked"))
    missing = [
        message(f"case_panel.guard_{each.guard.id}")
        for each, view in zip(asked, checks, strict=True)
        if view["state"] == MISSING
    ]
    key = "to_step_missing" if missing else "to_step"
    return {
        "title": here(message(f"case_panel.{key}", step=step.label, what=told_list(missing))),
        "checks": _gathered(checks),
        "command": step.event, "label": here(step.label),
        "why": here(message("case_panel.first", what=told_list(missing))) if missing else "",
        "off": bool(missing), "direct": not command_table().commands[step.event].fields,
    }  # fmt: skip


def _is_idle(case: Case, check: Checked) -> bool:
    """Return whether a guard is met only because there is nothing yet that it could be about."""
    if check.lack is not None:
        return False
    if check.guard.id in _OF_SEVERE:
        return case.severity != "severe"
    options = case.state.added("options", this_cycle=True)
    return check.guard.id in _OF_OPTIONS and all(each.get("interim") for each in options)


def _gathered(checks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what is missing one by one, and what is met on one line if that is much."""
    met = [each["name"] for each in checks if each["state"] == MET]
    if len(met) <= _FEW:
        return checks
    name = marks(language()).comma.join(met)
    line = {"name": name, "state": MET, "words": "", "by": []}
    return [line, *(each for each in checks if each["state"] != MET)]


def refusal(case: Case, command: str, guards: Iterable[str], texts: Iterable[LocalText]) -> list[dict[str, Any]]:
    """Return what a command was refused for, each with the control that mends it."""
    return [
        check_view(case, command, Checked(guard=GUARDS[guard], lack=text))
        for guard, text in zip(guards, texts, strict=True)
    ]


def check_view(case: Case, command: str, check: Checked) -> dict[str, Any]:
    """Return one guard: its name, what is missing in words, and the commands that supply it."""
    guard = check.guard
    view: dict[str, Any] = {"name": here(message(f"case_panel.guard_{guard.id}")), "state": MET, "words": "", "by": []}
    if check.lack is None:
        return view
    by = [
        {"command": name, "label": here(command_table().commands[name].label)}
        for name in guard.by
        if name != command and is_permitted(case.state, name) and has_entries(case, name)
    ]
    words = without_buttons(plain(check.lack), [command_table().commands[command].label, *(a["label"] for a in by)])
    return view | {"state": ASKED if asked_by(guard, command) else MISSING, "words": words, "by": by}


def asked_by(guard: Guard, command: str) -> tuple[str, ...]:
    """Return the fields of a command itself that meet a guard."""
    fields = command_table().commands[command].fields
    return tuple(name for name in guard.fields if name in fields)
