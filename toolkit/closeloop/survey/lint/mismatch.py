"""Comparisons of one kind of answer with another kind of constant, and what to write instead."""

from __future__ import annotations

import math
import re

from closeloop.forms.items import BaseItem, DateItem, Matrix, Multi, NumberItem, Ranking
from closeloop.forms.nodes import Array, Binary, Literal, Node, Reference
from closeloop.forms.operators import equal, to_number
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
    if (
        item.type == "yesno"
        and operator in _EQUALITY
        and constant
        and not any(equal(yes, single) for yes in (True, False))
    ):
        return message("lint.mismatch_yesno", name=name)
    if isinstance(item, DateItem) and compares and constant and not _is_day(single):
        return message("lint.mismatch_date", name=name)
    numeric = isinstance(item, NumberItem) or item.scale is not None
    if numeric and compares and constant and (isinstance(single, bool) or math.isnan(to_number(single))):
        return message("lint.mismatch_number", name=name)
    return None


def text_as_number(subject: Subject, node: Binary) -> str:
    """Return the text item that a comparison takes for a number; empty if there is none."""
    for reference, other in ((node.left, node.right), (node.right, node.left)):
        item = subject.item_of(reference.name) if isinstance(reference, Reference) else None
        number = isinstance(other, Literal) and isinstance(other.value, (int, float))
        if item is not None and item.type in {"text", "comment"} and node.operator in _ORDER and number:
            return item.name
    return ""


def _is_day(value: object) -> bool:
    """Say whether a constant is a day, or the year or month in which days lie."""
    return isinstance(value, str) and re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", value) is not None
