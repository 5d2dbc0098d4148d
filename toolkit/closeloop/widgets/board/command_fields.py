"""One field of a command as a page draws it: which control, which choices, what is preset."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from closeloop.followup.case.history import value_text
from closeloop.followup.commands.table import Field, command_table
from closeloop.followup.event import is_private, is_said
from closeloop.followup.loop.case import Case
from closeloop.followup.loop.house import labels
from closeloop.followup.playbook.cards import STYLES
from closeloop.followup.playbook.negotiation_sheet import SIDES
from closeloop.followup.playbook.remedies import remedies_of, remedy_file
from closeloop.followup.state import Entry
from closeloop.text import LocalText, message
from closeloop.themes.codebooks.codebook_file import shipped_codebooks
from closeloop.widgets.board.panel_words import here

PERSON = frozenset({"owner", "approver", "who", "second_person", "tagged_by"})
MOST_CHOICES = 200
_MOST_STEPS = 10
"""Whole numbers between so few ends are chosen, not typed."""
_LONGEST = 60

Choices = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Around:
    """What a field may offer beside what the table says: people, teams, problems, policies."""

    people: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()


def controls(
    case: Case, command: str, name: str, field: Field, preset: Mapping[str, Any], around: Around
) -> list[dict[str, Any]]:
    """Return the controls of a field: one, or for a mapping one for each of its keys."""
    if field.type == "mapping":
        return [
            {
                "name": f"{name}.{key}", "type": "line", "help": "", "required": False, "sealed": False, "live": False,
                "label": here(message("case_panel.part", of=field.label, part=part)),
                "value": written((preset.get(name) or {}).get(key)),
            }
            for key, part in _keys(name, preset)
        ]  # fmt: skip
    kind, choices, suggested = _kind(case, command, name, field, preset, around)
    given = preset.get(name, field.default)
    help_ = _help(field) if choices or kind != "pick" else here(message("case_panel.nothing_to_choose"))
    shown: dict[str, Any] = {
        "name": name, "type": kind, "label": here(field.label), "help": help_, "required": field.required,
        "sealed": field.private, "live": _asks_again(command, name),
    }  # fmt: skip
    if kind == "boxes":
        shown["value"] = [written(each) for each in given or ()]
    else:
        shown["value"] = written(given)
    if kind in {"pick", "boxes"}:
        shown["choices"] = choices[:MOST_CHOICES]
    if suggested:
        shown["suggested"] = list(suggested)[:MOST_CHOICES]
    return [shown]


def entries_for(case: Case, command: str, field: Field) -> list[Entry]:
    """Return the entries that a field may name: of tasks and promises those that are still open."""
    found = case.state.added(field.of or "")
    if field.of == "tasks" and command in {"task_done", "change_task"}:
        return [each for each in found if each.get("done_at") is None and not each.get("dropped")]
    if field.of == "promises":
        return [each for each in found if each.get("kept") is None]
    return found


def has_entries(case: Case, command: str) -> bool:
    """Return whether there is something that a command is about: a task to be done, an option to be changed."""
    fields = command_table().commands[command].fields.values()
    return all(entries_for(case, command, each) for each in fields if each.type == "entry" and each.required)


def entry_title(entry: Entry, kind: str) -> str:
    """Return an entry in a few words, by what was written into it."""
    table = command_table()
    command = next(each for each in table.commands.values() if each.effect.adds == kind)
    said = [
        here(value_text(entry.get(name), field, table, "UTC"))
        for name, field in command.fields.items()
        if is_said(entry.get(name)) and not is_private(entry.get(name)) and field.type not in {"entry", "entries"}
    ]
    sealed = any(is_private(entry.get(name)) for name in command.fields)
    text = said[0] if said else here(message("case_panel.sealed")) if sealed else here(command.label)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def numbered(entry: Entry, kind: str) -> tuple[str, str]:
    """Return an entry as a choice: its number, and number and words."""
    return str(entry.seq), here(message("case_panel.numbered", n=entry.seq, text=entry_title(entry, kind)))


def written(value: Any) -> str:
    """Return a value as a control holds it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return "\n".join(written(each) for each in value)
    return str(value)


def _kind(
    case: Case, command: str, name: str, field: Field, preset: Mapping[str, Any], around: Around
) -> tuple[str, Choices, Iterable[str]]:
    table = command_table()
    match field.type:
        case "choice" | "choices":
            return _one_or_many(field.type), [(k, here(v)) for k, v in table.choices[field.choices or ""].items()], ()
        case "code" | "codes" if field.codebook in shipped_codebooks():
            return _one_or_many(field.type), [(k, here(v)) for k, v in labels(field.codebook or "").items()], ()
        case "entry" | "entries":
            there = [numbered(each, field.of or "") for each in entries_for(case, command, field)]
            return ("boxes" if field.type == "entries" else "pick"), there, ()
        case "boolean":
            return "pick", [("true", here(message("case.yes"))), ("false", here(message("case.no")))], ()
        case "integer" if field.min is not None and field.max is not None and field.max - field.min <= _MOST_STEPS:
            return "pick", [(str(n), f"{n}".replace("-", "−")) for n in range(field.min, field.max + 1)], ()
        case "date":
            return "date", [], ()
        case "datetime":
            return "datetime-local", [], ()
        case "text" | "texts" | "names":
            return "area", [], ()
    return _special(case, command, name, preset, around)


def _special(
    case: Case, command: str, name: str, preset: Mapping[str, Any], around: Around
) -> tuple[str, Choices, Iterable[str]]:
    """Return how names and numbers are asked for that the case or the house knows."""
    if name == "style":
        return "pick", [(style, here(message(f"playbook.style_{style}"))) for style in STYLES], ()
    if name == "problem_id" and around.problems:
        return "line", [], around.problems
    if command == "correct":
        from closeloop.widgets.board.command_correct import corrected

        return corrected(case, name, preset)
    suggested = {"team": around.teams, "policy": around.policies, "currency": ("CNY", "EUR", "USD")}
    return "line", [], around.people if name in PERSON else suggested.get(name, ())


def _one_or_many(kind: str) -> str:
    return "boxes" if kind.endswith("s") else "pick"


def _asks_again(command: str, name: str) -> bool:
    """Return whether the answer to a field changes which other fields there are."""
    return (command == "correct" and name in {"event", "field"}) or name == "remedy_forms"


def _help(field: Field) -> str:
    many = {"texts": "case_panel.one_a_line", "names": "case_panel.one_a_line"}.get(field.type)
    said = here(field.help)
    return f"{said} {message(many)}" if many else said


def _keys(name: str, preset: Mapping[str, Any]) -> Iterator[tuple[str, LocalText]]:
    """Give the keys of a mapping and what they are called: the two sides, or the details of the chosen remedies."""
    if name != "remedy_details":
        yield from ((side, message(f"playbook.side_{side}")) for side in SIDES)
        return
    details = remedy_file().details
    needed = dict.fromkeys(key for each in remedies_of(preset) for key in (*each.missing, *each.later, *each.details))
    said = dict.fromkeys(preset.get(name) or {})
    yield from ((key, details[key].label if key in details else LocalText(key)) for key in {**needed, **said})
