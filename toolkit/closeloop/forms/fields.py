"""The kinds of value that the keys of a survey file hold: names, texts in several languages, conditions, numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    StrictFloat,
    StrictInt,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError

from closeloop.forms.grammar import ExpressionError
from closeloop.forms.logic import parse
from closeloop.text import LocalText, message

RESERVED = frozenset({"answered_at", "answered_at_utc", "status", "source_file", "source_row"})
"""Columns that every accepted response has; no item may take their names."""
RESERVED_FOR_HIDDEN = frozenset({"response_id", "respondent_id", "language", "wave", "channel_source"})
"""Columns of every accepted response that a hidden item may fill."""


def fault(key: str, /, **fields: object) -> PydanticCustomError:
    """Return a fault of a survey file as pydantic collects them; its text is the catalogue's ``key``."""
    # The fields go in one level down, so that pydantic does not format a text which already is formatted.
    return PydanticCustomError(key, message(key, **fields).en, {"fields": fields})


class Model(BaseModel):
    """Base of everything a survey file holds: immutable, unknown keys refused."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, arbitrary_types_allowed=True, allow_inf_nan=False,
        defer_build=True,  # most processes use few of the models: each is made ready at its first use
    )  # fmt: skip


def languages_of(info: ValidationInfo) -> tuple[str, ...]:
    """Return the languages the survey declares; none where a model is made outside a survey."""
    return tuple((info.context or {}).get("languages", ()))


def _check_text(value: object, info: ValidationInfo) -> LocalText:
    text = _loose_text(value, info)
    declared = languages_of(info)
    missing = [tag for tag in declared if not text.get(tag, "").strip()]
    if missing:
        raise fault("forms.text_language_missing", missing=", ".join(missing), present=", ".join(text) or "–")
    undeclared = [tag for tag in text if declared and tag not in declared]
    if undeclared:
        raise fault("forms.text_language_undeclared", found=", ".join(undeclared), declared=", ".join(declared))
    return text


def _loose_text(value: object, info: ValidationInfo) -> LocalText:
    declared = languages_of(info)
    if isinstance(value, str):
        if len(declared) > 1:
            raise fault("forms.text_one_language", declared=", ".join(declared), text=value)
        return LocalText({declared[0] if declared else "en": value})
    if not isinstance(value, Mapping) or not value:
        raise fault("forms.text_type", found=shown(value))
    wrong = {tag: text for tag, text in value.items() if not isinstance(tag, str) or not isinstance(text, str)}
    empty = [tag for tag, text in wrong.items() if text is None]
    if empty:
        present = ", ".join(str(tag) for tag in value if tag not in empty) or "–"
        raise fault("forms.text_language_missing", missing=", ".join(map(str, empty)), present=present)
    if wrong:
        tag, text = next(iter(wrong.items()))
        raise fault("forms.text_not_text", tag=tag, found=shown(text))
    return LocalText(value)


def _check_note(value: object, info: ValidationInfo) -> LocalText:
    return LocalText(value) if isinstance(value, str) else _loose_text(value, info)


def _check_expression(text: str) -> str:
    try:
        parse(text)
    except ExpressionError as error:
        raise fault(
            "forms.expression", expression=error.shown, position=error.position, suggestion=error.suggestion
        ) from None
    return text


def _check_item_name(name: str) -> str:
    if not name.isascii() or not name.isidentifier():
        raise fault("forms.name_pattern", found=name)
    if "__" in name:
        raise fault("forms.name_underscores", found=name)
    return name


def shown(value: object) -> str:
    """Return a value as it is quoted in a message: short, on one line.

    Examples
    --------
    >>> shown(True), shown(["price", "app"])
    ('true', 'price, app')
    """
    if isinstance(value, (list, tuple)):
        text = ", ".join(map(shown, value))
    elif value is None:
        text = "–"
    else:
        text = str(value).lower() if isinstance(value, bool) else str(value)
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:57]}…"


def _as_json(value: object) -> object:
    """Return free data as JSON holds it, so that it comes back the same from any file: dates as text, keys as text."""
    if isinstance(value, Mapping):
        return {str(key): _as_json(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_as_json(entry) for entry in value]
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, (str, bool, int)) or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise fault("forms.not_json", found=shown(value))


def _one_or_many(value: object) -> object:
    return [value] if isinstance(value, str) else value


def unique(key: str) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """Return a check that refuses a value which is there twice, with the catalogue's text `key`."""

    def check(values: Sequence[Any]) -> Sequence[Any]:
        for position, value in enumerate(values):
            if value in values[:position]:
                raise fault(key, found=shown(value))
        return values

    return check


_TEXT_SCHEMA = str | dict[str, str]
_as_dict = PlainSerializer(dict, return_type=dict[str, str])

Text = Annotated[LocalText, PlainValidator(_check_text, json_schema_input_type=_TEXT_SCHEMA), _as_dict]
"""What respondents or readers see: in every language that the survey declares."""
Remark = Annotated[LocalText, PlainValidator(_check_note, json_schema_input_type=_TEXT_SCHEMA), _as_dict]
"""What the people see who work on the file: in whatever language."""
Condition = Annotated[str, AfterValidator(_check_expression)]
"""An expression of the survey language, kept as written."""
ItemName = Annotated[str, AfterValidator(_check_item_name)]
"""A name that is also a column, a Python name and an SPSS variable."""
Free = Annotated[dict[str, Any], BeforeValidator(_as_json)]
"""A mapping that is kept and not read: anything JSON can hold."""
Number = StrictInt | StrictFloat
Count = Annotated[int, Field(strict=True, ge=0)]
Words = Annotated[tuple[str, ...], BeforeValidator(_one_or_many, json_schema_input_type=str | list[str])]
"""One text or a list of them."""
