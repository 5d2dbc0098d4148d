"""The fifteen kinds of item that a survey is made of.

Each class lists its keys; what a key means is in its comment. A survey file is checked against these classes, so a
fault in it is found before the first respondent sees it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from closeloop.forms.base import BaseItem, Check
from closeloop.forms.fields import Condition, Count, Free, ItemName, Model, Number, Text, fault
from closeloop.forms.options import Option, SomeOptions
from closeloop.forms.scales import Ces, Csat, Matrix, Nps, Rating, ScaleItem

__all__ = [
    "ITEM_TYPES", "NONE", "OTHER", "BaseItem", "Ces", "Check", "Comment", "Csat", "DateItem", "Hidden", "Item",
    "Matrix", "Multi", "Note", "Nps", "NumberItem", "Option", "Page", "Ranking", "Rating", "ScaleItem", "Single",
    "TextItem", "YesNo",
]  # fmt: skip

OTHER = "other"
"""The answer of somebody who ticks “other”; what they wrote is in the column ``<item>__other_text``."""
NONE = "none"
"""The answer of somebody who ticks “none of these”."""


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise fault("forms.pattern_invalid", found=pattern, reason=str(error)) from None
    return pattern


class _ChoiceItem(BaseItem):
    options: SomeOptions
    other: bool = Field(default=False, strict=True)  # “other, namely …”
    other_text: Text | None = None  # what the “other” choice is called
    none: bool = Field(default=False, strict=True)  # “none of these”, which excludes the rest

    @property
    def values(self) -> tuple[str, ...]:
        """Every value that may be answered, “other” and “none” included."""
        return (*(option.value for option in self.options), *((OTHER,) * self.other), *((NONE,) * self.none))

    @model_validator(mode="after")
    def _check_extra(self) -> Self:
        taken = {option.value for option in self.options}
        for value, key, on in ((OTHER, OTHER, self.other), ("other_text", OTHER, self.other), (NONE, NONE, self.none)):
            if on and value in taken:
                raise fault("forms.option_reserved", found=value, key=key)
        if self.other_text is not None and not self.other:
            raise fault("forms.needs_key", found="other_text", needed="other: true")
        return self


class Single(_ChoiceItem):
    """One of several options."""

    type: Literal["single"]
    look: Literal["radio", "dropdown"] = "radio"

    @model_validator(mode="after")
    def _check_exclusive(self) -> Self:
        if any(option.exclusive for option in self.options):
            raise fault("forms.exclusive_single")
        return self


class Multi(_ChoiceItem):
    """Any number of several options."""

    type: Literal["multi"]
    look: Literal["checkboxes", "tags"] = "checkboxes"
    min: Count | None = None  # how many have to be ticked, if any
    max: Count | None = None

    @model_validator(mode="after")
    def _check_limits(self) -> Self:
        check_order(self.min, self.max)
        if self.max == 0 or max(self.min or 0, self.max or 0) > len(self.values):
            raise fault("forms.limit_options", options=len(self.values))
        return self


class Ranking(BaseItem):
    """Options put in order, the most important first."""

    type: Literal["ranking"]
    options: SomeOptions

    @property
    def values(self) -> tuple[str, ...]:
        """The values to be ranked."""
        return tuple(option.value for option in self.options)


class YesNo(BaseItem):
    """Yes (true) or no (false)."""

    type: Literal["yesno"]
    labels: dict[Literal["yes", "no"], Text] = Field(default={})


class TextItem(BaseItem):
    """One line of text."""

    type: Literal["text"]
    format: Literal["text", "email", "tel", "url"] = "text"
    min_length: Count | None = None
    max_length: Count | None = None
    pattern: Annotated[str, AfterValidator(_compiles)] | None = None  # found anywhere; anchor with ^ and $

    @model_validator(mode="after")
    def _check_limits(self) -> Self:
        check_order(self.min_length, self.max_length)
        return self


class NumberItem(BaseItem):
    """A number."""

    type: Literal["number"]
    min: Number | None = None
    max: Number | None = None
    integer: bool = Field(default=False, strict=True)

    @model_validator(mode="after")
    def _check_limits(self) -> Self:
        check_order(self.min, self.max)
        return self


class DateItem(BaseItem):
    """A day."""

    type: Literal["date"]
    min: date | None = None
    max: date | None = None

    @model_validator(mode="after")
    def _check_limits(self) -> Self:
        check_order(self.min, self.max)
        return self


class Comment(BaseItem):
    """Several lines of text: the customer's own words."""

    type: Literal["comment"]
    max_length: Count | None = None


class Note(BaseItem):
    """A text that is shown and not answered."""

    type: Literal["note"]

    @model_validator(mode="after")
    def _check_note(self) -> Self:
        if self.ask is None:
            raise fault("forms.note_ask")
        if self.required or self.require_if is not None or self.checks:
            raise fault("forms.note_answer")
        return self


class Hidden(BaseItem):
    """A value that comes with the invitation and is not asked: respondent, order, channel, wave."""

    type: Literal["hidden"]


def check_order(low: float | date | None, high: float | date | None) -> None:
    """Raise a fault if the lower limit is above the upper one."""
    if low is not None and high is not None and low > high:  # type: ignore[operator]
        raise fault("forms.limit_order", low=low, high=high)


Item = Annotated[
    Nps
    | Csat
    | Ces
    | Rating
    | Single
    | Multi
    | Matrix
    | Ranking
    | YesNo
    | TextItem
    | NumberItem
    | DateItem
    | Comment
    | Note
    | Hidden,
    Field(discriminator="type"),
]
"""Any item."""

ITEM_TYPES: Mapping[str, type[BaseItem]] = {
    "nps": Nps,
    "csat": Csat,
    "ces": Ces,
    "rating": Rating,
    "single": Single,
    "multi": Multi,
    "matrix": Matrix,
    "ranking": Ranking,
    "yesno": YesNo,
    "text": TextItem,
    "number": NumberItem,
    "date": DateItem,
    "comment": Comment,
    "note": Note,
    "hidden": Hidden,
}
"""The word after ``type:`` → the class."""


class Page(Model):
    """Items shown together."""

    name: ItemName
    title: Text | None = None
    show_if: Condition | None = None
    items: Annotated[tuple[Item, ...], Field(min_length=1)]
    extra: Free = Field(default={})  # what another program needs to keep, untouched
