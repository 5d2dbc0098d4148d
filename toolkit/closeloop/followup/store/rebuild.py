"""Making the tables of cases and due dates again from the events, and comparing them with what stands there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy.sql.expression import TableClause

from closeloop.followup.event import CaseEvent
from closeloop.followup.store.batches import batches
from closeloop.followup.store.case_rows import due_row, whole_row
from closeloop.followup.store.column_types import way_back
from closeloop.followup.store.events import EventReading
from closeloop.followup.store.schema import CASE_ROW, DUE
from closeloop.followup.store.transaction import Reading, Writing

Row = Mapping[str, Any]
MakeRows = Callable[[list[CaseEvent]], tuple[Row, Sequence[Row]]]
"""Events of one case → its row of cases, and its rows of what is due."""


def as_stored(table: TableClause, row: Row) -> dict[str, Any]:
    """Return a row as it is read after it was written."""
    ways = _ways_back(table)
    return {
        name: value if value is None or (way := ways.get(name)) is None else way(value) for name, value in row.items()
    }


@cache
def _ways_back(table: TableClause) -> dict[str, Callable[[Any], Any]]:
    return {column.name: way for column in table.c if (way := way_back(column.type)) is not None}


def rebuild_rows(tx: Writing, make_rows: MakeRows) -> int:
    """Empty the tables that are made of events and fill them again; return how many cases there are."""
    tx.clear_projections()
    n = 0

    def made() -> Iterator[tuple[Row, Sequence[Row]]]:
        nonlocal n
        for events in by_case(tx):
            n += 1
            yield make_rows(events)

    tx.project_many(made())
    return n


def by_case(tx: EventReading) -> Iterator[list[CaseEvent]]:
    """Give the events of one case after the other."""
    for _, events in groupby(tx.all_events(), key=attrgetter("case_id")):
        yield list(events)


def differences(tx: Reading, make_rows: MakeRows) -> Iterator[tuple[str, int, str]]:
    """Give (case, version, columns) for each case whose stored rows are not those that its events make."""
    for batch in batches(by_case(tx)):
        ids = [events[0].case_id for events in batch]
        stored = {row["case_id"]: row for row in tx.cases(case_id=ids)}
        due: dict[str, list[dict[str, Any]]] = {case_id: [] for case_id in ids}
        for each in tx.due_of(*ids):
            due[each["case_id"]].append(each)
        for events in batch:
            case_id = events[0].case_id
            row, due_rows = make_rows(events)
            wrong = _differ(stored.get(case_id, {}), as_stored(CASE_ROW, whole_row(CASE_ROW, row)))
            expected = [as_stored(DUE, due_row(case_id, given)) for given in due_rows]
            if sorted(due[case_id], key=_key) != sorted(expected, key=_key):
                wrong.append(DUE.name)
            if wrong:
                yield case_id, events[-1].seq, ", ".join(wrong)


def _differ(found: Row, wanted: Row) -> list[str]:
    if found == wanted:
        return []
    return [name for name, value in wanted.items() if name not in found or found[name] != value]


def _key(row: Row) -> tuple[str, str]:
    return (row["kind"], row["ref"])
