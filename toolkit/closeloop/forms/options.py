"""Choices: the options of a question, the rows and columns of a matrix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    Field,
    SerializerFunctionWrapHandler,
    StrictInt,
    ValidationInfo,
    model_serializer,
    model_validator,
)

from closeloop.forms.fields import Condition, Free, Model, Text, fault, languages_of, shown


class Option(Model):
    """One choice, row or column; ``- price`` is short for ``- {value: price}`` with the value as its text."""

    value: str
    text: Text
    code: StrictInt | str | None = None  # what exports by number write for it
    show_if: Condition | None = None
    exclusive: bool = False  # cannot be ticked together with another
    extra: Free = Field(default={})  # what another program needs to keep, untouched

    @model_validator(mode="before")
    @classmethod
    def _expand(cls, data: object, info: ValidationInfo) -> object:
        if not isinstance(data, Mapping):
            data = {"value": data}
        value = data.get("value")
        if isinstance(value, (bool, float)):
            raise fault("forms.option_not_text", found=shown(value))
        if isinstance(value, int):
            value = str(value)
        if isinstance(value, str):
            if not value.strip() or value != value.strip():
                raise fault("forms.option_blank", found=value)
            return {"text": dict.fromkeys(languages_of(info) or ("en",), value)} | dict(data) | {"value": value}
        return data

    @model_serializer(mode="wrap")
    def _contract(self, handler: SerializerFunctionWrapHandler) -> Any:
        data = handler(self)
        if set(self.text.values()) == {self.value}:
            data.pop("text", None)
        return data["value"] if data.keys() == {"value"} else data


def _distinct(options: tuple[Option, ...]) -> tuple[Option, ...]:
    # Expressions compare text without regard to case, so two values may not differ in case alone.
    for value, times in Counter(option.value.casefold() for option in options).items():
        if times > 1:
            raise fault("forms.option_twice", found=next(o.value for o in options if o.value.casefold() == value))
    for code, times in Counter(str(option.code) for option in options if option.code is not None).items():
        if times > 1:
            raise fault("forms.option_code_twice", found=code)
    return options


Options = Annotated[tuple[Option, ...], AfterValidator(_distinct)]
"""Choices of different values; may be none."""
SomeOptions = Annotated[tuple[Option, ...], Field(min_length=1), AfterValidator(_distinct)]
"""At least one choice."""
