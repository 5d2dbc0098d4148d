"""Comparisons of one kind of answer with another kind of constant, and what to write instead."""

from __future__ import annotations

import math
from datetime import date

from closeloop.forms.items import BaseItem, DateItem, Matrix, Multi, NumberItem, Ranking
from closeloop.forms.nodes import Array, Binary, Literal, Node, Reference
from closeloop.forms.operators import to_number
from closeloop.survey.lint.subject import Subject
from closeloop.text import LocalText, message

_ORDER = frozenset({"<", "<=", ">", ">="})
_EQUALITY = frozenset({"=", "!="})


def mismatch(subject: Subject, node: Binary) -> LocalText | None:
    """Return what to write instead of a comparison that does not fit the kind of answer; None if it fits."""
    for reference, other in ((node.left, node.right), (node.right, node.left)):
        item = subject.item_of(reference.name) if isinstance(reference, Reference) else None
        if item is not None and isinstance(reference, Reference):
            found = _of(item, reference.name, node.operator, other)
            if found is not None:
                return found
    return None


def _of(item: BaseItem, name: str, operator: str, other: Node) -> LocalText | None:
    single = other.value if isinstance(other, Literal) else None
    constant = isinstance(other, Literal)
    compares = operator in _ORDER | _EQUALITY
    if isinstance(item, Matrix) and "." not in name:
        return message("lint.mismatch_matrix", name=name, row=item.rows[0].value) if compares and constant else None
    if isinstance(item, (Multi, Ranking)) and compares and constant:
        return message("lint.mismatch_several", name=name)
    if item.type == "single" and operator in _EQUALITY and isinstance(other, Array):
        return message("lint.mismatch_one", name=name)
    if item.type == "yesno" and compares and constant and not isinstance(single, bool):
        return message("lint.mismatch_yesno", name=name)
    if isinstance(item, DateItem) and compares and constant and not _is_day(single):
        return message("lint.mismatch_date", name=name)
    if isinstance(item, NumberItem) or item.scale is not None:
        if compares and constant and (isinstance(single, bool) or math.isnan(to_number(single))):
            return message("lint.mismatch_number", name=name)
    elif item.type in {"text", "comment"} and operator in _ORDER and isinstance(single, (int, float)):
        return message("lint.mismatch_text", name=name)
    return None


def _is_day(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value))
    except ValueError:
        return False
