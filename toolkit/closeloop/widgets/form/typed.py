"""From what a page sends to a typed answer, and back.

Nothing is guessed: what can be read in two ways, or in none, is refused in words, and the person's own text stays.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from closeloop.forms.fields import shown
from closeloop.forms.items import NONE, BaseItem, Matrix, Multi, NumberItem
from closeloop.text import message

LARGEST = 2**53
"""Whole numbers beyond are not exact as floating-point numbers."""

_WIDE = str.maketrans("０１２３４５６７８９．，＋－−", "0123456789.,+--")  # as Chinese keyboards write them
_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,2})?")
_COMMA = re.compile(r"[+-]?\d*,\d+")
_THREE = re.compile(r"[+-]?\d{1,3},\d{3}")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3}){2,}(?:\.\d+)?|[+-]?\d{1,3},\d{3}\.\d+")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_UNPRINTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_YES, _NO = frozenset({"yes", "true"}), frozenset({"no", "false"})


def typed(item: BaseItem, raw: object, before: object = None) -> Any:
    """Return the typed answer that a raw value of the page means; None for no answer.

    Parameters
    ----------
    item : BaseItem
        What is answered.
    raw : object
        A JSON value (typed answers are understood as well): a number or its text for the scales and numbers, an option
        value, a list of them, true/false, a text, an ISO date; for a matrix a mapping row → answer.
    before : object
        The typed answer so far: rows of a matrix that are not named stay, and of exclusive options the later one wins.

    Raises
    ------
    ValueError
        If it cannot be understood; the message says what is expected.

    Examples
    --------
    >>> from closeloop.forms.items import Multi, NumberItem
    >>> typed(NumberItem(name="visits", type="number"), "１２")
    12
    >>> pains = Multi(name="pains", type="multi", options=["price", "app"], none=True)
    >>> typed(pains, ["app", "price"]), typed(pains, ["app", "none"], ("app",))
    (('price', 'app'), ('none',))
    """
    if raw is None or (isinstance(raw, str) and not raw):
        return None
    if item.scale is not None and not isinstance(item, Matrix):
        return whole(raw)
    return _READERS[item.type](item, raw, before)


def whole(raw: object) -> int:
    """Return a point of a scale."""
    if isinstance(raw, str) and re.fullmatch(r"-?\d{1,3}", raw.strip()):
        return int(raw)
    if isinstance(raw, (int, float)) and not isinstance(raw, bool) and math.isfinite(raw) and raw == int(raw):
        return int(raw)
    raise ValueError(message("form.not_a_point", value=shown(raw)))


def plain(raw: object) -> str:
    r"""Return a text as it is kept: line ends as ``\n``, without what no file could hold.

    Examples
    --------
    >>> plain("one\r\ntwo\x00")
    'one\ntwo'
    """
    if not isinstance(raw, str):
        raise ValueError(message("form.not_a_text", value=shown(raw)))  # noqa: TRY004  # one error for all that is not understood
    return _UNPRINTED.sub("", raw.replace("\r\n", "\n").replace("\r", "\n"))


def as_json(value: object) -> Any:
    """Return a typed answer as JSON holds it.

    Examples
    --------
    >>> as_json(("price", "app")), as_json(dt.date(2026, 3, 31))
    (['price', 'app'], '2026-03-31')
    """
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): as_json(entry) for key, entry in value.items()}
    if isinstance(value, (tuple, list)):
        return [as_json(entry) for entry in value]
    return value


def _text(_: BaseItem, raw: object, __: object) -> str | None:
    return plain(raw) or None


def _number(item: BaseItem, raw: object, _: object) -> int | float:
    if isinstance(raw, bool) or not isinstance(raw, (int, float, str)):
        raise ValueError(message("form.not_a_number", value=shown(raw)))  # noqa: TRY004  # as above
    number = _read_number(raw) if isinstance(raw, str) else raw
    if not math.isfinite(number) or abs(number) > 1e300:
        raise ValueError(message("form.not_a_number", value=shown(raw)))
    if isinstance(item, NumberItem) and item.integer and abs(number) >= LARGEST:
        raise ValueError(message("form.too_large", value=shown(raw)))
    return int(number) if number == int(number) and abs(number) < LARGEST else float(number)


def _read_number(text: str) -> float:
    digits = text.strip().translate(_WIDE)
    if _THREE.fullmatch(digits):
        ways = {"one": digits.replace(",", ""), "other": digits.replace(",", ".")}
        raise ValueError(message("form.two_numbers", value=shown(text), **ways))
    if _GROUPED.fullmatch(digits):
        digits = digits.replace(",", "")
    elif _COMMA.fullmatch(digits):
        digits = digits.replace(",", ".")
    if not _PLAIN.fullmatch(digits) or not digits.isascii():
        raise ValueError(message("form.not_a_number", value=shown(text)))
    return float(digits)


def _date(_: BaseItem, raw: object, __: object) -> dt.date:
    if isinstance(raw, dt.datetime):
        return raw.date()
    if isinstance(raw, dt.date):
        return raw
    found = _DAY.fullmatch(raw.strip().translate(_WIDE)) if isinstance(raw, str) else None
    if found is not None:
        try:
            return dt.date(*(int(part) for part in found.groups()))
        except ValueError:
            pass  # such as 31 February; said below
    raise ValueError(message("form.not_a_date", value=shown(raw)))


def _yesno(_: BaseItem, raw: object, __: object) -> bool:
    said = raw.strip().lower() if isinstance(raw, str) else raw
    if isinstance(said, bool):
        return said
    if said in _YES or said in _NO:
        return said in _YES
    raise ValueError(message("form.not_yes_no", value=shown(raw)))


def _single(item: BaseItem, raw: object, _: object) -> str:
    return _option(raw, item.values)


def _option(raw: object, values: Iterable[str]) -> str:
    if isinstance(raw, str) and raw in values:
        return raw
    raise ValueError(message("form.not_an_option", value=shown(raw)))


def _multi(item: BaseItem, raw: object, before: object) -> tuple[str, ...] | None:
    chosen = _several(raw, item.values)
    alone = exclusive(item)
    earlier = before if isinstance(before, tuple) else ()
    new = [value for value in chosen if value not in earlier]
    if any(value in alone for value in new):
        chosen = [next(value for value in reversed(new) if value in alone)]
    elif new:
        chosen = [value for value in chosen if value not in alone]
    return tuple(value for value in item.values if value in chosen) or None


def exclusive(item: BaseItem) -> frozenset[str]:
    """Return the options that stand alone: “none of these” and those that say so."""
    alone = {option.value for option in getattr(item, "options", ()) if option.exclusive}
    return frozenset(alone | ({NONE} if isinstance(item, Multi) and item.none else set()))


def _several(raw: object, values: Sequence[str]) -> list[str]:
    if isinstance(raw, (str, Mapping)) or not isinstance(raw, (list, tuple, set, frozenset)):
        raise ValueError(message("form.not_options", value=shown(raw)))  # noqa: TRY004  # one error for all that is not understood
    return list(dict.fromkeys(_option(entry, values) for entry in raw))


def _ranking(item: BaseItem, raw: object, _: object) -> tuple[str, ...] | None:
    return tuple(_several(raw, item.values)) or None


def _matrix(item: BaseItem, raw: object, before: object) -> dict[str, Any] | None:
    if not isinstance(raw, Mapping) or not isinstance(item, Matrix):
        raise ValueError(message("form.not_rows", value=shown(raw)))  # noqa: TRY004  # one error for all that is not understood
    answers = dict(before) if isinstance(before, Mapping) else {}
    for row, answer in raw.items():
        _option(row, [each.value for each in item.rows])
        if answer is None or answer == "":
            answers.pop(row, None)
        else:
            answers[row] = _option(answer, item.values) if item.scale is None else whole(answer)
    return {row.value: answers[row.value] for row in item.rows if row.value in answers} or None


def _hidden(_: BaseItem, raw: object, __: object) -> object:
    return plain(raw).strip() or None if isinstance(raw, str) else raw


def _note(item: BaseItem, _: object, __: object) -> None:
    raise ValueError(message("form.not_answered", item=item.name))


_READERS: Mapping[str, Callable[[BaseItem, object, object], Any]] = {
    "text": _text,
    "comment": _text,
    "number": _number,
    "date": _date,
    "yesno": _yesno,
    "single": _single,
    "multi": _multi,
    "ranking": _ranking,
    "matrix": _matrix,
    "hidden": _hidden,
    "note": _note,
}
