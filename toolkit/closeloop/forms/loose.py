"""What a value counts as in a survey expression: as a number, as text, as true, as empty.

As in SurveyJS, quirk by quirk, because the same text runs there in the respondent's browser. ``None`` is unanswered; an
array is a tuple; a matrix is a dict; a date is its ISO text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date

from closeloop.forms.coded import is_missing

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_OTHER_BASE = re.compile(r"0([xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)")
_SIGNIFICANT_DIGITS = 15
_QUOTES = "'\""
_HUGE = 10**308  # what is larger is infinite in a browser


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
    if text.startswith("0x") and _OTHER_BASE.fullmatch(text):
        return int(text, 16)
    if len(text) > 1 and text[0] == "0" and text[1] not in ".,":
        return text  # a leading zero is part of a code or a phone number
    number = number_like(text)
    return text if number is None else number


def number_like(text: str) -> int | float | None:
    """Return the number that an answer is which only looks like text; None if it is text."""
    trimmed = text.strip()
    if len(trimmed) > _SIGNIFICANT_DIGITS and trimmed.isdecimal():
        return None
    if trimmed.count(",") == 1:
        trimmed = trimmed.replace(",", ".")
    return plain(float(trimmed)) if trimmed.isascii() and _NUMBER.fullmatch(trimmed) else None


def plain(number: float) -> int | float:
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
    if isinstance(value, float):
        return value
    if isinstance(value, int):
        return float(value) if abs(value) < _HUGE else math.inf * (1 if value > 0 else -1)
    if value is None:
        return 0.0
    text = to_text(value).strip()
    if not text:
        return 0.0
    if _OTHER_BASE.fullmatch(text):
        return to_number(int(text, 0))
    if text.removeprefix("-").removeprefix("+") == "Infinity":
        return -math.inf if text[0] == "-" else math.inf
    return float(text) if text.isascii() and _NUMBER.fullmatch(text) else math.nan


def to_text(value: object) -> str:
    """Return a value as text, spelt as a browser spells it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        return "NaN" if math.isnan(value) else str(plain(value))
    if isinstance(value, tuple):
        return ",".join("" if entry is None else to_text(entry) for entry in value)
    if isinstance(value, dict):
        return "[object Object]"
    return "null" if value is None else str(value)
