"""What each operator of a survey expression means for one respondent.

The meaning is SurveyJS's, quirk by quirk, because the same text runs there in the respondent's browser: loose
equality, an unanswered question that is smaller than nothing and different from everything, arrays compared as sets.
``None`` is unanswered; an array is a tuple; a matrix is a dict; a date is its ISO text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from closeloop.forms.coded import is_missing

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_SIGNIFICANT_DIGITS = 15
_QUOTES = "'\""


def answer_value(value: object) -> object:
    """Return an answer as expressions see it: number-like text is a number, no tick at all is unanswered.

    Examples
    --------
    >>> answer_value("10"), answer_value("007"), answer_value(()), answer_value("TRUE")
    (10, '007', None, True)
    """
    if isinstance(value, str):
        return _answer_text(value)
    if is_missing(value):
        return None
    if isinstance(value, (tuple, list, set, frozenset)):
        return tuple(value) or None
    if isinstance(value, Mapping):
        return {str(key): entry for key, entry in value.items() if not is_empty(entry)} or None
    if isinstance(value, date):
        return value.isoformat()
    return value


def _answer_text(text: str) -> object:
    if text.lower() in {"true", "false"}:
        return text.lower() == "true"
    if len(text) > 1 and text[0] in _QUOTES and text[-1] in _QUOTES:
        return text[1:-1]
    if len(text) > 1 and text[0] == "0" and text[1] not in ".,":
        return text  # a leading zero is part of a code or a phone number
    number = _number_like(text)
    return text if number is None else number


def _number_like(text: str) -> int | float | None:
    trimmed = text.strip()
    if len(trimmed) > _SIGNIFICANT_DIGITS and trimmed.isdecimal():
        return None
    if trimmed.count(",") == 1:
        trimmed = trimmed.replace(",", ".")
    return _plain(float(trimmed)) if trimmed.isascii() and _NUMBER.fullmatch(trimmed) else None


def _plain(number: float) -> int | float:
    """Return a whole float as an int, so that it prints without “.0”, as it does in a browser."""
    return int(number) if math.isfinite(number) and number == int(number) else number


def is_empty(value: object) -> bool:
    """Say whether a value is empty: unanswered, ``''``, no ticks; never ``0`` or ``False``.

    Examples
    --------
    >>> [is_empty(v) for v in (None, "", (), 0, False)]
    [True, True, True, False, False]
    """
    if isinstance(value, Mapping):
        return all(is_empty(entry) for entry in value.values())
    return is_missing(value) or (isinstance(value, (str, tuple, list, set, frozenset)) and not value)


def truthy(value: object) -> bool:
    """Say whether a value counts as true: all but unanswered, ``0``, ``''``, ``False`` and not-a-number."""
    if isinstance(value, (tuple, dict)):
        return True
    return bool(value) and not is_missing(value)


def is_true(value: object) -> bool:
    """Say whether a whole condition with this value holds: true, ``1`` and ``'1'`` do, no other number or text does.

    A browser asks ``value == true`` at the end; so a bare ``{visits}`` holds for one visit and not for two.

    Examples
    --------
    >>> [is_true(v) for v in (True, 1, 2, "yes", None)]
    [True, True, False, False, False]
    """
    return value is not None and to_number(value) == 1


def to_number(value: object) -> float:
    """Return the number that a value stands for in arithmetic and in ``<``; NaN where there is none."""
    if isinstance(value, (int, float)):
        return float(value)
    if value is None:
        return 0.0
    text = to_text(value).strip()
    if not text:
        return 0.0
    return float(text) if text.isascii() and _NUMBER.fullmatch(text) else math.nan


def to_text(value: object) -> str:
    """Return a value as text, spelt as a browser spells it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else str(_plain(value))
    if isinstance(value, tuple):
        return ",".join("" if entry is None else to_text(entry) for entry in value)
    if isinstance(value, dict):
        return "[object Object]"
    return "null" if value is None else str(value)


def equal(left: object, right: object) -> bool:
    """Loose equality: text by meaning of its letters and blanks trimmed, ``'5'`` equals ``5``, arrays as sets."""
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


def _fill(value: object, other: object) -> object:
    """Return what an empty operand of arithmetic or of and/or counts as beside `other`."""
    if not is_empty(value) or isinstance(value, str):
        return value
    if isinstance(other, str):
        return ""
    return () if isinstance(other, tuple) else 0


def _decimals(value: object) -> int:
    if not isinstance(value, float) or value.is_integer() or not math.isfinite(value):
        return 0
    return max(0, -int(Decimal(str(value)).as_tuple().exponent))


def _rounded(number: float, digits: int) -> int | float:
    """Cut the noise of binary fractions: 0.1 + 0.2 is 0.3."""
    if digits == 0 or not math.isfinite(number):
        return _plain(number)
    return _plain(float(Decimal(number).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)))


def plus(left: object, right: object) -> object:
    """Sum of two numbers; texts are joined."""
    if isinstance(left, tuple) or isinstance(right, tuple):
        return _joined(left, right)
    if isinstance(left, (str, dict)) or isinstance(right, (str, dict)):
        return to_text(left) + to_text(right)
    return _rounded(to_number(left) + to_number(right), max(_decimals(left), _decimals(right)))


def _joined(left: object, right: object) -> object:
    """Return the sum of an array and something: an array, a text, or the sum of the array's numbers and a number."""
    if _counts_as_number(left) and _counts_as_number(right):
        return to_text(left) + to_text(right)
    if isinstance(left, tuple) and isinstance(right, tuple):
        return left + right
    array, other = (left, right) if isinstance(left, tuple) else (right, left)
    entries: tuple[object, ...] = array if isinstance(array, tuple) else ()
    if isinstance(other, str):
        text = ", ".join(map(to_text, entries))
        return text + other if array is left else other + text
    if isinstance(other, bool) or not isinstance(other, (int, float)):
        return to_text(left) + to_text(right)
    numbers = [entry for entry in entries if isinstance(entry, (int, float)) and not isinstance(entry, bool)]
    return _rounded(sum(numbers) + other, max(map(_decimals, (*numbers, other))))


def _counts_as_number(value: object) -> bool:
    """Say whether a value passes for a number before a sum: also the array of one number-like entry does."""
    if isinstance(value, tuple):
        return len(value) == 1 and not isinstance(value[0], (bool, tuple, dict)) and _counts_as_number(value[0])
    if isinstance(value, str):
        return _number_like(value) is not None
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def minus(left: object, right: object) -> object:
    """Difference of two numbers."""
    return _rounded(to_number(left) - to_number(right), max(_decimals(left), _decimals(right)))


def times(left: object, right: object) -> object:
    """Product of two numbers."""
    return _rounded(to_number(left) * to_number(right), _decimals(left) + _decimals(right))


def divided(left: object, right: object) -> object:
    """Quotient of two numbers; nothing where the divisor is nothing or zero."""
    if not truthy(right):
        return None
    divisor = to_number(right)
    return _plain(to_number(left) / divisor) if divisor else math.nan


def _arithmetic(apply: Callable[[object, object], object]) -> Callable[[object, object], object]:
    def run(left: object, right: object) -> object:
        filled = _fill(left, right)
        return apply(filled, _fill(right, filled))

    return run


BINARY: Mapping[str, Callable[[object, object], object]] = {
    "or": _arithmetic(lambda left, right: left if truthy(left) else right),
    "and": _arithmetic(lambda left, right: right if truthy(left) else left),
    "=": equal,
    "!=": lambda left, right: not equal(left, right),
    "<": less,
    "<=": lambda left, right: equal(left, right) or less(left, right),
    ">": lambda left, right: less(right, left),
    ">=": lambda left, right: equal(left, right) or less(right, left),
    "+": _arithmetic(plus),
    "-": _arithmetic(minus),
    "*": _arithmetic(times),
    "/": _arithmetic(divided),
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
