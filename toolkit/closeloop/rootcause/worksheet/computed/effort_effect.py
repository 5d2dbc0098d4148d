"""Effort against effect: what to do first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from closeloop.rootcause.worksheet.computed.grid_result import GridResult, Placed, quadrant_of
from closeloop.rootcause.worksheet.computed.reading import distinct, name_in, rows_of, score_in

SCALE = range(1, 6)
_ORDER = ("upper_left", "upper_right", "middle", "lower_left", "lower_right", "")


class EffortEffect(GridResult):
    """Options by effort (to the right) and effect (up)."""

    __slots__ = ()
    kind: ClassVar[str] = "effort_effect"


def effort_effect(options: Sequence[Mapping[str, Any]]) -> EffortEffect:
    """Sort options into quick wins, projects, small things and those to leave.

    Parameters
    ----------
    options : sequence of mapping
        ``name``, ``effort`` and ``effect``, 1 to 5.

    Returns
    -------
    EffortEffect
        Great effect for little effort first; within a quadrant by effect, then by effort.

    Raises
    ------
    ValueError
        If there are no options or a score lies outside 1 to 5.

    Examples
    --------
    >>> found = effort_effect([{"name": "new portal", "effort": 5, "effect": 4},
    ...                        {"name": "call back", "effort": 1, "effect": 4}])
    >>> [(entry.name, entry.quadrant) for entry in found.entries]
    [('call back', 'upper_left'), ('new portal', 'upper_right')]
    """
    rows = rows_of(options, "options")
    names = distinct(name_in(row, "name", number) for number, row in enumerate(rows, 1))
    found = []
    for name, row in zip(names, rows, strict=True):
        x, y = score_in(row, "effort", name), score_in(row, "effect", name)
        found.append(Placed(name=name, x=x, y=y, quadrant=quadrant_of(x, y, SCALE, SCALE)))
    ordered = sorted(found, key=lambda one: (_ORDER.index(one.quadrant), -one.y, one.x) if one.quadrant else (9, 0, 0))
    return EffortEffect(entries=tuple(ordered), words="effort", across=SCALE, up=SCALE)


def compute(given: Mapping[str, Any]) -> EffortEffect:
    """Return the matrix of a worksheet's options."""
    return effort_effect(given["options"])
