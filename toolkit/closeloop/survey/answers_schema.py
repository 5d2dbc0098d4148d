"""One respondent's answers as JSON Schema: what a program may send, item by item."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from closeloop.forms.items import NONE, BaseItem, Comment, DateItem, Matrix, Multi, NumberItem, TextItem
from closeloop.text import LocalText

if TYPE_CHECKING:
    from closeloop.survey.survey import Survey

Schema = dict[str, Any]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_COMMENT = (
    "Each answer by itself. Which items and options are offered, and which answers are required, depends on other "
    "answers (show_if, require_if, end_if, every_row, checks): JSON Schema cannot say that, Survey.check does. An item "
    "that is not asked is left out. Dates are text (YYYY-MM-DD); “other” may come with <item>__other_text."
)
_FORMATS: Mapping[str, str] = {
    "email": r"^\s*[^@\s]+@[^@\s]+\.[^@\s.]+\s*$",
    "url": r"^\s*([hH][tT][tT][pP][sS]?|[fF][tT][pP])://[^\s/]+\S*\s*$",
}

_LEAP = r"(\d\d(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)"
_DAY = (
    r"^(\d{4}-(0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|\d{4}-(0[469]|11)-(0[1-9]|[12]\d|30)"
    rf"|\d{{4}}-02-(0[1-9]|1\d|2[0-8])|{_LEAP}-02-29)$"
)
"""A day that the calendar has."""


def answers_schema(survey: Survey) -> Schema:
    """Return the JSON Schema of one respondent's answers; see `Survey.answers_schema`."""
    needed = [item.name for item in survey.items if item.required and _always_shown(survey, item)]
    properties: Schema = {}
    for item in survey.items:
        if item.type == "note":
            continue
        properties[item.name] = {**_described(item), **_answer(item, needed=item.name in needed)}
        if getattr(item, "other", False):
            properties[f"{item.name}__other_text"] = {"type": ["string", "null"]}
        if isinstance(item, Matrix):
            row_schema = _cell(item)
            properties |= {f"{item.name}.{row.value}": row_schema for row in item.rows}
    return {
        "$schema": _DIALECT,
        "$id": f"urn:closeloop:survey:{survey.id}:{survey.version}:answers",
        "$comment": _COMMENT,
        "title": " / ".join(dict.fromkeys(survey.title.values())),
        "type": "object",
        "properties": properties,
        "required": [name for name in needed if not isinstance(survey.item(name), Matrix)],
        "additionalProperties": False,
    }


def _always_shown(survey: Survey, item: BaseItem) -> bool:
    """Say whether an item is shown whatever is answered."""
    pages = survey.definition.pages
    number = next(n for n, page in enumerate(pages) if item in page.items)
    ended = bool(survey.definition.end_if) and number > 0
    return item.show_if is None and pages[number].show_if is None and not ended


def _described(item: BaseItem) -> Schema:
    asked = item.ask or item.label
    words = " / ".join(dict.fromkeys(asked.values())) if isinstance(asked, LocalText) else ""
    return {"title": words} if words else {}


def _or_nothing(schema: Schema) -> Schema:
    """Return a schema that also takes what stands for no answer."""
    return {"anyOf": [schema, {"type": "null"}, {"type": "string", "pattern": r"^\s*$"}]}


def _answer(item: BaseItem, *, needed: bool) -> Schema:
    if isinstance(item, Matrix):
        return _matrix(item)
    answer = _points(item) if item.scale is not None else _ANSWERS[item.type](item)
    if needed:
        return answer
    nothing: Schema = {"type": "array", "maxItems": 0}
    return _or_nothing({"anyOf": [answer, nothing]} if item.type in {"multi", "ranking"} else answer)


def _points(item: BaseItem) -> Schema:
    points = item.scale or range(0)
    schema: Schema = {"type": "integer", "minimum": points[0], "maximum": points[-1]}
    return schema if points.step == 1 else {"enum": list(points)}


def _single(item: BaseItem) -> Schema:
    return {"enum": [*item.values]}


def _ticks(item: BaseItem) -> Schema:
    """Return a list of options: either one that excludes the others, or some of those that go together."""
    if not isinstance(item, Multi):
        return {"type": "array", "items": _single(item), "uniqueItems": True}
    alone = [option.value for option in item.options if option.exclusive] + [NONE] * item.none
    together: Schema = {"type": "array", "uniqueItems": True, "minItems": max(1, item.min or 1)}
    together["items"] = {"enum": [value for value in item.values if value not in alone]}
    if item.max is not None:
        together["maxItems"] = item.max
    choices = [together]
    if alone:
        choices.append({"type": "array", "items": {"enum": alone}, "minItems": 1, "maxItems": 1})
    return {"anyOf": choices}


def _ranking(item: BaseItem) -> Schema:
    """Return a ranking: the options in order, or the rank of each."""
    order: Schema = {"type": "array", "items": _single(item), "uniqueItems": True, "minItems": 1}
    rank = {"anyOf": [{"type": "integer", "minimum": 1, "maximum": len(item.values)}, {"enum": [None, ""]}]}
    ranks: Schema = {"type": "object", "properties": dict.fromkeys(item.values, rank), "additionalProperties": False}
    return {"anyOf": [order, ranks]}


def _cell(item: Matrix) -> Schema:
    return _or_nothing(_points(item) if item.scale is not None else _single(item))


def _matrix(item: Matrix) -> Schema:
    rows = dict.fromkeys((row.value for row in item.rows), _cell(item))
    return {"type": ["object", "null"], "properties": rows, "additionalProperties": False}


def _line(item: BaseItem) -> Schema:
    schema: Schema = {"type": "string", "pattern": r"\S"}
    if isinstance(item, Comment) and item.max_length is not None:
        schema["maxLength"] = item.max_length
    if isinstance(item, TextItem):
        limits = {"minLength": item.min_length, "maxLength": item.max_length}
        schema |= {key: limit for key, limit in limits.items() if limit is not None}
        patterns = [each for each in (_FORMATS.get(item.format), item.pattern) if each is not None]
        schema |= {"allOf": [{"pattern": pattern} for pattern in patterns]} if patterns else {}
    return schema


def _number(item: BaseItem) -> Schema:
    schema: Schema = {"type": "number"}
    if isinstance(item, NumberItem):
        schema["type"] = "integer" if item.integer else "number"
        limits = {"minimum": item.min, "maximum": item.max}
        schema |= {key: limit for key, limit in limits.items() if limit is not None}
    return schema


def _date(item: BaseItem) -> Schema:
    patterns = [_DAY]
    if isinstance(item, DateItem):
        patterns += [not_before(item.min.isoformat())] if item.min else []
        patterns += [not_after(item.max.isoformat())] if item.max else []
    return {"type": "string", "format": "date", "allOf": [{"pattern": pattern} for pattern in patterns]}


def not_before(day: str) -> str:
    """Return a pattern of the days from one on; JSON Schema compares numbers only.

    Examples
    --------
    >>> import re
    >>> [bool(re.search(not_before("2026-11-22"), day)) for day in ("2026-11-21", "2026-11-22", "2027-01-01")]
    [False, True, True]
    """
    return _beside(day, lambda digit: f"[{digit + 1}-9]" if digit < 9 else "")


def not_after(day: str) -> str:
    """Return a pattern of the days up to one.

    Examples
    --------
    >>> import re
    >>> [bool(re.search(not_after("2026-11-22"), day)) for day in ("2026-11-23", "2026-11-22", "2025-12-31")]
    [False, True, True]
    """
    return _beside(day, lambda digit: f"[0-{digit - 1}]" if digit > 0 else "")


def _beside(day: str, other: Callable[[int], str]) -> str:
    """Return a pattern of a day, and of all that first differ from it by another digit."""
    parts = [day]
    for place, char in enumerate(day):
        digits = other(int(char)) if char.isdigit() else ""
        if digits:
            parts.append(day[:place] + digits + "".join(r"\d" if c.isdigit() else c for c in day[place + 1 :]))
    return f"^({'|'.join(parts)})$"


def _yesno(item: BaseItem) -> Schema:
    del item
    return {"type": "boolean"}


def _hidden(item: BaseItem) -> Schema:
    del item
    return {"type": ["string", "number", "boolean"]}


_ANSWERS: Mapping[str, Callable[[BaseItem], Schema]] = {
    "single": _single, "multi": _ticks, "ranking": _ranking, "yesno": _yesno, "text": _line,
    "comment": _line, "number": _number, "date": _date, "hidden": _hidden,
}  # fmt: skip
