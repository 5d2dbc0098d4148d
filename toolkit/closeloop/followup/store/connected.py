"""What all parts of a transaction share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection


class Connected:
    """The connection of a transaction, and the long answers that are still being read from it.

    Attributes
    ----------
    connection : Connection
        SQLAlchemy's.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._streams: list[sa.CursorResult[Any]] = []

    def stream(self, wanted: sa.Select[Any]) -> sa.CursorResult[Any]:
        """Return the rows of a long answer, some at a time, so that they need not all be held."""
        found = self.connection.execute(wanted, execution_options={"yield_per": 5000})
        self._streams.append(found)
        return found

    def rows(self, wanted: sa.Select[Any]) -> Iterator[Any]:
        """Give the rows of a long answer one by one; they are fetched in lists, which takes half the time."""
        for some in self.stream(wanted).partitions():
            yield from some

    def end(self) -> None:
        """Close what was not read to its end."""
        for stream in self._streams:
            stream.close()
