"""What people write and may write again: documents and settings, every version kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from closeloop.errors import ConflictError
from closeloop.followup.store.connected import Connected
from closeloop.followup.store.schema import DOCUMENT, SETTING
from closeloop.text import message

Row = dict[str, Any]

_SETTINGS = (  # asked for by every command
    sa.select(SETTING).where(SETTING.c.kind == sa.bindparam("of")).order_by(SETTING.c.setting_id, SETTING.c.version)
)


class PaperReading(Connected):
    """What a transaction can read of documents and settings."""

    def document(self, doc_id: str, version: int | None = None) -> Row | None:
        """Return a document (kind, version, actor, saved_at, content): its last version, or the one asked for."""
        wanted = sa.select(DOCUMENT).where(DOCUMENT.c.doc_id == doc_id)
        if version is not None:
            wanted = wanted.where(DOCUMENT.c.version == version)
        found = self.connection.execute(wanted.order_by(DOCUMENT.c.version.desc()).limit(1)).mappings().first()
        return None if found is None else dict(found)

    def documents(self, kind: str | None = None) -> list[Row]:
        """Return the last version of every document (of a kind), by id."""
        newest = sa.func.max(DOCUMENT.c.version).label("version")
        last = sa.select(DOCUMENT.c.doc_id, newest).group_by(DOCUMENT.c.doc_id).subquery()
        wanted = sa.select(DOCUMENT).join(
            last, (DOCUMENT.c.doc_id == last.c.doc_id) & (DOCUMENT.c.version == last.c.version)
        )
        if kind is not None:
            wanted = wanted.where(DOCUMENT.c.kind == kind)
        return [dict(row) for row in self.connection.execute(wanted.order_by(DOCUMENT.c.doc_id)).mappings()]

    def document_versions(self, doc_id: str) -> list[Row]:
        """Return every version of a document, the first one first."""
        wanted = sa.select(DOCUMENT).where(DOCUMENT.c.doc_id == doc_id).order_by(DOCUMENT.c.version)
        return [dict(row) for row in self.connection.execute(wanted).mappings()]

    def settings(self, kind: str, setting_id: str | None = None) -> list[Row]:
        """Return every version of the settings of a kind (of one of them), by id and version."""
        wanted = _SETTINGS if setting_id is None else _SETTINGS.where(SETTING.c.setting_id == setting_id)
        return [dict(row) for row in self.connection.execute(wanted, {"of": kind}).mappings()]


class PaperWriting(PaperReading):
    """What a transaction can do with documents and settings beside reading them."""

    def put_document(
        self,
        kind: str,
        doc_id: str,
        content: Mapping[str, Any],
        *,
        actor: str = "",
        at: dt.datetime | None = None,
        expected: int | None = None,
    ) -> int:
        """Keep a new version of a document and return its number; what says the same as the last is not kept again.

        Parameters
        ----------
        kind : str
        doc_id : str
        content : mapping
            JSON-safe.
        actor : str
        at : datetime, optional
            When; now.
        expected : int, optional
            The version that was read before; 0 for a new document.

        Raises
        ------
        ConflictError
            If somebody else saved a version since `expected`.
        """
        last = self.document(doc_id)
        current = 0 if last is None else int(last["version"])
        if expected is not None and expected != current:
            text = message("store.document_conflict", document=doc_id, expected=expected, current=current)
            raise ConflictError(text, current_version=current)
        if last is not None and last["kind"] != kind:
            raise ValueError(message("store.other_kind", document=doc_id, expected=kind, found=last["kind"]))
        if last is not None and last["content"] == dict(content):
            return current
        row = {
            "doc_id": doc_id, "version": current + 1, "kind": kind, "actor": actor, "saved_at": at or _now(),
            "content": dict(content),
        }  # fmt: skip
        self._add(DOCUMENT, row)
        return current + 1

    def put_setting(
        self,
        kind: str,
        setting_id: str,
        content: Mapping[str, Any],
        valid_from: dt.datetime,
        *,
        actor: str = "",
        at: dt.datetime | None = None,
    ) -> int:
        """Keep a new version of a setting (a policy, a calendar, a rule) and return its number.

        Parameters
        ----------
        kind : str
        setting_id : str
        content : mapping
            JSON-safe.
        valid_from : datetime
            From when on it holds; the versions before hold until then.
        actor : str
        at : datetime, optional
            When it was written; now.
        """
        wanted = sa.select(sa.func.max(SETTING.c.version)).where(
            SETTING.c.kind == kind, SETTING.c.setting_id == setting_id
        )
        version = int(self.connection.execute(wanted).scalar() or 0) + 1
        row = {
            "kind": kind, "setting_id": setting_id, "version": version, "actor": actor, "valid_from": valid_from,
            "recorded_at": at or _now(), "content": dict(content),
        }  # fmt: skip
        self._add(SETTING, row)
        return version

    def drop_document(self, doc_id: str, *, before: int | None = None) -> int:
        """Delete a document for good (or its versions before one): what was kept of a person; return how many."""
        gone = sa.delete(DOCUMENT).where(DOCUMENT.c.doc_id == doc_id)
        if before is not None:
            gone = gone.where(DOCUMENT.c.version < before)
        return self.connection.execute(gone).rowcount

    def _add(self, table: Any, row: Row) -> None:
        try:
            self.connection.execute(sa.insert(table), [row])
        except IntegrityError as error:  # on PostgreSQL two may save at once
            raise ConflictError(message("store.together")) from error


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
