"""Numbers and dates as they are printed: a real minus, signed points, no line break inside an interval."""

from __future__ import annotations

import math
from datetime import date

from closeloop.text import message

NO_BREAK = "\u00a0"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def number(value: float, decimals: int = 0) -> str:
    """Return a number with thousands and a real minus sign (U+2212).

    Examples
    --------
    >>> number(1180), number(-2.345, 1), number(-0.2)
    ('1,180', '−2.3', '0')
    """
    text = f"{value:,.{decimals}f}"
    if not any(digit in text for digit in "123456789"):
        text = text.lstrip("-")
    return text.replace("-", "−")


def signed(value: float, decimals: int = 0) -> str:
    """Return points with their sign; zero has none.

    Examples
    --------
    >>> signed(26.4), signed(-9.6), signed(0.3)
    ('+26', '−10', '0')
    """
    text = number(value, decimals)
    return f"+{text}" if value > 0 and any(digit in text for digit in "123456789") else text


def percent(value: float, tag: str, decimals: int = 0) -> str:
    r"""Return a percentage (0…100) in the way of the language.

    Examples
    --------
    >>> percent(95, "en") == "95\u00a0%", percent(95, "zh-CN")
    (True, '95%')
    """
    return number(value, decimals) + ("%" if tag == "zh-CN" else f"{NO_BREAK}%")


def level(confidence_level: float, tag: str) -> str:
    """Return a confidence level, with decimals only where it has some.

    Examples
    --------
    >>> level(0.95, "zh-CN"), level(0.999, "zh-CN")
    ('95%', '99.9%')
    """
    value = confidence_level * 100
    return percent(value, tag, 0 if math.isclose(value, round(value), abs_tol=1e-9) else 1)


def between(low: str, high: str, tag: str) -> str:
    """Return two written numbers as a range that does not break over a line.

    Examples
    --------
    >>> between("−2", "+16", "en").replace(NO_BREAK, " "), between("−2", "+16", "zh-CN").replace(NO_BREAK, " ")
    ('−2 to +16', '−2 至 +16')
    """
    return NO_BREAK.join((low, message("views.to").in_language(tag), high))


def day(when: date, tag: str) -> str:
    """Return a date.

    Examples
    --------
    >>> day(date(2026, 10, 13), "en"), day(date(2026, 10, 13), "zh-CN")
    ('13 Oct 2026', '2026-10-13')
    """
    return when.strftime("%Y-%m-%d") if tag == "zh-CN" else f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def days(first: date, last: date, tag: str) -> str:
    """Return a stretch of days, its common year said once.

    Examples
    --------
    >>> days(date(2026, 7, 1), date(2026, 9, 30), "en"), days(date(2026, 7, 1), date(2026, 9, 30), "zh-CN")
    ('1 Jul – 30 Sep 2026', '2026-07-01 至 09-30')
    >>> days(date(2025, 12, 1), date(2026, 1, 2), "en")
    '1 Dec 2025 – 2 Jan 2026'
    """
    if first == last:
        return day(first, tag)
    if tag == "zh-CN":
        return f"{day(first, tag)} 至 {last.strftime('%m-%d' if first.year == last.year else '%Y-%m-%d')}"
    start = f"{first.day} {MONTHS[first.month - 1]}" if first.year == last.year else day(first, tag)
    return f"{start} – {day(last, tag)}"
