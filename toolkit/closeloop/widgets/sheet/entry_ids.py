"""Names for entries that have none: a page must know which entry moved, although a worksheet only counts them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

Entry = dict[str, Any]


class EntryIds:
    """The ids of the entries of one repeated page; an entry keeps its id while it moves, and when undo brings it back.

    Examples
    --------
    >>> ids = EntryIds()
    >>> ids.of([{"name": "a"}, {"name": "b"}])
    ('e1', 'e2')
    >>> ids.of([{"name": "b"}]), ids.of([{"name": "a"}, {"name": "b"}])
    (('e2',), ('e1', 'e2'))
    """

    def __init__(self) -> None:
        self._known: list[tuple[str, Entry]] = []
        self._gone: list[tuple[str, Entry]] = []
        self._next: Iterator[int] = count(1)

    def of(self, entries: Sequence[Entry]) -> tuple[str, ...]:
        """Return the id of each entry: that of the one that said the same, else of the one that stood there."""
        if [entry for _, entry in self._known] != list(entries):
            self._match(entries)
        return tuple(key for key, _ in self._known)

    def _match(self, entries: Sequence[Entry]) -> None:
        left = list(self._known)
        found: list[str | None] = [None] * len(entries)
        for at, entry in enumerate(entries):
            if at < len(self._known) and self._known[at][1] == entry:
                found[at] = _taken(left, self._known[at])
        for pool in (left, self._gone):
            for at, entry in enumerate(entries):
                same = next((each for each in pool if each[1] == entry), None)
                if found[at] is None and same is not None:
                    found[at] = _taken(pool, same)
        if len(entries) == len(self._known):  # one of them was changed
            for at, each in enumerate(self._known):
                if found[at] is None and each in left:
                    found[at] = _taken(left, each)
        self._gone += left
        self._known = [
            (key if key is not None else f"e{next(self._next)}", entry)
            for key, entry in zip(found, entries, strict=True)
        ]

    def reorder(self, ids: Sequence[str], entries: Sequence[Entry]) -> None:
        """Take it that these entries now have these ids, because a person moved or took away one of them."""
        self._gone += [each for each in self._known if each[0] not in ids]
        self._known = list(zip(ids, entries, strict=True))


def _taken(pool: list[tuple[str, Entry]], each: tuple[str, Entry]) -> str:
    pool.remove(each)
    return each[0]
