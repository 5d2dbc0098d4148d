"""States of cases made by hand, for tests of what is read from a case rather than of how it came about."""

from __future__ import annotations

import datetime as dt
from typing import Any

from closeloop.followup.state import CaseState, Cycle, Entry

NOW = dt.datetime(2026, 7, 1, 9, tzinfo=dt.UTC)


def entry(seq: int, *, at: dt.datetime = NOW, actor: str = "li", cycle: int = 1, **fields: Any) -> Entry:
    """Give an entry of a case."""
    return Entry(seq=seq, at=at, actor=actor, cycle=cycle, fields=fields)


def talk(seq: int, *, days_ago: float = 0, actor: str = "li", **fields: Any) -> Entry:
    """Give a telephone call in which somebody was reached."""
    said = {"direction": "outbound", "channel": "phone", "reached": True, "human": True} | fields
    return entry(seq, at=NOW - dt.timedelta(days=days_ago), actor=actor, **said)


def made(stage: str = "proposed", *, values: dict[str, Any] | None = None, **entries: list[Entry]) -> CaseState:
    """Give a case of today that is being solved."""
    said = {"owner": "li", "number": 7, "language": "en", "received_at": "2026-06-30T18:30:00.000000Z"}
    return _state(stage, NOW, said | (values or {}), entries)


def complaint(
    stage: str = "acknowledged", *, values: dict[str, Any] | None = None, **entries: list[Entry]
) -> CaseState:
    """Give a complaint that came in twenty days ago."""
    said = {"owner": "li", "kind": "complaint", "number": 7, "words": {"private": 30}, "language": "en"}
    return _state(stage, NOW - dt.timedelta(days=20), said | (values or {}), entries)


def _state(stage: str, began: dt.datetime, values: dict[str, Any], entries: dict[str, list[Entry]]) -> CaseState:
    return CaseState(
        case_id="C-1", version=99, stage=stage, opened_at=began, last_at=NOW,
        cycles=[Cycle(number=1, began_at=began)], values=values, entries=entries,
    )  # fmt: skip
