"""What the commands of a table say together: choices that exist, events that are written by one command."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from closeloop.survey.document import Document, KeyPath, path_text
from closeloop.survey.findings import Finding
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from closeloop.followup.commands.table import Command, CommandTable


def command_faults(table: CommandTable, document: Document) -> Iterator[Finding]:
    """Give what does not fit together, each with its line."""
    seen: dict[str, str] = {}
    kinds = {command.effect.adds for command in table.commands.values()}
    for name, command in table.commands.items():
        for code, path, text in _faults(table, name, command, seen, kinds):
            yield Finding(
                code=code, file=document.file, line=document.line(path), item=name, field=path_text(path), message=text
            )


def _faults(
    table: CommandTable, name: str, command: Command, seen: dict[str, str], kinds: set[str | None]
) -> Iterator[tuple[str, KeyPath, LocalText]]:
    here: KeyPath = ("commands", name)
    other = seen.setdefault(command.event, name)
    if other != name:
        yield "event_twice", (*here, "event"), message("stages.event_twice", event=command.event, other=other)
    for field_name, field in command.fields.items():
        path = (*here, "fields", field_name)
        if (field.type in {"choice", "choices"}) != (field.choices is not None):
            yield "no_choices", path, message("stages.no_choices", field=field_name)
        elif field.choices is not None and field.choices not in table.choices:
            known = ", ".join(table.choices)
            yield "unknown_choices", path, message("stages.unknown_choices", found=field.choices, known=known)
        if (field.type in {"entry", "entries"} and field.of is None) or (
            field.of is not None and field.of not in kinds
        ):
            yield "unknown_kind", path, message("stages.unknown_kind", found=field.of or "–")
        if field.private and not field.is_free_text:
            yield "private_type", path, message("stages.private_type", field=field_name)
    effect = command.effect
    unknown = [field for field in (*command.sets, *((effect.by,) if effect.by else ())) if field not in command.fields]
    if unknown:
        yield "unknown_field", (*here, "effect"), message("stages.effect_field", fields=", ".join(unknown))
    marked = effect.marks or effect.marks_last
    if marked and marked not in kinds:
        yield "unknown_kind", (*here, "effect"), message("stages.unknown_kind", found=marked)
