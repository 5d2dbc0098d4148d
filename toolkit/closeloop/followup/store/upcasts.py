"""Events of older versions of the package, read as those of this one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from closeloop.errors import StoreError
from closeloop.text import message

EVENT_VERSION = 1
"""Version of the layout of payloads that is written."""

Upcast = Callable[[str, dict[str, Any]], dict[str, Any]]

UPCASTS: Mapping[int, Upcast] = {}
"""Version → what makes a payload of a type one of the next version; what is stored stays as it was written."""


def upcast(
    type_: str,
    version: int,
    payload: dict[str, Any],
    upcasts: Mapping[int, Upcast] = UPCASTS,
    goal: int = EVENT_VERSION,
) -> dict[str, Any]:
    """Return a payload in the layout of today.

    Raises
    ------
    StoreError
        If a newer version of the package wrote it.

    Examples
    --------
    >>> upcast("Coded", 1, {"kode": "price"}, {1: lambda _, old: {"code": old["kode"]}}, goal=2)
    {'code': 'price'}
    """
    if version > goal:
        text = message("store.newer_event", type=type_, found=version, expected=goal)
        raise StoreError(text, found=version, expected=goal)
    for older in range(version, goal):
        payload = upcasts[older](type_, payload)
    return payload
