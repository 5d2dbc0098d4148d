"""Payloads of imported history: what does not fit its field is left out before a history is judged, and named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from closeloop.followup.commands.table import Field, command_table
from closeloop.followup.event import CaseEvent, is_private

_LISTS = frozenset({"texts", "names", "choices", "codes", "entries"})
_FREE = frozenset({"text", "texts", "mapping"})
"""Only what people write freely is ever sealed."""
_KINDS: Mapping[str, type | tuple[type, ...]] = {
    "boolean": bool, "integer": int, "number": (int, float), "entry": int, "entries": int,
}  # fmt: skip


def readable(events: Sequence[CaseEvent]) -> tuple[list[CaseEvent], dict[int, list[str]]]:
    """Return events without what does not fit their fields, and what was left out: number of the event → fields.

    Examples
    --------
    >>> import datetime as dt
    >>> at = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
    >>> task = CaseEvent(case_id="C-1", seq=4, type="TaskAdded", at=at, recorded_at=at, actor="crm",
    ...                  payload={"what": "call", "owner": ["li"]})
    >>> kept, left_out = readable([task])
    >>> dict(kept[0].payload), left_out
    ({'what': 'call'}, {4: ['owner']})
    """
    table, kept, left_out = command_table(), [], {}
    for event in events:
        name = table.command_of(event.type)
        fields = table.commands[name].fields if name is not None else {}
        wrong = [key for key, value in event.payload.items() if not _fits(key, value, fields.get(key))]
        if wrong:
            left_out[event.seq] = wrong
            payload = {key: value for key, value in event.payload.items() if key not in wrong}
            kept.append(replace(event, payload=payload))
        else:
            kept.append(event)
    return kept, left_out


def _fits(key: str, value: Any, field: Field | None) -> bool:
    if value is None or (field is None and key not in {"from", "to"}) or (field is not None and field.type == "value"):
        return True
    kind = "name" if field is None else field.type
    if kind in _LISTS:
        return isinstance(value, (list, tuple)) and all(_is_one(part, kind) for part in value)
    if kind == "mapping":
        return isinstance(value, Mapping) and not is_private(value) and all(_is_one(v, kind) for v in value.values())
    return _is_one(value, kind)


def _is_one(value: Any, kind: str) -> bool:
    wanted = _KINDS.get(kind, str)
    if wanted is not bool and isinstance(value, bool):
        return False
    return isinstance(value, wanted) or (kind in _FREE and is_private(value))
