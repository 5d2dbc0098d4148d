"""The register of the follow-up loop: one file, one memory, or one PostgreSQL database."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Self, TypeVar

from sqlalchemy import Connection

from closeloop.errors import StoreError
from closeloop.followup.store.address import APPLICATION_ID, Address, address_of, check_file
from closeloop.followup.store.engine import Engines, connect
from closeloop.followup.store.faults import told_as_ours
from closeloop.followup.store.migrations.steps import STEPS, found_version, migrate
from closeloop.followup.store.rebuild import MakeRows, rebuild_rows
from closeloop.followup.store.transaction import Reading, Writing
from closeloop.followup.store.verification import Verification, verify_register
from closeloop.text import message

T = TypeVar("T", bound=Reading)


class Store:
    """The register; made by `Store.open`, a context manager.

    Attributes
    ----------
    address : Address
        Where it is.
    is_closed : bool
        Whether `close` was called: nothing can be read or written any more.

    Examples
    --------
    >>> with Store.open(":memory:") as store:
    ...     with store.writing() as tx:
    ...         first = tx.next_number()
    ...     with store.reading() as tx:
    ...         print(first, tx.n_cases())
    1 0
    """

    def __init__(self, address: Address, engines: Engines) -> None:
        self.address = address
        self._engines = engines
        self.is_closed = False
        self._open = threading.local()  # the transaction that this thread is in
        # There is one connection to a memory: threads take turns.
        self._turn = threading.RLock() if address.is_memory else nullcontext()

    @classmethod
    def open(cls, url: str | Path, *, create: bool = True, timeout_s: float = 30.0) -> Self:
        """Open a register; tables of an older version are brought up to this one.

        Parameters
        ----------
        url : str or Path
            A path, ``":memory:"``, or a URL (``postgresql://user:password@host/database``).
        create : bool
            Make it if there is none.
        timeout_s : float
            How long to wait for others who write.

        Raises
        ------
        StoreError
            If it cannot be opened, is not ours, or was written by a newer version.
        """
        address = address_of(url)
        if address.file is not None:
            check_file(address.file, create=create)
        store = cls(address, connect(address, timeout_s))
        try:
            store._upgrade(create)
        except BaseException:
            store.close()
            raise
        return store

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._engines.writing.dialect.name

    def __repr__(self) -> str:
        return f"Store({str(self.address)!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections; what is in memory is gone."""
        self.is_closed = True
        self._engines.writing.dispose()

    def _upgrade(self, create: bool) -> None:
        newest = max(STEPS)
        shown = str(self.address)
        with told_as_ours(self.address):
            with self._turn, self._engines.reading.connect() as connection:
                found = found_version(connection, shown)
            if not found and not create:
                raise StoreError(message("store.not_ours", file=shown), file=shown, found=0, expected=newest)
            while found < newest:
                with self._turn, self._engines.writing.begin() as connection:
                    self._queue(connection, alone=True)
                    found = found_version(connection, shown)  # somebody else may have been faster
                    if found < newest:
                        found += 1
                        migrate(connection, found, STEPS)
        if found > newest:
            text = message("store.newer", file=shown, found=found, expected=newest)
            raise StoreError(text, file=shown, found=found, expected=newest)

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """Read the register as it is now; within a transaction of the same thread: that transaction.

        Examples
        --------
        >>> with Store.open(":memory:") as store, store.reading() as tx:
        ...     tx.cases(owner="anna")
        []
        """
        running: Reading | None = getattr(self._open, "transaction", None)
        if running is not None:
            yield running
            return
        self._check_open()
        with self._turn, told_as_ours(self.address), self._engines.reading.connect() as connection:
            yield from self._run(Reading(connection))

    @contextmanager
    def writing(self, *, alone: bool = False) -> Iterator[Writing]:
        """Write to the register: all of it at the end, or nothing if anything is raised.

        Within a writing transaction of the same thread it is a part of that one, which can fail by itself.

        Parameters
        ----------
        alone : bool
            Nobody else writes meanwhile, also not to other cases. On SQLite that is always so.
        """
        running: Reading | None = getattr(self._open, "transaction", None)
        if running is not None:
            if not isinstance(running, Writing):
                raise RuntimeError(message("store.only_reading"))
            with told_as_ours(self.address), running.connection.begin_nested():
                if alone:
                    self._queue(running.connection, alone)
                yield running
            return
        self._check_open()
        with self._turn, told_as_ours(self.address), self._engines.writing.begin() as connection:
            self._queue(connection, alone)
            yield from self._run(Writing(connection))

    def rebuild(self, make_rows: MakeRows) -> int:
        """Make the tables of cases and due dates again from the events, in one transaction.

        Parameters
        ----------
        make_rows : callable
            Events of one case → its row of cases, and its rows of what is due.

        Returns
        -------
        int
            How many cases there are.
        """
        with self.writing(alone=True) as tx:
            return rebuild_rows(tx, make_rows)

    def verify(self, make_rows: MakeRows | None = None) -> Verification:
        """Go through every event: chain, heads, numbers without a gap, and the tables that are made of them.

        Parameters
        ----------
        make_rows : callable, optional
            As for `rebuild`; with it the tables are also compared with what the events make.

        Examples
        --------
        >>> with Store.open(":memory:") as store:
        ...     print(store.verify().is_intact)
        True
        """
        with self.reading() as tx:
            return verify_register(tx, make_rows)

    def compact(self) -> None:
        """Write the database anew without what was deleted, and empty its write-ahead log.

        Raises
        ------
        StoreError
            If others are reading or writing.
        """
        with self._turn, told_as_ours(self.address):
            if self.dialect == "postgresql":
                engine = self._engines.writing.execution_options(isolation_level="AUTOCOMMIT")
                with engine.connect() as connection:
                    connection.exec_driver_sql("VACUUM FULL")
                return
            raw = self._engines.writing.raw_connection()  # outside of any transaction, which SQLAlchemy would begin
            try:
                raw.cursor().execute("VACUUM")
            finally:
                raw.close()
        if not self.empty_log():
            raise StoreError(message("store.not_compacted", file=self.address), file=str(self.address))

    def empty_log(self) -> bool:
        """Empty the write-ahead log, in which what was deleted still stands; return False if others are reading it.

        Examples
        --------
        >>> with Store.open(":memory:") as store:
        ...     store.empty_log()
        True
        """
        if self.dialect == "postgresql":
            return True  # its log is the server's
        with self._turn, told_as_ours(self.address):
            raw = self._engines.writing.raw_connection()
            try:
                cursor = raw.cursor()
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                return not cursor.fetchall()[0][0]
            finally:
                raw.close()

    def _check_open(self) -> None:
        if self.is_closed:
            raise StoreError(message("store.closed", file=self.address), file=str(self.address))

    def _run(self, transaction: T) -> Iterator[T]:
        self._open.transaction = transaction
        try:
            yield transaction
        finally:
            self._open.transaction = None
            transaction.end()

    def _queue(self, connection: Connection, alone: bool) -> None:
        """On PostgreSQL take the lock that all who write share, and that whoever writes alone has for himself."""
        if self.dialect == "postgresql":
            kind = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
            connection.exec_driver_sql(f"SELECT {kind}({APPLICATION_ID})")
