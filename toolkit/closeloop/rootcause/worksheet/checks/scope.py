"""What a check sees of a sheet, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from closeloop.rootcause.findings import Level
from closeloop.text import LocalText


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """The answers a check looks at, by its slots.

    Attributes
    ----------
    entries : tuple of mapping
        Slot → answer (None if there is none) of each entry of the page; the sheet's own answers as one entry where
        the check looks at no page.
    own : mapping
        Slot → answer outside repeated pages.
    started : tuple of bool
        Whether anything at all is answered in that entry.
    begun : bool
        Whether anything is answered in the sheet.
    asked : frozenset of str
        The slots that are items of the template.
    today : date or None
        The day against which dates are held.
    """

    entries: tuple[Mapping[str, Any], ...]
    own: Mapping[str, Any]
    started: tuple[bool, ...]
    begun: bool
    asked: frozenset[str]
    today: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a check found: at which slot of which entry (from 1)."""

    rule: str
    level: Level
    message: LocalText
    suggestion: LocalText | None = None
    slot: str = ""
    entry: int | None = None
