"""Items that are answered on a scale of whole numbers, one by one or row by row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from closeloop.forms.base import BaseItem
from closeloop.forms.fields import Text, fault
from closeloop.forms.options import Options, SomeOptions

_MOST_POINTS = 20
_MOST_SMILEYS = 10
_INT8 = range(-128, 128)

Look = Literal["buttons", "stars", "smileys"]


class ScaleItem(BaseItem):
    """The keys that the four scales share."""

    low: Text | None = None  # what stands at the low end
    high: Text | None = None
    labels: dict[int, Text] = Field(default={})  # the text of single points
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


class Matrix(BaseItem):
    """Several rows answered on one scale: of `points`, or of named `columns`."""

    type: Literal["matrix"]
    rows: SomeOptions
    columns: Options = ()
    points: int | None = Field(default=None, strict=True, ge=2, le=_MOST_POINTS)
    every_row: bool = Field(default=False, strict=True)
    low: Text | None = None
    high: Text | None = None
    labels: dict[int, Text] = Field(default={})

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
