"""Connections: how SQLite and PostgreSQL are opened, and how transactions begin."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Engine, event
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from closeloop.errors import StoreError
from closeloop.followup.store.address import Address
from closeloop.text import message

_BEGIN = "closeloop_begin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """One pool of connections, with the two ways in which a transaction begins.

    Attributes
    ----------
    reading : Engine
        Sees the register as it was when the transaction began, and holds nobody up.
    writing : Engine
        On SQLite one at a time, from the beginning on; on PostgreSQL the cases that are read are locked.
    """

    reading: Engine
    writing: Engine


def connect(address: Address, timeout_s: float) -> Engines:
    """Return the engines of an address; nothing is opened yet.

    Parameters
    ----------
    address : Address
    timeout_s : float
        How long to wait for others who write.
    """
    if address.is_sqlite:
        return _sqlite(address, timeout_s)
    return _postgresql(address, timeout_s)


def _sqlite(address: Address, timeout_s: float) -> Engines:
    options: dict[str, Any] = {"connect_args": {"timeout": timeout_s, "check_same_thread": False}}
    if address.is_memory:
        options["poolclass"] = StaticPool
    engine = sa.create_engine(address.url, **options)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # transactions begin where we say, not where the driver thinks
        _write_ahead(connection, timeout_s)
        for pragma in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON", "cache_size = -32000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))

    return Engines(reading=engine, writing=engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"}))


def _write_ahead(connection: sqlite3.Connection, timeout_s: float) -> None:
    """Switch to the write-ahead log; while two switch at once SQLite does not wait by itself."""
    patience = time.monotonic() + timeout_s
    while True:
        mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
        if mode in {"wal", "memory"}:
            return
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
            if not busy or time.monotonic() > patience:
                raise
            time.sleep(0.01)
            continue
        return


def _postgresql(address: Address, timeout_s: float) -> Engines:
    settings = f"-c lock_timeout={max(1, round(timeout_s * 1000))} -c timezone=UTC"
    given = address.url.query.get("options", "")
    own = given if isinstance(given, str) else " ".join(given)
    url = address.url.update_query_dict({"options": f"{own} {settings}".strip()})
    waiting = {} if "connect_timeout" in url.query else {"connect_timeout": max(1, round(min(timeout_s, 10)))}
    try:
        engine = sa.create_engine(url, connect_args=waiting, pool_pre_ping=True)
    except ModuleNotFoundError:
        raise StoreError(message("store.no_driver")) from None
    return Engines(
        reading=engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True), writing=engine
    )
