"""One answer checked against its item: whether it is a value that could have been given."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from closeloop.errors import closest
from closeloop.forms.fields import shown
from closeloop.forms.items import NONE, BaseItem, Comment, DateItem, Matrix, Multi, NumberItem, TextItem
from closeloop.forms.operators import is_empty
from closeloop.text import LocalText, message

_FORMATS = {
    "email": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+"),
    "url": re.compile(r"(https?|ftp)://[^\s/]+\S*", re.IGNORECASE),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong with an answer.

    Attributes
    ----------
    code : str
        ``out_of_range``, ``not_integer``, ``not_a_number``, ``unknown_option``, ``unknown_row``, ``too_many``,
        ``too_few``, ``twice``, ``duplicate_rank``, ``exclusive_with_others``, ``not_a_date``, ``too_long``,
        ``too_short``, ``pattern``, ``check_failed``, ``required``, ``answered_while_hidden``, ``unknown_item`` or
        ``wrong_type``.
    item : str
        The item, or ``matrix.row``.
    value : object
        The answer.
    message : LocalText
        What was expected and what was found.
    suggestion : LocalText or None
        What to do.
    """

    code: str
    item: str
    value: object
    message: LocalText
    suggestion: LocalText | None = None


_NUMBERS = (int, float, np.integer, np.floating)
_CODES = {"off_step": "out_of_range", "format": "pattern"}  # other words for the same kind of problem


def problem_of(
    wording: str, item: BaseItem | str, value: object, suggestion: LocalText | None = None, **fields: object
) -> Problem:
    """Return a problem in the catalogue's words ``forms.answer_<wording>``."""
    name = item if isinstance(item, str) else item.name
    text = message(f"forms.answer_{wording}", item=name, value=shown(value), **fields)
    code = _CODES.get(wording, wording)
    return Problem(code=code, item=name, value=value, message=text, suggestion=suggestion)


def check_value(item: BaseItem, value: object) -> Problem | None:
    """Return what is wrong with a typed answer; None if it is a possible answer or there is none.

    Parameters
    ----------
    item : BaseItem
        The item.
    value : object
        A whole number for the scales, true/false for yesno, an option value for single, a tuple of them for multi and
        (best first) ranking, a mapping row → answer for matrix, a number, a date, or a text.

    Returns
    -------
    Problem or None

    Examples
    --------
    >>> from closeloop.forms.items import Nps
    >>> item = Nps(name="recommend", type="nps")
    >>> check_value(item, 11).code, check_value(item, 7.5).code, check_value(item, 0)
    ('out_of_range', 'not_integer', None)
    """
    if is_empty(value):
        return None
    if item.type == "matrix" or item.scale is None:
        return _CHECKS[item.type](item, value)
    return _scale_point(item.name, item.scale, value)


def _scale_point(name: str, scale: range, value: object) -> Problem | None:
    if isinstance(value, bool) or not isinstance(value, _NUMBERS):
        return problem_of("not_a_number", name, value)
    if not math.isfinite(value) or value < scale[0] or value > scale[-1]:
        return problem_of("out_of_range", name, value, low=scale[0], high=scale[-1])
    if value != int(value):
        return problem_of("not_integer", name, value)
    return None if int(value) in scale else problem_of("off_step", name, value, points=", ".join(map(str, scale)))


def _option(name: str, allowed: tuple[str, ...], value: object) -> Problem | None:
    if value in allowed:
        return None
    if not isinstance(value, str):
        return problem_of("wrong_type", name, value, expected=message("forms.expected_option"))
    similar = closest(value, allowed, n=1)
    suggestion = message("forms.did_you_mean", name=similar[0]) if similar else None
    return problem_of("unknown_option", name, value, suggestion, options=", ".join(allowed))


def _single(item: BaseItem, value: object) -> Problem | None:
    return _option(item.name, item.values, value)


def _several(item: BaseItem, value: object) -> Problem | tuple[object, ...]:
    """Return the entries of an answer of several options, or what is wrong with them."""
    if not isinstance(value, (tuple, list, set, frozenset)):
        return problem_of("wrong_type", item, value, expected=message("forms.expected_options"))
    entries = tuple(value)
    for entry in entries:
        fault = _option(item.name, item.values, entry)
        if fault is not None:
            return fault
    return entries


def _multi(item: BaseItem, value: object) -> Problem | None:
    entries = _several(item, value)
    if isinstance(entries, Problem):
        return entries
    if len(set(entries)) < len(entries):
        return problem_of("twice", item, value)
    alone = {NONE} | {option.value for option in getattr(item, "options", ()) if option.exclusive}
    excluding = sorted(alone.intersection(map(str, entries)))
    if excluding and len(entries) > 1:
        return problem_of("exclusive_with_others", item, value, option=excluding[0])
    if not isinstance(item, Multi) or excluding:
        return None
    if item.max is not None and len(entries) > item.max:
        return problem_of("too_many", item, value, found=len(entries), most=item.max)
    if item.min is not None and len(entries) < item.min:
        return problem_of("too_few", item, value, found=len(entries), least=item.min)
    return None


def _ranking(item: BaseItem, value: object) -> Problem | None:
    if isinstance(value, Mapping):
        entries = _several(item, tuple(value))
        ranks = [rank for rank in value.values() if not is_empty(rank)]
        for rank in ranks:
            fault = _scale_point(item.name, range(1, len(item.values) + 1), rank)
            if fault is not None:
                return fault
        if isinstance(entries, Problem):
            return entries
        return problem_of("duplicate_rank", item, value) if len(set(ranks)) < len(ranks) else None
    entries = _several(item, value)
    if isinstance(entries, Problem):
        return entries
    return problem_of("duplicate_rank", item, value) if len(set(entries)) < len(entries) else None


def _matrix(item: BaseItem, value: object) -> Problem | None:
    if not isinstance(item, Matrix) or not isinstance(value, Mapping):
        return problem_of("wrong_type", item, value, expected=message("forms.expected_rows"))
    rows = tuple(row.value for row in item.rows)
    for row, answer in value.items():
        name = f"{item.name}.{row}"
        if row not in rows:
            similar = closest(str(row), rows, n=1)
            suggestion = message("forms.did_you_mean", name=similar[0]) if similar else None
            return problem_of("unknown_row", name, answer, suggestion, rows=", ".join(rows))
        if is_empty(answer):
            continue
        scale = item.scale
        fault = _option(name, item.values, answer) if scale is None else _scale_point(name, scale, answer)
        if fault is not None:
            return fault
    return None


def _yesno(item: BaseItem, value: object) -> Problem | None:
    if isinstance(value, (bool, np.bool_)):
        return None
    return problem_of("wrong_type", item, value, expected=message("forms.expected_yesno"))


def _text(item: BaseItem, value: object) -> Problem | None:
    if not isinstance(value, str):
        return problem_of("wrong_type", item, value, expected=message("forms.expected_text"))
    longest = item.max_length if isinstance(item, (TextItem, Comment)) else None
    if longest is not None and len(value) > longest:
        return problem_of("too_long", item, value, found=len(value), most=longest)
    if not isinstance(item, TextItem):
        return None
    if item.min_length is not None and len(value) < item.min_length:
        return problem_of("too_short", item, value, found=len(value), least=item.min_length)
    form = _FORMATS.get(item.format)
    if form is not None and not form.fullmatch(value.strip()):
        return problem_of("format", item, value, expected=message(f"forms.expected_{item.format}"))
    if item.pattern is not None and not re.search(item.pattern, value):
        return problem_of("pattern", item, value, pattern=item.pattern)
    return None


def _number(item: BaseItem, value: object) -> Problem | None:
    if isinstance(value, bool) or not isinstance(value, _NUMBERS) or not math.isfinite(value):
        return problem_of("not_a_number", item, value)
    if not isinstance(item, NumberItem):
        return None
    if (item.min is not None and value < item.min) or (item.max is not None and value > item.max):
        return problem_of("out_of_range", item, value, low=_limit(item.min), high=_limit(item.max))
    return problem_of("not_integer", item, value) if item.integer and value != int(value) else None


def _limit(value: object) -> str:
    return "…" if value is None else str(value)


def _date(item: BaseItem, value: object) -> Problem | None:
    day = value
    if isinstance(day, str):
        try:
            day = date.fromisoformat(day)
        except ValueError:
            return problem_of("not_a_date", item, value)
    if isinstance(day, datetime):
        day = day.date()
    if not isinstance(day, date):
        return problem_of("not_a_date", item, value)
    if isinstance(item, DateItem) and ((item.min and day < item.min) or (item.max and day > item.max)):
        return problem_of("out_of_range", item, value, low=_limit(item.min), high=_limit(item.max))
    return None


def _note(item: BaseItem, value: object) -> Problem:
    return problem_of("wrong_type", item, value, expected=message("forms.expected_nothing"))


def _hidden(item: BaseItem, value: object) -> Problem | None:
    if isinstance(value, (str, int, float, bool, date, np.generic)):
        return None
    return problem_of("wrong_type", item, value, expected=message("forms.expected_hidden"))


_CHECKS: Mapping[str, Callable[[BaseItem, object], Problem | None]] = {
    "single": _single,
    "multi": _multi,
    "matrix": _matrix,
    "ranking": _ranking,
    "yesno": _yesno,
    "text": _text,
    "comment": _text,
    "number": _number,
    "date": _date,
    "note": _note,
    "hidden": _hidden,
}
