"""How numbers, dates, yes and no, and what is written beside "other" are spelled in cells."""

from __future__ import annotations

import re

WHOLE = re.compile(r"[+-]?\d+(?:\.0*)?")
BROKEN = re.compile(r"[+-]?(?:\d*[.,]\d+|\d+\s*[¼½¾⅓⅔])")
NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?")
GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
SHEET_DATE = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[ T]00:00:00)?|\d{1,2}-[A-Za-z]{3}(?:-\d{2,4})?|[A-Za-z]{3}-\d{1,2}|\d{1,2}月\d{1,2}日"
)
WRITE_IN = re.compile(r"(?P<option>.*?)〖(?P<text>.*)〗", re.DOTALL)
LETTERED = re.compile(r"[A-Z]{1,2}\.(?P<text>.+)", re.DOTALL)
AFTER_OTHER = re.compile(r"(?P<option>[^:：]+)[:：]\s*(?P<text>.+)", re.DOTALL)
WIDE = str.maketrans("０１２３４５６７８９．，＋－", "0123456789.,+-")  # as Chinese keyboards write them; ² is no 2
LARGEST = 2**53  # whole numbers beyond are not exact as floating-point numbers
YES = {"true", "yes", "y", "t", "是", "愿意", "同意", "对", "√", "✓"}
NO = {"false", "no", "n", "f", "否", "不愿意", "不同意", "不", "不是", "×"}
TICKED = {"1", "x", *YES}
UNTICKED = {"0", *NO}


def is_whole(text: str) -> bool:
    """Say whether a text is a whole number."""
    return bool(WHOLE.fullmatch(text)) and len(text) < 16


def is_number(text: str) -> bool:
    """Say whether a text is a number."""
    return bool(NUMBER.fullmatch(text) or GROUPED.fullmatch(text))


def is_date(text: str) -> bool:
    """Say whether a text is a date with the year first."""
    return bool(re.fullmatch(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:[ T][\d:.]+)?", text))


def is_yes_no(text: str) -> bool:
    """Say whether a text is a yes or a no."""
    return text.casefold() in YES | NO


def split_write_in(text: str) -> tuple[str, str | None]:
    """Return an option's label and what was written beside it, if anything was.

    Examples
    --------
    >>> split_write_in("其他〖配送太慢〗")
    ('其他', '配送太慢')
    """
    found = WRITE_IN.fullmatch(text)
    return (found["option"].strip(), found["text"].strip()) if found else (text, None)
