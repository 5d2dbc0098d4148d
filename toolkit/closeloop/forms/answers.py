"""Answers checked against a form: the values themselves, and whether they had to or could be given at all."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from closeloop.errors import closest
from closeloop.forms.coded import Coded
from closeloop.forms.fields import shown
from closeloop.forms.form import Form
from closeloop.forms.items import (
    NONE,
    BaseItem,
    Comment,
    DateItem,
    Matrix,
    Multi,
    NumberItem,
    TextItem,
)
from closeloop.forms.logic import parse
from closeloop.forms.operators import is_empty
from closeloop.text import LocalText, message

_FORMATS = {
    "email": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+"),
    "url": re.compile(r"(https?|ftp)://[^\s/]+\S*", re.IGNORECASE),
}
_WRITTEN = "__other_text"


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


_CODES = {"off_step": "out_of_range", "format": "pattern"}  # other words for the same kind of problem


def _problem(
    wording: str, item: BaseItem | str, value: object, suggestion: LocalText | None = None, **fields: object
) -> Problem:
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
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        return _problem("not_a_number", name, value)
    if not math.isfinite(value) or value < scale[0] or value > scale[-1]:
        return _problem("out_of_range", name, value, low=scale[0], high=scale[-1])
    if value != int(value):
        return _problem("not_integer", name, value)
    return None if int(value) in scale else _problem("off_step", name, value, points=", ".join(map(str, scale)))


def _option(name: str, allowed: tuple[str, ...], value: object) -> Problem | None:
    if value in allowed:
        return None
    if not isinstance(value, str):
        return _problem("wrong_type", name, value, expected=message("forms.expected_option"))
    similar = closest(value, allowed, n=1)
    suggestion = message("forms.did_you_mean", name=similar[0]) if similar else None
    return _problem("unknown_option", name, value, suggestion, options=", ".join(allowed))


def _single(item: BaseItem, value: object) -> Problem | None:
    return _option(item.name, item.values, value)


def _several(item: BaseItem, value: object) -> Problem | tuple[object, ...]:
    """Return the entries of an answer of several options, or what is wrong with them."""
    if not isinstance(value, (tuple, list, set, frozenset)):
        return _problem("wrong_type", item, value, expected=message("forms.expected_options"))
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
        return _problem("twice", item, value)
    alone = {NONE} | {option.value for option in getattr(item, "options", ()) if option.exclusive}
    excluding = sorted(alone.intersection(map(str, entries)))
    if excluding and len(entries) > 1:
        return _problem("exclusive_with_others", item, value, option=excluding[0])
    if not isinstance(item, Multi) or excluding:
        return None
    if item.max is not None and len(entries) > item.max:
        return _problem("too_many", item, value, found=len(entries), most=item.max)
    if item.min is not None and len(entries) < item.min:
        return _problem("too_few", item, value, found=len(entries), least=item.min)
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
        return _problem("duplicate_rank", item, value) if len(set(ranks)) < len(ranks) else None
    entries = _several(item, value)
    if isinstance(entries, Problem):
        return entries
    return _problem("duplicate_rank", item, value) if len(set(entries)) < len(entries) else None


def _matrix(item: BaseItem, value: object) -> Problem | None:
    if not isinstance(item, Matrix) or not isinstance(value, Mapping):
        return _problem("wrong_type", item, value, expected=message("forms.expected_rows"))
    rows = tuple(row.value for row in item.rows)
    for row, answer in value.items():
        name = f"{item.name}.{row}"
        if row not in rows:
            similar = closest(str(row), rows, n=1)
            suggestion = message("forms.did_you_mean", name=similar[0]) if similar else None
            return _problem("unknown_row", name, answer, suggestion, rows=", ".join(rows))
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
    return _problem("wrong_type", item, value, expected=message("forms.expected_yesno"))


def _text(item: BaseItem, value: object) -> Problem | None:
    if not isinstance(value, str):
        return _problem("wrong_type", item, value, expected=message("forms.expected_text"))
    longest = item.max_length if isinstance(item, (TextItem, Comment)) else None
    if longest is not None and len(value) > longest:
        return _problem("too_long", item, value, found=len(value), most=longest)
    if not isinstance(item, TextItem):
        return None
    if item.min_length is not None and len(value) < item.min_length:
        return _problem("too_short", item, value, found=len(value), least=item.min_length)
    form = _FORMATS.get(item.format)
    if form is not None and not form.fullmatch(value.strip()):
        return _problem("format", item, value, expected=message(f"forms.expected_{item.format}"))
    if item.pattern is not None and not re.search(item.pattern, value):
        return _problem("pattern", item, value, pattern=item.pattern)
    return None


def _number(item: BaseItem, value: object) -> Problem | None:
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float, np.integer, np.floating))
        or not math.isfinite(value)
    ):
        return _problem("not_a_number", item, value)
    if not isinstance(item, NumberItem):
        return None
    if (item.min is not None and value < item.min) or (item.max is not None and value > item.max):
        return _problem("out_of_range", item, value, low=_limit(item.min), high=_limit(item.max))
    return _problem("not_integer", item, value) if item.integer and value != int(value) else None


def _limit(value: object) -> str:
    return "…" if value is None else str(value)


def _date(item: BaseItem, value: object) -> Problem | None:
    day = value
    if isinstance(day, str):
        try:
            day = date.fromisoformat(day)
        except ValueError:
            return _problem("not_a_date", item, value)
    if isinstance(day, datetime):
        day = day.date()
    if not isinstance(day, date):
        return _problem("not_a_date", item, value)
    if isinstance(item, DateItem) and ((item.min and day < item.min) or (item.max and day > item.max)):
        return _problem("out_of_range", item, value, low=_limit(item.min), high=_limit(item.max))
    return None


def _note(item: BaseItem, value: object) -> Problem:
    return _problem("wrong_type", item, value, expected=message("forms.expected_nothing"))


def _hidden(item: BaseItem, value: object) -> Problem | None:
    if isinstance(value, (str, int, float, bool, date, np.generic)):
        return None
    return _problem("wrong_type", item, value, expected=message("forms.expected_hidden"))


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


def check_answers(form: Form, answers: Mapping[str, object]) -> tuple[Problem, ...]:
    """Check one respondent's answers against a form, branching respected.

    Parameters
    ----------
    form : Form
    answers : mapping
        Item → typed answer, as in `check_value`; a matrix may also be given row by row as ``matrix.row``; what was
        written beside “other” is ``<item>__other_text``.

    Returns
    -------
    tuple of Problem
        In the order of the form; empty if all is well.
    """
    given, problems = _gathered(form, answers)
    columns = {name: _one(value) for name, value in given.items() if not is_empty(value)}
    visible = {name: bool(seen[0]) for name, seen in form.visible(columns, 1).items()}
    seen = {name: value for name, value in given.items() if visible[name]}
    for item in form.items:
        problems.extend(_check_item(item, given.get(item.name), visible[item.name], seen))
    return tuple(problems)


def _one(value: object) -> Coded:
    return Coded(np.zeros(1, dtype=np.int8), (value,))


def _gathered(form: Form, answers: Mapping[str, object]) -> tuple[dict[str, object], list[Problem]]:
    """Return the answers by item, and a problem for every name that is none."""
    items = {item.name: item for item in form.items}
    given: dict[str, object] = {}
    problems: list[Problem] = []
    for name, value in answers.items():
        head, dot, row = name.partition(".")
        written = name.removesuffix(_WRITTEN)
        if name in items:
            earlier = given.get(name)
            given[name] = {**earlier, **value} if isinstance(earlier, dict) and isinstance(value, Mapping) else value
        elif dot and isinstance(items.get(head), Matrix):
            rows = given.get(head)
            given[head] = {**rows, row: value} if isinstance(rows, Mapping) else {row: value}
        elif written != name and getattr(items.get(written), "other", False):
            if not (is_empty(value) or isinstance(value, str)):
                problems.append(_problem("wrong_type", name, value, expected=message("forms.expected_text")))
        else:
            similar = closest(name, items, n=1)
            suggestion = message("forms.did_you_mean", name=similar[0]) if similar else None
            problems.append(_problem("unknown_item", name, value, suggestion))
    return given, problems


def _check_item(item: BaseItem, value: object, visible: bool, seen: Mapping[str, object]) -> Iterator[Problem]:
    answered = not (is_empty(value) or (isinstance(value, str) and not value.strip()))
    if not visible:
        if answered:
            yield _problem("answered_while_hidden", item, value, condition=item.show_if or "–")
        return
    if not answered:
        if item.required or (item.require_if is not None and parse(item.require_if).holds(seen)):
            problem = _problem("required", item, value)
            yield problem if item.required_message is None else _said(problem, item.required_message)
        return
    fault = check_value(item, value)
    if fault is not None:
        yield fault
        return
    yield from _hidden_options(item, value, seen)
    yield from _missing_rows(item, value)
    for check in item.checks:
        if not parse(check.expr).holds(seen):
            yield _said(_problem("check_failed", item, value), check.message)


def _said(problem: Problem, text: LocalText) -> Problem:
    """Return the problem with the survey's own words for it."""
    return Problem(code=problem.code, item=problem.item, value=problem.value, message=text)


def _hidden_options(item: BaseItem, value: object, seen: Mapping[str, object]) -> Iterator[Problem]:
    chosen = (
        set(value) if isinstance(value, (tuple, list, set, frozenset)) else {value} if isinstance(value, str) else set()
    )
    options = item.rows if isinstance(item, Matrix) else getattr(item, "options", ())
    if isinstance(value, Mapping):
        chosen = {row for row, answer in value.items() if not is_empty(answer)}
    for option in options:
        if option.show_if is not None and option.value in chosen and not parse(option.show_if).holds(seen):
            yield _problem("answered_while_hidden", item, option.value, condition=option.show_if)


def _missing_rows(item: BaseItem, value: object) -> Iterator[Problem]:
    if isinstance(item, Matrix) and item.every_row and isinstance(value, Mapping):
        for row in item.rows:
            if is_empty(value.get(row.value)):
                yield _problem("required", f"{item.name}.{row.value}", None)
