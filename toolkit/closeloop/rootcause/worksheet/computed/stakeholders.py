"""Stakeholders by attitude and influence, with what to do about each quadrant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from closeloop.rootcause.worksheet.computed.grid_result import GridResult, Placed, quadrant_of
from closeloop.rootcause.worksheet.computed.reading import distinct, name_in, rows_of, score_in

ATTITUDE = range(-2, 3)
INFLUENCE = range(1, 6)
_ORDER = ("upper_left", "upper_right", "middle", "lower_left", "lower_right", "")


class StakeholderMatrix(GridResult):
    """People by attitude (to the right) and influence (up)."""

    __slots__ = ()
    kind: ClassVar[str] = "stakeholders"


def stakeholder_matrix(stakeholders: Sequence[Mapping[str, Any]]) -> StakeholderMatrix:
    """Sort people by attitude and influence; who is against it and can stop it comes first.

    Parameters
    ----------
    stakeholders : sequence of mapping
        ``name``, ``attitude`` from -2 (against) to 2 (for), ``influence`` from 1 to 5.

    Returns
    -------
    StakeholderMatrix

    Raises
    ------
    ValueError
        If there is nobody or a score is off its scale.

    Examples
    --------
    >>> found = stakeholder_matrix([{"name": "courier", "attitude": -2, "influence": 4},
    ...                             {"name": "customer", "attitude": 1, "influence": 5}])
    >>> found.entries[0].name, found.entries[0].quadrant
    ('courier', 'upper_left')
    """
    rows = rows_of(stakeholders, "stakeholders")
    names = distinct(name_in(row, "name", number) for number, row in enumerate(rows, 1))
    found = []
    for name, row in zip(names, rows, strict=True):
        x = score_in(row, "attitude", name, ATTITUDE[0], ATTITUDE[-1])
        y = score_in(row, "influence", name, INFLUENCE[0], INFLUENCE[-1])
        found.append(Placed(name=name, x=x, y=y, quadrant=quadrant_of(x, y, ATTITUDE, INFLUENCE)))
    ordered = sorted(found, key=lambda one: (_ORDER.index(one.quadrant), -one.y, one.x) if one.quadrant else (9, 0, 0))
    return StakeholderMatrix(entries=tuple(ordered), words="people", across=ATTITUDE, up=INFLUENCE)


def compute(given: Mapping[str, Any]) -> StakeholderMatrix:
    """Return the matrix of a worksheet's stakeholders."""
    return stakeholder_matrix(given["stakeholders"])
