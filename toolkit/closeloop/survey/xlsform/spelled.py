"""How XPath writes texts, numbers and patterns."""

from __future__ import annotations

import re
from collections.abc import Sequence

from closeloop.forms.loose import to_number
from closeloop.text import LocalText, message


class NotInXPathError(Exception):
    """A part of a condition that XPath cannot say with the same meaning."""

    def __init__(self, reason: LocalText) -> None:
        self.reason = reason
        super().__init__(str(reason))


def refused(key: str, **fields: object) -> NotInXPathError:
    """Return the error with the catalogue's reason ``xlsform.key``."""
    return NotInXPathError(message(f"xlsform.{key}", **fields))


def joined(parts: Sequence[str], word: str) -> str:
    """Return conditions joined by and/or; nothing joined by `and` holds, nothing joined by `or` does not."""
    if not parts:
        return "true()" if word == "and" else "false()"
    return parts[0] if len(parts) == 1 else f"({f' {word} '.join(parts)})"


def quoted(text: str) -> str:
    r"""Return a text as XPath writes it, whatever quotes it holds.

    Examples
    --------
    >>> quoted("it's"), quoted('say "it\'s"')
    ('"it\'s"', 'concat(\'say "it\', "\'", \'s"\')')
    """
    if "'" not in text:
        return f"'{text}'"
    if '"' not in text:
        return f'"{text}"'
    return "concat(" + ', "\'", '.join(f"'{part}'" for part in text.split("'")) + ")"


def matching(pattern: str) -> str:
    r"""Return a pattern that matches a whole text where `pattern` is found in it, in whatever program.

    Examples
    --------
    >>> matching("[a-z]+")
    '^[\\s\\S]*(?:[a-z]+)[\\s\\S]*$'
    """
    return rf"^[\s\S]*(?:{pattern})[\s\S]*$"


def bare(text: str) -> str:
    """Return an expression without the parentheses that stand around the whole of it."""
    if not text.startswith("(") or not text.endswith(")"):
        return text
    depth, quote = 0, ""
    for place, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        else:
            depth += (char == "(") - (char == ")")
            if depth == 0 and place < len(text) - 1:
                return text
    return text[1:-1]


def finite(value: object) -> bool:
    """Say whether a value counts as a number that can be written."""
    number = to_number(value)
    return abs(number) < float("inf")  # False also for what is no number


def number_text(value: object) -> str:
    """Return a number as XPath writes it, without an exponent."""
    text = format(to_number(value), ".15g")
    if "e" in text:
        raise refused("compared", operator=text)
    return text


def any_case(text: str) -> str:
    """Return a regular expression for a text in whatever case."""
    return "".join(_either_case(char) for char in text)


def _either_case(char: str) -> str:
    lower, upper = char.lower(), char.upper()
    return f"[{lower}{upper}]" if lower != upper and len(lower) == len(upper) == 1 else re.escape(char)
