"""What moved a quantity between two periods, as a result: its parts, and the sentence they make."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from closeloop.errors import ColumnNotFoundError
from closeloop.metrics.result import Shown, TableResult
from closeloop.rootcause.tree.driver_change import ChangePart
from closeloop.text import LocalText, message
from closeloop.written import told, told_list


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class DriverChange(TableResult):
    """What moved one quantity between two periods: a row per driver; they add up to the change.

    Attributes
    ----------
    parts : tuple of ChangePart
        The drivers in the order of the formula, then what entered, left, and is not explained.

    Examples
    --------
    >>> from closeloop.rootcause.tree.issue_tree import IssueTree
    >>> tree = IssueTree("Revenue", kind="driver", code="revenue")
    >>> parts = tree.add(None, "Price", code="price"), tree.add(None, "Volume", code="volume")
    >>> tree.formula(None, "price * volume")
    >>> data = {"month": ["2026-07", "2026-08"], "revenue": [200, 180], "price": [10, 9], "volume": [20, 20]}
    >>> [(part.code, part.value) for part in tree.mece(data, period="month").change().parts][:2]
    [('price', -20.0), ('volume', 0.0)]
    """

    kind = "driver_change"

    parts: tuple[ChangePart, ...]

    def __getitem__(self, code: str) -> ChangePart:
        """Return the part of a driver, by its code; also ``"entered"``, ``"left"`` and ``"residual"``.

        Raises
        ------
        KeyError
            If there is none.
        """
        for part in self.parts:
            if part.code == code:
                return part
        raise ColumnNotFoundError(code, [part.code for part in self.parts], self.title)

    @property
    def total(self) -> float:
        """The change of the quantity."""
        return self.parts[0].after - self.parts[0].before

    @property
    def shown(self) -> tuple[ChangePart, ...]:
        """The parts without a residual of nothing."""
        return tuple(part for part in self.parts if not part.is_residual or part.value != 0.0)

    @property
    def title(self) -> LocalText:
        """What the result is about."""
        first = self.parts[0]
        return message("tree.change_title", text=first.text, before=first.before_period, after=first.after_period)

    @property
    def sentence(self) -> LocalText:
        """The change, and its parts, the largest first."""
        first = self.parts[0]
        size = max(abs(first.before), abs(first.after))
        said = {"text": first.text, "before": told_size(first.before, size), "after": told_size(first.after, size),
                "first": first.before_period, "last": first.after_period}  # fmt: skip
        if any(math.isnan(part.value) for part in self.parts):
            return message("tree.change_unknown", **said)
        parts = sorted(self.shown, key=lambda part: -abs(part.value))
        shown = [
            message("tree.part", name=self.name(part), value=told_size(part.value, size, signed=True)) for part in parts
        ]
        return message("tree.change", change=told_size(self.total, size, signed=True), parts=told_list(shown), **said)

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """How the parts were found."""
        return (message("tree.note_shapley"),)

    def name(self, part: ChangePart) -> LocalText:
        """Return what a part is called."""
        return LocalText(part.name) if part.name else message(f"tree.part_{part.code}")

    @property
    def columns(self) -> tuple[Shown, ...]:
        """What the table shows."""
        digits = digits_for([self.parts[0].before, self.parts[0].after, *(part.value for part in self.parts)])
        return (
            Shown("name", message("tree.driver")),
            Shown("value", message("tree.contribution"), "points", digits=digits),
            Shown("share", message("tree.share_of_change"), "percent", digits=0),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per part."""
        whole = self.total
        return [
            {**part_row(part), "name": self.name(part), "share": part.value / whole if whole else math.nan}
            for part in self.shown
        ]

    def facts(self) -> Mapping[str, Any]:
        """Return the quantity before and after, and its change."""
        first = self.parts[0]
        return {"before": first.before, "after": first.after, "change": self.total}

    def plot(self, ax: Any = None) -> Any:
        """Draw the way from before to after, a step per driver."""
        from closeloop.views.driver_chart import plot_change

        return plot_change(self, ax)


def part_row(part: ChangePart) -> dict[str, Any]:
    """Return a part as the row of a table."""
    return {
        "node": part.node, "quantity": part.text, "before_period": str(part.before_period),
        "after_period": str(part.after_period), "code": part.code, "name": part.name, "value": part.value,
    }  # fmt: skip


def digits_for(values: list[float]) -> int:
    """Return the decimals for figures of this size: about four figures that count."""
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    return 0 if largest >= 1000 else 1 if largest >= 100 else 2 if largest >= 1 else 4


def told_size(value: float, beside: float = 0.0, *, signed: bool = False) -> LocalText:
    """Return a figure in both languages, with as many decimals as its size or that of one beside it needs."""
    return told(value, "points" if signed else "decimal", digits_for([value, beside]))
