"""The fifteen kinds of item that a survey is made of.

Each class lists its keys; what a key means is in its comment. A survey file is checked against these classes, so a
fault in it is found before the first respondent sees it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from closeloop.forms.fields import (
    RESERVED,
    RESERVED_FOR_HIDDEN,
    Condition,
    Count,
    ItemName,
    Model,
    Number,
    Remark,
    Text,
    fault,
)
from closeloop.forms.options import Options, SomeOptions

OTHER = "other"
"""The answer of somebody who ticks “other”; what they wrote is in the column ``<item>__other_text``."""
NONE = "none"
"""The answer of somebody who ticks “none of these”."""
_MOST_POINTS = 20
_MOST_SMILEYS = 10
_INT8 = range(-128, 128)


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise fault("forms.pattern_invalid", found=pattern, reason=str(error)) from None
    return pattern


class Check(Model):
    """A condition that an answer has to satisfy, and what to say where it does not."""

    expr: Condition
    message: Text


class BaseItem(Model):
    """The keys that every item may have."""

    name: ItemName
    type: str
    ask: Text | None = None  # the question
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
    extra: dict[str, Any] = {}  # what another program needs to keep, untouched
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


Look = Literal["buttons", "stars", "smileys"]


class ScaleItem(BaseItem):
    """The keys that the four scales share."""

    low: Text | None = None  # what stands at the low end
    high: Text | None = None
    labels: dict[int, Text] = {}  # the text of single points
    look: Look = "buttons"

    @model_validator(mode="after")
    def _check_scale(self) -> Self:
        points = self.scale or range(0)
        if self.look == "smileys" and len(points) > _MOST_SMILEYS:
            raise fault("forms.smileys", points=len(points), most=_MOST_SMILEYS, high=points[-1])
        for point in self.labels:
            if point not in points:
                raise fault("forms.label_off_scale", found=point, low=points[0], high=points[-1])
        return self


class Nps(ScaleItem):
    """Likelihood to recommend, 0 to 10."""

    type: Literal["nps"]

    @property
    def scale(self) -> range:
        """0 to 10."""
        return range(11)


class Csat(ScaleItem):
    """Satisfaction, 1 to `points`."""

    type: Literal["csat"]
    points: Literal[3, 4, 5, 7, 10] = 5

    @property
    def scale(self) -> range:
        """1 to `points`."""
        return range(1, self.points + 1)


class Ces(ScaleItem):
    """Customer effort, 1 to `points`: how far one agrees that it was made easy."""

    type: Literal["ces"]
    points: Literal[5, 7] = 7

    @property
    def scale(self) -> range:
        """1 to `points`."""
        return range(1, self.points + 1)


class Rating(ScaleItem):
    """Any other scale of whole numbers, from `min` to `max` by `step`."""

    type: Literal["rating"]
    min: int = Field(default=1, strict=True)
    max: int = Field(default=5, strict=True)
    step: int = Field(default=1, strict=True, ge=1)

    @property
    def scale(self) -> range:
        """`min` to `max` by `step`."""
        return range(self.min, self.max + 1, self.step)

    @model_validator(mode="before")
    @classmethod
    def _check_ends(cls, data: object) -> object:
        if not isinstance(data, Mapping):
            return data
        low, high, step = (data.get(key, default) for key, default in (("min", 1), ("max", 5), ("step", 1)))
        if any(isinstance(n, bool) or not isinstance(n, int) for n in (low, high, step)) or step < 1:
            return data
        if high <= low:
            raise fault("forms.scale_order", low=low, high=high)
        if (high - low) % step:
            raise fault("forms.scale_step", low=low, high=high, step=step)
        if low not in _INT8 or high not in _INT8 or (high - low) // step + 1 > _MOST_POINTS:
            raise fault("forms.scale_long", points=(high - low) // step + 1, most=_MOST_POINTS)
        return data


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


class Matrix(BaseItem):
    """Several rows answered on one scale: of `points`, or of named `columns`."""

    type: Literal["matrix"]
    rows: SomeOptions
    columns: Options = ()
    points: int | None = Field(default=None, strict=True, ge=2, le=_MOST_POINTS)
    every_row: bool = Field(default=False, strict=True)
    low: Text | None = None
    high: Text | None = None
    labels: dict[int, Text] = {}

    @property
    def scale(self) -> range | None:
        """1 to `points`, or the columns where these are whole numbers of equal distance; None otherwise."""
        if self.points is not None:
            return range(1, self.points + 1)
        values = [option.value for option in self.columns]
        if len(values) < 2 or not all(re.fullmatch(r"-?\d{1,3}", value) for value in values):
            return None
        numbers = sorted(int(value) for value in values)
        steps = range(numbers[0], numbers[-1] + 1, max(1, numbers[1] - numbers[0]))
        return steps if list(steps) == numbers else None

    @property
    def values(self) -> tuple[str, ...]:
        """The values of the columns; empty where the columns are points."""
        return tuple(option.value for option in self.columns)

    @model_validator(mode="after")
    def _check_columns(self) -> Self:
        if bool(self.columns) == (self.points is not None):
            raise fault("forms.matrix_columns")
        for point in self.labels:
            if self.points is None or not 1 <= point <= self.points:
                raise fault("forms.label_off_scale", found=point, low=1, high=self.points or "–")
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
    labels: dict[Literal["yes", "no"], Text] = {}


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
