"""The key file: the loop's own key and one key per person, in a small SQLite database beside the loop."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from closeloop.errors import StoreError
from closeloop.followup.privacy.data_key import DataKey, fingerprint, new_data_key
from closeloop.followup.privacy.key_file import another_loop_error, key_file_error, prepared, read_only_error
from closeloop.text import message

MEMORY = ":memory:"
_APPLICATION_ID = 0x636C6B79  # "clky": no other SQLite database is taken for a key file
_FORMAT = 1
_BUSY_MS = 30_000
_TABLES = (
    "CREATE TABLE IF NOT EXISTS ring (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS data_key (key_id TEXT PRIMARY KEY, subject_id TEXT NOT NULL, data_key BLOB NOT NULL)",
    "CREATE INDEX IF NOT EXISTS data_key_subject ON data_key (subject_id)",
    "CREATE TABLE IF NOT EXISTS erased (key_id TEXT PRIMARY KEY, erased_at TEXT NOT NULL)",
)


class KeyRing:
    """An open key file.

    Every key is on the disk when it is handed out, so nothing is ever sealed with a key that a crash could take away.
    Several processes may use one key file at a time. Deleted keys are overwritten (``secure_delete``).

    Examples
    --------
    >>> with KeyRing.open(":memory:") as ring:
    ...     key = ring.key_for("S-1")
    ...     ring.key_for("S-1") == key
    True
    """

    def __init__(self, path: str, *, read_only: bool = False) -> None:
        self.path = path
        self.read_only = read_only
        self._lock = threading.RLock()
        self._pid = os.getpid()
        self._connection = self._connect()
        self.loop_id = ""
        self._private_key = b""

    @classmethod
    def open(cls, path: str | Path, *, loop_id: str = "", create: bool = True, read_only: bool = False) -> Self:
        """Open a key file, and make it if there is none.

        Parameters
        ----------
        path : str or Path
            ``":memory:"`` for keys that live as long as the process.
        loop_id : str
            To which loop it must belong; empty: to any.
        create : bool
            Make the file where there is none. A loop that has been sealed with a key already opens with False, so that
            a lost key file is noticed and not replaced by one that opens nothing.
        read_only : bool
            Never write to it. A file that the system does not let us write is opened so by itself.

        Raises
        ------
        StoreError
            If the file is missing, empty, damaged, no key file, of a newer format, or of another loop.
        """
        name = str(path)
        if name != MEMORY:
            read_only = prepared(Path(name), create=create, read_only=read_only)
        try:
            ring = cls(name, read_only=read_only)
        except sqlite3.Error as error:
            raise key_file_error(name, error) from error
        try:
            ring._begin(loop_id, create=create)
        except (sqlite3.Error, StoreError) as error:
            ring.close()
            if isinstance(error, sqlite3.Error):
                raise key_file_error(name, error) from error
            raise
        return ring

    @property
    def private_key(self) -> X25519PrivateKey:
        """The loop's own key: opens what was sealed while the key file was elsewhere."""
        return X25519PrivateKey.from_private_bytes(self._private_key)

    @property
    def public_key(self) -> bytes:
        """The half of the loop's key that anybody may know; the loop keeps it in its database."""
        return self.private_key.public_key().public_bytes_raw()

    @property
    def fingerprint(self) -> str:
        """By what the loop recognises its key file."""
        return fingerprint(self.public_key)

    @property
    def open_to_others(self) -> bool:
        """Whether the system lets other users of the machine read the file (mode beyond 0600)."""
        return self.path != MEMORY and os.name == "posix" and bool(Path(self.path).stat().st_mode & 0o077)

    def __len__(self) -> int:
        with self._reading() as connection:
            return int(connection.execute("SELECT count(*) FROM data_key").fetchone()[0])

    def __bool__(self) -> bool:
        return True  # an empty key ring is one, too

    def key_for(self, subject_id: str) -> DataKey:
        """Return the key of a person, made now if there is none."""
        return self.keys_for([subject_id])[subject_id]

    def keys_for(self, subject_ids: Iterable[str]) -> dict[str, DataKey]:
        """Return the keys of many people, the missing ones made in one transaction.

        Raises
        ------
        StoreError
            If one is missing and the file cannot be written.
        """
        wanted = list(dict.fromkeys(subject_ids))
        with self._reading() as connection:
            found = {s: key for s in wanted if (key := _newest(connection, s)) is not None}
        if len(found) < len(wanted):
            with self._writing() as connection:
                for subject_id in wanted:
                    if subject_id not in found:
                        found[subject_id] = _newest(connection, subject_id) or _made(connection, subject_id)
        return {subject_id: found[subject_id] for subject_id in wanted}

    def key(self, key_id: str) -> DataKey | None:
        """Return a key by its id; None if it is not here."""
        with self._reading() as connection:
            row = connection.execute(
                "SELECT key_id, subject_id, data_key FROM data_key WHERE key_id = ?", (key_id,)
            ).fetchone()
        return None if row is None else DataKey(key_id=row[0], subject_id=row[1], secret=row[2])

    def key_ids(self, subject_id: str) -> tuple[str, ...]:
        """Return the ids of a person's keys."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT key_id FROM data_key WHERE subject_id = ? ORDER BY rowid", (subject_id,)
            ).fetchall()
        return tuple(row[0] for row in rows)

    def put(self, keys: Iterable[DataKey]) -> int:
        """Take keys in that were made elsewhere; returns how many were new. One that was erased stays erased."""
        taken = 0
        with self._writing() as connection:
            for key in keys:
                taken += connection.execute(
                    "INSERT OR IGNORE INTO data_key SELECT ?, ?, ?"
                    " WHERE NOT EXISTS (SELECT 1 FROM erased WHERE key_id = ?)",
                    (key.key_id, key.subject_id, key.secret, key.key_id),
                ).rowcount
        return taken

    def forget(self, subject_id: str, *, at: dt.datetime) -> tuple[str, ...]:
        """Delete all keys of a person for good; returns their ids."""
        with self._writing() as connection:
            rows = connection.execute("SELECT key_id FROM data_key WHERE subject_id = ?", (subject_id,)).fetchall()
            _drop(connection, [row[0] for row in rows], at)
        return tuple(row[0] for row in rows)

    def drop(self, key_ids: Iterable[str], *, at: dt.datetime) -> int:
        """Delete keys by their ids, such as those that an older copy of the key file brought back.

        Returns
        -------
        int
            How many of them were still here.
        """
        with self._writing() as connection:
            return _drop(connection, list(key_ids), at)

    def erased_at(self, key_id: str) -> dt.datetime | None:
        """Return when a key was deleted; None if it was not, as far as this file knows."""
        with self._reading() as connection:
            row = connection.execute("SELECT erased_at FROM erased WHERE key_id = ?", (key_id,)).fetchone()
        return None if row is None else dt.datetime.fromisoformat(row[0])

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<KeyRing: {self.path}, {self.fingerprint}>"

    def _connect(self) -> sqlite3.Connection:
        mode = "ro" if self.read_only else "rw"
        target = MEMORY if self.path == MEMORY else f"{Path(self.path).resolve().as_uri()}?mode={mode}"
        connection = sqlite3.connect(
            target, uri=True, isolation_level=None, check_same_thread=False, timeout=_BUSY_MS / 1000
        )
        for pragma in ("secure_delete = ON", "synchronous = FULL", "temp_store = MEMORY"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def _begin(self, loop_id: str, *, create: bool) -> None:
        """Read who the file belongs to; write it into a new one."""
        connection = self._connection
        if not self.read_only:
            connection.execute("PRAGMA journal_mode = DELETE")  # no second file in which a key could outlive its row
        application, version = (
            connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
        )
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if (application, version, tables) == (0, 0, 0) and create:
            self._make(loop_id)
        elif application != _APPLICATION_ID:
            raise StoreError(message("privacy.not_a_key_file", path=self.path), file=self.path)
        elif version > _FORMAT:
            raise StoreError(message("privacy.newer_key_file", path=self.path, found=version, known=_FORMAT))
        elif (fault := connection.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            problem = " ".join(fault.replace("*** in database main ***", "").split())
            raise StoreError(message("privacy.damaged_key_file", path=self.path, problem=problem), file=self.path)
        said = dict(connection.execute("SELECT name, value FROM ring").fetchall())
        self.loop_id, self._private_key = said["loop_id"].decode(), said["private_key"]
        if loop_id and self.loop_id and loop_id != self.loop_id:
            raise another_loop_error(self.path, self.loop_id, loop_id)

    def _make(self, loop_id: str) -> None:
        with self._writing() as connection:
            for table in _TABLES:
                connection.execute(table)
            own = X25519PrivateKey.generate().private_bytes_raw()
            ring = {"loop_id": (loop_id or secrets.token_hex(8)).encode(), "private_key": own}
            # Of two processes that make the file at the same time, the first one's key counts for both.
            connection.executemany("INSERT OR IGNORE INTO ring VALUES (?, ?)", ring.items())
            connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {_FORMAT}")

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            if self._pid != os.getpid() and self.path != MEMORY:  # a connection must not be carried over a fork
                self._pid, self._connection = os.getpid(), self._connect()
            try:
                yield self._connection
            except sqlite3.Error as error:
                raise key_file_error(self.path, error) from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        if self.read_only:
            raise read_only_error(self.path)
        with self._reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")


def _newest(connection: sqlite3.Connection, subject_id: str) -> DataKey | None:
    row = connection.execute(
        "SELECT key_id, data_key FROM data_key WHERE subject_id = ? ORDER BY rowid DESC LIMIT 1", (subject_id,)
    ).fetchone()
    return None if row is None else DataKey(key_id=row[0], subject_id=subject_id, secret=row[1])


def _made(connection: sqlite3.Connection, subject_id: str) -> DataKey:
    key = new_data_key(subject_id)
    connection.execute("INSERT INTO data_key VALUES (?, ?, ?)", (key.key_id, subject_id, key.secret))
    return key


def _drop(connection: sqlite3.Connection, key_ids: list[str], at: dt.datetime) -> int:
    gone = 0
    for key_id in key_ids:
        gone += connection.execute("DELETE FROM data_key WHERE key_id = ?", (key_id,)).rowcount
        connection.execute("INSERT OR IGNORE INTO erased VALUES (?, ?)", (key_id, at.isoformat()))
    return gone
