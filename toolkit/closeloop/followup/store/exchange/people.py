"""Cases, tasks, promises and responses as CSV: for people, and for other systems by keys that stay the same."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from closeloop.followup.event import CaseEvent, is_private
from closeloop.followup.store.column_types import canonical, storable
from closeloop.followup.store.rebuild import by_case
from closeloop.followup.store.schema import CASE_ROW, RESPONSE
from closeloop.followup.store.transaction import Reading
from closeloop.responses.write import defused

_KEYS = ("case_id", "number", "subject_id")
_TASK = ("task", "what", "owner", "department", "due_on", "priority", "added_at", "done_at", "evidence")
_PROMISE = ("promise", "what", "to", "due_at", "made_at", "kept", "kept_at", "reason")
_ANSWER = tuple(name for name in RESPONSE.c.keys() if name not in {"scores", "detail"})  # noqa: SIM118

_SEALED = "•••"


def write_tables(tx: Reading, folder: Path) -> None:
    """Write ``cases.csv``, ``tasks.csv``, ``promises.csv`` and ``responses.csv``; what is sealed shows as dots."""
    columns = [*_KEYS, *(name for name in CASE_ROW.c.keys() if name not in _KEYS)]  # noqa: SIM118
    cases = tx.cases()
    _write(folder / "cases.csv", columns, cases)
    known = {row["case_id"]: {name: row[name] for name in _KEYS} for row in cases}
    with (
        (folder / "tasks.csv").open("w", encoding="utf-8-sig", newline="") as tasks,
        (folder / "promises.csv").open("w", encoding="utf-8-sig", newline="") as promises,
    ):
        task_table, promise_table = _Table(tasks, [*_KEYS, *_TASK]), _Table(promises, [*_KEYS, *_PROMISE])
        for events in by_case(tx):
            keys = known.get(events[0].case_id, {"case_id": events[0].case_id})
            for row in tasks_of(events):
                task_table.add({**keys, **row})
            for row in promises_of(events):
                promise_table.add({**keys, **row})
    _write_responses(tx, folder / "responses.csv")


def tasks_of(events: Iterable[CaseEvent]) -> list[dict[str, Any]]:
    """Return the tasks of a case as its events leave them."""
    found: dict[int, dict[str, Any]] = {}
    for event in events:
        said = event.payload
        if event.type == "TaskAdded":
            found[event.seq] = {**_shown(said), "task": event.seq, "added_at": event.at.isoformat()}
        elif event.type in {"TaskChanged", "TaskDone"} and said.get("task") in found:
            task = found[said["task"]]
            task.update({**_shown(said), "task": task["task"]})
            if event.type == "TaskDone":
                task["done_at"] = event.at.isoformat()
    return list(found.values())


def promises_of(events: Iterable[CaseEvent]) -> list[dict[str, Any]]:
    """Return the promises of a case as its events leave them; ``kept`` is empty while nobody said."""
    found: dict[int, dict[str, Any]] = {}
    for event in events:
        said = event.payload
        if event.type == "PromiseMade":
            found[event.seq] = {**_shown(said), "promise": event.seq, "made_at": event.at.isoformat()}
        elif event.type in {"PromiseKept", "PromiseBroken"} and said.get("promise") in found:
            kept = event.type == "PromiseKept"
            outcome = {"kept": kept, "kept_at": event.at.isoformat() if kept else None}
            promise = found[said["promise"]]
            promise.update({**_shown(said), **outcome, "promise": promise["promise"]})
    return list(found.values())


class _Table:
    """A CSV file in which no text runs as a formula."""

    def __init__(self, stream: Any, columns: Sequence[str]) -> None:
        self._columns = columns
        self._writer = csv.writer(stream)
        self._writer.writerow([defused(name) for name in columns])

    def add(self, row: Mapping[str, Any]) -> None:
        self._writer.writerow([_cell(row.get(name)) for name in self._columns])


def _write(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        table = _Table(stream, columns)
        for row in rows:
            table.add(row)


def _write_responses(tx: Reading, path: Path) -> None:
    """Write the slim rows, each score in a column of its own."""
    every_score = tx.stream(sa.select(RESPONSE.c.scores).distinct())
    names = sorted({name for text in every_score.scalars() for name in json.loads(text)})
    ordered = sa.select(RESPONSE).order_by(RESPONSE.c.survey_id, RESPONSE.c.response_id)

    def rows() -> Iterator[dict[str, Any]]:
        for row in tx.stream(ordered).mappings():
            scores = json.loads(row["scores"])
            yield {**row, **{f"score.{name}": scores.get(name) for name in names}}

    _write(path, [*_ANSWER, *(f"score.{name}" for name in names)], rows())


def _shown(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _SEALED if is_private(value) else value for name, value in said.items()}


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    return defused(storable(value if isinstance(value, str) else canonical(value)))
