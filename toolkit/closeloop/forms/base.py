"""What every item has: its name, its question, its conditions."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from closeloop.forms.fields import (
    RESERVED,
    RESERVED_FOR_HIDDEN,
    Condition,
    Free,
    ItemName,
    Model,
    Number,
    Remark,
    Text,
    fault,
)


class Check(Model):
    """A condition that an answer has to satisfy, and what to say where it does not."""

    expr: Condition
    message: Text


class BaseItem(Model):
    """The keys that every item may have."""

    name: ItemName
    type: str
    ask: Text | None = None  # the question
    label: Text | None = None  # a short name of it, for tables, charts and headers of exports
    help: Text | None = None  # a line below it
    required: bool = Field(default=False, strict=True)
    required_message: Text | None = None
    show_if: Condition | None = None
    require_if: Condition | None = None
    checks: tuple[Check, ...] = ()
    pii: bool = Field(default=False, strict=True)  # the answer identifies a person
    reverse: bool = Field(default=False, strict=True)  # a high answer is a bad one
    dimension: str | None = None
    weight: Number | None = None
    extra: Free = Field(default={})  # what another program needs to keep, untouched
    to_confirm: Remark | None = None  # why a tool guessed this item; a person deletes the key

    @property
    def scale(self) -> range | None:
        """The whole numbers that may be answered; None where the answer is not a point of a scale."""
        return None

    @property
    def values(self) -> tuple[str, ...]:
        """The option values that may be answered, “other” and “none” included; empty where there are no options."""
        return ()

    @model_validator(mode="after")
    def _check_name(self) -> Self:
        if self.name in RESERVED:
            raise fault("forms.name_reserved", found=self.name)
        if self.name in RESERVED_FOR_HIDDEN and self.type != "hidden":
            raise fault("forms.name_for_hidden", found=self.name)
        return self
