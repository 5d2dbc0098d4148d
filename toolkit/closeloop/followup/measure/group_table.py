"""A table by group beside the figures of a section: stages, causes, channels, options; small groups hidden."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from closeloop.metrics.protect import checked_min_n, protect
from closeloop.metrics.result import Shown, TableResult
from closeloop.text import LocalText


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class GroupTable(TableResult):
    """A table beside the figures: stages, causes, channels; a bar or a dot per row where it is drawn.

    Attributes
    ----------
    name : str
        Which table, for programs.
    heading, said : LocalText
        Its title and sentence.
    shown : tuple of Shown
    lines : tuple of mapping
    cautions : tuple of LocalText
    axis : LocalText
        What ``estimate`` of each line measures.
    form : str
        How it is written.

    Examples
    --------
    >>> table = GroupTable(name="stages", heading=LocalText("Stages"), said=LocalText("Nothing waits."), shown=(),
    ...                    lines=({"group": "agreed", "estimate": 3.0},), axis=LocalText("days"))
    >>> table
    <GroupTable: Nothing waits.>
    """

    kind: ClassVar[str] = "loop_table"

    name: str
    heading: LocalText
    said: LocalText
    shown: tuple[Shown, ...]
    lines: tuple[Mapping[str, Any], ...]
    axis: LocalText
    form: str = "percent"
    cautions: tuple[LocalText, ...] = ()

    @property
    def title(self) -> LocalText:
        """What it is about."""
        return self.heading

    @property
    def sentence(self) -> LocalText:
        """What stands out."""
        return self.said

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """Method and cautions."""
        return self.cautions

    @property
    def columns(self) -> tuple[Shown, ...]:
        """What of the rows is shown."""
        return self.shown

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows."""
        return [dict(line) for line in self.lines]

    def facts(self) -> Mapping[str, Any]:
        """Return which table it is."""
        return {"table": self.name}

    def plot(self, ax: Any = None) -> Any:
        """Draw a dot with its interval, or a bar, per row."""
        from closeloop.views.loop_group_chart import plot_group_table

        return plot_group_table(self, ax)


def with_small_hidden(
    lines: Sequence[Mapping[str, Any]], min_n: int, kept: Sequence[str] = ("group",), size: str = "n"
) -> tuple[tuple[dict[str, Any], ...], int]:
    """Return the lines with everything but their names blanked where a group is small, and how many that are.

    Parameters
    ----------
    lines : sequence of mapping
        The groups; together they are everybody.
    min_n : int
        Groups with fewer are hidden, and as many more as are needed so that none can be worked out from the rest.
    kept : sequence of str
        What is told of a hidden group too.
    size : str
        Which value is the group's size.

    Examples
    --------
    >>> lines = [{"group": g, "n": n, "estimate": 0.5} for g, n in (("a", 40), ("b", 13), ("c", 7))]
    >>> [line["n"] for line in with_small_hidden(lines, 10)[0]]
    [40, None, None]
    """
    sizes = [int(line[size]) for line in lines]
    if not sizes or not checked_min_n(min_n):
        return tuple(dict(line) | {"hidden": None} for line in lines), 0
    keys: list[tuple[object, ...]] = [(), *((str(i),) for i in range(len(lines)))]
    # a table of one group publishes its total too: nothing else stands beside it
    reasons = protect([("group",)], [([sum(sizes), *sizes], keys)], min_n)[0][1:]
    found = []
    for line, reason in zip(lines, reasons, strict=True):
        blank = {
            name: value if name in kept or reason is None else math.nan if isinstance(value, float) else None
            for name, value in line.items()
        }
        found.append(blank | {"hidden": reason})
    return tuple(found), sum(reason is not None for reason in reasons)
