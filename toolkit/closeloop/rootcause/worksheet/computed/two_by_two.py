"""Any two scales of one to five against each other: four fields under one's own names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from closeloop.rootcause.worksheet.computed.grid_result import GridResult, Placed, quadrant_of
from closeloop.rootcause.worksheet.computed.reading import distinct, name_in, rows_of, score_in
from closeloop.text import LocalText, message

SCALE = range(1, 6)
FIELDS = ("upper_left", "upper_right", "lower_left", "lower_right")
_ORDER = ("upper_right", "upper_left", "lower_right", "middle", "lower_left", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoByTwo(GridResult):
    """Entries by two scales of one's own.

    Attributes
    ----------
    names : mapping
        ``x`` and ``y``, and those of `FIELDS` that have a name → the name.
    """

    kind: ClassVar[str] = "two_by_two"

    names: Mapping[str, LocalText]

    @property
    def first(self) -> str:
        """The quadrant that is looked at first: high on both scales."""
        return "upper_right"

    def advice(self, name: str) -> LocalText | None:
        """Return what is done with what lies in a field; None where the field's own name says it."""
        return None if name in self.names else self.word(f"{name}_do")

    def word(self, key: str, **fields: Any) -> LocalText:
        """Return one of the texts by which the plane is named; one's own before the general one."""
        if key in self.names:
            return self.names[key]
        axes = {"x_title": self.names["x"], "y_title": self.names["y"]}
        return message(f"matrices.two_{key}", **axes, **fields)


def two_by_two(
    entries: Sequence[Mapping[str, Any]],
    *,
    x: LocalText | str,
    y: LocalText | str,
    fields: Mapping[str, LocalText | str] | None = None,
) -> TwoByTwo:
    """Sort entries into the four fields of two scales.

    Parameters
    ----------
    entries : sequence of mapping
        ``name``, ``x`` and ``y``, 1 to 5.
    x, y : LocalText or str
        What the scales measure.
    fields : mapping, optional
        Names of the fields: upper_left, upper_right, lower_left, lower_right.

    Returns
    -------
    TwoByTwo
        What is high on both scales first.

    Raises
    ------
    ValueError
        If there are no entries, a score lies outside 1 to 5, or a field is none of the four.

    Examples
    --------
    >>> found = two_by_two([{"name": "late parcels", "x": 5, "y": 4}], x="urgent", y="important")
    >>> found.entries[0].quadrant
    'upper_right'
    """
    unknown = [name for name in fields or {} if name not in FIELDS]
    if unknown:
        raise ValueError(message("matrices.no_field", found=", ".join(unknown), known=", ".join(FIELDS)))
    rows = rows_of(entries, "entries")
    found = []
    for name, row in zip(distinct(name_in(row, "name", n) for n, row in enumerate(rows, 1)), rows, strict=True):
        along, up = score_in(row, "x", name), score_in(row, "y", name)
        found.append(Placed(name=name, x=along, y=up, quadrant=quadrant_of(along, up, SCALE, SCALE)))
    ordered = sorted(found, key=lambda one: (_ORDER.index(one.quadrant), -one.y, -one.x) if one.quadrant else (9, 0, 0))
    texts = {"x": x, "y": y, **(fields or {})}
    names = {key: text if isinstance(text, LocalText) else LocalText(text) for key, text in texts.items()}
    return TwoByTwo(entries=tuple(ordered), words="two", across=SCALE, up=SCALE, names=names)


def compute(given: Mapping[str, Any]) -> TwoByTwo:
    """Return the plane of a worksheet's entries; its scales and fields are named by its own items."""
    fields = {name: str(given[name]) for name in FIELDS if name in given}
    axes = {axis: given.get(f"{axis}_title") or message(f"matrices.two_{axis}") for axis in "xy"}
    return two_by_two(given["entries"], x=axes["x"], y=axes["y"], fields=fields)
