"""What a database says went wrong, said so that a person knows what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from closeloop.errors import CloseloopError, ConflictError, StoreError
from closeloop.followup.store.address import Address
from closeloop.text import message

_SQLITE = {
    sqlite3.SQLITE_BUSY: "store.locked",
    sqlite3.SQLITE_LOCKED: "store.locked",
    sqlite3.SQLITE_FULL: "store.full",
    sqlite3.SQLITE_IOERR: "store.io",
    sqlite3.SQLITE_READONLY: "store.read_only",
    sqlite3.SQLITE_PERM: "store.read_only",
    sqlite3.SQLITE_CANTOPEN: "store.cannot_open",
    sqlite3.SQLITE_NOTADB: "store.not_sqlite",
    sqlite3.SQLITE_CORRUPT: "store.damaged",
}
_POSTGRESQL = {
    "55P03": "store.locked",
    "53100": "store.full",
    "53200": "store.full",
    "58030": "store.io",
    "25006": "store.read_only",
    "42501": "store.not_permitted",
    "28P01": "store.refused",
    "28000": "store.refused",
    "3D000": "store.no_database",
    "XX001": "store.damaged",
    "XX002": "store.damaged",
}
_TOGETHER = {"40001", "40P01"}  # two transactions that cannot both be: serialisation, deadlock
_APPEND_ONLY = "closeloop: append-only"


@contextmanager
def told_as_ours(address: Address) -> Iterator[None]:
    """Turn what the driver raises into a `StoreError` or `ConflictError`; the transaction was rolled back."""
    try:
        yield
    except DBAPIError as error:
        cause = error.orig if isinstance(error.orig, Exception) else error
        raise _told(cause, address, isinstance(error, IntegrityError)) from error
    except sqlite3.Error as error:
        raise _told(error, address, isinstance(error, sqlite3.IntegrityError)) from error
    except PoolTimeout as error:
        raise StoreError(message("store.busy", file=address), file=str(address)) from error


def _told(error: Exception, address: Address, integrity: bool) -> CloseloopError:
    """Return the error for a person; what the driver said stands in it where we have no better words."""
    said = " ".join(str(error).split())
    if _APPEND_ONLY in said:
        return StoreError(message("store.append_only", file=address), file=str(address))
    key = None
    if isinstance(error, sqlite3.Error):
        key = _SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    else:
        state = getattr(error, "sqlstate", None)
        if state in _TOGETHER:
            return ConflictError(message("store.together"))
        key = _POSTGRESQL.get(state or "")
        if key is None and not integrity and (state is None or state[:2] in {"08", "57"}):
            key = "store.no_server"
    if key is None and integrity:
        return ConflictError(message("store.together"))
    password = address.url.password
    said = said.replace(str(password), "***") if password else said
    return StoreError(message(key or "store.driver", file=address, reason=said), file=str(address))
