"""What a command is told to people as: its help, its signature, and the nearest one to a name that is none."""

from __future__ import annotations

import inspect
from difflib import get_close_matches

from closeloop.followup.commands.table import argument, command_table
from closeloop.text import LocalText, message


def command_help(command: str | None) -> str:
    """Return what a command does and what it takes, in the language in use; without a name, what there is."""
    table = command_table()
    if command is None:
        width = max(map(len, table.commands))
        listed = (f"  {name:<{width}}  {each.label} — {each.help}" for name, each in table.commands.items())
        return "\n".join([str(message("loop.help_all")), *listed])
    if command not in table.commands:
        raise ValueError(unknown_command(command))
    wanted = table.commands[command]
    lines = [f"{wanted.label} — {wanted.help}"]
    for name, field in wanted.fields.items():
        choices = ", ".join(table.choices.get(field.choices or "", ()))
        must = f" ({message('loop.required')})" if field.required else ""
        lines.append(f"  {argument(name)}{must}: {field.label}. {field.help}{f' [{choices}]' if choices else ''}")
    return "\n".join(lines)


def command_signature(name: str) -> inspect.Signature:
    """Return what the method for a command takes."""
    empty = inspect.Parameter.empty
    fields = command_table().commands[name].fields
    both = {"at": None, "actor": None}
    named = {argument(key): (empty if field.required else field.default) for key, field in fields.items()} | both
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Signature([inspect.Parameter(each, kind, default=default) for each, default in named.items()])


def unknown_command(found: str) -> LocalText:
    """Return that there is no such command, with the nearest one."""
    names = list(command_table().commands)
    near = get_close_matches(found, names, n=1)
    return message("case.unknown_command", found=found, near=near[0] if near else "–", known=", ".join(names))
