"""Bringing the tables of a register up to what this version of the package works with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

import sqlalchemy as sa
from sqlalchemy import Connection

from closeloop import __version__
from closeloop.errors import StoreError
from closeloop.followup.store.address import APPLICATION_ID
from closeloop.followup.store.migrations import m0001_register
from closeloop.followup.store.schema import META, MIGRATION
from closeloop.text import message

Step = Callable[[Connection], None]

STEPS: Mapping[int, tuple[str, Step]] = {1: ("register", m0001_register.up)}
"""Number → name and what it does."""

_MARK = "closeloop"


def found_version(connection: Connection, shown: str) -> int:
    """Return the number of the last step that a register went through; 0 for an empty database.

    Raises
    ------
    StoreError
        If the database holds something else.
    """
    if connection.dialect.name == "sqlite":
        filled = bool(connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one())
        if not filled:
            return 0
        ours = connection.exec_driver_sql("PRAGMA application_id").scalar_one() == APPLICATION_ID
    else:  # a database may hold other tables beside ours
        names = set(sa.inspect(connection).get_table_names())
        if not names & {"meta", "event", "case_head"}:
            return 0
        ours = {"meta", "migration", "event"} <= names
    marked = ours and connection.execute(sa.select(META.c.value).where(META.c.key == _MARK)).scalar() is not None
    if not marked:
        raise StoreError(message("store.not_ours", file=shown), file=shown)
    found = connection.execute(sa.select(sa.func.max(MIGRATION.c.number))).scalar()
    if found is None:
        raise StoreError(message("store.damaged", file=shown, reason=MIGRATION.name), file=shown)
    return int(found)


def migrate(connection: Connection, number: int, steps: Mapping[int, tuple[str, Step]]) -> None:
    """Go one step; the caller's transaction holds the step and its record."""
    name, step = steps[number]
    step(connection)
    if number == 1:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(sa.insert(META), [{"key": _MARK, "value": "register"}, {"key": "number", "value": "0"}])
    record = {"number": number, "name": name, "version": __version__, "applied_at": dt.datetime.now(dt.UTC)}
    connection.execute(sa.insert(MIGRATION), [record])
