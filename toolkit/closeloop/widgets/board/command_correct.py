"""Correcting an earlier value: which event, which of its fields, and the new value as that field takes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from closeloop.followup.commands.table import Field, command_table
from closeloop.followup.loop.case import Case
from closeloop.followup.state import Entry
from closeloop.widgets.board.panel_words import here


def corrected(case: Case, name: str, preset: Mapping[str, Any]) -> tuple[str, list[tuple[str, str]], tuple[str, ...]]:
    """Return how a field of the command ``correct`` is asked for."""
    if name == "event":
        table = command_table()
        known = {entry.seq for there in case.state.entries.values() for entry in there}
        events = [each for each in case.events if each.seq in known]
        return "pick", [(str(each.seq), f"{each.seq} · {table.label_of(each.type)}") for each in events], ()
    if name == "field":
        return "pick", [(key, here(field.label)) for key, field in fields_of(case, preset.get("event")).items()], ()
    return "line", [], ()


def fields_of(case: Case, number: object) -> Mapping[str, Field]:
    """Return the fields of the command that wrote an event; none without such an event."""
    table = command_table()
    event = next((each for each in case.events if str(each.seq) == str(number)), None)
    command = None if event is None else table.commands.get(table.command_of(event.type) or "")
    return {} if command is None else command.fields


def field_of(case: Case, preset: Mapping[str, Any]) -> Field | None:
    """Return the field that is to be corrected."""
    return fields_of(case, preset.get("event")).get(str(preset.get("field")))


def entry_of(case: Case, number: object) -> Entry | None:
    """Return what an event added."""
    there = (entry for entries in case.state.entries.values() for entry in entries)
    return next((entry for entry in there if str(entry.seq) == str(number)), None)
