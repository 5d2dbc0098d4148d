"""What the computed views read: entries as mappings, scores within their scale; every fault named with its place."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from numbers import Real
from typing import Any

from closeloop.text import LocalText, message
from closeloop.written import told_joined, told_list

_LONGEST, _MOST_NAMED = 60, 6


def rows_of(entries: Sequence[Mapping[str, Any]], what: str) -> list[dict[str, Any]]:
    """Return entries as plain mappings.

    Raises
    ------
    TypeError
        If they are not a list of mappings.
    ValueError
        If there are none.
    """
    if isinstance(entries, (str, Mapping)) or not isinstance(entries, Sequence):
        raise TypeError(message("matrices.not_entries", what=what, found=type(entries).__name__))
    rows = []
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, Mapping):
            raise TypeError(message("matrices.not_entry", what=what, n=number, found=type(entry).__name__))
        rows.append(dict(entry))
    if not rows:
        raise ValueError(message("matrices.none", what=what))
    return rows


def name_in(row: Mapping[str, Any], slot: str, number: int) -> str:
    """Return what an entry is called; its number where it has no name."""
    name = row.get(slot)
    return " ".join(str(name).split()) if name is not None and str(name).strip() else f"#{number}"


def distinct(names: Iterable[str]) -> list[str]:
    """Return names so that no two are the same: the second ``x`` becomes ``x (2)``.

    Examples
    --------
    >>> distinct(["a", "b", "a"])
    ['a', 'b', 'a (2)']
    """
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found


def short(name: str) -> str:
    """Return a name as it stands within a sentence; the table has all of it.

    Examples
    --------
    >>> len(short("long " * 90))
    60
    """
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1].rstrip()}…"


def named(names: Sequence[LocalText | str]) -> LocalText:
    """Return names as a list within a sentence; after the first few only how many more there are.

    Examples
    --------
    >>> str(named(list("abcdefgh")))
    'a, b, c, d, e, … (8)'
    """
    shown = [name if isinstance(name, LocalText) else short(name) for name in names]
    if len(shown) <= _MOST_NAMED:
        return told_list(shown)
    return message("matrices.and_more", names=told_joined(shown[: _MOST_NAMED - 1], ", ", "、"), n=len(shown))


def score_in(row: Mapping[str, Any], slot: str, where: str, low: int = 1, high: int = 5) -> float:
    """Return a score; NaN where there is none.

    Raises
    ------
    ValueError
        If it is no number or outside the scale.
    """
    value = row.get(slot)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return math.nan
    if isinstance(value, bool) or not isinstance(value, Real) or not low <= float(value) <= high:
        raise ValueError(
            message("matrices.off_scale", where=where, slot=slot, found=_quoted(value), low=low, high=high)
        )
    return float(value)


def amount_in(row: Mapping[str, Any], slot: str, where: str) -> float:
    """Return an amount from 0 up; NaN where there is none.

    Raises
    ------
    ValueError
        If it is no number, negative or not finite.
    """
    value = row.get(slot)
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 <= float(value) < math.inf:
        raise ValueError(message("matrices.no_amount", where=where, slot=slot, found=_quoted(value)))
    return float(value)


def _quoted(value: object) -> object:
    """Return a text in quotation marks, so that “3” is told from 3."""
    return repr(value) if isinstance(value, str) else value


def choice_in(row: Mapping[str, Any], slot: str, where: str, known: Sequence[str]) -> str:
    """Return a word out of a list; empty where there is none.

    Raises
    ------
    ValueError
        If it is another word.
    """
    value = row.get(slot)
    if value is None or value == "":
        return ""
    if value not in known:
        raise ValueError(message("matrices.no_choice", where=where, slot=slot, found=value, known=", ".join(known)))
    return str(value)
