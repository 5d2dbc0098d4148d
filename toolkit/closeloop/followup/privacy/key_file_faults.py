"""What SQLite says of a key file, as an error that says what still works and what to do."""

from __future__ import annotations

import sqlite3

from closeloop.errors import StoreError
from closeloop.text import message

_READ_ONLY = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH})
_DAMAGED = frozenset({sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT})


def key_file_error(path: str, error: sqlite3.Error) -> StoreError:
    """Return the error for what SQLite could not do with a key file.

    Examples
    --------
    >>> str(key_file_error("a.keys", sqlite3.DatabaseError("file is not a database")))[:30]
    'The key file a.keys is damaged'
    """
    code = getattr(error, "sqlite_errorcode", None)
    primary = None if code is None else code & 0xFF
    if primary in _READ_ONLY:
        return read_only_error(path)
    if primary in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return StoreError(message("privacy.key_file_locked", path=path), file=path)
    # What is neither locked nor full nor forbidden and still no sound database is damaged: cut off, overwritten.
    if primary in _DAMAGED or (primary is None and not isinstance(error, sqlite3.OperationalError)):
        return StoreError(message("privacy.damaged_key_file", path=path, problem=error), file=path)
    return StoreError(message("privacy.key_file_failed", path=path, problem=error), file=path)


def read_only_error(path: str) -> StoreError:
    """Return the error for writing to a key file that may only be read."""
    return StoreError(message("privacy.read_only_key_file", path=path), file=path)


def another_loop_error(path: str, found: str, expected: str) -> StoreError:
    """Return the error for the key file of another loop."""
    return StoreError(message("privacy.key_file_of_another", path=path, found=found, expected=expected), file=path)
