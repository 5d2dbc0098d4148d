"""Where a register is: a file, memory, or a PostgreSQL server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL

from closeloop.errors import StoreError
from closeloop.text import message

_HEADER = b"SQLite format 3\0"
_COOKIE, _OWNER = slice(40, 44), slice(68, 72)  # of SQLite's header: 0 before the first table; whose file it is

APPLICATION_ID = 0x434C4F50
"""Says in the header of a SQLite file that it is ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a register is.

    Attributes
    ----------
    url : URL
        As SQLAlchemy takes it.
    file : Path or None
        The file of a SQLite database.
    """

    url: URL
    file: Path | None = None

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a SQLite database."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def is_memory(self) -> bool:
        """Whether it is gone when it is closed."""
        return self.is_sqlite and self.file is None

    def __str__(self) -> str:
        """Return what a message may show: never a password."""
        if self.is_memory:
            return ":memory:"
        return str(self.file) if self.file is not None else self.url.set(query={}).render_as_string()


def address_of(place: str | Path) -> Address:
    """Return the address that a person wrote: a path, ``:memory:``, or a URL.

    Examples
    --------
    >>> str(address_of("postgresql://anna:secret@db.example/loop"))
    'postgresql+psycopg://anna:***@db.example/loop'
    >>> address_of(":memory:").is_memory, str(address_of("loop.sqlite"))
    (True, 'loop.sqlite')
    """
    if not isinstance(place, (str, Path)) or "\0" in str(place):
        raise StoreError(message("store.no_place", found=repr(place)))
    text = str(place)
    if "://" not in text:
        return _sqlite(text)
    try:
        url = sa.make_url(text)
        url.port  # noqa: B018  # some faults show only when the part is asked for
    except (sa.exc.ArgumentError, ValueError):
        raise StoreError(message("store.bad_url", scheme=text.partition("://")[0])) from None
    backend = url.get_backend_name()
    if backend in {"postgres", "postgresql"}:
        return Address(url=url.set(drivername="postgresql+psycopg"))
    if backend != "sqlite":
        raise StoreError(message("store.bad_url", scheme=text.partition("://")[0]))
    if (url.database or "").startswith("file:"):  # SQLite's own kind of URL, with options such as mode=ro
        file = Path((url.database or "").removeprefix("file:"))
        return Address(url=url.update_query_dict({"uri": "true"}), file=file)
    return _sqlite(url.database or ":memory:")


def _sqlite(text: str) -> Address:
    if text == ":memory:":
        return Address(url=URL.create("sqlite"))
    return Address(url=URL.create("sqlite", database=text), file=Path(text))


def check_file(file: Path, *, create: bool) -> None:
    """Refuse a file that cannot be a register, before opening it would change it.

    Raises
    ------
    StoreError
        If the folder is missing, the file is missing and not to be made, or it is something else.
    """
    shown = str(file)
    if file.is_dir():
        raise StoreError(message("store.is_folder", file=shown), file=shown)
    if not file.parent.is_dir():
        raise StoreError(message("store.no_folder", file=shown, folder=file.parent), file=shown)
    try:
        with file.open("rb") as stream:
            head = stream.read(100)
    except FileNotFoundError:
        head = b""
    except OSError as error:
        raise StoreError(message("store.unreadable", file=shown, reason=error.strerror or error), file=shown) from error
    if not head and not create:
        raise StoreError(message("store.no_file", file=shown), file=shown)
    if head and not head.startswith(_HEADER):
        raise StoreError(message("store.not_sqlite", file=shown), file=shown)
    # What was written last may still stand in the log beside the file; then only SQLite can tell.
    log = Path(f"{shown}-wal")
    is_told = not (log.exists() and log.stat().st_size)
    if is_told and any(head[_COOKIE]) and head[_OWNER] != APPLICATION_ID.to_bytes(4, "big"):
        raise StoreError(message("store.not_ours", file=shown), file=shown)
