"""What happened to the register as a whole, what is to be sent, and the few values it keeps about itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from closeloop.followup.store.connected import Connected
from closeloop.followup.store.schema import JOURNAL, META, OUTBOX, SEALED_KEY

Row = dict[str, Any]

_NUMBER = "number"


class JournalReading(Connected):
    """What a transaction can read beside cases and papers."""

    def journal_entries(self, type_: str | None = None) -> list[Row]:
        """Return the journal (of a type), the first entry first."""
        wanted = sa.select(JOURNAL) if type_ is None else sa.select(JOURNAL).where(JOURNAL.c.type == type_)
        return [dict(row) for row in self.connection.execute(wanted.order_by(JOURNAL.c.number)).mappings()]

    def outbox(self, *, sent: bool | None = False, kind: str | None = None) -> list[Row]:
        """Return what is to be sent; with ``sent=True`` what was, with None both."""
        wanted = sa.select(OUTBOX)
        if sent is not None:
            wanted = wanted.where(OUTBOX.c.sent_at.is_not(None) if sent else OUTBOX.c.sent_at.is_(None))
        if kind is not None:
            wanted = wanted.where(OUTBOX.c.kind == kind)
        return [dict(row) for row in self.connection.execute(wanted.order_by(OUTBOX.c.number)).mappings()]

    def meta(self, key: str, default: str = "") -> str:
        """Return a value that the register keeps about itself."""
        found = self.connection.execute(sa.select(META.c.value).where(META.c.key == key)).scalar()
        return default if found is None else str(found)

    def last_number(self) -> int:
        """Return the last number that people call a case by; 0 if there is none yet."""
        return int(self.meta(_NUMBER, "0"))

    def sealed_keys(self) -> list[Row]:
        """Return the keys that were made without the key file, sealed to it: key_id, subject_id, at, sealed."""
        wanted = sa.select(SEALED_KEY).order_by(SEALED_KEY.c.at, SEALED_KEY.c.key_id)
        return [dict(row) for row in self.connection.execute(wanted).mappings()]


class JournalWriting(JournalReading):
    """What a transaction can do with these beside reading them."""

    def journal(
        self, type_: str, payload: Mapping[str, Any], *, actor: str = "", at: dt.datetime | None = None
    ) -> None:
        """Write down what happened to the register: a triage, an export, that something was revealed or erased."""
        entry = {"at": at or _now(), "type": type_, "actor": actor, "payload": dict(payload)}
        self.connection.execute(sa.insert(JOURNAL), [entry])

    def post(self, kind: str, payload: Mapping[str, Any], *, case_id: str = "", at: dt.datetime | None = None) -> None:
        """Put something into the outbox, in the same transaction as what it tells about."""
        entry = {"at": at or _now(), "sent_at": None, "kind": kind, "case_id": case_id, "payload": dict(payload)}
        self.connection.execute(sa.insert(OUTBOX), [entry])

    def mark_sent(self, numbers: Iterable[int], *, at: dt.datetime | None = None) -> int:
        """Mark entries of the outbox as sent; return how many were not yet."""
        wanted = sa.update(OUTBOX).where(OUTBOX.c.number.in_(list(numbers)), OUTBOX.c.sent_at.is_(None))
        return self.connection.execute(wanted.values(sent_at=at or _now())).rowcount

    def put_meta(self, key: str, value: str) -> None:
        """Keep a value about the register itself."""
        changed = self.connection.execute(sa.update(META).where(META.c.key == key).values(value=value)).rowcount
        if not changed:
            self.connection.execute(sa.insert(META), [{"key": key, "value": value}])

    def next_number(self, count: int = 1) -> int:
        """Return the next number that people call a case by; with `count` the first of so many that are now taken."""
        wanted = sa.select(META.c.value).where(META.c.key == _NUMBER)
        if self.connection.dialect.name != "sqlite":
            wanted = wanted.with_for_update()
        last = int(self.connection.execute(wanted).scalar_one())
        self.put_meta(_NUMBER, str(last + count))
        return last + 1

    def put_sealed_key(self, key_id: str, subject_id: str, sealed: bytes, *, at: dt.datetime | None = None) -> None:
        """Keep a key that is sealed to the key file until that is next at hand."""
        row = {"key_id": key_id, "subject_id": subject_id, "at": at or _now(), "sealed": sealed}
        self.connection.execute(sa.insert(SEALED_KEY), [row])

    def drop_sealed_keys(self, key_ids: Iterable[str]) -> int:
        """Delete sealed keys for good: the key file has them now, or their subject was erased."""
        wanted = sa.delete(SEALED_KEY).where(SEALED_KEY.c.key_id.in_(list(key_ids)))
        return self.connection.execute(wanted).rowcount


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
