"""Cases and due dates as tables: made of the events, there to be searched, disposable."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.expression import TableClause

from closeloop.followup.store.batches import batches
from closeloop.followup.store.connected import Connected
from closeloop.followup.store.filters import conditions
from closeloop.followup.store.schema import CASE_ROW, DUE
from closeloop.text import message

Row = dict[str, Any]


class CaseReading(Connected):
    """What a transaction can read of the tables that are made of events."""

    def cases(
        self,
        *,
        order_by: str = "number",
        descending: bool = False,
        limit: int | None = None,
        offset: int = 0,
        **filters: Any,
    ) -> list[Row]:
        """Return cases, each as a mapping column → value.

        Parameters
        ----------
        order_by : str
            A column; cases that are equal in it follow by their ids, so that pages never overlap.
        descending : bool
        limit, offset : int
            A page.
        **filters
            Column → a value; a list, tuple or set: one of them; None: nothing there; for times, dates and numbers a
            `slice`: from (inclusive) to (exclusive), such as ``opened_at=slice(monday, None)``.

        Raises
        ------
        ValueError
            If there is no such column.
        """
        key = column_of(CASE_ROW, order_by)
        wanted = sa.select(CASE_ROW).where(*conditions(CASE_ROW, filters))
        wanted = wanted.order_by(key.desc().nulls_last() if descending else key.asc().nulls_last(), CASE_ROW.c.case_id)
        return self._rows(_page(wanted, limit, offset))

    def n_cases(self, **filters: Any) -> int:
        """Return how many cases there are; filters as in `cases`."""
        wanted = sa.select(sa.func.count()).select_from(CASE_ROW).where(*conditions(CASE_ROW, filters))
        return int(self.connection.execute(wanted).scalar_one())

    def case_row(self, case_id: str) -> Row | None:
        """Return one case, or None."""
        found = self._rows(sa.select(CASE_ROW).where(CASE_ROW.c.case_id == case_id))
        return found[0] if found else None

    def due(
        self,
        now: dt.datetime,
        *,
        ahead: dt.timedelta = dt.timedelta(0),
        limit: int | None = None,
        offset: int = 0,
        **filters: Any,
    ) -> list[Row]:
        """Return what needs somebody now: everything whose warning time is reached, earliest due date first.

        Parameters
        ----------
        now : datetime
        ahead : timedelta
            Look so much further.
        limit, offset : int
            A page.
        **filters
            Columns of `due`, else of the case (``number``, ``stage``, ``team`` …), as in `cases`.
        """
        own = {name: value for name, value in filters.items() if name in DUE.c}
        others = {name: value for name, value in filters.items() if name not in DUE.c}
        case = [c for c in CASE_ROW.c if c.name in {"number", "stage", "team", "subject_id", "hold", "escalation"}]
        wanted = (
            sa.select(DUE, *case)
            .join_from(DUE, CASE_ROW, DUE.c.case_id == CASE_ROW.c.case_id)
            .where(DUE.c.warn_at <= now + ahead, *conditions(DUE, own), *conditions(CASE_ROW, others))
            .order_by(DUE.c.due_at, DUE.c.case_id, DUE.c.kind, DUE.c.ref)
        )
        return self._rows(_page(wanted, limit, offset))

    def due_of(self, *case_ids: str) -> list[Row]:
        """Return what of some cases is due at all, earliest first."""
        wanted = sa.select(DUE).where(DUE.c.case_id.in_(case_ids)).order_by(DUE.c.due_at, DUE.c.kind, DUE.c.ref)
        return self._rows(wanted)

    def _rows(self, wanted: sa.Select[Any], **values: Any) -> list[Row]:
        found = self.connection.execute(wanted, values)
        names = tuple(found.keys())
        return [dict(zip(names, row, strict=True)) for row in found]


class CaseWriting(CaseReading):
    """What a transaction can do with these tables beside reading them."""

    def project(self, case: Mapping[str, Any], due: Sequence[Mapping[str, Any]]) -> None:
        """Put what a case is after its last event, and what of it is due, in place of what was there.

        Parameters
        ----------
        case : mapping
            Columns of `case_row`; those that are not given are empty.
        due : sequence of mapping
            Columns of `due` beside the case; without ``warn_at`` the warning is the due date itself.
        """
        self.project_many([(case, due)])

    def project_many(self, items: Iterable[tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]]) -> None:
        """Do what `project` does for many cases."""
        for batch in batches(items):
            rows = [whole_row(CASE_ROW, case) for case, _ in batch]
            self.connection.execute(upsert(self.connection.dialect.name, CASE_ROW, "case_id"), rows)
            ids = [row["case_id"] for row in rows]
            self.connection.execute(_NO_LONGER_DUE, {"ids": ids})
            found = [due_row(case["case_id"], row) for case, due in batch for row in due]
            if found:
                self.connection.execute(_NEWLY_DUE, found)

    def clear_projections(self) -> None:
        """Empty the tables that are made of events; `rebuild` fills them again."""
        self.connection.execute(sa.delete(DUE))
        self.connection.execute(sa.delete(CASE_ROW))


_NEWLY_DUE = sa.insert(DUE)
_NO_LONGER_DUE = sa.delete(DUE).where(DUE.c.case_id.in_(sa.bindparam("ids", expanding=True)))


def due_row(case_id: str, due: Mapping[str, Any]) -> Row:
    """Return a row of `due` as it is stored."""
    warn_at = due.get("warn_at") or due["due_at"]
    return whole_row(DUE, {**due, "case_id": case_id, "ref": str(due.get("ref") or ""), "warn_at": warn_at})


def whole_row(table: TableClause, given: Mapping[str, Any]) -> Row:
    """Return a value for every column of a table, None where none is given.

    Raises
    ------
    ValueError
        If something is given that the table has no column for.
    """
    empty = _empty_row(table)
    row = {**empty, **given}
    if len(row) > len(empty):
        unknown = ", ".join(sorted(set(given) - set(empty)))
        raise ValueError(message("store.no_column", column=unknown, table=table.name))
    return row


@cache
def _empty_row(table: TableClause) -> Row:
    return dict.fromkeys(table.c.keys())


def column_of(table: TableClause, name: str) -> sa.ColumnElement[Any]:
    """Return a column by its name.

    Raises
    ------
    ValueError
        If there is no such column.
    """
    if name not in table.c:
        raise ValueError(message("store.no_column", column=name, table=table.name))
    column: sa.ColumnElement[Any] = table.c[name]
    return column


@cache  # building such a statement takes longer than running it
def upsert(dialect: str, table: TableClause, *keys: str) -> Any:
    """Return the statement that adds rows, and puts them in place of those with the same keys."""
    statement: Any = _insert(dialect)(table)
    others = {name: statement.excluded[name] for name in table.c.keys() if name not in keys}  # noqa: SIM118
    return statement.on_conflict_do_update(index_elements=keys, set_=others)


def _insert(dialect: str) -> Any:
    """Return what makes a statement in the database's own words; only that database's are loaded."""
    if dialect == "sqlite":
        from sqlalchemy.dialects.sqlite import insert
    else:
        from sqlalchemy.dialects.postgresql import insert  # type: ignore[assignment]
    return insert


def _page(wanted: sa.Select[Any], limit: int | None, offset: int) -> sa.Select[Any]:
    return wanted if limit is None and not offset else wanted.limit(limit).offset(offset)
