"""Events: what happened to a case, never changed afterwards; everything else about a case follows from them.

A `NewEvent` is one that is about to be written; a `CaseEvent` is one that was. Personal data and free text of or about
a customer are never in a payload: they are in `private`, which is sealed before it is written and only opened for a
reason.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PRIVATE = "private"
"""A field whose text is sealed stands in the payload as ``{"private": number of characters}``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """What a command wants to have written.

    Attributes
    ----------
    type : str
        Such as ``CaseOpened``; the table of commands names them all.
    at : datetime
        When it happened, in UTC.
    zone : str
        In which zone it was said, such as ``Asia/Shanghai`` or ``+08:00``.
    payload : mapping
        JSON-safe; no personal data.
    private : mapping of str to str
        Field → text that only those who hold the key may read.
    """

    type: str
    at: dt.datetime
    zone: str = "UTC"
    payload: Mapping[str, Any] = field(default_factory=dict)
    private: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent:
    """What was written.

    Attributes
    ----------
    case_id : str
    seq : int
        1, 2, 3 … without a gap; the version of the case is that of its last event.
    type, at, zone, payload
        As in `NewEvent`.
    actor : str
        Who did it.
    recorded_at : datetime
        When it was written, in UTC.
    key_id : str
        By which key `sealed` can be opened; empty where nothing is private.
    sealed : bytes or None
        The private texts, encrypted; None where there are none, or where they were purged.
    """

    case_id: str
    seq: int
    type: str
    at: dt.datetime
    recorded_at: dt.datetime
    actor: str
    zone: str = "UTC"
    payload: Mapping[str, Any] = field(default_factory=dict)
    key_id: str = ""
    sealed: bytes | None = None


def is_private(value: object) -> bool:
    """Return whether a value of a payload stands for a text that is sealed.

    Examples
    --------
    >>> is_private({"private": 12}), is_private("open"), is_private({"private": 0})
    (True, False, True)
    """
    return isinstance(value, Mapping) and set(value) == {PRIVATE}


def is_said(value: object) -> bool:
    """Return whether a field of a payload was filled in, sealed or not.

    Examples
    --------
    >>> is_said({"private": 12}), is_said({"private": 0}), is_said(" "), is_said(0), is_said(None), is_said([])
    (True, False, False, True, False, False)
    """
    if is_private(value):
        return bool(value[PRIVATE])  # type: ignore[index]
    if isinstance(value, str):
        return bool(value.strip())
    return value is not None and value != [] and value != {}
