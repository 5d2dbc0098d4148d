"""The words of the views, in a given language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from closeloop.text import LocalText, message


def say(key: str, tag: str, /, **fields: Any) -> str:
    """Return the catalogue's text for a key in one language; a key without an area is one of the views.

    Examples
    --------
    >>> say("to", "zh-CN"), say("scores.total", "zh-CN")
    ('至', '合计')
    """
    return message(key if "." in key else f"views.{key}", **fields).in_language(tag)


def in_tag(text: LocalText | str, tag: str) -> str:
    """Return a text in one language; a plain string is what it is.

    Examples
    --------
    >>> in_tag(LocalText({"en": "Price", "zh-CN": "价格"}), "zh-CN"), in_tag("North", "zh-CN")
    ('价格', 'North')
    """
    return text.in_language(tag) if isinstance(text, LocalText) else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What stands between words and sentences."""

    comma: str
    last: str
    clause: str
    semicolon: str
    colon: str
    stop: str
    gap: str

    def listed(self, names: Sequence[str]) -> str:
        """Return names as a list within a sentence.

        Examples
        --------
        >>> marks("en").listed(["East", "North", "West"]), marks("zh-CN").listed(["东", "北"])
        ('East, North and West', '东和北')
        """
        if len(names) < 2:
            return "".join(names)
        return self.comma.join(names[:-1]) + self.last + names[-1]

    def ended(self, text: str) -> str:
        """Return a text that ends with a full stop.

        Examples
        --------
        >>> marks("en").ended("as asked for"), marks("zh-CN").ended("按您的指定。")
        ('as asked for.', '按您的指定。')
        """
        return text if not text or text[-1] in ".。!?！？" else text + self.stop


_MARKS = {
    "en": Marks(comma=", ", last=" and ", clause=", ", semicolon="; ", colon=": ", stop=".", gap=" "),
    "zh-CN": Marks(comma="、", last="和", clause="，", semicolon="；", colon="：", stop="。", gap=""),
}


def marks(tag: str) -> Marks:
    """Return the punctuation of a language."""
    return _MARKS[tag]
