"""What the codes of a codebook say together: ids, parents, splitting questions, rules.

The checks read plain data, so that they also run where single keys of a file are faulty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from closeloop.errors import closest
from closeloop.forms.form import find_cycle
from closeloop.survey.document import KeyPath
from closeloop.text import LocalText, message
from closeloop.themes.codebooks.rule_check import rule_faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A code as it stands in a file or a saved document."""

    id: str
    path: KeyPath
    parent: object = None
    also_under: object = None
    split: bool = False
    other: bool = False
    rules: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong, where, and what to write instead."""

    code: str
    path: KeyPath
    code_id: str
    text: LocalText
    suggestion: LocalText | None = None


def file_entries(codes: object, above: KeyPath = ("codes",), parent: str | None = None) -> Iterator[Entry]:
    """Give the codes of a file, nested or not, in their order; what is no mapping or has no id is left out."""
    for position, raw in enumerate(codes if isinstance(codes, list) else ()):
        if not isinstance(raw, Mapping):
            continue
        path = (*above, position)
        name = raw.get("id")
        rules = raw.get("rules")
        if isinstance(name, str):
            yield Entry(
                id=name, path=path, parent=parent,
                also_under=raw.get("also_under"), split=bool(raw.get("split")), other=raw.get("other") is True,
                rules=rules if isinstance(rules, Mapping) else {},
            )  # fmt: skip
        yield from file_entries(raw.get("children"), (*path, "children"), name if isinstance(name, str) else None)


def codebook_faults(entries: Sequence[Entry]) -> Iterator[Fault]:
    """Give the faults that lie between the codes, and in their rules."""
    known: dict[str, Entry] = {}
    for entry in entries:
        if known.setdefault(entry.id, entry) is not entry:
            text = message("codebook.code_twice", code=entry.id)
            yield Fault(code="code_twice", path=(*entry.path, "id"), code_id=entry.id, text=text)
    for entry in entries:
        yield from _parents(entry, known)
    yield from _cycle(known)
    yield from _splits(known)
    for entry in entries:
        for path, code, text in rule_faults(entry.rules):
            yield Fault(code=code, path=(*entry.path, "rules", *path), code_id=entry.id, text=text)


def _parents(entry: Entry, known: Mapping[str, Entry]) -> Iterator[Fault]:
    for key, parent in (("parent", entry.parent), ("also_under", entry.also_under)):
        if isinstance(parent, str) and parent not in known:
            similar = closest(parent, known, n=1)
            suggestion = message("survey.did_you_mean", name=similar[0]) if similar else None
            text = message("codebook.unknown_parent", code=entry.id, parent=parent)
            yield Fault(
                code="unknown_parent", path=(*entry.path, key), code_id=entry.id, text=text, suggestion=suggestion
            )
    if entry.also_under is not None and entry.also_under == entry.parent:
        text = message("codebook.same_parent", code=entry.id, parent=entry.parent)
        yield Fault(code="same_parent", path=(*entry.path, "also_under"), code_id=entry.id, text=text)


def _above(entry: Entry, known: Mapping[str, Entry]) -> tuple[str, ...]:
    return tuple(p for p in (entry.parent, entry.also_under) if isinstance(p, str) and p in known)


def _cycle(known: Mapping[str, Entry]) -> Iterator[Fault]:
    cycle = find_cycle({name: _above(entry, known) for name, entry in known.items()})
    if cycle:
        entry = known[cycle[0]]
        key = "parent" if isinstance(entry.parent, str) and entry.parent == cycle[1] else "also_under"
        text = message("codebook.cycle", cycle=" → ".join(cycle))
        yield Fault(code="cycle", path=(*entry.path, key), code_id=entry.id, text=text)


def _splits(known: Mapping[str, Entry]) -> Iterator[Fault]:
    others: dict[str | None, str] = {}
    parents = {parent for entry in known.values() for parent in _above(entry, known)}
    for name, entry in known.items():
        if name in parents and not entry.split:
            text = message("codebook.no_split", code=name)
            yield Fault(code="no_split", path=entry.path, code_id=name, text=text)
        above = entry.parent if isinstance(entry.parent, str) else None
        if entry.other and others.setdefault(above, name) != name:
            text = message("codebook.other_twice", code=name, first=others[above])
            yield Fault(code="other_twice", path=(*entry.path, "other"), code_id=name, text=text)
