"""Values as people read them: points with their sign, percent in the way of the language, small p as a bound.

One writer serves tables, figures, plain text and sentences. ``told`` gives a value in both languages, ready to be put
into a message.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from closeloop.numbers import NO_BREAK, between, number, percent, signed
from closeloop.numbers import level as written_level
from closeloop.text import LANGUAGES, LocalText, message

FORMS = ("text", "short", "count", "points", "percent", "decimal", "p", "yes")
"""How a value may be written: as it is; as it is, on one line; a whole number; an NPS in points with its sign; a share
0…1 as a percentage; a number; a probability of a test; yes or no."""

_DIGITS = {"count": 0, "points": 1, "percent": 1, "decimal": 2, "p": 3}


def write(value: Any, form: str, tag: str, digits: int | None = None) -> str:
    r"""Return a value as text in one language; a missing one is a dash.

    Parameters
    ----------
    value : object
        A number, a text, None or NaN.
    form : str
        One of `FORMS`.
    tag : str
        The language.
    digits : int, optional
        Decimals, if not those of the form.

    Examples
    --------
    >>> write(-9.64, "points", "en"), write(0.4, "percent", "zh-CN"), write(0.0004, "p", "en")
    ('−9.6', '40.0%', '< 0.001')
    """
    if isinstance(value, LocalText):
        return value.in_language(tag)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if form == "yes":
        return message("views.yes" if value else "views.no").in_language(tag)
    if form in {"text", "short"}:
        return number(value, 0 if isinstance(value, int) else 2) if _is_number(value) else str(value)
    places = _DIGITS[form] if digits is None else digits
    if form == "points":
        return signed(value, places)
    if form == "percent":
        return percent(100 * value, tag, places)
    if form == "p" and value < 10.0**-places:
        return f"< {10.0**-places:.{places}f}"
    return number(value, places)


def write_interval(low: Any, high: Any, form: str, tag: str, digits: int | None = None) -> str:
    r"""Return two limits as a range that does not break over a line; a dash without limits.

    Examples
    --------
    >>> write_interval(-2.4, 16.3, "points", "en", 0).replace("\u00a0", " ")
    '−2 to +16'
    """
    if any(limit is None or math.isnan(limit) for limit in (low, high)):
        return "–"
    return between(write(low, form, tag, digits), write(high, form, tag, digits), tag)


def told(value: Any, form: str, digits: int | None = None) -> LocalText:
    """Return a value in both languages, to be put into a message.

    Examples
    --------
    >>> told(0.25, "percent", 0).zh
    '25%'
    """
    return LocalText({tag: write(value, form, tag, digits) for tag in LANGUAGES})


def told_interval(low: Any, high: Any, form: str, digits: int | None = None) -> LocalText:
    """Return two limits in both languages, to be put into a message.

    Examples
    --------
    >>> told_interval(0.1, 0.3, "percent", 0).zh.replace(chr(0xA0), " ")
    '10% 至 30%'
    """
    return LocalText({tag: write_interval(low, high, form, tag, digits) for tag in LANGUAGES})


def told_level(confidence_level: float) -> LocalText:
    """Return a confidence level in both languages.

    Examples
    --------
    >>> told_level(0.95).zh
    '95%'
    """
    return LocalText({tag: written_level(confidence_level, tag) for tag in LANGUAGES})


def told_p(p_value: float) -> LocalText:
    """Return a p with its sign of relation, to be put into a message; no line ends within it.

    Examples
    --------
    >>> [str(told_p(p)).replace(chr(0xA0), " ") for p in (0.0123, 1e-9)]
    ['p = 0.012', 'p < 0.001']
    """
    shown = {tag: write(p_value, "p", tag) for tag in LANGUAGES}
    signed = {tag: text if text.startswith("<") else f"= {text}" for tag, text in shown.items()}
    return LocalText({tag: f"p {text}".replace(" ", NO_BREAK) for tag, text in signed.items()})


def told_list(names: Sequence[LocalText | str]) -> LocalText:
    """Return names as a list within a sentence, in both languages.

    Examples
    --------
    >>> told_list(["price", "service", "app"])["en"], told_list(["价格", "服务", "应用"]).zh
    ('price, service and app', '价格、服务和应用')
    """
    texts = {}
    for tag in LANGUAGES:
        shown = [name.in_language(tag) if isinstance(name, LocalText) else str(name) for name in names]
        comma, last = (", ", " and ") if tag == "en" else ("、", "和")
        texts[tag] = comma.join(shown[:-1]) + last + shown[-1] if len(shown) > 1 else "".join(shown)
    return LocalText(texts)


def told_joined(parts: Sequence[LocalText | str], between: str, between_zh: str | None = None) -> LocalText:
    """Return texts one after the other with something in between, in both languages.

    Examples
    --------
    >>> told_joined(["price", LocalText({"en": "app", "zh-CN": "应用"})], "; ", "；").zh
    'price；应用'
    """
    marks = {"en": between, "zh-CN": between if between_zh is None else between_zh}
    texts = [part if isinstance(part, LocalText) else LocalText(part) for part in parts]
    return LocalText({tag: marks[tag].join(text.in_language(tag) for text in texts) for tag in LANGUAGES})


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
