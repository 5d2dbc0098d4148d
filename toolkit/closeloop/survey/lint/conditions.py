"""Conditions that say something else than they seem to: never true, always true, compared with what cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from closeloop.errors import closest
from closeloop.forms.items import BaseItem, Matrix, Multi, Ranking
from closeloop.forms.logic import Expression
from closeloop.forms.nodes import Array, Binary, Literal, Node, Reference, Unary
from closeloop.forms.operators import BINARY
from closeloop.survey.lint.domains import children, nodes
from closeloop.survey.lint.mismatch import mismatch, text_as_number
from closeloop.survey.lint.report import LintFinding
from closeloop.survey.lint.rules import rule
from closeloop.survey.lint.subject import Place, Subject
from closeloop.survey.lint.trial import trial
from closeloop.survey.lint.written import written
from closeloop.text import LocalText, message

_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">=", "contains", "notcontains", "anyof", "allof", "noneof"})
_LOOKED_AT = _COMPARISONS | {"and", "or"}
_MEETS = {"=": "=", "!=": "=", "contains": "contains", "notcontains": "contains", "allof": "contains",
          "anyof": "anyof", "noneof": "anyof"}  # fmt: skip


@rule(
    unknown_choice="error",
    type_mismatch="error",
    text_as_number="warning",
    comparison_never="error",
    comparison_always="warning",
    comparison_any_answer="info",
    condition_never="error",
    condition_always="warning",
    not_a_condition="error",
)
def conditions(subject: Subject) -> Iterator[LintFinding]:
    """Look at every condition, the innermost parts first."""
    for place in subject.places:
        yield from faults(subject, place)


def faults(subject: Subject, place: Place) -> Iterator[LintFinding]:
    """Give what is wrong with one condition."""
    if place.path not in subject.told:
        subject.told[place.path] = tuple(_faults(subject, place))
    yield from subject.told[place.path]


def _faults(subject: Subject, place: Place) -> Iterator[LintFinding]:
    told: set[int] = set()
    tree = place.expression.tree
    # Of a chain such as a or b or c only the whole is tried, not each beginning of it.
    begun = {
        id(node.left)
        for node in nodes(tree)
        if isinstance(node, Binary) and isinstance(node.left, Binary) and node.left.operator == node.operator
    }
    yield from _not_conditions(subject, place, tree, told)
    for node in reversed(list(nodes(tree))):
        if any(id(child) in told for child in children(node)):
            told.add(id(node))  # said already, of a part of it
        elif isinstance(node, Binary) and id(node) not in begun and node.operator in _LOOKED_AT:
            for finding in _looked_at(subject, place, node, tree):
                if finding.level != "info":
                    told.add(id(node))
                yield finding
    whole_was_tried = isinstance(tree, Binary) and tree.operator in _LOOKED_AT
    if id(tree) not in told and not whole_was_tried:
        yield from _tried(subject, place, tree, whole=True)


def _not_conditions(subject: Subject, place: Place, tree: Node, told: set[int]) -> Iterator[LintFinding]:
    """Give the parts that are neither true nor false: ``{region} = 'east' or 'west'``, a bare ``{recommend}``."""
    parts = [tree]
    parts += [part for node in nodes(tree) if isinstance(node, Binary) and node.operator in {"and", "or"}
              for part in children(node)]  # fmt: skip
    for part in parts:
        if isinstance(part, Literal):
            wrong = not isinstance(part.value, bool)
        elif isinstance(part, Reference):
            item = subject.item_of(part.name)
            wrong = item is not None and item.type not in {"yesno", "hidden"}
        else:
            wrong = isinstance(part, Array) or (isinstance(part, Binary) and part.operator in {"+", "-", "*", "/"})
        if wrong and id(part) not in told:
            told.add(id(part))
            yield subject.found("not_a_condition", place.path, place.item, part=written(part))


def _looked_at(subject: Subject, place: Place, node: Binary, tree: Node) -> Iterator[LintFinding]:
    if node.operator in _COMPARISONS:
        wrong = mismatch(subject, node)
        if wrong is not None:
            yield subject.found("type_mismatch", place.path, place.item, hint=wrong, part=written(node))
            return
        name = text_as_number(subject, node)
        if name:
            yield subject.found("text_as_number", place.path, place.item, name=name, part=written(node))
            return
        unknown = list(_unknown_choices(subject, node))
        for name, value, item in unknown:
            near = closest(str(value), [str(each) for each in _answers(item)], n=1)
            hint = message("survey.did_you_mean", name=near[0]) if near else None
            yield subject.found(
                "unknown_choice",
                place.path,
                place.item,
                hint=hint,
                part=written(node),
                value=written(Literal(value)),
                name=name,
                known=_known(item),
            )
        if unknown:
            return
    yield from _tried(subject, place, node, whole=node is tree)


def _answers(item: BaseItem) -> tuple[Any, ...]:
    """Return the single answers that an item knows; empty where they are without end."""
    if item.scale is not None:
        return tuple(item.scale)
    return (True, False) if item.type == "yesno" else item.values


def _known(item: BaseItem) -> str:
    if item.scale is not None:
        return f"{item.scale[0]}–{item.scale[-1]}"
    return "true, false" if item.type == "yesno" else ", ".join(item.values)


def _unknown_choices(subject: Subject, node: Binary) -> Iterator[tuple[str, object, BaseItem]]:
    """Give the constants of a comparison that are no answer of the item with which they are compared."""
    meets = _MEETS.get(node.operator)
    reference, other = node.left, node.right
    if isinstance(other, Reference) and not isinstance(reference, Reference) and meets == "=":
        reference, other = other, reference
    if meets is None or not isinstance(reference, Reference):
        return
    item = subject.item_of(reference.name)
    if item is None or not _answers(item) or (isinstance(item, Matrix) and "." not in reference.name):
        return
    several = isinstance(item, (Multi, Ranking))
    entries = other.entries if isinstance(other, Array) else (other,)
    for entry in entries:
        if not isinstance(entry, Literal):
            continue
        value = entry.value
        answers = [(each,) if several else each for each in _answers(item)]
        wanted = (value,) if meets == "anyof" or (several and meets == "=") else value
        if not any(BINARY[meets](answer, wanted) for answer in answers):
            yield reference.name, value, item


def _tried(subject: Subject, place: Place, node: Node, *, whole: bool) -> Iterator[LintFinding]:
    """Give what trying every answer shows: the node is never true, or always."""
    if isinstance(node, Unary) and node.operator in {"empty", "notempty"}:
        return
    names = frozenset(node.names())
    if not names and not whole:
        return
    expression = Expression(written(node), node, names)
    tried = trial(subject, [expression])
    if tried is None:
        return
    held = tried.holds(expression)
    kept = np.ones(tried.n, dtype=bool)
    if place.kind == "check":  # it is asked only where there is an answer
        for name in names & {place.item}:
            kept &= tried.columns[name].codes >= 0
    single = isinstance(node, Binary) and node.operator in _COMPARISONS
    kind = "comparison" if single else "condition"
    part: dict[str, Any] = {"part": expression.text}
    if not held[kept].any():
        yield subject.found(f"{kind}_never", place.path, place.item, hint=_why(subject, names), **part)
    elif held[kept].all():
        yield subject.found(f"{kind}_always", place.path, place.item, **part)
    elif single and place.kind != "check" and held.sum() > 1:
        answered = np.all([tried.columns[name].codes >= 0 for name in names], axis=0)
        if held[answered].all() and not held[~answered].any():
            name = " and ".join(f"{{{each}}} notempty" for each in sorted(names))
            yield subject.found("comparison_any_answer", place.path, place.item, instead=name, **part)


def _why(subject: Subject, names: frozenset[str]) -> LocalText | None:
    """Say what can be answered, where one item is concerned."""
    if len(names) != 1:
        return None
    name = next(iter(names))
    item = subject.item_of(name)
    if item is None or not _answers(item):
        return None
    return message("lint.can_be", name=name, known=_known(item))
