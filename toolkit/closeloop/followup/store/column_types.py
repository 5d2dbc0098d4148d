"""How values stand in the tables: the same text in SQLite and PostgreSQL, and the same value out as went in."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from closeloop.text import message

_UNSTORABLE = dict.fromkeys([0, *range(0xD800, 0xE000)], "\ufffd")

_ESCAPED = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)
_AS_IT_READS = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=False)


def stamp(moment: dt.datetime) -> str:
    """Return a moment as it is stored: UTC, always 27 characters, so that texts sort as the moments do.

    Raises
    ------
    ValueError
        If the moment has no time zone.

    Examples
    --------
    >>> stamp(dt.datetime(2026, 1, 5, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=8))))
    '2026-01-05T01:30:00.000000Z'
    """
    if moment.tzinfo is None:
        raise ValueError(message("store.naive_time", moment=moment.isoformat()))
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")[:26] + "Z"


def moment_of(text: str) -> dt.datetime:
    """Return the moment that `stamp` wrote.

    Examples
    --------
    >>> moment_of("2026-01-05T01:30:00.000000Z")
    datetime.datetime(2026, 1, 5, 1, 30, tzinfo=datetime.timezone.utc)
    """
    return dt.datetime.fromisoformat(text)


def storable(text: str) -> str:
    r"""Return a text that every database takes: NUL and halves of characters become the replacement character.

    Examples
    --------
    >>> storable("a\x00b\ud800") == "a\ufffdb\ufffd"
    True
    """
    return text if text.isascii() and "\0" not in text else text.translate(_UNSTORABLE)


def canonical(value: Any) -> str:
    """Return JSON-safe values as the one text that stands for them: keys sorted, no spaces, no NaN.

    Examples
    --------
    >>> canonical({"b": "慢", "a": [1, 2.5, None]})
    '{"a":[1,2.5,null],"b":"慢"}'
    """
    text = _AS_IT_READS.encode(value)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a character; escaped it is kept as it is
        return _ESCAPED.encode(value)
    return text


def utc_text(moment: dt.datetime | str) -> str:
    """Return a moment, or its ISO text, as it is stored.

    Examples
    --------
    >>> utc_text("2026-01-05T09:30+08:00")
    '2026-01-05T01:30:00.000000Z'
    """
    return stamp(dt.datetime.fromisoformat(moment) if isinstance(moment, str) else moment)


def iso_date(day: dt.date | str) -> str:
    """Return a date, or its ISO text, as it is stored.

    Examples
    --------
    >>> iso_date(dt.date(2026, 1, 5)), iso_date("2026-01-05")
    ('2026-01-05', '2026-01-05')
    """
    return (dt.date.fromisoformat(day) if isinstance(day, str) else day).isoformat()


class Words(TypeDecorator[str]):
    """A text."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Take out what not every database stores."""
        return None if value is None else storable(str(value))


class Moment(TypeDecorator[str]):
    """A moment, given as such or as ISO text; read as text in UTC."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Write it as text that sorts."""
        return None if value is None else utc_text(value)


class Day(TypeDecorator[str]):
    """A date, given as such or as ISO text; read as text."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Write it as text."""
        return None if value is None else iso_date(value)


class Flag(TypeDecorator[bool]):
    """Yes, no or not known."""

    impl = sa.Integer
    cache_ok = True

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Write 1 or 0."""
        return None if value is None else int(bool(value))

    def process_result_value(self, value: int | None, dialect: Dialect) -> bool | None:  # noqa: ARG002
        """Read 1 or 0."""
        return None if value is None else bool(value)


class Json(TypeDecorator[Any]):
    """JSON-safe values."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:  # noqa: ARG002
        """Write the canonical text; None is ``null``."""
        return canonical(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Read the text."""
        return None if value is None else json.loads(value)


class JsonText(TypeDecorator[str]):
    """JSON as text, for whoever reads many rows and needs few of them; given as text or as values."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:  # noqa: ARG002
        """Write the canonical text."""
        return _json_text(value)


def as_read(kind: sa.types.TypeEngine[Any], value: Any) -> Any:
    """Return a value as it is read from a column of a kind after it was written.

    Examples
    --------
    >>> as_read(Flag(), 1), as_read(Moment(), "2026-01-05T09:30+08:00"), as_read(sa.Integer(), None)
    (True, '2026-01-05T01:30:00.000000Z', None)
    """
    way = way_back(kind)
    return value if value is None or way is None else way(value)


def way_back(kind: sa.types.TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """Return what makes of a value the one that is read after it was written; None if it is the same."""
    return _AS_READ.get(type(kind))


def _json_text(value: Any) -> str:
    return canonical(json.loads(value) if isinstance(value, str) else value)


_AS_READ: Mapping[type[Any], Callable[[Any], Any]] = {
    Flag: bool, Moment: utc_text, Day: iso_date, JsonText: _json_text, Words: lambda text: storable(str(text)),
}  # fmt: skip
