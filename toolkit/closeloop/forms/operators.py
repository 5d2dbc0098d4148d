"""What each operator of a survey expression means for one respondent.

The meaning is SurveyJS's, quirk by quirk, because the same text runs there in the respondent's browser: loose
equality, an unanswered question that is smaller than nothing and different from everything, arrays compared as sets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from closeloop.forms.arithmetic import arithmetic, divided, minus, plus, times
from closeloop.forms.coded import is_missing
from closeloop.forms.loose import answer_value, is_empty, is_true, to_number, to_text, truthy

__all__ = ["BINARY", "UNARY", "answer_value", "is_empty", "is_true", "to_number", "to_text", "truthy"]


def equal(left: object, right: object) -> bool:
    """Loose equality: text by meaning of its letters and blanks trimmed, ``'5'`` equals ``5``, arrays as sets."""
    left, right = (None if each == "undefined" else each for each in (left, right))
    if isinstance(left, tuple) and isinstance(right, tuple):
        pairs = zip(sorted(left, key=to_text), sorted(right, key=to_text), strict=False)
        return len(left) == len(right) and all(equal(one, other) for one, other in pairs)
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(left[key], right[key]) for key in left)
    if isinstance(left, str) and isinstance(right, str):
        return left.strip().lower() == right.strip().lower()
    if left is None or right is None:
        other = right if left is None else left
        return other is None or other == ""
    if is_empty(left) != is_empty(right) or isinstance(left, (tuple, dict)) or isinstance(right, (tuple, dict)):
        return False
    for one, other in ((left, right), (right, left)):
        if isinstance(one, bool) and isinstance(other, str):
            return to_text(one) == other.lower()
    return to_number(left) == to_number(right)


def less(left: object, right: object) -> bool:
    """Whether `left` is smaller: two texts by their letters, anything else as numbers, unanswered never."""
    if left is None or right is None:
        return False
    left, right = (to_text(v) if isinstance(v, (tuple, dict)) else v for v in (left, right))
    if isinstance(left, str) and isinstance(right, str):
        return left < right
    return to_number(left) < to_number(right)


def _has(left: object, right: object) -> bool | None:
    """Say whether an array or text `left` holds `right`; None where the question makes no sense."""
    if left == ():
        return False
    if left is None or left == "" or is_missing(left):
        return None
    if not isinstance(left, tuple):
        return to_text(right).lower() in to_text(left).lower() if _present(right) else None
    wanted = right if isinstance(right, tuple) else (right,)
    return all(any(equal(entry, each) for entry in left) for each in wanted)


def _present(value: object) -> bool:
    return truthy(value)


def contains(left: object, right: object) -> bool:
    """Whether the ticks of `left` include `right` (all of them, if an array), or the text includes the text."""
    return _has(left, right) is True


def notcontains(left: object, right: object) -> bool:
    """Whether `left` lacks `right`; true of an unanswered question."""
    if not truthy(left) and not is_empty(right):
        return True
    return _has(left, right) is False


def anyof(left: object, right: object) -> bool:
    """Whether at least one tick of `left` is in the array `right`."""
    if is_empty(left):
        return is_empty(right)
    if is_empty(right):
        return True
    if not isinstance(left, tuple):
        return contains(right, left)
    return any(contains(left, each) for each in (right if isinstance(right, tuple) else (right,)))


def allof(left: object, right: object) -> bool:
    """Whether every entry of the array `right` is ticked in `left`."""
    if not truthy(left) and not is_empty(right):
        return False
    return all(contains(left, each) for each in right) if isinstance(right, tuple) else contains(left, right)


BINARY: Mapping[str, Callable[[object, object], object]] = {
    "or": arithmetic(lambda left, right: left if truthy(left) else right),
    "and": arithmetic(lambda left, right: right if truthy(left) else left),
    "=": equal,
    "!=": lambda left, right: not equal(left, right),
    "<": less,
    "<=": lambda left, right: equal(left, right) or less(left, right),
    ">": lambda left, right: less(right, left),
    ">=": lambda left, right: equal(left, right) or less(right, left),
    "+": arithmetic(plus),
    "-": arithmetic(minus),
    "*": arithmetic(times),
    "/": arithmetic(divided),
    "contains": contains,
    "notcontains": notcontains,
    "anyof": anyof,
    "allof": allof,
    "noneof": lambda left, right: not anyof(left, right),
}
"""Operator → its meaning."""

UNARY: Mapping[str, Callable[[object], object]] = {
    "!": lambda value: not truthy(value),
    "empty": is_empty,
    "notempty": lambda value: not is_empty(value),
}
"""Operator of one operand → its meaning."""
