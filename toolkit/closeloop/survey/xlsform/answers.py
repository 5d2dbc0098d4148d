"""What XLSForm calls the items of a survey: question types, choices, and the limits of an answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from closeloop.forms.items import NONE, OTHER, BaseItem, Comment, DateItem, Matrix, Multi, NumberItem, TextItem
from closeloop.survey.xlsform.fields import Field
from closeloop.survey.xlsform.spelled import matching, quoted
from closeloop.text import LocalText, message

Limit = tuple[str, LocalText]
"""An expression that an answer has to satisfy, and what to say where it does not."""

_FORMATS: Mapping[str, str] = {  # as `closeloop.forms.values` has them, in a spelling that needs no flags
    "email": r"^\s*[^@\s]+@[^@\s]+\.[^@\s.]+\s*$",
    "url": r"^\s*([hH][tT][tT][pP][sS]?|[fF][tT][pP])://[^\s/]+\S*\s*$",
}
_BESIDE = " · "


def question_type(item: BaseItem) -> str:
    """Return the word in the column ``type``; the choices of an item are a list of its own name.

    Examples
    --------
    >>> from closeloop.forms.items import Nps
    >>> question_type(Nps(name="recommend", type="nps"))
    'select_one recommend'
    """
    if item.scale is not None or item.type in {"single", "yesno", "matrix"}:
        return f"select_one {item.name}"
    if isinstance(item, NumberItem):
        return "integer" if item.integer else "decimal"
    return {"multi": f"select_multiple {item.name}", "ranking": f"rank {item.name}", "comment": "text"}.get(
        item.type, item.type
    )


def appearance(item: BaseItem) -> str:
    """Return how a question looks, if not as usual."""
    if item.type == "comment":
        return "multiline"
    if getattr(item, "look", "") in {"dropdown", "tags"}:
        return "minimal"
    if item.type != "matrix" and item.scale is not None:
        return "likert" if len(item.scale) <= 7 else "columns-pack"
    return ""


def choices(item: BaseItem, field: Field, tags: tuple[str, ...]) -> Iterator[tuple[str, str, LocalText, object]]:
    """Give each choice of an item: name, value, text, code."""
    if item.scale is not None and not getattr(item, "columns", ()):
        for point in item.scale:
            yield str(point), str(point), _point_text(item, point, tags), None
        return
    if item.type == "yesno":
        for value, key in (("true", "yes"), ("false", "no")):
            yield value, value, getattr(item, "labels", {}).get(key) or message(f"xlsform.{key}"), None
        return
    for option in getattr(item, "columns", ()) if isinstance(item, Matrix) else getattr(item, "options", ()):
        yield field.codes.get(option.value, option.value), option.value, option.text, option.code
    if getattr(item, OTHER, False):
        yield OTHER, OTHER, getattr(item, "other_text", None) or message("xlsform.other"), None
    if getattr(item, NONE, False):
        yield NONE, NONE, message("xlsform.none"), None


def _point_text(item: BaseItem, point: int, tags: tuple[str, ...]) -> LocalText:
    """Return a point's own words, else its number; what stands at the ends of the scale goes with the end points."""
    scale, labels = item.scale or range(0), getattr(item, "labels", {})
    ends = {scale[0]: getattr(item, "low", None), scale[-1]: getattr(item, "high", None)}
    label, end = labels.get(point), ends.get(point)
    texts = {}
    for tag in tags:
        word = label.in_language(tag) if label else str(point)
        beside = end.in_language(tag) if end else ""
        texts[tag] = word if beside in {"", word} else f"{word}{_BESIDE}{beside}"
    return LocalText(texts)


def limits(item: BaseItem, field: Field) -> Iterator[Limit]:
    """Give what an answer has to satisfy by its type, as expressions over itself."""
    if isinstance(item, Multi):
        yield from _ticks(item, field)
    elif isinstance(item, TextItem):
        yield from _line(item)
    elif isinstance(item, Comment):
        yield from _at_most("string-length(.)", item.max_length, "longest")
    elif isinstance(item, NumberItem):
        yield from _at_least(".", item.min, "least")
        yield from _at_most(".", item.max, "most")
    elif isinstance(item, DateItem):
        yield from _at_least(".", item.min and f"date('{item.min}')", "earliest", item.min)
        yield from _at_most(".", item.max and f"date('{item.max}')", "latest", item.max)


def _line(item: TextItem) -> Iterator[Limit]:
    yield from _at_least("string-length(.)", item.min_length, "shortest")
    yield from _at_most("string-length(.)", item.max_length, "longest")
    if item.format in _FORMATS:
        yield f"regex(., {quoted(_FORMATS[item.format])})", message(f"xlsform.{item.format}")
    if item.pattern is not None:
        yield f"regex(., {quoted(matching(item.pattern))})", message("xlsform.pattern")


def _ticks(item: Multi, field: Field) -> Iterator[Limit]:
    alone = [field.codes[option.value] for option in item.options if option.exclusive] + [NONE] * item.none
    ticked = [f"selected(., {quoted(name)})" for name in alone]
    if alone:
        yield f"not(({' or '.join(ticked)}) and count-selected(.) > 1)", message("xlsform.alone")
    free = f"{' or '.join(ticked)} or " if ticked else ""  # who ticks “none” has not ticked too few
    for sign, count, key in ((">=", item.min, "fewest"), ("<=", item.max, "fullest")):
        if count:
            yield f"({free}count-selected(.) {sign} {count})", message(f"xlsform.{key}", n=count)


def _at_least(what: str, limit: Any, key: str, said: Any = None) -> Iterator[Limit]:
    if limit is not None:
        yield f"{what} >= {limit}", message(f"xlsform.{key}", n=said or limit)


def _at_most(what: str, limit: Any, key: str, said: Any = None) -> Iterator[Limit]:
    if limit is not None:
        yield f"{what} <= {limit}", message(f"xlsform.{key}", n=said or limit)
