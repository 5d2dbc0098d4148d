"""The form of a command: its fields from the table, what is preset, what is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from closeloop.followup.clock.policy_file import shipped_policies
from closeloop.followup.commands.table import Command, command_table
from closeloop.followup.loop.case import Case
from closeloop.text import LocalText, message
from closeloop.widgets.board.command_fields import Around, controls
from closeloop.widgets.board.command_values import WHEN, specs
from closeloop.widgets.board.panel_words import here

if TYPE_CHECKING:
    from closeloop.followup.loop.loop import Loop

REVEAL = "reveal"
"""No command of the table: showing what is sealed, which asks for a reason as a form does."""
_FEW = 6
"""A form of so many fields is shown whole; of a longer one the rest is folded away."""
_FIRST = 3
_RULES = "rules"


@dataclass(slots=True)
class OpenForm:
    """The form that stands open in a panel.

    Attributes
    ----------
    command : str
    section : str
        In which part of the panel it was asked for: there it stands.
    version : int
        What of the case whoever fills it in has seen.
    preset : dict
        Field → value to begin with.
    turn : int
        Rises each time that the page should look at it anew.
    first : str
        Where the focus goes.
    errors : dict
        Field → what is wrong with it.
    error : str
        What is wrong with the whole.
    lacking, texts : tuple
        Guards that refused it, and what each missed.
    """

    command: str
    section: str
    version: int
    preset: dict[str, Any] = field(default_factory=dict)
    turn: int = 1
    first: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    error: str = ""
    lacking: tuple[str, ...] = ()
    texts: tuple[LocalText, ...] = ()


def form_view(case: Case, loop: Loop, form: OpenForm, needed: Iterable[str]) -> dict[str, Any]:
    """Return a form as a page draws it.

    Parameters
    ----------
    case : Case
    loop : Loop
    form : OpenForm
    needed : iterable of str
        Fields by which a guard of the step is met: they are shown at once.
    """
    if form.command == REVEAL:
        return _reveal_view(form)
    command, around = command_table().commands[form.command], _around(case, loop)
    first = {*needed, *form.preset, *form.errors}
    fields: list[dict[str, Any]] = []
    for name, spec in specs(case, form.command, form.preset).items():
        front = len(fields) < _FIRST or spec.required or name in first or name in {"words", "reason"}
        fields += [
            control | {"front": front, "error": form.errors.get(control["name"], "")}
            for control in controls(case, form.command, name, spec, form.preset, around)
        ]
    when = {
        "name": WHEN, "type": "datetime-local", "label": here(message("case_panel.when")), "required": False,
        "help": here(message("case_panel.when_help", zone=case.zone)), "value": "", "sealed": False, "live": False,
        "front": WHEN in form.errors, "error": form.errors.get(WHEN, ""),
    }  # fmt: skip
    if len(fields) <= _FEW:
        fields = [each | {"front": True} for each in fields]
    marked = next((each["name"] for each in fields if each["error"]), form.first)
    fields.append(when)
    return _view(form, here(command.label), here(command.help), fields, marked or fields[0]["name"])


def _reveal_view(form: OpenForm) -> dict[str, Any]:
    reason = {
        "name": "reason", "type": "line", "label": here(message("case_panel.reveal_reason")), "help": "", "value": "",
        "required": True, "sealed": False, "live": False, "front": True, "error": "",
    }  # fmt: skip
    title, note = here(message("case_panel.reveal")), here(message("case_panel.reveal_note"))
    return _view(form, title, note, [reason], "reason") | {"send": here(message("case_panel.reveal_do"))}


def _view(form: OpenForm, label: str, note: str, fields: list[dict[str, Any]], first: str) -> dict[str, Any]:
    return {
        "command": form.command, "section": form.section, "label": label, "help": note, "fields": fields,
        "version": form.version, "turn": form.turn, "error": form.error, "first": first,
        "send": here(message("case_panel.do")),
    }  # fmt: skip


def _around(case: Case, loop: Loop) -> Around:
    """Return who and what a form may suggest: whoever works on the case or in a team, problems, policies."""
    teams = loop.settings("team")
    members = [member.name for team in teams for member in team.members]
    people = dict.fromkeys([loop.actor, case.owner, *members, *(event.actor for event in case.events)])
    return Around(
        people=tuple(name for name in people if name and name != _RULES),
        teams=tuple(team.id for team in teams),
        problems=tuple(str(each) for each in loop.problems()["problem_id"]),
        policies=tuple(dict.fromkeys([*shipped_policies(), *(each.id for each in loop.settings("policy"))])),
    )


def wanted_by(command: Command, lacking: Iterable[tuple[str, ...]]) -> list[str]:
    """Return the fields of a command by which guards are met, given what each of them names."""
    return [name for names in lacking for name in names if name in command.fields]
