"""The ``migrations:`` of a survey file against its items and against one another, before any answer is moved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from closeloop.errors import closest
from closeloop.forms.items import BaseItem
from closeloop.survey.definition import Migration
from closeloop.survey.document import KeyPath
from closeloop.survey.findings import Finding
from closeloop.text import message

if TYPE_CHECKING:
    from closeloop.survey.semantics import Outline

_SCALES = frozenset({"nps", "csat", "ces", "rating", "matrix"})


@dataclass(slots=True)
class _Known:
    """What is known of the survey as it was after a step: worked backwards from the file's own items.

    `values` has the option values of an item, `ends` the ends of its scale; what is not there is not known.
    """

    names: set[str]
    values: dict[str, set[str]]
    ends: dict[str, tuple[int, int]]
    items: dict[str, BaseItem] = field(default_factory=dict)


def check_migrations(outline: Outline) -> Iterator[Finding]:
    """Give the faults of the migrations of a file."""
    version = outline.document.data.get("version")
    raw = outline.document.data.get("migrations")
    steps: list[tuple[int, Migration]] = []
    for position, part in enumerate(raw if isinstance(raw, list) else ()):
        try:
            step = Migration.model_validate(part)
        except ValidationError:
            continue  # reported where the whole file is validated
        if isinstance(version, int) and not step.old < step.new <= version:
            text = message("survey.migration_versions", old=step.old, new=step.new, version=version)
            yield outline.finding("migration_versions", ("migrations", position, "to"), text)
        else:
            steps.append((position, step))
    yield from _twice(outline, steps)
    known = _of_items(outline)
    for position, step in sorted(steps, key=lambda entry: (-entry[1].new, -entry[1].old)):
        path: KeyPath = ("migrations", position)
        yield from _renames(outline, step, path, known)
        yield from _recodes(outline, step, path, known)
        yield from _rescales(outline, step, path, known)
        _step_back(step, known)


def _twice(outline: Outline, steps: list[tuple[int, Migration]]) -> Iterator[Finding]:
    first: dict[tuple[int, int], int] = {}
    for position, step in steps:
        earlier = first.setdefault((step.old, step.new), position)
        if earlier != position:
            line = outline.document.line(("migrations", earlier)) or "–"
            text = message("migrate.step_twice", old=step.old, new=step.new, first=line)
            yield outline.finding("migration_twice", ("migrations", position, "from"), text)


def _of_items(outline: Outline) -> _Known:
    known = _Known(names={entry.name for entry in outline.entries}, values={}, ends={})
    for entry in outline.entries:
        item = entry.item
        if item is None:
            continue
        known.items[item.name] = item
        rows: tuple[Any, ...] = getattr(item, "rows", ())
        known.names.update(f"{item.name}.{row.value}" for row in rows)
        if item.values:
            known.values[item.name] = set(item.values)
        if item.scale is not None:
            known.ends[item.name] = (item.scale[0], item.scale[-1])
    return known


def _renames(outline: Outline, step: Migration, path: KeyPath, known: _Known) -> Iterator[Finding]:
    places: dict[str, str] = {}
    for old, new in step.rename.items():
        where = (*path, "rename", old)
        cycle = _cycle(step.rename, old)
        if cycle:
            text = message("migrate.cycle", cycle=" → ".join(cycle))
            yield outline.finding("migration_cycle", where, text)
        elif new not in known.names:
            yield _unknown(outline, new, where, known.names)
        elif old in known.names and old not in step.rename.values():
            text = message("migrate.still_there", old=old, new=new)
            yield outline.finding("migration_still_there", where, text, item=old)
        elif places.setdefault(new, old) != old:
            text = message("migrate.onto_existing", old=old, new=new, other=places[new])
            yield outline.finding("migration_onto_existing", where, text, item=new)
        if old in step.drop:
            text = message("migrate.dropped_too", item=old)
            yield outline.finding("migration_dropped_too", where, text)
    for number, name in enumerate(step.drop):
        if step.drop.index(name) != number:
            text = message("migrate.dropped_twice", item=name)
            yield outline.finding("migration_dropped_twice", (*path, "drop", number), text)


def _cycle(rename: Mapping[str, str], start: str) -> list[str]:
    """Return the chain of renames that leads from a name back to one before; empty if there is none."""
    chain = [start]
    while chain[-1] in rename and len(chain) == len(set(chain)):
        chain.append(rename[chain[-1]])
    return chain if len(chain) > len(set(chain)) else []


def _strangers(outline: Outline, names: Iterable[str], path: KeyPath, known: _Known) -> Iterator[Finding]:
    """Find what a step changes that is no item of the survey."""
    for name in names:
        if name not in known.names:
            yield _unknown(outline, name, (*path, name), known.names)


def _recodes(outline: Outline, step: Migration, path: KeyPath, known: _Known) -> Iterator[Finding]:
    yield from _strangers(outline, step.recode, (*path, "recode"), known)
    for name, translation in step.recode.items():
        if name not in known.names:
            continue
        where = (*path, "recode", name)
        allowed = known.values.get(name) or set(map(str, _points(known, name)))
        for old, new in translation.items():
            if allowed and new not in allowed:
                near = closest(new, allowed, n=1)
                text = message("migrate.unknown_option", item=name, found=new, options=", ".join(sorted(allowed)))
                remedy = message("survey.did_you_mean", name=near[0]) if near else None
                yield outline.finding("migration_unknown_option", (*where, old), text, remedy, name)
        if not allowed and name in known.items:
            text = message("migrate.no_options", item=name, type=known.items[name].type)
            yield outline.finding("migration_no_options", where, text, item=name)


def _points(known: _Known, name: str) -> range:
    ends = known.ends.get(name)
    return range(ends[0], ends[1] + 1) if ends else range(0)


def _rescales(outline: Outline, step: Migration, path: KeyPath, known: _Known) -> Iterator[Finding]:
    yield from _strangers(outline, step.rescale, (*path, "rescale"), known)
    for name, how in step.rescale.items():
        if name not in known.names:
            continue
        where = (*path, "rescale", name)
        item = known.items.get(name)
        if how.old[0] >= how.old[1] or how.new[0] >= how.new[1]:
            yield outline.finding("migration_scale_order", where, message("migrate.scale_order"), item=name)
        elif item is not None and (item.type not in _SCALES or name not in known.ends):
            text = message("migrate.no_scale", item=name, type=item.type)
            yield outline.finding("migration_no_scale", where, text, item=name)
        elif known.ends.get(name, how.new) != how.new:
            low, high = known.ends[name]
            text = message("migrate.wrong_scale", item=name, low=low, high=high, found=f"{how.new[0]}–{how.new[1]}")
            yield outline.finding("migration_wrong_scale", (*where, "to"), text, item=name)


def _unknown(outline: Outline, name: str, path: KeyPath, names: set[str]) -> Finding:
    near = closest(name, names, n=1)
    remedy = message("survey.did_you_mean", name=near[0]) if near else message("migrate.names_after")
    return outline.finding("migration_item", path, message("migrate.unknown_item", item=name), remedy)


def _step_back(step: Migration, known: _Known) -> None:
    """Turn what is known after a step into what is known before it."""
    for name, how in step.rescale.items():
        known.ends[name] = how.old
    for name, translation in step.recode.items():
        if name in known.values:
            known.values[name] |= set(translation)
    before = {new: old for old, new in step.rename.items()}
    known.names = {_before(name, before) for name in known.names}
    known.values = {before.get(name, name): entry for name, entry in known.values.items()}
    known.ends = {before.get(name, name): ends for name, ends in known.ends.items()}
    known.items = {before.get(name, name): item for name, item in known.items.items()}
    for name in step.drop:
        head, _, part = name.partition(".")
        known.names.add(name)
        if part and head in known.values:
            known.values[head].add(part)


def _before(name: str, before: Mapping[str, str]) -> str:
    head, dot, part = name.partition(".")
    return before.get(name, f"{before.get(head, head)}{dot}{part}")
