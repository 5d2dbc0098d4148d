"""Which rows: conditions from names and values, never from text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.expression import TableClause

from closeloop.errors import closest
from closeloop.text import message


def conditions(table: TableClause, filters: Mapping[str, Any]) -> list[sa.ColumnElement[bool]]:
    """Return the conditions of filters: a value, one of several, nothing (None), or a `slice` from … to.

    Raises
    ------
    ValueError
        If the table has no such column.

    Examples
    --------
    >>> from closeloop.followup.store.schema import CASE_ROW
    >>> [str(c) for c in conditions(CASE_ROW, {"owner": "anna", "score": slice(None, 7), "hold": None})]
    ['case_row.owner = :owner_1', 'case_row.score < :score_1', 'case_row.hold IS NULL']
    """
    found: list[sa.ColumnElement[bool]] = []
    for name, value in filters.items():
        if name not in table.c:
            near = closest(name, table.c.keys()) or tuple(table.c.keys())
            raise ValueError(message("store.no_filter", name=name, names=", ".join(near)))
        column = table.c[name]
        if value is None:
            found.append(column.is_(None))
        elif isinstance(value, slice):
            found += [column >= value.start] if value.start is not None else []
            found += [column < value.stop] if value.stop is not None else []
        elif isinstance(value, list | tuple | set | frozenset):
            found.append(column.in_(sorted(value, key=str)))
        else:
            found.append(column == value)
    return found
