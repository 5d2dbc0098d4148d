"""How the files of an export are laid out: one JSON object a line, each with a digest of itself."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.expression import TableClause

from closeloop.followup.store.column_types import canonical
from closeloop.followup.store.schema import (
    ALERT,
    DOCUMENT,
    EVENT,
    JOURNAL,
    OUTBOX,
    RESPONSE,
    SEALED_KEY,
    SETTING,
)

FORMAT = 1
"""Version of the layout."""

MANIFEST = "manifest.json"
KIND = "register"
LINE_DIGEST = "sha256"
"""The key of a line that holds the digest of the rest."""


@dataclass(frozen=True, slots=True)
class Part:
    """A table and the columns by which its lines are ordered."""

    table: TableClause
    order: tuple[str, ...]

    def ordered(self) -> sa.Select[Any]:
        """Return the rows in the order in which they are written."""
        return sa.select(self.table).order_by(*(self.table.c[name] for name in self.order))


PARTS: Mapping[str, Part] = {
    "events.jsonl": Part(EVENT, ("case_id", "seq")),
    "responses.jsonl": Part(RESPONSE, ("survey_id", "response_id")),
    "alerts.jsonl": Part(ALERT, ("rule_id", "ref")),
    "documents.jsonl": Part(DOCUMENT, ("doc_id", "version")),
    "settings.jsonl": Part(SETTING, ("kind", "setting_id", "version")),
    "journal.jsonl": Part(JOURNAL, ("number",)),
    "outbox.jsonl": Part(OUTBOX, ("number",)),
    "sealed_keys.jsonl": Part(SEALED_KEY, ("key_id",)),
}
"""File → what is in it. Cases and due dates are made of the events; the key file is never part of an export."""

_JSON = {("event", "payload"), ("response", "scores"), ("response", "detail"), ("alert", "detail")}
_BYTES = {
    (part.table.name, column.name)
    for part in PARTS.values()
    for column in part.table.c
    if isinstance(column.type, sa.LargeBinary)
}
_NAMES = {part.table.name: frozenset(part.table.c.keys()) for part in PARTS.values()}


def line_of(table: TableClause, row: Mapping[str, Any]) -> str:
    """Return a row as a line: ciphertext and digests in base64, JSON as such.

    Examples
    --------
    >>> row = {"key_id": "k", "subject_id": "S-1", "at": "2026-01-05T01:30:00.000000Z", "sealed": b"123"}
    >>> values_of(SEALED_KEY, line_of(SEALED_KEY, row)) == row
    True
    """
    said = {name: _said(table, name, row[name]) for name in row}
    text = canonical(said)
    return canonical({**said, LINE_DIGEST: _digest(text)})


def values_of(table: TableClause, line: str) -> dict[str, Any] | None:
    """Return the row that a line says; None if the line is not what was written."""
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    digest = said.pop(LINE_DIGEST, None)
    if digest != _digest(canonical(said)) or said.keys() != _NAMES[table.name]:
        return None
    return {name: _meant(table, name, value) for name, value in said.items()}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _said(table: TableClause, name: str, value: Any) -> Any:
    if value is None:
        return None
    if (table.name, name) in _BYTES:
        return base64.b64encode(value).decode("ascii")
    return json.loads(value) if (table.name, name) in _JSON else value


def _meant(table: TableClause, name: str, value: Any) -> Any:
    if (table.name, name) in _JSON:
        return canonical(value)
    if value is None:
        return None
    return base64.b64decode(value) if (table.name, name) in _BYTES else value
