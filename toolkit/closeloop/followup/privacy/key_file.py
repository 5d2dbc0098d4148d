"""The file that keys are kept in: made for its owner only; what is wrong with it, and what still works without it."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

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


def prepared(path: Path, *, create: bool, read_only: bool) -> bool:
    """Make the file if it has to be made, readable by its owner only; return whether it can only be read.

    Raises
    ------
    StoreError
        If it is a folder, is missing and not to be made, cannot be made, or is empty though it should not be.
    """
    if path.is_dir():
        raise StoreError(message("privacy.key_file_is_folder", path=path), file=str(path))
    if not path.exists():
        if not create or read_only:
            raise StoreError(message("privacy.no_key_file", path=path), file=str(path))
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except FileExistsError:
            return False  # another process was faster: its file is ours, too
        except OSError as error:
            raise StoreError(
                message("privacy.key_file_not_made", path=path, problem=error.strerror or error)
            ) from error
    elif path.stat().st_size == 0 and not create:
        raise StoreError(message("privacy.damaged_key_file", path=path, problem=message("privacy.empty_file")))
    return read_only or not os.access(path, os.W_OK) or not os.access(path.resolve().parent, os.W_OK)
