"""What a page sends back of a form, as values of the command: texts read as numbers, days, choices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from closeloop.followup.calendar.zone import any_zone
from closeloop.followup.commands.table import Field, command_table
from closeloop.followup.event import is_said
from closeloop.followup.loop.case import Case
from closeloop.text import LocalText, message
from closeloop.widgets.board.command_correct import field_of

if TYPE_CHECKING:
    from closeloop.followup.loop.loop import Loop

WHEN = "at"
"""Beside its fields, every command takes when it happened."""

_MULTIPLE = frozenset({"choices", "codes", "entries", "names", "texts"})
_CASE = frozenset({"into", "parent_case_id"})


def specs(case: Case, name: str, preset: Mapping[str, Any]) -> dict[str, Field]:
    """Return the fields of a command; a correction asks for the new value as the field takes it that is corrected."""
    fields = dict(command_table().commands[name].fields)
    if name == "correct":
        del fields["was"]  # the register knows it
        wrong = field_of(case, preset)
        if wrong is not None:
            keep = {"label": fields["is"].label, "help": wrong.help, "required": True, "default": None}
            fields["is"] = wrong.model_copy(update=keep)
    return fields


def values_of(
    case: Case, loop: Loop, name: str, typed: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, LocalText]]:
    """Return what a page sent as values of a command, and of each field that cannot be read or is missing, why.

    A page sends texts and lists of texts; what is a value already stays as it is.
    """
    fields = specs(case, name, typed) | {WHEN: _when()}
    values: dict[str, Any] = {}
    faults: dict[str, LocalText] = {}
    for key, given in typed.items():
        base, _, part = key.partition(".")
        spec = fields.get(base)
        if spec is None or (part and spec.type != "mapping"):
            raise ValueError(message("case_panel.no_field", field=key, command=command_table().commands[name].label))
        try:
            value = _value(case, loop, base, spec, given)
        except ValueError as error:
            faults[key] = error.args[0]
            continue
        if not is_said(value):
            continue
        if part:
            values.setdefault(base, {})[part] = value
        else:
            values[base] = value
    for key, spec in fields.items():
        if spec.required and key not in values and key not in faults and spec.default is None:
            faults[key] = message("case_panel.needed")
    return values, faults


def _value(case: Case, loop: Loop, name: str, spec: Field, given: Any) -> Any:
    """Return one value.

    Raises
    ------
    ValueError
        With the reason in words, if it cannot be read.
    """
    if spec.type in _MULTIPLE and isinstance(given, str):
        given = [line.strip() for line in given.splitlines() if line.strip()]
    if spec.type in {"choices", "codes", "entries"} and isinstance(given, list):
        given = [each for each in given if each != ""]
    if spec.type == "entries" and isinstance(given, list):
        return [int(each) if isinstance(each, str) and each.isdecimal() else each for each in given]
    if not isinstance(given, str) or spec.type in _MULTIPLE:
        return given
    text = given.strip()
    if not text:
        return None
    if name in _CASE:
        return loop.case(text.lstrip("#")).case_id if text.lstrip("#").isdecimal() else text
    match spec.type:
        case "boolean":
            return {"true": True, "false": False}.get(text, text)
        case "integer" | "entry":
            return _whole(text)
        case "number":
            return _number(text)
        case "datetime":
            return _time(text, case.zone)
    return given


def _whole(text: str) -> int:
    try:
        return int(text.replace("−", "-"))
    except ValueError:
        raise ValueError(message("case_panel.no_whole_number", found=text)) from None


def _number(text: str) -> float | int:
    try:
        value = float(text.replace("−", "-").replace("，", ",").replace(",", ""))
    except ValueError:
        raise ValueError(message("case_panel.no_number", found=text)) from None
    return int(value) if value.is_integer() else value


def _time(text: str, zone: str) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(message("case_panel.no_time", found=text)) from None
    return found.replace(tzinfo=any_zone(zone)) if found.tzinfo is None else found


def _when() -> Field:
    label = message("case_panel.when")
    return Field(type="datetime", label=label, help=label)
