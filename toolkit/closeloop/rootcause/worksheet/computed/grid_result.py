"""Entries placed on two whole-number scales, and the quarter of the plane in which each lies."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from closeloop.metrics.result import Shown, TableResult
from closeloop.rootcause.worksheet.computed.reading import named
from closeloop.text import LocalText, message


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One entry.

    Attributes
    ----------
    name : str
    x, y : float
        Its scores; NaN where there is none.
    quadrant : str
        ``upper_left``, ``upper_right``, ``lower_left``, ``lower_right``, ``middle`` where it lies on a line between;
        empty without both scores.
    """

    name: str
    x: float
    y: float
    quadrant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GridResult(TableResult):
    """Entries on a plane of two scales.

    Attributes
    ----------
    entries : tuple of Placed
        In the order of their urgency; those without both scores last.
    words : str
        Which area of the catalogue ``matrices`` names the quadrants: ``<words>_upper_left``, ``…_do``, axes.
    across, up : range
        The scales.
    """

    kind: ClassVar[str] = "grid"

    entries: tuple[Placed, ...]
    words: str
    across: range
    up: range

    def word(self, key: str, **fields: Any) -> LocalText:
        """Return one of the texts by which the plane is named."""
        return message(f"matrices.{self.words}_{key}", **fields)

    @property
    def first(self) -> str:
        """The quadrant that is looked at first."""
        return "upper_left"

    @property
    def title(self) -> LocalText:
        """What the result is about."""
        return self.word("title", n=len(self.entries))

    @property
    def sentence(self) -> LocalText:
        """Which entries lie in the quadrant that is looked at first."""
        names = [entry.name for entry in self.entries if entry.quadrant == self.first]
        if names:
            return self.word("first", names=named(names))
        if not any(entry.quadrant for entry in self.entries):
            return message("matrices.none_placed")
        return self.word("nothing")

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """Where the lines are, and what could not be placed."""
        found = [self.word("lines", x=_middle(self.across), y=_middle(self.up))]
        missing = [entry.name for entry in self.entries if not entry.quadrant]
        if missing:
            found.append(message("matrices.not_placed", names=named(missing)))
        return tuple(found)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Number, name, both scores, quadrant, and advice where there is any."""
        advised = any(entry.quadrant and self.advice(entry.quadrant) for entry in self.entries)
        return (
            Shown("number", message("matrices.number"), "count"),
            Shown("name", self.word("name")),
            Shown("x", self.word("x"), "decimal", digits=0),
            Shown("y", self.word("y"), "decimal", digits=0),
            Shown("quadrant_shown", message("matrices.quadrant")),
            *((Shown("advice", message("matrices.advice")),) if advised else ()),
        )

    def quadrant_title(self, name: str) -> LocalText:
        """Return what a quadrant is called."""
        return self.word(name)

    def advice(self, name: str) -> LocalText | None:
        """Return what is done with what lies in a quadrant; None where nothing general can be said."""
        return self.word(f"{name}_do")

    def rows(self) -> list[dict[str, Any]]:
        """One row per entry."""
        return [
            {
                "number": number,
                "name": entry.name,
                "x": entry.x,
                "y": entry.y,
                "quadrant": entry.quadrant or None,
                "quadrant_shown": self.quadrant_title(entry.quadrant) if entry.quadrant else None,
                "advice": self.advice(entry.quadrant) if entry.quadrant else None,
            }
            for number, entry in enumerate(self.entries, 1)
        ]

    def facts(self) -> Mapping[str, Any]:
        """Where the lines between the quadrants are."""
        return {"line_x": _middle(self.across), "line_y": _middle(self.up)}

    def plot(self, ax: Any = None) -> Any:
        """Draw the plane; the numbers are those of the table."""
        from closeloop.views.matrix_chart import plot_grid

        return plot_grid(self, ax)


def quadrant_of(x: float, y: float, across: range, up: range) -> str:
    """Return the quadrant of a point; ``middle`` on a line, empty where a score is missing.

    Examples
    --------
    >>> quadrant_of(1, 5, range(1, 6), range(1, 6)), quadrant_of(3, 5, range(1, 6), range(1, 6))
    ('upper_left', 'middle')
    """
    if math.isnan(x) or math.isnan(y):
        return ""
    if x == _middle(across) or y == _middle(up):
        return "middle"
    return f"{'upper' if y > _middle(up) else 'lower'}_{'right' if x > _middle(across) else 'left'}"


def _middle(scale: range) -> float:
    middle = (scale[0] + scale[-1]) / 2
    return int(middle) if middle == int(middle) else middle
